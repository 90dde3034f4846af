// Policies: which targets apply to a conversation. Ordered list, first match wins (S19).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sla/calendar.hpp"
#include "sla/instant.hpp"

namespace sla {

enum class PolicyId : std::uint64_t {};

enum class Metric : std::uint8_t {
    first_response,
};

struct Target {
    Metric metric = Metric::first_response;
    Span budget{};       // > 0
    Span warn_before{};  // 0 .. budget: how long before due the warning falls

    friend bool operator==(const Target&, const Target&) = default;
};

// An empty list means "any". Channel and inbox are opaque words to this library.
struct Conditions {
    std::vector<std::string> channels;
    std::vector<std::uint64_t> inboxes;

    friend bool operator==(const Conditions&, const Conditions&) = default;
};

struct Policy {
    PolicyId id{};
    std::string name;
    std::uint32_t rank = 0;  // evaluation order, lowest first; never by name (S19)
    Conditions conditions;
    Calendar calendar;
    std::vector<Target> targets;

    friend bool operator==(const Policy&, const Policy&) = default;
};

struct PolicyFacts {
    std::string channel;
    std::uint64_t inbox = 0;
};

// The matching policy with the lowest (rank, id), or nullptr. The span need not be sorted.
const Policy* choose_policy(std::span<const Policy> policies, const PolicyFacts& facts);

}  // namespace sla
