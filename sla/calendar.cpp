#include "sla/calendar.hpp"

#include <algorithm>

namespace sla {
namespace {

using std::chrono::days;
using std::chrono::seconds;

constexpr int days_without_window_max = 400;
constexpr std::int32_t day_seconds = 86'400;
constexpr std::array weekday_words = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

struct Stretch {
    Instant from{};
    Instant to{};
};

const Windows& windows_on(const Calendar& calendar, LocalDay day) {
    if (!calendar.exceptions.empty()) {
        const auto dated = calendar.exceptions.find(std::chrono::year_month_day{day});
        if (dated != calendar.exceptions.end()) return dated->second;
    }
    return calendar.weekly[std::chrono::weekday{day}.iso_encoding() - 1];
}

Stretch stretch_of(const Zone& zone, LocalDay day, const Window& window) {
    const bool overnight = window.close_seconds <= window.open_seconds;
    return {instant_of(zone, day + seconds{window.open_seconds}, Edge::opening),
            instant_of(zone, day + (overnight ? days{1} : days{0}) + seconds{window.close_seconds},
                       Edge::closing)};
}

bool is_always_open(const Calendar& calendar) {
    static const std::array<Windows, 7> always = Calendar::always_open();
    return calendar.exceptions.empty() && calendar.weekly == always;
}

// Calls visit(stretch) for the open stretches from `from` on, clipped to it and disjoint, until it
// returns true or no window comes for 400 days; says whether it was stopped. The day before is
// looked at too: its night may reach into this one.
template <class Visit>
bool visit_open_time(const Calendar& calendar, Instant from, Visit visit) {
    LocalDay day = std::chrono::floor<days>(local_time(calendar.zone, from)) - days{1};
    Instant covered = from;
    for (int idle = -1; idle <= days_without_window_max; ++idle, day += days{1})
        for (const Window& window : windows_on(calendar, day)) {
            Stretch stretch = stretch_of(calendar.zone, day, window);
            stretch.from = std::max(stretch.from, covered);
            if (stretch.to <= stretch.from) continue;
            if (visit(stretch)) return true;
            covered = stretch.to;
            idle = 0;
        }
    return false;
}

}  // namespace

std::array<Windows, 7> Calendar::always_open() {
    std::array<Windows, 7> all;
    all.fill({Window{0, day_seconds}});
    return all;
}

Instant add_open_time(const Calendar& calendar, Instant from, Span budget) {
    if (budget <= Span::zero()) return from;
    if (is_always_open(calendar)) return from + budget;
    Instant due = never;
    visit_open_time(calendar, from, [&](const Stretch& open) {
        if (budget > open.to - open.from) {
            budget -= open.to - open.from;
            return false;
        }
        due = open.from + budget;
        return true;
    });
    return due;
}

Span open_time_between(const Calendar& calendar, Instant from, Instant to) {
    if (to <= from) return Span::zero();
    if (is_always_open(calendar)) return to - from;
    Span open_time = Span::zero();
    visit_open_time(calendar, from, [&](const Stretch& open) {
        if (open.from >= to) return true;
        open_time += std::min(open.to, to) - open.from;
        return open.to >= to;
    });
    return open_time;
}

Instant next_opening(const Calendar& calendar, Instant from) {
    Instant opening = never;
    visit_open_time(calendar, from, [&](const Stretch& open) {
        opening = open.from;
        return true;
    });
    return opening;
}

bool is_open_at(const Calendar& calendar, Instant at) {
    return next_opening(calendar, at) == at;
}

namespace {

std::optional<std::string> fault_in(const Windows& windows) {
    std::int32_t covered = 0;
    for (const Window& window : windows) {
        if (window.open_seconds < 0 || window.open_seconds >= day_seconds)
            return "an opening time lies between 00:00 and 23:59:59";
        if (window.close_seconds < 0 || window.close_seconds > day_seconds)
            return "a closing time lies between 00:00 and 24:00";
        if (window.open_seconds < covered)
            return "windows stand in order and do not overlap; join or reorder them";
        covered = window.close_seconds <= window.open_seconds ? day_seconds : window.close_seconds;
    }
    return std::nullopt;
}

std::string text_of(const std::chrono::year_month_day& date) {
    const auto padded = [](unsigned value) {
        return (value < 10 ? "0" : "") + std::to_string(value);
    };
    return std::to_string(static_cast<int>(date.year())) + "-" +
           padded(static_cast<unsigned>(date.month())) + "-" +
           padded(static_cast<unsigned>(date.day()));
}

}  // namespace

std::optional<CalendarFault> fault_of(const Calendar& calendar, Instant from) {
    for (std::size_t day = 0; day < calendar.weekly.size(); ++day)
        if (auto fault = fault_in(calendar.weekly[day]))
            return CalendarFault{std::string{"weekly."} + weekday_words.at(day), *fault};
    for (const auto& [date, windows] : calendar.exceptions) {
        if (!date.ok()) return CalendarFault{"exceptions." + text_of(date), "no such date"};
        if (auto fault = fault_in(windows))
            return CalendarFault{"exceptions." + text_of(date), *fault};
    }
    if (next_opening(calendar, from) == never)
        return CalendarFault{"weekly",
                             "the calendar never opens within 400 days; add at least one window"};
    return std::nullopt;
}

}  // namespace sla
