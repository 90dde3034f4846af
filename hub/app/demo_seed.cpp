#include "hub/app/demo_seed.hpp"

#include <fstream>
#include <map>
#include <sstream>

#include "config/demo.hpp"
#include "hub/app/declared.hpp"
#include "hub/app/desk_session.hpp"
#include "hub/model/words.hpp"
#include "hub/runtime/entropy.hpp"

namespace app {
namespace {

constexpr std::size_t secret_characters_min = 40;
constexpr auto administrator_email = "admin@localhost";

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

// The workspace of config/demo/workspace.json, and a password for each of its agents.
std::string seed_demo(DeskSession& desk) {
    apply_declaration(desk, std::string{config::demo_workspace()}, nullptr);
    std::string sign_ins;
    const std::map<model::AgentId, model::Agent> agents = desk.state().agents;
    for (const auto& [id, agent] : agents) {
        if (agent.email == administrator_email) continue;
        const std::string password = new_password();
        made(desk, model::SaveAgent{{}, agent, runtime::hash_password(password)});
        sign_ins +=
            std::string{model::word(agent.role)} + " " + agent.email + " " + password + "\n";
    }
    return sign_ins;
}

}  // namespace

// Every step finds what an earlier start, killed half way, has made already.
void set_up(storage::Store& store, const std::filesystem::path& data, bool with_demo) {
    DeskSession desk(store);
    if (desk.meta("set_up_done")) return;
    if (!desk.meta("epoch")) desk.write(storage::MetaRow{"epoch", runtime::random_hex(8)});
    std::string sign_ins = with_demo ? seed_demo(desk) : "";
    model::Agent administrator;
    for (const auto& [id, agent] : desk.state().agents)
        if (agent.email == administrator_email) administrator = agent;
    administrator.name = "Administrator";
    administrator.email = administrator_email;
    administrator.role = model::Role::administrator;
    const std::string password = new_password();
    const std::uint64_t id =
        made(desk, model::SaveAgent{{}, administrator, runtime::hash_password(password)});
    if (desk.state().teams.empty()) made(desk, model::SaveTeam{{}, model::Team{.name = "Support"}});
    sign_ins += "administrator " + administrator.email + " " + password + "\n";
    const std::string token = runtime::random_token();
    desk.write(storage::SessionRow{storage::sha256_hex(token), id, "api",
                                   desk.now() + std::chrono::days{3650}});
    write_private(data / "sign-ins", sign_ins);
    write_private(data / "admin-token", token + "\n");
    desk.write(storage::MetaRow{"set_up_done", "1"});
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
