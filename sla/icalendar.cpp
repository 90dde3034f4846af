#include "sla/icalendar.hpp"

#include <libical/ical.h>

#include <algorithm>
#include <memory>

namespace sla {
namespace {

using namespace std::chrono;

struct FreeComponent {
    void operator()(icalcomponent* component) const { icalcomponent_free(component); }
};
using Component = std::unique_ptr<icalcomponent, FreeComponent>;

// An event with more days than this within the years asked for is no holiday.
constexpr std::size_t days_of_one_event_max = 4000;

struct Reading {
    sys_days from;
    sys_days to;
    HolidayProposals proposals;
    std::vector<Holiday> days;  // of the event at hand
};

// libical ends a whole day one second before the next, beyond the end written in the file.
void visit_occurrence(icalcomponent* event, icaltime_span* span, void* data) {
    auto& reading = *static_cast<Reading*>(data);
    const sys_days first = floor<days>(sys_seconds{seconds{span->start}});
    const auto length = std::max<std::int64_t>((span->end - span->start) / 86'400, 1);
    const sys_days last = std::min(reading.to, first + days{length - 1});
    const char* name = icalcomponent_get_summary(event);
    for (sys_days date = std::max(reading.from, first);
         date <= last && reading.days.size() <= days_of_one_event_max; date += days{1})
        reading.days.push_back({year_month_day{date}, name == nullptr ? "" : name});
}

std::string fault_of(icalcomponent* event) {
    const icaltimetype start = icalcomponent_get_dtstart(event);
    if (icaltime_is_null_time(start) || !icaltime_is_valid_time(start) || !start.is_date)
        return "not a whole day";
    const auto month = std::chrono::month{static_cast<unsigned>(start.month)};
    if (!(year{start.year} / month / start.day).ok()) return "no such date";
    if (icalcomponent_get_status(event) == ICAL_STATUS_CANCELLED) return "cancelled";
    // A whole day each second: libical would count the seconds of years.
    for (icalproperty* rule = icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY);
         rule != nullptr; rule = icalcomponent_get_next_property(event, ICAL_RRULE_PROPERTY))
        if (icalproperty_get_rrule(rule).freq < ICAL_DAILY_RECURRENCE)
            return "repeated more often than daily";
    return {};
}

void read_event(Reading& reading, icalcomponent* event, year from, year to) {
    std::string fault = fault_of(event);
    reading.days.clear();
    if (fault.empty()) {
        // One event may last over New Year, and libical names only occurrences that begin inside.
        const icaltimetype first = icaltime_from_day_of_year(1, static_cast<int>(from) - 2);
        const icaltimetype last = icaltime_from_day_of_year(1, static_cast<int>(to) + 1);
        icalcomponent_foreach_recurrence(event, first, last, visit_occurrence, &reading);
        if (reading.days.size() > days_of_one_event_max) fault = "too many days for a holiday";
    }
    auto& [holidays, passed_over] = reading.proposals;
    const char* name = icalcomponent_get_summary(event);
    if (fault.empty())
        holidays.insert(holidays.end(), reading.days.begin(), reading.days.end());
    else
        passed_over.push_back((name == nullptr ? "an event" : name) + (": " + fault));
}

void read_calendar(Reading& reading, icalcomponent* calendar, year from, year to) {
    for (icalcomponent* event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
         event != nullptr;
         event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT))
        read_event(reading, event, from, to);
}

}  // namespace

HolidayProposals read_icalendar(const std::string& text, year from, year to) {
    Reading reading{sys_days{from / January / 1}, sys_days{to / December / 31}, {}, {}};
    const Component root{icalparser_parse_string(text.c_str())};
    // Several calendars in one file stand below a root of libical's own.
    std::vector<icalcomponent*> calendars;
    if (root && icalcomponent_isa(root.get()) == ICAL_VCALENDAR_COMPONENT)
        calendars.push_back(root.get());
    else if (root && icalcomponent_isa(root.get()) == ICAL_XROOT_COMPONENT)
        for (icalcomponent* one =
                 icalcomponent_get_first_component(root.get(), ICAL_VCALENDAR_COMPONENT);
             one != nullptr;
             one = icalcomponent_get_next_component(root.get(), ICAL_VCALENDAR_COMPONENT))
            calendars.push_back(one);
    if (calendars.empty())
        reading.proposals.passed_over.emplace_back(
            "this is not an iCalendar file: it does not begin with BEGIN:VCALENDAR");
    for (icalcomponent* calendar : calendars) read_calendar(reading, calendar, from, to);
    auto& holidays = reading.proposals.holidays;
    std::ranges::stable_sort(holidays, {}, &Holiday::date);
    const auto again = std::ranges::unique(holidays, {}, &Holiday::date);
    holidays.erase(again.begin(), again.end());
    return reading.proposals;
}

}  // namespace sla
