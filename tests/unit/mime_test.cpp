// Mail as a value, of mails written here line by line. The pieces are in tests of their own, the
// mails that nobody in this project wrote in tests/mail.
#include "connectors/email/mime.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace connectors;
using namespace connectors::email;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const Envelope from_lea{.sender = "lea@kunde.test", .recipients = {"ada@desk.test"}};

Inbound parsed(std::string raw, const MimeLimits& limits = {},
               const Envelope& envelope = from_lea) {
    start_mime();
    return parse_mail(std::make_shared<const std::string>(std::move(raw)), envelope, limits);
}

const std::string head =
    "From: Lea <lea@kunde.test>\r\nMessage-ID: <1@kunde.test>\r\nSubject: hi\r\n"
    "Date: Fri, 21 Nov 2025 10:00:00 +0100\r\n";

Inbound with_headers(const std::string& headers) {
    return parsed(headers + "\r\nbody\r\n");
}

std::string text_in(const std::string& charset, const std::string& bytes) {
    return parsed(head + "Content-Type: text/plain; charset=" + charset + "\r\n\r\n" + bytes).text;
}

std::string attached(const std::string& headers) {
    const Inbound mail = parsed(head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" +
                                headers + "\r\n\r\nbytes\r\n--b--\r\n");
    return mail.attachments.size() == 1 ? mail.attachments.front().name : "(not one attachment)";
}

TEST(MailCharsets, WhatTheLabelSays) {
    EXPECT_EQ(text_in("utf-8", "caff\xC3\xA8"), "caff\xC3\xA8");
    EXPECT_EQ(text_in("iso-8859-15", "10 \xA4"), "10 \xE2\x82\xAC");
    EXPECT_EQ(text_in("windows-1251", "\xCF\xF0\xE8\xE2\xE5\xF2"), "Привет");
    EXPECT_EQ(text_in("koi8-r", "\xF0\xD2\xC9\xD7\xC5\xD4"), "Привет");
    EXPECT_EQ(text_in("shift_jis", "\x83\x65\x83\x58\x83\x67"), "テスト");
    EXPECT_EQ(text_in("iso-2022-jp", "\x1B$B%F%9%H\x1B(B"), "テスト");
    EXPECT_EQ(text_in("big5", "\xA4\xA4\xA4\xE5"), "中文");
    EXPECT_EQ(text_in("utf-16le", std::string("h\0i\0", 4)), "hi");
}

TEST(MailCharsets, WhatTheLabelShouldHaveSaid) {
    EXPECT_EQ(text_in("us-ascii", "caff\xC3\xA8"), "caff\xC3\xA8");
    EXPECT_EQ(text_in("us-ascii", "caff\xE8"), "caff\xC3\xA8");
    EXPECT_EQ(text_in("iso-8859-1", "10 \x80 \x93so\x94"),
              "10 \xE2\x82\xAC \xE2\x80\x9Cso\xE2\x80\x9D");
    EXPECT_EQ(text_in("gb2312", "\x96\x7C"), "\xE6\x9D\xB1");
    EXPECT_EQ(text_in("ks_c_5601-1987", "\x8C\x63"), "\xEB\x98\xA0");
    EXPECT_EQ(text_in("no-such-charset", "caff\xC3\xA8"), "caff\xC3\xA8");
    EXPECT_EQ(text_in("utf-8", "caff\xE8"), "caff\xC3\xA8");
}

TEST(MailCharsets, ValidUtf8StaysAndTheRestIsWindows1252) {
    EXPECT_EQ(valid_utf8("caff\xC3\xA8"), "caff\xC3\xA8");
    EXPECT_EQ(valid_utf8("\x80\x9F\xE8"), "\xE2\x82\xAC\xC5\xB8\xC3\xA8");
    EXPECT_EQ(valid_utf8("\xED\xA0\x80"), "\xC3\xAD\xC2\xA0\xE2\x82\xAC");
    EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80").substr(0, 2), "\xC3\xB4");
    EXPECT_EQ(valid_utf8(""), "");
}

TEST(MailHeaders, EncodedWords) {
    const auto subject = [](const std::string& value) {
        return with_headers("Subject: " + value + "\r\n").subject;
    };
    EXPECT_EQ(subject("=?UTF-8?Q?Re:_Lieferung_versp=C3=A4tet?="),
              "Re: Lieferung versp\xC3\xA4tet");
    EXPECT_EQ(subject("=?utf-8?B?Y2FmZsOo?= =?utf-8?Q?_nero?="), "caff\xC3\xA8 nero");
    EXPECT_EQ(subject("=?utf-8?Q?caff=C3?=\r\n =?utf-8?Q?=A8?="), "caff\xC3\xA8")
        << "cut in a character";
    EXPECT_EQ(subject("=?iso-8859-1?Q?caff=E8?="), "caff\xC3\xA8");
    EXPECT_EQ(subject("=?nonsense?="), "=?nonsense?=");
    EXPECT_EQ(subject("one\r\n two"), "one two");
}

TEST(MailHeaders, RawEightBitBytes) {
    EXPECT_EQ(with_headers("Subject: caff\xC3\xA8\r\n").subject, "caff\xC3\xA8");
    EXPECT_EQ(with_headers("Subject: caff\xE8\r\n").subject, "caff\xC3\xA8");
    EXPECT_EQ(with_headers("Subject: 10 \x80\r\n").subject, "10 \xE2\x82\xAC") << "windows-1252";
    EXPECT_EQ(with_headers("From: Ren\xE9 <r@kunde.test>\r\n").sender.name, "Ren\xC3\xA9");
}

TEST(MailHeaders, AddressesGroupsAndNames) {
    const Inbound mail = with_headers(
        "From: =?utf-8?Q?L=C3=A9a?= <LEA@Kunde.test>\r\n"
        "To: \"Doe, Ada\" <ada@desk.test>, Team: bob@desk.test, eve@desk.test;\r\nCc: "
        "support@desk.test\r\n");
    EXPECT_EQ(mail.sender, (Address{.kind = "email",
                                    .value = "lea@kunde.test",
                                    .name = "L\xC3\xA9"
                                            "a"}));
    ASSERT_EQ(mail.to.size(), 3U);
    EXPECT_EQ(mail.to[0].name, "Doe, Ada");
    EXPECT_EQ(mail.to[2].value, "eve@desk.test");
    EXPECT_EQ(mail.cc.at(0).value, "support@desk.test");
}

TEST(MailHeaders, WithoutFromTheEnvelopeSpeaks) {
    const Inbound mail = with_headers("Subject: x\r\n");
    EXPECT_EQ(mail.sender.value, "lea@kunde.test");
    EXPECT_THAT(mail.defects, Contains("no_from"));
    EXPECT_THAT(mail.defects, Contains("no_message_id"));
    EXPECT_FALSE(parsed("Subject: x\r\n\r\n", {}, {}).sender.value.empty());
    EXPECT_EQ(with_headers("Sender: S <s@kunde.test>\r\n").sender.value, "s@kunde.test");
}

TEST(MailHeaders, IdsAndThread) {
    const Inbound mail = with_headers(
        "Message-ID: <first@kunde.test>\r\nMessage-ID: <second@kunde.test>\r\nIn-Reply-To: "
        "<3@desk.test>\r\n"
        "References: <1@desk.test>\r\n <2@desk.test> <3@desk.test>\r\n");
    EXPECT_EQ(mail.external_id, "first@kunde.test");
    EXPECT_THAT(mail.thread_ids, ElementsAre("3@desk.test", "2@desk.test", "1@desk.test"));
    EXPECT_THAT(with_headers("References: <1@desk.test> <2@desk.test>\r\n"
                             "In-Reply-To: Your mail <9@desk.test> of today\r\n")
                    .thread_ids,
                ElementsAre("9@desk.test", "2@desk.test", "1@desk.test"));
    EXPECT_EQ(with_headers("Message-ID: bare@kunde.test\r\n").external_id, "bare@kunde.test");
}

TEST(MailHeaders, AThreadWithoutEndIsCut) {
    for (const std::string field : {"In-Reply-To:", "References:"}) {
        std::string headers = field;
        for (int i = 0; i < 3000; ++i) headers += " <" + std::to_string(i) + "@desk.test>\r\n";
        EXPECT_LE(with_headers(headers).thread_ids.size(), 100U) << field;
    }
}

TEST(MessageIds, InOrderWithoutBrackets) {
    EXPECT_THAT(message_ids("<a@b> text <c@d><e@f>"), ElementsAre("a@b", "c@d", "e@f"));
    EXPECT_THAT(message_ids("<a\r\n @b>"), ElementsAre("a@b"));
    EXPECT_THAT(message_ids(""), IsEmpty());
    EXPECT_THAT(message_ids("a@b"), IsEmpty());
    EXPECT_THAT(message_ids("<a@b"), IsEmpty());
    EXPECT_THAT(message_ids("<> < > <" + std::string(501, 'x') + "> <ok>"), ElementsAre("ok"));
}

TEST(MailParts, AlternativesBecomeTextAndHtml) {
    const Inbound mail =
        parsed(head +
               "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: "
               "text/plain\r\n\r\nHello\r\n"
               "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hello</p>\r\n--b--\r\n");
    EXPECT_EQ(mail.text, "Hello");
    EXPECT_EQ(mail.html, "<p>Hello</p>");
    EXPECT_THAT(mail.attachments, IsEmpty());
}

TEST(MailParts, HtmlAloneGivesTextToo) {
    const Inbound mail = parsed(head +
                                "Content-Type: text/html; charset=iso-8859-1\r\n\r\n"
                                "<html><head><meta http-equiv=\"Content-Type\" "
                                "content=\"text/html; charset=iso-8859-1\"></head>"
                                "<body><p>Caff\xE8</p><p>due</p></body></html>");
    EXPECT_THAT(mail.html, HasSubstr("Caff\xC3\xA8"));
    EXPECT_THAT(mail.text, HasSubstr("Caff\xC3\xA8\n"));
    EXPECT_THAT(mail.text, HasSubstr("due"));
}

TEST(MailParts, AttachmentsInlineImagesAndTheirBytes) {
    const Inbound mail = parsed(
        head +
        "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
        "<img src=\"cid:logo@x\">\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <logo@x>\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n--b\r\nContent-Type: "
        "Application/PDF\r\n"
        "Content-Disposition: attachment; filename=\"a.pdf\"\r\nContent-ID: "
        "<x@y>\r\n\r\nbytes\r\n--b--\r\n");
    ASSERT_EQ(mail.attachments.size(), 2U);
    EXPECT_TRUE(mail.attachments[0].is_inline);
    EXPECT_EQ(mail.attachments[0].content_id, "logo@x");
    EXPECT_EQ(*mail.attachments[0].bytes, "\x89PNG");
    EXPECT_EQ(mail.attachments[0].sha256,
              "0f4636c78f65d3639ece5a064b5ae753e3408614a14fb18ab4d7540d2c248543");
    EXPECT_FALSE(mail.attachments[1].is_inline);
    EXPECT_EQ(mail.attachments[1].type, "application/pdf");
    EXPECT_EQ(mail.attachments[1].size, 5U);
}

TEST(MailParts, NamesOfAttachments) {
    const std::string named = "Content-Disposition: attachment; ";
    EXPECT_EQ(attached(named + "filename=a.txt"), "a.txt");
    EXPECT_EQ(attached(named + "filename*=UTF-8''caff%C3%A8.txt"), "caff\xC3\xA8.txt");
    EXPECT_EQ(attached(named +
                       "filename*0*=UTF-8''caff%C3;\r\n filename*1*=%A8;\r\n filename*2=\".txt\""),
              "caff\xC3\xA8.txt");
    EXPECT_EQ(attached(named + "filename=\"=?utf-8?Q?caff=C3=A8.txt?=\""), "caff\xC3\xA8.txt");
    EXPECT_EQ(attached(named + "filename=\"caff\xE8.txt\""), "caff\xC3\xA8.txt");
    EXPECT_EQ(attached("Content-Type: text/plain; name=\"note.txt\""), "note.txt");
    EXPECT_EQ(attached("Content-Type: application/x-unknown"), "part-2");
    EXPECT_EQ(attached("Content-Type: image/png"), "part-2.png");
    EXPECT_EQ(attached("Content-Type: text/calendar"), "invitation.ics");
    EXPECT_EQ(attached("Content-Type: message/delivery-status"), "delivery-status.txt");
}

std::string forwarded(const std::string& inner) {
    return head +
           "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee below\r\n--b\r\n"
           "Content-Type: message/rfc822\r\n\r\n" +
           inner + "\r\n--b--\r\n";
}

TEST(MailParts, ANestedMailIsShownAndNotMerged) {
    const Inbound mail =
        parsed(forwarded("From: x@y.test\r\nSubject: inner\r\n\r\ninner text\r\n"));
    EXPECT_EQ(mail.text, "see below");
    ASSERT_EQ(mail.attachments.size(), 1U);
    EXPECT_EQ(mail.attachments[0].name, "inner.eml");
    EXPECT_EQ(mail.attachments[0].type, "message/rfc822");
    EXPECT_THAT(*mail.attachments[0].bytes, HasSubstr("inner text"));
}

TEST(MailParts, ANestedMailKeepsAllItsBytesAndItsWholeName) {
    const std::string inner =
        "Subject: " + std::string(79, 's') + "\xC3\xA8\r\n\r\none" + std::string(1, '\0') + "two";
    const Inbound mail = parsed(forwarded(inner));
    ASSERT_EQ(mail.attachments.size(), 1U);
    EXPECT_THAT(*mail.attachments[0].bytes, HasSubstr("two")) << "cut at a zero byte";
    EXPECT_THAT(mail.attachments[0].name, Not(HasSubstr("\xC3\x83"))) << "cut inside a character";
}

TEST(MailLimits, PartsDepthTextAndHeader) {
    std::string many = head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    for (int i = 0; i < 50; ++i) many += "--b\r\nContent-Type: image/png\r\n\r\nx\r\n";
    const Inbound few = parsed(many + "--b--\r\n", {.parts_max = 10});
    EXPECT_EQ(few.attachments.size(), 9U) << "the container counts as well";
    EXPECT_THAT(few.defects, Contains("too_many_parts"));

    std::string deep = head;
    for (int i = 0; i < 400; ++i) {
        const std::string boundary = "b" + std::to_string(i);
        deep += "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary +
                "\r\n";
    }
    EXPECT_THAT(parsed(deep + "\r\nbottom").defects, Contains("nested_too_deep"));

    const Inbound cut = parsed(head + "Content-Type: text/plain; charset=utf-8\r\n\r\n" +
                                   std::string(99, 'x') + "\xC3\xA8",
                               {.text_bytes_max = 100});
    EXPECT_EQ(cut.text, std::string(99, 'x')) << "cut between characters";
    EXPECT_THAT(cut.defects, Contains("text_cut"));

    const Inbound header = parsed(head + "X-Long: " + std::string(5000, 'x') + "\r\n\r\nbody",
                                  {.header_bytes_max = 1000});
    EXPECT_THAT(header.defects, Contains("header_too_long"));
    EXPECT_EQ(header.subject, "hi");
    EXPECT_GT(header.raw->size(), 5000U) << "the raw mail stays whole";
}

TEST(MailLimits, RubbishIsKeptAndNeverFatal) {
    for (const std::string& raw :
         {std::string{}, std::string{"\r\n"}, std::string{"\r\n\r\n"}, std::string{"no header"},
          std::string(3000, '\0'), std::string(3000, '\xFF'), std::string(300, '\n'),
          std::string{"Content-Type: multipart/mixed\r\n\r\n--\r\n"}}) {
        const Inbound mail = parsed(raw);
        EXPECT_EQ(*mail.raw, raw);
        EXPECT_FALSE(mail.sender.value.empty());
        EXPECT_FALSE(mail.receipt_key.empty());
    }
}

TEST(ReceiptKey, ARedeliveryHasTheSameAndADifferentMailAnother) {
    const std::string mail = head + "Content-Type: text/plain\r\n\r\nHello\r\n";
    const std::string key = parsed(mail).receipt_key;
    EXPECT_EQ(
        parsed("Received: from a.test by b.test; Fri, 21 Nov 2025 10:00:01 +0100\r\nX-Spam: 1\r\n" +
               mail)
            .receipt_key,
        key);
    EXPECT_THAT(key, HasSubstr("1@kunde.test|"));
    EXPECT_NE(parsed(head + "\r\nGoodbye\r\n").receipt_key, key) << "same Message-ID, other text";
    EXPECT_NE(
        parsed("From: eve@x.test\r\n" + head.substr(head.find("Message-ID")) + "\r\nHello\r\n")
            .receipt_key,
        key);
}

TEST(ReceiptKey, OtherAttachmentsMakeAnotherMail) {
    const auto scan = [](const std::string& bytes) {
        return parsed(
                   "From: scanner@office.test\r\nSubject: Scan\r\nContent-Type: application/pdf\r\n"
                   "Content-Disposition: attachment; filename=scan.pdf\r\n\r\n" +
                   bytes)
            .receipt_key;
    };
    EXPECT_EQ(scan("page one"), scan("page one"));
    EXPECT_NE(scan("page one"), scan("page two")) << "a scanner sends neither Message-ID nor Date";
}

TEST(MailText, FlowedLinesBecomeParagraphsAgain) {
    const auto text = [](const std::string& parameters, const std::string& body) {
        return parsed(head + "Content-Type: text/plain; charset=utf-8" + parameters + "\r\n\r\n" +
                      body)
            .text;
    };
    EXPECT_EQ(text("; format=flowed", "one \r\ntwo\r\n> a \r\n> b"), "one two\n> a b");
    EXPECT_EQ(text("; Format=Flowed; DelSp=Yes", "one \r\ntwo"), "onetwo");
    EXPECT_EQ(text("; format=fixed", "one \r\ntwo"), "one \ntwo");
    EXPECT_EQ(text("", "one \r\ntwo"), "one \ntwo");
}

TEST(MailText, WhatWasWrittenIsTrimmedInHtmlToo) {
    const Inbound mail = parsed(head +
                                "Content-Type: text/html\r\n\r\n<p>Yes.</p><div>On 1 Jan 2026, Ada "
                                "&lt;ada@desk.test&gt; wrote:</div><blockquote>Hi</blockquote>");
    EXPECT_EQ(mail.trimmed_text, "Yes.");
    EXPECT_THAT(mail.text, HasSubstr("> Hi"));
}

TEST(WhoWroteAMail, IsReadFromItsHeaderAndItsEnvelope) {
    EXPECT_EQ(with_headers("X-Autoreply: yes\r\n").automatic, Automatic::auto_reply);
    EXPECT_EQ(with_headers("Auto-Submitted:\r\n auto-replied\r\n").automatic,
              Automatic::auto_reply);
    EXPECT_EQ(with_headers("Subject: x\r\n").automatic, Automatic::no);
    EXPECT_TRUE(with_headers("Subject: x\r\n").answerable);
    EXPECT_EQ(parsed(head + "\r\nx", {}, {}).automatic, Automatic::auto_reply)
        << "no envelope sender";
    const Inbound list = with_headers("List-Id: <dev.kunde.test>\r\n");
    EXPECT_EQ(list.automatic, Automatic::no);
    EXPECT_FALSE(list.answerable);
    EXPECT_FALSE(with_headers("FROM: =?utf-8?Q?Caff=C3=A8?= <NoReply@shop.test>\r\n").answerable);
}

// What follows is not so yet.

TEST(MailParts, ANestedMailKeepsTheNameThatItWasGiven) {
    const Inbound mail = parsed(head +
                                "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                                "Content-Type: message/rfc822\r\n"
                                "Content-Disposition: attachment; filename=\"old.eml\"\r\n\r\n"
                                "Subject: inner\r\n\r\ntext\r\n--b--\r\n");
    ASSERT_EQ(mail.attachments.size(), 1U);
    EXPECT_EQ(mail.attachments[0].name, "old.eml");
}

TEST(MailLimits, TheTextOfHtmlHasTheSameLimit) {
    std::string html;
    for (int i = 0; i < 10; ++i) html += "<blockquote>";
    while (html.size() < 190) html += "x<br>";
    const Inbound mail =
        parsed(head + "Content-Type: text/html\r\n\r\n" + html + "\r\n", {.text_bytes_max = 200});
    EXPECT_LE(mail.text.size(), 200U);
}

}  // namespace
