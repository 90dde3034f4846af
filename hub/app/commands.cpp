#include "hub/app/commands.hpp"

#include <future>
#include <iostream>

#include "hub/app/data_lock.hpp"
#include "hub/app/desk_session.hpp"
#include "hub/flow/rebuild.hpp"
#include "hub/runtime/entropy.hpp"
#include "storage/storage.hpp"

namespace app {

std::unique_ptr<storage::Store> open_store(const Options& options) {
    if (!std::filesystem::exists(std::filesystem::path(options.config.data) / "sportello.db"))
        throw std::runtime_error("there is no hub in " + options.config.data +
                                 "; give its folder with --data");
    storage::SqliteOptions sqlite;
    sqlite.folder = options.config.data;
    return storage::open_sqlite(sqlite);
}

int check(const Options& options) {
    if (options.example) {
        std::cout << config::describe();
        return 0;
    }
    config::host_port(options.config.http, "server.http");
    if (!options.config.smtp.empty()) config::host_port(options.config.smtp, "email.smtp");
    if (!options.config.lmtp.empty()) config::host_port(options.config.lmtp, "email.lmtp");
    if (options.config.tls_certificate.empty() != options.config.tls_key.empty())
        throw std::runtime_error(
            "email.tls_certificate and email.tls_key belong together: give both or none");
    std::cout << "The configuration is good.\n";
    return 0;
}

int user(const Options& options) {
    const auto store = open_store(options);
    const auto role = model::from_word<model::Role>(options.user_role);
    if (!role)
        throw std::runtime_error("--role must be agent, social, supervisor or administrator");
    DeskSession desk(*store);
    model::Agent agent;
    for (const auto& [id, known] : desk.state().agents)
        if (known.email == options.user_email) agent = known;
    const bool fresh = !model::is_some(agent.id);
    agent.email = options.user_email;
    if (fresh || !options.user_name.empty())
        agent.name = options.user_name.empty() ? options.user_email : options.user_name;
    if (fresh) agent.role = *role;
    if (fresh)
        for (const auto& [id, team] : desk.state().teams) agent.teams.push_back(id);
    const std::string password = runtime::random_token().substr(0, 16);
    const auto answer = desk.run(model::SaveAgent{{}, agent, runtime::hash_password(password)});
    if (!answer.ok()) throw std::runtime_error(answer.detail);
    std::cout << options.user_email << " signs in with the password " << password << "\n";
    return 0;
}

int token(const Options& options) {
    const auto store = open_store(options);
    DeskSession desk(*store);
    std::uint64_t owner = 0;
    for (const auto& [id, agent] : desk.state().agents)
        if (agent.email == options.user_email) owner = model::number(id);
    if (owner == 0)
        throw std::runtime_error("there is no agent " + options.user_email +
                                 "; add one with `sportello user`");
    const std::string token = runtime::random_token();
    desk.write(storage::SessionRow{storage::sha256_hex(token), owner, "api",
                                   desk.now() + std::chrono::days{options.token_days}});
    std::cout << token << "\n";
    return 0;
}

int verify(const Options& options) {
    const auto store = open_store(options);
    const flow::Verified verified = flow::verify(*store);
    if (!verified.fault.empty()) throw std::runtime_error(verified.fault);
    std::cout << verified.events << " events, the chain is whole.\n";
    return 0;
}

int rebuild(const Options& options) {
    const DataLock lock(options.config.data);
    const auto store = open_store(options);
    std::cout << flow::rebuild(*store) << " events read, the read tables are rebuilt.\n";
    return 0;
}

}  // namespace app
