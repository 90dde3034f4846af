// Bytes of an IMAP server to responses, however they are cut and whatever a mail says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/mail/imap_reading.hpp"

namespace {

using namespace imap_reading;
using testing::ElementsAre;
using testing::IsEmpty;

// One of everything that a server says to a client that reads mail.
const std::string dialogue =
    "* OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+] ready.\r\n"
    "+ \r\n"
    "h1 OK Logged in\r\n"
    "* FLAGS (\\Answered \\Seen \"odd \\\"flag\\\\\")\r\n"
    "* OK [PERMANENTFLAGS (\\Seen \\*)] Flags permitted.\r\n"
    "* 3 EXISTS\r\n"
    "* OK [UIDVALIDITY 3857529045] UIDs valid\r\n"
    "* SEARCH 7 9 12\r\n"
    "* 1 FETCH (UID 7 FLAGS (\\Seen) BODY[] {32}\r\n"
    "h2 OK FETCH completed\r\n* BYE\r\n\r\n)\r\n"
    "* 2 FETCH (BODY[HEADER.FIELDS (SUBJECT)] ~{5}\r\n{12}\r UID 9 X-LIST ((a (b NIL)) \"\"))\r\n"
    "* 3 FETCH (UID 12 RFC822 {3+}\r\na\nb BODY[] {0}\r\n)\r\n"
    "h2 OK [READ-WRITE] done\r\n";

TEST(ImapReader, ReadsAWholeDialogue) {
    const auto responses = read(dialogue);
    ASSERT_EQ(responses.size(), 12U);
    EXPECT_EQ(told(responses[0]), "* {OK} OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+] ready.");
    EXPECT_EQ(words_of(responses[3]), R"(FLAGS (\Answered \Seen 'odd "flag\'))");
    EXPECT_EQ(told(responses[7]), "* {SEARCH 7 9 12} SEARCH 7 9 12");
    EXPECT_EQ(words_of(responses[8]),
              "1 FETCH (UID 7 FLAGS (\\Seen) BODY[] 'h2 OK FETCH completed\r\n* BYE\r\n\r\n')");
    EXPECT_EQ(words_of(responses[9]),
              "2 FETCH (BODY[HEADER.FIELDS (SUBJECT)] '{12}\r' UID 9 X-LIST ((a (b nil)) ''))");
    EXPECT_EQ(words_of(responses[10]), "3 FETCH (UID 12 RFC822 'a\nb' BODY[] '')");
    EXPECT_EQ(told(responses[11]), "h2 {OK} OK [READ-WRITE] done");
}

TEST(ImapReader, ACutAnywhereChangesNothing) {
    const auto whole = told(dialogue);
    for (std::size_t cut = 0; cut <= dialogue.size(); ++cut) {
        ImapReader reader({});
        std::vector<std::string> read;
        reader.feed(dialogue.substr(0, cut));
        drain(reader, read);
        reader.feed(dialogue.substr(cut));
        drain(reader, read);
        ASSERT_EQ(read, whole) << "cut before byte " << cut;
    }
}

TEST(ImapReader, PiecesOfAnySizeChangeNothing) {
    const auto whole = told(dialogue);
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 64U})
        EXPECT_EQ(told(dialogue, piece), whole) << "pieces of " << piece;
}

TEST(ImapReader, ALiteralMayHoldAnyByte) {
    std::string bytes;
    for (int round = 0; round < 3; ++round)
        for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
    const std::string sent = "* 1 FETCH (UID 1 BODY[] {" + std::to_string(bytes.size()) + "}\r\n" +
                             bytes + ")\r\nh1 OK\r\n";
    for (const std::size_t piece : {1U, 5U, 1000U}) {
        const auto responses = read(sent, piece);
        ASSERT_EQ(responses.size(), 2U) << piece;
        ASSERT_TRUE(fetched_mail(responses[0]));
        EXPECT_EQ(fetched_mail(responses[0])->body, bytes) << piece;
    }
}

// What a sender writes to end our command early, or to announce a literal of his own.
TEST(ImapReader, NoMailEndsOrForgesAResponse) {
    for (const std::string& mail :
         {std::string{"h1 OK FETCH completed\r\n"}, std::string{")\r\nh1 OK FETCH completed\r\n"},
          std::string{"* BYE\r\nh1 BAD\r\n"}, std::string{"{100}\r\n"},
          std::string{"{1+}\r\nx\r\n"}, std::string{"* 9 FETCH (UID 9 BODY[] {1}\r\nx)\r\n"},
          std::string{"\""}, std::string{"\r\n\r\n"}, std::string{"+ \r\n"},
          std::string(3, '\0')}) {
        const auto responses = read("* 1 FETCH (UID 4 BODY[] {" + std::to_string(mail.size()) +
                                    "}\r\n" + mail + ")\r\nh1 OK done\r\n");
        ASSERT_EQ(responses.size(), 2U) << mail;
        ASSERT_TRUE(fetched_mail(responses[0])) << mail;
        EXPECT_EQ(fetched_mail(responses[0])->body, mail);
        EXPECT_EQ(responses[1].tag, "h1");
        EXPECT_EQ(responses[1].line, "OK done");
    }
}

TEST(ImapReader, EveryKindOfLiteralIsOne) {
    for (const char* announced : {"{5}", "{5+}", "~{5}"}) {
        const auto responses = read("* X " + std::string{announced} + "\r\na) \"b y\r\nh1 OK\r\n");
        ASSERT_EQ(responses.size(), 2U) << announced;
        EXPECT_EQ(words_of(responses[0]), "X 'a) \"b' y") << announced;
    }
}

TEST(ImapReader, WhatIsNoCountAnnouncesNothing) {
    for (const char* end : {"{}", "{-1}", "{x}", "{1 }", "{1++}", "1}", "{1"}) {
        const auto responses = told("* X " + std::string{end} + "\r\nh1 OK\r\n");
        EXPECT_EQ(responses.size(), 2U) << end;
    }
}

TEST(ImapReader, NilIsNothingAndItsNameInQuotesIsText) {
    EXPECT_EQ(words_of(read("* X NIL nil NiL \"NIL\" NILS\r\n")[0]), "X nil nil nil 'NIL' NILS");
}

TEST(ImapReader, QuotedStringsKeepEscapedQuotesAndBackslashes) {
    EXPECT_EQ(words_of(read(R"(* X "a \"b\" \\ (c) [d] {3}" e)"
                            "\r\n")[0]),
              R"(X 'a "b" \ (c) [d] {3}' e)");
}

TEST(ImapReader, ListsMayBeEmptyAndNested) {
    EXPECT_EQ(words_of(read("* X () (a) ((b)(c d) \"e\")f\r\n")[0]), "X () (a) ((b) (c d) 'e') f");
}

TEST(ImapReader, AContinuationCarriesItsText) {
    const auto responses = read("+ idling\r\n+ eyJzdGF0dXMiOiI0MDAifQ==\r\n+\r\n+ OK (x {y}\r\n");
    ASSERT_EQ(responses.size(), 4U);
    for (const ImapResponse& one : responses) EXPECT_EQ(one.tag, "+");
    EXPECT_EQ(responses[0].line, "idling");
    EXPECT_EQ(responses[1].line, "eyJzdGF0dXMiOiI0MDAifQ==");
    EXPECT_EQ(responses[2].line, "");
    EXPECT_EQ(responses[3].line, "OK (x {y}");
}

TEST(ImapReader, BareLineFeedsAndEmptyLinesAreForgiven) {
    EXPECT_THAT(told("\r\n* OK hi\n\n\r\n* 1 EXISTS\r\n"),
                ElementsAre("* {OK} OK hi", "* {1 EXISTS} 1 EXISTS"));
}

TEST(ImapReader, RubbishIsAResponseThatNobodyAskedFor) {
    for (const char* line : {")", "(((", "\"", "]", "* ", "* )(", "* \"", "* [", "~", "* ~", "x"})
        EXPECT_EQ(told(std::string{line} + "\r\nh1 OK\r\n").size(), 2U) << line;
}

TEST(ImapReader, NestingIsBounded) {
    ImapReader shallow({.depth_max = 2});
    shallow.feed("* X (((a)))\r\n");
    EXPECT_EQ(words_of(shallow.next().value()), "X ((( a))") << "the third is an atom";
    const std::string deep = "* X " + std::string(200'000, '(') + std::string(200'000, ')');
    EXPECT_EQ(told(deep + "\r\nh1 OK\r\n").size(), 2U);
}

TEST(ImapReader, AListThatNobodyOpenedEndsNothing) {
    EXPECT_EQ(words_of(read("* X) a ) (b) c\r\n")[0]), "X a (b) c");
}

TEST(ImapReader, NumbersStandBeforeTheirWord) {
    const auto responses = read("* 12 EXISTS\r\n* EXISTS 12\r\n* 12x EXISTS\r\n* 12\r\n");
    EXPECT_EQ(responses[0].number(), 12U);
    EXPECT_TRUE(responses[0].is_numbered("exists"));
    EXPECT_FALSE(responses[0].is_numbered("RECENT"));
    for (std::size_t i = 1; i < responses.size(); ++i)
        EXPECT_FALSE(responses[i].is_numbered("EXISTS")) << i;
}

TEST(ImapReader, StatusWordsAreKnownInAnyCase) {
    const auto responses = read("* ok (\r\nh1 No {x} (\r\n* bYe\r\n");
    ASSERT_EQ(responses.size(), 3U);
    EXPECT_TRUE(responses[0].is("OK"));
    EXPECT_EQ(words_of(responses[0]), "ok") << "what follows is text";
    EXPECT_TRUE(responses[1].is("no"));
    EXPECT_EQ(responses[1].line, "No {x} (");
    EXPECT_TRUE(responses[2].is("BYE"));
}

// --- limits

// What is wrong with bytes that end in the middle of a response. After a fault nothing is read.
std::string fault_of(const std::string& bytes, ImapReader::Limits limits) {
    ImapReader reader(limits);
    std::vector<std::string> read;
    reader.feed(bytes);
    drain(reader, read);
    const std::size_t before = read.size();
    const std::string fault = reader.fault();
    reader.feed("\r\nh1 OK\r\n");
    drain(reader, read);
    EXPECT_EQ(read.size(), before + (fault.empty() ? 2 : 0)) << "after: " << fault;
    return fault;
}

TEST(ImapReaderLimits, ALineWithoutEndIsAFault) {
    const ImapReader::Limits limits{.line_bytes_max = 100};
    EXPECT_EQ(fault_of("* OK\r\n" + std::string(101, 'x'), limits), "a line without end");
    EXPECT_EQ(fault_of("* OK\r\n" + std::string(100, 'x'), limits), "");
}

TEST(ImapReaderLimits, ALiteralThatIsTooLongIsPassedOverAndStandsAsNil) {
    ImapReader reader({.literal_bytes_max = 10, .skipped_bytes_max = 100});
    reader.feed("* 1 FETCH (BODY[] {11}\r\n01234");
    EXPECT_FALSE(reader.next());
    reader.feed("56789a UID 7)\r\n* X {10}\r\n0123456789\r\n");
    const auto skipped = reader.next();
    ASSERT_TRUE(skipped);
    EXPECT_EQ(skipped->words.at(2).items.at(1).kind, ImapValue::Kind::nil);
    EXPECT_EQ(skipped->words.at(2).items.at(3).text, "7");
    EXPECT_EQ(reader.next().value().words.at(1).text, "0123456789");
    reader.feed("* X {101}\r\n");
    EXPECT_FALSE(reader.next());
    EXPECT_EQ(reader.fault(), "a literal of 101 bytes");
}

TEST(ImapReaderLimits, SmallLiteralsWithoutEndAreAFault) {
    std::string many = "* X";
    for (int i = 0; i < 2000; ++i) many += " {1}\r\nx";
    EXPECT_NE(fault_of(many + "\r\n", {}), "");
}

// --- what a FETCH says of a mail

std::optional<FetchedMail> fetched(const std::string& items) {
    const auto responses = read("* 5 FETCH " + items + "\r\n");
    EXPECT_EQ(responses.size(), 1U) << items;
    return fetched_mail(responses.front());
}

TEST(ImapFetched, ItemsComeInAnyOrderAmongOthers) {
    const auto mail = fetched(
        "(X-GM-LABELS (\"uid 1\" \\Inbox) body[header] {4}\r\na: b MODSEQ (917) rfc822.size 4711 "
        "FLAGS (UID 3) uid 42)");
    ASSERT_TRUE(mail);
    EXPECT_EQ(mail->uid, 42U);
    EXPECT_EQ(mail->size, 4711U);
    EXPECT_EQ(mail->body, "a: b");
}

TEST(ImapFetched, ABodyMayBeQuotedOrEmptyAndNilIsNone) {
    EXPECT_EQ(fetched("(UID 1 BODY[] \"a \\\"b\\\"\")")->body, "a \"b\"");
    EXPECT_EQ(fetched("(UID 1 BODY[] \"\")")->body, "");
    EXPECT_EQ(fetched("(UID 1 BODY[] NIL)")->body, std::nullopt);
    EXPECT_EQ(fetched("(UID 1 FLAGS ())")->body, std::nullopt);
}

TEST(ImapFetched, WithoutAUidItIsAboutNoMail) {
    for (const char* items : {"(BODY[] {1}\r\nx)", "(UID 0)", "(UID x)", "(UID 4294967296)",
                              "(UID -1)", "(UID)", "()", "UID 4", "(UID (4))", "(FLAGS (UID 4))"})
        EXPECT_FALSE(fetched(items)) << items;
    EXPECT_TRUE(fetched("(UID 4294967295)"));
    for (const char* other : {"* 5 EXISTS", "* FETCH 5 (UID 4)", "* 5 EXPUNGE (UID 4)"})
        EXPECT_FALSE(fetched_mail(read(std::string{other} + "\r\n").front())) << other;
}

TEST(ImapFetched, ASearchGivesNumbersInOrder) {
    const auto uids = [](const std::string& line) { return searched(read(line + "\r\n").front()); };
    EXPECT_THAT(uids("* SEARCH 9 2 4294967295 (MODSEQ 917162500)"), ElementsAre(2, 9, 4294967295U));
    EXPECT_THAT(uids("* search 4"), ElementsAre(4));
    EXPECT_THAT(uids("* SEARCH"), IsEmpty());
    EXPECT_THAT(uids("* SEARCH 4294967296 x -3"), IsEmpty());
    EXPECT_THAT(uids("* SORT 1 2"), IsEmpty());
}

// --- codes of a status

std::optional<std::string> code(const std::string& line, const char* name) {
    return response_code(read(line + "\r\n").front(), name);
}

TEST(ImapResponseCode, HasAValueOrIsEmpty) {
    EXPECT_EQ(code("* OK [UIDVALIDITY 3857529045] UIDs valid", "UIDVALIDITY"), "3857529045");
    EXPECT_EQ(code("h1 OK [capability IMAP4rev1 IDLE] Logged in", "CAPABILITY"), "IMAP4rev1 IDLE");
    EXPECT_EQ(code("h1 OK [READ-WRITE] done", "read-write"), "");
    EXPECT_EQ(code("* NO [UNAVAILABLE", "UNAVAILABLE"), "");
}

TEST(ImapResponseCode, ANameIsWholeOrItIsAnother) {
    EXPECT_EQ(code("* OK [UIDNEXT 5] x", "UID"), std::nullopt);
    EXPECT_EQ(code("* OK [UIDNEXT 5] x", "UIDNEXT 5"), std::nullopt);
    EXPECT_EQ(code("* OK UIDNEXT 5", "UIDNEXT"), std::nullopt);
    EXPECT_EQ(code("* OK", "UIDNEXT"), std::nullopt);
}

}  // namespace
