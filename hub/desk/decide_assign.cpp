// Decisions about status, ownership, priority and tags.
#include <algorithm>

#include "hub/desk/decider.hpp"

namespace desk {

using namespace model;

namespace {

bool owes_public_answer(const Conversation& conversation) {
    return std::ranges::any_of(conversation.clocks, [](const sla::Clock& clock) {
        return clock.metric == sla::Metric::public_answer && sla::is_open(clock);
    });
}

}  // namespace

void Decider::change_status(ConversationId id, Status to, std::optional<Instant> until) {
    const Conversation& conversation = *state.conversation(id);
    const Status from = conversation.status;
    emit(StatusChanged{from, to, until}, conversation);
    resolution_follows(id, from, to);
    if (from == Status::resolved && to != Status::resolved) refresh_contact(id);
}

void Decider::operator()(const ChangeStatus& command) {
    const Agent* agent = acting(command.agent);
    if (agent == nullptr) return;
    const Conversation* conversation = visible(*agent, command.conversation);
    if (conversation == nullptr) return;
    if (command.to == Status::snoozed && (!command.until || *command.until <= now))
        return refuse(Refusal::invalid, "snoozing needs an instant in the future", "until");
    if (command.to == Status::snoozed && snooze_end(state, *conversation) <= now)
        return refuse(Refusal::invalid,
                      "three quarters of a promised time are used up: answer before you snooze",
                      "status");
    decision_.answer.conversation = conversation->id;
    const auto until = command.to == Status::snoozed ? command.until : std::nullopt;
    if (conversation->status == command.to && conversation->snoozed_until == until) return;
    if (command.to == Status::resolved && owes_public_answer(*conversation))
        return refuse(
            Refusal::invalid,
            "a public answer is still owed; answer publicly, or let a supervisor waive it",
            "status");
    change_status(command.conversation, command.to, until);
}

void Decider::operator()(const Assign& command) {
    const Agent* agent = acting(command.agent);
    if (agent == nullptr) return;
    const Conversation* conversation = visible(*agent, command.conversation);
    if (conversation == nullptr) return;
    if (command.base && *command.base < conversation->version) {
        refuse(Refusal::taken, "somebody changed this conversation meanwhile; look again");
        return;
    }
    const AgentId to_agent =
        command.to_agent.value_or(command.to_team ? AgentId{} : conversation->assignee);
    const TeamId to_team = command.to_team.value_or(conversation->team);
    if (is_some(to_agent) && !state.agents.contains(to_agent)) {
        refuse(Refusal::invalid, "there is no agent " + text_of(to_agent), "assignee_id");
        return;
    }
    if (!state.teams.contains(to_team)) {
        refuse(Refusal::invalid, "there is no team " + text_of(to_team), "team_id");
        return;
    }
    decision_.answer.conversation = conversation->id;
    if (to_agent == conversation->assignee && to_team == conversation->team) return;
    const AssignedBy by = to_agent == agent->id ? AssignedBy::taking : AssignedBy::hand;
    // R22: it waits for a full or absent agent, until the hold ends, and then in the team.
    const bool room =
        is_some(to_agent) && state.router().has_room(to_agent, state.item_of(*conversation), now);
    if (command.waits_for_room && is_some(to_agent) && !room)
        assign(command.conversation, AgentId{}, to_team, by, to_agent);
    else
        assign(command.conversation, to_agent, to_team, by);
}

void Decider::operator()(const ChangePriority& command) {
    const Agent* agent = acting(command.agent);
    if (agent == nullptr) return;
    const Conversation* conversation = visible(*agent, command.conversation);
    if (conversation == nullptr) return;
    decision_.answer.conversation = conversation->id;
    if (conversation->priority == command.to) return;
    emit(PriorityChanged{conversation->priority, command.to}, *conversation);
    reconsider_promises(command.conversation, false);
}

void Decider::operator()(const ChangeTags& command) {
    const Agent* agent = acting(command.agent);
    if (agent == nullptr) return;
    const Conversation* conversation = visible(*agent, command.conversation);
    if (conversation == nullptr) return;
    decision_.answer.conversation = conversation->id;
    std::vector<std::string> tags = command.tags;
    std::ranges::sort(tags);
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    if (tags == conversation->tags) return;
    emit(TagsChanged{std::move(tags)}, *conversation);
    reconsider_promises(command.conversation, false);
}

void Decider::assign(ConversationId id, AgentId agent, TeamId team, AssignedBy by,
                     AgentId kept_for) {
    const Conversation& conversation = *state.conversation(id);
    if (is_some(conversation.offered_to)) end_offer(id, OfferEnd::withdrawn);
    const bool other_team = conversation.team != team;
    emit(Assigned{conversation.assignee, agent, conversation.team, team, by, kept_for},
         conversation);
    if (other_team) reconsider_promises(id, false);
}

// R25: a supervisor makes a conversation count more or less.
void Decider::operator()(const ChangeValueFactor& command) {
    const Agent* agent = acting(command.agent);
    if (agent == nullptr) return;
    if (!steps_in(agent->role))
        return refuse(Refusal::forbidden,
                      "only a supervisor may change what a conversation counts");
    const Conversation* conversation = visible(*agent, command.conversation);
    if (conversation == nullptr) return;
    if (command.factor < 0.1 || command.factor > 10)
        return refuse(Refusal::invalid, "the factor lies between 0.1 and 10", "value_factor");
    decision_.answer.conversation = conversation->id;
    if (conversation->value_factor != command.factor)
        emit(ValueFactorChanged{command.factor}, *conversation);
}

}  // namespace desk
