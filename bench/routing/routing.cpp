// How long a routing decision takes on a big floor, and what a million armed clocks cost.
#include <malloc.h>

#include <iostream>

#include "bench/routing/big_floor.hpp"
#include "bench/support/command_line.hpp"
#include "bench/support/statistics.hpp"
#include "sla/deadlines.hpp"

namespace {

using namespace bench;
// As the issue of routing asks: the median with 100,000 waiting, the 99th percentile everywhere.
constexpr std::size_t target_queue = 100'000;
constexpr double decision_median_us_target = 20;
constexpr double decision_p99_us_target = 1000;
constexpr double bytes_per_item_target = 200;
constexpr double clock_ns_target = 1000;
constexpr double bytes_per_clock_target = 200;
constexpr std::uint64_t seed = 1;

double allocated_bytes() {
    const auto info = ::mallinfo2();
    return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

struct Times {
    std::vector<double> all_us;

    template <class Work>
    void take(const Work& work) {
        const auto start = Clock::now();
        work();
        all_us.push_back(seconds_since(start) * 1e6);
    }
    // `median_us_at_most`: 0 tells the median without a target.
    void tell(const std::string& what, double median_us_at_most, std::vector<Row>& rows) const {
        const double middle = median(all_us), p99 = percentile(all_us, 0.99);
        rows.push_back({what + ", median us", fixed(middle, 1),
                        median_us_at_most > 0 ? at_most(middle, median_us_at_most, 0) : ""});
        rows.push_back({what + ", p99 us", fixed(p99, 1), at_most(p99, decision_p99_us_target, 0)});
    }
};

double median_target(std::size_t queue) {
    return queue == target_queue ? decision_median_us_target : 0;
}

// One slot comes free: the best of what waits is found for it.
void measure_freed(BigFloor& floor, std::uint64_t decisions, std::size_t queue,
                   const std::string& at, std::vector<Row>& rows) {
    Times times;
    std::uint64_t given = 0;
    for (std::uint64_t i = 0; i < decisions; ++i) {
        floor.now += std::chrono::milliseconds{3};
        floor.router.advance(floor.now);  // what fell due meanwhile is not this decision's
        std::optional<routing::Assignment> made;
        times.take([&] {
            floor.finish_one();
            floor.router.advance(floor.now);
            made = floor.router.next(floor.now);
            if (made) floor.carry_out(*made);
        });
        given += made ? 1 : 0;
        floor.drain();
        while (floor.router.waiting() < queue) floor.wait(floor.new_item());
        floor.drain();
    }
    times.tell("a slot comes free, " + at, median_target(queue), rows);
    if (given * 10 < decisions * 9) throw std::logic_error("too little of the work fits");
}

// One item comes while nobody has room.
void measure_arrival(BigFloor& floor, std::uint64_t decisions, std::size_t queue,
                     const std::string& at, std::vector<Row>& rows) {
    Times times;
    std::vector<routing::Item> items;
    for (std::uint64_t i = 0; i < decisions; ++i) items.push_back(floor.new_item());
    for (const routing::Item& item : items)
        times.take([&] {
            floor.router.wait(item, floor.now);
            floor.router.advance(floor.now);
            if (floor.router.next(floor.now)) throw std::logic_error("somebody had room");
        });
    for (const routing::Item& item : items) floor.router.remove(item.id);
    times.tell("an item comes, nobody has room, " + at, median_target(queue), rows);
}

void measure_queues(const CommandLine& flags, std::vector<Row>& rows) {
    for (const std::size_t queue : {std::size_t{1'000}, std::size_t{10'000}, target_queue}) {
        BigFloor floor(flags["agents"], seed, true);
        floor.fill_hands();
        std::vector<routing::Item> items;
        for (std::uint64_t i = 0; i < queue; ++i) items.push_back(floor.new_item());
        const double before = allocated_bytes();
        for (const routing::Item& item : items) floor.router.wait(item, floor.now);
        const double bytes = (allocated_bytes() - before) / static_cast<double>(queue);
        for (const routing::Item& item : items) floor.wait(item);
        floor.drain();
        if (floor.router.waiting() != queue) throw std::logic_error("somebody had room");
        const std::string at = std::to_string(queue) + " wait";
        measure_freed(floor, flags["decisions"], queue, at, rows);
        measure_arrival(floor, flags["decisions"], queue, at, rows);
        rows.push_back({"bytes of the router per item, " + at, fixed(bytes, 0),
                        queue == target_queue ? at_most(bytes, bytes_per_item_target, 0) : ""});
    }
}

// One item comes while everybody is idle: each of them is priced.
void measure_idle(const CommandLine& flags, std::uint64_t idle, std::vector<Row>& rows) {
    BigFloor floor(idle, seed, false);
    Times times;
    for (std::uint64_t i = 0; i < flags["decisions"]; ++i) {
        floor.now += std::chrono::milliseconds{3};
        const routing::Item item = floor.new_item();
        times.take([&] {
            floor.wait(item);
            floor.router.advance(floor.now);
            if (const auto made = floor.router.next(floor.now)) floor.carry_out(*made);
        });
        floor.forget(item.id);
        floor.drain();
    }
    times.tell("an item comes, " + std::to_string(idle) + " agents are idle", 0, rows);
}

void measure_clocks(std::uint64_t count, std::vector<Row>& rows) {
    std::mt19937_64 generator{seed};
    std::vector<sla::Instant> instants(count);
    for (sla::Instant& at : instants)
        at = sla::Instant{std::chrono::microseconds{generator() % 86'400'000'000}};
    const auto per_clock = [&](const std::string& what, const auto& work) {
        const auto start = Clock::now();
        work();
        const double ns = seconds_since(start) * 1e9 / static_cast<double>(count);
        rows.push_back(
            {"clocks: " + what + ", ns each", fixed(ns, 0), at_most(ns, clock_ns_target, 0)});
    };
    const double before = allocated_bytes();
    sla::Deadlines deadlines;
    per_clock("arm", [&] {
        for (std::uint64_t key = 0; key < count; ++key) deadlines.set(key, instants[key]);
    });
    const double bytes = (allocated_bytes() - before) / static_cast<double>(count);
    per_clock("move", [&] {
        for (std::uint64_t key = 0; key < count; ++key)
            deadlines.set(key, instants[count - 1 - key]);
    });
    per_clock("clear", [&] {
        for (std::uint64_t key = 0; key < count; ++key) deadlines.clear(key);
    });
    for (std::uint64_t key = 0; key < count; ++key) deadlines.set(key, instants[key]);
    per_clock("fire", [&] {
        while (const auto key = deadlines.due(sla::Instant::max())) deadlines.clear(*key);
    });
    if (deadlines.size() != 0) throw std::logic_error("some did not fire");
    rows.push_back(
        {"clocks: bytes each", fixed(bytes, 0), at_most(bytes, bytes_per_clock_target, 0)});
}

int run(const CommandLine& flags) {
    std::vector<Row> rows;
    measure_queues(flags, rows);
    for (const std::uint64_t idle : {flags["agents"] / 2, flags["agents"]})
        measure_idle(flags, idle, rows);
    measure_clocks(flags["clocks"], rows);
    print_table("routing: " + std::to_string(flags["agents"]) +
                    " agents with mixed languages and skills; " + std::to_string(flags["clocks"]) +
                    " clocks",
                rows);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const bench::CommandLine flags(argc, argv,
                                   {{"agents", {10'000, "agents"}},
                                    {"decisions", {2000, "decisions of each kind"}},
                                    {"clocks", {1'000'000, "armed clocks"}}});
    try {
        return run(flags);
    } catch (const std::exception& error) {
        std::cerr << "routing: " << error.what() << "\n";
        return 1;
    }
}
