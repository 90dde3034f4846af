// How an answer by mail looks to its reader, and how its recipients stand once others report.
#include <gmock/gmock.h>

#include "tests/support/desk_fixture.hpp"

namespace {

using namespace support;
using namespace model;
using connectors::ReportAction;
using testing::ElementsAre;
using testing::HasSubstr;

connectors::Address address(const std::string& value) {
    return {.kind = "email", .value = value, .name = "", .verified = false};
}

const std::string lea = "lea@kunde.test";
const std::string max = "max@kunde.test";

class AnswersByMail : public testing::Test {
protected:
    Desk desk;
    ConversationId id = desk.receive(mail("m1"));
    MessageId message{};
    int reports = 0;

    void change_inbox(const std::function<void(Inbox&)>& change) {
        Inbox inbox = desk.state.inboxes.at(mail_inbox);
        inbox.name = "Help & more";
        change(inbox);
        ASSERT_TRUE(desk.tell(SaveInbox{elena, inbox}).ok());
    }
    connectors::Outbound sent(SendReply command) {
        return outbound_from(rows<storage::OutboxRow>(desk.decide(command)).at(0).body);
    }
    std::string sender_with(SenderName name) {
        change_inbox([name](Inbox& inbox) { inbox.sender_name = name; });
        return sent(reply(anna, id)).from.name;
    }
    void answer_both() {
        SendReply command = reply(anna, id);
        command.to = {address(lea)};
        command.cc = {address(max)};
        command.external_id = "answer@desk.test";
        message = MessageId{desk.tell(command).id};
    }
    Answer record(DeliveryState state, std::vector<RecipientDelivery> recipients = {},
                  bool undecided = false) {
        return desk.tell(
            RecordDelivery{id, message, state, "", {}, 0, std::move(recipients), "", undecided});
    }
    desk::Decision report(ReportAction action, const std::string& recipient,
                          const std::string& reason = "") {
        ReceiveInbound command =
            mail("report-" + std::to_string(++reports), mail_inbox, "mailer-daemon@mx.test");
        command.inbound.automatic = connectors::Automatic::bounce;
        command.inbound.report.emplace();
        command.inbound.report->external_ids = {"answer@desk.test"};
        command.inbound.report->recipients = {{recipient, action, "", reason}};
        return desk.decide(command);
    }
    storage::MessageRow stored() {
        std::optional<storage::MessageRow> row;
        desk.store.read([&](storage::Reader& reader) { row = reader.message(message); });
        return row.value_or(storage::MessageRow{});
    }
    std::string state_of(const std::string& recipient) {
        for (const storage::RecipientRow& row : stored().recipients)
            if (row.address == recipient) return row.state;
        return "missing";
    }
};

TEST_F(AnswersByMail, AreFromWhomTheInboxSays) {
    EXPECT_EQ(sender_with(SenderName::agent_and_inbox), "anna (Help & more)");
    EXPECT_EQ(sender_with(SenderName::agent), "anna");
    EXPECT_EQ(sender_with(SenderName::inbox), "Help & more");
}

TEST_F(AnswersByMail, TheSignatureStandsInBothFormsAndIsNoMarkup) {
    change_inbox([](Inbox& inbox) { inbox.signature = "Rossi & <Figli>\nRoma"; });
    SendReply command = reply(anna, id);
    command.html = "<p>It arrives <b>today</b>.</p>";
    const auto decision = desk.decide(command);
    const auto mail = outbound_from(rows<storage::OutboxRow>(decision).at(0).body);
    EXPECT_EQ(mail.text, "It arrives today.\n\n-- \nRossi & <Figli>\nRoma");
    EXPECT_THAT(mail.html, testing::StartsWith(command.html));
    EXPECT_THAT(mail.html, HasSubstr("-- <br>\nRossi &amp; &lt;Figli&gt;<br>\nRoma"));
    EXPECT_EQ(facts<ReplyQueued>(decision).at(0).message.html, command.html);
    EXPECT_EQ(sent(reply(anna, id)).html, "") << "text alone stays text alone";
}

TEST_F(AnswersByMail, ImagesInTheHtmlTravelWithIt) {
    SendReply command = reply(anna, id);
    command.html = "<img src=\"cid:u1@desk.test\">";
    command.attachments = {{.name = "logo.png",
                            .type = "image/png",
                            .sha256 = "ab12",
                            .size = 3,
                            .is_inline = true,
                            .content_id = "u1@desk.test",
                            .bytes = nullptr}};
    EXPECT_EQ(sent(command).attachments, command.attachments);
}

TEST_F(AnswersByMail, AReportIsKeptForItsRecipient) {
    answer_both();
    record(DeliveryState::sent);
    const auto changes = facts<DeliveryChanged>(report(ReportAction::delivered, max));
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_THAT(changes[0].recipients,
                ElementsAre(RecipientDelivery{max, DeliveryState::delivered, ""}));
    EXPECT_EQ(state_of(max), "delivered");
    EXPECT_EQ(state_of(lea), "missing") << "nobody said anything of it";
    EXPECT_EQ(stored().delivery_state, "delivered");
}

TEST_F(AnswersByMail, WhatOneGotDoesNotUndoThatAnotherDidNot) {
    answer_both();
    record(DeliveryState::sent);
    report(ReportAction::failed, lea, "550 no such user");
    const std::string reason = stored().delivery_reason;
    EXPECT_EQ(stored().delivery_state, "failed");
    EXPECT_THAT(reason, HasSubstr("550 no such user"));
    for (const ReportAction later : {ReportAction::delivered, ReportAction::delayed}) {
        report(later, max);
        EXPECT_EQ(stored().delivery_state, "failed");
        EXPECT_EQ(stored().delivery_reason, reason);
        EXPECT_EQ(state_of(lea), "failed");
    }
    EXPECT_TRUE(sla::is_open(desk.at(id).clocks.at(0))) << "an answer is still owed";
}

TEST_F(AnswersByMail, TheWorstOfAReportCounts) {
    answer_both();
    record(DeliveryState::sent);
    ReceiveInbound command = mail("both", mail_inbox, "mailer-daemon@mx.test");
    command.inbound.automatic = connectors::Automatic::bounce;
    command.inbound.report.emplace();
    command.inbound.report->external_ids = {"answer@desk.test"};
    command.inbound.report->recipients = {{max, ReportAction::delivered, "", ""},
                                          {"", ReportAction::delayed, "", ""},
                                          {lea, ReportAction::failed, "5.1.1", "no such user"}};
    desk.decide(command);
    EXPECT_EQ(stored().delivery_state, "failed");
    EXPECT_THAT(stored().delivery_reason, HasSubstr(lea));
    EXPECT_EQ(stored().recipients.size(), 2U) << "one was not named";
    EXPECT_EQ(state_of(max), "delivered");
    EXPECT_EQ(state_of(lea), "failed");
}

// One server took it and gave it back while another made us wait.
TEST_F(AnswersByMail, ALaterAttemptDoesNotUndoWhatWasReturned) {
    answer_both();
    record(DeliveryState::sending, {}, true);
    record(DeliveryState::queued,
           {{lea, DeliveryState::sent, ""}, {max, DeliveryState::queued, "421 later"}}, true);
    report(ReportAction::failed, lea, "550 no such user");
    ASSERT_EQ(stored().delivery_state, "failed");
    record(DeliveryState::sending, {}, true);
    record(DeliveryState::sent, {{lea, DeliveryState::sent, ""}, {max, DeliveryState::sent, ""}});
    EXPECT_EQ(stored().delivery_state, "failed");
    EXPECT_THAT(stored().delivery_reason, HasSubstr("550 no such user"));
    EXPECT_EQ(state_of(lea), "failed");
    EXPECT_EQ(state_of(max), "sent");
}

TEST_F(AnswersByMail, WhoIsUndecidedKeepsTheRow) {
    answer_both();
    RecordDelivery command{id, message, DeliveryState::failed, "lea: 550", desk.now + 1min, 1};
    command.undecided = true;
    command.rest = "{}";
    const auto kept = desk.decide(command);
    EXPECT_TRUE(rows<storage::OutboxRemoval>(kept).empty());
    EXPECT_EQ(rows<storage::OutboxRetry>(kept).at(0),
              (storage::OutboxRetry{number(message), desk.now + 1min, 1, "lea: 550", "{}"}));
    EXPECT_TRUE(sla::is_open(desk.at(id).clocks.at(0))) << "told at once";
    command.undecided = false;
    command.retry_at.reset();
    EXPECT_EQ(rows<storage::OutboxRemoval>(desk.decide(command)).size(), 1U);
}

TEST_F(AnswersByMail, NobodysMessageDoesNotLeaveAndItsRowGoes) {
    const auto decision = desk.decide(
        RecordDelivery{ConversationId{9'000}, MessageId{9'001}, DeliveryState::sending});
    EXPECT_EQ(decision.answer.refusal, Refusal::gone);
    EXPECT_TRUE(decision.batch.events.empty());
    EXPECT_EQ(rows<storage::OutboxRemoval>(decision).at(0).id, 9'001U);
}

}  // namespace
