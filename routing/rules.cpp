#include "routing/rules.hpp"

#include <algorithm>
#include <array>

namespace routing {
namespace {

constexpr auto fields = std::to_array<std::string_view>(
    {"channel", "public", "inbox", "team", "subject", "text", "sender", "sender_domain", "segment",
     "relationship", "language", "priority", "tag"});

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) { return lower(c); });
    return text;
}

bool holds(Test test, const std::string& value, const std::string& wanted) {
    switch (test) {
        case Test::is:
        case Test::in:
            return value == wanted;
        case Test::contains:
            return value.find(wanted) != std::string::npos;
        case Test::starts_with:
            return value.starts_with(wanted);
        case Test::ends_with:
            return value.ends_with(wanted);
        case Test::exists:
            return !value.empty();
    }
    return false;
}

bool test_holds(const Condition& condition, const RuleFacts& facts) {
    const auto known = facts.find(condition.field);
    if (known == facts.end()) return false;
    return std::ranges::any_of(known->second, [&condition](const std::string& value) {
        if (condition.test == Test::exists) return !value.empty();
        const std::string compared = lower(value);
        return std::ranges::any_of(condition.values, [&](const std::string& wanted) {
            return holds(condition.test, compared, lower(wanted));
        });
    });
}

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    return out + "\"";
}

std::string print_test(const Condition& condition) {
    const auto value = [&condition](const char* word) {
        return condition.field + " " + word + " " + quoted(condition.values.front());
    };
    switch (condition.test) {
        case Test::is:
            return value("is");
        case Test::contains:
            return value("contains");
        case Test::starts_with:
            return value("starts with");
        case Test::ends_with:
            return value("ends with");
        case Test::exists:
            return condition.field + " exists";
        case Test::in: {
            std::string list;
            for (const std::string& one : condition.values)
                list += (list.empty() ? "" : ", ") + quoted(one);
            return condition.field + " in [" + list + "]";
        }
    }
    return {};
}

// Brackets stand only where the text would mean something else without them: what was accepted
// must not be nested deeper, and so refused, when its printed form is read again.
std::string print(const Condition& condition) {
    if (condition.joint == Joint::test) return print_test(condition);
    const auto part = [&condition](const Condition& inside) {
        const bool plain = inside.joint == Joint::test || inside.joint == Joint::negation ||
                           (condition.joint == Joint::any && inside.joint == Joint::all);
        return plain ? print(inside) : "(" + print(inside) + ")";
    };
    if (condition.joint == Joint::negation) return "not " + part(condition.parts.front());
    const char* word = condition.joint == Joint::all ? " and " : " or ";
    std::string out;
    for (const Condition& inside : condition.parts) out += (out.empty() ? "" : word) + part(inside);
    return out;
}

bool evaluate(const Condition& condition, const RuleFacts& facts, std::vector<RuleStep>* trace) {
    bool held = false;
    switch (condition.joint) {
        case Joint::test:
            held = test_holds(condition, facts);
            if (trace != nullptr) trace->push_back({print(condition), held});
            return held;
        case Joint::negation:
            return !evaluate(condition.parts.front(), facts, trace);
        case Joint::all:
            return std::ranges::all_of(condition.parts, [&](const Condition& part) {
                return evaluate(part, facts, trace);
            });
        case Joint::any:
            return std::ranges::any_of(condition.parts, [&](const Condition& part) {
                return evaluate(part, facts, trace);
            });
    }
    return held;
}

}  // namespace

std::span<const std::string_view> rule_fields() {
    return fields;
}

bool matches(const Rule& rule, const RuleFacts& facts, std::vector<RuleStep>* trace) {
    return !rule.when || evaluate(*rule.when, facts, trace);
}

std::string print_rule(const Rule& rule) {
    std::string actions;
    const auto add = [&actions](const std::string& action) {
        actions += (actions.empty() ? "" : ", ") + action;
    };
    if (!rule.then.team.empty()) add("team " + quoted(rule.then.team));
    if (!rule.then.priority.empty()) add("priority " + rule.then.priority);
    if (!rule.then.policy.empty()) add("policy " + quoted(rule.then.policy));
    for (const SkillNeed& skill : rule.then.skills)
        add("skill " + quoted(skill.skill) + " " + std::to_string(skill.level) +
            (skill.hard ? " hard" : ""));
    for (const std::string& tag : rule.then.tags) add("tag " + quoted(tag));
    return (rule.when ? "when " + print(*rule.when) + " then " : "always ") + actions;
}

void add_actions(RuleActions& sum, const RuleActions& more) {
    if (sum.team.empty()) sum.team = more.team;
    if (sum.priority.empty()) sum.priority = more.priority;
    if (sum.policy.empty()) sum.policy = more.policy;
    for (const SkillNeed& skill : more.skills)
        if (std::ranges::find(sum.skills, skill.skill, &SkillNeed::skill) == sum.skills.end())
            sum.skills.push_back(skill);
    for (const std::string& tag : more.tags)
        if (std::ranges::find(sum.tags, tag) == sum.tags.end()) sum.tags.push_back(tag);
}

}  // namespace routing
