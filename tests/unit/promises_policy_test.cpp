// Which promise applies, what changes it, and what takes it away: versions, transfers, choice,
// removal, spam. The numbers are those of the statements in docs/ROUTING.md.
#include "tests/support/promise_fixture.hpp"

namespace {

using namespace support;
using namespace model;

class PolicyChange : public Promises {
protected:
    static constexpr PolicyId special{32};

    // Comes before the one for everybody where `conditions` hold.
    sla::Policy special_policy(sla::Conditions conditions, sla::Span budget) {
        sla::Policy policy = promise_policy();
        policy.id = special;
        policy.name = "A later name";
        policy.rank = 1;
        policy.conditions = std::move(conditions);
        policy.targets = {{Metric::first_response, budget, {}},
                          {Metric::resolution, resolution_budget, {}}};
        return policy;
    }
    sla::Policy with_first_budget(sla::Span budget) {
        sla::Policy policy = promise_policy();
        policy.targets[0].budget = budget;
        return policy;
    }
    void give_profile(ConversationId id, const std::map<std::string, std::string>& fields) {
        const Answer answer = desk.tell(ChangeContact{anna, desk.at(id).contact, fields});
        ASSERT_TRUE(answer.ok()) << answer.detail;
    }
};

// --- S17: versions

TEST_F(PolicyChange, S17_a_new_version_is_for_what_begins_later) {
    const ConversationId before = begin();
    const std::uint32_t version = first(before).policy_version;
    save(with_first_budget(20min));
    const ConversationId after = begin();
    EXPECT_EQ(first(before).due_at, opening + first_budget);
    EXPECT_EQ(first(before).policy_version, version);
    EXPECT_EQ(first(after).due_at, opening + 20min);
    EXPECT_EQ(first(after).policy_version, version + 1);
    restart();
    EXPECT_EQ(first(before).due_at, opening + first_budget);
    pass(30min);
    ASSERT_EQ(breaches().size(), 1U);
    EXPECT_EQ(breaches()[0].clock.policy_version, version + 1);
}

// Zendesk: a new policy or schedule reaches old tickets when somebody touches them.
TEST_F(PolicyChange, S17_touching_an_old_conversation_does_not_bring_the_new_version) {
    const ConversationId id = begin();
    const sla::Clock before = first(id);
    save(office_hours(office));
    sla::Policy changed = with_first_budget(20min);
    changed.calendar = office;
    changed.targets.pop_back();
    save(changed);
    desk.decide(ChangeTags{anna, id, {"parcel"}});
    prioritise(id, Priority::high);
    change(id, Status::snoozed, desk.now + 5min);
    give_profile(id, {{"segment", "hotel"}});
    EXPECT_EQ(first(id).due_at, before.due_at);
    EXPECT_EQ(first(id).policy_version, before.policy_version);
    EXPECT_EQ(first(id).calendar, before.calendar);
    EXPECT_EQ(desk.logged("sla_changed"), 0U);
}

TEST_F(PolicyChange, S17_applying_is_previewed_and_touches_what_changes_alone) {
    save(special_policy({.channels = {"chat"}}, 50min));
    const ConversationId touched = begin();
    const ConversationId other = desk.receive(chat("visitor", "one"));
    const ConversationId done = begin();
    resolve(done);
    wait(10min);
    sla::Policy changed = with_first_budget(20min);
    save(changed);
    const Conversation other_before = desk.at(other);
    const Instant updated = desk.at(touched).updated_at;

    const auto preview = desk.decide(ApplyPolicies{elena, {}, true});
    EXPECT_EQ(preview.answer.number, 2U) << "first response and resolution";
    EXPECT_TRUE(preview.events.empty());
    EXPECT_EQ(first(touched).due_at, opening + first_budget);

    const auto applied = desk.decide(ApplyPolicies{elena, {}, false});
    EXPECT_EQ(applied.answer.number, 2U);
    EXPECT_EQ(applied.answer.id, 0U) << "none is left";
    EXPECT_EQ(first(touched).due_at, opening + 20min) << "what was used stays used";
    EXPECT_EQ(first(touched).policy_version, desk.state.policies.at(everybody).version);
    EXPECT_EQ(desk.at(touched).updated_at, updated);
    EXPECT_EQ(desk.at(touched).waiting_since, opening);
    EXPECT_EQ(to_json(desk.at(other)), to_json(other_before));
    EXPECT_EQ(desk.tell(ApplyPolicies{elena, {}, true}).number, 0U);
    EXPECT_EQ(desk.tell(ApplyPolicies{anna, {}, false}).refusal, Refusal::forbidden);
}

TEST_F(PolicyChange, S17_applying_goes_on_where_it_stopped) {
    for (int i = 0; i < 250; ++i) begin();
    save(with_first_budget(20min));
    ConversationId after{};
    std::uint32_t changed = 0;
    int steps = 0;
    do {
        const Answer answer = desk.tell(ApplyPolicies{elena, after, false});
        changed += answer.number;
        after = ConversationId{answer.id};
        ASSERT_LT(++steps, 10);
    } while (is_some(after));
    EXPECT_EQ(changed, 500U);
    EXPECT_GT(steps, 1) << "in bounded steps";
}

TEST_F(PolicyChange, S17_a_calendar_change_leaves_what_runs_and_what_was_measured) {
    save(office_hours(office));
    sla::Policy policy = with_first_budget(5h);
    policy.calendar = office;
    save(policy);
    const ConversationId id = begin();
    wait(2h);
    sla::Calendar changed = office_hours(office);
    changed.weekly.fill({{12 * 3600, 18 * 3600}});
    save(changed);
    EXPECT_EQ(first(id).due_at, opening + 5h);
    EXPECT_EQ(first(id).calendar.version, 1U);
    desk.decide(ApplyPolicies{elena, {}, false});
    EXPECT_EQ(first(id).calendar.version, 2U);
    EXPECT_EQ(used(first(id)), 2h) << "open time already measured stays";
    EXPECT_EQ(first(id).due_at, opening + 6h) << "three hours from 12:00";
}

// --- S18: another target or calendar

TEST_F(PolicyChange, S18_a_priority_changes_the_rest_of_the_target) {
    save(special_policy({.priorities = {"urgent"}}, 30min));
    const ConversationId id = begin();
    wait(10min);
    prioritise(id, Priority::high);
    EXPECT_EQ(first(id).due_at, opening + first_budget) << "no policy looks at high";
    prioritise(id, Priority::urgent);
    EXPECT_EQ(first(id).due_at, opening + 30min);
    EXPECT_EQ(first(id).policy, special);
    EXPECT_EQ(first(id).started_at, opening);
    EXPECT_EQ(resolution(id).due_at, opening + resolution_budget);
    prioritise(id, Priority::normal);
    EXPECT_EQ(first(id).due_at, opening + first_budget);
}

// E30.
TEST_F(PolicyChange, S18_nothing_left_is_due_at_the_change_and_nobodys_fault) {
    save(special_policy({.priorities = {"urgent"}}, 10min));
    const ConversationId id = begin();
    wait(30min);
    prioritise(id, Priority::urgent);
    const Instant changed = desk.now;
    EXPECT_EQ(first(id).due_at, changed);
    pass(1s);
    ASSERT_EQ(breaches().size(), 1U);
    EXPECT_EQ(breaches()[0].clock.due_at, changed);
    EXPECT_TRUE(breaches()[0].clock.by_change);
    wait(1min);
    answer(id);
    EXPECT_EQ(first(id).state, ClockState::met_late);
    EXPECT_TRUE(first(id).by_change);
    EXPECT_EQ(breaches().size(), 1U);
}

TEST_F(PolicyChange, S18_met_and_breached_stay) {
    save(special_policy({.priorities = {"urgent"}}, 5h));
    const ConversationId met = begin();
    const ConversationId broken = begin();
    wait(10min);
    answer(met);
    const sla::Clock was_met = first(met);
    pass(first_budget);
    ASSERT_EQ(first(broken).state, ClockState::breached);
    for (const ConversationId id : {met, broken}) prioritise(id, Priority::urgent);
    EXPECT_EQ(first(met), was_met);
    EXPECT_EQ(first(broken).state, ClockState::breached);
    EXPECT_EQ(first(broken).due_at, opening + first_budget);
    pass(10h);
    const auto told = breaches();
    EXPECT_EQ(std::ranges::count_if(told,
                                    [](const SlaBreached& fact) {
                                        return fact.clock.metric == Metric::first_response;
                                    }),
              1);
}

// E29, with the other team's hours in UTC.
TEST_F(PolicyChange, S18_a_transfer_to_a_team_with_its_own_calendar) {
    sla::Calendar later = office_hours(office);
    later.weekly.fill({{14 * 3600, 16 * 3600}});
    save(later);
    ASSERT_TRUE(desk.tell(SaveTeam{elena, {billing, "Billing", carla, {}, {}, office}}).ok());
    save(with_first_budget(4h));
    const ConversationId id = begin();
    wait(1h);
    desk.decide(Assign{dario, id, {}, billing, {}});
    EXPECT_EQ(first(id).calendar.id, office);
    EXPECT_EQ(used(first(id)), 1h) << "one hour used stays used";
    EXPECT_EQ(first(id).due_at, opening + 24h + 6h) << "14 to 16 today, 14 to 15 tomorrow";
    EXPECT_EQ(first(id).started_at, opening) << "R22: the age is kept";
    desk.decide(Assign{dario, id, {}, service, {}});
    EXPECT_EQ(first(id).due_at, desk.now + 3h);
}

TEST_F(PolicyChange, S18_a_pause_follows_the_policy_that_comes) {
    sla::Policy never_pauses = special_policy({.tags = {"contract"}}, 30min);
    never_pauses.pauses_while_pending = false;
    save(never_pauses);
    const ConversationId id = begin();
    change(id, Status::pending);
    ASSERT_EQ(resolution(id).state, ClockState::paused);
    wait(1h);
    desk.decide(ChangeTags{anna, id, {"contract"}});
    EXPECT_EQ(resolution(id).state, ClockState::running);
    EXPECT_EQ(resolution(id).due_at, desk.now + resolution_budget);
    desk.decide(ChangeTags{anna, id, {}});
    EXPECT_EQ(resolution(id).state, ClockState::paused);
}

// --- S19: choice

TEST_F(PolicyChange, S19_the_first_match_by_rank_wins_not_by_name_or_age) {
    sla::Policy tie = special_policy({}, 20min);
    tie.id = PolicyId{90};
    tie.name = "AAA";
    tie.rank = 1;
    save(tie);
    sla::Policy lower = special_policy({.channels = {"email"}}, 5min);
    lower.rank = 1;
    save(lower);
    EXPECT_EQ(first(begin()).policy, special) << "of equal ranks the older id";
    lower.rank = 2;
    save(lower);
    EXPECT_EQ(first(begin()).policy, PolicyId{90});
}

TEST_F(PolicyChange, S19_choice_is_made_again_when_what_it_looks_at_changes) {
    save(special_policy({.segments = {"hotel"}}, 20min));
    const ConversationId id = begin();
    const ConversationId other = begin(mail_inbox, "somebody@example.org");
    give_profile(id, {{"segment", "hotel"}});
    EXPECT_EQ(first(id).policy, special);
    EXPECT_EQ(first(id).due_at, opening + 20min);
    EXPECT_EQ(first(other).policy, everybody);
    EXPECT_EQ(first(begin()).policy, special) << "for the next conversations too";
    give_profile(id, {{"segment", "bakery"}});
    EXPECT_EQ(first(id).policy, everybody);
    save(special_policy({.tags = {"vip"}}, 15min));
    desk.decide(ChangeTags{anna, id, {"vip"}});
    EXPECT_EQ(first(id).due_at, opening + 15min);
}

// What changed while a conversation was resolved counts when it comes back, whoever brings it.
TEST_F(PolicyChange, S19_a_profile_that_changed_meanwhile_counts_on_coming_back) {
    save(special_policy({.segments = {"hotel"}}, 20min));
    const ConversationId by_customer = begin();
    const ConversationId by_answer = begin();
    const ConversationId by_hand = begin();
    for (const ConversationId id : {by_customer, by_answer, by_hand}) resolve(id);
    give_profile(by_hand, {{"segment", "hotel"}});
    for (const ConversationId id : {by_customer, by_answer, by_hand}) {
        EXPECT_EQ(desk.at(id).profile.segment, "") << "it is at rest";
    }
    desk.forget_all();
    ask(desk.receive(mail("loads the contact")));
    desk.forget_all();
    for (const ConversationId id : {by_customer, by_answer, by_hand})
        desk.decide(AddNote{anna, id, "loads it", ""});
    ask(by_customer);
    answer(by_answer);
    change(by_hand, Status::open);
    for (const ConversationId id : {by_customer, by_answer, by_hand}) {
        EXPECT_EQ(desk.at(id).profile.segment, "hotel");
        EXPECT_EQ(resolution(id).policy, special);
    }
}

TEST_F(PolicyChange, S12_a_metric_that_the_policy_does_not_define_does_not_exist) {
    save(special_policy({.channels = {"chat"}}, 5min));
    const ConversationId id = desk.receive(chat("visitor", "one"));
    answer(id);
    desk.receive(chat("visitor", "two"));
    for (const sla::Clock& one : desk.at(id).clocks) EXPECT_NE(one.metric, Metric::next_response);
    EXPECT_EQ(desk.at(id).waiting_since, desk.now) << "somebody waits all the same";
}

// --- S20: removal

TEST_F(PolicyChange, S20_removing_a_policy_voids_what_it_promised_and_its_timers) {
    save(special_policy({.channels = {"chat"}}, 5min));
    const ConversationId open = begin();
    const ConversationId broken = begin();
    const ConversationId met = begin();
    const ConversationId other = desk.receive(chat("visitor", "one"));
    answer(met);
    change(open, Status::pending);
    EXPECT_EQ(desk.tell(RemovePolicy{anna, everybody}).refusal, Refusal::forbidden);
    EXPECT_EQ(desk.tell(RemovePolicy{elena, PolicyId{99}}).refusal, Refusal::not_found);
    desk.decide(RemovePolicy{elena, everybody});
    for (const ConversationId id : {open, broken}) {
        EXPECT_EQ(first(id).void_reason, VoidReason::policy_removed);
        EXPECT_EQ(resolution(id).void_reason, VoidReason::policy_removed);
    }
    EXPECT_EQ(first(met).state, ClockState::met);
    EXPECT_TRUE(owes(other, Metric::first_response));
    pass(100h);
    for (const SlaBreached& told : breaches()) EXPECT_EQ(told.clock.policy, special);
    restart();
    EXPECT_FALSE(desk.state.policies.contains(everybody));
    EXPECT_TRUE(desk.at(begin()).clocks.empty());
}

TEST_F(PolicyChange, S20_coming_back_does_not_revive_the_promise_of_a_removed_policy) {
    const ConversationId reopened = begin();
    const ConversationId lost = begin();
    for (const ConversationId id : {reopened, lost}) answer(id);
    resolve(reopened);
    desk.decide(RemovePolicy{elena, everybody});
    ask(reopened);
    lose_answer(lost);
    for (const ConversationId id : {reopened, lost})
        EXPECT_TRUE(std::ranges::none_of(desk.at(id).clocks, sla::is_open));
    pass(100h);
    EXPECT_TRUE(breaches().empty());
}

// Whatever saving it again means, the tables and the memory agree on it.
TEST_F(PolicyChange, S20_a_removed_policy_saved_again_is_the_same_after_a_restart) {
    desk.decide(RemovePolicy{elena, everybody});
    desk.decide(SavePolicy{elena, with_first_budget(7min)});
    const auto policies = desk.state.policies;
    const auto versions = desk.state.policy_versions;
    restart();
    EXPECT_EQ(desk.state.policies, policies);
    EXPECT_EQ(desk.state.policy_versions, versions);
}

TEST_F(PolicyChange, S20_spam_is_owed_nothing) {
    const ConversationId id = begin();
    ask(id, true);
    desk.decide(MarkSpam{anna, id});
    for (const sla::Clock& one : desk.at(id).clocks) {
        EXPECT_EQ(one.state, ClockState::void_);
        EXPECT_EQ(one.void_reason, VoidReason::spam);
    }
    EXPECT_EQ(desk.state.next_wake(), std::nullopt);
}

// --- what the configuration may be

TEST_F(PolicyChange, what_cannot_be_kept_is_not_saved) {
    const auto field_of = [this](const Command& command) {
        const Answer answer = desk.tell(command);
        EXPECT_FALSE(answer.ok());
        EXPECT_FALSE(answer.detail.empty());
        return answer.field;
    };
    sla::Policy policy = promise_policy();
    policy.calendar = CalendarId{99};
    EXPECT_EQ(field_of(SavePolicy{elena, policy}), "calendar_id");
    policy = promise_policy();
    policy.targets.push_back(policy.targets[0]);
    EXPECT_EQ(field_of(SavePolicy{elena, policy}), "targets");
    sla::Calendar closed = office_hours(office);
    closed.weekly.fill({});
    EXPECT_EQ(field_of(SaveCalendar{elena, closed}), "weekly");
    EXPECT_EQ(field_of(SaveTeam{elena, {billing, "Billing", {}, {}, {}, CalendarId{99}}}),
              "calendar_id");
    EXPECT_EQ(field_of(SaveTeam{elena, {billing, "Billing", AgentId{99}}}), "lead_id");
    for (const Command& command :
         std::vector<Command>{SaveCalendar{anna, office_hours(office)},
                              SavePolicy{dario, promise_policy()}, RemovePolicy{dario, everybody}})
        EXPECT_EQ(desk.tell(command).refusal, Refusal::forbidden);
}

}  // namespace
