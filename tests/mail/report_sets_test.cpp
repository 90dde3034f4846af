// Reports of three small sets, exactly; and mails of people, of which none may be taken for one.
#include <map>

#include "tests/support/corpus.hpp"

namespace {

using namespace connectors;
using corpus::Score;
using nlohmann::json;

class ReportSets : public corpus::CorpusTest {
protected:
    const std::filesystem::path bounces = corpus::folder() / "bounces";
};

const char* name_of(ReportAction action) {
    return action == ReportAction::failed    ? "failed"
           : action == ReportAction::delayed ? "delayed"
                                             : "delivered";
}

std::vector<std::string> addresses_of(const Report& report) {
    std::vector<std::string> addresses;
    for (const ReportedRecipient& one : report.recipients) addresses.push_back(one.address);
    std::ranges::sort(addresses);
    return addresses;
}

void expect_recipient(const ReportedRecipient& got, const json& wanted) {
    EXPECT_EQ(got.address, wanted["final_recipient"].get<std::string>());
    EXPECT_EQ(name_of(got.action), wanted["action"].get<std::string>());
    EXPECT_EQ(got.status, wanted["status"].get<std::string>());
    if (wanted.contains("diagnostic"))
        EXPECT_EQ(got.reason, wanted["diagnostic"].get<std::string>());
}

TEST_F(ReportSets, TheExamplesOfTheStandardAreReadToTheLetter) {
    const json all = corpus::json_of(bounces / "rfc3464" / "expected.json");
    EXPECT_EQ(all.size(), 4U);
    for (const auto& [name, wanted] : all.items()) {
        SCOPED_TRACE(name);
        const Inbound mail = corpus::parsed(bounces / "rfc3464" / name);
        EXPECT_EQ(mail.automatic, Automatic::bounce);
        EXPECT_FALSE(mail.answerable);
        ASSERT_TRUE(mail.report);
        EXPECT_FALSE(mail.report->complaint);
        ASSERT_EQ(mail.report->recipients.size(), wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i)
            expect_recipient(mail.report->recipients[i], wanted[i]);
    }
}

TEST_F(ReportSets, ReportsForNowAndForGoodAreToldApart) {
    const json all = corpus::json_of(bounces / "mikel-mail" / "expected.json");
    EXPECT_EQ(all.size(), 5U);
    for (const auto& [name, wanted] : all.items()) {
        SCOPED_TRACE(name);
        const Inbound mail = corpus::parsed(bounces / "mikel-mail" / name);
        EXPECT_EQ(mail.automatic, Automatic::bounce);
        ASSERT_TRUE(mail.report);
        const bool failed = std::ranges::any_of(mail.report->recipients, [](const auto& one) {
            return one.action == ReportAction::failed;
        });
        EXPECT_EQ(failed, wanted["bounced"].get<bool>());
        if (!wanted.contains("status")) continue;
        ASSERT_EQ(mail.report->recipients.size(), 1U);
        expect_recipient(mail.report->recipients.front(), wanted);
    }
}

TEST_F(ReportSets, OneMailToFiveRecipientsFailsForEachOfThem) {
    const Inbound mail = corpus::parsed(bounces / "mikel-mail" / "multi_address_bounce1.eml");
    ASSERT_TRUE(mail.report);
    EXPECT_EQ(addresses_of(*mail.report),
              (std::vector<std::string>{
                  "bbbbvhvbbvkjbhfbvbvjhb@gmail.com", "bscdbcjhasbcjhbdscbhbsdhcbj@gmail.com",
                  "egyfefsdvsfvvhjsd@gmail.com", "kfhejkfbsjkjsbhds@gmail.com",
                  "qfvhgsvhgsduiohncdhcvhsdfvsfygusd@gmail.com"}));
    EXPECT_EQ(mail.report->external_ids,
              std::vector<std::string>{"118707422.15521266992174819.JavaMail.root@lvmail01"});
}

TEST_F(ReportSets, BrokenBlankLinesLoseNoRecipient) {
    // In the first the group itself is encoded once more: its words are not read.
    const std::map<std::string, std::pair<std::string, bool>> wanted = {
        {"bounce.txt", {"netec.test@netecgc.com", false}},
        {"delivery-status.txt", {"newsletter-request@imusic.com", true}},
        {"delivery-status2.txt", {"source@domain.com", true}},
        {"delivery-status-multiple-blank-lines.txt", {"orig_recip@customer.com", true}},
        {"delivery-status-no-blank-line.txt", {"newsletter-request@imusic.com", true}}};
    for (const auto& [name, values] : wanted) {
        SCOPED_TRACE(name);
        const Inbound mail = corpus::parsed(bounces / "mimekit" / name);
        EXPECT_EQ(mail.automatic, Automatic::bounce);
        ASSERT_TRUE(mail.report);
        EXPECT_FALSE(mail.report->complaint);
        EXPECT_EQ(addresses_of(*mail.report), std::vector<std::string>{values.first});
        const ReportedRecipient& one = mail.report->recipients.front();
        EXPECT_EQ(one.action, ReportAction::failed);
        if (!values.second) continue;
        EXPECT_EQ(one.status.substr(0, 1), "5");
        EXPECT_FALSE(one.reason.empty());
    }
}

TEST_F(ReportSets, AReadReceiptIsNoReportAndAComplaintIsOneOfItsOwn) {
    const Inbound receipt = corpus::parsed(bounces / "mimekit" / "disposition-notification.txt");
    EXPECT_EQ(receipt.automatic, Automatic::auto_reply);
    EXPECT_FALSE(receipt.report);
    EXPECT_FALSE(receipt.answerable);
    const Inbound complaint = corpus::parsed(bounces / "mimekit" / "feedback-report.txt");
    EXPECT_EQ(complaint.automatic, Automatic::bounce);
    ASSERT_TRUE(complaint.report);
    EXPECT_TRUE(complaint.report->complaint);
    EXPECT_EQ(addresses_of(*complaint.report), std::vector<std::string>{"user@example.com"});
}

TEST_F(ReportSets, WhatPeopleForwardIsAMailOfTheirs) {
    const json all = corpus::json_of(bounces / "not-a-bounce" / "expected.json");
    EXPECT_EQ(all.size(), 2U);
    for (const auto& [name, wanted] : all.items()) {
        SCOPED_TRACE(name);
        const Inbound mail = corpus::parsed(bounces / "not-a-bounce" / name);
        EXPECT_EQ(mail.automatic, Automatic::no);
        EXPECT_FALSE(mail.report);
        EXPECT_EQ(mail.subject, wanted["subject"].get<std::string>());
        if (wanted.contains("text_contains"))
            EXPECT_NE(mail.text.find(wanted["text_contains"].get<std::string>()),
                      std::string::npos);
        for (const auto& file : wanted.value("attachments", json::array()))
            EXPECT_NE(
                std::ranges::find(mail.attachments, file.get<std::string>(), &Attachment::name),
                mail.attachments.end());
    }
}

// A warning of a mail system that the gatherers of the set put among the mails of people.
constexpr auto warning = "raw_email_with_mimepart_without_content_type.eml";

TEST_F(ReportSets, NoMailOfAPersonIsTakenForAReport) {
    Score score;
    const auto root = corpus::folder();
    for (const auto& folder :
         {root / "mime/mikel-mail/plain_emails", root / "mime/mikel-mail/mime_emails",
          root / "mime/mikel-mail/attachment_emails", root / "mime/mimekit",
          root / "reply-trimming/talon/standard_replies"})
        for (const auto& path : corpus::files_below(folder)) {
            if (path.filename() == warning || path.filename().string().ends_with("_text")) continue;
            const Inbound mail = corpus::parsed(path);
            score.note(mail.automatic != Automatic::bounce && !mail.report, path.filename());
        }
    corpus::expect_misses_at_most(0, "people taken for no report", score, 63);
    const Inbound mail = corpus::parsed(root / "mime/mikel-mail/mime_emails" / warning);
    EXPECT_EQ(mail.automatic, Automatic::bounce);
}

TEST_F(ReportSets, ReportsAmongOtherMailsAreFoundToo) {
    const auto root = corpus::folder() / "mime" / "cpython";
    for (const char* name : {"msg_16.txt", "msg_25.txt"})
        EXPECT_EQ(corpus::parsed(root / name).automatic, Automatic::bounce) << name;
}

}  // namespace
