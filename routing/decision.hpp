// Decisions: who got what and why, as values that can be stored, shown and checked again.
#pragma once

#include "routing/index.hpp"

namespace routing {

// How an agent is chosen, and in which order a queue is served (P9). `index` is the recommended
// one; the others serve for comparison, under the same rules of eligibility and room.
enum class Policy : std::uint8_t { index, round_robin, least_loaded, fifo, priority, edf };

enum class Exclusion : std::uint8_t {
    none,
    not_in_team,
    not_online,
    no_room,
    wrong_language,
    lacks_skill,
    excluded,    // declined it, or let its offer lapse (R17)
    shift_ends,  // it does not fit into the time left (R19)
    held,        // it is kept for somebody else (R15)
};

struct Considered {
    AgentId agent{};
    Exclusion exclusion = Exclusion::none;
    std::uint32_t load = 0;      // units in hand, in the item's pool
    std::uint32_t capacity = 0;  // units, in the item's pool
    Instant idle_since{};
    PriceTerms price;  // of the eligible ones, under the index policy

    friend bool operator==(const Considered&, const Considered&) = default;
};

struct RunnerUp {
    ItemId item = 0;
    Instant due_at{};
    IndexTerms index;

    friend bool operator==(const RunnerUp&, const RunnerUp&) = default;
};

// Either an agent was looked for an item (`considered` in the order of preference, then the
// excluded by id), or an item for an agent whose room came free (`waiting` in order: the winner and
// the next three).
struct Decision {
    Policy policy = Policy::index;
    std::uint32_t version = 0;  // of the parameters (R32)
    std::optional<AgentId> winner;
    std::vector<Considered> considered;
    std::vector<RunnerUp> waiting;
    std::uint32_t excluded = 0;  // how many, when more than are listed

    friend bool operator==(const Decision&, const Decision&) = default;
};

// Chooses again from the stored terms; equals `decision.winner` for the index policy (R31).
std::optional<AgentId> choose_again(const Decision& decision);

}  // namespace routing
