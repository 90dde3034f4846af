// What the hub holds in memory when nothing happens, and what each console costs that is only
// connected.
#include <iostream>

#include "bench/support/command_line.hpp"
#include "bench/support/console_client.hpp"
#include "bench/support/hub_process.hpp"
#include "bench/support/statistics.hpp"

namespace {

using namespace bench;
constexpr double idle_mb_target = 40;
constexpr double kb_per_socket_target = 8;

int run(const CommandLine& flags) {
    raise_descriptor_limit();
    const auto settle = std::chrono::seconds{flags["seconds"]};
    HubProcess hub;
    hub.watch(settle);
    const double idle = hub.resident_mb();
    const std::string token = hub.admin_token();
    const Place place = current_place(hub.http_port(), token);
    std::vector<ConsoleClient> consoles;
    // The first socket pays for what all share: buffers of the loops, the reader's page cache.
    consoles.emplace_back(hub.http_port(), token, place);
    hub.watch(settle);
    const double with_one = hub.resident_mb();
    const auto connections = flags["connections"];
    while (consoles.size() <= connections) consoles.emplace_back(hub.http_port(), token, place);
    hub.watch(settle);
    const double with_all = hub.resident_mb();
    const double kb = (with_all - with_one) * 1024 / static_cast<double>(connections);
    print_table("memory: the hub idle, then with " + std::to_string(connections) + " consoles",
                {{"RSS idle, MB", fixed(idle, 1), at_most(idle, idle_mb_target, 0)},
                 {"RSS with one console, MB", fixed(with_one, 1), ""},
                 {"RSS with all consoles, MB", fixed(with_all, 1), ""},
                 {"KB per idle console", fixed(kb, 2), at_most(kb, kb_per_socket_target, 0)}});
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const bench::CommandLine flags(argc, argv,
                                   {{"connections", {1000, "console sockets"}},
                                    {"seconds", {2, "pause before each reading"}}});
    try {
        return run(flags);
    } catch (const std::exception& error) {
        std::cerr << "memory: " << error.what() << "\n";
        return 1;
    }
}
