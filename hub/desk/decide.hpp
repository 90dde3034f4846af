// decide: from a command to a decision. Branching on meaning lives here and nowhere else.
#pragma once

#include "hub/desk/needs.hpp"
#include "hub/desk/project.hpp"

namespace desk {

// A conversation that a decision touched, and who could see it before.
struct Touched {
    model::ConversationId conversation{};
    std::optional<model::Placement> before;  // none: it did not exist
};

struct Decision {
    std::vector<model::Event> events;
    storage::Batch batch;  // the events encoded, their rows, effects for the outbox, blobs
    std::vector<Touched> touched;
    model::Answer answer;
    bool outbox_changed = false;
};

// Decides and folds. The state is changed at once; the caller commits `batch` before it tells
// anybody. `loaded` must be what `needs_of` asked for (see needs.hpp) and be adopted already.
// Without `routes` nothing is handed out: for commands beside a hub that rests.
Decision decide(State& state, const model::Command& command, const Loaded& loaded,
                model::Instant now, bool routes = true);

}  // namespace desk
