// The ledger's statements, one function each; those about promises stand in ledger_clocks.hpp.
#pragma once

#include <algorithm>

#include "tests/sim/ledger_clocks.hpp"

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
    if (const auto* started = std::get_if<SlaStarted>(&event.fact))
        check_start(event, started->clock);
    if (const auto* warned = std::get_if<SlaWarned>(&event.fact)) check_warning(event, *warned);
    if (const auto* breached = std::get_if<SlaBreached>(&event.fact))
        check_breach(event, breached->clock);
    if (const auto* changed = std::get_if<SlaChanged>(&event.fact)) check_change(event, *changed);
    if (const auto* ended = std::get_if<SlaEnded>(&event.fact)) check_end(event, ended->clock);
    if (const auto* escalated = std::get_if<Escalated>(&event.fact))
        check_escalation(event, *escalated);
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
    // What a change by hand entails stands between it and the routing.
    const bool entailed = std::holds_alternative<SlaChanged>(event.fact) ||
                          std::holds_alternative<SlaEnded>(event.fact) ||
                          std::holds_alternative<ContactProfileChanged>(event.fact) ||
                          std::holds_alternative<ContactRenamed>(event.fact);
    if (!entailed) handled_ = by_hand ? event.conversation : ConversationId{};
}

// R31: the stored terms choose again. P6: nobody is bothered with spam or with automatic mail.
inline void Ledger::check_routing(const Event& event, const RoutingDecided& fact) const {
    const std::string where = " (event " + std::to_string(event.seq) + ")";
    const Conversation& conversation = *state_.conversation(event.conversation);
    expect(!automatic_only_.contains(event.conversation) || !fact.decision.winner ||
               handled_ == event.conversation,
           "automatic mail was routed" + where);
    expect(!conversation.is_spam && !conversation.profile.blocked, "spam was routed" + where);
    expect(conversation.status == Status::open,
           "a conversation that is not open was routed" + where);
    expect(routing::choose_again(fact.decision) == fact.decision.winner,
           "the stored candidates have another winner" + where);
    if (!fact.decision.winner) return;
    const AgentId winner = *fact.decision.winner;
    expect(state_.agents.contains(winner) &&
               desk::accepts(state_.agent_states.at(winner), desk::is_live(conversation.channel)),
           "routed to somebody who takes no such work" + where);
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
    check_clocks();
}

}  // namespace sim
