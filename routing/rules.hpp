// Routing rules: what a new conversation is, from what is known about it. Each rule is a bounded
// tree of conditions over facts and a list of actions; all that match act, in order of rank, and
// what an earlier one set stays.
//
// Text form (`parse_rule`, `print_rule`; a rule printed and parsed again is the same):
//
//   when channel is "email" and (subject contains "invoice" or segment in ["bakery", "bar"])
//   then team "Billing", priority high, skill "billing" 3 hard, policy "Partners", tag "invoice"
//
// Words of a condition: FIELD is|contains|starts with|ends with TEXT, FIELD in [TEXT, …],
// FIELD exists, not CONDITION, and/or with brackets. Comparison ignores ASCII case. Fields are the
// names in `rule_fields`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "routing/facts.hpp"

namespace routing {

enum class Test : std::uint8_t { is, contains, starts_with, ends_with, in, exists };
enum class Joint : std::uint8_t { test, all, any, negation };

struct Condition {
    Joint joint = Joint::test;
    std::string field;  // of a test
    Test test = Test::is;
    std::vector<std::string> values;
    std::vector<Condition> parts;  // of the others

    friend bool operator==(const Condition&, const Condition&) = default;
};

struct RuleActions {
    std::string team;      // by name
    std::string priority;  // low, normal, high, urgent
    std::string policy;    // by name
    std::vector<SkillNeed> skills;
    std::vector<std::string> tags;

    friend bool operator==(const RuleActions&, const RuleActions&) = default;
};

struct Rule {
    std::optional<Condition> when;  // none: always
    RuleActions then;

    friend bool operator==(const Rule&, const Rule&) = default;
};

struct RuleFault {
    std::size_t at = 0;  // bytes from the start of the text
    std::string detail;  // what is wrong and what to write
};

inline constexpr std::size_t rule_depth_max = 16;
inline constexpr std::size_t rule_tests_max = 200;

std::variant<Rule, RuleFault> parse_rule(std::string_view text);
std::string print_rule(const Rule& rule);

// The names of fields: channel, public, inbox, team, subject, text, sender, sender_domain, segment,
// relationship, language, priority, tag.
std::span<const std::string_view> rule_fields();
using RuleFacts = std::map<std::string, std::vector<std::string>, std::less<>>;

// One line of a dry run: a condition as text, and whether it held.
struct RuleStep {
    std::string condition;
    bool held = false;
};

bool matches(const Rule& rule, const RuleFacts& facts, std::vector<RuleStep>* trace = nullptr);

// What the rules do together: of team, priority and policy the first that is set, all skills and
// tags, each once.
void add_actions(RuleActions& sum, const RuleActions& more);

}  // namespace routing
