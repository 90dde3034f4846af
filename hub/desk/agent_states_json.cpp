#include "hub/desk/agent_states_json.hpp"

#include <nlohmann/json.hpp>

namespace desk {

using namespace model;
using Json = nlohmann::json;

namespace {

Json micros(Instant at) {
    return at.time_since_epoch().count();
}
Json micros(const std::optional<Instant>& at) {
    return at ? micros(*at) : Json(nullptr);
}
Instant instant(const Json& json) {
    return Instant{std::chrono::microseconds{json.get<std::int64_t>()}};
}
std::optional<Instant> maybe_instant(const Json& json) {
    return json.is_null() ? std::nullopt : std::optional{instant(json)};
}

}  // namespace

std::string agent_states_json(const std::map<AgentId, AgentState>& states) {
    Json json = Json::object();
    for (const auto& [id, agent] : states) {
        Json wrap_ups = Json::array();
        for (const auto& [until, weight] : agent.wrap_ups)
            wrap_ups.push_back(Json::array({micros(until), weight}));
        json[text_of(id)] = {{"availability", std::string{word(agent.availability)}},
                             {"label", agent.label},
                             {"takes_sessions", agent.takes_sessions},
                             {"takes_asynchronous", agent.takes_asynchronous},
                             {"shift_ends", micros(agent.shift_ends)},
                             {"since", micros(agent.since)},
                             {"idle_since", micros(agent.idle_since)},
                             {"connected", agent.connected},
                             {"lost_at", micros(agent.lost_at)},
                             {"lapses", agent.lapses},
                             {"wrap_ups", std::move(wrap_ups)}};
    }
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::map<AgentId, AgentState> agent_states_from(const std::string& text) {
    std::map<AgentId, AgentState> states;
    const Json all = Json::parse(text);
    for (const auto& [id, json] : all.items()) {
        AgentState& agent = states[AgentId{std::stoull(id)}];
        agent.availability =
            from_word<Availability>(json.at("availability").get_ref<const std::string&>())
                .value_or(Availability::offline);
        agent.label = json.at("label");
        agent.takes_sessions = json.at("takes_sessions");
        agent.takes_asynchronous = json.at("takes_asynchronous");
        agent.shift_ends = maybe_instant(json.at("shift_ends"));
        agent.since = instant(json.at("since"));
        agent.idle_since = instant(json.at("idle_since"));
        agent.connected = json.at("connected");
        agent.lost_at = maybe_instant(json.at("lost_at"));
        agent.lapses = json.at("lapses");
        for (const Json& slot : json.at("wrap_ups"))
            agent.wrap_ups.emplace_back(instant(slot.at(0)), slot.at(1));
    }
    return states;
}

}  // namespace desk
