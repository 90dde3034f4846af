// Decisions about promises: clocks that start, warn, break and end.
#include "hub/desk/decider.hpp"

namespace desk {

using namespace model;

namespace {

// One turn handles this many wakes; the next begins at once. Keeps the desk loop responsive after a
// long sleep.
constexpr int wakes_per_turn_max = 256;

}  // namespace

void Decider::start_clocks(ConversationId id) {
    const Conversation& conversation = *state.conversation(id);
    std::vector<sla::Policy> policies;
    for (const auto& [policy_id, policy] : state.policies) policies.push_back(policy);
    const sla::Policy* policy = sla::choose_policy(
        policies, {std::string{word(conversation.channel)}, number(conversation.inbox)});
    if (policy == nullptr) return;
    for (const sla::Target& target : policy->targets)
        emit(SlaStarted{sla::start_clock(*policy, target, now)}, conversation);
}

// Ends the open clocks of a metric: as an answer given now, or in the state told.
void Decider::end_clocks(ConversationId id, sla::Metric metric,
                         std::optional<sla::ClockState> end_state) {
    const std::vector<sla::Clock> clocks = state.conversation(id)->clocks;
    for (const sla::Clock& clock : clocks) {
        if (clock.metric != metric || !sla::is_open(clock)) continue;
        const sla::ClockState end = end_state.value_or(sla::state_when_answered(clock, now));
        // S11: a late answer must not hide the breach that the timer had no time to tell.
        if (now > clock.due_at && clock.state != sla::ClockState::breached)
            emit(SlaBreached{metric, clock.due_at}, *state.conversation(id));
        emit(SlaEnded{metric, end, now}, *state.conversation(id));
    }
}

void Decider::operator()(const TimeReached&) {
    for (int turn = 0; turn < wakes_per_turn_max; ++turn) {
        const auto id = state.due_wake(now);
        if (!id) return;
        const Conversation conversation = *state.conversation(*id);
        for (const sla::Clock& clock : conversation.clocks) {
            const auto at = sla::next_wake(clock);
            if (!at || *at > now) continue;
            if (clock.state == sla::ClockState::running)
                emit(SlaWarned{clock.metric}, conversation);
            else
                emit(SlaBreached{clock.metric, clock.due_at}, conversation);
        }
        if (conversation.status == Status::snoozed && conversation.snoozed_until &&
            *conversation.snoozed_until <= now) {
            emit(StatusChanged{Status::snoozed, Status::open, std::nullopt}, conversation);
            if (!is_some(conversation.assignee)) route(*id);
        }
    }
}

}  // namespace desk
