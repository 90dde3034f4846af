// The pieces of reading a mail that turn other forms of text into plain text, each alone.
#include <gtest/gtest.h>

#include "connectors/email/mime.hpp"

namespace {

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

TEST(TextFromHtml, QuotationsBecomeQuotedLines) {
    EXPECT_EQ(text_from_html("<p>a</p><blockquote>b<br>c</blockquote><p>d</p>"),
              "a\n\n> b\n> c\n\nd");
    EXPECT_EQ(text_from_html("<div>a</div><blockquote>b<blockquote>c</blockquote>d</blockquote>e"),
              "a\n\n> b\n> > c\n> d\ne");
    EXPECT_EQ(text_from_html("<blockquote>a<p>b</blockquote>c"), "> a\n> b\nc")
        << "an end may be left out";
    EXPECT_EQ(text_from_html("a</blockquote>b"), "ab") << "a beginning may be, too";
}

TEST(TextFromHtml, TheHistoryOfMailProgramsIsQuotedToo) {
    for (const std::string container :
         {"<div class=\"gmail_quote\">", "<div class=\"x gmail_quote y\">",
          "<div class=\"gmail_quote_container\">", "<div class='yahoo_quoted'>",
          "<div id=\"OLK_SRC_BODY_SECTION\">"})
        EXPECT_EQ(text_from_html("<div>a</div>" + container + "b<br>c</div>d"), "a\n\n> b\n> c\nd")
            << container;
    EXPECT_EQ(text_from_html("<div>a</div><div class=\"gmail_quotes\">b</div>"), "a\n\nb");
    EXPECT_EQ(text_from_html("<div>a</div><div><div class=\"gmail_quote\">b</div>c</div>d"),
              "a\n\n> b\nc\nd");
}

TEST(TextFromHtml, DeepQuotationsStayInProportion) {
    std::string deep;
    for (int i = 0; i < 5000; ++i) deep += "<blockquote>";
    const std::string text = text_from_html(deep + "x<br>y");
    EXPECT_EQ(text, "> > > > > > > > > > x\n> > > > > > > > > > y");
}

TEST(TextFromHtml, AQuotationEndsWithItsSpan) {
    EXPECT_EQ(text_from_html("<div>a</div><span class=\"gmail_quote\">b</span>c"), "a\n> b\nc");
}

TEST(Unflow, ALineThatEndsInABlankGoesOn) {
    EXPECT_EQ(unflow("one \ntwo \nthree\nfour", false), "one two three\nfour");
    EXPECT_EQ(unflow("one \r\ntwo\r\n", false), "one two\n");
    EXPECT_EQ(unflow("", false), "");
    EXPECT_EQ(unflow("one\n\ntwo\n", false), "one\n\ntwo\n");
}

TEST(Unflow, TheBlankMayHaveToGo) {
    EXPECT_EQ(unflow("one \ntwo \nthree", true), "onetwothree");
    EXPECT_EQ(unflow("日本 \n語", true), "日本語");
    EXPECT_EQ(unflow("one\ntwo", true), "one\ntwo");
}

TEST(Unflow, QuotedLinesGoOnInTheirOwnDepth) {
    EXPECT_EQ(unflow("> one \n> two\n> three", false), "> one two\n> three");
    EXPECT_EQ(unflow(">one \n>two", false), "> one two");
    EXPECT_EQ(unflow("> one \n>> two \n> three\nfour", false), "> one \n>> two \n> three\nfour")
        << "a change of depth ends the paragraph";
    EXPECT_EQ(unflow(">> one \n>> two", true), ">> onetwo");
}

TEST(Unflow, OneBlankAtTheBeginningOfALineWasStuffed) {
    EXPECT_EQ(unflow(" From here\n  indented\n >no quotation", false),
              "From here\n indented\n>no quotation");
}

TEST(Unflow, TheDashesOfASignatureNeverGoOn) {
    EXPECT_EQ(unflow("text\n-- \nLea\n", false), "text\n-- \nLea\n");
    EXPECT_EQ(unflow("> text\n> -- \n> Lea", true), "> text\n> -- \n> Lea");
}

TEST(Unflow, ALineDoesNotGoOnIntoTheDashesOfASignature) {
    EXPECT_EQ(unflow("text \n-- \nLea", false), "text \n-- \nLea");
}

}  // namespace
