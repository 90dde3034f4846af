// sla: time promises as pure functions. No I/O, no clock: every instant is an argument.
//
// Words (docs: "SLA" in docs/ARCHITECTURE.md): a *policy* holds conditions and *targets*; a target
// is one limit of one *metric*; an applied target becomes a *clock* with a *due at* and a *warn at*
// instant. Invariants: due_at >= started_at; warn_at in [started_at, due_at]; answered exactly at
// due is in time (S10); a breach is recorded at its due instant, whenever it is noticed (S11).
// Threads: values only, safe everywhere. May depend on: the standard library.
#pragma once

#include "sla/calendar.hpp"
#include "sla/clock.hpp"
#include "sla/policy.hpp"
