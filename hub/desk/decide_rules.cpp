// Decisions by rule: what a new conversation is (its team, priority, policy, skills and tags).
#include <algorithm>

#include "hub/desk/decider.hpp"
#include "hub/desk/rule_facts.hpp"
#include "hub/model/words.hpp"

namespace desk {

using namespace model;

namespace {

// As much of a message as rules read.
constexpr std::size_t text_bytes_max = 16 * 1024;

template <class Entities>
auto id_by_name(const Entities& entities, const std::string& name) {
    typename Entities::key_type found{};
    for (const auto& [id, entity] : entities)
        if (entity.name == name) found = id;
    return found;
}

}  // namespace

routing::RuleFacts rule_facts(const State& state, const Conversation& conversation,
                              const std::string& sender, const std::string& subject,
                              const std::string& text) {
    const auto inbox = state.inboxes.find(conversation.inbox);
    const auto team = state.teams.find(conversation.team);
    const auto at = sender.rfind('@');
    return {{"channel", {std::string{word(conversation.channel)}}},
            {"public", {conversation.is_public ? "yes" : "no"}},
            {"inbox", {inbox == state.inboxes.end() ? "" : inbox->second.name}},
            {"team", {team == state.teams.end() ? "" : team->second.name}},
            {"subject", {subject}},
            {"text", {text.substr(0, text_bytes_max)}},
            {"sender", {sender}},
            {"sender_domain", {at == std::string::npos ? "" : sender.substr(at + 1)}},
            {"segment",
             {conversation.profile.segment,
              std::string{sla::first_level(conversation.profile.segment)}}},
            {"relationship", {conversation.profile.relationship}},
            {"language", {conversation.profile.language}},
            {"priority", {std::string{word(conversation.priority)}}},
            {"tag", conversation.tags}};
}

std::vector<const RoutingRule*> rules_in_order(const std::map<RuleId, RoutingRule>& rules) {
    std::vector<const RoutingRule*> ordered;
    ordered.reserve(rules.size());
    for (const auto& [id, rule] : rules) ordered.push_back(&rule);
    std::ranges::stable_sort(ordered, {}, &RoutingRule::rank);
    return ordered;
}

void Decider::apply_rules(ConversationId id, const connectors::Inbound& inbound) {
    if (state.rules.empty()) return;
    const Conversation& conversation = *state.conversation(id);
    const routing::RuleFacts facts =
        rule_facts(state, conversation, inbound.sender.value, inbound.subject, inbound.text);
    routing::RuleActions sum;
    RulesApplied fact{{}, conversation.team, conversation.priority, {}, {}, conversation.tags};
    for (const RoutingRule* rule : rules_in_order(state.rules)) {
        const auto parsed = state.parsed_rules.find(rule->id);
        if (parsed == state.parsed_rules.end() || !routing::matches(parsed->second, facts))
            continue;
        routing::add_actions(sum, parsed->second.then);
        fact.rules.push_back(rule->id);
    }
    if (fact.rules.empty()) return;
    if (const TeamId team = id_by_name(state.teams, sum.team); is_some(team)) fact.team = team;
    if (const auto priority = from_word<Priority>(sum.priority)) fact.priority = *priority;
    fact.policy = id_by_name(state.policies, sum.policy);
    fact.skills = sum.skills;
    for (const std::string& tag : sum.tags)
        if (std::ranges::find(fact.tags, tag) == fact.tags.end()) fact.tags.push_back(tag);
    std::ranges::sort(fact.tags);
    emit(std::move(fact), conversation);
}

void Decider::operator()(const SaveRoutingRule& command) {
    if (!administrates(command.by)) return;
    RoutingRule rule = command.rule;
    if (rule.name.empty()) return refuse(Refusal::invalid, "a rule needs a name", "name");
    const auto parsed = routing::parse_rule(rule.text);
    if (const auto* fault = std::get_if<routing::RuleFault>(&parsed))
        return refuse(Refusal::invalid,
                      "at character " + std::to_string(fault->at + 1) + ": " + fault->detail,
                      "text");
    const routing::RuleActions& then = std::get<routing::Rule>(parsed).then;
    if (!then.team.empty() && !is_some(id_by_name(state.teams, then.team)))
        return refuse(Refusal::invalid, "there is no team \"" + then.team + "\"", "text");
    if (!then.policy.empty() && !is_some(id_by_name(state.policies, then.policy)))
        return refuse(Refusal::invalid, "there is no policy \"" + then.policy + "\"", "text");
    rule.text = routing::print_rule(std::get<routing::Rule>(parsed));
    if (!is_some(rule.id)) rule.id = RuleId{fresh_id()};
    decision_.answer.id = number(rule.id);
    emit(RoutingRuleSaved{std::move(rule)});
}

void Decider::operator()(const RemoveRoutingRule& command) {
    if (!administrates(command.by)) return;
    if (!state.rules.contains(command.rule))
        return refuse(Refusal::not_found, "there is no rule " + text_of(command.rule));
    emit(RoutingRuleRemoved{command.rule});
}

}  // namespace desk
