// The player: the hub's router behind a floor's questions.
#pragma once

#include <functional>
#include <unordered_map>

#include "hub/simulate/protocol.hpp"
#include "routing/routing.hpp"

namespace simulate {

class Player {
public:
    // `parameters` as configured; speeds and losses that the floor states come from it.
    Player(const Trace& floor, routing::Policy policy, routing::Parameters parameters);

    Reply answer(Millis at, const std::vector<FloorEvent>& events);

    // Called for each assignment with its reasons, when set.
    std::function<void(Millis, const routing::Assignment&)> on_assignment;

private:
    void take(const ItemWaits& event, Millis at);
    void take(const AgentTurned& event, Millis at);
    void take(const ItemDone& event, Millis at);
    void take(const ItemGone& event, Millis at);
    const Spans& calendar_of(const ItemWaits& event) const;

    Trace floor_;
    routing::Parameters parameters_;
    routing::Router router_;
    std::unordered_map<routing::ItemId, routing::Item> items_;
    std::map<std::int64_t, routing::Agent> agents_;
    std::optional<Millis> asked_wake_;
};

}  // namespace simulate
