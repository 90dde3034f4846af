// Who may take what, in the plainest way: read from the books alone, by the statements R1 to R24,
// with nothing of the router's.
#pragma once

#include "tests/pure/routing_floor.hpp"

namespace floors {

template <class List, class Value>
bool has(const List& list, const Value& value) {
    return std::ranges::find(list, value) != std::ranges::end(list);
}

inline const ChannelFacts& facts_of(const Books& books, const Item& one) {
    return *std::ranges::find(books.settings.channels, one.channel, &ChannelFacts::name);
}

inline bool accepts(const Agent& who, bool live) {
    return live ? who.takes_sessions : who.takes_asynchronous;
}

// R24: less than its share is left, or nobody of the team is on shift.
inline bool overflows(const Books& books, const Item& one) {
    if (one.overflows_at <= books.now) return true;
    return std::ranges::none_of(books.agents, [&](const auto& known) {
        const Agent& who = known.second;
        return has(who.teams, one.team) && (who.takes_sessions || who.takes_asynchronous);
    });
}

inline bool may_see(const Books& books, const Agent& who, const Item& one) {
    if (one.team == TeamId{} || has(who.teams, one.team)) return true;
    const auto team = books.teams.find(one.team);
    if (team == books.teams.end() || !overflows(books, one)) return false;
    return std::ranges::any_of(team->second.overflow,
                               [&who](TeamId second) { return has(who.teams, second); });
}

inline bool is_excluded(const Books& books, AgentId who, const Item& one) {
    const auto out = one.excluded.find(who);
    return out != one.excluded.end() && out->second > books.now;
}

// R15: for whom it is kept at this instant.
inline AgentId kept_for(const Books& books, const Item& one) {
    const auto knows = books.agents.find(one.previous);
    if (books.settings.policy != Policy::index || knows == books.agents.end()) return nobody;
    const Agent& who = knows->second;
    const bool counts = books.now < one.held_until && accepts(who, facts_of(books, one).live) &&
                        may_see(books, who, one) && !is_excluded(books, who.id, one);
    return counts ? one.previous : nobody;
}

inline bool has_level(const Agent& who, const SkillNeed& need) {
    return std::ranges::any_of(who.skills, [&need](const SkillHeld& held) {
        return held.skill == need.skill && held.level >= need.level;
    });
}

// R1, R14; who keeps what she knows needs no soft skill for it.
inline bool has_skills_for(const Books& books, const Agent& who, const Item& one) {
    const Policy policy = books.settings.policy;
    const bool relaxes =
        policy == Policy::index || policy == Policy::priority || policy == Policy::edf;
    const bool soft_counts =
        !(relaxes && one.relaxes_at <= books.now) && kept_for(books, one) != who.id;
    return std::ranges::all_of(one.skills, [&](const SkillNeed& need) {
        return (!need.hard && !soft_counts) || has_level(who, need);
    });
}

inline std::uint32_t units(const Books& books, AgentId who, bool live) {
    std::uint32_t sum = 0;
    for (const auto& [id, hold] : books.held) {
        const Item& one = books.items.at(id);
        if (hold.agent == who && facts_of(books, one).live == live) sum += one.weight;
    }
    for (const Pause& pause : books.wrap_ups)
        if (live && pause.agent == who && pause.until > books.now) sum += pause.weight;
    return sum;
}

inline double attention(const Books& books, AgentId who) {
    double sum = 0;
    for (const auto& [id, hold] : books.held) {
        const ChannelFacts& facts = facts_of(books, books.items.at(id));
        if (hold.agent == who && facts.live) sum += facts.attention;
    }
    return sum;
}

// R2, R5: sessions up to the capacity; asynchronous work one at a time under the index policy.
inline bool has_room_for(const Books& books, const Agent& who, const Item& one) {
    const bool live = facts_of(books, one).live;
    const std::uint32_t in_hand = units(books, who.id, live);
    const std::uint32_t capacity = live ? who.session_capacity : who.asynchronous_capacity;
    if (in_hand + one.weight > capacity) return false;
    if (live || books.settings.policy != Policy::index) return true;
    const Parameters& parameters = books.settings.parameters;
    if (1.0 - attention(books, who.id) < parameters.attention_min) return false;
    return in_hand == 0 || in_hand + one.weight <= parameters.asynchronous_bound;
}

// R19: the work that is believed to be in it, at this agent's speed.
inline bool fits_before_the_end(const Books& books, const Agent& who, const Item& one) {
    if (!who.shift_ends) return true;
    double slowest = 1e9;
    for (const SkillNeed& need : one.skills) {
        double speed = books.settings.parameters.relaxed_speed;
        for (const SkillHeld& held : who.skills)
            if (held.skill == need.skill && held.level >= need.level) speed = held.factor;
        slowest = std::min(slowest, speed);
    }
    const ChannelFacts& facts = facts_of(books, one);
    const double effort_s = std::chrono::duration<double>(facts.effort).count() *
                            (one.first_reply ? 1.0 : 0.6) / (facts.live ? facts.attention : 1.0);
    const double left_s = std::chrono::duration<double>(*who.shift_ends - books.now).count();
    return effort_s / (who.speed * (one.skills.empty() ? 1.0 : slowest)) <= left_s + 2e-6;
}

inline bool may_take(const Books& books, const Agent& who, const Item& one) {
    const AgentId keeper = kept_for(books, one);
    const bool speaks =
        one.language.empty() || who.languages.empty() || has(who.languages, one.language);
    return accepts(who, facts_of(books, one).live) && may_see(books, who, one) && speaks &&
           has_skills_for(books, who, one) && !is_excluded(books, who.id, one) &&
           (keeper == nobody || keeper == who.id) && has_room_for(books, who, one) &&
           fits_before_the_end(books, who, one);
}

// R12: who has room beside what waits and fits.
inline Pairs missed(const Books& books) {
    Pairs pairs;
    for (const auto& [id, one] : books.items)
        for (const auto& [who, facts] : books.agents)
            if (!books.held.contains(id) && may_take(books, facts, one))
                pairs.emplace_back(id, who);
    return pairs;
}

}  // namespace floors
