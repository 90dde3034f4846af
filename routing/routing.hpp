// routing: who should take it, as a pure function that explains itself.
//
// Words: an *item* waits in a team's *queue*; a *candidate* is an agent with *capacity* and *load*
// (both in capacity units); a *decision* names the winner, ranks the others and says why each was
// excluded. Invariants: the winner has room (R13), is online and of the item's team (R1); the same
// input gives the same decision (R30), ties end in identifiers. Threads: values only. May depend
// on: the standard library.
#pragma once

#include "routing/choose.hpp"
#include "routing/facts.hpp"
