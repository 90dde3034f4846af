// What a customer wrote, against the expectations of two other projects. They do not agree on
// signatures: one cuts them, the other keeps them when it cuts quotations; so each is asked of the
// function that has its policy.
#include <map>

#include "connectors/email/header_text.hpp"
#include "connectors/email/reply_trim.hpp"
#include "tests/support/corpus.hpp"

namespace {

using namespace connectors::email;
using corpus::Score;
using nlohmann::json;

class TrimmingSets : public corpus::CorpusTest {
protected:
    const std::filesystem::path root = corpus::folder() / "reply-trimming";
    const std::filesystem::path talon = root / "talon";
};

std::string stripped(const std::string& text) {
    return std::string{trimmed(text)};
}

std::string without_whitespace(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.compare(i, 2, "\xC2\xA0") == 0)
            ++i;
        else if (std::string_view{" \t\r\n"}.find(text[i]) == std::string_view::npos)
            out.push_back(text[i]);
    }
    return out;
}

std::string shown(const std::string& text) {
    return json(text.substr(0, 200)).dump(-1, ' ', false, json::error_handler_t::replace);
}

void compare(const std::string& got, const std::string& expected, const std::string& place,
             Score& score) {
    score.note(got == expected,
               place + "\n        got  " + shown(got) + "\n        want " + shown(expected));
}

std::string reply_in_html(const std::string& html) {
    return without_whitespace(without_history(text_from_html(html)));
}

// An expectation is a document, of which the text counts, or text already.
std::string text_expected(const json& one) {
    return without_whitespace(text_from_html(one.get<std::string>()));
}

Score discourse(const std::filesystem::path& root) {
    Score score;
    for (const auto& path : corpus::files_below(root / "discourse" / "emails")) {
        const auto wanted = root / "discourse" / "trimmed" / path.filename();
        compare(stripped(trim_reply(stripped(corpus::bytes_of(path)))),
                stripped(corpus::bytes_of(wanted)), path.filename(), score);
    }
    return score;
}

Score inline_plain(const std::filesystem::path& talon) {
    Score score;
    const json cases = corpus::json_of(talon / "inline-plain.json")["cases"];
    for (const auto& one : cases)
        compare(stripped(without_history(one["input"].get<std::string>())),
                stripped(one["expected"]), one["test"], score);
    return score;
}

Score standard_replies(const std::filesystem::path& talon) {
    Score score;
    const json expectations = corpus::json_of(talon / "expected.json")["standard_replies"];
    for (const auto& [name, expected] : expectations.items())
        compare(stripped(without_history(corpus::parsed(talon / name).text)), stripped(expected),
                name, score);
    return score;
}

Score html_replies(const std::filesystem::path& talon) {
    Score score;
    const json expectations = corpus::json_of(talon / "expected.json")["html_replies"];
    for (const auto& [name, expected] : expectations.items())
        compare(reply_in_html(corpus::bytes_of(talon / name)), without_whitespace(expected), name,
                score);
    const json cases = corpus::json_of(talon / "inline-html.json")["cases"];
    for (const auto& one : cases)
        compare(reply_in_html(one["input"]), text_expected(one["expected"]), one["test"], score);
    return score;
}

Score single_files(const std::filesystem::path& talon) {
    Score score;
    const json expectations = corpus::json_of(talon / "expected.json")["other"];
    for (const auto& [name, expected] : expectations.items()) {
        if (expected.contains("html_without_whitespace")) {
            compare(reply_in_html(corpus::bytes_of(talon / name)),
                    text_expected(expected["html_without_whitespace"]), name, score);
            continue;
        }
        const std::string reply = without_history(corpus::parsed(talon / name).text);
        const auto unwanted = expected["plain_result_must_not_contain"].get<std::string>();
        score.note(!reply.empty() && reply.find(unwanted) == std::string::npos,
                   name + " " + shown(reply));
    }
    return score;
}

// Of the triples with signatures, those without: nothing may be cut.
Score unsigned_bodies(const std::filesystem::path& talon) {
    Score score;
    const json expectations = corpus::json_of(talon / "expected.json")["signature"];
    for (const auto& [name, expected] : expectations.items())
        if (expected["signature"].get<std::string>().empty())
            compare(trim_reply(corpus::bytes_of(talon / name)),
                    stripped(corpus::bytes_of(talon / name)), name, score);
    return score;
}

TEST_F(TrimmingSets, OfAllRepliesNineInTenAreCutWhereOthersCutThem) {
    Score all;
    for (const Score& set : {discourse(root), inline_plain(talon), standard_replies(talon),
                             html_replies(talon), single_files(talon), unsigned_bodies(talon)})
        all += set;
    all.misses.clear();  // each set tells its own
    corpus::expect_rate(0.9, "trimming over all", all, 123);
}

TEST_F(TrimmingSets, PlainTextsInEightLanguages) {
    corpus::expect_misses_at_most(3, "trimming discourse", discourse(root), 37);
}

TEST_F(TrimmingSets, ShortPlainTexts) {
    corpus::expect_misses_at_most(3, "trimming talon plain", inline_plain(talon), 46);
}

TEST_F(TrimmingSets, RepliesOfOneMailProgramAfterTheOther) {
    corpus::expect_misses_at_most(0, "trimming talon standard", standard_replies(talon), 12);
}

TEST_F(TrimmingSets, RepliesInHtml) {
    corpus::expect_misses_at_most(3, "trimming talon html", html_replies(talon), 24);
}

TEST_F(TrimmingSets, FilesOfTheirOwn) {
    corpus::expect_misses_at_most(1, "trimming talon other", single_files(talon), 3);
}

TEST_F(TrimmingSets, BodiesWithoutASignature) {
    corpus::expect_misses_at_most(0, "trimming talon unsigned", unsigned_bodies(talon), 1);
}

// Expectations about what the hub does not do, with the reason; they are in no count.
const std::map<std::string, std::string> not_asked = {
    {"talon/signature/emails/stripped/jeff_body", "a signature known by the sender's name alone"},
    {"talon/signature/emails/stripped/johndoeexamplecom_body", "the same"},
    {"talon/signature/emails/stripped/long_body", "the same"},
    {"talon/signature/emails/stripped/short_url_body", "the same"},
    {"talon/signature/emails/stripped/sparse_body", "a rule is no signature without a quotation"},
    {"discourse/before", "a forwarded mail is shown whole; cut replies are asked above"},
    {"discourse/embedded", "the mail inside a forwarded one is not taken out of it"},
    {"discourse/elided", "what is cut is not kept apart: the original is"}};

TEST_F(TrimmingSets, WhatIsNotAskedIsNamedAndExists) {
    for (const auto& [name, reason] : not_asked) {
        std::cout << "trimming not asked: " << name << ": " << reason << "\n";
        EXPECT_TRUE(std::filesystem::exists(root / name)) << name;
    }
}

}  // namespace
