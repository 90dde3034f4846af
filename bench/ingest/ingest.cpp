// How many mails the hub takes durably, what a mail costs it, and how that compares with the disk
// alone.
#include <iostream>

#include "bench/ingest/disk_floor.hpp"
#include "bench/support/command_line.hpp"
#include "bench/support/hub_process.hpp"
#include "bench/support/mail_sender.hpp"
#include "bench/support/statistics.hpp"

namespace {

using namespace bench;
constexpr double cpu_ms_per_mail_target = 0.25;
constexpr double floor_share_target = 30;
constexpr std::uint64_t warm_up_mails = 1000;

double send_mails(const HubProcess& hub, const MailSource& source, std::uint64_t first,
                  std::uint64_t count, std::size_t connections) {
    std::uint64_t next = first;
    std::uint64_t refused = 0;
    MailPump pump;
    pump.connect(hub.lmtp_port(), hub.mail_address(), connections);
    pump.next = [&]() -> std::optional<Mail> {
        if (next == first + count) return std::nullopt;
        return source.make(next++);
    };
    pump.finished = [&] { return next == first + count; };
    pump.answered = [&](const MailSession& session) { refused += session.acknowledged() ? 0 : 1; };
    const auto start = Clock::now();
    pump.run();
    if (refused != 0) throw std::runtime_error(std::to_string(refused) + " mails were refused");
    return seconds_since(start);
}

// Where the CPU went, so that a missed target says at once which thread to look at.
void add_threads(std::vector<Row>& rows, const HubProcess& hub, std::uint64_t mails) {
    for (const auto& [name, seconds] : hub.cpu_seconds_by_thread())
        if (seconds * 1000 / static_cast<double>(mails) >= 0.005)
            rows.push_back({"  since the start, thread " + name,
                            fixed(seconds * 1000 / static_cast<double>(mails), 3), ""});
}

int run(const CommandLine& flags) {
    const auto source = MailSource::open();
    if (!source) return 0;
    const auto folder = std::filesystem::temp_directory_path();
    const double floor_seconds = static_cast<double>(flags["seconds"]);
    const std::uint64_t mails = flags["mails"];
    HubProcess hub;
    send_mails(hub, *source, 0, warm_up_mails, flags["connections"]);
    // The floor before and after: a disk that others use as well is not the same from minute to
    // minute.
    const DiskFloor before =
        measure_disk_floor(folder, *source, flags["connections"], floor_seconds);
    const double cpu_before = hub.cpu_seconds();
    const double own_cpu_before = own_cpu_seconds();
    const double seconds = send_mails(hub, *source, warm_up_mails, mails, flags["connections"]);
    const double cpu_ms = (hub.cpu_seconds() - cpu_before) * 1000 / static_cast<double>(mails);
    const double own_cpu_ms =
        (own_cpu_seconds() - own_cpu_before) * 1000 / static_cast<double>(mails);
    const DiskFloor after =
        measure_disk_floor(folder, *source, flags["connections"], floor_seconds);
    const double floor = (before.mails_per_second + after.mails_per_second) / 2;
    const double rate = static_cast<double>(mails) / seconds;
    const double share = 100 * rate / floor;

    std::vector<Row> rows = {
        {"mails acknowledged", std::to_string(mails), ""},
        {"mails/s", fixed(rate, 0), ""},
        {"hub CPU, ms per mail", fixed(cpu_ms, 3), at_most(cpu_ms, cpu_ms_per_mail_target, 2)},
        {"this client's CPU, ms per mail", fixed(own_cpu_ms, 3), ""},
        {"peak RSS, MB", fixed(hub.resident_peak_mb(), 1), ""},
        {"floor before, mails/s", fixed(before.mails_per_second, 0), ""},
        {"floor after, mails/s", fixed(after.mails_per_second, 0), ""},
        {"floor, mails per sync", fixed((before.mails_per_sync + after.mails_per_sync) / 2, 1), ""},
        {"ingest / floor, %", fixed(share, 1), at_least(share, floor_share_target, 0)},
    };
    add_threads(rows, hub, mails + warm_up_mails);
    print_table(
        "ingest: mails of 4 KB by LMTP, " + std::to_string(flags["connections"]) + " connections",
        rows);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const bench::CommandLine flags(
        argc, argv,
        {{"mails", {20000, "mails to send"}},
         {"connections", {16, "LMTP connections, and producers of the floor"}},
         {"seconds", {3, "length of each of the two floor measurements"}}});
    try {
        return run(flags);
    } catch (const std::exception& error) {
        std::cerr << "ingest: " << error.what() << "\n";
        return 1;
    }
}
