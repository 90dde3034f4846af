// What is written to an IMAP server: names, sets, dates and sign-ins, against values of others.
#include <gtest/gtest.h>

#include <algorithm>

#include "connectors/email/imap_dates.hpp"
#include "connectors/email/imap_wire.hpp"

namespace {

using namespace connectors::email;

TEST(ImapQuoted, EscapesQuotesAndBackslashes) {
    EXPECT_EQ(imap_quoted(""), R"("")");
    EXPECT_EQ(imap_quoted("a b"), R"("a b")");
    EXPECT_EQ(imap_quoted(R"(a"b\c)"), R"("a\"b\\c")");
}

TEST(ImapQuoted, NothingEndsTheCommandLine) {
    const std::string hostile{"a\r\nh9 DELETE x\n\0b", 17};
    const std::string quoted = imap_quoted(hostile);
    EXPECT_EQ(quoted, "\"ah9 DELETE xb\"");
}

// By the example of RFC 3501, section 5.1.3, and Python's codecs.
TEST(ImapMailboxName, IsWrittenInModifiedUtf7) {
    EXPECT_EQ(imap_mailbox_name("INBOX"), "\"INBOX\"");
    EXPECT_EQ(imap_mailbox_name("~peter/mail/台北/日本語"), "\"~peter/mail/&U,BTFw-/&ZeVnLIqe-\"");
    EXPECT_EQ(imap_mailbox_name("Entwürfe"), "\"Entw&APw-rfe\"");
    EXPECT_EQ(imap_mailbox_name("Входящие"), "\"&BBIERQQ+BDQETwRJBDgENQ-\"");
}

TEST(ImapMailboxName, AnAmpersandIsEscaped) {
    EXPECT_EQ(imap_mailbox_name("&"), "\"&-\"");
    EXPECT_EQ(imap_mailbox_name("a&b&"), "\"a&-b&-\"");
    EXPECT_EQ(imap_mailbox_name("Gelöscht & weg"), "\"Gel&APY-scht &- weg\"");
}

TEST(ImapMailboxName, WhatIsBeyondSixteenBitsBecomesAPair) {
    EXPECT_EQ(imap_mailbox_name("😀"), "\"&2D3eAA-\"");
    EXPECT_EQ(imap_mailbox_name("Büro/Ä😀ß"), "\"B&APw-ro/&AMTYPd4AAN8-\"");
}

TEST(ImapMailboxName, IsQuotedLikeEveryString) {
    EXPECT_EQ(imap_mailbox_name("a\"b\\c"), R"("a\"b\\c")");
}

// RFC 4648, section 10.
TEST(ImapBase64, IsPaddedAndInOneLine) {
    EXPECT_EQ(base64_of(""), "");
    EXPECT_EQ(base64_of("f"), "Zg==");
    EXPECT_EQ(base64_of("fo"), "Zm8=");
    EXPECT_EQ(base64_of("foobar"), "Zm9vYmFy");
    EXPECT_EQ(base64_of("\xfb\xff\xbf"), "+/+/");
    const std::string large = base64_of(std::string(6000, 'x'));
    EXPECT_EQ(large.size(), 8000U);
    EXPECT_EQ(large.find_first_of("\r\n="), std::string::npos);
}

// The credentials of RFC 4616, section 4.
TEST(Sasl, PlainCarriesUserAndPassword) {
    EXPECT_EQ(sasl_plain("tim", "tanstaaftanstaaf"), "AHRpbQB0YW5zdGFhZnRhbnN0YWFm");
}

// The example of Google's description of XOAUTH2.
TEST(Sasl, Xoauth2CarriesUserAndToken) {
    EXPECT_EQ(sasl_xoauth2("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"),
              "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSb"
              "GNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==");
}

// User and token of the example in RFC 7628, section 4.1, without its optional host and port.
TEST(Sasl, OauthbearerCarriesUserAndToken) {
    EXPECT_EQ(
        sasl_oauthbearer("user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="),
        "bixhPXVzZXJAZXhhbXBsZS5jb20sAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHR"
        "XVZMjl0Q2c9PQEB");
}

TEST(ImapUidSet, RunsAreFolded) {
    EXPECT_EQ(uid_set({}), "");
    EXPECT_EQ(uid_set({5}), "5");
    EXPECT_EQ(uid_set({1, 2, 3, 5, 7, 8}), "1:3,5,7:8");
    EXPECT_EQ(uid_set({4294967294U, 4294967295U}), "4294967294:4294967295");
    EXPECT_EQ(uid_set({1, 4294967295U}), "1,4294967295");
}

// RFC 3501: "Any message number ... in any order"; a command line of ours stays short.
TEST(ImapUidSet, FiveHundredUidsFitALine) {
    std::vector<std::uint32_t> every_other;
    for (std::uint32_t i = 0; i < 500; ++i) every_other.push_back(4294960000U + 2 * i);
    const std::string set = uid_set(every_other);
    EXPECT_EQ(std::ranges::count(set, ','), 499);
    EXPECT_LT(set.size(), 8000U) << "RFC 7162 recommends servers to take 8192 octets";
}

TEST(ImapDate, IsADayAMonthsNameAndAYear) {
    EXPECT_EQ(imap_date(0), "1-Jan-1970");
    EXPECT_EQ(imap_date(10956), "31-Dec-1999");
    EXPECT_EQ(imap_date(19782), "29-Feb-2024");
    EXPECT_EQ(imap_date(20485), "1-Feb-2026");
    EXPECT_EQ(imap_date(20779), "22-Nov-2026");
    EXPECT_EQ(imap_date(-1), "31-Dec-1969");
}

TEST(ImapWords, InternalDatesAreInstants) {
    const auto seconds = [](const char* text) -> std::optional<std::int64_t> {
        const auto at = imap_instant(text);
        if (!at) return std::nullopt;
        return std::chrono::duration_cast<std::chrono::seconds>(at->time_since_epoch()).count();
    };
    EXPECT_EQ(seconds("22-Nov-2026 09:00:00 +0100"), 1795334400);
    EXPECT_EQ(seconds(" 2-Nov-2026 09:00:00 -0330"), 1793622600);
    EXPECT_EQ(seconds("31-Dec-1999 23:59:60 +0000"), 946684800);
    for (const char* wrong :
         {"", "22-Nov-2026", "31-Feb-2026 09:00:00 +0000", "22-Xyz-2026 09:00:00 +0000",
          "22-Nov-2026 24:00:00 +0000", "22-Nov-2026 09:00:00 0100"})
        EXPECT_EQ(seconds(wrong), std::nullopt) << wrong;
}

}  // namespace
