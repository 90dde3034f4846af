// The floor: plays a trace by fixed rules, on a virtual clock, and asks for every assignment.
//
// Rules (docs/ROUTING.md tells them whole): sessions share an agent's attention and slow each other
// only when it is used up; asynchronous items are worked on one after another with what attention
// is left; every further item in hand costs speed; who does not know a conversation needs longer;
// customers leave when their patience ends; at a planned end what has begun is finished within a
// grace. At one instant all events come first, then one question.
#pragma once

#include <functional>
#include <memory>

#include "hub/simulate/protocol.hpp"

namespace simulate {

// What became of one obligation.
struct Outcome {
    std::string channel;
    std::string segment;
    std::uint32_t priority = 3;
    std::string kind;
    Millis created_ms = 0;
    Millis due_ms = 0;
    std::optional<Millis> met_ms;
    Millis target_ms = 0;
    double value = 1;
    bool lost = false;
    const Spans* calendar = nullptr;
};

struct AgentDay {
    std::int64_t id = 0;
    double used_ms = 0;  // attention
    Millis on_shift_ms = 0;
};

struct Played {
    std::vector<Outcome> outcomes;
    std::vector<AgentDay> agents;
    std::uint32_t later_items = 0;  // later turns that were given to somebody
    std::uint32_t same_agent = 0;   // of these, to who handled the turn before
    std::vector<std::tuple<Millis, ItemKey, std::int64_t>> assignments;
};

using Ask = std::function<Reply(Millis, const std::vector<FloorEvent>&)>;

// Throws std::runtime_error on an assignment that the rules forbid. `trace` must outlive the
// result.
Played play(const Trace& trace, const Ask& ask);

}  // namespace simulate
