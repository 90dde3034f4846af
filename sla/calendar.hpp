// Calendar: when the counter is open, in local wall time of one zone; and the two questions every
// promise asks of it.
//
// Sources of the rules: statements S2, S3, S4 and S16 of the SLA semantics (docs/ROUTING.md).
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sla/zone.hpp"

namespace sla {

enum class CalendarId : std::uint64_t {};

// [open, close) in seconds after local midnight of the day it starts on: 0 <= open < 86400,
// 0 <= close <= 86400. close <= open means the next day.
struct Window {
    std::int32_t open_seconds = 0;
    std::int32_t close_seconds = 0;

    friend bool operator==(const Window&, const Window&) = default;
};

using Windows = std::vector<Window>;

struct Calendar {
    CalendarId id{};            // 0: the calendar that is always open
    std::uint32_t version = 0;  // counts its changes; obligations are stamped with it (S17)
    std::string name;
    Zone zone;
    std::array<Windows, 7> weekly = always_open();  // Monday first
    // Replace the windows starting on that date; none: a holiday (S3).
    std::map<std::chrono::year_month_day, Windows> exceptions;
    std::map<std::chrono::year_month_day, std::string> exception_names;

    static std::array<Windows, 7> always_open();
    friend bool operator==(const Calendar&, const Calendar&) = default;
};

// What no calendar reaches: the due instant of a promise that no open time is left for.
inline constexpr Instant never = Instant::max();

// The earliest instant at which the open time since `from` equals `budget` (S2). A deadline at a
// closing time stays there. `never` when 400 days pass without a window. Precondition: budget >= 0.
Instant add_open_time(const Calendar& calendar, Instant from, Span budget);

// The open time inside [from, to); zero when to <= from.
Span open_time_between(const Calendar& calendar, Instant from, Instant to);

// Whether the counter is open at `at`, and the next instant at which that changes (`never`: it does
// not within 400 days).
bool is_open_at(const Calendar& calendar, Instant at);
Instant next_opening(const Calendar& calendar, Instant from);

struct CalendarFault {
    std::string place;   // "weekly.mon[0].close", "exceptions.2026-12-25"
    std::string detail;  // what is wrong and what to do
};

// S16: windows within a day's bounds and no longer than 24 hours, in order, not overlapping; at
// least one open window within 400 days of `from`.
std::optional<CalendarFault> fault_of(const Calendar& calendar, Instant from);

}  // namespace sla
