// What many watched mailboxes cost a hub that waits, how soon it has one new mail of each, and how
// fast it takes a large mailbox from its start.
#include <iostream>

#include "bench/imap/mailbox_server.hpp"
#include "bench/support/command_line.hpp"
#include "bench/support/hub_process.hpp"
#include "bench/support/local_http.hpp"
#include "bench/support/statistics.hpp"

namespace {

using namespace bench;
constexpr int turn_ms = 20;
constexpr double patience_seconds = 1800;

void connect_mailbox(const HubProcess& hub, const MailboxServer& server, std::size_t number) {
    const std::string name = "box" + std::to_string(number);
    const HttpAnswer answer = http_post(
        hub.http_port(), "/api/v1/inboxes", hub.admin_token(),
        R"({"name":")" + name + R"(","channel":"email","address":")" + name +
            R"(@bench.test","mailbox":{"host":"127.0.0.1","security":"none","password":"p",)" +
            R"("from_start":true,"user":")" + name + R"(","port":)" +
            std::to_string(server.port()) + "}}");
    if (answer.status != 201) throw std::runtime_error("no mailbox: " + answer.body);
}

// Serves until all mailboxes are read and waited for; the seconds it took.
double until_caught_up(HubProcess& hub, MailboxServer& server, std::size_t mailboxes) {
    const auto start = Clock::now();
    while (server.caught_up() < mailboxes) {
        server.turn(turn_ms);
        hub.watch(std::chrono::milliseconds{0});
        if (seconds_since(start) > patience_seconds)
            throw std::runtime_error("the hub does not catch up");
    }
    return seconds_since(start);
}

void let_pass(MailboxServer& server, double seconds) {
    for (const auto start = Clock::now(); seconds_since(start) < seconds;) server.turn(turn_ms);
}

std::string stored(const HubProcess& hub) {
    return json_value(
        http_get(hub.http_port(), "/api/v1/conversations/count?status=any", hub.admin_token()).body,
        "count");
}

void many_mailboxes(const CommandLine& flags, const MailSource& source) {
    const std::size_t mailboxes = flags["mailboxes"];
    const auto settle = static_cast<double>(flags["seconds"]);
    HubProcess hub;
    MailboxServer server(source, mailboxes, 0);
    let_pass(server, settle);
    const double idle = hub.resident_mb();
    const std::size_t threads = hub.cpu_seconds_by_thread().size();
    for (std::size_t i = 0; i < mailboxes; ++i) connect_mailbox(hub, server, i);
    const double connected = until_caught_up(hub, server, mailboxes);
    let_pass(server, settle);
    const double waiting = hub.resident_mb();
    const std::size_t threads_waiting = hub.cpu_seconds_by_thread().size();
    const double cpu_before = hub.cpu_seconds();
    let_pass(server, settle);
    const double cpu_waiting = (hub.cpu_seconds() - cpu_before) / settle;
    server.deliver_to_each();
    const double taken = until_caught_up(hub, server, mailboxes);
    const double kb = (waiting - idle) * 1024 / static_cast<double>(mailboxes);
    print_table("imap: " + std::to_string(mailboxes) + " mailboxes, plain connections",
                {{"threads of the hub without mailboxes", std::to_string(threads), ""},
                 {"threads with all of them", std::to_string(threads_waiting), ""},
                 {"all signed in and waited for, s", fixed(connected, 2), ""},
                 {"RSS without mailboxes, MB", fixed(idle, 1), ""},
                 {"RSS with all of them, MB", fixed(waiting, 1), ""},
                 {"KB per mailbox that waits", fixed(kb, 1), ""},
                 {"CPU while all wait, %", fixed(100 * cpu_waiting, 2), ""},
                 {"one mail each, told to stored, s", fixed(taken, 2), ""},
                 {"mails stored", stored(hub), ""}});
}

void large_mailbox(const CommandLine& flags, const MailSource& source) {
    const auto mails = static_cast<std::uint32_t>(flags["mails"]);
    HubProcess hub;
    MailboxServer server(source, 1, mails);
    const double own_before = own_cpu_seconds();
    const double cpu_before = hub.cpu_seconds();
    const double before = hub.resident_mb();
    connect_mailbox(hub, server, 0);
    const double seconds = until_caught_up(hub, server, 1);
    const auto count = static_cast<double>(mails);
    const double cpu_ms = (hub.cpu_seconds() - cpu_before) * 1000 / count;
    const double own_ms = (own_cpu_seconds() - own_before) * 1000 / count;
    std::vector<Row> rows = {
        {"seconds", fixed(seconds, 1), ""},
        {"mails/s", fixed(count / seconds, 0), ""},
        {"hub CPU, ms per mail", fixed(cpu_ms, 3), ""},
        {"this server's CPU, ms per mail", fixed(own_ms, 3), ""},
        {"MB that the server sent", fixed(static_cast<double>(server.bytes_sent()) / 1e6, 1), ""},
        {"RSS before, MB", fixed(before, 1), ""},
        {"RSS after, MB", fixed(hub.resident_mb(), 1), ""},
        {"peak RSS, MB", fixed(hub.resident_peak_mb(), 1), ""},
        {"mails stored", stored(hub), ""}};
    for (const auto& [name, used] : hub.cpu_seconds_by_thread())
        if (used * 1000 / count >= 0.005)
            rows.push_back(
                {"  since the start, thread " + name, fixed(used * 1000 / count, 3), ""});
    print_table("imap: a mailbox with " + std::to_string(mails) + " mails of 4 KB, from its start",
                rows);
}

int run(const CommandLine& flags) {
    raise_descriptor_limit();
    const auto source = MailSource::open();
    if (!source) return 0;
    many_mailboxes(flags, *source);
    large_mailbox(flags, *source);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const bench::CommandLine flags(argc, argv,
                                   {{"mailboxes", {200, "mailboxes that are watched at once"}},
                                    {"mails", {50000, "mails of the large mailbox"}},
                                    {"seconds", {3, "pause before each reading of the memory"}}});
    try {
        return run(flags);
    } catch (const std::exception& error) {
        std::cerr << "imap: " << error.what() << "\n";
        return 1;
    }
}
