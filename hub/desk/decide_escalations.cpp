// Decisions that a warning or a breach sets off (P12): once per obligation and threshold, each in
// the log with its rule.
#include <algorithm>

#include "hub/desk/decider.hpp"

namespace desk {

using namespace model;

void Decider::escalate(ConversationId id, const sla::Clock& clock, std::uint32_t percent) {
    const sla::Policy* policy = state.policy(clock.policy, clock.policy_version);
    if (policy == nullptr) return;
    for (const sla::Escalation& rule : sla::escalations_at(*policy, clock.metric, percent))
        escalate(id, clock, rule);
}

namespace {

std::vector<AgentId> told_by(const State& state, const Conversation& conversation,
                             sla::EscalationAction action) {
    std::vector<AgentId> told;
    const auto team = state.teams.find(conversation.team);
    switch (action) {
        case sla::EscalationAction::notify_agent:
            if (is_some(conversation.assignee)) told.push_back(conversation.assignee);
            break;
        case sla::EscalationAction::notify_lead:
            if (team != state.teams.end() && is_some(team->second.lead))
                told.push_back(team->second.lead);
            break;
        case sla::EscalationAction::notify_supervisor:
            for (const auto& [id, agent] : state.agents)
                if (agent.role == Role::supervisor) told.push_back(id);
            break;
        default:
            break;
    }
    return told;
}

}  // namespace

void Decider::escalate(ConversationId id, const sla::Clock& clock, const sla::Escalation& rule) {
    const auto conversation = [this, id]() -> const Conversation& {
        return *state.conversation(id);
    };
    emit(Escalated{clock.number, clock.metric, clock.policy, rule,
                   told_by(state, conversation(), rule.action)},
         conversation());
    if (rule.action == sla::EscalationAction::raise_priority &&
        conversation().priority != Priority::urgent) {
        const auto higher = static_cast<Priority>(static_cast<int>(conversation().priority) + 1);
        emit(PriorityChanged{conversation().priority, higher}, conversation());
        reconsider_promises(id, false);
    }
    if (rule.action == sla::EscalationAction::add_tag &&
        std::ranges::find(conversation().tags, rule.word) == conversation().tags.end()) {
        std::vector<std::string> tags = conversation().tags;
        tags.push_back(rule.word);
        std::ranges::sort(tags);
        emit(TagsChanged{std::move(tags)}, conversation());
        reconsider_promises(id, false);
    }
    const TeamId overflow{rule.team};
    if (rule.action == sla::EscalationAction::overflow && state.teams.contains(overflow) &&
        conversation().team != overflow && conversation().status == Status::open) {
        assign(id, AgentId{}, overflow, AssignedBy::leaving);
    }
}

}  // namespace desk
