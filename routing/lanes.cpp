// The router's waiting side: which lane an item stands in, and when it changes lanes by itself.
#include <algorithm>

#include "routing/channels.hpp"
#include "routing/floor.hpp"

namespace routing {
namespace {

bool relaxes(Policy policy) {
    return policy == Policy::index || policy == Policy::priority || policy == Policy::edf;
}

Instant late_at(const ChannelFacts& channel, const Item& item) {
    if (item.due_at == Instant::max()) return item.due_at;
    const auto first =
        std::chrono::microseconds{static_cast<std::int64_t>(first_reply_s(channel, item) * 1e6)};
    return item.due_at - first;
}

Place place_of(Policy policy, const Item& item) {
    const bool by_due = policy == Policy::index || policy == Policy::edf;
    return {by_due ? item.due_at : item.created_at, item.id};
}

void put_head(Lane& lane) {
    auto& heads = lane.eligibility->heads;
    if (lane.places.empty()) {
        heads[lane.head] = heads.back();
        heads[lane.head].lane->head = lane.head;
        heads.pop_back();
    } else {
        heads[lane.head].place = *lane.places.begin();
    }
}

}  // namespace

// A channel that nobody described is taken for what its name says.
std::uint32_t Router::Floor::channel_index(const std::string& name) {
    auto& channels = settings.channels;
    const auto found = std::ranges::find(channels, name, &ChannelFacts::name);
    if (found != channels.end()) return static_cast<std::uint32_t>(found - channels.begin());
    channels.push_back(usual_channel(name));
    return static_cast<std::uint32_t>(channels.size() - 1);
}

bool Router::Floor::overflowed(const Item& item, Instant now) const {
    const auto team = teams.find(item.team);
    if (team == teams.end() || team->second.overflow.empty()) return false;
    const auto members = on_shift.find(item.team);
    return item.overflows_at <= now || members == on_shift.end() || members->second == 0;
}

EligibilityKey Router::Floor::eligibility_of(const Item& item, Instant now) const {
    const auto holder = agents.find(item.previous);
    const auto channel = std::ranges::find(settings.channels, item.channel, &ChannelFacts::name);
    const bool live = channel != settings.channels.end() && channel->live;
    const auto out = item.excluded.find(item.previous);
    const bool kept = settings.policy == Policy::index && now < item.held_until &&
                      holder != agents.end() && accepts(holder->second.agent, live) &&
                      sees(holder->second.agent, item.team, overflowed(item, now)) &&
                      (out == item.excluded.end() || out->second <= now);
    const bool single = std::ranges::any_of(
        item.excluded, [now](const auto& excluded) { return excluded.second > now; });
    return {.team = item.team,
            .language = item.language,
            .skills = item.skills,
            .relaxed = relaxes(settings.policy) && item.relaxes_at <= now,
            .overflowed = overflowed(item, now),
            .kept = kept ? item.previous : AgentId{},
            .single = single ? item.id : 0};
}

Lane& Router::Floor::lane_for(const Item& item, Instant now) {
    const std::uint32_t index = channel_index(item.channel);
    const ChannelFacts& facts = channel(index);
    EligibilityKey eligible = eligibility_of(item, now);
    Eligibilities& among = eligible.kept == AgentId{} ? eligibilities : kept[eligible.kept];
    auto& eligibility = among[eligible];
    if (!eligibility) {
        eligibility = std::make_unique<Eligibility>();
        eligibility->key = std::move(eligible);
    }
    const LaneKey key{.channel = index,
                      .value = item.value,
                      .target = item.target,
                      .first_reply = item.first_reply,
                      .late = settings.policy == Policy::index && late_at(facts, item) <= now,
                      .priority = item.priority,
                      .weight = item.weight};
    auto& lane = eligibility->lanes[key];
    if (!lane) {
        lane = std::make_unique<Lane>();
        lane->key = key;
        lane->eligibility = eligibility.get();
        lane->still = still_terms(settings.parameters, facts, item);
        lane->first_reply_s = first_reply_s(facts, item);
        lane->target_s = std::max(1.0, static_cast<double>(item.target.count()) * 1e-6);
    }
    return *lane;
}

// The next instant at which time alone moves it.
std::optional<Instant> Router::Floor::wake_of(const Item& item, Instant now) const {
    Instant next = Instant::max();
    const auto consider = [&next, now](Instant at) {
        if (at > now) next = std::min(next, at);
    };
    const auto known = std::ranges::find(settings.channels, item.channel, &ChannelFacts::name);
    if (known != settings.channels.end()) consider(late_at(*known, item));
    consider(item.held_until);
    consider(item.relaxes_at);
    consider(item.overflows_at);
    for (const auto& [agent, until] : item.excluded) consider(until);
    return next == Instant::max() ? std::nullopt : std::optional{next};
}

void Router::Floor::enter(Waiting& entry, Instant now) {
    Lane& lane = lane_for(entry.item, now);
    entry.lane = &lane;
    entry.place = place_of(settings.policy, entry.item);
    lane.places.insert(entry.place);
    auto& heads = lane.eligibility->heads;
    if (lane.places.size() == 1) {
        lane.head = heads.size();
        heads.push_back({.place = entry.place,
                         .per_size = lane.still.value / lane.still.size,
                         .leaving = lane.still.leaving,
                         .first_reply_s = lane.first_reply_s,
                         .target_s = lane.target_s,
                         .live = channel(lane.key.channel).live,
                         .weight = lane.key.weight,
                         .lane = &lane});
    } else {
        put_head(lane);
    }
    entry.wake = wake_of(entry.item, now);
    if (entry.wake) item_wakes.insert({*entry.wake, entry.item.id});
    if (entry.item.previous != AgentId{} && entry.item.held_until > now)
        holds[entry.item.previous].insert(entry.item.id);
}

void Router::Floor::leave(Waiting& entry) {
    Lane& lane = *entry.lane;
    lane.places.erase(entry.place);
    put_head(lane);
    if (entry.wake) item_wakes.erase({*entry.wake, entry.item.id});
    if (const auto hold = holds.find(entry.item.previous); hold != holds.end())
        hold->second.erase(entry.item.id);
    entry.lane = nullptr;
    Eligibility& eligibility = *lane.eligibility;
    if (!lane.places.empty()) return;
    eligibility.lanes.erase(LaneKey{lane.key});
    // Classes of one item or one agent come and go; the others are few and stay.
    const EligibilityKey key = eligibility.key;
    if (!eligibility.lanes.empty() || (key.single == 0 && key.kept == AgentId{})) return;
    if (key.kept == AgentId{})
        eligibilities.erase(key);
    else
        kept.at(key.kept).erase(key);
}

// It may have found other agents: it is looked at again.
void Router::Floor::relane(ItemId item, Instant now) {
    const auto entry = waiting.find(item);
    if (entry == waiting.end()) return;
    leave(entry->second);
    enter(entry->second, now);
    fresh.insert(item);
}

}  // namespace routing
