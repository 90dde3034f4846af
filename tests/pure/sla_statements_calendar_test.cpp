// The SLA statements that calendars decide: S1 to S4 and S16. A test carries its statement's
// number.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "promises.hpp"

namespace {

using namespace pure;
using testing::StartsWith;

Span open_between(const Calendar& calendar, const std::string& from, const std::string& to) {
    return sla::open_time_between(calendar, at(from), at(to));
}

// --- S1: UTC, whole milliseconds, budgets in seconds

TEST(SlaStatement, S1_a_budget_is_a_whole_number_of_seconds) {
    sla::Policy asked = policy();
    asked.targets = {target(1s)};
    EXPECT_FALSE(sla::fault_of(asked));
    for (const Span budget : {Span{1500ms}, Span{999'999us}, Span{0us}, Span{-1s}}) {
        asked.targets = {target(budget)};
        EXPECT_TRUE(sla::fault_of(asked)) << text(budget);
    }
}

TEST(SlaStatement, S1_what_starts_on_a_millisecond_warns_and_is_due_on_one) {
    std::mt19937_64 generator{1};
    for (int round = 0; round < 500; ++round) {
        const Instant from =
            at("2026-01-01T00:00Z") + std::chrono::milliseconds{generator() % 31'536'000'000};
        const Span budget = std::chrono::seconds{generator() % 100'000 + 1};
        const Clock clock = started(lunch(), from, budget, {1, 33, 67, 99});
        EXPECT_EQ(clock.due_at.time_since_epoch() % 1ms, 0us);
        for (const sla::Warning& warning : clock.warnings)
            EXPECT_EQ(warning.at.time_since_epoch() % 1ms, 0us);
    }
}

TEST(SlaStatement, S1_a_calendar_names_its_zone_and_the_version_of_the_data) {
    EXPECT_EQ(it().zone.name, "Europe/Rome");
    EXPECT_FALSE(it().zone.data_version.empty());
}

// --- S2: elapsed absolute time inside the windows

TEST(SlaStatement, S2_a_due_instant_is_the_earliest_that_completes_the_budget) {
    std::mt19937_64 generator{2};
    for (const Calendar& calendar : {it(), lunch(), night(), Calendar{}})
        for (int round = 0; round < 250; ++round) {
            const Instant from = at("2026-01-01T00:00Z") + Span{generator() % 31'536'000'000'000};
            const Span budget{generator() % 360'000'000'000 + 1};
            const Instant due = sla::add_open_time(calendar, from, budget);
            EXPECT_EQ(text(sla::open_time_between(calendar, from, due)), text(budget));
            EXPECT_EQ(text(sla::open_time_between(calendar, from, due - 1us)), text(budget - 1us));
        }
}

TEST(SlaStatement, S2_budgets_and_intervals_add_up) {
    std::mt19937_64 generator{3};
    for (const Calendar& calendar : {it(), lunch(), night(), Calendar{}})
        for (int round = 0; round < 250; ++round) {
            const Instant from = at("2026-03-20T00:00Z") + Span{generator() % 1'000'000'000'000};
            const Span first{generator() % 100'000'000'000 + 1};
            const Span second{generator() % 100'000'000'000 + 1};
            const Instant middle = sla::add_open_time(calendar, from, first);
            EXPECT_EQ(text(sla::add_open_time(calendar, middle, second)),
                      text(sla::add_open_time(calendar, from, first + second)));
            const Instant to = from + first + second;
            EXPECT_EQ(text(sla::open_time_between(calendar, from, from + first) +
                           sla::open_time_between(calendar, from + first, to)),
                      text(sla::open_time_between(calendar, from, to)));
        }
}

TEST(SlaStatement, S2_a_night_has_the_hours_that_pass_and_not_those_on_the_wall) {
    EXPECT_EQ(open_between(night(), "2026-03-27T22:00+01:00", "2026-03-28T06:00+01:00"), 8h);
    EXPECT_EQ(open_between(night(), "2026-03-28T22:00+01:00", "2026-03-29T06:00+02:00"), 7h);
    EXPECT_EQ(open_between(night(), "2026-10-24T22:00+02:00", "2026-10-25T06:00+01:00"), 9h);
}

// Each date has its own offset, whatever today's is.
TEST(SlaStatement, S2_winter_and_summer_open_at_nine_on_the_wall) {
    EXPECT_TRUE(sla::is_open_at(it(), at("2026-01-12T08:00Z")));
    EXPECT_FALSE(sla::is_open_at(it(), at("2026-01-12T07:59:59Z")));
    EXPECT_TRUE(sla::is_open_at(it(), at("2026-07-13T07:00Z")));
    EXPECT_FALSE(sla::is_open_at(it(), at("2026-07-13T06:59:59Z")));
}

TEST(SlaStatement, S2_nothing_is_open_in_an_empty_or_reversed_interval) {
    for (const Calendar& calendar : {Calendar{}, it()}) {
        EXPECT_EQ(open_between(calendar, "2026-03-17T10:00Z", "2026-03-17T10:00Z"), 0us);
        EXPECT_EQ(open_between(calendar, "2026-03-17T11:00Z", "2026-03-17T10:00Z"), 0us);
    }
}

TEST(SlaStatement, S2_no_budget_is_due_at_once_even_while_closed) {
    for (const Calendar& calendar : {Calendar{}, it()})
        EXPECT_EQ(text(sla::add_open_time(calendar, at("2026-03-15T03:00Z"), 0us)),
                  text(at("2026-03-15T03:00Z")));
}

TEST(SlaStatement, S2_what_no_open_time_is_left_for_is_never_due) {
    Calendar calendar = closed("Europe/Rome");
    calendar.exceptions[date(2026, 3, 17)] = windows({"09:00-11:00"});
    const Instant from = at("2026-03-17T09:30+01:00");
    EXPECT_EQ(text(sla::add_open_time(calendar, from, 90min)), text(from + 90min));
    EXPECT_EQ(text(sla::add_open_time(calendar, from, 90min + 1us)), "never");
    EXPECT_EQ(text(sla::due_of(started(calendar, from, 2h))), "none");
    EXPECT_EQ(text(sla::next_opening(calendar, from + 90min)), "never");
    EXPECT_EQ(text(sla::open_time_between(calendar, from, from + 24h * 3000)), text(90min));
}

// --- S3: windows

TEST(SlaStatement, S3_a_window_is_half_open) {
    EXPECT_FALSE(sla::is_open_at(it(), at("2026-03-17T08:59:59.999999+01:00")));
    EXPECT_TRUE(sla::is_open_at(it(), at("2026-03-17T09:00+01:00")));
    EXPECT_TRUE(sla::is_open_at(it(), at("2026-03-17T17:59:59.999999+01:00")));
    EXPECT_FALSE(sla::is_open_at(it(), at("2026-03-17T18:00+01:00")));
}

TEST(SlaStatement, S3_the_next_opening_is_now_while_open) {
    const auto next = [](const std::string& from) {
        return text(sla::next_opening(lunch(), at(from)));
    };
    EXPECT_EQ(next("2026-03-17T11:11+01:00"), text(at("2026-03-17T11:11+01:00")));
    EXPECT_EQ(next("2026-03-17T13:00+01:00"), text(at("2026-03-17T14:00+01:00")));
    EXPECT_EQ(next("2026-04-03T18:00+02:00"), text(at("2026-04-07T09:00+02:00")));
}

TEST(SlaStatement, S3_several_windows_a_day_are_open_apart) {
    const Calendar calendar =
        every_day("Europe/Rome", windows({"08:00-09:00", "12:00-12:30", "20:00-24:00"}));
    EXPECT_EQ(open_between(calendar, "2026-03-17T00:00+01:00", "2026-03-18T00:00+01:00"),
              5h + 30min);
    EXPECT_FALSE(sla::is_open_at(calendar, at("2026-03-17T12:30+01:00")));
}

TEST(SlaStatement, S3_twenty_four_hundred_meets_midnight_without_a_seam) {
    const Calendar calendar = on(on(closed("Europe/Rome"), {mon}, windows({"20:00-24:00"})), {tue},
                                 windows({"00:00-02:00"}));
    EXPECT_TRUE(sla::is_open_at(calendar, at("2026-03-16T23:59:59.999999+01:00")));
    EXPECT_TRUE(sla::is_open_at(calendar, at("2026-03-17T00:00+01:00")));
    EXPECT_FALSE(sla::is_open_at(calendar, at("2026-03-18T00:00+01:00")));
    EXPECT_EQ(text(sla::add_open_time(calendar, at("2026-03-16T20:00+01:00"), 6h)),
              text(at("2026-03-17T02:00+01:00")));
}

TEST(SlaStatement, S3_a_close_not_after_its_open_is_on_the_next_day) {
    const Calendar over_night = on(closed("Europe/Rome"), {fri}, windows({"22:00-06:00"}));
    EXPECT_EQ(open_between(over_night, "2026-03-20T00:00+01:00", "2026-03-27T00:00+01:00"), 8h);
    EXPECT_TRUE(sla::is_open_at(over_night, at("2026-03-21T05:59+01:00")));
    const Calendar to_midnight = on(closed("Europe/Rome"), {fri}, windows({"22:00-00:00"}));
    EXPECT_EQ(open_between(to_midnight, "2026-03-20T00:00+01:00", "2026-03-27T00:00+01:00"), 2h);
    const Calendar round = on(closed("Europe/Rome"), {fri}, windows({"15:00-15:00"}));
    EXPECT_EQ(open_between(round, "2026-03-20T00:00+01:00", "2026-03-27T00:00+01:00"), 24h);
}

TEST(SlaStatement, S3_an_exception_replaces_the_windows_of_its_date) {
    Calendar calendar = it();
    calendar.exceptions[date(2026, 3, 17)] = windows({"10:00-12:00"});
    calendar.exceptions[date(2026, 3, 21)] = windows({"09:00-13:00"});  // a Saturday
    EXPECT_EQ(open_between(calendar, "2026-03-17T00:00+01:00", "2026-03-18T00:00+01:00"), 2h);
    EXPECT_EQ(open_between(calendar, "2026-03-21T00:00+01:00", "2026-03-22T00:00+01:00"), 4h);
    EXPECT_EQ(open_between(calendar, "2026-03-16T00:00+01:00", "2026-03-17T00:00+01:00"), 9h);
}

TEST(SlaStatement, S3_a_holiday_keeps_the_tail_of_the_night_before) {
    Calendar calendar = night();
    calendar.exceptions[date(2026, 5, 1)] = {};
    EXPECT_EQ(open_between(calendar, "2026-05-01T00:00+02:00", "2026-05-02T00:00+02:00"), 6h);
    EXPECT_EQ(open_between(calendar, "2026-05-02T00:00+02:00", "2026-05-03T00:00+02:00"), 2h);
}

// The night of Monday reaches into Tuesday, which opens at five already.
TEST(SlaStatement, S3_hours_covered_by_two_windows_count_once) {
    const Calendar calendar = on(on(closed("Europe/Rome"), {mon}, windows({"22:00-06:00"})), {tue},
                                 windows({"05:00-07:00"}));
    EXPECT_EQ(open_between(calendar, "2026-03-16T00:00+01:00", "2026-03-18T00:00+01:00"), 9h);
    EXPECT_EQ(text(sla::add_open_time(calendar, at("2026-03-16T22:00+01:00"), 9h)),
              text(at("2026-03-17T07:00+01:00")));
}

// --- S4: boundaries at changes of clocks

Calendar sundays(const std::string& zone_name, const std::string& open) {
    return on(closed(zone_name), {sun}, windows({open}));
}

TEST(SlaStatement, S4_a_closing_that_does_not_exist_is_the_change) {
    const Calendar calendar = sundays("Europe/Rome", "01:00-02:30");
    EXPECT_EQ(open_between(calendar, "2026-03-29T00:00+01:00", "2026-03-29T12:00+02:00"), 1h);
    EXPECT_FALSE(sla::is_open_at(calendar, at("2026-03-29T03:00+02:00")));
}

TEST(SlaStatement, S4_a_window_inside_the_skipped_hour_has_no_time) {
    const Calendar calendar = sundays("Europe/Rome", "02:15-02:45");
    EXPECT_EQ(open_between(calendar, "2026-03-28T00:00+01:00", "2026-03-30T00:00+02:00"), 0us);
    EXPECT_EQ(text(sla::next_opening(calendar, at("2026-03-29T00:00+01:00"))),
              text(at("2026-04-05T02:15+02:00")));
}

TEST(SlaStatement, S4_an_opening_that_occurs_twice_is_the_first_and_a_closing_the_second) {
    const Calendar calendar = sundays("Europe/Rome", "02:15-02:45");
    EXPECT_EQ(text(sla::next_opening(calendar, at("2026-10-25T00:00+02:00"))),
              text(at("2026-10-25T02:15+02:00")));
    EXPECT_TRUE(sla::is_open_at(calendar, at("2026-10-25T02:50+02:00")));
    EXPECT_TRUE(sla::is_open_at(calendar, at("2026-10-25T02:05+01:00")));
    EXPECT_FALSE(sla::is_open_at(calendar, at("2026-10-25T02:45+01:00")));
    EXPECT_EQ(open_between(calendar, "2026-10-25T00:00+02:00", "2026-10-25T12:00+01:00"),
              1h + 30min);
}

// Havana sets one o'clock back to midnight: 00:00 closes the Saturday and opens the Sunday, and
// occurs twice. The hour between belongs to both days and counts once.
TEST(SlaStatement, S4_a_midnight_that_occurs_twice) {
    const Calendar saturday = on(closed("America/Havana"), {sat}, windows({"18:00-24:00"}));
    const Calendar sunday = on(closed("America/Havana"), {sun}, windows({"00:00-06:00"}));
    const Calendar both = on(saturday, {sun}, windows({"00:00-06:00"}));
    const auto open = [](const Calendar& calendar) {
        return text(open_between(calendar, "2025-11-01T12:00-04:00", "2025-11-02T12:00-05:00"));
    };
    EXPECT_EQ(open(saturday), text(7h));
    EXPECT_EQ(open(sunday), text(7h));
    EXPECT_EQ(open(both), text(13h));
}

// Lebanon skips midnight itself.
TEST(SlaStatement, S4_a_midnight_that_does_not_exist) {
    const Calendar calendar = sundays("Asia/Beirut", "00:00-04:00");
    EXPECT_EQ(text(sla::next_opening(calendar, at("2025-03-29T12:00+02:00"))),
              text(at("2025-03-30T01:00+03:00")));
    EXPECT_EQ(open_between(calendar, "2025-03-29T12:00+02:00", "2025-03-30T12:00+03:00"), 3h);
}

// --- S16: what a calendar must be

std::string fault_place(const Calendar& calendar, const std::string& from = "2026-03-17T00:00Z") {
    const auto fault = sla::fault_of(calendar, at(from));
    return fault ? fault->place : "";
}

TEST(SlaStatement, S16_windows_keep_within_a_day_and_in_order) {
    const auto place = [](const Windows& open) { return fault_place(on(it(), {wed}, open)); };
    for (const Windows& good :
         {windows({"00:00-24:00"}), windows({"09:00-13:00", "13:00-18:00"}),
          windows({"01:00-02:00", "22:00-06:00"}), windows({"15:00-15:00"}), Windows{}})
        EXPECT_EQ(place(good), "");
    for (const Windows& bad :
         {windows({"24:00-06:00"}), windows({"09:00-24:01"}), Windows{{-60, 3600}},
          Windows{{3600, -60}}, windows({"09:00-13:00", "12:59-18:00"}),
          windows({"14:00-18:00", "09:00-13:00"}), windows({"22:00-06:00", "23:00-23:30"}),
          windows({"09:00-18:00", "10:00-11:00"})})
        EXPECT_THAT(place(bad), StartsWith("weekly.wed"));
}

TEST(SlaStatement, S16_exceptions_are_held_to_the_same) {
    Calendar calendar = it();
    calendar.exceptions[date(2026, 12, 24)] = windows({"09:00-13:00", "12:00-14:00"});
    EXPECT_THAT(fault_place(calendar), StartsWith("exceptions.2026-12-24"));
    calendar = it();
    calendar.exceptions[date(2026, 2, 29)] = {};
    EXPECT_THAT(fault_place(calendar), StartsWith("exceptions.2026-02-29"));
}

TEST(SlaStatement, S16_a_calendar_opens_within_400_days) {
    EXPECT_NE(fault_place(closed("Europe/Rome")), "");
    Calendar calendar = closed("Europe/Rome");
    calendar.exceptions[date(2026, 3, 17)] = windows({"09:00-10:00"});
    EXPECT_EQ(fault_place(calendar, "2026-03-17T08:59Z"), "");
    EXPECT_NE(fault_place(calendar, "2026-03-17T09:00Z"), "") << "its only window is over";
    EXPECT_NE(fault_place(calendar, "2025-02-01T00:00Z"), "") << "408 days ahead";
    EXPECT_EQ(fault_place(calendar, "2025-03-01T00:00Z"), "") << "381 days ahead";
}

// 17 March 2026 is 400 dates after 10 February 2025.
TEST(SlaStatement, S16_400_days_are_counted_from_the_instant) {
    Calendar calendar = closed("UTC");
    calendar.exceptions[date(2026, 3, 17)] = windows({"09:00-10:00"});
    EXPECT_EQ(fault_place(calendar, "2025-02-10T18:00Z"), "") << "399 days and 15 hours ahead";
    EXPECT_EQ(text(sla::next_opening(calendar, at("2025-02-10T18:00Z"))),
              text(at("2026-03-17T09:00Z")));
}

TEST(SlaStatement, S16_a_closure_shorter_than_400_days_only_delays) {
    Calendar calendar = every_day("UTC", windows({"09:00-17:00"}));
    for (auto day = std::chrono::sys_days{date(2026, 3, 18)}; day < date(2027, 4, 1);
         day += std::chrono::days{1})
        calendar.exceptions[day] = {};
    EXPECT_EQ(text(sla::add_open_time(calendar, at("2026-03-17T16:00Z"), 2h)),
              text(at("2027-04-01T10:00Z")));
}

}  // namespace
