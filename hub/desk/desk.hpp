// desk: the deterministic machine in the middle. Facts and a command and *now* go in; events, rows
// and an answer come out. No I/O, no clock, no randomness, no threads: the runner owns one State on
// the desk loop.
//
// Words: the *state* is the working set folded from the log; `needs` names what a command must find
// in the store before it can be decided; `decide` branches on meaning and emits events; only `fold`
// changes state; `project` turns an event into the rows of the read tables. Invariants: replaying
// the log through `fold` gives the same state; projecting it gives the same rows. May depend on:
// model, and the pure leaves routing and sla.
#pragma once

#include "hub/desk/decide.hpp"
#include "hub/desk/fold.hpp"
#include "hub/desk/needs.hpp"
#include "hub/desk/project.hpp"
#include "hub/desk/state.hpp"
