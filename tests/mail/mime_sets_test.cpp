// Mail as a value, against what other parsers read in the same bytes. Where they are not the truth,
// the number of misses is what was reached, and a developer looked at each.
#include "tests/mail/parse_tree.hpp"
#include "tests/support/mime_corpus.hpp"

namespace {

using namespace connectors;
using namespace connectors::email;
using corpus::Scores;

// By field: how many were asked at least, and how many may differ.
struct Floor {
    int asked;
    int misses;
};
using Floors = std::map<std::string, Floor>;

class MimeSets : public corpus::CorpusTest {
protected:
    const std::filesystem::path mime = corpus::folder() / "mime";

    static void expect(const std::string& set, const Scores& scores, const Floors& floors) {
        for (const auto& [field, floor] : floors) {
            const auto found = scores.find(field);
            const corpus::Score none;
            corpus::expect_misses_at_most(floor.misses, set + " " + field,
                                          found == scores.end() ? none : found->second,
                                          floor.asked);
        }
        for (const auto& [field, score] : scores)
            EXPECT_TRUE(floors.contains(field)) << set << ": nobody asks about " << field;
    }
};

TEST_F(MimeSets, EveryMailIsReadAndNoneIsLost) {
    int count = 0;
    for (const auto& path : corpus::files_below(mime)) {
        SCOPED_TRACE(path.filename().string());
        const Inbound mail = corpus::parsed(path);
        EXPECT_EQ(*mail.raw, corpus::bytes_of(path));
        EXPECT_FALSE(mail.receipt_key.empty());
        EXPECT_FALSE(mail.sender.value.empty());
        for (const std::string& text : {mail.subject, mail.text, mail.html, mail.trimmed_text})
            EXPECT_EQ(valid_utf8(text), text);
        ++count;
    }
    EXPECT_GE(count, 185);
}

TEST_F(MimeSets, ExamplesOfTheStandardsAndOfPeople) {
    expect("mikel-mail expected", corpus::compare_all(mime / "mikel-mail" / "expected.json"),
           {{"subject", {9, 0}},
            {"from", {12, 0}},
            {"to", {11, 0}},
            {"cc", {2, 0}},
            {"date", {12, 0}},
            {"message-id", {12, 0}},
            {"thread", {6, 0}},
            {"text", {1, 0}},
            {"attachment name", {1, 0}}});
}

// One Message-ID has two @, of which the reference gives half; two texts are read as windows-1252
// instead of Latin-1, one is enriched text, which is an attachment here.
TEST_F(MimeSets, MailsOfPeopleAndBrokenOnes) {
    expect("mikel-mail", corpus::compare_all(mime / "mikel-mail" / "reference.json"),
           {{"subject", {62, 0}},
            {"from", {63, 0}},
            {"to", {63, 0}},
            {"cc", {68, 0}},
            {"date", {57, 0}},
            {"message-id", {59, 1}},
            {"text", {55, 3}},
            {"html", {10, 1}},
            {"attachment name", {13, 0}},
            {"attachment bytes", {13, 0}}});
}

// One text is flowed, which the reference leaves as it is.
TEST_F(MimeSets, BodiesDigestsAndDeepNesting) {
    expect("mimekit", corpus::compare_all(mime / "mimekit" / "reference.json"),
           {{"subject", {20, 0}},
            {"from", {18, 0}},
            {"to", {20, 0}},
            {"cc", {20, 0}},
            {"date", {18, 0}},
            {"message-id", {6, 0}},
            {"text", {13, 1}},
            {"html", {9, 0}},
            {"attachment name", {13, 0}},
            {"attachment bytes", {15, 0}}});
}

// Texts of unknown kinds and enclosed headers are attachments.
TEST_F(MimeSets, BoundariesAndMissingParts) {
    expect("cpython", corpus::compare_all(mime / "cpython" / "reference.json"),
           {{"subject", {47, 0}},
            {"from", {40, 0}},
            {"to", {47, 0}},
            {"cc", {47, 0}},
            {"date", {28, 0}},
            {"message-id", {16, 0}},
            {"text", {54, 4}},
            {"html", {6, 0}},
            {"attachment name", {10, 0}},
            {"attachment bytes", {6, 0}}});
}

// Texts of unknown kinds are attachments.
TEST_F(MimeSets, NestedMailsMalformedOnesAndThoseOfManyClients) {
    const auto compared = [this](const std::string& set) {
        return corpus::compare_all(mime / set / "reference.json");
    };
    expect("stalwart-rfc", compared("stalwart-rfc"),
           {{"subject", {10, 0}},
            {"from", {8, 0}},
            {"to", {10, 0}},
            {"cc", {10, 0}},
            {"date", {5, 0}},
            {"message-id", {1, 0}},
            {"text", {16, 2}},
            {"html", {3, 0}},
            {"attachment bytes", {6, 0}}});
    expect("stalwart-malformed", compared("stalwart-malformed"),
           {{"subject", {17, 0}},
            {"from", {3, 0}},
            {"to", {17, 0}},
            {"cc", {18, 0}},
            {"date", {2, 0}},
            {"message-id", {1, 0}},
            {"text", {10, 0}},
            {"html", {1, 0}},
            {"attachment name", {1, 0}},
            {"attachment bytes", {1, 0}}});
    expect("stalwart-thirdparty", compared("stalwart-thirdparty"),
           {{"subject", {15, 0}},
            {"from", {8, 0}},
            {"to", {15, 0}},
            {"cc", {15, 0}},
            {"date", {7, 0}},
            {"message-id", {5, 0}},
            {"text", {24, 2}},
            {"html", {4, 0}},
            {"attachment name", {5, 0}},
            {"attachment bytes", {5, 0}}});
}

// Two enclosed mails lose the name they were given. The rest differs in how lenient the parsers
// are: where unclosed boundaries end, and what broken base64 means.
TEST_F(MimeSets, TheParseTreesOfAnotherParser) {
    expect("stalwart-rfc tree", corpus::compare_trees(mime / "stalwart-rfc"),
           {{"subject", {9, 0}},
            {"from", {6, 0}},
            {"text", {14, 0}},
            {"html", {3, 0}},
            {"attachment name", {3, 0}},
            {"enclosed mails", {10, 0}}});
    expect("stalwart-malformed tree", corpus::compare_trees(mime / "stalwart-malformed"),
           {{"subject", {4, 0}},
            {"from", {3, 0}},
            {"text", {17, 0}},
            {"html", {4, 0}},
            {"attachment name", {2, 1}},
            {"enclosed mails", {18, 2}}});
    expect("stalwart-thirdparty tree", corpus::compare_trees(mime / "stalwart-thirdparty"),
           {{"subject", {7, 0}},
            {"from", {8, 0}},
            {"text", {25, 2}},
            {"html", {4, 0}},
            {"attachment name", {6, 1}},
            {"enclosed mails", {15, 1}}});
}

}  // namespace
