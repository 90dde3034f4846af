// Reading the facts that came after the first release of the codec: kinds 23 and up.
#include "hub/model/event.hpp"
#include "hub/model/json_parts.hpp"

namespace model::json_parts {

Fact later_fact(std::size_t kind, const Json& json) {
    switch (kind) {
        case 23:
            return CalendarSaved{calendar_value(json)};
        case 24:
            return PolicyRemoved{required_id<PolicyId>(json, "policy_id"), json.at("version")};
        case 25:
            return ContactProfileChanged{profile_from(json)};
        case 26:
            return AnswerWaived{json.at("reason")};
        case 27:
            return SpamMarked{json.at("is_spam")};
        case 28:
            return SlaChanged{word_from<SlaChange>(json, "change"), clock_from(json)};
        default:
            return Escalated{json.at("number"), word_from<sla::Metric>(json, "metric"),
                             id_from<PolicyId>(json, "policy_id"), escalation_from(json.at("rule")),
                             ids_from<AgentId>(json, "notified_ids")};
    }
}

Fact routing_fact(std::size_t kind, const Json& json) {
    switch (kind) {
        case 30:
            if (!json.contains("version")) throw std::runtime_error("settings without a version");
            return RoutingSettingsSaved{routing_settings_value(json)};
        case 31:
            return ConnectionChanged{id_from<AgentId>(json, "agent_id"), json.at("connected")};
        case 32:
            return Offered{id_from<AgentId>(json, "agent_id"), time_from(json, "until")};
        case 33:
            return OfferEnded{id_from<AgentId>(json, "agent_id"), word_from<OfferEnd>(json, "how"),
                              maybe_time_from(json, "excluded_until"),
                              json.at("clears_exclusions")};
        case 34:
            return ReturnPlanned{json.at("at").is_null() ? std::nullopt
                                                         : maybe_time_from(json, "at")};
        case 35:
            return ValueFactorChanged{json.at("factor")};
        case 36:
            return RoutingRuleSaved{rule_value(json)};
        case 37:
            return RoutingRuleRemoved{required_id<RuleId>(json, "rule_id")};
        case 39:
            return SenderAdmitted{json.at("address")};
        case 40:
            return QuarantineReleased{json.at("item")};
        default:
            return RulesApplied{
                ids_from<RuleId>(json, "rule_ids"),    id_from<TeamId>(json, "team_id"),
                word_from<Priority>(json, "priority"), id_from<PolicyId>(json, "policy_id"),
                skill_needs_from(json, "skills"),      json.at("tags")};
    }
}

}  // namespace model::json_parts
