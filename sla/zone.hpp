// A time zone as a value: its offsets from UTC and the instants at which they change. Read from the
// system's data by the edge (hub/runtime/zones.hpp) and kept with the calendar that uses it, so
// that an old calendar gives the same windows on any machine and in any year (S1, S23).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "sla/instant.hpp"

namespace sla {

using LocalTime = std::chrono::local_time<std::chrono::microseconds>;
using LocalDay = std::chrono::local_days;

struct ZoneChange {
    Instant at{};
    std::int32_t offset_seconds = 0;  // east of UTC, from `at` on

    friend bool operator==(const ZoneChange&, const ZoneChange&) = default;
};

struct Zone {
    std::string name = "UTC";         // IANA, "Europe/Rome"
    std::string data_version;         // of the time-zone data it was read from
    std::int32_t offset_seconds = 0;  // before the first change
    std::vector<ZoneChange> changes;  // by instant, rising

    friend bool operator==(const Zone&, const Zone&) = default;
};

enum class Edge : std::uint8_t { opening, closing };

LocalTime local_time(const Zone& zone, Instant at);

// S4: a time that does not exist is the instant of the change. One that occurs twice is its first
// occurrence for an opening and its second for a closing.
Instant instant_of(const Zone& zone, LocalTime local, Edge edge);

}  // namespace sla
