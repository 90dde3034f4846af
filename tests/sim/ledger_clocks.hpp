// What the ledger states about promises, event by event and at rest.
#pragma once

#include <algorithm>

#include "tests/sim/ledger.hpp"

namespace sim {

using namespace model;

inline std::string place_of(const Event& event) {
    return " (event " + std::to_string(event.seq) + ")";
}

inline bool owes_response(const sla::Clock& clock) {
    return sla::is_open(clock) && clock.metric != sla::Metric::resolution;
}

// The facts by which S19 chooses, told independently of the desk.
inline sla::PolicyFacts facts_of(const Conversation& conversation) {
    return {.channel = conversation.channel == Channel::email ? "email" : "chat",
            .is_public = conversation.is_public,
            .inbox = number(conversation.inbox),
            .team = number(conversation.team),
            .priority = std::string{word(conversation.priority)},
            .segment = conversation.profile.segment,
            .relationship = conversation.profile.relationship,
            .language = conversation.profile.language,
            .tags = conversation.tags};
}

inline const sla::Clock& Ledger::clock_before(const Event& event, const sla::Clock& clock) const {
    const auto& clocks = state_.conversation(event.conversation)->clocks;
    const auto found = std::ranges::find(clocks, clock.number, &sla::Clock::number);
    expect(found != clocks.end(), "a fact about an unknown clock" + place_of(event));
    expect(found->metric == clock.metric && found->started_at == clock.started_at,
           "a clock became another" + place_of(event));
    return *found;
}

// S8, S17, S19: one of a metric at a time, on the policy that matches first, as it is now.
inline void Ledger::check_start(const Event& event, const sla::Clock& clock) const {
    const std::string where = place_of(event);
    const Conversation& conversation = *state_.conversation(event.conversation);
    expect(clock.number == conversation.clock_count + 1, "a clock out of number" + where);
    for (const sla::Clock& other : conversation.clocks) {
        if (!sla::is_open(other)) continue;
        expect(other.metric != clock.metric, "two open clocks of a metric" + where);
        expect(clock.metric != sla::Metric::next_response ||
                   other.metric != sla::Metric::first_response,
               "a next response beside an open first one" + where);
    }
    std::vector<sla::Policy> policies;
    for (const auto& [id, policy] : state_.policies) policies.push_back(policy);
    const auto forced = state_.policies.find(conversation.policy);  // by a rule
    const sla::Policy* policy = forced == state_.policies.end()
                                    ? sla::choose_policy(policies, facts_of(conversation))
                                    : &forced->second;
    expect(
        policy != nullptr && policy->id == clock.policy && policy->version == clock.policy_version,
        "a clock of another policy" + where);
    const CalendarId own = state_.teams.at(conversation.team).calendar;
    const auto calendar = state_.calendars.find(is_some(own) ? own : policy->calendar);
    const sla::CalendarRef ref = calendar == state_.calendars.end()
                                     ? sla::CalendarRef{}
                                     : sla::CalendarRef{calendar->first, calendar->second.version};
    expect(clock.calendar == ref, "a clock of another calendar" + where);
    expect(clock.budget == sla::target_of(*policy, clock.metric)->budget, "another budget" + where);
}

// P12: each threshold once.
inline void Ledger::check_warning(const Event& event, const SlaWarned& fact) {
    const std::string where = place_of(event);
    const sla::Clock& before = clock_before(event, fact.clock);
    expect(!before.warnings.empty() && before.warnings.front().percent == fact.percent &&
               before.warnings.front().at <= event.at,
           "a warning that was not due" + where);
    expect(told_.insert({event.conversation, fact.clock.number, fact.percent}).second,
           "a threshold told twice" + where);
}

// S11: once per clock, never before it is due, and recorded at its due instant.
inline void Ledger::check_breach(const Event& event, const sla::Clock& clock) {
    const std::string where = place_of(event);
    const sla::Clock& before = clock_before(event, clock);
    expect(before.state == sla::ClockState::running || before.state == sla::ClockState::warned,
           "a breach of a clock that does not run" + where);
    expect(clock.state == sla::ClockState::breached && before.due_at == clock.due_at,
           "a breach at another instant than due" + where);
    expect(event.at >= clock.due_at, "a breach before it is due" + where);
    expect(told_.insert({event.conversation, clock.number, 100}).second,
           "a second breach of one clock" + where);
}

inline void Ledger::check_change(const Event& event, const SlaChanged& fact) const {
    const std::string where = " by " + std::string{word(fact.change)} + place_of(event);
    const sla::Clock& before = clock_before(event, fact.clock);
    const bool runs =
        before.state == sla::ClockState::running || before.state == sla::ClockState::warned;
    expect(!runs || before.due_at >= event.at, "a breach was passed over" + where);
    switch (fact.change) {
        case SlaChange::paused:
        case SlaChange::resumed:
            expect(before.metric == sla::Metric::resolution, "a response paused" + where);
            expect(sla::is_open(before), "an ended clock changed" + where);
            break;
        case SlaChange::reopened:
            expect(before.metric == sla::Metric::resolution && !sla::is_open(before),
                   "reopened what was open" + where);
            break;
        case SlaChange::retargeted: {
            const sla::Span used =
                sla::used_time(before, state_.calendar(before.calendar), event.at);
            const sla::Calendar& calendar = state_.calendar(fact.clock.calendar);
            expect(sla::used_time(fact.clock, calendar, event.at) == used,
                   "used time did not stay used" + where);
            break;
        }
        case SlaChange::answer_undelivered:
            expect(before.answered_by != 0 && before.due_at == fact.clock.due_at,
                   "not the old due" + where);
    }
}

// S10, S12.
inline void Ledger::check_end(const Event& event, const sla::Clock& clock) const {
    const std::string where = place_of(event);
    const sla::Clock& before = clock_before(event, clock);
    expect(sla::is_open(before), "a clock ends twice" + where);
    expect(clock.ended_at == event.at, "a clock ends at another instant" + where);
    expect((clock.state == sla::ClockState::void_) == (clock.void_reason != sla::VoidReason::none),
           "void without a reason, or the other way round" + where);
    if (clock.state == sla::ClockState::met)
        expect(before.state != sla::ClockState::breached &&
                   (before.state == sla::ClockState::paused || event.at <= clock.due_at),
               "a late answer counts as in time" + where);
    if (clock.state == sla::ClockState::met_late)
        expect(before.state == sla::ClockState::breached, "a late answer hides the breach" + where);
}

// P12: once per obligation and threshold, and only where the rule says so.
inline void Ledger::check_escalation(const Event& event, const Escalated& fact) {
    const std::string where = place_of(event);
    expect(told_.contains({event.conversation, fact.clock, fact.rule.at_percent}),
           "an escalation without its signal" + where);
    std::size_t written = 0;
    for (const auto& [key, policy] : state_.policy_versions)
        if (policy.id == fact.policy)
            written =
                std::max<std::size_t>(written, std::ranges::count(policy.escalations, fact.rule));
    const std::string key =
        text_of(event.conversation) + "/" +
        encode({.fact = Escalated{fact.clock, fact.metric, fact.policy, fact.rule, {}}}).payload;
    expect(++escalated_[key] <= written, "an escalation set off twice" + where);
}

// S25: the legs are one behind the other from the start to the end; who holds the work holds the
// last one; counted again they give the same.
inline void Ledger::check_legs(const Conversation& conversation, const sla::Clock& clock) const {
    const std::string where = " (conversation " + text_of(conversation.id) + ")";
    expect(!clock.legs.empty() && clock.legs.front().from == clock.started_at,
           "the legs do not begin at the start" + where);
    for (std::size_t i = 0; i + 1 < clock.legs.size(); ++i)
        expect(clock.legs[i].to == clock.legs[i + 1].from, "a gap between two legs" + where);
    const sla::Leg& last = clock.legs.back();
    expect(last.to == clock.ended_at, "the last leg does not end with its clock" + where);
    expect(sla::is_open(clock) == !last.to, "an ended clock runs on" + where);
    if (sla::is_open(clock))
        expect(last.holder == number(conversation.assignee),
               "the last leg of clock " + std::to_string(clock.number) +
                   " is not with whoever has the work" + where);
    sla::Clock again = sla::recount(clock, state_.calendar({}));
    for (const auto& [key, calendar] : state_.calendar_versions)
        again = sla::recount(std::move(again), calendar);
    expect(again == clock, "counted again, a leg has another length" + where);
}

// S2: due is where the open, unpaused time equals the budget.
inline void Ledger::check_due(const Conversation& conversation, const sla::Clock& clock) const {
    const std::string where = " (conversation " + text_of(conversation.id) + ")";
    const bool runs =
        clock.state == sla::ClockState::running || clock.state == sla::ClockState::warned;
    if (!runs || clock.by_change) return;
    const sla::Calendar& calendar = state_.calendar(clock.calendar);
    const sla::Instant from = clock.legs.back().from;
    const sla::Span left = clock.budget - sla::used_time(clock, calendar, from);
    expect(clock.due_at == sla::add_open_time(calendar, from, left),
           "due is not where the budget ends" + where);
}

inline void Ledger::check_obligations(const Conversation& conversation) const {
    const std::string where = " (conversation " + text_of(conversation.id) + ")";
    std::optional<Instant> oldest;
    for (const sla::Clock& clock : conversation.clocks) {
        if (!sla::is_open(clock)) continue;
        expect(state_.policies.contains(clock.policy), "S20: a removed policy promises" + where);
        expect(!conversation.is_spam, "P6: spam is owed something" + where);
        expect(
            conversation.status != Status::resolved || clock.metric == sla::Metric::public_answer,
            "S9: something is owed in a resolved conversation" + where);
        if (owes_response(clock))
            oldest = std::min(oldest.value_or(Instant::max()), clock.started_at);
        const bool paused = clock.legs.back().kind == sla::LegKind::paused;
        const sla::Policy* policy = state_.policy(clock.policy, clock.policy_version);
        expect(paused == (clock.metric == sla::Metric::resolution &&
                          conversation.status == Status::pending && policy->pauses_while_pending),
               "S13: paused and pending differ" + where);
    }
    // Without a promise, only the messages tell who waits.
    if (oldest)
        expect(conversation.waiting_since && *conversation.waiting_since <= *oldest,
               "P10: it waits longer than it says" + where);
    expect(conversation.status != Status::resolved || !conversation.waiting_since,
           "P10: a resolved conversation waits" + where);
}

inline void Ledger::check_clocks() const {
    for (const auto& [id, conversation] : state_.conversations()) {
        for (const sla::Clock& clock : conversation.clocks) {
            check_legs(conversation, clock);
            check_due(conversation, clock);
        }
        check_obligations(conversation);
    }
}

}  // namespace sim
