#include "hub/desk/answers.hpp"

#include <algorithm>

namespace desk {

using namespace model;

namespace {

void count_answer(Conversation& conversation, MessageId answer, Instant at) {
    conversation.last_answer = answer;
    auto& standing = conversation.standing_answers;
    standing.push_back({answer, at});
    if (standing.size() > standing_answers_max) standing.erase(standing.begin());
    conversation.waiting_since = still_waiting(conversation);
}

// The newest few, each once.
void keep(std::vector<MessageId>& ids, MessageId id, std::size_t most) {
    if (!contains(ids, id)) ids.push_back(id);
    if (ids.size() > most) ids.erase(ids.begin());
}

void keep_returned(std::vector<Returned>& returned, const DeliveryChanged& fact) {
    std::erase_if(returned, [&fact](const Returned& one) { return one.answer == fact.message; });
    returned.push_back({fact.message, fact.reason});
    if (returned.size() > returned_max) returned.erase(returned.begin());
}

}  // namespace

bool contains(const std::vector<MessageId>& ids, MessageId id) {
    return std::ranges::find(ids, id) != ids.end();
}

bool counts_arrival(const State& state, InboxId inbox, const Message& message) {
    const auto known = state.inboxes.find(inbox);
    return known != state.inboxes.end() && known->second.automatic_reply &&
           message.kind == MessageKind::message;
}

std::optional<Instant> still_waiting(const Conversation& conversation) {
    for (const sla::Clock& clock : conversation.clocks)
        if (clock.metric == sla::Metric::public_answer && sla::is_open(clock))
            return clock.started_at;
    return std::nullopt;
}

void fold_reply(Conversation& conversation, const ReplyQueued& fact, Instant at) {
    if (fact.message.kind == MessageKind::auto_reply) {
        conversation.answered_automatically = true;
        return;
    }
    if (fact.held_until) conversation.held.push_back(fact.message.id);
    if (fact.message.planned)
        conversation.planned.push_back(fact.message.id);
    else
        count_answer(conversation, fact.message.id, at);
}

void fold_delivery(Conversation& conversation, const DeliveryChanged& fact, Instant at) {
    const bool waits = fact.state == DeliveryState::queued;  // it has not left
    const bool back = fact.state == DeliveryState::taken_back;
    if (!waits) {
        std::erase(conversation.held, fact.message);
        if (std::erase(conversation.planned, fact.message) > 0 && !back)
            count_answer(conversation, fact.message, at);
    }
    const bool failed = fact.state == DeliveryState::failed;
    if (back || failed)
        std::erase_if(conversation.standing_answers,
                      [&fact](const Standing& one) { return one.answer == fact.message; });
    if (failed) keep_returned(conversation.returned, fact);
    if (back) keep(conversation.taken_back, fact.message, taken_back_max);
}

}  // namespace desk
