// Instants, zones, calendars and clocks for the tests of sla/, written as people read them.
#pragma once

#include <cstdio>
#include <initializer_list>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "hub/runtime/zones.hpp"
#include "sla/sla.hpp"

namespace pure {

using namespace std::chrono_literals;
using sla::Calendar;
using sla::Clock;
using sla::ClockState;
using sla::Instant;
using sla::LegKind;
using sla::Span;
using sla::Windows;

// "2026-03-27T17:30+01:00", "2026-03-27T17:30:00.001Z": the offset is written, never looked up.
inline Instant at(const std::string& written) {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, used = 0;
    if (std::sscanf(written.c_str(), "%d-%d-%dT%d:%d%n", &year, &month, &day, &hour, &minute,
                    &used) != 5)
        throw std::invalid_argument(written);
    std::string rest = written.substr(static_cast<std::size_t>(used));
    Instant instant = std::chrono::sys_days{std::chrono::year{year} / month / day} +
                      std::chrono::hours{hour} + std::chrono::minutes{minute};
    if (rest.starts_with(':')) {
        instant += std::chrono::seconds{std::stoi(rest.substr(1, 2))};
        rest = rest.substr(3);
    }
    if (rest.starts_with('.')) {
        const std::size_t end = rest.find_first_not_of("0123456789", 1);
        const std::string digits = (rest.substr(1, end - 1) + "000000").substr(0, 6);
        instant += std::chrono::microseconds{std::stoi(digits)};
        rest = rest.substr(end);
    }
    if (rest == "Z") return instant;
    int offset_hours = 0, offset_minutes = 0;
    char sign = '+';
    if (std::sscanf(rest.c_str(), "%c%d:%d", &sign, &offset_hours, &offset_minutes) != 3)
        throw std::invalid_argument(written);
    const std::chrono::minutes offset{offset_hours * 60 + offset_minutes};
    return sign == '-' ? instant + offset : instant - offset;
}

// In UTC, so that a failure can be read.
inline std::string text(Instant instant) {
    if (instant == sla::never) return "never";
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{instant - day};
    char out[64];
    std::snprintf(
        out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
        static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
    return out;
}

inline std::string text(std::optional<Instant> instant) {
    return instant ? text(*instant) : "none";
}

inline std::string text(Span span) {
    return std::to_string(span.count()) + " us";
}

inline const sla::Zone& zone(const std::string& name) {
    static std::map<std::string, sla::Zone> known;
    const auto found = known.find(name);
    if (found != known.end()) return found->second;
    return known.emplace(name, runtime::load_zone(name).value()).first->second;
}

inline std::chrono::year_month_day date(int year, unsigned month, unsigned day) {
    return std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day);
}

// "09:00-18:00"
inline sla::Window window(const std::string& written) {
    int open_hour = 0, open_minute = 0, close_hour = 0, close_minute = 0;
    if (std::sscanf(written.c_str(), "%d:%d-%d:%d", &open_hour, &open_minute, &close_hour,
                    &close_minute) != 4)
        throw std::invalid_argument(written);
    return {open_hour * 3600 + open_minute * 60, close_hour * 3600 + close_minute * 60};
}

inline Windows windows(std::initializer_list<std::string> written) {
    Windows all;
    for (const std::string& one : written) all.push_back(window(one));
    return all;
}

enum Weekday : std::size_t { mon, tue, wed, thu, fri, sat, sun };

inline Calendar closed(const std::string& zone_name) {
    Calendar calendar;
    calendar.id = sla::CalendarId{1};
    calendar.version = 1;
    calendar.name = zone_name;
    calendar.zone = zone(zone_name);
    calendar.weekly.fill({});
    return calendar;
}

inline Calendar on(Calendar calendar, std::initializer_list<Weekday> days, const Windows& open) {
    for (const Weekday day : days) calendar.weekly.at(day) = open;
    return calendar;
}

inline Calendar every_day(const std::string& zone_name, const Windows& open) {
    return on(closed(zone_name), {mon, tue, wed, thu, fri, sat, sun}, open);
}

inline Calendar working_days(const std::string& zone_name, const Windows& open) {
    return on(closed(zone_name), {mon, tue, wed, thu, fri}, open);
}

inline Calendar with_bank_holidays_of_2026(Calendar calendar) {
    for (const auto& holiday :
         {date(2026, 1, 1), date(2026, 1, 6), date(2026, 4, 5), date(2026, 4, 6), date(2026, 4, 25),
          date(2026, 5, 1), date(2026, 6, 2), date(2026, 8, 15), date(2026, 11, 1),
          date(2026, 12, 8), date(2026, 12, 25), date(2026, 12, 26)})
        calendar.exceptions[holiday] = {};
    return calendar;
}

// The calendars of section G.
inline Calendar it() {
    return with_bank_holidays_of_2026(working_days("Europe/Rome", windows({"09:00-18:00"})));
}
inline Calendar lunch() {
    return with_bank_holidays_of_2026(
        working_days("Europe/Rome", windows({"09:00-13:00", "14:00-18:00"})));
}
inline Calendar night() {
    return every_day("Europe/Rome", windows({"22:00-06:00"}));
}

inline sla::Policy policy() {
    sla::Policy policy;
    policy.id = sla::PolicyId{3};
    policy.version = 7;
    policy.name = "Standard";
    return policy;
}

inline sla::Target target(Span budget, std::vector<std::uint32_t> warn_percents = {}) {
    return {sla::Metric::resolution, budget, std::move(warn_percents)};
}

inline Clock started(const Calendar& calendar, Instant from, Span budget,
                     std::vector<std::uint32_t> warn_percents = {}) {
    return sla::start_clock(policy(), target(budget, std::move(warn_percents)), calendar, from);
}

struct Pause {
    Instant from{};
    std::optional<Instant> to;
};

// The clock after its pauses, each by its instant. What begins once the promise is due moves
// nothing any more.
inline Clock with_pauses(Clock clock, const Calendar& calendar, const std::vector<Pause>& pauses) {
    for (const Pause& one : pauses) {
        if (sla::due_of(clock).value_or(sla::never) <= one.from) break;
        clock = sla::pause(clock, calendar, one.from);
        if (!one.to) break;
        clock = sla::resume(clock, calendar, *one.to);
    }
    return clock;
}

}  // namespace pure
