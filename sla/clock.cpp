#include "sla/clock.hpp"

#include <algorithm>

namespace sla {
namespace {

Span used_in_legs(const Clock& clock) {
    Span used = Span::zero();
    for (const Leg& leg : clock.legs)
        if (leg.to && leg.kind == LegKind::running) used += leg.open;
    return used;
}

void end_leg(Clock& clock, const Calendar& calendar, Instant at) {
    if (clock.legs.empty() || clock.legs.back().to) return;
    Leg& leg = clock.legs.back();
    leg.to = std::max(at, leg.from);
    leg.open = open_time_between(calendar, leg.from, *leg.to);
}

// A leg of no length explains nothing once another follows it.
void begin_leg(Clock& clock, LegKind kind, std::uint64_t holder, Instant at) {
    if (!clock.legs.empty()) at = std::max(at, *clock.legs.back().to);
    if (clock.legs.size() > 1 && clock.legs.back().to == clock.legs.back().from)
        clock.legs.pop_back();
    clock.legs.push_back({at, std::nullopt, kind, holder, clock.calendar, Span::zero()});
}

std::uint64_t holder_of(const Clock& clock) {
    return clock.legs.empty() ? 0 : clock.legs.back().holder;
}

// Due and warnings from `at` on, when `used` of the budget is gone. A threshold that lies behind
// is dropped: it was told, or the change that moved it is told instead.
void plan(Clock& clock, const Calendar& calendar, const std::vector<std::uint32_t>& percents,
          Span used, Instant at) {
    const Span left = clock.budget - used;
    if (left > Span::zero()) clock.due_at = add_open_time(calendar, at, left);
    clock.warnings.clear();
    for (const std::uint32_t percent : percents) {
        const Span until = clock.budget * percent / 100 - used;
        if (until <= Span::zero() || percent <= clock.told_percent) continue;
        const Instant when = add_open_time(calendar, at, until);
        if (when != never) clock.warnings.push_back({percent, when});
    }
}

std::vector<std::uint32_t> percents_of(const Clock& clock) {
    std::vector<std::uint32_t> percents;
    for (const Warning& warning : clock.warnings) percents.push_back(warning.percent);
    return percents;
}

void end_clock(Clock& clock, const Calendar& calendar, Instant at, ClockState state) {
    end_leg(clock, calendar, at);
    clock.state = state;
    clock.ended_at = at;
}

// S11: what was due before `at` is broken, whether or not anybody noticed.
Clock noticed(Clock clock, Instant at) {
    const bool running = clock.state == ClockState::running || clock.state == ClockState::warned;
    return running && at > clock.due_at ? breached(std::move(clock)) : clock;
}

}  // namespace

Clock start_clock(const Policy& policy, const Target& target, const Calendar& calendar, Instant at,
                  std::uint64_t holder) {
    Clock clock;
    clock.metric = target.metric;
    clock.policy = policy.id;
    clock.policy_version = policy.version;
    clock.calendar = {calendar.id, calendar.version};
    clock.budget = target.budget;
    clock.started_at = at;
    plan(clock, calendar, target.warn_percents, Span::zero(), at);
    begin_leg(clock, LegKind::running, holder, at);
    return clock;
}

bool is_open(const Clock& clock) {
    return clock.state == ClockState::running || clock.state == ClockState::warned ||
           clock.state == ClockState::breached || clock.state == ClockState::paused;
}

std::optional<Instant> due_of(const Clock& clock) {
    if (clock.state == ClockState::paused || clock.due_at == never) return std::nullopt;
    return clock.due_at;
}

Clock pause(Clock clock, const Calendar& calendar, Instant at) {
    if (!is_open(clock) || clock.legs.back().kind == LegKind::paused) return clock;
    clock = noticed(std::move(clock), at);
    const std::uint64_t holder = holder_of(clock);
    end_leg(clock, calendar, at);
    begin_leg(clock, LegKind::paused, holder, at);
    if (clock.state != ClockState::breached) clock.state = ClockState::paused;
    return clock;
}

Clock resume(Clock clock, const Calendar& calendar, Instant at) {
    if (!is_open(clock) || clock.legs.back().kind != LegKind::paused) return clock;
    at = std::max(at, clock.legs.back().from);
    const std::uint64_t holder = holder_of(clock);
    end_leg(clock, calendar, at);
    begin_leg(clock, LegKind::running, holder, at);
    if (clock.state == ClockState::breached) return clock;
    plan(clock, calendar, percents_of(clock), used_in_legs(clock), at);
    clock.state = clock.has_warned ? ClockState::warned : ClockState::running;
    return clock;
}

Clock hand_over(Clock clock, const Calendar& calendar, Instant at, std::uint64_t holder) {
    if (!is_open(clock) || holder_of(clock) == holder) return clock;
    const LegKind kind = clock.legs.back().kind;
    end_leg(clock, calendar, at);
    begin_leg(clock, kind, holder, at);
    return clock;
}

Clock satisfy(Clock clock, const Calendar& calendar, Instant at, std::uint64_t by) {
    if (!is_open(clock)) return clock;
    clock.answered_by = by;
    const bool in_time = clock.state == ClockState::paused ||
                         (clock.state != ClockState::breached && at <= clock.due_at);
    end_clock(clock, calendar, at, in_time ? ClockState::met : ClockState::met_late);
    return clock;
}

Clock make_void(Clock clock, const Calendar& calendar, Instant at, VoidReason reason) {
    if (!is_open(clock)) return clock;
    clock.void_reason = reason;
    end_clock(clock, calendar, at, ClockState::void_);
    return clock;
}

Clock lose(Clock clock, const Calendar& calendar, Instant at) {
    if (is_open(clock)) end_clock(clock, calendar, at, ClockState::lost);
    return clock;
}

Clock reopen(Clock clock, const Calendar& calendar, Instant at) {
    if (is_open(clock) || !clock.ended_at) return clock;
    const std::uint64_t holder = holder_of(clock);
    clock.legs.push_back(
        {*clock.ended_at, std::nullopt, LegKind::resolved, holder, clock.calendar, Span::zero()});
    end_leg(clock, calendar, at);
    begin_leg(clock, LegKind::running, holder, at);
    const bool was_late = clock.state == ClockState::met_late;
    clock.ended_at.reset();
    clock.void_reason = VoidReason::none;
    if (was_late) {
        clock.state = ClockState::breached;
        return clock;
    }
    plan(clock, calendar, percents_of(clock), used_in_legs(clock), at);
    clock.state = clock.has_warned ? ClockState::warned : ClockState::running;
    return clock;
}

Clock undo_answer(Clock clock) {
    if (clock.state != ClockState::met && clock.state != ClockState::met_late) return clock;
    const bool was_late = clock.state == ClockState::met_late;
    const bool stood = !clock.legs.empty() && clock.legs.back().kind == LegKind::paused;
    clock.state = was_late           ? ClockState::breached
                  : stood            ? ClockState::paused
                  : clock.has_warned ? ClockState::warned
                                     : ClockState::running;
    clock.ended_at.reset();
    clock.undelivered = true;
    clock.answered_by = 0;
    if (!clock.legs.empty()) {
        clock.legs.back().to.reset();
        clock.legs.back().open = Span::zero();
    }
    return clock;
}

Clock retarget(Clock clock, const Calendar& calendar, const Policy& policy, const Target& target,
               const Calendar& next_calendar, Instant at) {
    if (!is_open(clock)) return clock;
    clock = noticed(std::move(clock), at);
    const std::uint64_t holder = holder_of(clock);
    const LegKind kind = clock.legs.back().kind;
    const Span used = used_time(clock, calendar, at);
    end_leg(clock, calendar, at);
    clock.policy = policy.id;
    clock.policy_version = policy.version;
    clock.calendar = {next_calendar.id, next_calendar.version};
    clock.budget = target.budget;
    begin_leg(clock, kind, holder, at);
    if (clock.state == ClockState::breached) return clock;  // one breach at most per obligation
    clock.by_change = used >= target.budget;
    if (clock.by_change) clock.due_at = at;
    plan(clock, next_calendar, target.warn_percents, used, at);
    return clock;
}

std::optional<Signal> next_signal(const Clock& clock) {
    if (clock.state != ClockState::running && clock.state != ClockState::warned)
        return std::nullopt;
    if (!clock.warnings.empty() && clock.warnings.front().at <= clock.due_at)
        return Signal{clock.warnings.front().at, clock.warnings.front().percent};
    if (clock.due_at == never) return std::nullopt;
    return Signal{clock.due_at, 100};
}

Clock warned(Clock clock) {
    if (!clock.warnings.empty()) {
        clock.told_percent = clock.warnings.front().percent;
        clock.warnings.erase(clock.warnings.begin());
    }
    clock.has_warned = true;
    if (clock.state == ClockState::running) clock.state = ClockState::warned;
    return clock;
}

Clock breached(Clock clock) {
    clock.warnings.clear();
    clock.state = ClockState::breached;
    return clock;
}

Span used_time(const Clock& clock, const Calendar& calendar, Instant now) {
    Span used = used_in_legs(clock);
    if (!clock.legs.empty() && !clock.legs.back().to && clock.legs.back().kind == LegKind::running)
        used += open_time_between(calendar, clock.legs.back().from, now);
    return used;
}

Clock recount(Clock clock, const Calendar& calendar) {
    for (Leg& leg : clock.legs)
        if (leg.to && leg.calendar == CalendarRef{calendar.id, calendar.version})
            leg.open = open_time_between(calendar, leg.from, *leg.to);
    return clock;
}

}  // namespace sla
