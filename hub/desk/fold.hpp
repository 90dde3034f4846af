// fold: the only place where state changes. Replay, recovery and live work all pass through it.
#pragma once

#include "hub/desk/state.hpp"

namespace desk {

// Precondition: event.seq == state.head + 1, and what the event names is in memory.
void fold(State& state, const model::Event& event);

}  // namespace desk
