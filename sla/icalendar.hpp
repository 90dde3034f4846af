// iCalendar files (RFC 5545) as proposals of holidays: a person reviews them before they close a
// calendar (S16). Parsing is libical's; whole-day events count, repeated ones are expanded.
#pragma once

#include <string>
#include <vector>

#include "sla/holidays.hpp"

namespace sla {

struct HolidayProposals {
    std::vector<Holiday> holidays;         // by date, each once
    std::vector<std::string> passed_over;  // what was not taken, and why
};

// The whole days that the events of `text` cover between the first day of `from` and the last of
// `to`. Not an iCalendar file: nothing, with the reason in `passed_over`.
HolidayProposals read_icalendar(const std::string& text, std::chrono::year from,
                                std::chrono::year to);

}  // namespace sla
