// Reports about mail, of some 65 mail systems: recognised or not, and what they say.
#include <map>

#include "tests/support/corpus.hpp"

namespace {

using namespace connectors;
using corpus::Score;
using nlohmann::json;

struct Case {
    std::string name;
    json expected;
    std::string bytes;
    Inbound mail;
};

// Who sent it, as the last server wrote it down; where none did, an ordinary sender, which tells
// nothing.
std::string envelope_sender(const std::string& bytes) {
    std::istringstream lines(bytes);
    for (std::string line; std::getline(lines, line) && !line.empty() && line != "\r";) {
        if (!corpus::lower(line).starts_with("return-path:")) continue;
        const auto open = line.find('<');
        const auto close = line.find('>', open);
        if (open == std::string::npos || close == std::string::npos) continue;
        return close == open + 1 ? "<>" : line.substr(open + 1, close - open - 1);
    }
    return "a@b.test";
}

const std::vector<Case>& sisimai() {
    static const std::vector<Case> cases = [] {
        std::vector<Case> read;
        const auto root = corpus::folder() / "bounces" / "sisimai";
        const json all = corpus::json_of(root / "expected.json");
        for (const auto& [name, expected] : all.items()) {
            std::string bytes = corpus::bytes_of(root / name);
            Inbound mail = corpus::read_bytes(bytes, envelope_sender(bytes));
            read.push_back({name, expected, std::move(bytes), std::move(mail)});
        }
        return read;
    }();
    return cases;
}

bool is_recognised(const Case& one) {
    if (one.mail.automatic != Automatic::bounce || !one.mail.report) return false;
    if (one.mail.answerable) return false;
    const std::string kind = one.expected["kind"];
    if (kind == "complaint") return one.mail.report->complaint;
    if (one.mail.report->complaint || one.mail.report->recipients.empty()) return false;
    const auto delivered = [](const ReportedRecipient& recipient) {
        return recipient.action == ReportAction::delivered;
    };
    if (kind == "delivered") return std::ranges::all_of(one.mail.report->recipients, delivered);
    return !std::ranges::any_of(one.mail.report->recipients, delivered);
}

std::vector<std::string> codes_of(const Inbound& mail) {
    std::vector<std::string> codes;
    if (mail.report)
        for (const ReportedRecipient& one : mail.report->recipients) codes.push_back(one.status);
    std::ranges::sort(codes);
    return codes;
}

// Where the report has no code, this project invents one from 900 on.
bool is_invented(const std::string& code) {
    return code.starts_with("5.0.9") || code.starts_with("4.0.9");
}

std::vector<std::string> codes_of(const json& expected) {
    std::vector<std::string> codes;
    for (const auto& one : expected["recipients"]) codes.push_back(one["status"]);
    std::ranges::sort(codes);
    return codes;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += word + " ";
    return out;
}

// The ids in lines "Message-ID: <…>" below the report's own header, as far as they stand in plain
// sight.
std::vector<std::string> enclosed_ids(const std::string& bytes) {
    std::istringstream lines(bytes);
    std::vector<std::string> ids;
    bool below = false, named = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line == "\r") below = true;
        const bool folded = named && (line.starts_with(' ') || line.starts_with('\t'));
        const auto first = std::min(line.find_first_not_of(" \t>"), line.size());
        named = corpus::lower(line.substr(first)).starts_with("message-id:");
        if (!below || (!named && !folded)) continue;
        const auto open = line.find('<');
        const auto close = line.find('>', open + 1);
        if (open != std::string::npos && close != std::string::npos)
            ids.push_back(line.substr(open + 1, close - open - 1));
    }
    return ids;
}

TEST(BounceSetsAlone, TheIdsOfAnEnclosedMailAreFound) {
    EXPECT_EQ(enclosed_ids("Message-ID: <own@a>\n\ntext\nMessage-Id:\n <1@b>\n> message-id: <2@b>"),
              (std::vector<std::string>{"1@b", "2@b"}));
    EXPECT_EQ(envelope_sender("From: a\r\nReturn-Path: <>\r\n\r\n"), "<>");
    EXPECT_EQ(envelope_sender("From: a\r\n\r\nReturn-Path: <>\r\n"), "a@b.test");
}

class BounceSets : public corpus::CorpusTest {};

TEST_F(BounceSets, ReportsOfManyMailSystemsAreRecognised) {
    Score score;
    for (const Case& one : sisimai())
        score.note(is_recognised(one), one.name + ": " + one.expected["kind"].get<std::string>());
    corpus::expect_rate(0.95, "bounces recognised", score, 393);
}

TEST_F(BounceSets, EveryRecipientIsCounted) {
    Score score;
    for (const Case& one : sisimai()) {
        const std::size_t got = one.mail.report ? one.mail.report->recipients.size() : 0;
        const std::size_t wanted = one.expected["recipients"].size();
        score.note(got == wanted,
                   one.name + ": got " + std::to_string(got) + ", want " + std::to_string(wanted));
    }
    corpus::expect_misses_at_most(19, "bounces recipients", score, 393);
}

// For good or for now: by the code, else by the action that the report was taken for.
std::string class_of(const ReportedRecipient& one) {
    if (!one.status.empty()) return one.status.substr(0, 1);
    return one.action == ReportAction::failed    ? "5"
           : one.action == ReportAction::delayed ? "4"
                                                 : "2";
}

TEST_F(BounceSets, TheClassOfTheStatusTellsForGoodFromForNow) {
    Score score;
    for (const Case& one : sisimai()) {
        if (one.expected["kind"] == "complaint") continue;
        std::vector<std::string> got, wanted;
        if (one.mail.report)
            for (const auto& recipient : one.mail.report->recipients)
                got.push_back(class_of(recipient));
        for (const std::string& code : codes_of(one.expected)) wanted.push_back(code.substr(0, 1));
        std::ranges::sort(got);
        score.note(got == wanted, one.name + ": got " + joined(got) + "want " + joined(wanted));
    }
    corpus::expect_misses_at_most(27, "bounces status class", score, 379);
}

TEST_F(BounceSets, TheWholeStatusIsReadWhereTheReportHasOne) {
    Score score;
    for (const Case& one : sisimai()) {
        const auto got = codes_of(one.mail), wanted = codes_of(one.expected);
        if (one.expected["kind"] == "complaint" || std::ranges::any_of(wanted, is_invented))
            continue;
        score.note(got == wanted, one.name + ": got " + joined(got) + "want " + joined(wanted));
    }
    corpus::expect_misses_at_most(33, "bounces whole status", score, 288);
}

TEST_F(BounceSets, TheMessageIdOfTheOriginalIsFoundWhereItIsEnclosed) {
    Score score;
    for (const Case& one : sisimai()) {
        const auto ids = enclosed_ids(one.bytes);
        if (ids.empty() || !one.mail.report) continue;
        const auto& found = one.mail.report->external_ids;
        const bool named = std::ranges::any_of(ids, [&found](const std::string& id) {
            return std::ranges::find(found, id) != found.end();
        });
        score.note(named, one.name + ": got " + joined(found) + "want one of " + joined(ids));
    }
    corpus::expect_rate(0.95, "bounces original ids", score, 340);
}

}  // namespace
