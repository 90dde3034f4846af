// The worked examples of the SLA semantics, by their numbers. Times are those of Rome, with the
// offset written, so that no table of offsets decides what is expected.
#include <gtest/gtest.h>

#include "promises.hpp"

namespace {

using namespace pure;

void expect_due(const Calendar& calendar, const std::string& from, Span budget,
                const std::string& due, const std::vector<Pause>& pauses = {}) {
    const Clock clock = with_pauses(started(calendar, at(from), budget), calendar, pauses);
    EXPECT_EQ(text(sla::due_of(clock)), text(at(due)));
    if (pauses.empty()) {
        EXPECT_EQ(text(sla::add_open_time(calendar, at(from), budget)), text(at(due)));
    }
}

Pause paused(const std::string& from, const std::string& to) {
    return {at(from), at(to)};
}

TEST(WorkedExample, E01_plain_on_the_same_day) {
    expect_due(it(), "2026-03-17T10:00+01:00", 2h, "2026-03-17T12:00+01:00");
}

TEST(WorkedExample, E02_over_the_weekend_and_the_spring_change) {
    expect_due(it(), "2026-03-27T17:30+01:00", 4h, "2026-03-30T12:30+02:00");
}

TEST(WorkedExample, E03_over_the_weekend_and_the_autumn_change) {
    expect_due(it(), "2026-10-23T17:30+02:00", 4h, "2026-10-26T12:30+01:00");
}

TEST(WorkedExample, E04_a_bank_holiday_on_friday) {
    expect_due(it(), "2026-04-30T17:00+02:00", 4h, "2026-05-04T12:00+02:00");
}

TEST(WorkedExample, E05_easter_monday) {
    expect_due(it(), "2026-04-03T16:00+02:00", 8h, "2026-04-07T15:00+02:00");
}

TEST(WorkedExample, E06_christmas_and_a_weekend) {
    expect_due(it(), "2026-12-24T17:00+01:00", 4h, "2026-12-28T12:00+01:00");
}

TEST(WorkedExample, E07_an_end_at_closing_stays_there) {
    expect_due(it(), "2026-03-16T10:00+01:00", 8h, "2026-03-16T18:00+01:00");
}

TEST(WorkedExample, E08_a_start_at_closing_has_nothing_left_of_that_day) {
    expect_due(it(), "2026-03-16T18:00+01:00", 1h, "2026-03-17T10:00+01:00");
}

TEST(WorkedExample, E09_a_start_on_saturday) {
    expect_due(it(), "2026-03-14T11:00+01:00", 1h, "2026-03-16T10:00+01:00");
}

TEST(WorkedExample, E10_lunch_in_the_middle) {
    expect_due(lunch(), "2026-03-17T12:30+01:00", 1h, "2026-03-17T14:30+01:00");
}

TEST(WorkedExample, E11_a_start_during_lunch) {
    expect_due(lunch(), "2026-03-17T13:20+01:00", 30min, "2026-03-17T14:30+01:00");
}

TEST(WorkedExample, E12_a_night_that_loses_an_hour) {
    expect_due(night(), "2026-03-28T23:30+01:00", 4h, "2026-03-29T04:30+02:00");
}

TEST(WorkedExample, E13_a_night_that_wins_an_hour) {
    expect_due(night(), "2026-10-24T23:30+02:00", 4h, "2026-10-25T02:30+01:00");
}

TEST(WorkedExample, E14_the_short_night_is_used_up_and_the_next_goes_on) {
    expect_due(night(), "2026-03-28T22:00+01:00", 8h, "2026-03-29T23:00+02:00");
}

TEST(WorkedExample, E15_eight_hours_fit_into_the_long_night) {
    expect_due(night(), "2026-10-24T22:00+02:00", 8h, "2026-10-25T05:00+01:00");
}

TEST(WorkedExample, E16_an_opening_that_does_not_exist_is_the_change) {
    const Calendar calendar = on(closed("Europe/Rome"), {sun}, windows({"02:30-10:00"}));
    expect_due(calendar, "2026-03-29T00:30+01:00", 1h, "2026-03-29T04:00+02:00");
}

TEST(WorkedExample, E17_a_closing_that_occurs_twice_is_the_second) {
    const Calendar calendar = on(closed("Europe/Rome"), {sat}, windows({"22:00-02:30"}));
    expect_due(calendar, "2026-10-24T22:00+02:00", 5h + 30min, "2026-10-25T02:30+01:00");
}

TEST(WorkedExample, E18_a_start_after_midnight_inside_the_night) {
    expect_due(night(), "2026-03-18T05:30+01:00", 1h, "2026-03-18T22:30+01:00");
}

// Also on a calendar of Rome that happens to be open all week: no shortcut for "always open" may
// differ from it.
TEST(WorkedExample, E19_a_day_of_elapsed_time_over_the_spring_change) {
    const Calendar all_week = every_day("Europe/Rome", windows({"00:00-12:00", "12:00-24:00"}));
    for (const Calendar& calendar : {Calendar{}, all_week})
        expect_due(calendar, "2026-03-28T20:00+01:00", 24h, "2026-03-29T21:00+02:00");
}

TEST(WorkedExample, E20_a_day_of_elapsed_time_over_the_autumn_change) {
    const Calendar all_week = every_day("Europe/Rome", windows({"00:00-12:00", "12:00-24:00"}));
    for (const Calendar& calendar : {Calendar{}, all_week})
        expect_due(calendar, "2026-10-24T20:00+02:00", 24h, "2026-10-25T19:00+01:00");
}

TEST(WorkedExample, E21_closed_all_august) {
    Calendar calendar = it();
    for (unsigned day = 1; day <= 31; ++day) calendar.exceptions[date(2026, 8, day)] = {};
    expect_due(calendar, "2026-07-31T17:30+02:00", 1h, "2026-09-01T09:30+02:00");
}

TEST(WorkedExample, E22_waiting_for_the_customer) {
    expect_due(it(), "2026-03-17T09:00+01:00", 10h, "2026-03-18T18:00+01:00",
               {paused("2026-03-17T11:00+01:00", "2026-03-18T10:00+01:00")});
}

TEST(WorkedExample, E23_a_pause_outside_opening_hours_changes_nothing) {
    expect_due(it(), "2026-03-17T14:00+01:00", 6h, "2026-03-18T11:00+01:00",
               {paused("2026-03-17T18:00+01:00", "2026-03-18T09:00+01:00")});
}

TEST(WorkedExample, E24_a_pause_over_a_weekend_counts_its_open_hours) {
    expect_due(it(), "2026-03-20T16:00+01:00", 4h, "2026-03-23T13:00+01:00",
               {paused("2026-03-20T17:00+01:00", "2026-03-23T10:00+01:00")});
}

TEST(WorkedExample, E25_two_pauses_one_over_the_spring_change) {
    expect_due(it(), "2026-03-27T09:00+01:00", 12h, "2026-03-30T15:00+02:00",
               {paused("2026-03-27T10:00+01:00", "2026-03-27T11:00+01:00"),
                paused("2026-03-27T17:00+01:00", "2026-03-30T10:00+02:00")});
}

TEST(WorkedExample, E26_paused_for_good_is_never_due) {
    const Clock clock = with_pauses(started(it(), at("2026-03-17T09:00+01:00"), 10h), it(),
                                    {{at("2026-03-17T11:00+01:00"), std::nullopt}});
    EXPECT_EQ(text(sla::due_of(clock)), "none");
    EXPECT_FALSE(sla::next_signal(clock));
}

TEST(WorkedExample, E27_a_holiday_removes_its_night_and_keeps_the_tail_of_the_one_before) {
    Calendar calendar = night();
    calendar.exceptions[date(2026, 5, 1)] = {};
    expect_due(calendar, "2026-05-01T05:00+02:00", 2h, "2026-05-02T23:00+02:00");
}

TEST(WorkedExample, E28_one_second_of_precision) {
    expect_due(it(), "2026-03-17T17:59:59+01:00", 2s, "2026-03-18T09:00:01+01:00");
}

TEST(WorkedExample, E29_what_was_used_in_rome_stays_used_in_new_york) {
    Calendar new_york = working_days("America/New_York", windows({"09:00-17:00"}));
    new_york.id = sla::CalendarId{2};
    const Instant moved = at("2026-03-09T17:00+01:00");
    const Clock clock = sla::retarget(started(it(), at("2026-03-09T16:00+01:00"), 8h), it(),
                                      policy(), target(8h), new_york, moved);
    EXPECT_EQ(text(sla::due_of(clock)), text(at("2026-03-10T16:00+01:00")));
    EXPECT_EQ(text(sla::due_of(clock)), text(at("2026-03-10T11:00-04:00")));
    EXPECT_EQ(text(sla::used_time(clock, new_york, moved)), text(1h));
    EXPECT_FALSE(clock.by_change);
}

TEST(WorkedExample, E30_a_target_cut_below_what_is_used_is_due_at_the_cut) {
    const Instant cut = at("2026-03-17T12:00+01:00");
    const Clock clock = sla::retarget(started(it(), at("2026-03-17T09:00+01:00"), 8h), it(),
                                      policy(), target(2h), it(), cut);
    EXPECT_EQ(text(sla::due_of(clock)), text(cut));
    EXPECT_TRUE(clock.by_change);
    const auto signal = sla::next_signal(clock);
    ASSERT_TRUE(signal);
    EXPECT_EQ(text(signal->at), text(cut));
    EXPECT_EQ(signal->percent, 100U);
}

TEST(WorkedExample, next_response_in_time_by_a_second_and_late_by_a_millisecond) {
    const Calendar always;
    const Clock clock = started(always, at("2026-03-17T10:00+01:00"), 10min);
    EXPECT_EQ(text(sla::due_of(clock)), text(at("2026-03-17T10:10+01:00")));
    EXPECT_EQ(sla::satisfy(clock, always, at("2026-03-17T10:09:59+01:00")).state, ClockState::met);
    const Clock late = sla::satisfy(clock, always, at("2026-03-17T10:10:00.001+01:00"));
    EXPECT_EQ(late.state, ClockState::met_late);
    EXPECT_EQ(text(late.due_at), text(at("2026-03-17T10:10+01:00")));
}

TEST(WorkedExample, an_offer_that_went_round_never_restarts_the_clock) {
    const Calendar always;
    const Instant arrival = at("2026-03-17T12:00+01:00");
    Clock clock = started(always, arrival, 90s);
    clock = sla::hand_over(clock, always, arrival, 7);
    clock = sla::hand_over(clock, always, arrival + 20s, 8);
    EXPECT_EQ(text(sla::due_of(clock)), text(arrival + 90s));
    clock = sla::satisfy(clock, always, arrival + 55s);
    EXPECT_EQ(clock.state, ClockState::met);
    EXPECT_EQ(text(sla::used_time(clock, always, arrival + 1h)), text(55s));
}

}  // namespace
