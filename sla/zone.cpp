#include "sla/zone.hpp"

#include <algorithm>
#include <optional>

namespace sla {
namespace {

using std::chrono::seconds;

Instant minus_offset(LocalTime local, std::int32_t offset) {
    return Instant{local.time_since_epoch() - seconds{offset}};
}

std::int32_t offset_before(const Zone& zone, std::size_t change) {
    return change == 0 ? zone.offset_seconds : zone.changes[change - 1].offset_seconds;
}

}  // namespace

LocalTime local_time(const Zone& zone, Instant at) {
    const auto after = std::ranges::upper_bound(zone.changes, at, {}, &ZoneChange::at);
    const auto passed = static_cast<std::size_t>(after - zone.changes.begin());
    return LocalTime{at.time_since_epoch() + seconds{offset_before(zone, passed)}};
}

// Every period between two changes maps a stretch of local time; the candidates are the periods
// whose stretch holds `local`. None: `local` lies in a gap. Two: it occurs twice.
Instant instant_of(const Zone& zone, LocalTime local, Edge edge) {
    // No offset exceeds a day: only the periods around this guess can hold `local`.
    const Instant guess = minus_offset(local, 0) - std::chrono::hours{24};
    const auto from = std::ranges::upper_bound(zone.changes, guess, {}, &ZoneChange::at);
    auto period = static_cast<std::size_t>(from - zone.changes.begin());
    std::optional<Instant> found;
    for (;; ++period) {
        const Instant at = minus_offset(local, offset_before(zone, period));
        const bool after_start = period == 0 || at >= zone.changes[period - 1].at;
        const bool before_end = period == zone.changes.size() || at < zone.changes[period].at;
        if (after_start && before_end) {
            found = at;
            if (edge == Edge::opening) return at;
        }
        // Past its own start in no period so far and not past this one's: it fell into the gap.
        if (!after_start && !found) return zone.changes[period - 1].at;
        if (!after_start || period == zone.changes.size()) return found.value_or(at);
    }
}

}  // namespace sla
