// A trace: a day as data. Times are integer milliseconds since its own zero, efforts milliseconds
// of one unhurried agent of speed 1.
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace simulate {

using Millis = std::int64_t;
// Beyond all instants a trace may name, so that sums of instants and spans stay in range.
inline constexpr Millis instant_max_ms = 100'000'000'000'000;
inline constexpr Millis never_ms = 10 * instant_max_ms;

using Spans = std::vector<std::pair<Millis, Millis>>;  // sorted, disjoint, [start, end)

struct TraceChannel {
    bool live = false;
    double effort = 1;  // attention a session needs at full speed
    Millis context_ms = 0;
};

struct Cost {
    double late = 1;
    double late_rate = 0.5;
    double abandon = 3;
};

struct TraceAgent {
    std::int64_t id = 0;
    std::vector<std::string> languages;
    std::map<std::string, double> skills;  // name -> speed factor
    double speed = 1;
    std::uint32_t live_capacity = 0;
    std::uint32_t asynchronous_capacity = 0;
    Spans on;
    Spans drops;  // unplanned absences inside them
};

struct Turn {
    Millis gap_ms = 0;
    double work_ms = 0;
    double first_ms = 0;
};

struct TraceConversation {
    std::int64_t id = 0;
    Millis at = 0;
    std::string channel;
    std::string language;
    std::string skill;
    std::string segment;
    std::uint32_t priority = 3;
    std::string calendar;
    Millis first_target_ms = 0;
    Millis next_target_ms = 0;
    std::optional<Millis> patience_ms;
    std::vector<Turn> turns;
};

struct Trace {
    std::string scenario;
    Millis end_ms = 0;
    std::map<std::string, Spans> calendars;
    std::map<std::string, TraceChannel> channels;
    std::map<std::string, double> segments;
    std::map<std::uint32_t, double> priorities;
    double switch_loss = 0;
    double relaxed_speed = 1;
    Millis grace_ms = 0;
    Cost cost;
    std::vector<TraceAgent> agents;
    std::vector<TraceConversation> conversations;
};

// Reads JSON lines. Throws std::runtime_error with the line's number and what is wrong.
Trace read_trace(std::istream& in);

// The earliest instant by which `ms` of open time has passed since `at`, `never_ms` where the
// calendar ends before; open time in [from, to).
Millis add_open(const Spans& calendar, Millis at, Millis ms);
Millis open_between(const Spans& calendar, Millis from, Millis to);

}  // namespace simulate
