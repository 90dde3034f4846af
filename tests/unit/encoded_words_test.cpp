// Encoded words that stand beside each other: what GMime alone loses or repeats.
#include "connectors/email/encoded_words.hpp"

#include <gtest/gtest.h>

#include "connectors/email/mime.hpp"

namespace {

using namespace connectors::email;

connectors::Inbound read(const std::string& header) {
    start_mime();
    return parse_mail(std::make_shared<const std::string>(header + "\r\nText\r\n"),
                      {.sender = "lea@kunde.test", .recipients = {"support@desk.test"}}, {});
}

TEST(EncodedWords, PaddedNeighboursAreReadWhole) {
    EXPECT_EQ(
        read("Subject: =?utf-8?B?w6g=?= =?utf-8?B?w6jDqA==?=\r\n =?UTF-8?b?w6k=?=\r\n").subject,
        "\u00e8\u00e8\u00e8\u00e9");
    EXPECT_EQ(read("Subject: Re: =?utf-8?B?YQ==?= =?utf-8?B?Yg==?= c =?utf-8?B?ZA==?=\r\n").subject,
              "Re: ab c d");
}

TEST(EncodedWords, ACharacterMayBeSplitBetweenThem) {
    EXPECT_EQ(read("Subject: =?utf-8?B?8J8=?= =?utf-8?B?mIA=?=\r\n").subject, "\U0001F600");
}

TEST(EncodedWords, NamesAndFileNamesAreReadWhole) {
    const auto mail = read(
        "From: =?utf-8?B?TMOpYQ==?= =?utf-8?B?IFI=?= <lea@kunde.test>\r\n"
        "To: =?utf-8?B?w6g=?= =?utf-8?B?w6k=?= <a@desk.test>, b@desk.test\r\n"
        "Content-Type: application/pdf; name=x.pdf\r\nContent-Disposition: attachment;\r\n"
        " filename=\"=?utf-8?B?w6g=?= =?utf-8?B?LnBkZg==?=\"\r\n");
    EXPECT_EQ(mail.sender.name, "L\u00e9a R");
    ASSERT_EQ(mail.to.size(), 2U);
    EXPECT_EQ(mail.to[0].name, "\u00e8\u00e9");
    ASSERT_EQ(mail.attachments.size(), 1U);
    EXPECT_EQ(mail.attachments[0].name, "\u00e8.pdf");
}

TEST(ReplyTo, IsToldWhereItIsAnotherAddress) {
    EXPECT_EQ(read("From: form@site.test\r\nReply-To: Lea <LEA@kunde.test>, x@y.test\r\n")
                  .reply_to->value,
              "lea@kunde.test");
    EXPECT_FALSE(read("From: lea@kunde.test\r\nReply-To: Lea@kunde.test\r\n").reply_to);
    EXPECT_FALSE(read("From: lea@kunde.test\r\n").reply_to);
}

TEST(EncodedWords, WhatIsNoWordStaysAsItIs) {
    for (const char* text : {"", "=", "=?", "a =? b", "=?utf-8?B", "=?utf-8?B?YQ==",
                             "=?utf-8?Q?a=3D?= =?utf-8?Q?b?=", "=?u f?B?YQ==?=", "=?utf-8?B?Y Q?="})
        EXPECT_EQ(joined_words(text), text);
    EXPECT_EQ(joined_words("=?utf-8?B?YQ==?= =?latin1?B?Yg==?="),
              "=?utf-8?B?YQ==?= =?latin1?B?Yg==?=")
        << "of another charset";
}

TEST(EncodedWords, LongTextsBecomeWordsOfLegalLength) {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "\U0001F600\u00e8 ";
    const std::string words = encoded_words(text);
    std::size_t at = 0;
    while (at < words.size()) {
        const auto end = std::min(words.find(' ', at), words.size());
        EXPECT_LE(end - at, 75U);
        at = end + 1;
    }
    EXPECT_EQ(read("Subject: " + words + "x\r\n").subject, text + "x");
}

}  // namespace
