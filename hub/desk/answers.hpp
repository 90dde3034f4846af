// What our messages by mail do to a conversation, folded: which of them answer the customer, and
// which can still be taken back.
#pragma once

#include "hub/desk/state.hpp"

namespace desk {

// P10, after an answer or a waiver: only a public answer can still be owed.
std::optional<model::Instant> still_waiting(const model::Conversation& conversation);

// An answer that leaves later answers nothing yet (P2), the hub's own words never do (S5).
void fold_reply(model::Conversation& conversation, const model::ReplyQueued& fact,
                model::Instant at);
void fold_delivery(model::Conversation& conversation, const model::DeliveryChanged& fact,
                   model::Instant at);

// Of mail to an inbox that answers by itself: what the guard against loops counts.
bool counts_arrival(const State& state, model::InboxId inbox, const model::Message& message);

bool contains(const std::vector<model::MessageId>& ids, model::MessageId id);

}  // namespace desk
