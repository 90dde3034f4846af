// Holidays: sets of dates that a person reviews and puts into a calendar as exceptions (S16, P11).
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sla/calendar.hpp"

namespace sla {

struct Holiday {
    std::chrono::year_month_day date{};
    std::string name;

    friend bool operator==(const Holiday&, const Holiday&) = default;
};

// A rule of a set: the same date each year, or days after Easter Sunday.
struct HolidayRule {
    std::string name;
    std::optional<std::chrono::month_day> fixed;
    int easter_days = 0;
};

struct HolidaySet {
    std::string name;  // "it"
    std::uint32_t version = 0;
    std::vector<HolidayRule> rules;
};

// Western Easter Sunday, Gregorian (the anonymous algorithm, Meeus, Astronomical Algorithms, ch.
// 8).
std::chrono::year_month_day easter_sunday(std::chrono::year year);

// The Italian national holidays, version 1: 1 and 6 January, Easter Sunday and Monday, 25 April,
// 1 May, 2 June, 15 August, 1 November, 8, 25 and 26 December (law 260/1949 as amended).
const HolidaySet& italian_holidays();

std::vector<Holiday> holidays_in(const HolidaySet& set, std::chrono::year year);

// The calendar closed on those dates; what was entered for one of them before is replaced.
Calendar with_holidays(Calendar calendar, std::span<const Holiday> holidays);

}  // namespace sla
