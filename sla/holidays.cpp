#include "sla/holidays.hpp"

#include <algorithm>

namespace sla {

using namespace std::chrono;

year_month_day easter_sunday(year year) {
    const int y = static_cast<int>(year);
    const int golden = y % 19;
    const int century = y / 100;
    const int in_century = y % 100;
    const int epact =
        (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
    const int weekday =
        (32 + 2 * (century % 4) + 2 * (in_century / 4) - epact - in_century % 4) % 7;
    const int correction = (golden + 11 * epact + 22 * weekday) / 451;
    const int day_of_march = epact + weekday - 7 * correction + 114;
    return year_month_day{year, month{static_cast<unsigned>(day_of_march / 31)},
                          day{static_cast<unsigned>(day_of_march % 31 + 1)}};
}

const HolidaySet& italian_holidays() {
    static const HolidaySet set{"it",
                                1,
                                {{"Capodanno", January / 1, 0},
                                 {"Epifania", January / 6, 0},
                                 {"Pasqua", std::nullopt, 0},
                                 {"Lunedì dell'Angelo", std::nullopt, 1},
                                 {"Festa della Liberazione", April / 25, 0},
                                 {"Festa del Lavoro", May / 1, 0},
                                 {"Festa della Repubblica", June / 2, 0},
                                 {"Ferragosto", August / 15, 0},
                                 {"Ognissanti", November / 1, 0},
                                 {"Immacolata Concezione", December / 8, 0},
                                 {"Natale", December / 25, 0},
                                 {"Santo Stefano", December / 26, 0}}};
    return set;
}

std::vector<Holiday> holidays_in(const HolidaySet& set, year year) {
    std::vector<Holiday> dates;
    for (const HolidayRule& rule : set.rules) {
        const year_month_day date =
            rule.fixed ? year_month_day{year, rule.fixed->month(), rule.fixed->day()}
                       : year_month_day{local_days{easter_sunday(year)} + days{rule.easter_days}};
        if (date.ok()) dates.push_back({date, rule.name});
    }
    std::ranges::stable_sort(dates, {}, &Holiday::date);
    return dates;
}

Calendar with_holidays(Calendar calendar, std::span<const Holiday> holidays) {
    for (const Holiday& holiday : holidays) {
        calendar.exceptions[holiday.date] = {};
        calendar.exception_names[holiday.date] = holiday.name;
    }
    return calendar;
}

}  // namespace sla
