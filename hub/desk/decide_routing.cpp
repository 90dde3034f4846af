// Decisions about who works: handing out what waits, offers, agents who come and go.
#include <algorithm>

#include "hub/desk/decider.hpp"

namespace desk {

using namespace model;

void Decider::route_waiting() {
    actor_ = {};
    withdraw_stale_offers();
    for (;;) {
        state.sync_router();
        state.router().advance(now);
        const auto made = state.router().next(now);
        if (!made) break;
        hand_out(*made);
    }
    const std::map<ConversationId, bool> waited = waited_before_;
    for (const auto& [id, before] : waited) {
        const Conversation* conversation = state.conversation(id);
        if (before || conversation == nullptr || !waits_in_queue(state, *conversation)) continue;
        const routing::Item item = state.item_of(*conversation);
        emit(RoutingDecided{conversation->team, item.weight, state.router().explain(item, now)},
             *conversation);
    }
}

// What is offered and not waited for any more is nobody's to accept (R18).
void Decider::withdraw_stale_offers() {
    const std::map<ConversationId, bool> touched = waited_before_;
    for (const auto& [id, before] : touched) {
        const Conversation* conversation = state.conversation(id);
        if (conversation == nullptr || !is_some(conversation->offered_to)) continue;
        if (conversation->status != Status::open || !conversation->waiting_since)
            end_offer(id, OfferEnd::withdrawn);
    }
}

// In a queue that offers, live work waits for the agent's yes; asynchronous work is accepted by
// itself (R17). An agent who helps out from another team cannot see what is offered to her: she is
// given it.
void Decider::hand_out(const routing::Assignment& made) {
    const ConversationId id{made.item};
    const Conversation& conversation = *state.conversation(id);
    const auto inbox = state.inboxes.find(conversation.inbox);
    emit(RoutingDecided{conversation.team, inbox == state.inboxes.end() ? 1 : inbox->second.weight,
                        made.why},
         conversation);
    const auto team = state.teams.find(conversation.team);
    const auto& teams = state.agents.at(made.agent).teams;
    const bool offers = team != state.teams.end() && team->second.mode == QueueMode::offer &&
                        is_live(conversation.channel) &&
                        std::ranges::find(teams, conversation.team) != teams.end();
    if (offers)
        emit(Offered{made.agent, now + std::chrono::seconds{state.routing_settings.accept_seconds}},
             *state.conversation(id));
    else
        assign(id, made.agent, state.conversation(id)->team, AssignedBy::routing);
}

// R21: a conversation that is waited for again stays with its agent if she is there and has room.
bool Decider::keeps_owner(const Conversation& conversation) const {
    const auto agent = state.agent_states.find(conversation.assignee);
    if (!state.agents.contains(conversation.assignee) || agent == state.agent_states.end())
        return false;
    if (!accepts(agent->second, is_live(conversation.channel))) return false;
    return occupies(conversation) ||
           state.router().has_room(conversation.assignee, state.item_of(conversation), now);
}

// R17, R18: capacity is free and the item waits at this instant, with its old clock; who declined
// or let it lapse is left out for a while, unless nobody else is left to ask.
void Decider::end_offer(ConversationId id, OfferEnd how) {
    const Conversation& conversation = *state.conversation(id);
    const AgentId agent = conversation.offered_to;
    OfferEnded fact{agent, how, std::nullopt, false};
    if (how == OfferEnd::declined || how == OfferEnd::lapsed) {
        fact.excluded_until =
            now + std::chrono::seconds{state.routing_settings.decline_exclusion_seconds};
        routing::Item item = state.item_of(conversation);
        item.excluded[agent] = *fact.excluded_until;
        const routing::Decision others = state.router().explain(item, now);
        fact.clears_exclusions =
            !item.excluded.empty() && item.excluded.size() > 1 &&
            std::ranges::none_of(others.considered, [](const routing::Considered& one) {
                return one.exclusion == routing::Exclusion::none ||
                       one.exclusion == routing::Exclusion::no_room;
            });
    }
    emit(fact, conversation);
    const bool too_many = state.agent_states[agent].lapses >= state.routing_settings.lapses_max &&
                          state.routing_settings.lapses_max > 0;
    if (how == OfferEnd::lapsed && too_many) go_away(agent, Availability::not_responding, {});
}

void Decider::operator()(const AnswerOffer& command) {
    const Agent* agent = acting(command.agent);
    if (agent == nullptr) return;
    const Conversation* conversation = state.conversation(command.conversation);
    if (conversation == nullptr || conversation->offered_to != agent->id)
        return refuse(Refusal::gone, "this offer is gone: it lapsed, or somebody else has it");
    decision_.answer.conversation = conversation->id;
    const TeamId team = conversation->team;
    if (!command.accept) return end_offer(command.conversation, OfferEnd::declined);
    end_offer(command.conversation, OfferEnd::accepted);
    assign(command.conversation, command.agent, team, AssignedBy::routing);
}

// Which work she takes, and until when, stays said: it counts again when she is back.
void Decider::go_away(AgentId agent, Availability to, std::string label) {
    const AgentState& now_is = state.agent_states[agent];
    emit(AvailabilityChanged{agent, to, std::move(label), now_is.takes_sessions,
                             now_is.takes_asynchronous, now_is.shift_ends});
}

void Decider::come_online(AgentId agent) {
    go_away(agent, Availability::online, {});
}

void Decider::withdraw_offers(AgentId agent) {
    for (const ConversationId id : state.held_by(agent))
        if (state.conversation(id)->offered_to == agent) end_offer(id, OfferEnd::withdrawn);
}

// R19, R20: at the end of a shift what was begun may be finished within a grace, the rest returns
// at once. After a lost connection everything that a customer waits for returns.
void Decider::leave(AgentId agent, bool connection_lost) {
    withdraw_offers(agent);
    const auto grace = std::chrono::seconds{state.routing_settings.grace_seconds};
    for (const ConversationId id : state.held_by(agent)) {
        const Conversation& conversation = *state.conversation(id);
        if (connection_lost && !conversation.waiting_since) continue;
        if (!connection_lost && conversation.begun)
            emit(ReturnPlanned{now + grace}, conversation);
        else
            assign(id, AgentId{}, conversation.team, AssignedBy::leaving);
    }
}

// Agents set their own availability; supervisors and administrators anybody's.
void Decider::operator()(const SetAvailability& command) {
    const Agent* by = acting(command.by);
    if (by == nullptr) return;
    if (!state.agents.contains(command.agent))
        return refuse(Refusal::not_found, "there is no agent " + text_of(command.agent),
                      "agent_id");
    const bool may = steps_in(by->role);
    if (command.agent != command.by && !may)
        return refuse(Refusal::forbidden, "only a supervisor may change another agent's state");
    if (command.to == Availability::not_responding)
        return refuse(Refusal::invalid, "nobody sets this by hand", "availability");
    if (command.shift_ends && *command.shift_ends <= now)
        return refuse(Refusal::invalid, "a shift ends in the future", "shift_ends");
    const AgentState before = state.agent_states[command.agent];
    const bool online = command.to == Availability::online;
    AvailabilityChanged fact{command.agent,
                             command.to,
                             command.label,
                             online && command.takes_sessions.value_or(true),
                             online && command.takes_asynchronous.value_or(true),
                             online ? command.shift_ends : std::nullopt};
    if (before.availability == fact.availability && before.label == fact.label &&
        before.takes_sessions == fact.takes_sessions &&
        before.takes_asynchronous == fact.takes_asynchronous &&
        before.shift_ends == fact.shift_ends)
        return;
    emit(fact);
    if (command.to == Availability::offline) leave(command.agent, false);
    if (!online) withdraw_offers(command.agent);
    if (!online) return;
    for (const ConversationId id : state.held_by(command.agent))
        if (state.conversation(id)->returns_at)
            emit(ReturnPlanned{std::nullopt}, *state.conversation(id));
}

// R20: said by the door that serves consoles, when an agent's first one opens or the last one goes.
void Decider::operator()(const SetConnected& command) {
    if (!state.agents.contains(command.agent)) return;
    if (state.agent_states[command.agent].connected == command.connected) return;
    emit(ConnectionChanged{command.agent, command.connected});
}

void Decider::offer_or_return_due(ConversationId id) {
    const auto conversation = [this, id]() -> const Conversation& {
        return *state.conversation(id);
    };
    if (conversation().offer_ends && *conversation().offer_ends <= now)
        end_offer(id, OfferEnd::lapsed);
    if (!conversation().returns_at || *conversation().returns_at > now) return;
    const auto agent = state.agent_states.find(conversation().assignee);
    const bool back = agent != state.agent_states.end() &&
                      accepts(agent->second, is_live(conversation().channel));
    if (back || !conversation().waiting_since)
        emit(ReturnPlanned{std::nullopt}, conversation());
    else
        assign(id, AgentId{}, conversation().team, AssignedBy::leaving);
}

void Decider::operator()(const SaveRoutingSettings& command) {
    if (!administrates(command.by)) return;
    RoutingSettings settings = command.settings;
    settings.version = state.routing_settings.version;
    if (settings == state.routing_settings) return;  // no version without a change
    ++settings.version;
    emit(RoutingSettingsSaved{std::move(settings)});
}

}  // namespace desk
