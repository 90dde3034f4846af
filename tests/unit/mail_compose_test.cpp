// An outgoing mail as bytes, and what the relay's answer means. What is composed is also read again
// by the parser, which is itself tested against mails of others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "connectors/email/mail_sender.hpp"
#include "tests/unit/composed_mail.hpp"

namespace {

using namespace composed_mail;
using testing::HasSubstr;
using testing::Not;

bool only_crlf(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r')) return false;
        if (bytes[i] == '\r' && (i + 1 == bytes.size() || bytes[i + 1] != '\n')) return false;
    }
    return true;
}

TEST(MailCompose, HasTheHeadersOfAReply) {
    const std::string bytes = compose_mail(reply());
    EXPECT_THAT(bytes, HasSubstr("From: Support <support@desk.test>\r\n"));
    EXPECT_THAT(bytes, HasSubstr("To: Lea <lea@kunde.test>\r\n"));
    EXPECT_THAT(bytes, HasSubstr("Reply-To: Support <support+c.118.wrcmj6ukk5@desk.test>\r\n"));
    EXPECT_THAT(bytes, HasSubstr("Subject: Re: Order 118\r\n"));
    EXPECT_THAT(bytes, HasSubstr("Message-Id: <118.5.abc@desk.test>\r\n"));
    EXPECT_THAT(bytes, HasSubstr("In-Reply-To: <1@kunde.test>\r\n"));
    EXPECT_THAT(bytes, HasSubstr("References: <0@desk.test> <1@kunde.test>\r\n"));
    EXPECT_THAT(bytes, HasSubstr("MIME-Version: 1.0\r\n"));
    EXPECT_THAT(bytes,
                testing::ContainsRegex("Date: [A-Z][a-z][a-z], [0-9]+ Nov 2026 [0-9:]+ [+]0000"));
}

TEST(MailCompose, WithoutAThreadThereAreNoThreadHeaders) {
    Outbound first = reply();
    first.in_reply_to.clear();
    first.references.clear();
    first.reply_to.clear();
    const std::string bytes = compose_mail(first);
    for (const char* name : {"In-Reply-To", "References", "Reply-To"})
        EXPECT_EQ(headers_named(bytes, name), 0U) << name;
}

TEST(MailCompose, EveryLineEndsWithCrlf) {
    Outbound outbound = reply();
    outbound.text = "one\ntwo\r\nthree\rfour\n\n.\n..\nFrom here\n" + std::string(3000, 'x');
    outbound.attachments = {file("a.txt", "text/plain", "bare\nlines\n")};
    EXPECT_TRUE(only_crlf(compose_mail(outbound)));
    EXPECT_TRUE(only_crlf(compose_mail(reply())));
}

TEST(MailCompose, NoLineIsLongerThanAMailServerTakes) {
    Outbound outbound = reply();
    outbound.text = std::string(5000, 'x') + "\n" + std::string(5000, ' ');
    outbound.references.assign(40, std::string(60, 'r') + "@kunde.test");
    const std::string bytes = compose_mail(outbound);
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t end = bytes.find("\r\n", at);
        ASSERT_LE(end - at, 998U) << bytes.substr(at, 60);
        at = end + 2;
    }
}

TEST(MailCompose, TheSameOutboundGivesTheSameBytes) {
    Outbound outbound = reply();
    outbound.attachments = {file("caff\xC3\xA8.pdf", "application/pdf", "bytes")};
    const std::string first = compose_mail(outbound);
    EXPECT_EQ(compose_mail(reply()), compose_mail(reply()));
    EXPECT_EQ(compose_mail(outbound), first);
}

TEST(MailCompose, OutsideAsciiEverythingIsEncoded) {
    Outbound outbound = reply();
    outbound.subject = "Re: caff\xC3\xA8 \xF0\x9F\x98\x80 " + std::string(200, 'x');
    outbound.to = {mailbox("lea@kunde.test",
                           "L\xC3\xA9"
                           "a M\xC3\xBCller")};
    outbound.text =
        "Gr\xC3\xBC\xC3\x9F"
        "e";
    outbound.attachments = {file("pr\xC3\xA8ventivo.pdf", "application/pdf", "bytes")};
    const std::string bytes = compose_mail(outbound);
    EXPECT_TRUE(std::ranges::all_of(bytes, [](unsigned char c) { return c < 128; }));
}

void expect_back(const Outbound& outbound) {
    const Inbound mail = read_back(compose_mail(outbound));
    EXPECT_EQ(mail.subject, outbound.subject);
    EXPECT_EQ(mail.sender, outbound.from);
    EXPECT_EQ(mail.to, outbound.to);
    EXPECT_EQ(mail.cc, outbound.cc);
    EXPECT_EQ(text_of(mail), outbound.text);
    EXPECT_EQ(mail.external_id, outbound.external_id);
    EXPECT_EQ(mail.provider_time, outbound.written_at);
    ASSERT_EQ(mail.attachments.size(), outbound.attachments.size());
    for (std::size_t i = 0; i < mail.attachments.size(); ++i) {
        EXPECT_EQ(mail.attachments[i].name, outbound.attachments[i].name);
        EXPECT_EQ(mail.attachments[i].type, outbound.attachments[i].type);
        EXPECT_EQ(*mail.attachments[i].bytes, *outbound.attachments[i].bytes);
        EXPECT_FALSE(mail.attachments[i].is_inline);
    }
}

TEST(MailRoundTrip, APlainReply) {
    expect_back(reply());
    EXPECT_EQ(read_back(compose_mail(reply())).thread_ids,
              (std::vector<std::string>{"1@kunde.test", "0@desk.test"}));
}

TEST(MailRoundTrip, NamesAndFilesOfTheWorld) {
    Outbound outbound = reply();
    outbound.from.name = "Bj\xC3\xB6rn, \"the desk\"";
    outbound.to = {mailbox("lea@kunde.test", "\xE6\x97\xA5\xE6\x9C\xAC"),
                   mailbox("max@kunde.test")};
    outbound.cc = {mailbox("eve@kunde.test", "Eve (accounts)")};
    outbound.subject = "\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82 =?x?= \xF0\x9F\x98\x80";
    outbound.text = "= =3D \xE2\x82\xAC\n\n> quoted\n. \n.\n  blanks \nFrom me";
    std::string all_bytes;
    for (int byte = 0; byte < 256; ++byte) all_bytes.push_back(static_cast<char>(byte));
    outbound.attachments = {file("pr\xC3\xA8ventivo; \"n. 1\".pdf", "application/pdf", all_bytes),
                            file(std::string(120, 'n') + ".txt", "text/plain", "text\r\nfile\n"),
                            file("empty.bin", "application/octet-stream", "")};
    expect_back(outbound);
}

TEST(MailRoundTrip, ATextThatLooksLikeABoundary) {
    Outbound outbound = reply();
    outbound.text =
        "before\n--part-5-of-mail\nContent-Type: text/html\n\n<p>x</p>\n--part-5-of-mail--\nafter";
    outbound.attachments = {file("a.pdf", "application/pdf", "bytes")};
    expect_back(outbound);
}

TEST(MailRoundTrip, AnyTextComesBack) {
    static const std::vector<std::string> pieces = {"a",  " ",        "\n",
                                                    "=",  ".",        "From ",
                                                    "\t", "\xC3\xA8", "\xF0\x9F\x98\x80",
                                                    "--", "x=20",     std::string(90, 'l')};
    for (unsigned seed = 1; seed <= 500; ++seed) {
        std::mt19937 random(seed);
        Outbound outbound = reply();
        outbound.text = "begin";
        for (unsigned count = random() % 60; count > 0; --count)
            outbound.text += pieces[random() % pieces.size()];
        outbound.text += "end";
        ASSERT_EQ(text_of(read_back(compose_mail(outbound))), outbound.text) << "seed " << seed;
    }
}

TEST(MailInjection, ALineEndInAValueIsNeverALineEndOfTheHeader) {
    for (const std::string line_end : {"\r\n", "\n", "\r", "\r\n\r\n"}) {
        const std::string evil = "x" + line_end + "Bcc: evil@x.test" + line_end + "y";
        Outbound outbound = reply();
        outbound.subject = evil;
        outbound.from.name = evil;
        outbound.to = {mailbox("lea@kunde.test", evil)};
        outbound.cc = {mailbox("max@kunde.test", evil)};
        outbound.attachments = {file(evil, "application/pdf", "bytes")};
        const std::string bytes = compose_mail(outbound);
        const std::string shown = testing::PrintToString(line_end);
        EXPECT_EQ(headers_named(bytes, "Bcc"), 0U) << shown;
        EXPECT_THAT(bytes, Not(HasSubstr("\nBcc:"))) << shown;
        EXPECT_EQ(headers_named(bytes, "Subject"), 1U) << shown;
        EXPECT_EQ(read_back(bytes).attachments.size(), 1U) << shown;
    }
}

TEST(MailInjection, AForeignIdOrAddressAddsNoHeaderEither) {
    const std::string evil = "x@y.test>\r\nBcc: <evil@x.test";
    Outbound outbound = reply();
    outbound.in_reply_to = evil;
    outbound.references = {evil};
    outbound.to = {mailbox(evil)};
    EXPECT_EQ(headers_named(compose_mail(outbound), "Bcc"), 0U);
}

TEST(MailOutcome, IsDecidedByTheReplyCode) {
    const auto kind = [](CURLcode result, long code) {
        return outcome_of(result, code, "detail").kind;
    };
    EXPECT_EQ(kind(CURLE_OK, 250), OutcomeKind::sent);
    for (const long code : {421L, 450L, 451L, 452L})
        EXPECT_EQ(kind(CURLE_SEND_ERROR, code), OutcomeKind::transient) << code;
    for (const long code : {500L, 550L, 552L, 553L, 554L})
        EXPECT_EQ(kind(CURLE_SEND_ERROR, code), OutcomeKind::permanent) << code;
    EXPECT_EQ(kind(CURLE_LOGIN_DENIED, 535), OutcomeKind::transient) << "the mail is not to blame";
    EXPECT_EQ(kind(CURLE_LOGIN_DENIED, 334), OutcomeKind::transient);
    EXPECT_EQ(kind(CURLE_COULDNT_CONNECT, 0), OutcomeKind::transient);
    EXPECT_EQ(kind(CURLE_COULDNT_RESOLVE_HOST, 0), OutcomeKind::transient);
    EXPECT_EQ(kind(CURLE_USE_SSL_FAILED, 220), OutcomeKind::transient);
}

TEST(MailOutcome, ABreakAfterTheMailWentOutIsUnknown) {
    for (const CURLcode result :
         {CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING, CURLE_OPERATION_TIMEDOUT})
        EXPECT_EQ(outcome_of(result, 354, "").kind, OutcomeKind::unknown) << result;
}

TEST(MailOutcome, TheReasonCarriesTheRelaysWords) {
    EXPECT_THAT(outcome_of(CURLE_SEND_ERROR, 550, "550 5.1.1 no such user").reason,
                HasSubstr("no such user"));
    EXPECT_THAT(outcome_of(CURLE_LOGIN_DENIED, 535, "").reason, HasSubstr("login"));
}

}  // namespace
