// routing: who should take what, as a deterministic machine that explains itself.
//
// Words: an *item* is one obligation to answer; it waits in a team's *queue* or is in an *agent's*
// hand; an agent has *capacity* in units, apart for sessions (live work) and asynchronous work; an
// *assignment* comes with the *decision* that led to it: who and what was considered, each term of
// index and price, who was excluded and why. Invariants: an item is in one hand at most (R11); the
// router never exceeds a capacity (R13); after `next` has nothing more to say, no agent with room
// and item that fits are left (R12); equal input gives equal output (R30). Threads: values and one
// owner. May depend on: the standard library.
#pragma once

#include "routing/channels.hpp"
#include "routing/decision.hpp"
#include "routing/facts.hpp"
#include "routing/index.hpp"
#include "routing/parameters.hpp"
#include "routing/router.hpp"
#include "routing/rules.hpp"
