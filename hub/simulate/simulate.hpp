// simulate: a day of work on a virtual clock, decided by the hub's own router.
//
// Words: a *trace* is what happens to a floor (who works when, who writes when, how much work it
// is); the *floor* plays it by fixed rules and asks for assignments; the *player* is the router
// behind the floor's events; *metrics* say how it went. The same player answers over standard input
// and output, for floors that are elsewhere. docs/ROUTING.md has the trace's format.
// Threads: values and one owner. May depend on: routing; nlohmann/json in *_json.cpp.
#pragma once

#include "hub/simulate/floor.hpp"
#include "hub/simulate/metrics.hpp"
#include "hub/simulate/player.hpp"
#include "hub/simulate/trace.hpp"
