#include "hub/app/demo_seed.hpp"

#include <fstream>
#include <map>
#include <sstream>

#include "config/demo.hpp"
#include "hub/app/desk_session.hpp"
#include "hub/runtime/entropy.hpp"

namespace app {
namespace {

constexpr std::size_t secret_characters_min = 40;

// Written under another name first: a start that dies half way leaves no half secret.
void write_private(const std::filesystem::path& file, const std::string& text) {
    const std::filesystem::path part = file.string() + ".part";
    {
        std::ofstream out(part, std::ios::trunc);
        std::filesystem::permissions(
            part, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        out << text;
        if (!out.flush())
            throw std::runtime_error("cannot write " + file.string() +
                                     "; check the folder's rights");
    }
    std::filesystem::rename(part, file);
}

std::string contents(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::string new_password() {
    return runtime::random_token().substr(0, 12);
}

std::uint64_t made(DeskSession& desk, model::Command command) {
    const model::Answer answer = desk.run(command);
    if (!answer.ok()) throw std::runtime_error("the first set-up failed: " + answer.detail);
    return answer.id;
}

void seed_policies(DeskSession& desk) {
    std::uint32_t rank = 0;
    for (const config::DemoPolicy& demo : config::demo().policies) {
        sla::Policy policy;
        policy.name = demo.name;
        policy.rank = rank++;
        policy.conditions.channels = {demo.channel};
        policy.targets = {{sla::Metric::first_response, std::chrono::minutes{demo.budget_minutes},
                           std::chrono::minutes{demo.warn_minutes}}};
        made(desk, model::SavePolicy{{}, policy});
    }
}

std::string seed_demo(DeskSession& desk) {
    const config::Demo& demo = config::demo();
    std::map<std::string, model::TeamId> teams;
    for (const std::string& name : demo.teams)
        teams[name] = model::TeamId{made(desk, model::SaveTeam{{}, {{}, name}})};
    model::Inbox mail;
    mail.name = demo.mail_name;
    mail.address = demo.mail_address;
    mail.team = teams.at(demo.teams.front());
    const model::InboxId mail_inbox{made(desk, model::SaveInbox{{}, mail})};
    model::Inbox chat;
    chat.name = demo.chat_name;
    chat.channel = model::Channel::chat;
    chat.address = demo.chat_site_key;
    chat.team = mail.team;
    chat.weight = 2;
    chat.offline_inbox = mail_inbox;
    made(desk, model::SaveInbox{{}, chat});
    seed_policies(desk);
    std::string sign_ins;
    for (const config::DemoAgent& one : demo.agents) {
        model::Agent agent;
        agent.name = one.name;
        agent.email = one.email;
        agent.role = model::from_word<model::Role>(one.role).value();
        for (const std::string& team : one.teams) agent.teams.push_back(teams.at(team));
        const std::string password = new_password();
        made(desk, model::SaveAgent{{}, agent, runtime::hash_password(password)});
        sign_ins += one.role + " " + one.email + " " + password + "\n";
    }
    return sign_ins;
}

}  // namespace

void set_up(storage::Store& store, const std::filesystem::path& data, bool with_demo) {
    DeskSession desk(store);
    if (desk.state().head != 0) return;
    desk.write(storage::MetaRow{"epoch", runtime::random_hex(8)});
    std::string sign_ins = with_demo ? seed_demo(desk) : "";
    model::Agent administrator;
    administrator.name = "Administrator";
    administrator.email = "admin@localhost";
    administrator.role = model::Role::administrator;
    const std::string password = new_password();
    const std::uint64_t id =
        made(desk, model::SaveAgent{{}, administrator, runtime::hash_password(password)});
    if (!with_demo) made(desk, model::SaveTeam{{}, {{}, "Support"}});
    sign_ins += "administrator " + administrator.email + " " + password + "\n";
    const std::string token = runtime::random_token();
    desk.write(storage::SessionRow{storage::sha256_hex(token), id, "api",
                                   desk.now() + std::chrono::days{3650}});
    write_private(data / "sign-ins", sign_ins);
    write_private(data / "admin-token", token + "\n");
}

std::vector<SignIn> demo_sign_ins(const std::filesystem::path& data) {
    std::vector<SignIn> sign_ins;
    std::istringstream in(contents(data / "sign-ins"));
    for (SignIn one; in >> one.role >> one.email >> one.password;) sign_ins.push_back(one);
    return sign_ins;
}

std::string installation_secret(const std::filesystem::path& data) {
    std::filesystem::create_directories(data);
    const std::filesystem::path file = data / "secret";
    if (!std::filesystem::exists(file)) write_private(file, runtime::random_token());
    std::string secret = contents(file);
    if (secret.size() < secret_characters_min)
        throw std::runtime_error(
            file.string() +
            " is damaged; restore it from a backup, or delete it: then everybody "
            "signs in again and old reply addresses no longer count");
    return secret;
}

}  // namespace app
