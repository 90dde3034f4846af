// Texts that nobody writes but who wants to do harm. They are so long that work out of proportion
// to them would not end in the time that a test is given; nothing may throw.
#include <gtest/gtest.h>

#include <algorithm>

#include "connectors/email/header_text.hpp"
#include "connectors/email/mime.hpp"
#include "connectors/email/reply_trim.hpp"
#include "connectors/email/report.hpp"
#include "connectors/email/report_text.hpp"

namespace {

using namespace connectors;
using namespace connectors::email;

constexpr std::size_t kilobytes = 1024;

std::string repeated(std::string_view what, std::size_t bytes) {
    std::string out;
    out.reserve(bytes + what.size());
    while (out.size() < bytes) out += what;
    return out;
}

// What the trimming, the unflowing and the reports of words all meet.
const std::vector<std::string>& pieces() {
    static const std::vector<std::string> all = {">",
                                                 ">\n",
                                                 "> \n",
                                                 "<",
                                                 "<\n",
                                                 "0",
                                                 "0\n",
                                                 "1@>:\n",
                                                 "\n",
                                                 " \n",
                                                 "\r",
                                                 "\r\n",
                                                 "|\n",
                                                 "| \n",
                                                 "```\n",
                                                 "From:\n",
                                                 "From: x\n\n",
                                                 "Date: \n",
                                                 "On ",
                                                 "On \n",
                                                 "On 1 <\n",
                                                 "-- \n",
                                                 "--\n",
                                                 "@",
                                                 "a@b\n",
                                                 "5.1.",
                                                 "5.1.1\n",
                                                 "550\n",
                                                 "(",
                                                 "((\n",
                                                 "*\n",
                                                 "wrote:",
                                                 "a \n",
                                                 "> a \n",
                                                 "\xC3\xA8",
                                                 "\xFF",
                                                 "Sent from my \n",
                                                 "1 a@b wrote 5 \n"};
    return all;
}

TEST(HostileText, IsTrimmedInProportionToItsLength) {
    for (const std::string& piece : pieces())
        for (const std::string& start : {"", "Yes.\n", "Yes.\n\nOn 1 Jan 2026, Ada wrote:\n"}) {
            const std::string text = start + repeated(piece, 100 * kilobytes);
            EXPECT_LE(trim_reply(text).size(), text.size()) << start << piece;
            EXPECT_LE(without_history(text).size(), text.size()) << start << piece;
        }
}

TEST(HostileText, IsUnflowedInProportionToItsLength) {
    for (const std::string& piece : pieces()) {
        const std::string text = repeated(piece, 500 * kilobytes);
        const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
        EXPECT_LE(unflow(text, false).size(), text.size() + lines) << piece;
        EXPECT_LE(unflow(text, true).size(), text.size() + lines) << piece;
    }
}

TEST(HostileText, IsReadAsAReportInProportionToItsLength) {
    for (const std::string& piece : pieces()) {
        const std::string text = repeated(piece, 100 * kilobytes);
        ReportParts parts{.fields = {{"from", "mailer-daemon"}, {"subject", "failure notice"}},
                          .envelope_sender = "<>",
                          .text = text,
                          .original = text};
        ASSERT_TRUE(read_report(parts)) << piece;
        EXPECT_LE(read_report(parts).value().recipients.size(), 20U) << piece;
        parts.delivery_status = text;
        ASSERT_TRUE(read_report(parts)) << piece;
        EXPECT_LE(read_report(parts).value().recipients.size(), 100U) << piece;
        parts.feedback = text;
        ASSERT_TRUE(read_report(parts)) << piece;
        EXPECT_LE(read_report(parts).value().external_ids.size(), 10U) << piece;
    }
}

TEST(HostileText, IsReadAsHeaderInProportionToItsLength) {
    for (const std::string& piece : pieces()) {
        const std::string text = repeated(piece, 100 * kilobytes);
        EXPECT_LE(address_in(text).size(), text.size()) << piece;
        for (const std::string name : {"auto-submitted", "precedence", "from", "subject",
                                       "x-auto-response-suppress", "return-path"})
            (void)automatic_signs({{name, text}}, "lea@kunde.test");
        EXPECT_LE(header_fields(text).size(), text.size() + 1) << piece;
        EXPECT_LE(status_in(text).size(), 9U) << piece;
    }
}

TEST(HostileText, ManyFieldsOfOneGroupAreRead) {
    const std::string status = "Final-Recipient: rfc822; lea@kunde.test\n" +
                               repeated("x: y\n", 500 * kilobytes) + "Status: 5.1.1\n";
    const auto report = read_report({.delivery_status = status});
    ASSERT_TRUE(report);
    ASSERT_EQ(report->recipients.size(), 1U);
    EXPECT_EQ(report->recipients.front().status, "5.1.1");
}

TEST(HostileMail, IsReadWholeWhateverItHolds) {
    start_mime();
    for (const std::string& piece : pieces())
        for (const std::string type :
             {"text/plain; format=flowed", "text/html",
              "multipart/report; report-type=delivery-status; boundary=b"}) {
            const std::string raw = "From: MAILER-DAEMON\r\nContent-Type: " + type +
                                    "\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" +
                                    repeated(piece, 100 * kilobytes);
            const Inbound mail = parse_mail(std::make_shared<const std::string>(raw),
                                            {.sender = "", .recipients = {"ada@desk.test"}}, {});
            EXPECT_EQ(*mail.raw, raw);
            EXPECT_NE(mail.automatic, Automatic::no) << type << piece;
            EXPECT_FALSE(mail.answerable) << type << piece;
        }
}

// What follows overflows the stack, or takes minutes.

TEST(HostileText, IntroductionsInARowNeedNoStack) {
    for (const std::string piece : {"1 sent\n", "On 1 wrote:\n", "On 1 wrote:\n\n"})
        EXPECT_LE(trim_reply(repeated(piece, 8192 * kilobytes)).size(), 8193 * kilobytes);
}

TEST(HostileText, RulesInARowAreCutAtOnce) {
    EXPECT_EQ(trim_reply("Yes.\n" + repeated("---\n", 8192 * kilobytes) + "> quoted"), "Yes.");
}

TEST(HostileText, BracketsAreCountedOnce) {
    const std::string open = repeated("((", 2048 * kilobytes);
    const std::string closed = repeated(")\n", 2048 * kilobytes);
    EXPECT_EQ(trim_reply("On 1 Jan 2026, Ada wrote:\n> " + open + "\n" + closed + "Yes."), "Yes.");
}

}  // namespace
