// Routing rules: their text form there and back, the place of every mistake, and what holds when.
#include <gtest/gtest.h>

#include <random>

#include "routing/rules.hpp"

namespace {

using namespace routing;

Rule parsed(const std::string& text) {
    const auto result = parse_rule(text);
    if (const auto* fault = std::get_if<RuleFault>(&result)) {
        ADD_FAILURE() << text << "\nat byte " << fault->at << ": " << fault->detail;
        return {};
    }
    return std::get<Rule>(result);
}

std::string repeated(const std::string& text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

bool accepted(const std::string& text) {
    return std::holds_alternative<Rule>(parse_rule(text));
}

TEST(Rules, the_example_of_the_documentation_says_what_it_shows) {
    const Rule rule = parsed(
        R"(when channel is "email" and (subject contains "invoice" or segment in ["bakery", "bar"])
           then team "Billing", priority high, skill "invoices" 3 hard, policy "Partners",
                tag "invoice")");
    ASSERT_TRUE(rule.when);
    ASSERT_EQ(rule.when->joint, Joint::all);
    ASSERT_EQ(rule.when->parts.size(), 2U);
    EXPECT_EQ(rule.when->parts[0],
              (Condition{Joint::test, "channel", routing::Test::is, {"email"}, {}}));
    const Condition& either = rule.when->parts[1];
    ASSERT_EQ(either.joint, Joint::any);
    ASSERT_EQ(either.parts.size(), 2U);
    EXPECT_EQ(either.parts[0],
              (Condition{Joint::test, "subject", routing::Test::contains, {"invoice"}, {}}));
    EXPECT_EQ(either.parts[1],
              (Condition{Joint::test, "segment", routing::Test::in, {"bakery", "bar"}, {}}));
    EXPECT_EQ(rule.then,
              (RuleActions{
                  "Billing", "high", "Partners", {SkillNeed{"invoices", 3, true}}, {"invoice"}}));
}

TEST(Rules, a_rule_without_a_condition_begins_with_always) {
    const Rule rule = parsed(R"(always skill "a", skill "b" 5, tag "c", tag "d")");
    EXPECT_FALSE(rule.when);
    EXPECT_EQ(rule.then.skills, (std::vector<SkillNeed>{{"a", 1, false}, {"b", 5, false}}));
    EXPECT_EQ(rule.then.tags, (std::vector<std::string>{"c", "d"}));
    EXPECT_TRUE(matches(rule, {}));
}

// --- mistakes: ^ stands where each is told

struct Mistake {
    std::string text;
    std::string word;  // that helps
};

void expect_told(const Mistake& mistake) {
    const std::size_t at = mistake.text.find('^');
    ASSERT_NE(at, std::string::npos) << mistake.text;
    std::string text = mistake.text;
    text.erase(at, 1);
    const auto result = parse_rule(text);
    const auto* fault = std::get_if<RuleFault>(&result);
    ASSERT_NE(fault, nullptr) << "taken: " << text;
    EXPECT_EQ(fault->at, at) << text << "\n" << fault->detail;
    EXPECT_NE(fault->detail.find(mistake.word), std::string::npos)
        << text << "\n"
        << fault->detail << "\ndoes not say " << mistake.word;
}

TEST(Rules, each_mistake_in_a_condition_is_told_with_its_place) {
    for (const Mistake& mistake :
         std::vector<Mistake>{{"^", "always"},
                              {"  ^", "when"},
                              {R"(^if subject is "a" then tag "b")", "when"},
                              {R"(^When subject is "a" then tag "b")", "when"},
                              {R"(^"when")", "when"},
                              {"when ^", "subject"},
                              {R"(when ^then tag "b")", "sender_domain"},
                              {R"(when ^colour is "red" then tag "b")", "segment"},
                              {R"(when ^"subject" is "red" then tag "b")", "one of"},
                              {R"(when subject ^equals "a" then tag "b")", "starts with"},
                              {R"(when subject ^"a" then tag "b")", "contains"},
                              {R"(when subject starts ^"a" then tag "b")", "starts with"},
                              {R"(when subject ends ^"a" then tag "b")", "ends with"},
                              {R"(when subject is ^7 then tag "b")", "quotes"},
                              {R"(when subject is ^a then tag "b")", "quotes"},
                              {R"(when subject is ^"a then tag b)", "closing"},
                              {R"(when subject is ^"a\)", "closing"},
                              {R"(when subject in ^"a" then tag "b")", "["},
                              {R"(when subject in [^] then tag "b")", "quotes"},
                              {R"(when subject in ["a", ^] then tag "b")", "quotes"},
                              {R"(when subject in ["a" ^then tag "b")", "]"},
                              {R"(when subject exists ^)", "then"},
                              {R"(when subject exists ^tag "b")", "then"},
                              {R"(when subject is "ä" ^tag "b")", "then"},
                              {R"(when (subject exists ^then tag "b")", "bracket"},
                              {R"(when (^) then tag "b")", "one of"},
                              {R"(when subject exists^) then tag "b")", "then"},
                              {R"(when subject exists and ^then tag "b")", "one of"},
                              {R"(when subject exists or ^)", "one of"},
                              {R"(when not ^then tag "b")", "one of"},
                              {R"(when ^and subject exists then tag "b")", "one of"}})
        expect_told(mistake);
}

TEST(Rules, each_mistake_in_an_action_is_told_with_its_place) {
    for (const Mistake& mistake : std::vector<Mistake>{{"always ^", "action"},
                                                       {"when subject exists then ^", "team"},
                                                       {R"(always ^paint "b")", "policy"},
                                                       {R"(always ^"team")", "skill"},
                                                       {"always team ^Billing", "quotes"},
                                                       {"always team ^", "team"},
                                                       {"always policy ^7", "policy"},
                                                       {"always tag ^,", "tag"},
                                                       {"always skill ^3", "skill"},
                                                       {R"(always skill "a" ^0)", "1 to 5"},
                                                       {R"(always skill "a" ^6)", "1 to 5"},
                                                       {R"(always skill "a" ^12)", "1 to 5"},
                                                       {R"(always skill "a" hard ^3)", "comma"},
                                                       {"always priority ^soon", "urgent"},
                                                       {"always priority ^", "low"},
                                                       {R"(always priority ^"high")", "urgent"},
                                                       {R"(always priority ^High)", "high"},
                                                       {R"(always tag "a" ^tag "b")", "comma"},
                                                       {R"(always tag "a" ^hard)", "comma"},
                                                       {R"(always tag "a" ^and tag "b")", "comma"},
                                                       {R"(always tag "a", ^)", "action"},
                                                       {R"(always tag "a", ^, tag "b")", "action"},
                                                       {R"(always tag "ä" ^;)", "comma"}})
        expect_told(mistake);
}

TEST(Rules, nesting_is_bounded_for_brackets_and_for_not) {
    const auto nested = [](const std::string& open, const std::string& close, std::size_t deep) {
        return "when " + repeated(open, deep) + "subject exists" + repeated(close, deep) +
               R"( then tag "b")";
    };
    EXPECT_TRUE(accepted(nested("(", ")", rule_depth_max)));
    EXPECT_TRUE(accepted(nested("not ", "", rule_depth_max)));
    for (const auto& [open, close] :
         std::vector<std::pair<std::string, std::string>>{{"(", ")"}, {"not ", ""}, {"not (", ")"}})
        for (const std::size_t deep : {rule_depth_max + 2, std::size_t{100'000}}) {
            const auto result = parse_rule(nested(open, close, deep));
            ASSERT_TRUE(std::holds_alternative<RuleFault>(result)) << deep << " of " << open;
            const RuleFault& fault = std::get<RuleFault>(result);
            EXPECT_NE(fault.detail.find("deep"), std::string::npos) << fault.detail;
            EXPECT_LE(fault.at, std::string{"when "}.size() + open.size() * (rule_depth_max + 2));
        }
}

TEST(Rules, the_number_of_conditions_is_bounded) {
    const auto many = [](std::size_t count) {
        return "when subject exists" + repeated(" or tag exists", count - 1) + R"( then tag "b")";
    };
    EXPECT_TRUE(accepted(many(rule_tests_max)));
    const auto result = parse_rule(many(rule_tests_max + 1));
    ASSERT_TRUE(std::holds_alternative<RuleFault>(result));
    const RuleFault& fault = std::get<RuleFault>(result);
    EXPECT_NE(fault.detail.find("200"), std::string::npos) << fault.detail;
    EXPECT_GE(fault.at, many(rule_tests_max).rfind("tag exists"));
}

// --- there and back

class RandomRule {
public:
    explicit RandomRule(std::uint64_t seed) : generator_(seed) {}

    Rule rule() {
        Rule made;
        if (any(8) != 0) made.when = condition(1 + any(5));
        if (any(2) == 0) made.then.team = text();
        if (any(2) == 0) made.then.priority = pick({"low", "normal", "high", "urgent"});
        if (any(3) == 0) made.then.policy = text();
        for (auto count = any(3); count > 0; --count)
            made.then.skills.push_back({text(), std::uint32_t(1 + any(5)), any(2) == 0});
        for (auto count = any(3); count > 0; --count) made.then.tags.push_back(text());
        if (made.then == RuleActions{}) made.then.tags.push_back(text());
        return made;
    }

private:
    std::uint64_t any(std::uint64_t below) { return generator_() % below; }
    std::string pick(const std::vector<std::string>& words) { return words[any(words.size())]; }
    std::string text() {
        std::string made(1, char('a' + any(26)));
        for (auto count = any(9); count > 0; --count)
            made += pick({"\"", "\\", " ", "\n", "\t", "ß", "日", "(", "]", ",", "and", "\\\"",
                          "then", "^", "\x01"});
        return made;
    }
    Condition test() {
        Condition made;
        made.field = rule_fields()[any(rule_fields().size())];
        made.test = static_cast<routing::Test>(any(6));
        if (made.test == routing::Test::exists) return made;
        made.values.push_back(any(9) == 0 ? "" : text());
        while (made.test == routing::Test::in && any(3) != 0) made.values.push_back(text());
        return made;
    }
    Condition condition(std::uint64_t deep) {
        if (deep == 0 || any(4) == 0) return test();
        Condition made;
        made.joint = static_cast<Joint>(1 + any(3));
        const auto parts = made.joint == Joint::negation ? 1 : 2 + any(2);
        for (std::uint64_t i = 0; i < parts; ++i) made.parts.push_back(condition(deep - 1));
        return made;
    }

    std::mt19937_64 generator_;
};

TEST(Rules, a_rule_printed_and_parsed_again_is_the_same) {
    std::size_t printed_same = 0, with_condition = 0;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        const Rule rule = RandomRule(seed).rule();
        const std::string text = print_rule(rule);
        const auto again = parse_rule(text);
        if (const auto* fault = std::get_if<RuleFault>(&again)) {
            // A tree that is too large has no text at all.
            ASSERT_NE(fault->detail.find("200"), std::string::npos)
                << "seed " << seed << ": " << text << "\n"
                << fault->at << ": " << fault->detail;
            continue;
        }
        ASSERT_EQ(std::get<Rule>(again), rule) << "seed " << seed << ": " << text;
        ASSERT_EQ(print_rule(std::get<Rule>(again)), text) << "seed " << seed;
        ++printed_same;
        with_condition += rule.when ? 1 : 0;
    }
    EXPECT_GT(printed_same, 800U);
    EXPECT_GT(with_condition, 700U);
}

// What is stored is the printed form, and it is parsed again at every start.
TEST(Rules, what_is_accepted_is_still_accepted_once_printed) {
    for (const std::string& text :
         {"when subject exists and tag exists" +
              repeated(" or subject exists and tag exists", rule_tests_max / 2 - 1) +
              R"( then tag "b")",
          "when " + repeated("(", rule_depth_max) + "tag exists and text exists or tag exists" +
              repeated(") or tag exists and text exists", rule_depth_max) + R"( then tag "b")",
          "when " + repeated("not ", rule_depth_max) + R"(tag exists then tag "b")",
          std::string{R"(always team "")"}, std::string{R"(always team "", tag "")"},
          std::string{R"(always policy "")"}}) {
        const auto result = parse_rule(text);
        if (!std::holds_alternative<Rule>(result)) continue;  // refused from the start: good too
        const std::string printed = print_rule(std::get<Rule>(result));
        const auto again = parse_rule(printed);
        ASSERT_TRUE(std::holds_alternative<Rule>(again))
            << text.substr(0, 80) << " became " << printed.substr(0, 80) << ": "
            << std::get<RuleFault>(again).detail;
        EXPECT_EQ(std::get<Rule>(again), std::get<Rule>(result)) << text;
    }
}

}  // namespace
