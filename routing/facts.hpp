// Facts: everything a routing decision may look at.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace routing {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;

enum class AgentId : std::uint64_t {};
enum class TeamId : std::uint64_t {};

enum class Availability : std::uint8_t { offline, away, online };

struct Item {
    std::uint64_t id = 0;  // opaque to routing; breaks ties in the queue
    TeamId team{};
    std::uint32_t weight = 1;       // capacity units this item costs
    std::optional<Instant> due_at;  // none sorts after every due item
    Instant waiting_since{};
};

struct Candidate {
    AgentId agent{};
    std::vector<TeamId> teams;
    Availability availability = Availability::offline;
    std::uint32_t capacity = 0;  // capacity units the agent may hold
    std::uint32_t load = 0;      // units in hand now, never a lifetime count (R4)
    Instant idle_since{};        // last assignment, or the instant the agent came online
};

}  // namespace routing
