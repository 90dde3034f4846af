// Decisions about status and ownership, and the routing that follows from them.
#include <algorithm>

#include "hub/desk/decider.hpp"

namespace desk {

using namespace model;

void Decider::operator()(const ChangeStatus& command) {
    const Agent* agent = acting(command.agent);
    if (agent == nullptr) return;
    const Conversation* conversation = visible(*agent, command.conversation);
    if (conversation == nullptr) return;
    if (command.to == Status::snoozed && (!command.until || *command.until <= now)) {
        refuse(Refusal::invalid, "snoozing needs an instant in the future", "until");
        return;
    }
    decision_.answer.conversation = conversation->id;
    const auto until = command.to == Status::snoozed ? command.until : std::nullopt;
    if (conversation->status == command.to && conversation->snoozed_until == until) return;
    const Placement before = placement_of(*conversation);
    emit(StatusChanged{conversation->status, command.to, until}, *conversation);
    if (command.to == Status::resolved)
        end_clocks(command.conversation, sla::Metric::first_response, sla::ClockState::void_);
    if (command.to == Status::open && !is_some(state.conversation(command.conversation)->assignee))
        route(command.conversation);
    route_freed(before);
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
    const Placement before = placement_of(*conversation);
    assign(command.conversation, to_agent, to_team,
           to_agent == agent->id ? AssignedBy::taking : AssignedBy::hand);
    if (!is_some(to_agent) && command.to_team &&
        state.conversation(command.conversation)->status == Status::open)
        route(command.conversation);
    route_freed(before);
}

void Decider::operator()(const ChangePriority& command) {
    const Agent* agent = acting(command.agent);
    if (agent == nullptr) return;
    const Conversation* conversation = visible(*agent, command.conversation);
    if (conversation == nullptr) return;
    decision_.answer.conversation = conversation->id;
    if (conversation->priority != command.to)
        emit(PriorityChanged{conversation->priority, command.to}, *conversation);
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
    if (tags != conversation->tags) emit(TagsChanged{std::move(tags)}, *conversation);
}

// Agents set their own availability; supervisors and administrators anybody's.
void Decider::operator()(const SetAvailability& command) {
    const Agent* by = acting(command.by);
    if (by == nullptr) return;
    const auto target = state.agents.find(command.agent);
    if (target == state.agents.end()) {
        refuse(Refusal::not_found, "there is no agent " + text_of(command.agent), "agent_id");
        return;
    }
    const bool steps_in = by->role == Role::supervisor || by->role == Role::administrator;
    if (command.agent != command.by && !steps_in) {
        refuse(Refusal::forbidden, "only a supervisor may change another agent's state");
        return;
    }
    if (state.agent_states[command.agent].availability == command.to) return;
    emit(AvailabilityChanged{command.agent, command.to});
    if (command.to == Availability::online) route_waiting(target->second.teams);
}

void Decider::assign(ConversationId id, AgentId agent, TeamId team, AssignedBy by) {
    const Conversation& conversation = *state.conversation(id);
    emit(Assigned{conversation.assignee, agent, conversation.team, team, by}, conversation);
}

routing::Item Decider::item_of(const Conversation& conversation) const {
    routing::Item item;
    item.id = number(conversation.id);
    item.team = conversation.team;
    item.weight = weight_of(state, conversation);
    for (const sla::Clock& clock : conversation.clocks)
        if (sla::is_open(clock) && (!item.due_at || clock.due_at < *item.due_at))
            item.due_at = clock.due_at;
    item.waiting_since = conversation.waiting_since.value_or(conversation.created_at);
    return item;
}

std::vector<routing::Candidate> Decider::candidates() const {
    std::vector<routing::Candidate> all;
    for (const auto& [id, agent] : state.agents) {
        if (agent.teams.empty()) continue;
        const AgentState& agent_state = state.agent_states.at(id);
        all.push_back({id, agent.teams, agent_state.availability, agent.capacity, agent_state.load,
                       agent_state.idle_since});
    }
    return all;
}

// One conversation looks for an agent. The decision is kept whether or not it found one: "why me?"
// and "why does it still wait?" are the same question.
void Decider::route(ConversationId id) {
    const Conversation& conversation = *state.conversation(id);
    const routing::Item item = item_of(conversation);
    routing::Decision chosen = routing::choose(item, candidates());
    const auto winner = chosen.winner;
    emit(RoutingDecided{conversation.team, item.weight, std::move(chosen)}, conversation);
    if (winner) assign(id, *winner, conversation.team, AssignedBy::routing);
}

std::uint32_t Decider::most_room(TeamId team) const {
    std::uint32_t most = 0;
    for (const routing::Candidate& candidate : candidates())
        if (std::ranges::find(candidate.teams, team) != candidate.teams.end() &&
            candidate.availability == Availability::online && candidate.capacity > candidate.load)
            most = std::max(most, candidate.capacity - candidate.load);
    return most;
}

// R9: room came free for whoever held it, not for whoever freed it; and what was let go of waits in
// its team.
void Decider::route_freed(const Placement& before) {
    std::vector<TeamId> teams{before.team};
    if (const auto holder = state.agents.find(before.assignee); holder != state.agents.end())
        teams.insert(teams.end(), holder->second.teams.begin(), holder->second.teams.end());
    route_waiting(teams);
}

// R9, R12: whenever capacity may have become free, the queue is served until no waiting item fits
// anybody. An item that fits nobody is passed over and delays no other (R10).
void Decider::route_waiting(const std::vector<TeamId>& teams) {
    for (const TeamId team : teams) {
        std::uint32_t room = most_room(team);
        for (auto place = state.queue(team).begin();
             room > 0 && place != state.queue(team).end();) {
            const ConversationId id = (place++)->conversation;
            if (weight_of(state, *state.conversation(id)) > room) continue;
            route(id);
            room = most_room(team);
        }
    }
}

}  // namespace desk
