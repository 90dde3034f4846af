// Clocks and policies as values, then as the desk moves them.
#include "sla/clock.hpp"

#include <algorithm>

#include "tests/support/desk_fixture.hpp"

namespace {

using namespace support;
using namespace model;
using sla::ClockState;

sla::Policy policy_of(std::uint64_t id, std::uint32_t rank, sla::Conditions conditions = {}) {
    sla::Policy policy;
    policy.id = PolicyId{id};
    policy.name = "policy " + std::to_string(id);
    policy.rank = rank;
    policy.conditions = std::move(conditions);
    return policy;
}

sla::Clock clock_started(Instant at) {
    return sla::start_clock(policy_of(3, 0), {sla::Metric::first_response, 60min, 15min}, at);
}

std::uint64_t chosen(const std::vector<sla::Policy>& policies, const sla::PolicyFacts& facts) {
    const sla::Policy* policy = sla::choose_policy(policies, facts);
    return policy == nullptr ? 0 : number(policy->id);
}

TEST(Policy, S19_the_first_match_by_rank_wins_whatever_the_order_and_the_names) {
    std::vector<sla::Policy> policies{policy_of(5, 9), policy_of(6, 1), policy_of(7, 4)};
    policies[0].name = "A";
    EXPECT_EQ(chosen(policies, {"email", 11}), 6U);
    std::ranges::reverse(policies);
    EXPECT_EQ(chosen(policies, {"email", 11}), 6U);
}

TEST(Policy, S19_equal_ranks_end_in_the_lower_id) {
    const std::vector<sla::Policy> policies{policy_of(6, 1), policy_of(5, 1), policy_of(7, 1)};
    EXPECT_EQ(chosen(policies, {"email", 11}), 5U);
}

TEST(Policy, S19_a_policy_applies_only_where_all_its_conditions_hold) {
    const std::vector<sla::Policy> policies{policy_of(1, 1, {{"chat"}, {}}),
                                            policy_of(2, 2, {{"email"}, {12, 13}}),
                                            policy_of(3, 3, {{}, {11}})};
    EXPECT_EQ(chosen(policies, {"chat", 13}), 1U);
    EXPECT_EQ(chosen(policies, {"email", 13}), 2U);
    EXPECT_EQ(chosen(policies, {"email", 11}), 3U);
    EXPECT_EQ(chosen(policies, {"email", 14}), 0U);
    EXPECT_EQ(chosen({}, {"email", 11}), 0U);
}

TEST(Clock, starts_running_with_its_warning_and_its_due_instant) {
    const sla::Clock clock = clock_started(opening);
    EXPECT_EQ(clock.policy, PolicyId{3});
    EXPECT_EQ(clock.started_at, opening);
    EXPECT_EQ(clock.warn_at, opening + 45min);
    EXPECT_EQ(clock.due_at, opening + 60min);
    EXPECT_EQ(clock.state, ClockState::running);
    EXPECT_EQ(clock.ended_at, std::nullopt);
}

TEST(Clock, a_warning_stays_between_start_and_due) {
    const auto warning = [](sla::Span before) {
        return sla::start_clock({}, {sla::Metric::first_response, 60min, before}, opening).warn_at;
    };
    EXPECT_EQ(warning(0min), opening + 60min);
    EXPECT_EQ(warning(60min), opening);
    EXPECT_EQ(warning(90min), opening);
}

TEST(Clock, S10_an_answer_at_due_exactly_is_in_time_and_later_is_late) {
    const sla::Clock clock = clock_started(opening);
    EXPECT_EQ(sla::state_when_answered(clock, clock.due_at - 1us), ClockState::met);
    EXPECT_EQ(sla::state_when_answered(clock, clock.due_at), ClockState::met);
    EXPECT_EQ(sla::state_when_answered(clock, clock.due_at + 1us), ClockState::met_late);
    EXPECT_EQ(sla::state_when_answered(clock, clock.due_at + 1ms), ClockState::met_late);
}

TEST(Clock, S12_is_open_until_it_has_ended) {
    sla::Clock clock = clock_started(opening);
    for (const ClockState state : {ClockState::running, ClockState::warned, ClockState::breached}) {
        clock.state = state;
        EXPECT_TRUE(sla::is_open(clock));
    }
    for (const ClockState state : {ClockState::met, ClockState::met_late, ClockState::void_}) {
        clock.state = state;
        EXPECT_FALSE(sla::is_open(clock));
        EXPECT_EQ(sla::next_wake(clock), std::nullopt);
    }
    clock.state = ClockState::breached;
    EXPECT_EQ(sla::next_wake(clock), std::nullopt);
}

class DeskClock : public testing::Test {
protected:
    Desk desk;
    ConversationId conversation = desk.receive(mail("first"));
    Instant due = opening + response_budget;

    const sla::Clock& clock() { return desk.at(conversation).clocks.at(0); }
    desk::Decision time_reached(Instant at) {
        desk.now = at;
        return desk.decide(TimeReached{});
    }
    desk::Decision answer(Instant at) {
        desk.now = at;
        return desk.decide(reply(anna, conversation));
    }
};

TEST_F(DeskClock, S6_the_first_response_runs_from_the_first_message) {
    EXPECT_EQ(clock().started_at, opening);
    EXPECT_EQ(clock().due_at, due);
    desk.now = opening + 5min;
    desk.receive(mail_in_thread("second", {"first"}));
    EXPECT_EQ(desk.at(conversation).clocks.size(), 1U);
    EXPECT_EQ(clock().started_at, opening);
}

TEST_F(DeskClock, S10_an_answer_in_time_meets_it_without_a_breach) {
    const auto ended = facts<SlaEnded>(answer(due));
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].state, ClockState::met);
    EXPECT_EQ(clock().ended_at, due);
    EXPECT_EQ(desk.logged("sla_breached"), 0U);
    EXPECT_EQ(desk.state.next_wake(), std::nullopt);
}

TEST_F(DeskClock, S10_an_answer_in_the_instant_of_the_timer_is_not_also_a_breach) {
    time_reached(due);
    answer(due);
    EXPECT_EQ(clock().state, ClockState::met);
    EXPECT_EQ(desk.logged("sla_breached"), 0U);
}

TEST_F(DeskClock, S11_a_late_answer_records_the_breach_that_no_timer_told) {
    const desk::Decision decision = answer(due + 1us);
    const auto breached = facts<SlaBreached>(decision);
    ASSERT_EQ(breached.size(), 1U);
    EXPECT_EQ(breached[0].due_at, due);
    EXPECT_EQ(clock().state, ClockState::met_late);
    EXPECT_EQ(clock().ended_at, due + 1us);
}

TEST_F(DeskClock, S11_resolving_after_due_does_not_hide_the_breach) {
    desk.now = due + 5min;
    desk.decide(ChangeStatus{anna, conversation, Status::resolved, {}});
    EXPECT_EQ(desk.logged("sla_breached"), 1U);
    EXPECT_EQ(clock().state, ClockState::void_);
}

TEST_F(DeskClock, S12_an_answer_after_the_timer_told_the_breach_tells_it_once) {
    time_reached(due + 1s);
    EXPECT_EQ(clock().state, ClockState::breached);
    answer(due + 2s);
    EXPECT_EQ(clock().state, ClockState::met_late);
    EXPECT_EQ(desk.logged("sla_breached"), 1U);
    EXPECT_EQ(desk.logged("sla_ended"), 1U);
}

TEST_F(DeskClock, S12_a_second_answer_changes_nothing) {
    answer(opening + 10min);
    EXPECT_TRUE(facts<SlaEnded>(answer(opening + 20min)).empty());
    EXPECT_EQ(clock().ended_at, opening + 10min);
}

TEST_F(DeskClock, S9_resolving_voids_what_was_never_answered) {
    desk.decide(ChangeStatus{anna, conversation, Status::resolved, {}});
    EXPECT_EQ(clock().state, ClockState::void_);
    EXPECT_EQ(desk.state.next_wake(), std::nullopt);
}

TEST_F(DeskClock, S5_a_note_is_no_answer) {
    desk.decide(AddNote{anna, conversation, "Asked the warehouse.", ""});
    EXPECT_EQ(clock().state, ClockState::running);
    EXPECT_TRUE(desk.at(conversation).waiting_since.has_value());
}

TEST_F(DeskClock, S15_the_warning_and_the_breach_are_told_once_each) {
    EXPECT_EQ(desk.state.next_wake(), due - response_warning);
    EXPECT_TRUE(time_reached(due - response_warning - 1us).events.empty());
    EXPECT_EQ(facts<SlaWarned>(time_reached(due - response_warning)).size(), 1U);
    EXPECT_TRUE(time_reached(due - 1min).events.empty());
    const auto breached = facts<SlaBreached>(time_reached(due + 1s));
    ASSERT_EQ(breached.size(), 1U);
    EXPECT_EQ(breached[0].due_at, due);
    EXPECT_TRUE(time_reached(due + 1h).events.empty());
    EXPECT_EQ(desk.state.next_wake(), std::nullopt);
}

TEST_F(DeskClock, S11_after_a_long_downtime_one_turn_tells_both_in_order) {
    const desk::Decision decision = time_reached(due + 24h);
    ASSERT_EQ(decision.events.size(), 2U);
    EXPECT_TRUE(std::holds_alternative<SlaWarned>(decision.events[0].fact));
    EXPECT_TRUE(std::holds_alternative<SlaBreached>(decision.events[1].fact));
}

TEST_F(DeskClock, S11_many_overdue_clocks_all_tell_their_breach_once) {
    for (int i = 0; i < 600; ++i) desk.receive(mail("more-" + std::to_string(i)));
    desk.now = due + 1h;
    for (int turn = 0; turn < 20; ++turn) desk.decide(TimeReached{});
    EXPECT_EQ(desk.logged("sla_warned"), 601U);
    EXPECT_EQ(desk.logged("sla_breached"), 601U);
}

TEST_F(DeskClock, S12_what_no_policy_defines_does_not_exist) {
    Desk other;
    sla::Policy policy = other.state.policies.at(PolicyId{31});
    policy.conditions.channels = {"chat"};
    ASSERT_TRUE(other.tell(SavePolicy{elena, policy}).ok());
    EXPECT_TRUE(other.at(other.receive(mail("first"))).clocks.empty());
    EXPECT_EQ(other.at(other.receive(chat("visitor", "one"))).clocks.size(), 1U);
}

TEST_F(DeskClock, S17_a_changed_policy_leaves_running_clocks_alone) {
    sla::Policy policy = desk.state.policies.at(PolicyId{31});
    policy.targets[0].budget = 2min;
    policy.targets[0].warn_before = 1min;
    ASSERT_TRUE(desk.tell(SavePolicy{elena, policy}).ok());
    EXPECT_EQ(clock().due_at, due);
}

TEST_F(DeskClock, a_policy_with_impossible_targets_is_refused) {
    const auto save = [this](std::vector<sla::Target> targets) {
        sla::Policy policy = policy_of(0, 1);
        policy.targets = std::move(targets);
        return desk.tell(SavePolicy{elena, policy}).refusal;
    };
    constexpr auto metric = sla::Metric::first_response;
    EXPECT_EQ(save({{metric, 0min, 0min}}), Refusal::invalid);
    EXPECT_EQ(save({{metric, 5min, 6min}}), Refusal::invalid);
    EXPECT_EQ(save({{metric, 5min, -1min}}), Refusal::invalid);
    EXPECT_EQ(save({{metric, 5min, 5min}}), Refusal::none);
}

// A clock is known by its metric: a second target of the same metric would move with the first.
TEST_F(DeskClock, S12_two_targets_of_one_metric_are_refused) {
    sla::Policy policy = policy_of(0, 1);
    policy.targets = {{sla::Metric::first_response, 5min, 1min},
                      {sla::Metric::first_response, 9min, 1min}};
    EXPECT_EQ(desk.tell(SavePolicy{elena, policy}).refusal, Refusal::invalid);
}

// S1: budgets are seconds; the stored form holds no less.
TEST_F(DeskClock, S1_a_budget_that_the_log_cannot_hold_is_refused) {
    sla::Policy policy = policy_of(0, 1);
    policy.targets = {{sla::Metric::first_response, 1500ms, 0ms}};
    EXPECT_EQ(desk.tell(SavePolicy{elena, policy}).refusal, Refusal::invalid);
}

}  // namespace
