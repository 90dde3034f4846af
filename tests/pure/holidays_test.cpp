#include "sla/holidays.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "promises.hpp"

namespace {

using namespace pure;
using sla::Holiday;
using std::chrono::sys_days;
using testing::ElementsAre;

std::string text(std::chrono::year_month_day day) {
    return pure::text(Instant{sys_days{day}}).substr(0, 10);
}

std::vector<std::string> dates_of(const std::vector<Holiday>& holidays) {
    std::vector<std::string> dates;
    for (const Holiday& holiday : holidays) dates.push_back(text(holiday.date));
    return dates;
}

// The tables of the calendar reform: the epact of Clavius, then the Sunday after the full moon.
// As Knuth writes it (TAOCP 1.3.2, exercise 14); shares no step with the code under test.
std::chrono::year_month_day easter_by_epact(int year) {
    const int golden = year % 19 + 1;
    const int century = year / 100 + 1;
    const int leap_years_left_out = 3 * century / 4 - 12;
    const int moon_correction = (8 * century + 5) / 25 - 5;
    const int sunday = 5 * year / 4 - leap_years_left_out - 10;
    int epact = (11 * golden + 20 + moon_correction - leap_years_left_out) % 30;
    if (epact < 0) epact += 30;
    if ((epact == 25 && golden > 11) || epact == 24) ++epact;
    int full_moon = 44 - epact;
    if (full_moon < 21) full_moon += 30;
    const int day_of_march = full_moon + 7 - (sunday + full_moon) % 7;
    return sys_days{std::chrono::year{year} / 3 / 1} + std::chrono::days{day_of_march - 1};
}

TEST(Easter, agrees_with_the_tables_from_1990_to_2100_and_far_beyond) {
    for (int year = 1583; year <= 4099; ++year)
        EXPECT_EQ(text(sla::easter_sunday(std::chrono::year{year})), text(easter_by_epact(year)));
}

// As printed in calendars; 1818 and 2038 are the earliest and the latest that can be.
TEST(Easter, falls_where_the_calendars_print_it) {
    const std::vector<std::string> printed = {
        "1818-03-22", "1954-04-18", "1981-04-19", "1990-04-15", "1991-03-31", "1992-04-19",
        "1993-04-11", "1994-04-03", "1995-04-16", "1996-04-07", "1997-03-30", "1998-04-12",
        "1999-04-04", "2000-04-23", "2001-04-15", "2002-03-31", "2003-04-20", "2004-04-11",
        "2005-03-27", "2006-04-16", "2007-04-08", "2008-03-23", "2009-04-12", "2010-04-04",
        "2011-04-24", "2012-04-08", "2013-03-31", "2014-04-20", "2015-04-05", "2016-03-27",
        "2017-04-16", "2018-04-01", "2019-04-21", "2020-04-12", "2021-04-04", "2022-04-17",
        "2023-04-09", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16",
        "2029-04-01", "2030-04-21", "2035-03-25", "2038-04-25", "2049-04-18", "2076-04-19",
        "2100-03-28"};
    for (const std::string& date : printed)
        EXPECT_EQ(text(sla::easter_sunday(std::chrono::year{std::stoi(date.substr(0, 4))})), date);
}

TEST(Holidays, P11_the_italian_set_of_2026) {
    EXPECT_THAT(dates_of(sla::holidays_in(sla::italian_holidays(), std::chrono::year{2026})),
                ElementsAre("2026-01-01", "2026-01-06", "2026-04-05", "2026-04-06", "2026-04-25",
                            "2026-05-01", "2026-06-02", "2026-08-15", "2026-11-01", "2026-12-08",
                            "2026-12-25", "2026-12-26"));
}

TEST(Holidays, P11_the_italian_set_has_a_name_a_version_and_names_its_days) {
    EXPECT_EQ(sla::italian_holidays().name, "it");
    EXPECT_GE(sla::italian_holidays().version, 1U);
    const auto holidays = sla::holidays_in(sla::italian_holidays(), std::chrono::year{2027});
    ASSERT_EQ(holidays.size(), 12U);
    EXPECT_EQ(holidays[0], (Holiday{date(2027, 1, 1), "Capodanno"}));
    EXPECT_EQ(holidays[2], (Holiday{date(2027, 3, 28), "Pasqua"}));
    EXPECT_EQ(holidays[3], (Holiday{date(2027, 3, 29), "Lunedì dell'Angelo"}));
    EXPECT_EQ(holidays[11], (Holiday{date(2027, 12, 26), "Santo Stefano"}));
}

// In 2011 Easter Monday was Liberation day.
TEST(Holidays, P11_two_holidays_on_one_date_stay_two_and_in_order) {
    const auto holidays = sla::holidays_in(sla::italian_holidays(), std::chrono::year{2011});
    EXPECT_EQ(holidays.size(), 12U);
    EXPECT_EQ(std::ranges::count(holidays, date(2011, 4, 25), &Holiday::date), 2);
    EXPECT_TRUE(std::ranges::is_sorted(holidays, {}, &Holiday::date));
}

TEST(Holidays, P11_every_year_has_the_twelve) {
    for (int year = 1990; year <= 2100; ++year) {
        const auto holidays = sla::holidays_in(sla::italian_holidays(), std::chrono::year{year});
        EXPECT_EQ(holidays.size(), 12U) << year;
        EXPECT_TRUE(std::ranges::is_sorted(holidays, {}, &Holiday::date)) << year;
        for (const Holiday& holiday : holidays)
            EXPECT_EQ(static_cast<int>(holiday.date.year()), year);
    }
}

TEST(Holidays, P11_sets_are_data_and_a_patron_is_one_more_rule) {
    using namespace std::chrono;
    const sla::HolidaySet set{"office",
                              3,
                              {{"Sant'Ambrogio", December / 7, 0},
                               {"Ascension", std::nullopt, 39},
                               {"Good Friday", std::nullopt, -2},
                               {"Leap day", February / 29, 0}}};
    EXPECT_THAT(dates_of(sla::holidays_in(set, year{2026})),
                ElementsAre("2026-04-03", "2026-05-14", "2026-12-07"));
    EXPECT_THAT(dates_of(sla::holidays_in(set, year{2028})),
                ElementsAre("2028-02-29", "2028-04-14", "2028-05-25", "2028-12-07"));
}

TEST(Holidays, S16_close_a_calendar_on_their_dates_and_replace_what_stood_there) {
    Calendar calendar = working_days("Europe/Rome", windows({"09:00-18:00"}));
    calendar.exceptions[date(2026, 5, 1)] = windows({"09:00-13:00"});
    calendar.exception_names[date(2026, 5, 1)] = "half a day";
    calendar.exceptions[date(2026, 12, 24)] = windows({"09:00-13:00"});
    const auto holidays = sla::holidays_in(sla::italian_holidays(), std::chrono::year{2026});
    const Calendar with = sla::with_holidays(calendar, holidays);
    EXPECT_EQ(with.exceptions.size(), 13U);
    EXPECT_TRUE(with.exceptions.at(date(2026, 5, 1)).empty());
    EXPECT_EQ(with.exception_names.at(date(2026, 5, 1)), "Festa del Lavoro");
    EXPECT_EQ(with.exceptions.at(date(2026, 12, 24)), windows({"09:00-13:00"}));
    EXPECT_EQ(with.weekly, calendar.weekly);
    EXPECT_EQ(pure::text(sla::add_open_time(with, at("2026-04-03T16:00+02:00"), 8h)),
              pure::text(at("2026-04-07T15:00+02:00")));
    EXPECT_EQ(sla::with_holidays(calendar, {}), calendar);
}

}  // namespace
