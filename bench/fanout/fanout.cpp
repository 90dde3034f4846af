// What one delivery costs the server, beside the system calls alone, measured by the same client in
// the same run.
#include <iostream>
#include <map>

#include "bench/fanout/server.hpp"
#include "bench/fanout/sink.hpp"
#include "bench/support/command_line.hpp"
#include "bench/support/statistics.hpp"

namespace {

using namespace bench;
constexpr double ratio_target = 1.5;
constexpr int warm_up_turns = 5;

void turn(Server& server, Sink& sink, std::size_t sockets, std::size_t frames) {
    sink.expect(sockets * frames * frame_bytes);
    server.publish(frames);
    sink.wait();
}

// CPU seconds of this process per million deliveries; the client is another process.
double measure(Server& server, Sink& sink, std::size_t sockets, std::size_t frames,
               double seconds) {
    for (int i = 0; i < warm_up_turns; ++i) turn(server, sink, sockets, frames);
    const auto start = Clock::now();
    const double cpu_before = own_cpu_seconds();
    double deliveries = 0;
    do {
        turn(server, sink, sockets, frames);
        deliveries += static_cast<double>(sockets * frames);
    } while (seconds_since(start) < seconds);
    return (own_cpu_seconds() - cpu_before) * 1e6 / deliveries;
}

struct Way {
    std::string name;
    std::unique_ptr<Server> server;
};

int run(const CommandLine& flags) {
    const auto sockets = flags["connections"];
    const auto rounds = flags["rounds"];
    Sink sink;
    std::vector<Way> ways;
    ways.push_back({"floor", make_floor_server(sink.connect(sockets))});
    ways.push_back({"own", make_own_server(sink.connect(sockets))});
    ways.push_back({"feed", make_feed_server(sink.connect(sockets))});
    std::vector<Row> rows;
    for (const std::size_t frames : {1, 16}) {
        std::map<std::string, std::vector<double>> cpu;
        std::map<std::string, std::vector<double>> ratio;
        // Interleaved, and compared within a round: what else the machine does falls on all alike.
        for (std::uint64_t round = 0; round < rounds; ++round)
            for (const Way& way : ways) {
                cpu[way.name].push_back(measure(*way.server, sink, sockets, frames,
                                                static_cast<double>(flags["seconds"])));
                ratio[way.name].push_back(cpu[way.name].back() / cpu["floor"].back());
            }
        const std::string at = " at K=" + std::to_string(frames);
        for (const Way& way : ways)
            rows.push_back(
                {way.name + at + ", CPU s per million", fixed(median(cpu[way.name]), 2), ""});
        const double own = median(ratio["own"]);
        rows.push_back({"own / floor" + at, fixed(own, 2), at_most(own, ratio_target, 1)});
        rows.push_back({"feed / floor" + at, fixed(median(ratio["feed"]), 2), ""});
    }
    print_table("fanout: " + std::to_string(sockets) +
                    " sockets, 200-byte texts, K frames waiting, median of " +
                    std::to_string(rounds) + " rounds",
                rows);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const bench::CommandLine flags(argc, argv,
                                   {{"connections", {1000, "sockets of each server"}},
                                    {"rounds", {3, "interleaved rounds"}},
                                    {"seconds", {2, "length of each measurement"}}});
    try {
        return run(flags);
    } catch (const std::exception& error) {
        std::cerr << "fanout: " << error.what() << "\n";
        return 1;
    }
}
