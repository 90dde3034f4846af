// A floor of many agents, each with more than one language and skill, and an endless stream of
// mixed work for it. The same for the same seed.
#pragma once

#include <random>
#include <unordered_map>
#include <vector>

#include "routing/routing.hpp"

namespace bench {

class BigFloor {
public:
    routing::Router router;
    routing::Instant now = std::chrono::sys_days{std::chrono::year{2026} / 3 / 17};

    // With `apart`, half of the agents take sessions alone and half take asynchronous work alone.
    BigFloor(std::size_t agents, std::uint64_t seed, bool apart);

    routing::Item new_item();
    // Everybody's hands are filled beside the router, as by hand: nobody has room.
    void fill_hands();
    void wait(const routing::Item& item);
    void drain();
    // The work of somebody picked by chance is done.
    void finish_one();
    void carry_out(const routing::Assignment& made);
    void forget(routing::ItemId item);

private:
    template <class Value>
    const Value& pick(const std::vector<Value>& values) {
        return values[generator_() % values.size()];
    }
    void hold(const routing::Item& item, routing::AgentId agent);

    std::mt19937_64 generator_;
    std::uint64_t agents_;
    routing::ItemId next_id_ = 1;
    std::unordered_map<routing::ItemId, routing::Item> items_;
    // By the agent's half: as much of each comes as goes.
    std::vector<std::pair<routing::ItemId, routing::AgentId>> held_[2];
};

}  // namespace bench
