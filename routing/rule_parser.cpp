// The text form of rules: one token of look-ahead, errors with their place.
#include <algorithm>

#include "routing/rules.hpp"

namespace routing {
namespace {

struct Token {
    enum class Kind : std::uint8_t { word, text, number, sign, end };
    Kind kind = Kind::end;
    std::string value;
    std::size_t at = 0;
};

// Thrown inside the parser alone; `parse_rule` turns it into a value.
struct Fault {
    std::size_t at;
    std::string detail;
};

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) { advance(); }

    Rule rule() {
        Rule rule;
        if (take_word("when")) {
            rule.when = any_of(0);
            if (!take_word("then")) fail("write \"then\" and what is to be done");
        } else if (!take_word("always")) {
            fail("a rule begins with \"when\" or \"always\"");
        }
        do action(rule.then);
        while (take_sign(","));
        if (now_.kind != Token::Kind::end) fail("nothing may follow the actions; missing a comma?");
        return rule;
    }

private:
    [[noreturn]] void fail(std::string detail) const { throw Fault{now_.at, std::move(detail)}; }

    static bool letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }
    static bool digit(char c) { return c >= '0' && c <= '9'; }

    void advance() {
        while (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) <= ' ') ++at_;
        now_ = {Token::Kind::end, "", at_};
        if (at_ == text_.size()) return;
        const char c = text_[at_];
        const std::size_t start = at_;
        if (letter(c)) {
            while (at_ < text_.size() && letter(text_[at_])) ++at_;
            now_ = {Token::Kind::word, std::string{text_.substr(start, at_ - start)}, start};
        } else if (digit(c)) {
            while (at_ < text_.size() && digit(text_[at_])) ++at_;
            now_ = {Token::Kind::number, std::string{text_.substr(start, at_ - start)}, start};
        } else if (c == '"') {
            now_ = {Token::Kind::text, quoted_text(), start};
        } else {
            ++at_;
            now_ = {Token::Kind::sign, std::string(1, c), start};
        }
    }

    std::string quoted_text() {
        std::string value;
        const std::size_t start = at_++;
        while (at_ < text_.size() && text_[at_] != '"') {
            if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
            value.push_back(text_[at_++]);
        }
        if (at_ == text_.size()) throw Fault{start, "this text has no closing \""};
        ++at_;
        return value;
    }

    bool take_word(std::string_view word) {
        if (now_.kind != Token::Kind::word || now_.value != word) return false;
        advance();
        return true;
    }
    bool take_sign(std::string_view sign) {
        if (now_.kind != Token::Kind::sign || now_.value != sign) return false;
        advance();
        return true;
    }
    std::string take_text(const char* what) {
        if (now_.kind != Token::Kind::text) fail(std::string{"write "} + what + " in \"quotes\"");
        std::string value = now_.value;
        advance();
        return value;
    }
    std::string take_name(const char* what) {
        if (now_.kind == Token::Kind::text && now_.value.empty())
            fail(std::string{"write "} + what + " in \"quotes\": this one is empty");
        return take_text(what);
    }

    Condition joined(Joint joint, std::size_t depth) {
        if (depth > rule_depth_max) fail("conditions are nested too deeply");
        const bool all = joint == Joint::all;
        std::vector<Condition> parts;
        do parts.push_back(all ? one(depth) : all_of(depth));
        while (take_word(all ? "and" : "or"));
        if (parts.size() == 1) return std::move(parts.front());
        Condition condition;
        condition.joint = joint;
        condition.parts = std::move(parts);
        return condition;
    }
    Condition any_of(std::size_t depth) { return joined(Joint::any, depth); }
    Condition all_of(std::size_t depth) { return joined(Joint::all, depth); }

    Condition one(std::size_t depth) {
        if (take_word("not")) {
            if (depth > rule_depth_max) fail("conditions are nested too deeply");
            Condition condition;
            condition.joint = Joint::negation;
            condition.parts.push_back(one(depth + 1));
            return condition;
        }
        if (take_sign("(")) {
            Condition inside = any_of(depth + 1);
            if (!take_sign(")")) fail("this bracket is not closed");
            return inside;
        }
        return test();
    }

    Condition test() {
        if (++tests_ > rule_tests_max) fail("a rule has at most 200 conditions");
        const auto known = rule_fields();
        if (now_.kind != Token::Kind::word || std::ranges::find(known, now_.value) == known.end()) {
            std::string names;
            for (const std::string_view name : known)
                names.append(names.empty() ? "" : ", ").append(name);
            fail("a condition begins with one of " + names);
        }
        Condition condition;
        condition.field = now_.value;
        advance();
        if (take_word("exists")) {
            condition.test = Test::exists;
            return condition;
        }
        if (take_word("in")) {
            condition.test = Test::in;
            if (!take_sign("[")) fail("write a list like [\"a\", \"b\"]");
            do condition.values.push_back(take_text("each value"));
            while (take_sign(","));
            if (!take_sign("]")) fail("this list is not closed with ]");
            return condition;
        }
        condition.test = comparison();
        condition.values.push_back(take_text("the value"));
        return condition;
    }

    Test comparison() {
        if (take_word("is")) return Test::is;
        if (take_word("contains")) return Test::contains;
        const bool start = now_.value == "starts";
        if (take_word("starts") || take_word("ends")) {
            if (!take_word("with")) fail("write \"starts with\" or \"ends with\"");
            return start ? Test::starts_with : Test::ends_with;
        }
        fail("write is, contains, starts with, ends with, in or exists");
    }

    void action(RuleActions& actions) {
        if (take_word("team")) {
            actions.team = take_name("the team's name");
        } else if (take_word("policy")) {
            actions.policy = take_name("the policy's name");
        } else if (take_word("tag")) {
            actions.tags.push_back(take_name("the tag"));
        } else if (take_word("priority")) {
            priority(actions);
        } else if (take_word("skill")) {
            skill(actions);
        } else {
            fail("an action is team, priority, policy, skill or tag");
        }
    }

    void priority(RuleActions& actions) {
        static constexpr std::string_view known[] = {"low", "normal", "high", "urgent"};
        if (now_.kind != Token::Kind::word ||
            std::ranges::find(known, now_.value) == std::end(known))
            fail("a priority is low, normal, high or urgent");
        actions.priority = now_.value;
        advance();
    }

    void skill(RuleActions& actions) {
        SkillNeed need;
        need.skill = take_name("the skill");
        if (now_.kind == Token::Kind::number) {
            if (now_.value.size() != 1 || now_.value < "1" || now_.value > "5")
                fail("a skill's level is 1 to 5");
            need.level = static_cast<std::uint32_t>(now_.value.front() - '0');
            advance();
        }
        need.hard = take_word("hard");
        actions.skills.push_back(std::move(need));
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t tests_ = 0;
    Token now_;
};

}  // namespace

std::variant<Rule, RuleFault> parse_rule(std::string_view text) {
    try {
        return Parser(text).rule();
    } catch (const Fault& fault) {
        return RuleFault{fault.at, fault.detail};
    }
}

}  // namespace routing
