// Small traces, made by hand: one person's day in seconds.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "hub/simulate/simulate.hpp"

namespace small {

using namespace simulate;

inline constexpr Millis second = 1000;
inline constexpr Millis hour = 3600 * second;

// Mails one after another, chats at half of one's attention; each further item costs a tenth.
inline Trace empty_trace() {
    Trace trace;
    trace.end_ms = hour;
    trace.calendars["always"] = {{0, 100 * hour}};
    trace.channels["email"] = {false, 1.0, 10 * second};
    trace.channels["chat"] = {true, 0.5, 5 * second};
    trace.segments = {{"Buyer", 2.0}, {"Prospect", 1.0}, {"Partner", 6.0}};
    trace.priorities = {{3, 1.0}};
    trace.switch_loss = 0.1;
    trace.relaxed_speed = 0.5;
    trace.grace_ms = 60 * second;
    return trace;
}

inline TraceAgent agent(std::int64_t id, Millis from = 0, Millis to = hour) {
    return {.id = id,
            .languages = {"it"},
            .skills = {{"support", 1.0}},
            .speed = 1.0,
            .live_capacity = 3,
            .asynchronous_capacity = 3,
            .on = {{from, to}},
            .drops = {}};
}

inline TraceConversation conversation(std::int64_t id, Millis at, const std::string& channel,
                                      Millis target, Millis first, Millis work) {
    return {.id = id,
            .at = at,
            .channel = channel,
            .language = "it",
            .skill = "support",
            .segment = "Buyer",
            .priority = 3,
            .calendar = "always",
            .first_target_ms = target,
            .next_target_ms = target,
            .patience_ms = std::nullopt,
            .turns = {{0, static_cast<double>(work), static_cast<double>(first)}}};
}

inline Played played(const Trace& trace, routing::Policy policy = routing::Policy::index) {
    Player player(trace, policy, {});
    return play(trace, [&player](Millis at, const std::vector<FloorEvent>& events) {
        return player.answer(at, events);
    });
}

inline std::string log_of(const Played& day) {
    std::ostringstream log;
    for (const auto& [at, item, agent] : day.assignments)
        log << at << " " << text_of(item) << " " << agent << "\n";
    return log.str();
}

inline const Outcome& outcome(const Played& day, const std::string& kind, std::size_t nth = 0) {
    for (const Outcome& one : day.outcomes)
        if (one.kind == kind && nth-- == 0) return one;
    throw std::out_of_range(kind);
}

}  // namespace small
