// What routing knows of the state: conversations as items, agents as those who take them.
#include <algorithm>
#include <utility>

#include "hub/customers/value.hpp"
#include "hub/desk/state.hpp"

namespace desk {

using namespace model;

namespace {

constexpr auto unpromised_target = std::chrono::hours{24};

// The obligation that routing orders by: the open answer that is due first.
const sla::Clock* pressing_clock(const Conversation& conversation) {
    const sla::Clock* pressing = nullptr;
    for (const sla::Clock& clock : conversation.clocks) {
        if (!sla::is_open(clock) || clock.metric == sla::Metric::resolution) continue;
        if (pressing == nullptr || clock.due_at < pressing->due_at) pressing = &clock;
    }
    return pressing;
}

double value_in(const std::map<std::string, double>& values, std::string_view word) {
    const auto found = values.find(std::string{word});
    return found == values.end() ? 1.0 : found->second;
}

// Of "parlour / with table service", or else of "parlour".
double segment_value(const RoutingSettings& settings, const std::string& segment) {
    const auto found = settings.segment_values.find(segment);
    if (found != settings.segment_values.end()) return found->second;
    return value_in(settings.segment_values, sla::first_level(segment));
}

std::uint32_t rank_of(Priority priority) {
    return 4 - static_cast<std::uint32_t>(priority);
}

}  // namespace

bool is_live(Channel channel) {
    return channel == Channel::chat;
}

bool accepts(const AgentState& agent, bool live) {
    if (agent.availability != Availability::online) return false;
    return live ? agent.takes_sessions : agent.takes_asynchronous;
}

bool waits_in_queue(const State& state, const Conversation& conversation) {
    const auto team = state.teams.find(conversation.team);
    const bool pulled = team != state.teams.end() && team->second.mode == QueueMode::pull;
    return conversation.status == Status::open && !is_some(conversation.assignee) &&
           !is_some(conversation.offered_to) && conversation.waiting_since.has_value() &&
           !conversation.is_spam && !conversation.profile.blocked && !pulled;
}

// Slack and shares are counted in open time, on the clock's own calendar. Work that nothing was
// promised for is due a day after it came, so that it does not starve (R28).
routing::Item State::item_of(const Conversation& conversation) const {
    const RoutingSettings& settings = routing_settings;
    routing::Item item;
    item.id = number(conversation.id);
    item.channel = word(conversation.channel);
    item.team = conversation.team;
    item.language = conversation.profile.language;
    item.skills = conversation.skills;
    if (const auto inbox = inboxes.find(conversation.inbox); inbox != inboxes.end()) {
        item.weight = inbox->second.weight;
        for (const routing::SkillNeed& need : inbox->second.skills) item.skills.push_back(need);
    }
    item.value = value_in(settings.relationship_values, conversation.profile.relationship) *
                 segment_value(settings, conversation.profile.segment) *
                 customers::value_factor(conversation.profile.value) *
                 value_in(settings.priority_values, word(conversation.priority)) *
                 conversation.value_factor;
    item.priority = rank_of(conversation.priority);
    item.created_at = conversation.waiting_since.value_or(conversation.created_at);
    item.begun = is_some(conversation.last_answer);
    item.previous =
        is_some(conversation.previous) ? conversation.previous : conversation.profile.owner;
    item.excluded = conversation.excluded;
    item.answered = !conversation.waiting_since;
    const sla::Clock* clock = pressing_clock(conversation);
    if (clock == nullptr) {
        item.due_at = item.created_at + unpromised_target;
        item.target = unpromised_target;
        item.first_reply = !item.begun;
        item.relaxes_at = item.created_at;
        const auto when_left = [&](double share) {
            return item.created_at + std::chrono::duration_cast<sla::Span>(
                                         sla::Span{unpromised_target} * (1 - share));
        };
        if (is_some(item.previous)) item.held_until = when_left(settings.parameters.hold_share);
        item.overflows_at = when_left(settings.parameters.overflow_share);
        return item;
    }
    const sla::Calendar& hours = calendar(clock->calendar);
    const sla::Leg& leg = clock->legs.back();
    const sla::Span used = sla::used_time(*clock, hours, leg.from);
    const auto when_left = [&](double share) {
        const auto budget = std::chrono::duration_cast<sla::Span>(clock->budget * (1 - share));
        return sla::add_open_time(hours, leg.from, budget - used);
    };
    item.due_at = clock->due_at;
    item.target = clock->budget;
    item.first_reply = clock->metric == sla::Metric::first_response;
    if (is_some(item.previous)) item.held_until = when_left(settings.parameters.hold_share);
    item.relaxes_at = when_left(settings.parameters.relax_share);
    item.overflows_at = when_left(settings.parameters.overflow_share);
    return item;
}

void State::put(const RoutingRule& rule) {
    rules[rule.id] = rule;
    const auto parsed = routing::parse_rule(rule.text);
    if (const auto* good = std::get_if<routing::Rule>(&parsed)) parsed_rules[rule.id] = *good;
}

void State::sync_router() {
    for (const ConversationId id : std::exchange(unsynced_, {})) {
        const Conversation* known = conversation(id);
        if (known == nullptr) {
            router_.remove(number(id));
            continue;
        }
        const AgentId holder = is_some(known->offered_to) ? known->offered_to : known->assignee;
        const bool held = occupies(*known) || is_some(known->offered_to);
        if (waits_in_queue(*this, *known))
            router_.wait(item_of(*known), at);
        else if (held && agents.contains(holder))
            router_.assign(item_of(*known), holder, known->assigned_at.value_or(known->updated_at));
        else
            router_.remove(number(id));
    }
}

void State::agent_changed(AgentId id) {
    const Agent& agent = agents.at(id);
    const AgentState& now = agent_states[id];
    routing::Agent one;
    one.id = id;
    one.teams = agent.teams;
    one.languages = agent.languages;
    one.skills = agent.skills;
    one.session_capacity = agent.session_capacity;
    one.asynchronous_capacity = agent.asynchronous_capacity;
    one.takes_sessions = accepts(now, true);
    one.takes_asynchronous = accepts(now, false);
    one.last_assigned = now.idle_since;
    one.shift_ends = now.shift_ends;
    router_.put(one);
    router_.clear_wrap_ups(id);
    for (const auto& [until, weight] : now.wrap_ups) router_.wrap_up(id, weight, until);
    if (now.lost_at)
        lost_agents_.set(number(id), *now.lost_at + std::chrono::seconds{
                                                        routing_settings.connection_grace_seconds});
    else
        lost_agents_.clear(number(id));
}

void State::team_changed(TeamId id) {
    const Team& team = teams.at(id);
    router_.put(routing::Team{id, team.overflow});
    for (const auto& [conversation_id, conversation] : conversations_)
        if (conversation.team == id) unsynced_.insert(conversation_id);
}

void State::inbox_changed(InboxId id) {
    for (const auto& [conversation_id, conversation] : conversations_)
        if (conversation.inbox == id) unsynced_.insert(conversation_id);
}

void State::routing_changed() {
    routing::Router::Settings settings;
    settings.policy = routing_settings.policy;
    settings.version = routing_settings.version;
    settings.parameters = routing_settings.parameters;
    router_.configure(std::move(settings));
    for (const auto& [id, conversation] : conversations_) unsynced_.insert(id);
    for (const auto& [id, agent] : agents) agent_changed(id);  // the grace may be another
}

std::optional<AgentId> State::lost_agent(Instant now) const {
    const auto key = lost_agents_.due(now);
    return key ? std::optional{AgentId{*key}} : std::nullopt;
}

}  // namespace desk
