// What a warning or a breach sets off, and who is owed nothing. The numbers are those of the
// statements in docs/ROUTING.md.
#include "tests/support/promise_fixture.hpp"

namespace {

using namespace support;
using namespace model;
using enum sla::EscalationAction;

class Escalations : public Promises {
protected:
    // A warning at half of the first response, and the rules.
    void SetUp() override {
        Promises::SetUp();
        ASSERT_TRUE(desk.tell(SaveTeam{elena, {service, "Service", bruno}}).ok());
    }
    void set_off(std::vector<sla::Escalation> rules) {
        sla::Policy policy = promise_policy();
        policy.targets[0].warn_percents = {50};
        policy.escalations = std::move(rules);
        save(policy);
    }
    static sla::Escalation rule(sla::EscalationAction action, std::uint32_t percent = 100) {
        return {Metric::first_response, percent, action, 0, ""};
    }
    // Time passes until the warning, or the breach, is told.
    desk::Decision told_at(sla::Span after) {
        desk.now = opening + after + 1us;
        return time_reached();
    }
};

TEST_F(Escalations, P12_a_warning_and_a_breach_set_off_their_own_rules) {
    set_off({rule(notify_agent, 50), rule(notify_supervisor)});
    const ConversationId id = begin();
    hand_to(id, anna);
    const auto warning = facts<Escalated>(told_at(30min));
    ASSERT_EQ(warning.size(), 1U);
    EXPECT_EQ(warning[0].rule, rule(notify_agent, 50)) << "the log holds the rule";
    EXPECT_EQ(warning[0].clock, first(id).number);
    EXPECT_EQ(warning[0].metric, Metric::first_response);
    EXPECT_EQ(warning[0].policy, everybody);
    EXPECT_EQ(warning[0].notified, std::vector{anna});
    const auto breach = facts<Escalated>(told_at(first_budget));
    ASSERT_EQ(breach.size(), 1U);
    EXPECT_EQ(breach[0].rule, rule(notify_supervisor));
    EXPECT_EQ(breach[0].notified, std::vector{dario});
}

TEST_F(Escalations, P12_agent_and_lead_are_told_where_there_are_any) {
    set_off({rule(notify_agent), rule(notify_lead)});
    const ConversationId id = begin();
    const ConversationId elsewhere = begin(billing_inbox);
    const auto told = facts<Escalated>(told_at(first_budget));
    ASSERT_EQ(told.size(), 4U);
    for (const Escalated& one : told) {
        if (one.rule.action == notify_agent) EXPECT_TRUE(one.notified.empty());
    }
    EXPECT_EQ(told[1].notified, std::vector{bruno});
    EXPECT_TRUE(told[3].notified.empty()) << "billing has no lead";
    EXPECT_EQ(first(id).state, ClockState::breached);
    EXPECT_EQ(first(elsewhere).state, ClockState::breached);
}

TEST_F(Escalations, P12_raising_the_priority_stops_at_urgent) {
    set_off({rule(raise_priority, 50), rule(raise_priority), rule(raise_priority)});
    const ConversationId id = begin();
    told_at(30min);
    EXPECT_EQ(desk.at(id).priority, Priority::high);
    const auto decision = told_at(first_budget);
    EXPECT_EQ(desk.at(id).priority, Priority::urgent);
    EXPECT_EQ(facts<Escalated>(decision).size(), 2U);
    EXPECT_EQ(facts<PriorityChanged>(decision).size(), 1U);
}

TEST_F(Escalations, P12_a_tag_is_added_once) {
    sla::Escalation tag = rule(add_tag, 50);
    tag.word = "late";
    sla::Escalation again = tag;
    again.at_percent = 100;
    set_off({tag, again});
    const ConversationId id = begin();
    desk.decide(ChangeTags{anna, id, {"parcel"}});
    told_at(30min);
    EXPECT_EQ(desk.at(id).tags, (std::vector<std::string>{"late", "parcel"}));
    EXPECT_TRUE(facts<TagsChanged>(told_at(first_budget)).empty());
}

TEST_F(Escalations, P12_overflow_hands_the_work_to_its_team) {
    sla::Escalation away = rule(overflow, 50);
    away.team = number(billing);
    set_off({away});
    const ConversationId id = begin();
    hand_to(id, anna);
    const auto decision = told_at(30min);
    EXPECT_EQ(desk.at(id).team, billing);
    EXPECT_EQ(desk.at(id).assignee, nobody) << "nobody of billing is there";
    ASSERT_EQ(facts<Escalated>(decision).size(), 1U);
    EXPECT_EQ(first(id).due_at, opening + first_budget);
    desk.online(carla);
    EXPECT_EQ(desk.at(id).assignee, carla);
}

TEST_F(Escalations, P12_rules_without_a_metric_act_on_every_promise) {
    sla::Escalation any = rule(notify_supervisor);
    any.metric.reset();
    set_off({any});
    begin();
    const auto told = facts<Escalated>(told_at(resolution_budget));
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[0].metric, Metric::first_response);
    EXPECT_EQ(told[1].metric, Metric::resolution);
}

TEST_F(Escalations, P12_once_per_obligation_and_threshold) {
    set_off({rule(notify_supervisor, 50), rule(notify_supervisor)});
    const ConversationId id = begin();
    for (const auto after : {30min, 31min, 60min, 61min, 300min}) told_at(after);
    EXPECT_EQ(desk.logged("escalated"), 2U);
    restart();
    told_at(400min);
    answer(id);
    EXPECT_EQ(desk.logged("escalated"), 2U);
    wait(1min);
    lose_answer(id);
    time_reached();
    EXPECT_EQ(desk.logged("escalated"), 2U) << "the same obligation";
    const ConversationId other = begin();
    wait(first_budget + 1s);
    answer(other);
    EXPECT_GE(desk.logged("escalated"), 3U) << "the breach that a late answer brings to light";
}

// Half of the longer target lies ahead; the half of this obligation has been told.
TEST_F(Escalations, P12_a_longer_target_does_not_tell_a_threshold_again) {
    set_off({rule(notify_supervisor, 50)});
    sla::Policy longer = promise_policy();
    longer.id = PolicyId{32};
    longer.rank = 1;
    longer.conditions.priorities = {"low"};
    longer.targets = {{Metric::first_response, first_budget * 4, {50}}};
    longer.escalations = {rule(notify_supervisor, 50)};
    save(longer);
    const ConversationId id = begin();
    told_at(30min);
    prioritise(id, Priority::low);
    EXPECT_EQ(first(id).due_at, opening + first_budget * 4);
    told_at(3h);
    EXPECT_EQ(desk.logged("sla_warned"), 1U);
    EXPECT_EQ(desk.logged("escalated"), 1U);
}

TEST_F(Escalations, P12_what_cannot_be_done_is_not_saved) {
    sla::Policy policy = promise_policy();
    const auto refused = [&](sla::Escalation one) {
        policy.escalations = {std::move(one)};
        const Answer answer = desk.tell(SavePolicy{elena, policy});
        return !answer.ok() && answer.field == "escalations";
    };
    sla::Escalation hook = rule(webhook);
    hook.word = "pager";
    EXPECT_TRUE(refused(hook));
    sla::Escalation away = rule(overflow);
    EXPECT_TRUE(refused(away));
    away.team = 99;
    EXPECT_TRUE(refused(away));
    EXPECT_TRUE(refused(rule(add_tag))) << "no tag named";
    EXPECT_TRUE(refused(rule(notify_lead, 50))) << "no target warns at that share";
}

// S19: what an escalation changes is looked at like any other change.
TEST_F(Escalations, S19_a_raised_priority_and_an_added_tag_choose_again) {
    for (const bool by_tag : {true, false}) {
        sla::Escalation act = rule(by_tag ? add_tag : raise_priority, 50);
        if (by_tag) act.word = "late";
        set_off({act});
        sla::Policy special = promise_policy();
        special.id = PolicyId{32};
        special.rank = 1;
        if (by_tag)
            special.conditions.tags = {"late"};
        else
            special.conditions.priorities = {"high"};
        special.targets[2].budget = 2h;
        save(special);
        const ConversationId id = begin();
        const Instant begun = desk.now;
        pass(30min);
        EXPECT_EQ(resolution(id).policy, PolicyId{32});
        EXPECT_EQ(resolution(id).due_at, begun + 2h);
    }
}

// S25: several promises break in one instant, and the first takes the work away: the others must
// not be told as they stood before.
TEST_F(Escalations, S25_what_an_escalation_moves_is_seen_by_the_promises_after_it) {
    save(office_hours(CalendarId{81}));
    ASSERT_TRUE(desk.tell(SaveTeam{elena, {billing, "Billing", {}, {}, {}, CalendarId{81}}}).ok());
    sla::Escalation away = rule(overflow);
    away.team = number(billing);
    sla::Policy policy = promise_policy();
    policy.targets = {{Metric::first_response, first_budget, {}},
                      {Metric::resolution, first_budget, {}},
                      {Metric::public_answer, 20h, {}}};
    policy.escalations = {away};
    save(policy);
    for (const bool late_answer : {false, true}) {
        SCOPED_TRACE(late_answer);
        ReceiveInbound post = mail(late_answer ? "answered" : "told");
        post.inbound.is_public = true;
        const ConversationId id = desk.receive(post);
        const Instant begun = desk.now;
        hand_to(id, anna);
        wait(first_budget + 1min);
        if (late_answer)
            desk.decide(reply(dario, id));
        else
            time_reached();
        for (const sla::Clock& one : desk.at(id).clocks) {
            if (!sla::is_open(one)) continue;
            EXPECT_EQ(one.legs.back().holder, number(desk.at(id).assignee)) << word(one.metric);
            EXPECT_EQ(sla::recount(one, desk.state.calendar(one.calendar)), one);
            EXPECT_EQ(one.legs.front().from, begun);
        }
        EXPECT_EQ(clock(id, Metric::public_answer).calendar.id,
                  desk.at(id).team == billing ? CalendarId{81} : CalendarId{});
    }
}

// --- P6: nobody is bothered with it

TEST_F(Escalations, P6_spam_is_closed_and_its_sender_is_blocked) {
    const ConversationId id = begin();
    answer(id);
    ask(id);
    const auto decision = desk.decide(MarkSpam{anna, id});
    ASSERT_TRUE(decision.answer.ok());
    EXPECT_TRUE(desk.at(id).is_spam);
    EXPECT_EQ(desk.at(id).status, Status::resolved);
    EXPECT_EQ(desk.at(id).waiting_since, std::nullopt);
    EXPECT_EQ(next(id).void_reason, VoidReason::spam);
    EXPECT_EQ(resolution(id).void_reason, VoidReason::spam);
    EXPECT_EQ(first(id).state, ClockState::met) << "what is over is over";
    EXPECT_TRUE(desk.state.contact(desk.at(id).contact)->profile.blocked);
    EXPECT_TRUE(desk.decide(MarkSpam{anna, id}).events.empty());
}

TEST_F(Escalations, P6_what_a_blocked_sender_writes_is_kept_and_goes_to_nobody) {
    const ConversationId spam = begin();
    desk.decide(MarkSpam{anna, spam});
    desk.forget_all();
    const ConversationId later = begin();
    ask(spam);
    EXPECT_NE(later, spam);
    EXPECT_EQ(desk.at(later).message_count, 1U);
    EXPECT_TRUE(desk.at(later).clocks.empty());
    EXPECT_EQ(desk.at(later).waiting_since, std::nullopt);
    EXPECT_EQ(desk.at(spam).status, Status::resolved);
    EXPECT_EQ(desk.at(spam).message_count, 2U);
    EXPECT_EQ(desk.at(spam).waiting_since, std::nullopt);
    desk.online(anna);
    desk.set(anna, Availability::away);
    desk.online(anna);
    EXPECT_EQ(desk.at(later).assignee, nobody);
    EXPECT_EQ(desk.at(spam).assignee, nobody);
}

TEST_F(Escalations, P6_blocking_takes_what_waits_out_of_the_queue_and_unblocking_puts_it_back) {
    const ConversationId id = begin();
    const ContactId contact = desk.at(id).contact;
    ASSERT_TRUE(desk.tell(ChangeContact{dario, contact, {{"blocked", "yes"}}}).ok());
    desk.online(anna);
    EXPECT_EQ(desk.at(id).assignee, nobody);
    ASSERT_TRUE(desk.tell(ChangeContact{dario, contact, {{"blocked", ""}}}).ok());
    EXPECT_EQ(desk.at(id).assignee, anna);
}

TEST_F(Escalations, P6_nothing_revives_what_is_owed_to_spam) {
    const ConversationId id = begin();
    answer(id);
    resolve(id);
    desk.decide(MarkSpam{anna, id});
    lose_answer(id);
    change(id, Status::open);
    EXPECT_TRUE(std::ranges::none_of(desk.at(id).clocks, sla::is_open));
}

// --- contacts' profiles

TEST_F(Escalations, a_profile_is_that_of_every_conversation_that_is_not_resolved) {
    const ConversationId open = begin();
    const ConversationId snoozed = begin();
    change(snoozed, Status::snoozed, desk.now + 5min);
    const ContactId contact = desk.at(open).contact;
    const ContactProfile profile{.segment = "hotel", .language = "de", .owner = anna};
    desk.forget_all();
    const std::map<std::string, std::string> wanted{
        {"segment", "hotel"}, {"language", "de"}, {"owner", text_of(anna)}};
    EXPECT_EQ(desk.tell(ChangeContact{bruno, contact, wanted}).refusal, Refusal::forbidden)
        << "whose account it is concerns every team";
    const auto decision = desk.decide(ChangeContact{dario, contact, wanted});
    ASSERT_TRUE(decision.answer.ok()) << decision.answer.detail;
    EXPECT_EQ(facts<ContactProfileChanged>(decision).size(), 1U);
    EXPECT_EQ(desk.at(open).profile, profile);
    EXPECT_EQ(desk.at(snoozed).profile, profile);
    EXPECT_EQ(desk.at(begin()).profile, profile);
    EXPECT_TRUE(desk.decide(ChangeContact{dario, contact, wanted}).events.empty());
    EXPECT_EQ(desk.tell(ChangeContact{dario, contact, {{"owner", "99"}}}).field, "owner_id");
    EXPECT_EQ(desk.tell(ChangeContact{bruno, ContactId{9999}, {}}).refusal, Refusal::not_found);
    restart();
    EXPECT_EQ(desk.at(open).profile, profile);
}

}  // namespace
