// The ledger's statements, one function each.
#pragma once

#include <algorithm>

#include "tests/sim/ledger.hpp"

namespace sim {

using namespace model;

inline void Ledger::acknowledged(const Command& command, const Answer& answer) {
    const auto promise = [&answer](std::map<Key, std::uint64_t>& promised, Key key) {
        const auto [known, fresh] = promised.try_emplace(std::move(key), answer.id);
        expect(known->second == answer.id, "a repeat got another answer: " + known->first.second);
    };
    if (const auto* inbound = std::get_if<ReceiveInbound>(&command))
        promise(promised_items_, {text_of(inbound->inbound.inbox), inbound->inbound.receipt_key});
    if (const auto* reply = std::get_if<SendReply>(&command))
        promise(promised_operations_, {desk::author_of(reply->agent), reply->client_id});
    if (const auto* note = std::get_if<AddNote>(&command))
        promise(promised_operations_, {desk::author_of(note->agent), note->client_id});
}

inline void Ledger::delivery_begun(const connectors::Outbound& outbound,
                                   const std::vector<storage::OutboxRow>& outbox) {
    const std::string message = "message " + std::to_string(outbound.message);
    expect(!decided_.contains(outbound.message),
           message + " is delivered although its outcome is known");
    for (const storage::OutboxRow& row : outbox)
        expect(number(row.conversation) != outbound.conversation || row.id >= outbound.message,
               message + " overtakes message " + std::to_string(row.id) + " of its conversation");
}

inline void Ledger::delivery_settled(const connectors::Outbound& outbound,
                                     connectors::OutcomeKind kind) {
    if (kind == connectors::OutcomeKind::sent || kind == connectors::OutcomeKind::permanent)
        decided_.insert(outbound.message);
}

inline void Ledger::restarted(storage::Reader& reader) {
    read_log(reader);
    std::erase_if(decided_, [this](std::uint64_t message) { return !recorded_.contains(message); });
}

inline void Ledger::read_log(storage::Reader& reader) {
    const auto events = reader.events({.after = state_.head, .limit = 1'000'000});
    for (const storage::StoredEvent& stored : events) {
        expect(stored.row.seq == state_.head + 1,
               "a gap or a repeat in the log at " + std::to_string(stored.row.seq));
        expect(stored.hash == storage::chain_hash(hash_, stored.row), "the chain of hashes breaks");
        hash_ = stored.hash;
        const Event event = decode(stored.row);
        check(event);
        desk::fold(state_, event);
    }
}

inline void Ledger::check(const Event& event) {
    if (const auto* decided = std::get_if<RoutingDecided>(&event.fact))
        check_routing(event, *decided);
    if (const auto* breached = std::get_if<SlaBreached>(&event.fact))
        check_breach(event, *breached);
    if (const auto* ended = std::get_if<SlaEnded>(&event.fact)) check_end(event, *ended);
    if (const auto* received = std::get_if<MessageReceived>(&event.fact))
        count_inbound(event, *received);
    if (const auto* reply = std::get_if<ReplyQueued>(&event.fact))
        count_written(event, reply->message);
    if (const auto* note = std::get_if<NoteAdded>(&event.fact)) count_written(event, note->message);
    if (const auto* delivery = std::get_if<DeliveryChanged>(&event.fact))
        if (delivery->state == DeliveryState::sent || delivery->state == DeliveryState::failed)
            recorded_.insert(number(delivery->message));
    const bool by_hand = std::holds_alternative<StatusChanged>(event.fact) ||
                         std::holds_alternative<Assigned>(event.fact);
    handled_ = by_hand ? event.conversation : ConversationId{};
}

// R1, R13: the winner is online, of the team, and has room. Promise 7: the stored candidates give
// the same winner.
inline void Ledger::check_routing(const Event& event, const RoutingDecided& fact) const {
    const std::string where = " (event " + std::to_string(event.seq) + ")";
    expect(!automatic_only_.contains(event.conversation) || handled_ == event.conversation,
           "automatic mail was routed" + where);
    expect(state_.conversation(event.conversation)->status == Status::open,
           "a conversation that is not open was routed" + where);
    auto eligible = fact.decision.considered;
    std::erase_if(eligible,
                  [](const auto& one) { return one.exclusion != routing::Exclusion::none; });
    const auto best = std::ranges::min_element(eligible, {}, [](const auto& one) {
        return std::tuple{one.idle_since, one.load, one.agent};
    });
    expect(fact.decision.winner ==
               (best == eligible.end() ? std::nullopt : std::optional{best->agent}),
           "the stored candidates have another winner" + where);
    if (!fact.decision.winner) return;
    const Agent& agent = state_.agents.at(*fact.decision.winner);
    const desk::AgentState& agent_state = state_.agent_states.at(agent.id);
    expect(agent_state.availability == Availability::online, "routed to an absent agent" + where);
    expect(std::ranges::find(agent.teams, fact.team) != agent.teams.end(),
           "routed to another team" + where);
    expect(agent_state.load + fact.weight <= agent.capacity, "routed beyond capacity" + where);
}

// S11: once per clock, never before it is due, and recorded at its due instant.
inline void Ledger::check_breach(const Event& event, const SlaBreached& fact) const {
    const std::string where = " (event " + std::to_string(event.seq) + ")";
    const auto& clocks = state_.conversation(event.conversation)->clocks;
    const auto clock = std::ranges::find_if(clocks, [&](const sla::Clock& one) {
        return one.metric == fact.metric && sla::is_open(one);
    });
    expect(clock != clocks.end(), "a breach without an open clock" + where);
    expect(clock->state != sla::ClockState::breached, "a second breach of one clock" + where);
    expect(clock->due_at == fact.due_at, "a breach at another instant than due" + where);
    expect(event.at >= fact.due_at, "a breach before it is due" + where);
}

inline void Ledger::check_end(const Event& event, const SlaEnded& fact) const {
    for (const sla::Clock& clock : state_.conversation(event.conversation)->clocks)
        if (clock.metric == fact.metric && sla::is_open(clock)) {
            expect(fact.state != sla::ClockState::met || fact.at <= clock.due_at,
                   "a late answer counts as in time");
            expect(
                fact.state != sla::ClockState::met_late || clock.state == sla::ClockState::breached,
                "a late answer hides the breach");
        }
}

inline void Ledger::count_inbound(const Event& event, const MessageReceived& fact) {
    const std::string inbox = text_of(state_.conversation(event.conversation)->inbox);
    expect(items_.try_emplace({inbox, fact.receipt_key}, number(fact.message.id)).second,
           "taken twice: " + fact.receipt_key);
    const bool automatic = fact.message.kind != MessageKind::message;
    if (automatic && fact.message.number == 1) automatic_only_.insert(event.conversation);
    if (!automatic) automatic_only_.erase(event.conversation);
}

inline void Ledger::count_written(const Event& event, const Message& message) {
    expect(operations_.try_emplace({actor_text(event.actor), message.client_id}, number(message.id))
               .second,
           "written twice: " + message.client_id);
}

inline void Ledger::check_promises() const {
    const auto kept = [](const auto& promised, const auto& counted) {
        for (const auto& [key, message] : promised) {
            const auto found = counted.find(key);
            expect(found != counted.end(), "acknowledged and lost: " + key.second);
            expect(found->second == message, "acknowledged as another message: " + key.second);
        }
    };
    kept(promised_items_, items_);
    kept(promised_operations_, operations_);
}

}  // namespace sim
