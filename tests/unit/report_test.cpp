// Reports about mail we sent that a program can read: groups of recipients, complaints, and how
// they come out of a whole mail.
#include "connectors/email/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/email/mime.hpp"

namespace {

using namespace connectors;
using namespace connectors::email;
using testing::ElementsAre;
using testing::IsEmpty;

ReportParts with_status(const std::string& delivery_status) {
    return {.report_type = "delivery-status", .delivery_status = delivery_status};
}

std::vector<ReportedRecipient> recipients_of(const std::string& delivery_status) {
    const auto report = read_report(with_status(delivery_status));
    return report ? report->recipients : std::vector<ReportedRecipient>{};
}

ReportedRecipient only(const std::string& delivery_status) {
    const auto all = recipients_of(delivery_status);
    EXPECT_EQ(all.size(), 1U) << delivery_status;
    return all.size() == 1 ? all.front() : ReportedRecipient{};
}

const std::string lea = "Final-Recipient: rfc822; lea@kunde.test\n";

TEST(Report, EachRecipientHasAGroup) {
    EXPECT_THAT(
        recipients_of("Reporting-MTA: dns; mx.test\n\n" + lea +
                      "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no Lea\n\n"
                      "Final-Recipient: rfc822; Eve@Kunde.test\nAction: delayed\nStatus: 4.2.2\n"),
        ElementsAre(
            ReportedRecipient{"lea@kunde.test", ReportAction::failed, "5.1.1", "550 no Lea"},
            ReportedRecipient{"eve@kunde.test", ReportAction::delayed, "4.2.2", ""}));
}

TEST(Report, BlankLinesAreWhereServersPutThem) {
    const auto two =
        ElementsAre(ReportedRecipient{"lea@kunde.test", ReportAction::failed, "5.1.1", ""},
                    ReportedRecipient{"eve@kunde.test", ReportAction::failed, "5.1.2", ""});
    const std::string first = lea + "Action: failed\nStatus: 5.1.1\n";
    const std::string second =
        "Final-Recipient: rfc822; eve@kunde.test\nAction: failed\nStatus: 5.1.2\n";
    EXPECT_THAT(recipients_of(first + second), two) << "none between groups";
    EXPECT_THAT(recipients_of("Reporting-MTA: dns; mx.test\n" + first + second), two)
        << "none below the head";
    EXPECT_THAT(recipients_of("\n\n\n" + first + "\n\n \n\n" + second + "\n\n"), two) << "many";
    EXPECT_THAT(recipients_of(first + "\r\n" + second), two) << "of the network";
}

TEST(Report, TheActionDecidesAndElseTheStatus) {
    EXPECT_EQ(only(lea + "Action: failed\nStatus: 4.4.7\n").action, ReportAction::failed)
        << "it expired: for good, though the code says for now";
    EXPECT_EQ(only(lea + "Action: Delayed (will retry)\nStatus: 4.4.7\n").action,
              ReportAction::delayed);
    EXPECT_EQ(only(lea + "Action: delayed\n").action, ReportAction::delayed);
    for (const std::string action : {"delivered", "relayed", "expanded", "Relayed"})
        EXPECT_EQ(only(lea + "Action: " + action + "\n").action, ReportAction::delivered) << action;
    EXPECT_EQ(only(lea + "Status: 4.2.2\n").action, ReportAction::delayed);
    EXPECT_EQ(only(lea + "Status: 2.0.0\n").action, ReportAction::delivered);
    EXPECT_EQ(only(lea + "Action: deliverable\nStatus: 2.1.5\n").action, ReportAction::delivered);
    EXPECT_EQ(only(lea).action, ReportAction::failed) << "why else would it be written?";
}

TEST(Report, AStatusIsACodeOfThreeNumbers) {
    EXPECT_EQ(only(lea + "Status: 5.1.1 (unknown)\n").status, "5.1.1");
    EXPECT_EQ(only(lea + "Status: 5.7.26\n").status, "5.7.26");
    EXPECT_EQ(only(lea + "Status: 550\n").status, "5.0.0") << "a reply code in its place";
    EXPECT_EQ(only(lea + "Status: unknown\n").status, "");
    EXPECT_EQ(only(lea + "Diagnostic-Code: smtp; 550 5.2.2 full\n").status, "5.2.2")
        << "said in words";
    EXPECT_EQ(only(lea + "Diagnostic-Code: host 15.1.1.5 is down\n").status, "");
}

TEST(Report, ARecipientMayBeNamedInOtherFields) {
    EXPECT_EQ(only("Original-Recipient: rfc822; <Lea@Kunde.test>\nAction: failed\n").address,
              "lea@kunde.test");
    EXPECT_EQ(only("Final-Recipient: X-Unknown; nair_s\nAction: failed\n").address, "nair_s");
    EXPECT_EQ(only("Final-Recipient: LOCAL; <Lea Kunde>\n").address, "lea kunde");
    EXPECT_EQ(only("Final-Recipient: lea@kunde.test\n").address, "lea@kunde.test");
    ReportParts parts = with_status("Action: failed\nStatus: 5.1.1\n");
    parts.original = "To: Lea <lea@kunde.test>\nMessage-ID: <1@desk.test>";
    EXPECT_EQ(read_report(parts).value().recipients.front().address, "lea@kunde.test")
        << "of the mail it is about";
}

TEST(Report, AReasonMayBeFoldedAndIsCut) {
    EXPECT_EQ(only(lea + "Diagnostic-Code: smtp; 550 no\n such\n\tuser\n").reason,
              "550 no such user");
    EXPECT_LE(only(lea + "Diagnostic-Code: smtp; " + std::string(9000, 'x')).reason.size(), 500U);
    ReportParts parts = with_status(lea + "Action: failed\n");
    parts.text = "Sorry.\n550 5.1.1 no such user\n";
    EXPECT_EQ(read_report(parts).value().recipients.front().reason, "550 5.1.1 no such user");
    EXPECT_EQ(read_report(parts).value().recipients.front().status, "5.1.1");
}

TEST(Report, AStatusWithoutAnyRecipientIsStillAReport) {
    ReportParts parts = with_status("Reporting-MTA: dns; mx.test\n");
    EXPECT_EQ(read_report(parts).value().recipients.size(), 1U);
    parts.original = "To: lea@kunde.test";
    EXPECT_EQ(read_report(parts).value().recipients.front().address, "lea@kunde.test");
}

TEST(Report, RecipientsAreNotWithoutEnd) {
    std::string many;
    for (int i = 0; i < 3000; ++i)
        many += "Final-Recipient: rfc822; " + std::to_string(i) + "@kunde.test\n\n";
    EXPECT_EQ(recipients_of(many).size(), 100U);
}

TEST(Report, TheIdOfTheOriginalComesFromTheSurestPlace) {
    ReportParts parts = with_status(lea + "Original-Message-ID: <2@desk.test>\n");
    parts.original = "Subject: x\nMessage-Id:\n <1@desk.test>\nReferences: <0@desk.test>";
    parts.text = "we could not deliver\nMessage-ID: <3@desk.test>\nmessage-id: <1@desk.test>";
    EXPECT_THAT(read_report(parts).value().external_ids,
                ElementsAre("1@desk.test", "2@desk.test", "3@desk.test"));
    EXPECT_THAT(read_report(with_status(lea)).value().external_ids, IsEmpty());
    parts.original.clear();
    for (int i = 0; i < 300; ++i)
        parts.original += "Message-ID: <" + std::to_string(i) + "@desk.test>\n";
    EXPECT_EQ(read_report(parts).value().external_ids.size(), 10U);
}

TEST(Report, AComplaintNamesWhoComplained) {
    ReportParts parts{.report_type = "feedback-report",
                      .feedback =
                          "Feedback-Type: abuse\nOriginal-Rcpt-To: <Lea@kunde.test>\n"
                          "Original-Rcpt-To: eve@kunde.test\n",
                      .original = "To: bob@kunde.test\nMessage-ID: <1@desk.test>"};
    const auto report = read_report(parts);
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->complaint);
    EXPECT_THAT(report->recipients,
                ElementsAre(ReportedRecipient{"lea@kunde.test", ReportAction::delivered, "", ""},
                            ReportedRecipient{"eve@kunde.test", ReportAction::delivered, "", ""}));
    EXPECT_THAT(report->external_ids, ElementsAre("1@desk.test"));
    parts.feedback = "Feedback-Type: abuse\n";
    EXPECT_EQ(read_report(parts).value().recipients.front().address, "bob@kunde.test")
        << "whom the original was written to";
}

TEST(Report, AComplaintMayBePlainMailAroundTheOriginal) {
    ReportParts parts{.fields = {{"from", "staff@hotmail.com"},
                                 {"subject", "Complaint about message from 192.0.2.1"}},
                      .original = "To: lea@kunde.test",
                      .original_is_part = true};
    EXPECT_TRUE(read_report(parts).value().complaint);
    parts.original_is_part = false;
    EXPECT_FALSE(read_report(parts)) << "a person complains in words";
}

TEST(Report, AReadReceiptReportsNothing) {
    ReportParts parts = with_status(lea);
    parts.report_type = "disposition-notification";
    EXPECT_FALSE(read_report(parts));
}

std::string report_mail(const std::string& status, const std::string& type = "delivery-status") {
    return "From: MAILER-DAEMON@mx.test\r\nSubject: failed\r\nAuto-Submitted: auto-replied\r\n"
           "Content-Type: multipart/report; report-type=" +
           type +
           "; boundary=b\r\n\r\n"
           "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
           "--b\r\nContent-Type: message/" +
           type + "\r\n\r\n" + status +
           "\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <1@desk.test>\r\n"
           "To: lea@kunde.test\r\n\r\nMessage-ID: <not-a-header@desk.test>\r\n--b--\r\n";
}

Inbound parsed(const std::string& raw, const std::string& sender = "") {
    start_mime();
    return parse_mail(std::make_shared<const std::string>(raw),
                      {.sender = sender, .recipients = {"ada@desk.test"}}, {});
}

TEST(ReportMail, IsABounceWithEverythingInPlace) {
    const Inbound mail =
        parsed(report_mail("Reporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; "
                           "lea@kunde.test\r\nAction: failed\r\nStatus: 5.1.1\r\n"));
    EXPECT_EQ(mail.automatic, Automatic::bounce) << "not an automatic reply, which it says it is";
    EXPECT_FALSE(mail.answerable);
    ASSERT_TRUE(mail.report);
    EXPECT_FALSE(mail.report->complaint);
    EXPECT_THAT(mail.report->recipients, ElementsAre(ReportedRecipient{
                                             "lea@kunde.test", ReportAction::failed, "5.1.1", ""}));
    EXPECT_THAT(mail.report->external_ids, ElementsAre("1@desk.test"));
    EXPECT_EQ(mail.attachments.size(), 2U) << "its parts can be looked at";
}

TEST(ReportMail, AReadReceiptIsAutomaticThoughItDoesNotSaySo) {
    std::string raw = report_mail("Disposition: displayed\r\n", "disposition-notification");
    const std::string said = "Auto-Submitted: auto-replied\r\n";
    raw.erase(raw.find(said), said.size());
    const Inbound receipt = parsed(raw, "lea@kunde.test");
    EXPECT_EQ(receipt.automatic, Automatic::auto_reply);
    EXPECT_FALSE(receipt.report);
    EXPECT_FALSE(receipt.answerable);
}

TEST(ReportMail, WithoutASenderAndWithoutAReportItIsAnAutomaticReply) {
    const Inbound mail = parsed("From: lea@kunde.test\r\nSubject: away\r\n\r\nI am away.\r\n");
    EXPECT_EQ(mail.automatic, Automatic::auto_reply);
    EXPECT_FALSE(mail.report);
    EXPECT_EQ(parsed("From: lea@kunde.test\r\n\r\nI am here.\r\n", "lea@kunde.test").automatic,
              Automatic::no);
}

TEST(ReportMail, ACutReasonEndsBetweenCharacters) {
    const std::string reason =
        only(lea + "Diagnostic-Code: smtp; " + std::string(499, 'x') + "\xC3\xA8").reason;
    EXPECT_EQ(valid_utf8(reason), reason);
}

}  // namespace
