// flow: the road through the hub. Intake from the doors, prefetch, the desk runner, the outbox,
// rebuilding.
//
// Invariants: commands are decided in the order of their arrival; an answer leaves after everything
// it depends on is committed; a failed append drops the workspace from memory and restores it from
// the store, the same way as at start-up. Threads: the runner lives on the desk loop. May depend
// on: feed, desk, model, runtime, connectors, storage.
#pragma once

#include "hub/flow/desk_runner.hpp"
#include "hub/flow/indexer.hpp"
#include "hub/flow/intake.hpp"
#include "hub/flow/outbox.hpp"
#include "hub/flow/rebuild.hpp"
