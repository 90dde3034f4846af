#include "sla/policy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "promises.hpp"

namespace {

using namespace pure;
using sla::Escalation;
using sla::EscalationAction;
using sla::Metric;
using sla::Policy;
using sla::PolicyFacts;

Policy ranked(std::uint64_t id, std::uint32_t rank, sla::Conditions conditions = {}) {
    Policy policy;
    policy.id = sla::PolicyId{id};
    policy.name = "policy " + std::to_string(id);
    policy.rank = rank;
    policy.conditions = std::move(conditions);
    return policy;
}

std::uint64_t chosen(const std::vector<Policy>& policies, const PolicyFacts& facts) {
    const Policy* policy = sla::choose_policy(policies, facts);
    return policy == nullptr ? 0 : static_cast<std::uint64_t>(policy->id);
}

PolicyFacts usual() {
    return {.channel = "email",
            .is_public = false,
            .inbox = 11,
            .team = 21,
            .priority = "normal",
            .segment = "Buyer",
            .relationship = "customer",
            .language = "it",
            .tags = {"refund", "vip"}};
}

// One condition that usual() meets, another that it fails.
struct OneCondition {
    std::string name;
    std::function<void(sla::Conditions&)> met;
    std::function<void(sla::Conditions&)> failed;
};

const std::vector<OneCondition>& conditions() {
    using C = sla::Conditions;
    static const std::vector<OneCondition> all = {
        {"channels",
         [](C& c) {
             c.channels = {"chat", "email"};
         },
         [](C& c) { c.channels = {"chat"}; }},
        {"public", [](C& c) { c.is_public = false; }, [](C& c) { c.is_public = true; }},
        {"inbox_ids",
         [](C& c) {
             c.inboxes = {10, 11};
         },
         [](C& c) { c.inboxes = {10}; }},
        {"team_ids",
         [](C& c) {
             c.teams = {20, 21};
         },
         [](C& c) { c.teams = {20}; }},
        {"priorities",
         [](C& c) {
             c.priorities = {"normal", "high"};
         },
         [](C& c) { c.priorities = {"high"}; }},
        {"segments",
         [](C& c) {
             c.segments = {"Partner", "Buyer"};
         },
         [](C& c) { c.segments = {"Partner"}; }},
        {"relationships", [](C& c) { c.relationships = {"customer"}; },
         [](C& c) { c.relationships = {"press"}; }},
        {"languages",
         [](C& c) {
             c.languages = {"it", "de"};
         },
         [](C& c) { c.languages = {"de"}; }},
        {"tags",
         [](C& c) {
             c.tags = {"complaint", "vip"};
         },
         [](C& c) { c.tags = {"complaint"}; }}};
    return all;
}

TEST(Policy, an_empty_condition_means_any) {
    EXPECT_EQ(sla::failed_condition(ranked(1, 1), usual()), "");
    EXPECT_EQ(sla::failed_condition(ranked(1, 1), {}), "");
}

TEST(Policy, each_condition_is_met_by_any_of_its_words_and_named_when_it_fails) {
    for (const OneCondition& condition : conditions()) {
        Policy policy = ranked(1, 1);
        condition.met(policy.conditions);
        EXPECT_EQ(sla::failed_condition(policy, usual()), "") << condition.name;
        condition.failed(policy.conditions);
        EXPECT_EQ(sla::failed_condition(policy, usual()), condition.name);
        EXPECT_EQ(chosen({policy}, usual()), 0U) << condition.name;
    }
}

TEST(Policy, all_conditions_must_hold_and_the_first_that_fails_is_named) {
    for (std::size_t broken = 0; broken < conditions().size(); ++broken) {
        Policy policy = ranked(1, 1);
        for (std::size_t i = 0; i < conditions().size(); ++i)
            (i < broken ? conditions()[i].met : conditions()[i].failed)(policy.conditions);
        EXPECT_EQ(sla::failed_condition(policy, usual()), conditions()[broken].name);
    }
    Policy policy = ranked(1, 1);
    for (const OneCondition& condition : conditions()) condition.met(policy.conditions);
    EXPECT_EQ(sla::failed_condition(policy, usual()), "");
}

TEST(Policy, what_a_conversation_lacks_meets_no_condition_about_it) {
    Policy policy = ranked(1, 1);
    policy.conditions.tags = {"vip"};
    EXPECT_EQ(sla::failed_condition(policy, {}), "tags");
    policy = ranked(1, 1);
    policy.conditions.segments = {"Buyer"};
    EXPECT_EQ(sla::failed_condition(policy, {}), "segments");
}

TEST(Policy, S19_the_first_match_by_rank_wins_in_any_order) {
    std::vector<Policy> policies{ranked(1, 1, {.channels = {"chat"}}),
                                 ranked(2, 2, {.channels = {"email"}, .inboxes = {12, 13}}),
                                 ranked(3, 3, {.inboxes = {11}})};
    std::ranges::sort(policies, {}, &Policy::name);
    do {
        EXPECT_EQ(chosen(policies, {.channel = "chat", .inbox = 13}), 1U);
        EXPECT_EQ(chosen(policies, {.channel = "chat", .inbox = 11}), 1U);
        EXPECT_EQ(chosen(policies, {.channel = "email", .inbox = 13}), 2U);
        EXPECT_EQ(chosen(policies, {.channel = "email", .inbox = 11}), 3U);
        EXPECT_EQ(chosen(policies, {.channel = "email", .inbox = 14}), 0U);
    } while (std::ranges::next_permutation(policies, {}, &Policy::name).found);
    EXPECT_EQ(chosen({}, usual()), 0U);
}

TEST(Policy, S19_equal_ranks_end_in_the_lower_id_and_never_in_the_name) {
    std::vector<Policy> policies{ranked(6, 1), ranked(5, 1), ranked(7, 0), ranked(8, 0)};
    policies[3].name = "A";
    EXPECT_EQ(chosen(policies, usual()), 7U);
    policies.resize(2);
    EXPECT_EQ(chosen(policies, usual()), 5U);
    std::ranges::reverse(policies);
    EXPECT_EQ(chosen(policies, usual()), 5U);
}

// --- escalations

Policy escalating() {
    Policy policy = ranked(1, 1);
    policy.targets = {{Metric::first_response, 1h, {50, 75}}, {Metric::resolution, 8h, {75}}};
    policy.escalations = {{std::nullopt, 100, EscalationAction::notify_supervisor, 0, ""},
                          {Metric::first_response, 75, EscalationAction::notify_agent, 0, ""},
                          {Metric::resolution, 100, EscalationAction::add_tag, 0, "late"},
                          {std::nullopt, 75, EscalationAction::overflow, 4, ""},
                          {Metric::first_response, 100, EscalationAction::webhook, 0, "pager"}};
    return policy;
}

std::vector<EscalationAction> actions(Metric metric, std::uint32_t percent) {
    std::vector<EscalationAction> all;
    for (const Escalation& one : sla::escalations_at(escalating(), metric, percent))
        all.push_back(one.action);
    return all;
}

TEST(Policy, P12_an_escalation_is_set_off_by_its_metric_and_threshold_in_written_order) {
    using A = EscalationAction;
    EXPECT_EQ(actions(Metric::first_response, 100),
              (std::vector<A>{A::notify_supervisor, A::webhook}));
    EXPECT_EQ(actions(Metric::first_response, 75), (std::vector<A>{A::notify_agent, A::overflow}));
    EXPECT_EQ(actions(Metric::first_response, 50), std::vector<A>{});
    EXPECT_EQ(actions(Metric::resolution, 100), (std::vector<A>{A::notify_supervisor, A::add_tag}));
    EXPECT_EQ(actions(Metric::resolution, 75), std::vector<A>{A::overflow});
    EXPECT_EQ(actions(Metric::next_response, 100), std::vector<A>{A::notify_supervisor});
    EXPECT_EQ(sla::escalations_at(escalating(), Metric::resolution, 100).back().word, "late");
}

// --- faults

std::string fault_place(const Policy& policy) {
    const auto fault = sla::fault_of(policy);
    if (fault) {
        EXPECT_NE(fault->detail, "");
    }
    return fault ? fault->place : "";
}

TEST(PolicyFault, a_sound_policy_has_none) {
    EXPECT_EQ(fault_place(escalating()), "");
    EXPECT_EQ(fault_place(ranked(1, 1)), "") << "no targets: it promises nothing, on purpose";
}

TEST(PolicyFault, a_policy_has_a_name) {
    Policy policy = escalating();
    policy.name.clear();
    EXPECT_EQ(fault_place(policy), "name");
}

TEST(PolicyFault, S12_two_targets_of_one_metric_are_refused) {
    Policy policy = escalating();
    policy.targets.push_back({Metric::first_response, 2h, {}});
    EXPECT_EQ(fault_place(policy), "targets");
}

TEST(PolicyFault, S1_budgets_are_whole_seconds_above_zero) {
    for (const Span budget : {Span{0us}, Span{-1s}, Span{1500ms}, Span{1us}}) {
        Policy policy = ranked(1, 1);
        policy.targets = {{Metric::first_response, budget, {}}};
        EXPECT_EQ(fault_place(policy), "targets") << text(budget);
    }
}

TEST(PolicyFault, S15_warnings_are_shares_below_the_whole_and_rise) {
    using Percents = std::vector<std::uint32_t>;
    const auto place = [](const Percents& percents) {
        Policy policy = ranked(1, 1);
        policy.targets = {{Metric::first_response, 1h, percents}};
        return fault_place(policy);
    };
    for (const Percents& good : {Percents{}, Percents{1}, Percents{99}, Percents{1, 50, 99}})
        EXPECT_EQ(place(good), "");
    for (const Percents& bad :
         {Percents{0}, Percents{100}, Percents{50, 50}, Percents{75, 50}, Percents{50, 101}})
        EXPECT_EQ(place(bad), "targets");
}

TEST(PolicyFault, P12_an_escalation_hangs_on_a_warning_of_its_metric_or_on_the_breach) {
    Policy policy = escalating();
    policy.escalations = {{Metric::resolution, 50, EscalationAction::notify_agent, 0, ""}};
    EXPECT_EQ(fault_place(policy), "escalations") << "first response warns at 50, not resolution";
    policy.escalations[0].metric = std::nullopt;
    EXPECT_EQ(fault_place(policy), "");
    policy.escalations[0].at_percent = 60;
    EXPECT_EQ(fault_place(policy), "escalations");
    policy.escalations[0].at_percent = 100;
    EXPECT_EQ(fault_place(policy), "");
}

TEST(PolicyFault, P12_an_action_names_what_it_needs) {
    const auto place = [](EscalationAction action, std::uint64_t team, const std::string& word) {
        Policy policy = ranked(1, 1);
        policy.escalations = {{std::nullopt, 100, action, team, word}};
        return fault_place(policy);
    };
    using A = EscalationAction;
    EXPECT_EQ(place(A::overflow, 0, ""), "escalations");
    EXPECT_EQ(place(A::overflow, 4, ""), "");
    EXPECT_EQ(place(A::add_tag, 0, ""), "escalations");
    EXPECT_EQ(place(A::add_tag, 0, "late"), "");
    EXPECT_EQ(place(A::webhook, 0, ""), "escalations");
    EXPECT_EQ(place(A::webhook, 0, "pager"), "");
    for (const A plain : {A::notify_agent, A::notify_lead, A::notify_supervisor, A::raise_priority})
        EXPECT_EQ(place(plain, 0, ""), "");
}

}  // namespace
