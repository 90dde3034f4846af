// Clocks: one applied target, as a value that events move through its states.
//
// A clock owes an answer while running, warned, breached or paused, and ends in exactly one of met,
// met late, void and lost (S12). It keeps its legs: stretches of running or standing still, with
// who held the work and the open time inside. Their sum is the time used, so any number shown can
// be explained and counted again (S25). Functions take a clock and return the next one.
#pragma once

#include "sla/policy.hpp"

namespace sla {

enum class ClockState : std::uint8_t {
    running,
    warned,
    breached,
    met,
    met_late,
    void_,
    paused,
    lost
};

enum class VoidReason : std::uint8_t {
    none,
    resolved_unanswered,  // resolved while an answer was owed (S9)
    no_answer_needed,     // an agent said so (S9)
    merged,               // the survivor's clock goes on (S20)
    spam,                 // P6
    policy_removed,       // S20
    waived,               // a supervisor's waiver (P1)
    author_deleted,       // the author took the public post back (P1)
};

enum class LegKind : std::uint8_t { running, paused, resolved };

struct CalendarRef {
    CalendarId id{};
    std::uint32_t version = 0;

    friend bool operator==(const CalendarRef&, const CalendarRef&) = default;
};

struct Leg {
    Instant from{};
    std::optional<Instant> to;  // none: the leg in progress, always the last
    LegKind kind = LegKind::running;
    std::uint64_t holder = 0;  // opaque: who had the work; 0 the queue
    CalendarRef calendar;
    Span open{};  // open time inside, once the leg is over

    friend bool operator==(const Leg&, const Leg&) = default;
};

struct Warning {
    std::uint32_t percent = 0;
    Instant at{};

    friend bool operator==(const Warning&, const Warning&) = default;
};

struct Clock {
    std::uint32_t number = 0;  // within its conversation, from 1; given by the caller
    Metric metric = Metric::first_response;
    PolicyId policy{};
    std::uint32_t policy_version = 0;
    CalendarRef calendar;
    Span budget{};
    Instant started_at{};
    std::vector<Warning> warnings;  // still to come, by instant
    Instant due_at{};               // while paused: where it stood
    ClockState state = ClockState::running;
    std::optional<Instant> ended_at;
    std::uint64_t answered_by = 0;  // opaque: the message that met it
    VoidReason void_reason = VoidReason::none;
    bool by_change = false;    // overdue because its target was cut, not by anybody's delay (S18)
    bool undelivered = false;  // answered once, but the provider refused the answer for good (S5)
    bool has_warned = false;
    std::uint32_t told_percent = 0;  // the highest share told: none is told twice (P12)
    std::vector<Leg> legs;

    friend bool operator==(const Clock&, const Clock&) = default;
};

Clock start_clock(const Policy& policy, const Target& target, const Calendar& calendar, Instant at,
                  std::uint64_t holder = 0);

// True while an answer is still owed.
bool is_open(const Clock& clock);
// The due instant, for clocks that have one now: not while paused, not when it never comes.
std::optional<Instant> due_of(const Clock& clock);

// Stands still from `at` (S13). A clock already breached stays breached; only its legs tell.
Clock pause(Clock clock, const Calendar& calendar, Instant at);
Clock resume(Clock clock, const Calendar& calendar, Instant at);

// The work went to somebody else, or back to the queue (0): a new leg, the same promise (S25).
Clock hand_over(Clock clock, const Calendar& calendar, Instant at, std::uint64_t holder);

// Answered at `at`: met when at <= due, else met late (S10).
Clock satisfy(Clock clock, const Calendar& calendar, Instant at, std::uint64_t by = 0);
Clock make_void(Clock clock, const Calendar& calendar, Instant at, VoidReason reason);
Clock lose(Clock clock, const Calendar& calendar, Instant at);

// A resolution goes on after reopening; the time between does not count (S9).
Clock reopen(Clock clock, const Calendar& calendar, Instant at);
// The answer never arrived: the promise stands again with its old due (S5).
Clock undo_answer(Clock clock);

// S18: what was used stays used; the rest of the new budget runs on the new calendar from `at`.
// Nothing left: due at `at`, marked by_change. `calendar` is the one the clock ran on so far.
Clock retarget(Clock clock, const Calendar& calendar, const Policy& policy, const Target& target,
               const Calendar& next_calendar, Instant at);

// What the clock says by itself next: the next warning, or the breach.
struct Signal {
    Instant at{};
    std::uint32_t percent = 100;  // 100: the breach
};
std::optional<Signal> next_signal(const Clock& clock);
// After that signal was told.
Clock warned(Clock clock);
Clock breached(Clock clock);

// The open, unpaused time used up to `now`.
Span used_time(const Clock& clock, const Calendar& calendar, Instant now);

// Counts the finished legs again with `calendar`, which must be the version they are stamped with.
Clock recount(Clock clock, const Calendar& calendar);

}  // namespace sla
