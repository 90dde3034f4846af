// The router's working side: who holds what, and who has room.
#include <algorithm>

#include "routing/floor.hpp"

namespace routing {

const Held* Router::Floor::find_held(ItemId item) const {
    const auto holder = held.find(item);
    if (holder == held.end()) return nullptr;
    const Hands& hands = agents.at(holder->second);
    for (const auto* pool : {&hands.sessions, &hands.asynchronous})
        for (const Held& one : *pool)
            if (one.item.id == item) return &one;
    return nullptr;
}

bool Router::Floor::accepts(const Agent& agent, bool live) const {
    return live ? agent.takes_sessions : agent.takes_asynchronous;
}

std::uint32_t Router::Floor::load(const Hands& hands, bool live) const {
    std::uint32_t units = 0;
    for (const Held& one : live ? hands.sessions : hands.asynchronous) units += one.item.weight;
    if (live)
        for (const WrapUp& slot : hands.wrap_ups) units += slot.weight;
    return units;
}

double Router::Floor::attention_used(const Hands& hands) const {
    double used = 0;
    for (const Held& one : hands.sessions) used += channel(one.channel).attention;
    return used;
}

// Sessions up to the capacity. Asynchronous work late (R5): under the index policy a few at a time,
// and only where enough attention is left.
bool Router::Floor::room(const Hands& hands, bool live, std::uint32_t weight) const {
    const std::uint32_t in_hand = load(hands, live);
    if (live) return in_hand + weight <= hands.agent.session_capacity;
    const std::uint32_t capacity = hands.agent.asynchronous_capacity;
    if (settings.policy != Policy::index) return in_hand + weight <= capacity;
    // An item heavier than what is bound at once still goes to empty hands.
    const std::uint32_t bound = std::min(capacity, settings.parameters.asynchronous_bound);
    const bool fits = in_hand + weight <= bound || (in_hand == 0 && weight <= capacity);
    return fits && 1.0 - attention_used(hands) >= settings.parameters.attention_min;
}

bool Router::Floor::fits_shift(const Hands& hands, const Item& item, std::uint32_t index,
                               Instant now) const {
    if (!hands.agent.shift_ends) return true;
    const ChannelFacts& facts = channel(index);
    const double attention = facts.live ? facts.attention : 1.0;
    const double rate = rate_of(settings.parameters, hands.agent, item);
    const auto duration = std::chrono::microseconds{
        static_cast<std::int64_t>(effort_s(facts, item) / attention / rate * 1e6)};
    return now + duration <= *hands.agent.shift_ends;
}

// Who was only given something finds nothing more to take: what waits was looked at before.
void Router::Floor::refresh_room(const Hands& hands, bool may_take_more) {
    for (const bool live : {false, true}) {
        auto& pool = with_room[live ? 1 : 0];
        if (accepts(hands.agent, live) && room(hands, live, 1)) {
            pool.insert(hands.agent.id);
            if (may_take_more) freed.insert(hands.agent.id);
        } else {
            pool.erase(hands.agent.id);
        }
    }
}

void Router::Floor::count_on_shift(const Agent& agent, int step) {
    if (!agent.takes_sessions && !agent.takes_asynchronous) return;
    for (const TeamId team : agent.teams) on_shift[team] += static_cast<std::uint32_t>(step);
}

bool Router::Floor::sees(const Agent& agent, TeamId team, bool overflowed) const {
    const auto member = [&agent](TeamId one) {
        return std::ranges::find(agent.teams, one) != agent.teams.end();
    };
    if (team == TeamId{} || member(team)) return true;
    const auto primary = teams.find(team);
    return overflowed && primary != teams.end() &&
           std::ranges::any_of(primary->second.overflow, member);
}

// Out of the hand it was in, if it was in one.
void Router::Floor::drop(ItemId item) {
    const auto holder = held.find(item);
    if (holder == held.end()) return;
    Hands& hands = agents.at(holder->second);
    held.erase(holder);
    const auto is_it = [item](const Held& one) { return one.item.id == item; };
    std::erase_if(hands.sessions, is_it);
    std::erase_if(hands.asynchronous, is_it);
    refresh_room(hands);
}

Exclusion Router::Floor::exclusion_of(const Hands& hands, const Item& item, std::uint32_t index,
                                      const EligibilityKey& key, Instant now) const {
    const Agent& agent = hands.agent;
    if (!sees(agent, key.team, key.overflowed)) return Exclusion::not_in_team;
    const bool live = channel(index).live;
    if (!accepts(agent, live)) return Exclusion::not_online;
    const bool speaks = key.language.empty() || agent.languages.empty() ||
                        std::ranges::find(agent.languages, key.language) != agent.languages.end();
    if (!speaks) return Exclusion::wrong_language;
    if (!has_skills(agent, item.skills, key.relaxed || key.kept == agent.id))
        return Exclusion::lacks_skill;
    if (const auto out = item.excluded.find(agent.id);
        out != item.excluded.end() && out->second > now)
        return Exclusion::excluded;
    if (key.kept != AgentId{} && key.kept != agent.id) return Exclusion::held;
    if (!room(hands, live, item.weight)) return Exclusion::no_room;
    if (!fits_shift(hands, item, index, now)) return Exclusion::shift_ends;
    return Exclusion::none;
}

}  // namespace routing
