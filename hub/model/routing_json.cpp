#include "hub/model/codec.hpp"
#include "hub/model/json_parts.hpp"

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

}  // namespace model
