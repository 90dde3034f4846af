#include "hub/model/codec.hpp"
#include "hub/model/json_parts.hpp"
#include "routing/parameters.hpp"

namespace model {
namespace json_parts {
namespace {

Json index_json(const routing::IndexTerms& terms) {
    return {{"value", terms.value},     {"slack_s", terms.slack_s}, {"urgency", terms.urgency},
            {"leaving", terms.leaving}, {"size", terms.size},       {"fit", terms.fit},
            {"index", terms.index()}};
}

routing::IndexTerms index_from(const Json& json) {
    return {.value = json.at("value"),
            .slack_s = json.at("slack_s"),
            .urgency = json.at("urgency"),
            .leaving = json.at("leaving"),
            .size = json.at("size"),
            .fit = json.at("fit")};
}

Json price_json(const routing::PriceTerms& terms) {
    return {{"wait_s", terms.wait_s},       {"risk", terms.risk},   {"burden", terms.burden},
            {"attention", terms.attention}, {"spare", terms.spare}, {"idle", terms.idle},
            {"price", terms.price()}};
}

routing::PriceTerms price_from(const Json& json) {
    return {.wait_s = json.at("wait_s"),
            .risk = json.at("risk"),
            .burden = json.at("burden"),
            .attention = json.at("attention"),
            .spare = json.at("spare"),
            .idle = json.at("idle")};
}

}  // namespace

Json decision_json(const routing::Decision& decision) {
    Json considered = Json::array();
    for (const routing::Considered& one : decision.considered) {
        Json json = {{"agent_id", text_of(one.agent)},
                     {"exclusion", spoken(word(one.exclusion))},
                     {"load", one.load},
                     {"capacity", one.capacity},
                     {"idle_since", text_of(one.idle_since)}};
        if (one.exclusion == routing::Exclusion::none) json["price"] = price_json(one.price);
        considered.push_back(std::move(json));
    }
    Json json = {{"policy", spoken(word(decision.policy))},
                 {"version", decision.version},
                 {"winner_id", decision.winner ? id_json(*decision.winner) : Json(nullptr)},
                 {"considered", std::move(considered)},
                 {"excluded", decision.excluded}};
    if (decision.waiting.empty()) return json;
    Json waiting = Json::array();
    for (const routing::RunnerUp& one : decision.waiting)
        waiting.push_back({{"conversation_id", std::to_string(one.item)},
                           {"due_us", one.due_at.time_since_epoch().count()},
                           {"index", index_json(one.index)}});
    json["waiting"] = std::move(waiting);
    return json;
}

routing::Decision decision_from(const Json& json) {
    routing::Decision decision;
    decision.policy = word_from<routing::Policy>(json, "policy");
    decision.version = json.at("version");
    if (const auto winner = id_from<AgentId>(json, "winner_id"); is_some(winner))
        decision.winner = winner;
    decision.excluded = json.at("excluded");
    for (const Json& one : json.at("considered")) {
        decision.considered.push_back({.agent = id_from<AgentId>(one, "agent_id"),
                                       .exclusion = word_from<routing::Exclusion>(one, "exclusion"),
                                       .load = one.at("load"),
                                       .capacity = one.at("capacity"),
                                       .idle_since = time_from(one, "idle_since"),
                                       .price = {}});
        if (one.contains("price")) decision.considered.back().price = price_from(one.at("price"));
    }
    for (const Json& one : json.value("waiting", Json::array()))
        decision.waiting.push_back(
            {std::stoull(one.at("conversation_id").get_ref<const std::string&>()),
             Instant{std::chrono::microseconds{one.at("due_us").get<std::int64_t>()}},
             index_from(one.at("index"))});
    return decision;
}

Json parameters_json(const routing::Parameters& parameters) {
    Json json = {{"asynchronous_bound", parameters.asynchronous_bound}};
    for (const routing::Knob& knob : routing::knobs())
        json[std::string{knob.name}] = parameters.*knob.member;
    return json;
}

routing::Parameters parameters_value(const Json& json) {
    routing::Parameters parameters;
    if (!json.is_object()) throw std::runtime_error("parameters are one JSON object");
    for (const auto& [name, value] : json.items()) {
        const auto known = std::ranges::find(routing::knobs(), name, &routing::Knob::name);
        if (name == "asynchronous_bound" && value.is_number_unsigned() && value > 0 &&
            value <= routing::asynchronous_bound_max) {
            parameters.asynchronous_bound = value;
            continue;
        }
        if (known == routing::knobs().end() && name != "asynchronous_bound")
            throw std::runtime_error("there is no parameter " + name);
        if (known == routing::knobs().end() || !value.is_number() || value < known->low ||
            value > known->high)
            throw std::runtime_error(
                name + " must be a number" +
                (known == routing::knobs().end()
                     ? " from 1 to 100"
                     : " from " + Json(known->low).dump() + " to " + Json(known->high).dump()));
        parameters.*known->member = value.get<double>();
    }
    return parameters;
}

Json skill_needs_json(const std::vector<routing::SkillNeed>& needs) {
    Json list = Json::array();
    for (const routing::SkillNeed& need : needs)
        list.push_back({{"skill", need.skill}, {"level", need.level}, {"hard", need.hard}});
    return list;
}

std::vector<routing::SkillNeed> skill_needs_from(const Json& json, const char* key) {
    std::vector<routing::SkillNeed> needs;
    for (const Json& need : json.value(key, Json::array()))
        needs.push_back({need.at("skill"), need.value("level", 1U), need.value("hard", false)});
    return needs;
}

Json rule_body(const RoutingRule& rule) {
    return {
        {"id", text_of(rule.id)}, {"name", rule.name}, {"rank", rule.rank}, {"text", rule.text}};
}

RoutingRule rule_value(const Json& json) {
    return {id_from<RuleId>(json, "id"), json.at("name"), json.at("rank"), json.at("text")};
}

Json routing_settings_body(const RoutingSettings& settings) {
    return {{"version", settings.version},
            {"policy", spoken(word(settings.policy))},
            {"parameters", parameters_json(settings.parameters)},
            {"relationship_values", settings.relationship_values},
            {"segment_values", settings.segment_values},
            {"priority_values", settings.priority_values},
            {"accept_seconds", settings.accept_seconds},
            {"decline_exclusion_seconds", settings.decline_exclusion_seconds},
            {"lapses_max", settings.lapses_max},
            {"grace_seconds", settings.grace_seconds},
            {"connection_grace_seconds", settings.connection_grace_seconds},
            {"reopen_days", settings.reopen_days}};
}

namespace {

std::uint32_t whole_from(const Json& json, const char* key, std::uint32_t usual,
                         std::uint32_t most) {
    const auto found = json.find(key);
    if (found == json.end()) return usual;
    if (!found->is_number_unsigned() || *found > most)
        throw std::runtime_error(std::string{key} + " must be a whole number up to " +
                                 std::to_string(most));
    return *found;
}

void values_from(const Json& json, const char* key, std::map<std::string, double>& values) {
    const auto found = json.find(key);
    if (found == json.end()) return;
    values.clear();
    if (!found->is_object()) throw std::runtime_error(std::string{key} + " must be an object");
    for (const auto& [name, value] : found->items()) {
        if (!value.is_number() || value < 0.01 || value > 1000)
            throw std::runtime_error(std::string{key} + "." + name +
                                     " must be a number from 0.01 to 1000");
        values[name] = value.get<double>();
    }
}

}  // namespace

RoutingSettings routing_settings_value(const Json& json) {
    RoutingSettings settings;
    if (!json.is_object()) throw std::runtime_error("the settings are one JSON object");
    settings.version = json.value("version", 0U);
    if (json.contains("policy")) {
        const auto policy = from_word<routing::Policy>(json.value("policy", ""));
        if (!policy)
            throw std::runtime_error(
                "policy must be index, round-robin, least-loaded, fifo, priority or edf");
        settings.policy = *policy;
    }
    if (json.contains("parameters")) settings.parameters = parameters_value(json.at("parameters"));
    values_from(json, "relationship_values", settings.relationship_values);
    values_from(json, "segment_values", settings.segment_values);
    values_from(json, "priority_values", settings.priority_values);
    constexpr std::uint32_t day = 86'400;
    settings.accept_seconds = whole_from(json, "accept_seconds", settings.accept_seconds, 3600);
    settings.decline_exclusion_seconds =
        whole_from(json, "decline_exclusion_seconds", settings.decline_exclusion_seconds, day);
    settings.lapses_max = whole_from(json, "lapses_max", settings.lapses_max, 100);
    settings.grace_seconds = whole_from(json, "grace_seconds", settings.grace_seconds, day);
    settings.connection_grace_seconds =
        whole_from(json, "connection_grace_seconds", settings.connection_grace_seconds, day);
    settings.reopen_days = whole_from(json, "reopen_days", settings.reopen_days, 3650);
    return settings;
}

}  // namespace json_parts

using namespace json_parts;

std::string to_json(const routing::Decision& decision) {
    return dump(decision_json(decision));
}
routing::Decision decision_from(std::string_view text) {
    return json_parts::decision_from(Json::parse(text));
}
std::string to_json(const RoutingRule& rule) {
    return dump(rule_body(rule));
}
RoutingRule rule_from(std::string_view text) {
    return rule_value(Json::parse(text));
}
std::string to_json(const RoutingSettings& settings) {
    return dump(routing_settings_body(settings));
}
RoutingSettings routing_settings_from(std::string_view text) try {
    return routing_settings_value(Json::parse(text));
} catch (const Json::exception&) {
    throw std::runtime_error("the settings are not JSON, or a value has the wrong type");
}
std::string to_json(const routing::Parameters& parameters) {
    return dump(parameters_json(parameters));
}
routing::Parameters parameters_from(std::string_view text) try {
    return parameters_value(Json::parse(text));
} catch (const Json::exception&) {
    throw std::runtime_error("the parameters are not JSON");
}

}  // namespace model
