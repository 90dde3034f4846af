// Calendar: when the counter is open. This first calendar is open around the clock, seven days a
// week; every caller already asks it for open time, so opening hours arrive without touching a
// caller.
#pragma once

#include "sla/instant.hpp"

namespace sla {

enum class CalendarId : unsigned long {};

struct Calendar {
    CalendarId id{};

    friend bool operator==(const Calendar&, const Calendar&) = default;
};

// The earliest instant at which the open time since `from` equals `budget` (statement S2).
// Precondition: budget >= 0.
Instant add_open_time(const Calendar& calendar, Instant from, Span budget);

// The open time inside [from, to); zero when to <= from.
Span open_time_between(const Calendar& calendar, Instant from, Instant to);

}  // namespace sla
