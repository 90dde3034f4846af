// The SLA statements that a clock decides alone: S10 to S13, S15, and what S5 and S9 ask of it. A
// test carries its statement's number.
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "promises.hpp"

namespace {

using namespace pure;

const Instant nine = at("2026-03-17T09:00+01:00");  // a Tuesday, it() opens

using Change = std::function<Clock(const Clock&)>;

// Everything that can happen to a clock, at an instant after all that came before.
std::map<std::string, Change> changes_at(Instant when) {
    return {
        {"pause", [when](const Clock& clock) { return sla::pause(clock, it(), when); }},
        {"resume", [when](const Clock& clock) { return sla::resume(clock, it(), when); }},
        {"hand over", [when](const Clock& clock) { return sla::hand_over(clock, it(), when, 99); }},
        {"satisfy", [when](const Clock& clock) { return sla::satisfy(clock, it(), when); }},
        {"void",
         [when](const Clock& clock) {
             return sla::make_void(clock, it(), when, sla::VoidReason::spam);
         }},
        {"lose", [when](const Clock& clock) { return sla::lose(clock, it(), when); }},
        {"retarget", [when](const Clock& clock) {
             return sla::retarget(clock, it(), policy(), target(100h), it(), when);
         }}};
}

// --- S10: at due exactly

TEST(SlaStatement, S10_answered_at_due_exactly_is_in_time) {
    const Clock clock = started(it(), nine, 4h);
    EXPECT_EQ(sla::satisfy(clock, it(), nine + 4h - 1us).state, ClockState::met);
    EXPECT_EQ(sla::satisfy(clock, it(), nine + 4h).state, ClockState::met);
    EXPECT_EQ(sla::satisfy(clock, it(), nine + 4h + 1ms).state, ClockState::met_late);
    EXPECT_EQ(sla::satisfy(clock, it(), nine + 4h + 1us).state, ClockState::met_late);
    EXPECT_EQ(text(sla::satisfy(clock, it(), nine + 4h).ended_at), text(nine + 4h));
}

// The first closed minute uses no budget, and is late all the same.
TEST(SlaStatement, S10_after_due_at_closing_it_is_late_though_nobody_is_there) {
    const Clock clock = started(it(), nine, 9h);
    EXPECT_EQ(sla::satisfy(clock, it(), at("2026-03-17T18:00+01:00")).state, ClockState::met);
    EXPECT_EQ(sla::satisfy(clock, it(), at("2026-03-17T18:01+01:00")).state, ClockState::met_late);
}

TEST(SlaStatement, S10_a_warned_clock_is_met_in_time_too) {
    const Clock clock = sla::warned(started(it(), nine, 4h, {50}));
    EXPECT_EQ(clock.state, ClockState::warned);
    EXPECT_EQ(sla::satisfy(clock, it(), nine + 4h).state, ClockState::met);
}

// --- S11: a breach has the instant of its due

TEST(SlaStatement, S11_the_breach_is_signalled_at_due) {
    const Clock clock = started(it(), nine, 4h);
    const auto signal = sla::next_signal(clock);
    ASSERT_TRUE(signal);
    EXPECT_EQ(text(signal->at), text(nine + 4h));
    EXPECT_EQ(signal->percent, 100U);
    EXPECT_EQ(text(sla::breached(clock).due_at), text(nine + 4h));
    EXPECT_FALSE(sla::next_signal(sla::breached(clock)));
}

TEST(SlaStatement, S11_a_late_answer_is_late_though_no_timer_told_the_breach) {
    const Clock clock = sla::satisfy(started(it(), nine, 4h), it(), nine + 24h * 40);
    EXPECT_EQ(clock.state, ClockState::met_late);
    EXPECT_EQ(text(clock.due_at), text(nine + 4h));
    const Clock told = sla::satisfy(sla::breached(started(it(), nine, 4h)), it(), nine + 5h);
    EXPECT_EQ(told.state, ClockState::met_late);
    EXPECT_EQ(text(told.due_at), text(nine + 4h));
}

// "Missed polls cannot hide it": what happens after due, before anybody told the breach, must not
// give the promise a new due instant.
TEST(SlaStatement, S11_a_pause_after_an_unnoticed_due_does_not_hide_the_breach) {
    Clock clock = sla::pause(started(it(), nine, 2h), it(), nine + 3h);
    EXPECT_EQ(sla::satisfy(clock, it(), nine + 4h).state, ClockState::met_late);
    clock = sla::resume(clock, it(), nine + 5h);
    EXPECT_EQ(text(clock.due_at), text(nine + 2h));
    EXPECT_EQ(sla::satisfy(clock, it(), nine + 5h).state, ClockState::met_late);
}

TEST(SlaStatement, S11_a_longer_target_after_an_unnoticed_due_does_not_hide_the_breach) {
    const Clock clock =
        sla::retarget(started(it(), nine, 2h), it(), policy(), target(8h), it(), nine + 3h);
    EXPECT_EQ(text(clock.due_at), text(nine + 2h));
    EXPECT_EQ(sla::satisfy(clock, it(), nine + 4h).state, ClockState::met_late);
}

// --- S12: one end

TEST(SlaStatement, S12_a_clock_ends_once) {
    const Clock running = started(it(), nine, 4h, {50});
    const std::vector<Clock> ended = {
        sla::satisfy(running, it(), nine + 1h), sla::satisfy(running, it(), nine + 5h),
        sla::make_void(running, it(), nine + 1h, sla::VoidReason::merged),
        sla::lose(running, it(), nine + 1h)};
    for (const Clock& clock : ended) {
        EXPECT_FALSE(sla::is_open(clock));
        EXPECT_FALSE(sla::next_signal(clock));
        for (const auto& [name, change] : changes_at(nine + 6h))
            EXPECT_EQ(change(clock), clock)
                << name << " on state " << static_cast<int>(clock.state);
    }
}

TEST(SlaStatement, S12_each_end_is_told_apart) {
    const Clock running = started(it(), nine, 4h);
    EXPECT_EQ(sla::lose(running, it(), nine + 1h).state, ClockState::lost);
    for (const auto reason :
         {sla::VoidReason::resolved_unanswered, sla::VoidReason::no_answer_needed,
          sla::VoidReason::merged, sla::VoidReason::spam, sla::VoidReason::policy_removed,
          sla::VoidReason::waived, sla::VoidReason::author_deleted}) {
        const Clock clock = sla::make_void(running, it(), nine + 1h, reason);
        EXPECT_EQ(clock.state, ClockState::void_);
        EXPECT_EQ(clock.void_reason, reason);
        EXPECT_EQ(text(clock.ended_at), text(nine + 1h));
    }
    EXPECT_EQ(sla::satisfy(running, it(), nine + 1h).void_reason, sla::VoidReason::none);
}

TEST(SlaStatement, S12_an_answer_is_owed_until_the_end) {
    const Clock clock = started(it(), nine, 4h, {50});
    EXPECT_TRUE(sla::is_open(clock));
    EXPECT_TRUE(sla::is_open(sla::warned(clock)));
    EXPECT_TRUE(sla::is_open(sla::breached(clock)));
    EXPECT_TRUE(sla::is_open(sla::pause(clock, it(), nine + 1h)));
    EXPECT_EQ(text(clock.ended_at), "none");
}

TEST(SlaStatement, S12_a_metric_that_the_policy_does_not_define_does_not_exist) {
    sla::Policy asked = policy();
    asked.targets = {target(4h)};
    ASSERT_NE(sla::target_of(asked, sla::Metric::resolution), nullptr);
    EXPECT_EQ(sla::target_of(asked, sla::Metric::resolution)->budget, Span{4h});
    EXPECT_EQ(sla::target_of(asked, sla::Metric::first_response), nullptr);
    EXPECT_EQ(sla::target_of({}, sla::Metric::resolution), nullptr);
}

// --- S13: pauses

TEST(SlaStatement, S13_a_paused_clock_is_due_never_and_says_nothing) {
    const Clock clock = sla::pause(started(it(), nine, 4h, {50}), it(), nine + 1h);
    EXPECT_EQ(clock.state, ClockState::paused);
    EXPECT_EQ(text(sla::due_of(clock)), "none");
    EXPECT_FALSE(sla::next_signal(clock));
    EXPECT_EQ(text(sla::used_time(clock, it(), nine + 3h)), text(1h));
}

TEST(SlaStatement, S13_only_the_open_part_of_a_pause_delays) {
    const auto due = [](const std::string& from, const std::string& to) {
        const Clock clock = with_pauses(started(it(), nine, 12h), it(), {{at(from), at(to)}});
        return text(sla::due_of(clock));
    };
    EXPECT_EQ(due("2026-03-17T17:00+01:00", "2026-03-17T23:00+01:00"),
              text(at("2026-03-18T13:00+01:00")));
    EXPECT_EQ(due("2026-03-17T20:00+01:00", "2026-03-18T10:00+01:00"),
              text(at("2026-03-18T13:00+01:00")));
    EXPECT_EQ(due("2026-03-17T20:00+01:00", "2026-03-18T03:00+01:00"),
              text(at("2026-03-18T12:00+01:00")));
}

TEST(SlaStatement, S13_empty_and_repeated_pauses_are_harmless) {
    const Clock clock = started(it(), nine, 4h, {50});
    const Clock touched = sla::resume(sla::pause(clock, it(), nine + 1h), it(), nine + 1h);
    EXPECT_EQ(text(sla::due_of(touched)), text(nine + 4h));
    const Clock once = sla::pause(clock, it(), nine + 1h);
    EXPECT_EQ(sla::pause(once, it(), nine + 2h), once);
    EXPECT_EQ(sla::resume(clock, it(), nine + 2h), clock);
    const Clock twice = sla::resume(sla::pause(once, it(), nine + 2h), it(), nine + 3h);
    EXPECT_EQ(text(sla::due_of(twice)), text(nine + 6h));
    const Clock from_the_start = sla::resume(sla::pause(clock, it(), nine), it(), nine + 1h);
    EXPECT_EQ(text(sla::due_of(from_the_start)), text(nine + 5h));
}

TEST(SlaStatement, S13_warnings_wait_with_their_clock_and_what_was_told_stays_told) {
    Clock clock = started(it(), nine, 4h, {25, 75});
    clock = sla::warned(clock);
    clock = sla::resume(sla::pause(clock, it(), nine + 2h), it(), nine + 3h);
    EXPECT_EQ(clock.state, ClockState::warned);
    ASSERT_EQ(clock.warnings.size(), 1U);
    EXPECT_EQ(clock.warnings[0].percent, 75U);
    EXPECT_EQ(text(clock.warnings[0].at), text(nine + 4h));
    EXPECT_EQ(text(sla::due_of(clock)), text(nine + 5h));
}

TEST(SlaStatement, S13_a_breach_is_not_paused_away) {
    Clock clock = sla::breached(started(it(), nine, 2h));
    clock = sla::pause(clock, it(), nine + 3h);
    EXPECT_EQ(clock.state, ClockState::breached);
    clock = sla::resume(clock, it(), nine + 5h);
    EXPECT_EQ(clock.state, ClockState::breached);
    EXPECT_EQ(text(clock.due_at), text(nine + 2h));
    EXPECT_EQ(text(sla::used_time(clock, it(), nine + 6h)), text(4h));
}

TEST(SlaStatement, S13_an_end_while_paused_is_in_time) {
    const Clock clock = sla::pause(started(it(), nine, 2h), it(), nine + 1h);
    EXPECT_EQ(sla::satisfy(clock, it(), nine + 24h * 9).state, ClockState::met);
}

// S2: due is the earliest instant at which the budget is used. It was, when the pause began.
TEST(SlaStatement, S13_a_pause_that_begins_at_due_does_not_move_it) {
    Clock clock = sla::pause(started(it(), nine, 2h), it(), nine + 2h);
    clock = sla::resume(clock, it(), nine + 4h);
    EXPECT_EQ(text(sla::due_of(clock)), text(nine + 2h));
    EXPECT_EQ(sla::satisfy(clock, it(), nine + 4h).state, ClockState::met_late);
}

// --- S15: warnings

TEST(SlaStatement, S15_warnings_fall_into_opening_hours) {
    const Clock clock = started(it(), at("2026-03-27T17:30+01:00"), 4h, {10, 50, 75});
    ASSERT_EQ(clock.warnings.size(), 3U);
    EXPECT_EQ(text(clock.warnings[0].at), text(at("2026-03-27T17:54+01:00")));
    EXPECT_EQ(text(clock.warnings[1].at), text(at("2026-03-30T10:30+02:00")));
    EXPECT_EQ(text(clock.warnings[2].at), text(at("2026-03-30T11:30+02:00")));
}

TEST(SlaStatement, S15_a_warning_is_its_share_by_the_same_function) {
    std::mt19937_64 generator{15};
    for (const Calendar& calendar : {it(), lunch(), night(), Calendar{}})
        for (int round = 0; round < 100; ++round) {
            const Instant from = at("2026-01-01T00:00Z") + Span{generator() % 31'536'000'000'000};
            const Span budget = std::chrono::seconds{generator() % 360'000 + 1};
            const Clock clock = started(calendar, from, budget, {1, 50, 75, 99});
            ASSERT_EQ(clock.warnings.size(), 4U);
            for (const sla::Warning& warning : clock.warnings)
                EXPECT_EQ(text(warning.at),
                          text(sla::add_open_time(calendar, from, budget / 100 * warning.percent)));
        }
}

TEST(SlaStatement, S15_each_warning_and_the_breach_are_told_once_in_order) {
    Clock clock = started(it(), nine, 4h, {50, 75});
    const auto expect_next = [&clock](Instant when, std::uint32_t percent) {
        const auto signal = sla::next_signal(clock);
        ASSERT_TRUE(signal);
        EXPECT_EQ(text(signal->at), text(when));
        EXPECT_EQ(signal->percent, percent);
    };
    expect_next(nine + 2h, 50);
    clock = sla::warned(clock);
    EXPECT_TRUE(clock.has_warned);
    expect_next(nine + 3h, 75);
    clock = sla::warned(clock);
    expect_next(nine + 4h, 100);
    clock = sla::breached(clock);
    EXPECT_EQ(clock.state, ClockState::breached);
    EXPECT_FALSE(sla::next_signal(clock));
}

TEST(SlaStatement, S15_a_breach_leaves_nothing_to_warn_of) {
    EXPECT_TRUE(sla::breached(started(it(), nine, 4h, {50, 75})).warnings.empty());
}

TEST(SlaStatement, S15_what_never_comes_is_never_told) {
    Calendar calendar = closed("Europe/Rome");
    calendar.exceptions[date(2026, 3, 17)] = windows({"09:00-11:00"});
    Clock clock = started(calendar, nine, 4h, {25, 75});
    const auto first = sla::next_signal(clock);
    ASSERT_TRUE(first);
    EXPECT_EQ(text(first->at), text(nine + 1h));
    clock = sla::warned(clock);
    EXPECT_FALSE(sla::next_signal(clock));
}

// --- what S5 and S9 ask of a clock

TEST(SlaStatement, S5_an_answer_that_never_arrived_leaves_the_old_due) {
    const Clock clock =
        sla::undo_answer(sla::satisfy(started(it(), nine, 4h, {75}), it(), nine + 1h));
    EXPECT_EQ(clock.state, ClockState::running);
    EXPECT_TRUE(clock.undelivered);
    EXPECT_EQ(text(clock.ended_at), "none");
    EXPECT_EQ(text(sla::due_of(clock)), text(nine + 4h));
    EXPECT_EQ(text(sla::used_time(clock, it(), nine + 2h)), text(2h));
    ASSERT_TRUE(sla::next_signal(clock));
    EXPECT_EQ(text(sla::next_signal(clock)->at), text(nine + 3h));
}

TEST(SlaStatement, S5_an_undone_answer_keeps_its_warning_and_its_breach) {
    const Clock warned = sla::warned(started(it(), nine, 4h, {50}));
    EXPECT_EQ(sla::undo_answer(sla::satisfy(warned, it(), nine + 3h)).state, ClockState::warned);
    const Clock late = sla::satisfy(started(it(), nine, 4h), it(), nine + 5h);
    EXPECT_EQ(sla::undo_answer(late).state, ClockState::breached);
    const Clock lost = sla::lose(started(it(), nine, 4h), it(), nine + 1h);
    EXPECT_EQ(sla::undo_answer(lost), lost);
    const Clock running = started(it(), nine, 4h);
    EXPECT_EQ(sla::undo_answer(running), running);
}

TEST(SlaStatement, S9_a_reopened_resolution_goes_on_without_its_resolved_time) {
    const Clock resolved = sla::satisfy(started(it(), nine, 4h, {50, 75}), it(), nine + 1h);
    const Clock clock = sla::reopen(resolved, it(), nine + 3h);
    EXPECT_EQ(clock.state, ClockState::running);
    EXPECT_EQ(text(clock.ended_at), "none");
    EXPECT_EQ(text(clock.started_at), text(nine));
    EXPECT_EQ(text(sla::due_of(clock)), text(nine + 6h));
    EXPECT_EQ(text(clock.warnings.at(0).at), text(nine + 4h));
    EXPECT_EQ(text(sla::used_time(clock, it(), nine + 4h)), text(2h));
    EXPECT_EQ(sla::satisfy(clock, it(), nine + 6h).state, ClockState::met);
    EXPECT_EQ(sla::satisfy(clock, it(), nine + 6h + 1ms).state, ClockState::met_late);
}

TEST(SlaStatement, S9_reopening_keeps_a_breach_and_changes_nothing_that_is_open) {
    const Clock late = sla::satisfy(started(it(), nine, 2h), it(), nine + 3h);
    const Clock reopened = sla::reopen(late, it(), nine + 5h);
    EXPECT_EQ(reopened.state, ClockState::breached);
    EXPECT_EQ(text(reopened.due_at), text(nine + 2h));
    const Clock running = started(it(), nine, 2h);
    EXPECT_EQ(sla::reopen(running, it(), nine + 1h), running);
}

// Resolved in the very instant of due, in time: nothing is left, so it is late at once.
TEST(SlaStatement, S9_reopening_after_an_end_at_due_does_not_move_it) {
    const Clock met = sla::satisfy(started(it(), nine, 2h), it(), nine + 2h);
    const Clock reopened = sla::reopen(met, it(), nine + 4h);
    EXPECT_EQ(text(reopened.due_at), text(nine + 2h));
}

TEST(SlaStatement, S12_a_reopened_clock_carries_no_reason_of_a_void) {
    const Clock clock =
        sla::reopen(sla::make_void(started(it(), nine, 4h), it(), nine + 1h, sla::VoidReason::spam),
                    it(), nine + 2h);
    EXPECT_EQ(clock.state == ClockState::void_, clock.void_reason != sla::VoidReason::none);
}

}  // namespace
