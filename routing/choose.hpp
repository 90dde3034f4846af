// Choice of an agent for an item, and the order of a queue.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "routing/facts.hpp"

namespace routing {

enum class Exclusion : std::uint8_t { none, not_in_team, not_online, no_room };

struct Considered {
    AgentId agent{};
    Exclusion exclusion = Exclusion::none;
    std::uint32_t load = 0;
    std::uint32_t capacity = 0;
    Instant idle_since{};

    friend bool operator==(const Considered&, const Considered&) = default;
};

struct Decision {
    std::optional<AgentId> winner;
    std::vector<Considered>
        considered;  // the eligible in rank order, then the excluded by agent id

    friend bool operator==(const Decision&, const Decision&) = default;
};

// Precondition: candidates have distinct agents. Any order of candidates gives the same decision.
Decision choose(const Item& item, std::span<const Candidate> candidates);

// Order of a queue: earlier due first, then longest waiting, then lower id (R6, R7).
bool goes_before(const Item& left, const Item& right);

}  // namespace routing
