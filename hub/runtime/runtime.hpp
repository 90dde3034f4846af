// runtime: plumbing without domain. Loops and threads, the two doors for time and randomness, the
// log, the metrics, and the hub's own websocket. Depends on Boost, spdlog, prometheus-cpp; knows
// nothing of conversations.
#pragma once

#include "hub/runtime/clock.hpp"
#include "hub/runtime/entropy.hpp"
#include "hub/runtime/log.hpp"
#include "hub/runtime/loop.hpp"
#include "hub/runtime/metrics.hpp"
