// The pieces of reading a mail, each alone; and the shared corpus as a whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

#include "connectors/email/mime.hpp"
#include "tests/support/mime_corpus.hpp"

namespace {

using namespace connectors;
using namespace connectors::email;

TEST(TextFromHtml, BlocksBecomeLinesAndBlanksAreFolded) {
    EXPECT_EQ(text_from_html("<p>one</p><p>two  \n three</p>"), "one\n\ntwo three");
    EXPECT_EQ(text_from_html("one<br>two<br/><br/>three"), "one\ntwo\n\nthree");
    EXPECT_EQ(text_from_html("<b>one</b> <i>two</i>"), "one two");
    EXPECT_EQ(text_from_html("a &amp; b &egrave; &#8364; &lt;"), "a & b \xC3\xA8 \xE2\x82\xAC <");
    EXPECT_EQ(text_from_html(""), "");
    EXPECT_EQ(text_from_html("plain"), "plain");
}

TEST(TextFromHtml, WhatIsNotShownIsNotRead) {
    EXPECT_EQ(text_from_html("<head><title>t</title><style>p{}</style></head><body>x</body>"), "x");
    EXPECT_EQ(text_from_html("a<script>document.write('<p>b')</script>c"), "ac");
    EXPECT_EQ(text_from_html("a<!-- b -->c"), "ac");
}

TEST(TextFromHtml, TheCharsetItClaimsDoesNotMatterSinceItIsUtf8Already) {
    EXPECT_EQ(text_from_html("<meta charset=\"iso-8859-1\"><p>caff\xC3\xA8</p>"), "caff\xC3\xA8");
    EXPECT_EQ(text_from_html("<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; "
                             "charset=windows-1252\"></head><body>caff\xC3\xA8</body></html>"),
              "caff\xC3\xA8");
}

TEST(TextFromHtml, NoCharacterIsBrokenWhereThePiecesMeet) {
    for (std::size_t before = 16380; before <= 16386; ++before) {
        const std::string filling(before, 'x');
        const std::string html = filling + "\xC3\xA8\xE2\x82\xAC" + filling;
        EXPECT_EQ(text_from_html(html), html) << before;
    }
}

TEST(TextFromHtml, DeepNestingCostsNoMoreThanItsLength) {
    std::string deep;
    while (deep.size() < 100 * 1024) deep += "<div>";
    EXPECT_EQ(text_from_html(deep + "bottom"), "bottom");
    std::string tables;
    while (tables.size() < 100 * 1024) tables += "<table><tr><td>x";
    EXPECT_LE(text_from_html(tables).size(), tables.size());
    EXPECT_LE(text_from_html(std::string(100 * 1024, '<')).size(), 100 * 1024U);
}

TEST(TrimReply, HistoryInSeveralLanguages) {
    for (const std::string introduction :
         {"On Fri, 21 Nov 2025 at 10:00, Ada <ada@desk.test> wrote:",
          "Il giorno ven 21 nov 2025 alle ore 10:00 Ada <ada@desk.test> ha scritto:",
          "Am Fr., 21. Nov. 2025 um 10:00 Uhr schrieb Ada <ada@desk.test>:",
          "-----Original Message-----", "-----Messaggio originale-----"})
        EXPECT_EQ(trim_reply("Thank you!\n\n" + introduction + "\n> Hello\n> there\n"),
                  "Thank you!")
            << introduction;
}

TEST(TrimReply, QuotationsAndSignatures) {
    EXPECT_EQ(trim_reply("Yes.\n\n> really?\n>\n> sure?\n"), "Yes.");
    EXPECT_EQ(trim_reply("Yes.\n-- \nLea\nKunde GmbH\n"), "Yes.");
    EXPECT_EQ(trim_reply("Yes.\n--\nnot a signature"), "Yes.\n--\nnot a signature");
    EXPECT_EQ(trim_reply("one\n\ntwo\n"), "one\n\ntwo");
    EXPECT_EQ(trim_reply("5 > 3 holds\n"), "5 > 3 holds");
}

TEST(TrimReply, AnIntroductionMayBeFoldedOverTwoLines) {
    EXPECT_EQ(trim_reply("Thanks.\n\nOn Fri, 21 Nov 2025 at 10:00, Ada Lovelace of the desk\n"
                         "<ada@desk.test> wrote:\n> Hello\n"),
              "Thanks.");
    EXPECT_EQ(trim_reply("Grazie.\n\nIl giorno ven 21 nov 2025 alle ore 10:00 Ada Lovelace\n"
                         "<ada@desk.test> ha scritto:\n> Ciao\n"),
              "Grazie.");
}

TEST(TrimReply, NothingWrittenIsEverHidden) {
    EXPECT_EQ(trim_reply(""), "");
    EXPECT_EQ(trim_reply("> only\n> quoted"), "> only\n> quoted");
    const std::string below = "On Fri, Ada wrote:\n> Which size?\nSize 42.";
    EXPECT_EQ(trim_reply(below), below);
    const std::string between =
        "Hi,\n\nOn Fri, Ada wrote:\n> Which size?\nSize 42.\n> Which colour?\nRed.";
    EXPECT_EQ(trim_reply(between), between) << "text follows the quotation";
}

TEST(Classify, Table) {
    const auto kind = [](const std::string& sender, const char* type, const char* submitted,
                         const char* precedence, bool header) {
        return classify(sender, type, submitted, precedence, header);
    };
    EXPECT_EQ(kind("a@b", "text/plain", "", "", false), Automatic::no);
    EXPECT_EQ(kind("a@b", "text/plain", "no", "", false), Automatic::no);
    EXPECT_EQ(kind("a@b", "text/plain", "NO (by hand)", "first-class", false), Automatic::no);
    EXPECT_EQ(kind("<>", "text/plain", "", "", false), Automatic::auto_reply);
    EXPECT_EQ(kind("a@b", "text/plain", "Auto-Replied (vacation)", "", false),
              Automatic::auto_reply);
    EXPECT_EQ(kind("a@b", "text/plain", "x-unknown", "", false), Automatic::auto_reply);
    EXPECT_EQ(kind("a@b", "text/plain", "notified", "", false), Automatic::auto_reply);
    EXPECT_EQ(kind("a@b", "text/plain", "", "Auto_Reply", false), Automatic::auto_reply);
    EXPECT_EQ(kind("a@b", "text/plain", "", "", true), Automatic::auto_reply);
    EXPECT_EQ(kind("<>", "Multipart/Report; report-type=delivery-status", "", "", false),
              Automatic::bounce);
    EXPECT_EQ(kind("a@b", "multipart/report; report-type=disposition-notification", "", "", false),
              Automatic::auto_reply);
    EXPECT_EQ(
        kind("<>", "multipart/report; report-type=delivery-status", "auto-replied", "", false),
        Automatic::bounce);
}

TEST(MimeCorpus, EveryMailIsReadAndNoneIsLost) {
    if (!std::filesystem::exists(corpus::folder()))
        GTEST_SKIP() << "no shared corpus beside the checkout";
    int count = 0;
    for (const auto& path : corpus::files_below(corpus::folder() / "mime")) {
        SCOPED_TRACE(path.filename().string());
        const Inbound mail = corpus::parsed(path);
        EXPECT_EQ(*mail.raw, corpus::bytes_of(path));
        EXPECT_FALSE(mail.receipt_key.empty());
        for (const std::string& text : {mail.subject, mail.text, mail.html, mail.trimmed_text})
            EXPECT_EQ(valid_utf8(text), text);
        ++count;
    }
    EXPECT_GT(count, 180);
}

TEST(MimeCorpus, AgreesWithOtherParsers) {
    if (!std::filesystem::exists(corpus::folder()))
        GTEST_SKIP() << "no shared corpus beside the checkout";
    // Measured; what misses is printed.
    const std::map<std::string, double> least = {{"subject", 1.0},     {"from", 1.0},
                                                 {"message-id", 0.99}, {"text", 0.93},
                                                 {"html", 0.96},       {"attachment name", 1.0}};
    const corpus::Scores scores = corpus::compare_all();
    ASSERT_EQ(scores.size(), least.size());
    for (const auto& [field, score] : scores) {
        std::cout << field << ": " << score.right << " of " << score.asked << "\n";
        for (const std::string& miss : score.misses) std::cout << "    not: " << miss << "\n";
        EXPECT_GE(score.rate(), least.at(field)) << field;
    }
}

}  // namespace
