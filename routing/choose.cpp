#include "routing/choose.hpp"

#include <algorithm>
#include <tuple>

namespace routing {
namespace {

Exclusion exclusion_of(const Item& item, const Candidate& candidate) {
    if (std::ranges::find(candidate.teams, item.team) == candidate.teams.end())
        return Exclusion::not_in_team;
    if (candidate.availability != Availability::online) return Exclusion::not_online;
    if (candidate.load + item.weight > candidate.capacity) return Exclusion::no_room;
    return Exclusion::none;
}

// Policy: among the online agents of the item's team with room for it, the one who has been idle
// longest takes it; equal idle times go to the lower load, then to the lower agent id. Everyone
// else is listed with the first reason that excluded them, so that "why me?" and "why not her?"
// have the same answer every time.
auto rank(const Considered& considered) {
    return std::make_tuple(
        considered.exclusion != Exclusion::none,
        considered.exclusion == Exclusion::none ? considered.idle_since : Instant{},
        considered.exclusion == Exclusion::none ? considered.load : 0U, considered.agent);
}

}  // namespace

Decision choose(const Item& item, std::span<const Candidate> candidates) {
    Decision decision;
    decision.considered.reserve(candidates.size());
    for (const Candidate& candidate : candidates) {
        decision.considered.push_back(Considered{candidate.agent, exclusion_of(item, candidate),
                                                 candidate.load, candidate.capacity,
                                                 candidate.idle_since});
    }
    std::ranges::sort(decision.considered, {}, rank);
    if (!decision.considered.empty() && decision.considered.front().exclusion == Exclusion::none)
        decision.winner = decision.considered.front().agent;
    return decision;
}

bool goes_before(const Item& left, const Item& right) {
    const auto due = [](const Item& item) { return item.due_at.value_or(Instant::max()); };
    return std::make_tuple(due(left), left.waiting_since, left.id) <
           std::make_tuple(due(right), right.waiting_since, right.id);
}

}  // namespace routing
