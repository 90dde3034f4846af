#include "routing/router.hpp"

#include <algorithm>
#include <utility>

#include "routing/floor.hpp"

namespace routing {

Router::Router(Settings settings) : floor_(std::make_unique<Floor>()) {
    floor_->settings = std::move(settings);
}
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

const Router::Settings& Router::settings() const {
    return floor_->settings;
}

void Router::configure(Settings settings) {
    Floor& floor = *floor_;
    std::vector<Item> items;
    for (const auto& [id, entry] : floor.waiting) items.push_back(entry.item);
    std::ranges::sort(items, {}, &Item::id);
    for (auto& [id, entry] : floor.waiting) floor.leave(entry);
    floor.waiting.clear();
    floor.eligibilities.clear();
    floor.kept.clear();
    const auto name_of = [&floor](const Held& one) { return floor.channel(one.channel).name; };
    std::unordered_map<ItemId, std::string> channels;
    for (const auto& [id, hands] : floor.agents)
        for (const auto* pool : {&hands.sessions, &hands.asynchronous})
            for (const Held& one : *pool) channels[one.item.id] = name_of(one);
    floor.settings = std::move(settings);
    for (auto& [id, hands] : floor.agents) {
        for (auto* pool : {&hands.sessions, &hands.asynchronous})
            for (Held& one : *pool) one.channel = floor.channel_index(channels.at(one.item.id));
        floor.refresh_room(hands);
    }
    for (Item& item : items) wait(item, Instant::min());
}

void Router::put(const Team& team) {
    Floor& floor = *floor_;
    Team& known = floor.teams[team.id];
    if (known.overflow != team.overflow)
        for (const auto& [id, entry] : floor.waiting)
            if (entry.item.team == team.id) floor.shift_changed.insert(id);
    known = team;
}

void Router::put(const Agent& agent) {
    Floor& floor = *floor_;
    const auto [known, fresh] = floor.agents.try_emplace(agent.id);
    Hands& hands = known->second;
    // Having been given something is no reason to look for more.
    Agent before = hands.agent;
    before.last_assigned = agent.last_assigned;
    if (!fresh && before == agent) {
        hands.agent = agent;
        return;
    }
    if (!fresh) floor.count_on_shift(hands.agent, -1);
    std::vector<TeamId> alone;  // teams that nobody served
    for (const TeamId team : agent.teams)
        if (floor.on_shift[team] == 0) alone.push_back(team);
    for (const TeamId team : hands.agent.teams)
        if (floor.on_shift[team] == 0) alone.push_back(team);
    hands.agent = agent;
    floor.count_on_shift(agent, 1);
    floor.refresh_room(hands);
    if (fresh || before.takes_sessions != agent.takes_sessions ||
        before.takes_asynchronous != agent.takes_asynchronous || before.teams != agent.teams) {
        const std::set<ItemId> kept = floor.holds[agent.id];
        floor.shift_changed.insert(kept.begin(), kept.end());
        for (const TeamId team : alone)
            if (const auto served = floor.teams.find(team);
                served != floor.teams.end() && !served->second.overflow.empty())
                for (const auto& [id, entry] : floor.waiting)
                    if (entry.item.team == team) floor.shift_changed.insert(id);
    }
}

void Router::remove(AgentId agent) {
    Floor& floor = *floor_;
    const auto known = floor.agents.find(agent);
    if (known == floor.agents.end()) return;
    Agent off = known->second.agent;
    off.takes_sessions = off.takes_asynchronous = false;
    put(off);
    for (const auto* pool : {&known->second.sessions, &known->second.asynchronous})
        for (const Held& one : *pool) floor.held.erase(one.item.id);
    std::erase_if(floor.agent_wakes, [agent](const auto& wake) { return wake.second == agent; });
    floor.freed.erase(agent);
    floor.agents.erase(known);
}

void Router::wait(const Item& item, Instant now) {
    Floor& floor = *floor_;
    floor.drop(item.id);
    const auto [entry, fresh] = floor.waiting.try_emplace(item.id);
    if (!fresh && entry->second.item == item) return;  // nothing changed for it
    if (!fresh) floor.leave(entry->second);
    entry->second.item = item;
    floor.enter(entry->second, now);
    floor.fresh.insert(item.id);
}

void Router::assign(const Item& item, AgentId agent, Instant now) {
    Floor& floor = *floor_;
    if (const auto holder = floor.held.find(item.id);
        holder != floor.held.end() && holder->second == agent) {
        const Held* one = floor.find_held(item.id);
        if (one->item == item && one->since == now) return;  // nothing changed for it
    }
    remove(item.id);
    Hands& hands = floor.agents[agent];
    hands.agent.id = agent;
    hands.agent.last_assigned = std::max(hands.agent.last_assigned, now);
    const std::uint32_t channel = floor.channel_index(item.channel);
    auto& pool = floor.channel(channel).live ? hands.sessions : hands.asynchronous;
    const auto after =
        std::ranges::upper_bound(pool, std::pair{now, item.id}, {}, [](const Held& one) {
            return std::pair{one.since, one.item.id};
        });
    pool.insert(after, Held{item, channel, now});
    floor.held[item.id] = agent;
    floor.refresh_room(hands, false);
}

void Router::remove(ItemId item) {
    Floor& floor = *floor_;
    floor.drop(item);
    floor.fresh.erase(item);
    floor.shift_changed.erase(item);
    const auto entry = floor.waiting.find(item);
    if (entry == floor.waiting.end()) return;
    floor.leave(entry->second);
    floor.waiting.erase(entry);
}

void Router::clear_wrap_ups(AgentId agent) {
    Floor& floor = *floor_;
    const auto known = floor.agents.find(agent);
    if (known == floor.agents.end() || known->second.wrap_ups.empty()) return;
    known->second.wrap_ups.clear();
    std::erase_if(floor.agent_wakes, [agent](const auto& wake) { return wake.second == agent; });
    floor.refresh_room(known->second);
}

void Router::wrap_up(AgentId agent, std::uint32_t weight, Instant until) {
    Floor& floor = *floor_;
    Hands& hands = floor.agents[agent];
    hands.wrap_ups.push_back({until, weight});
    floor.agent_wakes.insert({until, agent});
    floor.refresh_room(hands);
}

void Router::advance(Instant now) {
    Floor& floor = *floor_;
    for (const ItemId item : std::exchange(floor.shift_changed, {})) floor.relane(item, now);
    while (!floor.item_wakes.empty() && floor.item_wakes.begin()->first <= now)
        floor.relane(floor.item_wakes.begin()->second, now);
    while (!floor.agent_wakes.empty() && floor.agent_wakes.begin()->first <= now) {
        Hands& hands = floor.agents.at(floor.agent_wakes.begin()->second);
        floor.agent_wakes.erase(floor.agent_wakes.begin());
        std::erase_if(hands.wrap_ups, [now](const WrapUp& slot) { return slot.until <= now; });
        floor.refresh_room(hands);
    }
}

std::optional<Instant> Router::next_wake() const {
    const Floor& floor = *floor_;
    std::optional<Instant> next;
    if (!floor.item_wakes.empty()) next = floor.item_wakes.begin()->first;
    if (!floor.agent_wakes.empty() && (!next || floor.agent_wakes.begin()->first < *next))
        next = floor.agent_wakes.begin()->first;
    return next;
}

// First whoever has room again takes the best that waits; then what is looked at anew finds the
// best of those who still have room.
std::optional<Assignment> Router::next(Instant now) {
    Floor& floor = *floor_;
    for (; !floor.freed.empty(); floor.freed.erase(floor.freed.begin()))
        if (auto made = floor.choose_item(floor.agents.at(*floor.freed.begin()), now)) return made;
    for (; !floor.fresh.empty(); floor.fresh.erase(floor.fresh.begin())) {
        const auto entry = floor.waiting.find(*floor.fresh.begin());
        if (entry == floor.waiting.end()) continue;
        if (auto made = floor.choose_agent(entry->second, now)) return made;
    }
    return std::nullopt;
}

void Router::settled() {
    floor_->freed.clear();
    floor_->fresh.clear();
}

Decision Router::explain(const Item& item, Instant now) const {
    floor_->channel_index(item.channel);
    return floor_->decide_agent(item, now);
}

std::size_t Router::waiting() const {
    return floor_->waiting.size();
}

std::uint32_t Router::load(AgentId agent, bool live) const {
    const auto known = floor_->agents.find(agent);
    return known == floor_->agents.end() ? 0 : floor_->load(known->second, live);
}

bool Router::has_room(AgentId agent, const Item& item, Instant now) const {
    const Floor& floor = *floor_;
    const auto known = floor.agents.find(agent);
    if (known == floor.agents.end()) return false;
    const std::uint32_t channel = floor_->channel_index(item.channel);
    const bool live = floor.channel(channel).live;
    return floor.accepts(known->second.agent, live) &&
           floor.room(known->second, live, item.weight) &&
           floor.fits_shift(known->second, item, channel, now);
}

}  // namespace routing
