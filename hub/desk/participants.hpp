// Who takes part in a conversation by mail.
#pragma once

#include "hub/desk/state.hpp"

namespace desk {

// Of mail alone: whoever stands in From, To or Cc, but for our own addresses.
void add_participants(const State& state, model::Conversation& conversation,
                      const model::Message& message);
void add_participant(const State& state, model::Conversation& conversation,
                     const std::string& address);

// An address of an inbox, also with something after a plus: what is sent there comes back to us.
bool is_ours(const State& state, const std::string& address);

// Where the customer wants the answer: at Reply-To, else From. Never at ourselves.
connectors::Address answer_address(const State& state, const connectors::Inbound& inbound);

}  // namespace desk
