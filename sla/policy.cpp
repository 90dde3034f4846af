#include "sla/policy.hpp"

#include <algorithm>
#include <tuple>

namespace sla {
namespace {

template <class Value>
bool holds(const std::vector<Value>& wanted, const Value& value) {
    return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

bool holds_any(const std::vector<std::string>& wanted, const std::vector<std::string>& values) {
    return wanted.empty() || std::ranges::any_of(values, [&wanted](const std::string& value) {
               return std::ranges::find(wanted, value) != wanted.end();
           });
}

}  // namespace

std::string_view first_level(std::string_view segment) {
    return segment.substr(0, segment.find(" / "));
}

std::string failed_condition(const Policy& policy, const PolicyFacts& facts) {
    const Conditions& wanted = policy.conditions;
    if (!holds(wanted.channels, facts.channel)) return "channels";
    if (wanted.is_public && *wanted.is_public != facts.is_public) return "public";
    if (!holds(wanted.inboxes, facts.inbox)) return "inbox_ids";
    if (!holds(wanted.teams, facts.team)) return "team_ids";
    if (!holds(wanted.priorities, facts.priority)) return "priorities";
    if (!holds(wanted.segments, facts.segment) &&
        !holds(wanted.segments, std::string{first_level(facts.segment)}))
        return "segments";
    if (!holds(wanted.relationships, facts.relationship)) return "relationships";
    if (!holds(wanted.languages, facts.language)) return "languages";
    if (!holds_any(wanted.tags, facts.tags)) return "tags";
    return {};
}

const Policy* choose_policy(std::span<const Policy* const> policies, const PolicyFacts& facts) {
    const Policy* chosen = nullptr;
    for (const Policy* policy : policies) {
        if (!failed_condition(*policy, facts).empty()) continue;
        if (chosen == nullptr ||
            std::tie(policy->rank, policy->id) < std::tie(chosen->rank, chosen->id))
            chosen = policy;
    }
    return chosen;
}

const Policy* choose_policy(std::span<const Policy> policies, const PolicyFacts& facts) {
    std::vector<const Policy*> all;
    all.reserve(policies.size());
    for (const Policy& policy : policies) all.push_back(&policy);
    return choose_policy(all, facts);
}

const Target* target_of(const Policy& policy, Metric metric) {
    const auto found = std::ranges::find(policy.targets, metric, &Target::metric);
    return found == policy.targets.end() ? nullptr : &*found;
}

std::vector<Escalation> escalations_at(const Policy& policy, Metric metric, std::uint32_t percent) {
    std::vector<Escalation> set_off;
    for (const Escalation& escalation : policy.escalations)
        if (escalation.at_percent == percent && escalation.metric.value_or(metric) == metric)
            set_off.push_back(escalation);
    return set_off;
}

namespace {

std::optional<PolicyFault> fault_of(const Target& target) {
    using std::chrono::seconds;
    if (target.budget <= Span::zero() || target.budget % seconds{1} != Span::zero())
        return PolicyFault{"targets", "a target's budget is a whole number of seconds above 0"};
    if (!std::ranges::is_sorted(target.warn_percents, std::ranges::less_equal{}))
        return PolicyFault{"targets", "warnings rise: write [50, 75], each once"};
    for (const std::uint32_t percent : target.warn_percents)
        if (percent < 1 || percent > 99)
            return PolicyFault{"targets", "a warning is a share from 1 to 99 percent"};
    return std::nullopt;
}

std::optional<PolicyFault> fault_of(const Policy& policy, const Escalation& escalation) {
    const auto warns = [&escalation](const Target& target) {
        return (!escalation.metric || *escalation.metric == target.metric) &&
               std::ranges::find(target.warn_percents, escalation.at_percent) !=
                   target.warn_percents.end();
    };
    if (escalation.at_percent != 100 && std::ranges::none_of(policy.targets, warns))
        return PolicyFault{"escalations",
                           "no target of this policy warns at that share; use 100 for the breach"};
    if (escalation.action == EscalationAction::overflow && escalation.team == 0)
        return PolicyFault{"escalations", "an overflow names its team"};
    const bool named = escalation.action == EscalationAction::add_tag ||
                       escalation.action == EscalationAction::webhook;
    if (named && escalation.word.empty())
        return PolicyFault{"escalations", "a tag or a webhook needs its name"};
    return std::nullopt;
}

}  // namespace

std::optional<PolicyFault> fault_of(const Policy& policy) {
    if (policy.name.empty()) return PolicyFault{"name", "a policy needs a name"};
    std::vector<Metric> metrics;
    for (const Target& target : policy.targets) {
        if (std::ranges::find(metrics, target.metric) != metrics.end())
            return PolicyFault{"targets", "a policy has one target for each metric"};
        metrics.push_back(target.metric);
        if (auto fault = fault_of(target)) return fault;
    }
    for (const Escalation& escalation : policy.escalations)
        if (auto fault = fault_of(policy, escalation)) return fault;
    return std::nullopt;
}

}  // namespace sla
