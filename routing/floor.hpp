// Private to the router: its lanes and hands.
#pragma once

#include <unordered_map>

#include "routing/router.hpp"

namespace routing {

// What decides who may serve an item: one class for many lanes.
struct EligibilityKey {
    TeamId team{};
    std::string language;
    std::vector<SkillNeed> skills;
    bool relaxed = false;
    bool overflowed = false;
    AgentId kept{};     // nobody else
    ItemId single = 0;  // an item with exclusions of its own

    friend auto operator<=>(const EligibilityKey&, const EligibilityKey&) = default;
};

// What decides an item's index, but for its due instant.
struct LaneKey {
    std::uint32_t channel = 0;
    double value = 0;
    Span target{};
    bool first_reply = true;
    bool late = false;
    std::uint32_t priority = 0;
    std::uint32_t weight = 1;

    friend auto operator<=>(const LaneKey&, const LaneKey&) = default;
};

// The order inside a lane, by the policy: due, or arrival.
struct Place {
    Instant at{};
    ItemId item = 0;

    friend auto operator<=>(const Place&, const Place&) = default;
};

struct Eligibility;

struct Lane {
    LaneKey key;
    Eligibility* eligibility = nullptr;
    std::set<Place> places;
    std::size_t head = 0;  // its position in the heads of its eligibility, while not empty
    IndexTerms still;      // the terms that time does not change
    double first_reply_s = 0;
    double target_s = 1;
};

// What comparing lanes needs, side by side in memory.
struct Head {
    Place place;
    double per_size = 0;  // value by expected attention
    double leaving = 0;
    double first_reply_s = 0;
    double target_s = 1;
    bool live = false;
    std::uint32_t weight = 1;
    Lane* lane = nullptr;
};

struct Eligibility {
    EligibilityKey key;
    std::map<LaneKey, std::unique_ptr<Lane>> lanes;
    std::vector<Head> heads;  // of the lanes that are not empty, in no order
};

struct Waiting {
    Item item;
    Lane* lane = nullptr;
    Place place;
    std::optional<Instant> wake;
};

struct Held {
    Item item;
    std::uint32_t channel = 0;
    Instant since{};
};

struct WrapUp {
    Instant until{};
    std::uint32_t weight = 1;
};

struct Hands {
    Agent agent;
    std::vector<Held> sessions;  // by the instant they were given
    std::vector<Held> asynchronous;
    std::vector<WrapUp> wrap_ups;
};

class Ranking;

// Whether an agent has room for one unit, by pool: asynchronous, live.
struct Rooms {
    bool of_one[2];
};

struct Router::Floor {
    Settings settings;
    std::map<TeamId, Team> teams;
    std::map<AgentId, Hands> agents;
    std::unordered_map<ItemId, Waiting> waiting;
    std::unordered_map<ItemId, AgentId> held;
    using Eligibilities = std::map<EligibilityKey, std::unique_ptr<Eligibility>>;
    Eligibilities eligibilities;            // open to all who fit
    std::map<AgentId, Eligibilities> kept;  // what is kept for one agent
    std::set<std::pair<Instant, ItemId>> item_wakes;
    std::set<std::pair<Instant, AgentId>> agent_wakes;
    std::set<AgentId> freed;                    // may have room that they had not
    std::set<ItemId> fresh;                     // may have found new agents
    std::map<AgentId, std::set<ItemId>> holds;  // waiting items that may be kept for the agent
    std::set<ItemId>
        shift_changed;  // their holder or team came or went: looked at with the next `now`
    // Agents that may be given more, by pool: who is not in it has no room or takes nothing.
    std::set<AgentId> with_room[2];
    std::map<TeamId, std::uint32_t> on_shift;  // members who take anything

    const ChannelFacts& channel(std::uint32_t index) const { return settings.channels[index]; }
    std::uint32_t channel_index(const std::string& name);

    // lanes.cpp
    void enter(Waiting& entry, Instant now);
    void leave(Waiting& entry);
    Lane& lane_for(const Item& item, Instant now);
    EligibilityKey eligibility_of(const Item& item, Instant now) const;
    bool overflowed(const Item& item, Instant now) const;
    std::optional<Instant> wake_of(const Item& item, Instant now) const;
    void relane(ItemId item, Instant now);
    void drop(ItemId item);

    // hands.cpp
    const Held* find_held(ItemId item) const;
    bool accepts(const Agent& agent, bool live) const;
    std::uint32_t load(const Hands& hands, bool live) const;
    double attention_used(const Hands& hands) const;
    bool room(const Hands& hands, bool live, std::uint32_t weight) const;
    bool fits_shift(const Hands& hands, const Item& item, std::uint32_t channel, Instant now) const;
    void refresh_room(const Hands& hands, bool may_take_more = true);
    void count_on_shift(const Agent& agent, int step);
    bool sees(const Agent& agent, TeamId team, bool overflowed) const;
    Exclusion exclusion_of(const Hands& hands, const Item& item, std::uint32_t channel,
                           const EligibilityKey& key, Instant now) const;

    // choose.cpp
    bool may_serve(const Hands& hands, const EligibilityKey& key) const;
    std::optional<Assignment> choose_item(const Hands& hands, Instant now) const;
    std::optional<Assignment> choose_agent(const Waiting& entry, Instant now) const;
    Decision decide_agent(const Item& item, Instant now) const;
    Considered considered(const Hands& hands, const Item& item, const EligibilityKey& key,
                          Instant now) const;
    void rank_heads(const Hands& hands, const Eligibility& eligibility, Instant now,
                    const Rooms& rooms, Ranking& ranking) const;
    std::vector<RunnerUp> best_items(const Hands& hands, std::size_t most, Instant now) const;
};

}  // namespace routing
