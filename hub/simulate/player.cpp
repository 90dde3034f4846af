#include "hub/simulate/player.hpp"

#include <algorithm>

namespace simulate {
namespace {

constexpr unsigned turn_bits = 16;

routing::Instant instant(Millis at) {
    return routing::Instant{std::chrono::milliseconds{at}};
}

// Rounded up: asked a millisecond early, nothing would have changed yet.
Millis millis(routing::Instant at) {
    return std::chrono::ceil<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

routing::ItemId id_of(const ItemKey& key) {
    return (static_cast<routing::ItemId>(key.conversation) << turn_bits) |
           static_cast<routing::ItemId>(key.turn);
}
ItemKey key_of(routing::ItemId id) {
    return {static_cast<std::int64_t>(id >> turn_bits),
            static_cast<std::int64_t>(id & ((1U << turn_bits) - 1))};
}

// Agent 0 is nobody to the router; a trace may have one.
routing::AgentId agent_id(std::int64_t id) {
    return routing::AgentId{static_cast<std::uint64_t>(id) + 1};
}
std::int64_t trace_id(routing::AgentId id) {
    return static_cast<std::int64_t>(id) - 1;
}

routing::Router::Settings settings_for(const Trace& floor, routing::Policy policy,
                                       routing::Parameters parameters) {
    routing::Router::Settings settings;
    settings.policy = policy;
    parameters.switch_loss = floor.switch_loss;
    parameters.relaxed_speed = floor.relaxed_speed;
    parameters.late_cost = floor.cost.late;
    parameters.late_rate = floor.cost.late_rate;
    parameters.leaving_cost = floor.cost.abandon;
    settings.parameters = parameters;
    for (const auto& [name, channel] : floor.channels) {
        routing::ChannelFacts facts = routing::usual_channel(name);
        facts.live = channel.live;
        facts.attention = channel.effort;
        facts.context = std::chrono::milliseconds{channel.context_ms};
        settings.channels.push_back(std::move(facts));
    }
    return settings;
}

}  // namespace

Player::Player(const Trace& floor, routing::Policy policy, routing::Parameters parameters)
    : floor_(floor), parameters_(parameters), router_(settings_for(floor, policy, parameters)) {
    floor_.conversations.clear();
    for (const TraceAgent& one : floor_.agents) {
        routing::Agent agent;
        agent.id = agent_id(one.id);
        agent.languages = one.languages;
        for (const auto& [skill, factor] : one.skills) agent.skills.push_back({skill, 3, factor});
        agent.speed = one.speed;
        agent.session_capacity = one.live_capacity;
        agent.asynchronous_capacity = one.asynchronous_capacity;
        agents_[one.id] = agent;
        router_.put(agent);
    }
}

// The protocol does not name the calendar: any that explains the due instant has the same open time
// up to it.
const Spans& Player::calendar_of(const ItemWaits& event) const {
    for (const auto& [name, spans] : floor_.calendars)
        if (add_open(spans, event.created_ms, event.target_ms) == event.due_ms) return spans;
    return floor_.calendars.begin()->second;
}

void Player::take(const ItemWaits& event, Millis at) {
    const Spans& calendar = calendar_of(event);
    const auto used = [&](double share_left) {
        const auto budget =
            static_cast<Millis>((1 - share_left) * static_cast<double>(event.target_ms));
        return instant(add_open(calendar, event.created_ms, budget));
    };
    const routing::ItemId id = id_of(event.item);
    const auto known = items_.find(id);
    routing::Item item;
    item.id = id;
    item.channel = event.channel;
    item.language = event.language;
    item.skills = {{event.skill, 1, false}};
    const auto segment = floor_.segments.find(event.segment);
    const auto priority = floor_.priorities.find(event.priority);
    item.value = (segment == floor_.segments.end() ? 1 : segment->second) *
                 (priority == floor_.priorities.end() ? 1 : priority->second);
    item.priority = event.priority;
    item.created_at = instant(event.created_ms);
    item.due_at = instant(event.due_ms);
    item.target = std::chrono::milliseconds{event.target_ms};
    item.first_reply = event.kind == "frt";
    const bool live =
        floor_.channels.contains(event.channel) && floor_.channels.at(event.channel).live;
    item.begun = event.item.turn > 0 || (known != items_.end() && live);
    if (event.previous) {
        item.previous = agent_id(*event.previous);
        item.held_until = used(parameters_.hold_share);
    }
    item.relaxes_at = used(parameters_.relax_share);
    items_[id] = item;
    router_.wait(item, instant(at));
}

void Player::take(const AgentTurned& event, Millis) {
    const auto known = agents_.find(event.agent);
    if (known == agents_.end()) return;
    known->second.takes_sessions = known->second.takes_asynchronous = event.on;
    router_.put(known->second);
}

void Player::take(const ItemDone& event, Millis) {
    router_.remove(id_of(event.item));
    items_.erase(id_of(event.item));
}

void Player::take(const ItemGone& event, Millis) {
    router_.remove(id_of(event.item));
    items_.erase(id_of(event.item));
}

Reply Player::answer(Millis at, const std::vector<FloorEvent>& events) {
    for (const FloorEvent& event : events)
        std::visit([this, at](const auto& one) { take(one, at); }, event);
    const routing::Instant now = instant(at);
    router_.advance(now);
    Reply reply;
    while (auto made = router_.next(now)) {
        router_.assign(items_.at(made->item), made->agent, now);
        agents_.at(trace_id(made->agent)).last_assigned = now;
        reply.assignments.emplace_back(key_of(made->item), trace_id(made->agent));
        if (on_assignment) on_assignment(at, *made);
    }
    // Asked once for each instant: the floor keeps what it was asked for.
    if (const auto wake = router_.next_wake()) {
        const Millis next = std::max(millis(*wake), at + 1);
        if (!asked_wake_ || *asked_wake_ <= at || next < *asked_wake_) {
            asked_wake_ = next;
            reply.wake = next;
        }
    }
    return reply;
}

}  // namespace simulate
