// Who takes part in a conversation by mail.
#pragma once

#include "hub/desk/state.hpp"

namespace desk {

// Of mail alone: whoever stands in From, To or Cc, but for our own addresses.
void add_participants(const State& state, model::Conversation& conversation,
                      const model::Message& message);
void add_participant(const State& state, model::Conversation& conversation,
                     const std::string& address);

}  // namespace desk
