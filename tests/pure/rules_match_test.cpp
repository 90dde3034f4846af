// Routing rules: what holds when, in which order it is looked at, and what several rules do
// together.
#include <gtest/gtest.h>

#include "routing/rules.hpp"

namespace {

using namespace routing;

Rule rule_when(const std::string& condition) {
    const auto result = parse_rule("when " + condition + R"( then tag "x")");
    if (const auto* fault = std::get_if<RuleFault>(&result)) {
        ADD_FAILURE() << condition << ": " << fault->detail;
        return {};
    }
    return std::get<Rule>(result);
}

const RuleFacts facts = {
    {"subject", {"Re: INVOICE 7"}}, {"tag", {"late", "VIP"}}, {"text", {""}}, {"segment", {"bar"}}};

bool holds(const std::string& condition) {
    return matches(rule_when(condition), facts);
}

TEST(Rules, is_means_the_whole_text) {
    EXPECT_TRUE(holds(R"(subject is "Re: INVOICE 7")"));
    EXPECT_FALSE(holds(R"(subject is "INVOICE")"));
    EXPECT_FALSE(holds(R"(subject is "")"));
    EXPECT_TRUE(holds(R"(tag is "vip")")) << "any of several values";
}

TEST(Rules, contains_starts_and_ends_look_at_parts) {
    EXPECT_TRUE(holds(R"(subject contains "invoice")"));
    EXPECT_TRUE(holds(R"(subject contains "re: invoice 7")"));
    EXPECT_FALSE(holds(R"(subject contains "invoices")"));
    EXPECT_TRUE(holds(R"(subject starts with "re:")"));
    EXPECT_FALSE(holds(R"(subject starts with "invoice")"));
    EXPECT_TRUE(holds(R"(subject ends with " 7")"));
    EXPECT_FALSE(holds(R"(subject ends with "invoice")"));
    EXPECT_FALSE(holds(R"(subject starts with "re: invoice 7 and more")"));
}

TEST(Rules, in_means_one_of_a_list) {
    EXPECT_TRUE(holds(R"(segment in ["bakery", "BAR"])"));
    EXPECT_FALSE(holds(R"(segment in ["bakery", "bars"])"));
    EXPECT_TRUE(holds(R"(tag in ["vip"])"));
}

TEST(Rules, what_is_empty_or_unknown_does_not_exist) {
    EXPECT_TRUE(holds("subject exists"));
    EXPECT_FALSE(holds("text exists")) << "empty";
    EXPECT_FALSE(holds("language exists")) << "unknown";
    EXPECT_FALSE(holds(R"(language is "it")"));
    EXPECT_TRUE(holds(R"(not language is "it")"));
    EXPECT_TRUE(holds("not text exists"));
}

TEST(Rules, case_is_ignored_in_both_for_ascii_alone) {
    const auto in_subject = [](const std::string& subject, const std::string& wanted) {
        return matches(rule_when("subject is \"" + wanted + "\""), {{"subject", {subject}}});
    };
    EXPECT_TRUE(in_subject("aZ09", "Az09"));
    EXPECT_TRUE(in_subject("Straße", "STRAßE"));
    EXPECT_FALSE(in_subject("Ä", "ä"));
    EXPECT_FALSE(in_subject("[", "{")) << "neighbours of letters are none";
    EXPECT_FALSE(in_subject("@", "`"));
}

// a, b and c are true, f is false: every arrangement that precedence could tell apart.
TEST(Rules, not_binds_closer_than_and_and_and_closer_than_or) {
    const RuleFacts three = {{"subject", {"t"}}, {"tag", {}}};
    const auto held = [&three](std::string condition) {
        for (const auto& [letter, test] :
             {std::pair{'T', "subject exists"}, std::pair{'F', "tag exists"}})
            for (auto at = condition.find(letter); at != std::string::npos;
                 at = condition.find(letter))
                condition.replace(at, 1, test);
        return matches(rule_when(condition), three);
    };
    EXPECT_TRUE(held("T or F and F"));
    EXPECT_FALSE(held("(T or F) and F"));
    EXPECT_TRUE(held("F and F or T"));
    EXPECT_FALSE(held("F and (F or T)"));
    EXPECT_FALSE(held("not T and F"));
    EXPECT_TRUE(held("not (T and F)"));
    EXPECT_TRUE(held("not F or T"));
    EXPECT_FALSE(held("not (F or T)"));
    EXPECT_TRUE(held("not not T"));
    EXPECT_FALSE(held("not T or not T"));
    EXPECT_TRUE(held("T and T or F and F"));
    EXPECT_FALSE(held("T and (T or F) and F"));
}

std::vector<std::pair<std::string, bool>> traced(const std::string& condition) {
    std::vector<RuleStep> trace;
    matches(rule_when(condition), facts, &trace);
    std::vector<std::pair<std::string, bool>> told;
    for (const RuleStep& step : trace) told.emplace_back(step.condition, step.held);
    return told;
}

using Steps = std::vector<std::pair<std::string, bool>>;

TEST(Rules, the_trace_tells_each_condition_that_was_looked_at_and_whether_it_held) {
    EXPECT_EQ(traced(R"(subject contains "invoice" and tag is "new")"),
              (Steps{{R"(subject contains "invoice")", true}, {R"(tag is "new")", false}}));
    EXPECT_EQ(traced(R"(tag in ["new", "late"])"), (Steps{{R"(tag in ["new", "late"])", true}}));
    EXPECT_EQ(traced(R"(not segment is "bar")"), (Steps{{R"(segment is "bar")", true}}))
        << "the test itself, not what it was asked for";
}

TEST(Rules, the_trace_ends_where_the_answer_is_known) {
    EXPECT_EQ(traced(R"(text exists and subject exists)"), (Steps{{"text exists", false}}));
    EXPECT_EQ(traced(R"(subject exists or text exists)"), (Steps{{"subject exists", true}}));
    std::vector<RuleStep> trace;
    const Rule always = std::get<Rule>(parse_rule(R"(always tag "a")"));
    EXPECT_TRUE(matches(always, facts, &trace));
    EXPECT_TRUE(trace.empty());
}

TEST(Rules, every_field_can_be_asked_for) {
    EXPECT_EQ(rule_fields().size(), 13U);
    for (const std::string_view field : rule_fields()) {
        const std::string name{field};
        const Rule rule = rule_when(name + R"( is "here")");
        EXPECT_TRUE(matches(rule, {{name, {"Here"}}})) << name;
        EXPECT_FALSE(matches(rule, {{name, {"there"}}})) << name;
    }
}

TEST(Rules, what_an_earlier_rule_set_stays_and_skills_and_tags_add_up_once_each) {
    RuleActions sum;
    add_actions(sum, {"Billing", "", "", {{"invoices", 3, true}}, {"b"}});
    add_actions(sum, {"Service", "high", "", {{"invoices", 5, false}, {"it", 1, false}}, {"a"}});
    add_actions(sum, {"", "low", "Partners", {}, {"b", "c"}});
    EXPECT_EQ(sum, (RuleActions{"Billing",
                                "high",
                                "Partners",
                                {{"invoices", 3, true}, {"it", 1, false}},
                                {"b", "a", "c"}}));
    const RuleActions before = sum;
    add_actions(sum, {});
    EXPECT_EQ(sum, before);
}

}  // namespace
