#include "hub/desk/answers.hpp"

#include <algorithm>

namespace desk {

using namespace model;

namespace {

void count_answer(Conversation& conversation, MessageId answer) {
    conversation.last_answer = answer;
    auto& standing = conversation.standing_answers;
    standing.push_back(answer);
    if (standing.size() > standing_answers_max) standing.erase(standing.begin());
    conversation.waiting_since = still_waiting(conversation);
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

void fold_reply(Conversation& conversation, const ReplyQueued& fact) {
    if (fact.message.kind == MessageKind::auto_reply) {
        conversation.answered_automatically = true;
        return;
    }
    if (fact.held_until) conversation.held.push_back(fact.message.id);
    if (fact.message.planned)
        conversation.planned.push_back(fact.message.id);
    else
        count_answer(conversation, fact.message.id);
}

void fold_delivery(Conversation& conversation, const DeliveryChanged& fact) {
    const bool waits = fact.state == DeliveryState::queued;  // it has not left
    const bool back = fact.state == DeliveryState::taken_back;
    if (!waits) {
        std::erase(conversation.held, fact.message);
        if (std::erase(conversation.planned, fact.message) > 0 && !back)
            count_answer(conversation, fact.message);
    }
    if (back || fact.state == DeliveryState::failed)
        std::erase(conversation.standing_answers, fact.message);
    if (back) conversation.taken_back.push_back(fact.message);
    if (conversation.taken_back.size() > taken_back_max)
        conversation.taken_back.erase(conversation.taken_back.begin());
}

}  // namespace desk
