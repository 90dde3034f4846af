// The parts of an outgoing mail: formatted text, images in it, files, and what marks a machine's
// words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/unit/composed_mail.hpp"

namespace {

using namespace composed_mail;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

Attachment image(const std::string& id) {
    Attachment attachment = file("logo.png", "image/png", "PNG bytes");
    attachment.is_inline = true;
    attachment.content_id = id;
    return attachment;
}

Outbound formatted() {
    Outbound outbound = reply();
    outbound.html = "<p>Hello <b>Lea</b>, caff\xC3\xA8</p>";
    return outbound;
}

// The types of all parts, in the order in which they begin.
std::vector<std::string> types_of(const std::string& bytes) {
    std::vector<std::string> types;
    for (const std::string& line : composed_mail::lines_of(bytes))
        if (line.starts_with("Content-Type: "))
            types.push_back(line.substr(14, line.find(';') - 14));
    return types;
}

using Types = std::vector<std::string>;

std::vector<std::string> boundaries_of(const std::string& bytes) {
    std::vector<std::string> found;
    constexpr std::string_view name = "boundary=";
    for (auto at = bytes.find(name); at != std::string::npos; at = bytes.find(name, at + 1))
        found.push_back(bytes.substr(at, bytes.find("\r\n", at) - at));
    return found;
}

TEST(MailParts, TextAloneIsOnePart) {
    EXPECT_EQ(types_of(compose_mail(reply())), Types{"text/plain"});
}

TEST(MailParts, TextAndHtmlAreAlternativesThePlainOneFirst) {
    const std::string bytes = compose_mail(formatted());
    EXPECT_EQ(types_of(bytes), (Types{"multipart/alternative", "text/plain", "text/html"}));
    const Inbound mail = read_back(bytes);
    EXPECT_EQ(text_of(mail), formatted().text);
    EXPECT_THAT(mail.html, HasSubstr(formatted().html));
    EXPECT_TRUE(mail.attachments.empty());
    EXPECT_TRUE(mail.defects.empty());
}

TEST(MailParts, AnImageStandsBesideTheHtmlThatShowsIt) {
    Outbound outbound = formatted();
    outbound.html = "<img src=\"cid:u1@desk.test\">";
    outbound.attachments = {image("u1@desk.test")};
    const std::string bytes = compose_mail(outbound);
    EXPECT_EQ(types_of(bytes), (Types{"multipart/alternative", "text/plain", "multipart/related",
                                      "text/html", "image/png"}));
    EXPECT_THAT(bytes, HasSubstr("Content-Id: <u1@desk.test>\r\n"));
    EXPECT_THAT(bytes, ContainsRegex("Content-Disposition: inline; filename=\"?logo.png"));
    const Inbound mail = read_back(bytes);
    EXPECT_THAT(mail.html, HasSubstr(outbound.html));
    ASSERT_EQ(mail.attachments.size(), 1U);
    EXPECT_TRUE(mail.attachments[0].is_inline);
    EXPECT_EQ(mail.attachments[0].content_id, "u1@desk.test");
    EXPECT_EQ(*mail.attachments[0].bytes, "PNG bytes");
}

TEST(MailParts, FilesStandAroundAllThat) {
    Outbound outbound = formatted();
    outbound.attachments = {file("a.pdf", "application/pdf", "PDF"), image("u1@desk.test"),
                            file("b.txt", "text/plain", "text")};
    const std::string bytes = compose_mail(outbound);
    EXPECT_EQ(types_of(bytes),
              (Types{"multipart/mixed", "multipart/alternative", "text/plain", "multipart/related",
                     "text/html", "image/png", "application/pdf", "text/plain"}));
    const auto boundaries = boundaries_of(bytes);
    EXPECT_EQ(boundaries.size(), 3U);
    EXPECT_EQ(std::set<std::string>(boundaries.begin(), boundaries.end()).size(), 3U);
    const Inbound mail = read_back(bytes);
    EXPECT_EQ(text_of(mail), outbound.text);
    ASSERT_EQ(mail.attachments.size(), 3U);
    std::vector<bool> in_place;
    for (const Attachment& attachment : mail.attachments) in_place.push_back(attachment.is_inline);
    EXPECT_EQ(in_place, (std::vector{true, false, false}));
    EXPECT_EQ(mail.attachments[2].name, "b.txt");
}

TEST(MailParts, WithoutHtmlAnImageIsAFile) {
    Outbound outbound = reply();
    outbound.attachments = {image("u1@desk.test")};
    const std::string bytes = compose_mail(outbound);
    EXPECT_EQ(types_of(bytes), (Types{"multipart/mixed", "text/plain", "image/png"}));
    EXPECT_THAT(bytes, HasSubstr("Content-Disposition: attachment"));
}

TEST(MailParts, TheSameOutboundGivesTheSameBytes) {
    Outbound outbound = formatted();
    outbound.automatic = true;
    outbound.attachments = {image("u1@desk.test"), file("a.pdf", "application/pdf", "PDF")};
    const std::string first = compose_mail(outbound);
    EXPECT_EQ(compose_mail(outbound), first);
    outbound.so_far = {{.address = "lea@kunde.test", .kind = OutcomeKind::sent, .reason = ""}};
    EXPECT_EQ(compose_mail(outbound), first) << "a second attempt is the same mail";
}

TEST(MailParts, WhatLooksLikeABoundaryIsText) {
    Outbound outbound = formatted();
    const std::string lines =
        "before\n--=_mixed-5\n\n--=_alternative-5--\n--=_related-5\nContent-Type: x/y\n\nafter";
    outbound.text = lines;
    outbound.html = "<pre>" + lines + "</pre>";
    outbound.attachments = {image("u1@desk.test"),
                            file("a.txt", "text/plain", "--=_mixed-5--\r\n")};
    const Inbound mail = read_back(compose_mail(outbound));
    EXPECT_EQ(text_of(mail), lines);
    EXPECT_THAT(mail.html, HasSubstr("after</pre>"));
    ASSERT_EQ(mail.attachments.size(), 2U);
    EXPECT_EQ(*mail.attachments[1].bytes, "--=_mixed-5--\r\n");
}

TEST(MailParts, AFileOfAnyTypeComesBackAsItWas) {
    for (const char* type : {"", "pdf", "application/pdf", "text/html", "image/svg+xml",
                             "message/rfc822", "/", "text/", "/x"}) {
        Outbound outbound = reply();
        outbound.attachments = {file("a.bin", type, "Subject: not this\r\n\r\nbytes\n")};
        const Inbound mail = read_back(compose_mail(outbound));
        EXPECT_EQ(mail.subject, outbound.subject) << type;
        EXPECT_EQ(text_of(mail), outbound.text) << type;
        ASSERT_EQ(mail.attachments.size(), 1U) << type;
        EXPECT_EQ(*mail.attachments[0].bytes, *outbound.attachments[0].bytes) << type;
        EXPECT_EQ(mail.attachments[0].name, "a.bin") << type;
    }
}

// As Chrome calls a saved page (.mhtml).
TEST(MailParts, AFileThatIsAMultipartItselfIsNotLost) {
    Outbound outbound = reply();
    outbound.attachments = {file("page.mhtml", "multipart/related", "MIME-Version: 1.0\r\n\r\n")};
    const Inbound mail = read_back(compose_mail(outbound));
    ASSERT_EQ(mail.attachments.size(), 1U);
    EXPECT_EQ(*mail.attachments[0].bytes, *outbound.attachments[0].bytes);
}

// RFC 2046, section 5.2.1: nothing but 7bit, 8bit or binary is allowed there.
TEST(MailParts, AnEnclosedMailIsNotEncoded) {
    Outbound outbound = reply();
    outbound.attachments = {file("a.eml", "message/rfc822", "Subject: x\r\n\r\nbytes\r\n")};
    const std::string bytes = compose_mail(outbound);
    const auto part = bytes.find("Content-Type: message/rfc822");
    if (part == std::string::npos) return;  // as a file of another type it may be encoded
    EXPECT_THAT(bytes.substr(part), Not(HasSubstr("Content-Transfer-Encoding: base64")));
}

TEST(MailAutomatic, AMachinesWordsSaySo) {
    Outbound outbound = reply();
    const std::vector<std::pair<std::string, std::string>> marks = {
        {"Auto-Submitted", "auto-replied"},
        {"X-Auto-Response-Suppress", "All"},
        {"Precedence", "bulk"}};
    for (const auto& [name, value] : marks)
        EXPECT_EQ(headers_named(compose_mail(outbound), name), 0U) << name;
    outbound.automatic = true;
    const std::string bytes = compose_mail(outbound);
    for (const auto& [name, value] : marks) {
        EXPECT_EQ(headers_named(bytes, name), 1U) << name;
        EXPECT_THAT(bytes, HasSubstr("\r\n" + name + ": " + value + "\r\n"));
    }
    const Inbound mail = read_back(bytes);
    EXPECT_EQ(mail.automatic, Automatic::auto_reply) << "as we read it ourselves";
    EXPECT_FALSE(mail.answerable);
}

TEST(MailSubject, WhatSpellsAnEncodedWordReadsBackAsWritten) {
    for (const std::string subject :
         {"=?utf-8?q?x?=", "Re: =?UTF-8?B?eA==?= and =?x", "=?",
          "?= =?utf-8?q?a?= =?utf-8?q?b?=", "=?utf-8?q?caff\xC3\xA8?= \xF0\x9F\x98\x80"}) {
        Outbound outbound = reply();
        outbound.subject = subject;
        const std::string bytes = compose_mail(outbound);
        EXPECT_EQ(read_back(bytes).subject, subject);
        EXPECT_EQ(headers_named(bytes, "Subject"), 1U);
    }
}

TEST(MailSubject, ALongOneIsFolded) {
    std::string subject = "=?";
    for (int i = 0; i < 60; ++i) subject += "\xC3\xA8\xF0\x9F\x98\x80 x";
    Outbound outbound = reply();
    outbound.subject = subject;
    const std::string bytes = compose_mail(outbound);
    EXPECT_EQ(headers_named(bytes, "Subject"), 1U);
    for (const std::string& line : lines_of(bytes)) EXPECT_LE(line.size(), 78U) << line;
    EXPECT_TRUE(std::ranges::all_of(bytes, [](unsigned char c) { return c < 128; }));
}

TEST(MailSubject, ALongOneReadsBackAsWritten) {
    for (const std::string begin : {"", "=?"}) {
        Outbound outbound = reply();
        outbound.subject = begin;
        for (int i = 0; i < 60; ++i) outbound.subject += "\xC3\xA8\xF0\x9F\x98\x80 x";
        outbound.from.name = outbound.subject;
        const Inbound mail = read_back(compose_mail(outbound));
        EXPECT_EQ(mail.subject, outbound.subject);
        EXPECT_EQ(mail.sender.name, outbound.subject);
    }
}

// Each encoded word is whole in itself, its padding too (RFC 2047, section 2).
TEST(MailSubject, EncodedWordsWithPaddingAreReadToTheEnd) {
    const std::string words = "=?UTF-8?B?Z3LDvMOfZQ==?=\r\n =?UTF-8?B?IG1laHI=?= end";
    const Inbound mail =
        read_back("From: " + words + " <lea@kunde.test>\r\nSubject: " + words + "\r\n\r\nText\r\n");
    EXPECT_EQ(mail.subject,
              "gr\xC3\xBC\xC3\x9F"
              "e mehr end");
    EXPECT_EQ(mail.sender.name,
              "gr\xC3\xBC\xC3\x9F"
              "e mehr end");
}

TEST(MailNames, WhatSpellsAnEncodedWordReadsBackAsWritten) {
    Outbound outbound = reply();
    outbound.from.name = "=?utf-8?q?x?=";
    outbound.to = {mailbox("lea@kunde.test", "Lea =?utf-8?q?x?=")};
    outbound.attachments = {file("=?utf-8?q?x?=.pdf", "application/pdf", "bytes")};
    const Inbound mail = read_back(compose_mail(outbound));
    EXPECT_EQ(mail.sender.name, outbound.from.name);
    EXPECT_EQ(mail.to, outbound.to);
    ASSERT_EQ(mail.attachments.size(), 1U);
    EXPECT_EQ(mail.attachments[0].name, "=_utf-8?q?x?=.pdf") << "taken for no encoded word";
}

// Whatever comes in as a value: header lines are ours alone, and so is the body below them.
TEST(MailInjection, NoControlCharacterInAnyValueAddsALine) {
    for (int c = 0; c < 0x20; ++c) {
        const std::string end(1, static_cast<char>(c));
        const std::string evil =
            "x@y.test" + end + "Bcc: evil@x.test" + end + end + "--=_mixed-5" + end + "y";
        Outbound outbound = formatted();
        outbound.subject = outbound.reply_to = outbound.external_id = outbound.in_reply_to = evil;
        outbound.from = mailbox(evil, evil);
        outbound.to = outbound.cc = {mailbox(evil, evil)};
        outbound.references = {evil, evil};
        outbound.attachments = {file(evil, "text/" + evil, "bytes"), image(evil)};
        outbound.attachments[1].type = evil + "/png";
        outbound.attachments[1].name = evil;
        const std::string bytes = compose_mail(outbound);
        for (const std::string& line : lines_of(bytes))
            EXPECT_FALSE(line.starts_with("Bcc:")) << c << ": " << line;
        EXPECT_EQ(headers_named(bytes, "Subject"), 1U) << c;
        EXPECT_EQ(header_lines(bytes).size(), header_lines(compose_mail(formatted())).size() + 1)
            << c << ": Cc is one more";
        const Inbound mail = read_back(bytes);
        EXPECT_EQ(text_of(mail), outbound.text) << c;
        EXPECT_EQ(mail.attachments.size(), 2U) << c;
    }
}

TEST(MailInjection, TheSameInTheFormOfEncodedWords) {
    const std::string evil = "=?utf-8?q?x=0D=0ABcc:=20evil@x.test=0D=0A?=";
    Outbound outbound = reply();
    outbound.subject = evil;
    outbound.from.name = evil;
    outbound.to = {mailbox("lea@kunde.test", evil)};
    outbound.attachments = {file(evil, "application/pdf", "bytes")};
    const std::string bytes = compose_mail(outbound);
    EXPECT_THAT(bytes, Not(HasSubstr("\nBcc:")));
    EXPECT_EQ(read_back(bytes).subject, evil);
}

}  // namespace
