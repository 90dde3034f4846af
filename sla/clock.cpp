#include "sla/clock.hpp"

#include <algorithm>

namespace sla {

Clock start_clock(const Policy& policy, const Target& target, Instant at) {
    const Span before_warning = std::max(Span::zero(), target.budget - target.warn_before);
    return Clock{
        .metric = target.metric,
        .policy = policy.id,
        .started_at = at,
        .warn_at = add_open_time(policy.calendar, at, before_warning),
        .due_at = add_open_time(policy.calendar, at, target.budget),
        .state = ClockState::running,
        .ended_at = std::nullopt,
    };
}

bool is_open(const Clock& clock) {
    return clock.state == ClockState::running || clock.state == ClockState::warned ||
           clock.state == ClockState::breached;
}

std::optional<Instant> next_wake(const Clock& clock) {
    if (clock.state == ClockState::running) return clock.warn_at;
    if (clock.state == ClockState::warned) return clock.due_at + Span{1};
    return std::nullopt;
}

ClockState state_when_answered(const Clock& clock, Instant at) {
    return at <= clock.due_at ? ClockState::met : ClockState::met_late;
}

}  // namespace sla
