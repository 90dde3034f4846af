// Clocks: one applied target, as a value that events move through its states.
#pragma once

#include <cstdint>
#include <optional>

#include "sla/policy.hpp"

namespace sla {

// Every clock ends in met, met_late or void_ (S12); breached still waits for its answer.
enum class ClockState : std::uint8_t { running, warned, breached, met, met_late, void_ };

struct Clock {
    Metric metric = Metric::first_response;
    PolicyId policy{};
    Instant started_at{};
    Instant warn_at{};
    Instant due_at{};
    ClockState state = ClockState::running;
    std::optional<Instant> ended_at;

    friend bool operator==(const Clock&, const Clock&) = default;
};

// A running clock for one target of a policy, started at `at`.
Clock start_clock(const Policy& policy, const Target& target, Instant at);

// True while an answer is still owed: running, warned or breached.
bool is_open(const Clock& clock);

// The next instant at which this clock says something by itself: the warning, then the breach.
// Nothing once breached or ended.
std::optional<Instant> next_wake(const Clock& clock);

// What an answer at `at` makes of an open clock: met when at <= due_at, else met_late (S10).
ClockState state_when_answered(const Clock& clock, Instant at);

}  // namespace sla
