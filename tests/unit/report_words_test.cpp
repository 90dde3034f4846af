// Reports that no program can read: what servers say in words, often around a copy of the mail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/email/mime.hpp"
#include "connectors/email/report.hpp"
#include "connectors/email/report_text.hpp"

namespace {

using namespace connectors;
using namespace connectors::email;
using testing::ElementsAre;
using testing::IsEmpty;

ReportParts said(const std::string& text, const std::string& subject = "failure notice",
                 const std::string& from = "MAILER-DAEMON@mx.test") {
    return {.fields = {{"from", from}, {"to", "ada@desk.test"}, {"subject", subject}},
            .envelope_sender = "<>",
            .text = text};
}

std::vector<std::string> addresses_in(const ReportParts& parts) {
    std::vector<std::string> addresses;
    if (const auto report = read_report(parts))
        for (const ReportedRecipient& one : report->recipients) addresses.push_back(one.address);
    return addresses;
}

TEST(ReportWords, AMailSystemThatSaysItDidNotDeliverReports) {
    for (const std::string from :
         {"MAILER-DAEMON@mx.test", "Mail Delivery Subsystem <MAILER-DAEMON>",
          "Postmaster <postmaster@mx.test>", "post_master@mx.test", "<>", ""}) {
        EXPECT_TRUE(read_report(said("Sorry.", "Undelivered Mail Returned to Sender", from)))
            << from << ": by the subject";
        EXPECT_TRUE(read_report(said("lea@kunde.test: user unknown", "Hello", from)))
            << from << ": by the words";
        EXPECT_FALSE(read_report(said("The mail server is down tonight.", "Hello", from)))
            << from << ": a mail system may say something else";
    }
}

TEST(ReportWords, APersonMayWriteTheSameWords) {
    ReportParts parts =
        said("My parcel could not be delivered: user unknown.\nMail delivery failed",
             "Mail delivery failed", "Lea <lea@kunde.test>");
    parts.envelope_sender = "lea@kunde.test";
    EXPECT_FALSE(read_report(parts));
    parts.original_is_part = true;
    EXPECT_FALSE(read_report(parts)) << "even with the mail attached";
}

TEST(ReportWords, WhatNobodySentNeedsMoreThanOneSign) {
    const std::string from = "Robot <robot@mx.test>";
    EXPECT_TRUE(read_report(said("It could not be delivered.", "failure notice", from)));
    EXPECT_FALSE(read_report(said("It could not be delivered.", "Hello", from)));
    EXPECT_FALSE(read_report(said("I am away.", "failure notice", from)));
    ReportParts enclosing = said("See below.", "Hello", from);
    enclosing.original_is_part = true;
    EXPECT_TRUE(read_report(enclosing)) << "nobody sends a mail back but a server";
    ReportParts returned = said("It could not be delivered.", "failure notice", from);
    returned.envelope_sender = "robot@mx.test";
    EXPECT_FALSE(read_report(returned));
    returned.fields.emplace_back("return-path", "<>");
    EXPECT_TRUE(read_report(returned)) << "as the last server wrote it down";
}

TEST(ReportWords, RecipientStatusAndReasonAreReadFromTheWords) {
    const auto report = read_report(
        said("This is the mail system.\n\n<Lea@kunde.test>:\n550 5.1.1 no such user\n"));
    ASSERT_TRUE(report);
    EXPECT_FALSE(report->complaint);
    EXPECT_THAT(report->recipients,
                ElementsAre(ReportedRecipient{"lea@kunde.test", ReportAction::failed, "5.1.1",
                                              "550 5.1.1 no such user"}));
}

TEST(ReportWords, SeveralRecipientsAreNamedAndTheReportsOwnAddressesAreNot) {
    EXPECT_THAT(addresses_in(said("Write to mailer-daemon@mx.test.\nDear ada@desk.test,\nthese "
                                  "failed:\n<lea@kunde.test>: unknown user\n"
                                  "eve@kunde.test: unknown user\nlea@kunde.test: again\n")),
                ElementsAre("lea@kunde.test", "eve@kunde.test"));
    std::string many = "unknown user:\n";
    for (int i = 0; i < 500; ++i) many += std::to_string(i) + "@kunde.test\n";
    EXPECT_EQ(addresses_in(said(many)).size(), 20U) << "not without end";
}

TEST(ReportWords, WithoutANameTheEnclosedMailTellsWhomItWasFor) {
    ReportParts parts = said("Your message could not be delivered.");
    EXPECT_THAT(addresses_in(parts), ElementsAre(""));
    parts.original = "To: Lea <lea@kunde.test>\nMessage-ID: <1@desk.test>";
    EXPECT_THAT(addresses_in(parts), ElementsAre("lea@kunde.test"));
    EXPECT_THAT(addresses_in(said("ask help@mx.test\nabout lea@kunde.test: unknown user\n"
                                  "--- Original message ---\nTo: lea@kunde.test\n")),
                ElementsAre("lea@kunde.test"))
        << "the surest of those named";
}

TEST(ReportWords, ACopyOfTheMailEndsTheWords) {
    for (const std::string start :
         {"------ This is a copy of the message, including all the headers. ------",
          "--- Below this line is a copy of the message.", "   ----- Unsent message follows -----",
          "Original message:", "----- Original message -----",
          "bounced E-Mail:", "Received: from desk.test", "Return-Path: <ada@desk.test>"}) {
        const auto report = read_report(
            said("user unknown: lea@kunde.test\n\n" + start +
                 "\nFrom: Bob <bob@desk.test>\nTo: lea@kunde.test\nCc: tom@kunde.test\n"
                 "Message-ID: <1@desk.test>\nReferences: <0@desk.test>\n\nstatus 5.9.9\n"));
        ASSERT_TRUE(report) << start;
        EXPECT_THAT(report->recipients,
                    ElementsAre(ReportedRecipient{"lea@kunde.test", ReportAction::failed, "",
                                                  "user unknown: lea@kunde.test"}))
            << start;
        EXPECT_THAT(report->external_ids, ElementsAre("1@desk.test")) << start;
    }
}

TEST(ReportWords, ADelayIsNoFailure) {
    for (const std::string text :
         {"Your mail has been delayed.", "It is still being retried: user unknown",
          "lea@kunde.test: mailbox full. Delivery will be retried.",
          "It could not be delivered. No action is required on your part.",
          "It has not yet been delivered, mailbox full."})
        EXPECT_EQ(read_report(said(text, "Mail failure")).value().recipients.front().action,
                  ReportAction::delayed)
            << text;
    EXPECT_EQ(read_report(said("user unknown", "Delayed Mail")).value().recipients.front().action,
              ReportAction::delayed);
    EXPECT_EQ(read_report(said("retry timeout exceeded")).value().recipients.front().action,
              ReportAction::failed)
        << "an expired one is given up";
}

TEST(ReportWords, CodesAreFoundAmongOtherNumbers) {
    EXPECT_EQ(status_in("550 5.1.1 unknown"), "5.1.1");
    EXPECT_EQ(status_in("(#5.1.1)"), "5.1.1");
    EXPECT_EQ(status_in("status=4.7.650."), "4.7.650");
    EXPECT_EQ(status_in("said: 452 full"), "4.0.0");
    EXPECT_EQ(status_in("552-too large"), "5.0.0");
    for (const std::string none :
         {"", "5", "5.1", "from 15.1.1.5 by", "host 5.1.1.5 said", "1550 parcels", "560 parcels",
          "5501", "3.1.1", "version 2025.1.1", "25.1.1", "a550 b"})
        EXPECT_EQ(status_in(none), "") << none;
}

TEST(ReportWords, TheReasonIsTheLineWithTheCodeElseTheOneWithTheWords) {
    EXPECT_EQ(reason_in("It is not delivered.\n  550 5.1.1 unknown  \nmore"), "550 5.1.1 unknown");
    EXPECT_EQ(reason_in("Hello\n It was not delivered. \nuser unknown"), "It was not delivered.");
    EXPECT_EQ(reason_in("Hello"), "");
}

TEST(ReportWords, HeaderLinesAreReadWithTheirFolds) {
    using Field = std::pair<std::string, std::string>;
    EXPECT_THAT(header_fields("A: b\r\n  c\n\td\n\nNo colon\nE : f:g\n"),
                ElementsAre(Field{"a", "b c d"}, Field{"", ""}, Field{"e", "f:g"}));
    EXPECT_THAT(header_fields(""), IsEmpty());
    EXPECT_THAT(header_fields(" fold of nothing"), IsEmpty());
    EXPECT_EQ(keyword_of("failed (for good)"), "failed");
    EXPECT_EQ(keyword_of(" delayed; x"), "delayed");
}

TEST(ReportWords, AReportWithoutAnyPartIsReadFromItsBytes) {
    start_mime();
    const std::string raw =
        "From: MAILER-DAEMON@mx.test\r\nSubject: failure notice\r\nMessage-ID: <9@mx.test>\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=lost\r\n\r\n"
        "lea@kunde.test: user unknown\r\n\r\nReceived: from desk.test\r\n"
        "Message-ID: <1@desk.test>\r\n";
    const Inbound mail = parse_mail(std::make_shared<const std::string>(raw),
                                    {.sender = "", .recipients = {"ada@desk.test"}}, {});
    EXPECT_EQ(mail.automatic, Automatic::bounce);
    ASSERT_TRUE(mail.report);
    EXPECT_EQ(mail.report->recipients.front().address, "lea@kunde.test");
    EXPECT_THAT(mail.report->external_ids, ElementsAre("1@desk.test"));
}

// What follows is not so yet.

TEST(ReportWords, TheSentenceOfPostfixIsNotTheBeginningOfTheCopy) {
    const auto report =
        read_report(said("If you do so, please include this problem report. You can\n"
                         "delete your own text from the attached returned message.\n\n"
                         "                   The mail system\n\n"
                         "<lea@kunde.test>: host mx.kunde.test said: 550 5.1.1 no such user\n",
                         "Undelivered Mail Returned to Sender"));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->recipients.front().address, "lea@kunde.test");
    EXPECT_EQ(report->recipients.front().status, "5.1.1");
}

TEST(ReportWords, TheHeaderOfACopyNamesNoRecipient) {
    const std::string copy =
        "Date: today\nFrom: Bob <bob@desk.test>\nTo: lea@kunde.test\n"
        "Message-ID: <1@desk.test>\n";
    for (const std::string start : {"", "Received:from desk.test\n", "Your mail was:\n"})
        EXPECT_THAT(addresses_in(said("lea@kunde.test: mailbox full\n\n" + start + copy)),
                    ElementsAre("lea@kunde.test"))
            << start;
}

TEST(ReportWords, EachNamedRecipientHasAReasonOfItsOwn) {
    const auto report = read_report(
        said("The following addresses failed:\n\n\"lea@kunde.test\":\n5.2.1 User unknown\n"
             "\"eve@kunde.test\":\n5.2.2 Mailbox full\n\n--- Original message ---\n"
             "To: lea@kunde.test, eve@kunde.test\n"));
    ASSERT_TRUE(report);
    EXPECT_THAT(report->recipients,
                ElementsAre(ReportedRecipient{"lea@kunde.test", ReportAction::failed, "5.2.1",
                                              "5.2.1 User unknown"},
                            ReportedRecipient{"eve@kunde.test", ReportAction::failed, "5.2.2",
                                              "5.2.2 Mailbox full"}));
}

TEST(ReportWords, AReasonInWordsIsCutToo) {
    const auto report = read_report(said("550 " + std::string(9000, 'x')));
    ASSERT_TRUE(report);
    EXPECT_LE(report->recipients.front().reason.size(), 500U);
}

// Each was sent by somebody, from an address that can be answered.
TEST(ReportWords, PeopleWhoAreCalledLikeMailSystemsAreHeard) {
    for (const std::string from :
         {"Mail Systems GmbH <info@kunde.test>", "postmaster@kunde.test"}) {
        ReportParts parts = said("The page that you sent me does not exist.", "Question", from);
        parts.envelope_sender = "info@kunde.test";
        EXPECT_FALSE(read_report(parts)) << from;
    }
    ReportParts forwarding = said("Why did I get this?", "Question", "Lea <lea@kunde.test>");
    forwarding.envelope_sender = "lea@kunde.test";
    forwarding.delivery_status = "Final-Recipient: rfc822; eve@kunde.test\nAction: failed\n";
    EXPECT_FALSE(read_report(forwarding)) << "a part of a report in a mail that is none";
    ReportParts complaining = said("See below.", "Complaint about message from your driver");
    complaining.fields[0].second = "Lea <lea@kunde.test>";
    complaining.envelope_sender = "lea@kunde.test";
    complaining.original_is_part = true;
    EXPECT_FALSE(read_report(complaining));
}

TEST(ReportWords, AMailerDaemonMayWriteItsNameInTwoWords) {
    EXPECT_TRUE(read_report(said("An error has occurred while attempting to deliver a message.",
                                 "Delivery status notification: error",
                                 "Mailer Daemon <poostmaster@mx.test>")));
}

}  // namespace
