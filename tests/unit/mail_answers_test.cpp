// Answers by mail: to whom they go, how long they can be taken back, who may write first, and what
// reports make of them.
#include <gmock/gmock.h>

#include "tests/support/desk_fixture.hpp"

namespace {

using namespace support;
using namespace model;
using testing::ElementsAre;

connectors::Address address(const std::string& value) {
    return {.kind = "email", .value = value, .name = "", .verified = false};
}

class MailAnswers : public testing::Test {
protected:
    Desk desk;

    void hold_answers(std::uint32_t seconds) {
        Inbox inbox = desk.state.inboxes.at(mail_inbox);
        inbox.undo_seconds = seconds;
        inbox.signature = "Sportello, Rome";
        EXPECT_TRUE(desk.tell(SaveInbox{elena, inbox}).ok());
    }
    const Conversation& read(ConversationId id) const { return *desk.state.conversation(id); }
    Answer receive(const ReceiveInbound& command) { return desk.tell(command); }

    // A report that `external_id` did not reach its reader.
    ReceiveInbound report(const std::string& external_id) {
        ReceiveInbound command = mail("report-1", mail_inbox, "mailer-daemon@mx.test");
        command.inbound.automatic = connectors::Automatic::bounce;
        command.inbound.report.emplace();
        command.inbound.report->external_ids = {external_id};
        command.inbound.report->recipients = {{"customer@example.org",
                                               connectors::ReportAction::failed, "5.1.1",
                                               "550 no such user"}};
        return command;
    }
    // The conversation of a customer's mail that was answered with this Message-ID.
    ConversationId answered_with(const std::string& external_id) {
        desk.tell(SetAvailability{anna, anna, Availability::online, "", {}, {}, {}});
        const ConversationId id = receive(mail("m1")).conversation;
        SendReply answer = reply(anna, id);
        answer.external_id = external_id;
        EXPECT_TRUE(desk.tell(answer).ok());
        return id;
    }
};

TEST_F(MailAnswers, AnAnswerGoesToWhomItNames) {
    const ConversationId id = receive(mail("m1")).conversation;
    SendReply answer = reply(anna, id);
    answer.to = {address("lea@kunde.test")};
    answer.cc = {address("boss@kunde.test")};
    answer.bcc = {address("file@example.com")};
    const auto decision = desk.decide(answer);
    const auto sent = outbound_from(rows<storage::OutboxRow>(decision).at(0).body);
    EXPECT_EQ(sent.to, answer.to);
    EXPECT_EQ(sent.cc, answer.cc);
    EXPECT_EQ(sent.bcc, answer.bcc);
    EXPECT_THAT(read(id).participants,
                ElementsAre("customer@example.org", "lea@kunde.test", "boss@kunde.test"));
}

TEST_F(MailAnswers, AnAnswerGoesWhereItsReaderWantsIt) {
    ReceiveInbound form = mail("m1", mail_inbox, "form@site.test");
    form.inbound.reply_to = address("lea@kunde.test");
    const ConversationId id = receive(form).conversation;
    const auto decision = desk.decide(reply(anna, id));
    EXPECT_THAT(outbound_from(rows<storage::OutboxRow>(decision).at(0).body).to,
                ElementsAre(address("lea@kunde.test")));
    ReceiveInbound back = mail_in_thread("m2", {"m1"});
    back.inbound.sender = address("lea@kunde.test");
    EXPECT_EQ(receive(back).conversation, id) << "she was written to";
}

TEST_F(MailAnswers, NobodyMakesUsAnswerOurselves) {
    const std::string own = desk.state.inboxes.at(mail_inbox).address;
    std::string with_token = own;
    with_token.insert(own.find('@'), "+c.1.abcdefghij");
    for (const std::string& trap : {own, with_token}) {
        ReceiveInbound command = mail(trap);
        command.inbound.reply_to = address(trap);
        EXPECT_EQ(read(receive(command).conversation).reply_address.value, "customer@example.org");
    }
}

TEST_F(MailAnswers, OnlyMailHasOtherRecipients) {
    const ConversationId id = receive(chat("visitor", "1")).conversation;
    SendReply answer = reply(anna, id);
    answer.cc = {address("boss@kunde.test")};
    EXPECT_EQ(desk.tell(answer).refusal, Refusal::invalid);
}

TEST_F(MailAnswers, TheSignatureStandsInTheMailAndNotInTheThread) {
    hold_answers(0);
    const auto decision = desk.decide(reply(anna, receive(mail("m1")).conversation));
    EXPECT_EQ(outbound_from(rows<storage::OutboxRow>(decision).at(0).body).text,
              "It arrives today.\n\n-- \nSportello, Rome");
    EXPECT_EQ(facts<ReplyQueued>(decision).at(0).message.text, "It arrives today.");
}

TEST_F(MailAnswers, AHeldAnswerCanBeTakenBackAndThePromiseRunsAgain) {
    hold_answers(10);
    const ConversationId id = receive(mail("m1")).conversation;
    const auto queued = desk.decide(reply(anna, id));
    const MessageId message{queued.answer.id};
    EXPECT_EQ(rows<storage::OutboxRow>(queued).at(0).due_at, desk.now + 10s);
    EXPECT_THAT(read(id).held, ElementsAre(message));
    ASSERT_FALSE(sla::is_open(read(id).clocks.at(0)));
    const auto back = desk.decide(TakeBackReply{anna, id, message});
    ASSERT_TRUE(back.answer.ok()) << back.answer.detail;
    EXPECT_EQ(rows<storage::OutboxRemoval>(back).at(0).id, number(message));
    EXPECT_TRUE(sla::is_open(read(id).clocks.at(0)));
    EXPECT_TRUE(read(id).held.empty());
    // The outbox had it in its hands already: it is told to let go.
    EXPECT_EQ(desk.tell(RecordDelivery{id, message, DeliveryState::sending, "", {}, 0}).refusal,
              Refusal::gone);
    EXPECT_EQ(desk.tell(TakeBackReply{anna, id, message}).refusal, Refusal::gone);
}

TEST_F(MailAnswers, WhatIsOnItsWayCannotBeTakenBack) {
    hold_answers(10);
    const ConversationId id = receive(mail("m1")).conversation;
    const MessageId message{desk.tell(reply(anna, id)).id};
    EXPECT_TRUE(desk.tell(RecordDelivery{id, message, DeliveryState::sending, "", {}, 0}).ok());
    EXPECT_EQ(desk.tell(TakeBackReply{anna, id, message}).refusal, Refusal::gone);
}

TEST_F(MailAnswers, AnAgentWritesFirstAndOwnsIt) {
    StartConversation start{reply(anna, {}, "first"), mail_inbox, "Your order"};
    start.reply.to = {address("lea@kunde.test")};
    const auto decision = desk.decide(start);
    ASSERT_TRUE(decision.answer.ok()) << decision.answer.detail;
    const Conversation& made = read(decision.answer.conversation);
    EXPECT_EQ(made.assignee, anna);
    EXPECT_EQ(made.reply_address.value, "lea@kunde.test");
    EXPECT_TRUE(made.clocks.empty()) << "nothing is promised by writing first";
    EXPECT_EQ(facts<ReplyQueued>(decision).at(0).message.subject, "Your order");
    EXPECT_TRUE(desk.decide(start).answer.repeated);
    start.inbox = billing_inbox;
    start.reply.client_id = "second";
    EXPECT_EQ(desk.tell(start).refusal, Refusal::not_found) << "not an inbox of hers";
    start.inbox = mail_inbox;
    start.reply.to.clear();
    EXPECT_EQ(desk.tell(start).refusal, Refusal::invalid);
}

TEST_F(MailAnswers, AReportMarksTheMessageAndThePromiseRunsAgain) {
    const ConversationId id = answered_with("answer-1@desk");
    ASSERT_FALSE(sla::is_open(read(id).clocks.at(0)));
    const auto decision = desk.decide(report("answer-1@desk"));
    EXPECT_EQ(decision.answer.conversation, id);
    const auto changes = facts<DeliveryChanged>(decision);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].state, DeliveryState::failed);
    EXPECT_THAT(changes[0].reason, testing::HasSubstr("customer@example.org"));
    EXPECT_THAT(changes[0].reason, testing::HasSubstr("550 no such user"));
    EXPECT_TRUE(sla::is_open(read(id).clocks.at(0)));
    EXPECT_TRUE(facts<ContactCreated>(decision).empty()) << "a mail system is no customer";
}

TEST_F(MailAnswers, AReportAboutSomethingUnknownMovesNothing) {
    const ConversationId id = answered_with("answer-1@desk");
    const auto decision = desk.decide(report("answer-2@desk"));
    EXPECT_NE(decision.answer.conversation, id);
    EXPECT_TRUE(facts<DeliveryChanged>(decision).empty());
    EXPECT_TRUE(facts<SlaStarted>(decision).empty());
}

TEST_F(MailAnswers, AStrangerWhoKnowsAnIdAsksToJoin) {
    const ConversationId id = answered_with("answer-1@desk");
    ReceiveInbound stranger = mail_in_thread("m2", {"answer-1@desk"});
    stranger.inbound.sender = address("eve@elsewhere.test");
    const ConversationId asking = receive(stranger).conversation;
    ASSERT_NE(asking, id);
    EXPECT_EQ(read(asking).asks_to_join, id);
    EXPECT_EQ(desk.tell(AdmitSender{carla, asking}).refusal, Refusal::not_found);
    EXPECT_TRUE(desk.tell(AdmitSender{anna, asking}).ok());
    stranger.inbound.external_id = "m3";
    stranger.inbound.receipt_key = "m3#written";
    EXPECT_EQ(receive(stranger).conversation, id);
}

TEST_F(MailAnswers, WhatComesFromOurselvesMovesNothing) {
    const auto decision = desk.decide(mail("m1", mail_inbox, "billing@example.com"));
    EXPECT_TRUE(facts<SlaStarted>(decision).empty());
    EXPECT_EQ(facts<MessageReceived>(decision).at(0).message.kind, MessageKind::auto_reply);
}

}  // namespace
