// The SLA statements about change and explanation: S17, S18, S19, S23, S25 and P12. A test carries
// its statement's number.
#include <gtest/gtest.h>

#include <random>

#include "promises.hpp"

namespace {

using namespace pure;

const Instant nine = at("2026-03-17T09:00+01:00");  // a Tuesday, it() opens

Calendar new_york() {
    Calendar calendar = working_days("America/New_York", windows({"09:00-17:00"}));
    calendar.id = sla::CalendarId{2};
    calendar.version = 5;
    return calendar;
}

Clock retargeted(const Clock& clock, Span budget, Instant when,
                 std::vector<std::uint32_t> warn_percents = {}) {
    return sla::retarget(clock, it(), policy(), target(budget, std::move(warn_percents)), it(),
                         when);
}

// --- S17: stamps

TEST(SlaStatement, S17_a_clock_is_stamped_with_the_versions_it_was_made_from) {
    Calendar calendar = it();
    calendar.version = 4;
    const Clock clock = sla::start_clock(policy(), target(4h), calendar, nine, 12);
    EXPECT_EQ(clock.policy, sla::PolicyId{3});
    EXPECT_EQ(clock.policy_version, 7U);
    EXPECT_EQ(clock.calendar, (sla::CalendarRef{sla::CalendarId{1}, 4}));
    EXPECT_EQ(clock.metric, sla::Metric::resolution);
    EXPECT_EQ(text(clock.budget), text(4h));
    EXPECT_EQ(text(clock.started_at), text(nine));
    EXPECT_EQ(clock.state, ClockState::running);
    ASSERT_EQ(clock.legs.size(), 1U);
    EXPECT_EQ(clock.legs[0].calendar, clock.calendar);
    EXPECT_EQ(clock.legs[0].holder, 12U);
    EXPECT_EQ(text(clock.legs[0].from), text(nine));
}

TEST(SlaStatement, S17_an_applied_change_stamps_the_new_versions) {
    sla::Policy next = policy();
    next.id = sla::PolicyId{4};
    next.version = 8;
    const Clock clock =
        sla::retarget(started(it(), nine, 8h), it(), next, target(8h), new_york(), nine + 1h);
    EXPECT_EQ(clock.policy, sla::PolicyId{4});
    EXPECT_EQ(clock.policy_version, 8U);
    EXPECT_EQ(clock.calendar, (sla::CalendarRef{sla::CalendarId{2}, 5}));
    ASSERT_EQ(clock.legs.size(), 2U);
    EXPECT_EQ(clock.legs[0].calendar, (sla::CalendarRef{sla::CalendarId{1}, 1}));
    EXPECT_EQ(clock.legs[1].calendar, clock.calendar);
    EXPECT_EQ(text(clock.started_at), text(nine)) << "no other timestamp";
}

// The new version is closed in the morning; what was measured in the morning stays measured.
TEST(SlaStatement, S17_a_calendar_change_applies_from_now_on) {
    Calendar afternoons =
        with_bank_holidays_of_2026(working_days("Europe/Rome", windows({"14:00-18:00"})));
    afternoons.version = 2;
    const Clock clock = sla::retarget(started(it(), nine, 4h), it(), policy(), target(4h),
                                      afternoons, at("2026-03-17T12:00+01:00"));
    EXPECT_EQ(text(sla::used_time(clock, afternoons, at("2026-03-17T13:00+01:00"))), text(3h));
    EXPECT_EQ(text(sla::due_of(clock)), text(at("2026-03-17T15:00+01:00")));
}

// --- S18: change of target or calendar

TEST(SlaStatement, S18_what_was_used_stays_used) {
    const Clock clock = started(it(), nine, 8h);
    EXPECT_EQ(text(sla::due_of(retargeted(clock, 4h, nine + 3h))), text(nine + 4h));
    EXPECT_EQ(text(sla::due_of(retargeted(clock, 12h, nine + 3h))),
              text(at("2026-03-18T12:00+01:00")));
    EXPECT_FALSE(retargeted(clock, 4h, nine + 3h).by_change);
}

TEST(SlaStatement, S18_nothing_left_is_due_now_and_by_change) {
    const Clock clock = started(it(), nine, 8h);
    for (const Span budget : {Span{2h}, Span{3h}}) {
        const Clock cut = retargeted(clock, budget, nine + 3h);
        EXPECT_EQ(text(sla::due_of(cut)), text(nine + 3h));
        EXPECT_TRUE(cut.by_change);
        EXPECT_EQ(sla::satisfy(cut, it(), nine + 3h + 1ms).state, ClockState::met_late);
        EXPECT_TRUE(sla::satisfy(cut, it(), nine + 3h + 1ms).by_change);
    }
    EXPECT_FALSE(retargeted(clock, 3h + 1s, nine + 3h).by_change);
}

TEST(SlaStatement, S18_a_target_widened_again_before_the_breach_is_no_change_against_anybody) {
    const Clock cut = retargeted(started(it(), nine, 8h), 2h, nine + 3h);
    const Clock widened = retargeted(cut, 6h, nine + 3h);
    EXPECT_FALSE(widened.by_change);
    EXPECT_EQ(text(sla::due_of(widened)), text(nine + 6h));
}

TEST(SlaStatement, S18_used_time_leaves_out_what_was_paused) {
    Clock clock = sla::pause(started(it(), nine, 8h), it(), nine + 1h);
    clock = sla::resume(clock, it(), nine + 4h);
    EXPECT_EQ(text(sla::due_of(retargeted(clock, 3h, nine + 5h))), text(nine + 6h));
}

TEST(SlaStatement, S18_a_paused_clock_stays_paused_and_resumes_on_the_new_terms) {
    Clock clock = sla::pause(started(it(), nine, 8h), it(), nine + 1h);
    clock = retargeted(clock, 3h, nine + 2h);
    EXPECT_EQ(clock.state, ClockState::paused);
    EXPECT_EQ(text(sla::due_of(clock)), "none");
    clock = sla::resume(clock, it(), nine + 4h);
    EXPECT_EQ(text(sla::due_of(clock)), text(nine + 6h));
}

// Cut while nobody worked on it: due' = t, and the pause does not move it.
TEST(SlaStatement, S18_a_paused_clock_cut_below_what_is_used_is_due_at_the_cut) {
    Clock clock = sla::pause(started(it(), nine, 8h), it(), nine + 3h);
    clock = retargeted(clock, 2h, nine + 4h);
    EXPECT_TRUE(clock.by_change);
    clock = sla::resume(clock, it(), nine + 6h);
    EXPECT_EQ(text(sla::due_of(clock)), text(nine + 4h));
    EXPECT_TRUE(clock.by_change);
}

TEST(SlaStatement, S18_warnings_move_with_the_target_and_those_behind_are_dropped) {
    const Clock clock = retargeted(started(it(), nine, 8h, {50}), 4h, nine + 3h, {50, 75, 90});
    ASSERT_EQ(clock.warnings.size(), 1U);
    EXPECT_EQ(clock.warnings[0].percent, 90U);
    EXPECT_EQ(text(clock.warnings[0].at), text(nine + 3h + 36min));
}

// Half of eight hours lies ahead of half of four; the obligation has told its half all the same.
TEST(SlaStatement, P12_a_threshold_is_told_once_whatever_changes) {
    const Clock told = sla::warned(started(it(), nine, 4h, {50, 75}));
    const Clock clock = retargeted(told, 8h, nine + 2h, {50, 75});
    ASSERT_EQ(clock.warnings.size(), 1U);
    EXPECT_EQ(clock.warnings[0].percent, 75U);
    EXPECT_EQ(text(clock.warnings[0].at), text(nine + 6h));
}

TEST(SlaStatement, S18_met_and_breached_stay) {
    const Clock met = sla::satisfy(started(it(), nine, 4h), it(), nine + 1h);
    EXPECT_EQ(retargeted(met, 30min, nine + 2h), met);
    const Clock breached = retargeted(sla::breached(started(it(), nine, 2h)), 8h, nine + 3h);
    EXPECT_EQ(breached.state, ClockState::breached);
    EXPECT_EQ(text(breached.due_at), text(nine + 2h));
    EXPECT_FALSE(breached.by_change);
    EXPECT_FALSE(sla::next_signal(breached)) << "one breach at most";
}

// A breach of somebody's delay is not excused by a later cut.
TEST(SlaStatement, S18_a_later_cut_does_not_excuse_a_breach) {
    const Clock breached = retargeted(sla::breached(started(it(), nine, 2h)), 1h, nine + 3h);
    EXPECT_FALSE(breached.by_change);
    EXPECT_EQ(text(breached.due_at), text(nine + 2h));
}

// --- S19: choice

TEST(SlaStatement, S19_the_first_match_by_rank_wins_whatever_order_and_name) {
    std::vector<sla::Policy> policies(3, policy());
    for (std::size_t i = 0; i < policies.size(); ++i) policies[i].id = sla::PolicyId{i + 1};
    policies[0].rank = 9;
    policies[0].name = "A";
    policies[1].rank = 1;
    policies[1].name = "Z";
    policies[1].conditions.channels = {"email"};
    policies[2].rank = 4;
    for (int turn = 0; turn < 3; ++turn) {
        EXPECT_EQ(sla::choose_policy(policies, {.channel = "email"})->id, sla::PolicyId{2});
        EXPECT_EQ(sla::choose_policy(policies, {.channel = "chat"})->id, sla::PolicyId{3});
        std::rotate(policies.begin(), policies.begin() + 1, policies.end());
    }
}

// --- S23: counted again with the stamped versions

TEST(SlaStatement, S23_counting_again_gives_the_same) {
    Clock clock = sla::pause(started(it(), nine, 8h), it(), nine + 1h);
    clock = sla::resume(clock, it(), nine + 24h);
    clock = sla::satisfy(clock, it(), nine + 30h);
    EXPECT_EQ(sla::recount(clock, it()), clock);
    Clock forgotten = clock;
    for (sla::Leg& leg : forgotten.legs) leg.open = 0us;
    EXPECT_EQ(sla::recount(forgotten, it()), clock);
}

// A leg in progress has no length yet.
TEST(SlaStatement, S23_counting_again_leaves_the_leg_in_progress) {
    const Clock clock = sla::hand_over(started(it(), nine, 8h), it(), nine + 1h, 5);
    EXPECT_EQ(sla::recount(clock, it()), clock);
}

// The calendar of today, with other hours, must not touch what is stamped with the old one.
TEST(SlaStatement, S23_only_the_stamped_version_counts) {
    const Clock clock = sla::satisfy(started(it(), nine, 8h), it(), nine + 5h);
    Calendar today = lunch();
    today.version = 2;
    EXPECT_EQ(sla::recount(clock, today), clock);
    Calendar other = lunch();
    other.id = sla::CalendarId{9};
    EXPECT_EQ(sla::recount(clock, other), clock);
    EXPECT_EQ(text(sla::recount(clock, lunch()).legs.at(0).open), text(4h));
}

TEST(SlaStatement, S23_a_clock_of_two_calendars_is_counted_with_both) {
    const Clock clock =
        sla::satisfy(sla::retarget(started(it(), at("2026-03-09T16:00+01:00"), 8h), it(), policy(),
                                   target(8h), new_york(), at("2026-03-09T17:00+01:00")),
                     new_york(), at("2026-03-10T15:00+01:00"));
    Clock forgotten = clock;
    for (sla::Leg& leg : forgotten.legs) leg.open = 0us;
    EXPECT_EQ(sla::recount(sla::recount(forgotten, it()), new_york()), clock);
    EXPECT_NE(sla::recount(forgotten, it()), clock);
    EXPECT_EQ(text(clock.legs.at(0).open), text(1h));
    EXPECT_EQ(text(clock.legs.at(1).open), text(6h));
}

// --- S25: attribution adds up

Span sum_of_legs(const Clock& clock) {
    Span sum = 0us;
    for (const sla::Leg& leg : clock.legs) sum += leg.open;
    return sum;
}

TEST(SlaStatement, S25_queue_agents_and_pauses_add_up) {
    Clock clock = started(it(), nine, 8h);
    clock = sla::hand_over(clock, it(), nine + 10min, 1);
    clock = sla::hand_over(clock, it(), nine + 1h, 2);
    clock = sla::pause(clock, it(), nine + 2h);
    clock = sla::resume(clock, it(), nine + 4h);
    clock = sla::satisfy(clock, it(), nine + 5h);
    std::map<std::pair<std::uint64_t, LegKind>, Span> shares;
    for (const sla::Leg& leg : clock.legs) shares[{leg.holder, leg.kind}] += leg.open;
    EXPECT_EQ(text(shares[{0, LegKind::running}]), text(10min));
    EXPECT_EQ(text(shares[{1, LegKind::running}]), text(50min));
    EXPECT_EQ(text(shares[{2, LegKind::running}]), text(2h));
    EXPECT_EQ(text(shares[{2, LegKind::paused}]), text(2h));
    EXPECT_EQ(text(sum_of_legs(clock)), text(5h));
    EXPECT_EQ(text(sla::used_time(clock, it(), nine + 24h)), text(3h));
}

TEST(SlaStatement, S25_a_hand_over_changes_the_holder_and_nothing_else) {
    const Clock clock = started(it(), nine, 8h, {50});
    const Clock handed = sla::hand_over(clock, it(), nine + 1h, 4);
    EXPECT_EQ(text(handed.due_at), text(clock.due_at));
    EXPECT_EQ(handed.warnings, clock.warnings);
    EXPECT_EQ(handed.state, clock.state);
    EXPECT_EQ(sla::hand_over(handed, it(), nine + 2h, 4), handed);
    const Clock back = sla::hand_over(handed, it(), nine + 2h, 0);
    EXPECT_EQ(back.legs.back().holder, 0U);
    const Clock paused = sla::hand_over(sla::pause(clock, it(), nine + 1h), it(), nine + 2h, 4);
    EXPECT_EQ(paused.legs.back().kind, LegKind::paused);
    EXPECT_EQ(paused.state, ClockState::paused);
}

void expect_contiguous(const Clock& clock) {
    ASSERT_FALSE(clock.legs.empty());
    EXPECT_EQ(text(clock.legs.front().from), text(clock.started_at));
    for (std::size_t i = 0; i + 1 < clock.legs.size(); ++i)
        EXPECT_EQ(text(clock.legs[i].to), text(clock.legs[i + 1].from)) << "leg " << i;
    EXPECT_EQ(text(clock.legs.back().to), text(clock.ended_at));
}

// Any life of a clock: its legs follow one another, and their open time is all the open time there
// was, on the one calendar as on the other.
TEST(SlaStatement, S25_any_life_of_a_clock_adds_up) {
    std::mt19937_64 generator{25};
    for (int round = 0; round < 500; ++round) {
        Calendar calendar = it();
        Instant when = nine + std::chrono::seconds{generator() % 864'000};
        Clock clock = started(calendar, when, 100h, {50});
        Span whole = 0us, running = 0us;
        for (int step = 0; step < 12; ++step) {
            const Instant next = when + std::chrono::minutes{generator() % 4 * (generator() % 500)};
            const Span passed = sla::open_time_between(calendar, when, next);
            whole += passed;
            if (clock.legs.back().kind == LegKind::running) running += passed;
            when = next;
            switch (generator() % 4) {
                case 0:
                    clock = sla::pause(clock, calendar, when);
                    break;
                case 1:
                    clock = sla::resume(clock, calendar, when);
                    break;
                case 2:
                    clock = sla::hand_over(clock, calendar, when, generator() % 3);
                    break;
                default: {
                    const Calendar following = generator() % 2 == 0 ? it() : new_york();
                    clock = sla::retarget(clock, calendar, policy(), target(100h), following, when);
                    calendar = following;
                }
            }
            EXPECT_EQ(text(sla::used_time(clock, calendar, when)), text(running));
        }
        clock = sla::satisfy(clock, calendar, when);
        expect_contiguous(clock);
        EXPECT_EQ(text(sum_of_legs(clock)), text(whole));
    }
}

// S21 lets an event carry an instant up to five minutes before the one recorded last.
TEST(SlaStatement, S25_an_event_dated_before_the_last_leg_counts_nothing_twice) {
    Clock clock = sla::pause(started(it(), nine, 8h), it(), nine + 60min);
    clock = sla::resume(clock, it(), nine + 57min);
    clock = sla::satisfy(clock, it(), nine + 120min);
    expect_contiguous(clock);
    EXPECT_EQ(text(sum_of_legs(clock)), text(120min));
}

TEST(SlaStatement, S25_an_answer_in_the_instant_of_a_hand_over_belongs_to_the_new_holder) {
    Clock clock = sla::hand_over(started(it(), nine, 8h), it(), nine + 1h, 4);
    clock = sla::undo_answer(sla::satisfy(clock, it(), nine + 1h));
    EXPECT_EQ(clock.legs.back().holder, 4U);
    EXPECT_EQ(text(clock.legs.back().from), text(nine + 1h));
}

// Resumed and answered in one instant, and the answer bounced: the clock runs.
TEST(SlaStatement, S25_an_undone_answer_in_the_instant_of_a_resume_runs_on) {
    Clock clock = sla::pause(started(it(), nine, 8h), it(), nine + 1h);
    clock = sla::resume(clock, it(), nine + 2h);
    clock = sla::undo_answer(sla::satisfy(clock, it(), nine + 2h));
    EXPECT_EQ(clock.state, ClockState::running);
    EXPECT_EQ(clock.legs.back().kind, LegKind::running);
    EXPECT_EQ(text(sla::used_time(clock, it(), nine + 4h)), text(3h));
}

TEST(SlaStatement, S25_an_answer_undone_while_paused_is_paused_still) {
    Clock clock = sla::pause(started(it(), nine, 8h), it(), nine + 1h);
    clock = sla::undo_answer(sla::satisfy(clock, it(), nine + 2h));
    EXPECT_EQ(clock.state == ClockState::paused, clock.legs.back().kind == LegKind::paused);
    clock = sla::resume(clock, it(), nine + 3h);
    EXPECT_EQ(text(sla::due_of(clock)), text(at("2026-03-18T10:00+01:00")));
}

TEST(SlaStatement, S25_the_time_between_resolve_and_reopen_is_told_apart) {
    Clock clock = sla::satisfy(started(it(), nine, 8h), it(), nine + 1h);
    clock = sla::reopen(clock, it(), nine + 3h);
    clock = sla::satisfy(clock, it(), nine + 4h);
    ASSERT_EQ(clock.legs.size(), 3U);
    EXPECT_EQ(clock.legs[1].kind, LegKind::resolved);
    EXPECT_EQ(text(clock.legs[1].open), text(2h));
    EXPECT_EQ(text(sum_of_legs(clock)), text(4h));
    EXPECT_EQ(text(sla::used_time(clock, it(), nine + 9h)), text(2h));
    expect_contiguous(clock);
}

}  // namespace
