// sla: time promises as pure functions. No I/O, no clock: every instant is an argument, and a zone
// is a value.
//
// Words: a *calendar* says when the counter is open; a *policy* holds conditions and *targets*; a
// target is one budget of open time for one *metric*; an applied target becomes a *clock* with a
// *due* instant, *warnings* before it and *legs* behind it; an *escalation* is what a warning or a
// breach sets off. Invariants: due = the earliest instant at which the open, unpaused time equals
// the budget (S2); answered exactly at due is in time (S10); a breach is recorded at its due
// instant, whenever it is noticed (S11); a clock ends once, in one way (S12).
// Threads: values only, safe everywhere. May depend on: the standard library; libical in
// icalendar.cpp alone.
#pragma once

#include "sla/calendar.hpp"
#include "sla/clock.hpp"
#include "sla/deadlines.hpp"
#include "sla/holidays.hpp"
#include "sla/icalendar.hpp"
#include "sla/policy.hpp"
#include "sla/zone.hpp"
