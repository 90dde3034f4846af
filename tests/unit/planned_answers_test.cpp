// Answers that are to leave later: until then they answer nothing (P2) and can be taken back.
#include <gmock/gmock.h>

#include "tests/support/promise_fixture.hpp"

namespace {

using namespace support;
using namespace model;
using testing::ElementsAre;
using testing::IsEmpty;

class PlannedAnswers : public Promises {
protected:
    SendReply in(sla::Span span, ConversationId id) {
        SendReply command = reply(anna, id);
        command.send_at = desk.now + span;
        command.external_id = "planned-" + std::to_string(++answers) + "@desk.test";
        return command;
    }
    MessageId plan(sla::Span span, ConversationId id) {
        const Answer given = desk.tell(in(span, id));
        EXPECT_TRUE(given.ok()) << given.detail;
        return MessageId{given.id};
    }
    desk::Decision record(ConversationId id, MessageId message, DeliveryState state) {
        return desk.decide(RecordDelivery{id, message, state, "", {}, 0});
    }
    void hold_answers(std::uint32_t seconds) {
        Inbox inbox = desk.state.inboxes.at(mail_inbox);
        inbox.undo_seconds = seconds;
        ASSERT_TRUE(desk.tell(SaveInbox{elena, inbox}).ok());
    }
    int answers = 0;
};

TEST_F(PlannedAnswers, WaitsAndThePromiseRuns) {
    const ConversationId id = begin();
    const auto decision = desk.decide(in(2h, id));
    ASSERT_TRUE(decision.answer.ok()) << decision.answer.detail;
    const MessageId message{decision.answer.id};
    const auto row = rows<storage::OutboxRow>(decision).at(0);
    EXPECT_EQ(row.due_at, desk.now + 2h);
    EXPECT_EQ(row.state, "held");
    EXPECT_EQ(outbound_from(row.body).written_at, desk.now + 2h);
    const auto queued = facts<ReplyQueued>(decision).at(0);
    EXPECT_EQ(queued.held_until, desk.now + 2h);
    EXPECT_EQ(queued.message.leaves_at, desk.now + 2h);
    EXPECT_TRUE(queued.message.planned);
    EXPECT_TRUE(facts<SlaEnded>(decision).empty());
    EXPECT_THAT(desk.at(id).planned, ElementsAre(message));
    EXPECT_THAT(desk.at(id).held, ElementsAre(message));
    EXPECT_FALSE(is_some(desk.at(id).last_answer));
    EXPECT_EQ(desk.at(id).waiting_since, desk.now);
    EXPECT_TRUE(owes(id, Metric::first_response));
    pass(61min);
    EXPECT_EQ(breaches().size(), 1U) << "what waits with us is our time";
}

TEST_F(PlannedAnswers, AnswersWhenItLeaves) {
    const ConversationId id = begin();
    const MessageId message = plan(30min, id);
    pass(30min);
    const auto decision = record(id, message, DeliveryState::sending);
    const auto ended = clocks_of<SlaEnded>(decision, Metric::first_response);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].state, ClockState::met);
    EXPECT_EQ(ended[0].ended_at, desk.now);
    EXPECT_EQ(ended[0].answered_by, number(message));
    EXPECT_EQ(desk.at(id).last_answer, message);
    EXPECT_THAT(desk.at(id).standing_answers,
                ElementsAre(testing::Field(&Standing::answer, message)));
    EXPECT_THAT(desk.at(id).planned, IsEmpty());
    EXPECT_THAT(desk.at(id).held, IsEmpty());
    EXPECT_FALSE(desk.at(id).waiting_since);
    const auto sent = record(id, message, DeliveryState::sent);
    EXPECT_TRUE(facts<SlaEnded>(sent).empty()) << "once";
    EXPECT_THAT(desk.at(id).standing_answers,
                ElementsAre(testing::Field(&Standing::answer, message)));
}

TEST_F(PlannedAnswers, WithoutAWayOutItStaysHeldAndCanBeTakenBack) {
    const ConversationId id = begin();
    const MessageId message = plan(30min, id);
    pass(30min);
    EXPECT_TRUE(facts<SlaEnded>(record(id, message, DeliveryState::queued)).empty());
    EXPECT_THAT(desk.at(id).planned, ElementsAre(message));
    EXPECT_THAT(desk.at(id).held, ElementsAre(message));
    EXPECT_TRUE(owes(id, Metric::first_response));
    EXPECT_TRUE(desk.tell(TakeBackReply{anna, id, message}).ok());
}

TEST_F(PlannedAnswers, TakenBackItNeverLeaves) {
    const ConversationId id = begin();
    const MessageId message = plan(2h, id);
    const auto back = desk.decide(TakeBackReply{anna, id, message});
    ASSERT_TRUE(back.answer.ok()) << back.answer.detail;
    EXPECT_EQ(rows<storage::OutboxRemoval>(back).at(0).id, number(message));
    EXPECT_THAT(desk.at(id).planned, IsEmpty());
    EXPECT_THAT(desk.at(id).held, IsEmpty());
    EXPECT_THAT(desk.at(id).standing_answers, IsEmpty());
    EXPECT_FALSE(is_some(desk.at(id).last_answer));
    EXPECT_TRUE(facts<SlaChanged>(back).empty()) << "the promise ran all the time";
    EXPECT_TRUE(owes(id, Metric::first_response));
    EXPECT_EQ(desk.at(id).waiting_since, desk.now);
    EXPECT_EQ(record(id, message, DeliveryState::sending).answer.refusal, Refusal::gone);
    EXPECT_TRUE(owes(id, Metric::first_response));
}

TEST_F(PlannedAnswers, OnceItHasLeftItCannotBeTakenBack) {
    const ConversationId id = begin();
    const MessageId message = plan(30min, id);
    pass(30min);
    record(id, message, DeliveryState::sending);
    record(id, message, DeliveryState::queued);
    EXPECT_EQ(desk.tell(TakeBackReply{anna, id, message}).refusal, Refusal::gone);
}

TEST_F(PlannedAnswers, WhatFailsIsOwedAgain) {
    const ConversationId id = begin();
    const MessageId message = plan(30min, id);
    pass(30min);
    record(id, message, DeliveryState::sending);
    ASSERT_FALSE(owes(id, Metric::first_response));
    record(id, message, DeliveryState::failed);
    EXPECT_TRUE(owes(id, Metric::first_response));
    EXPECT_EQ(first(id).due_at, first(id).started_at + first_budget);
}

TEST_F(PlannedAnswers, WhatFailsBeforeItLeftIsOwedToo) {
    const ConversationId id = begin();
    const MessageId message = plan(30min, id);
    pass(30min);
    record(id, message, DeliveryState::failed);
    EXPECT_TRUE(owes(id, Metric::first_response));
    EXPECT_THAT(desk.at(id).planned, IsEmpty());
    EXPECT_THAT(desk.at(id).standing_answers, IsEmpty());
    EXPECT_TRUE(desk.at(id).waiting_since);
}

// An answer written after the planned one, but gone before it, does not stand for it: the question
// came in between.
TEST_F(PlannedAnswers, AnAnswerGivenBeforeTheQuestionDoesNotStandForAPlannedOneThatFails) {
    const ConversationId id = begin();
    const MessageId message = plan(2h, id);
    answer(id);
    pass(1h);
    ask(id);
    ASSERT_TRUE(owes(id, Metric::next_response));
    pass(1h);
    record(id, message, DeliveryState::sending);
    ASSERT_FALSE(owes(id, Metric::next_response));
    record(id, message, DeliveryState::failed);
    EXPECT_TRUE(owes(id, Metric::next_response));
}

TEST_F(PlannedAnswers, AnAnswerBeforeItDoesNotNameItAsItsPredecessor) {
    const ConversationId id = begin();
    plan(2h, id);
    const auto decision = desk.decide(reply(anna, id));
    const auto sent = outbound_from(rows<storage::OutboxRow>(decision).at(0).body);
    EXPECT_EQ(sent.references, std::vector<std::string>{"mail1@example.org"});
    EXPECT_EQ(sent.in_reply_to, "mail1@example.org");
}

TEST_F(PlannedAnswers, AnOrdinaryAnswerMeanwhileAnswers) {
    const ConversationId id = begin();
    const MessageId message = plan(2h, id);
    answer(id);
    EXPECT_FALSE(owes(id, Metric::first_response));
    EXPECT_THAT(desk.at(id).planned, ElementsAre(message));
}

TEST_F(PlannedAnswers, ATimeThatIsPastIsAnOrdinaryAnswer) {
    for (const auto span : {sla::Span{0}, sla::Span{-1h}}) {
        const ConversationId id = begin();
        const auto decision = desk.decide(in(span, id));
        ASSERT_TRUE(decision.answer.ok());
        EXPECT_FALSE(facts<ReplyQueued>(decision).at(0).message.planned);
        EXPECT_FALSE(facts<ReplyQueued>(decision).at(0).message.leaves_at);
        EXPECT_EQ(rows<storage::OutboxRow>(decision).at(0).state, "queued");
        EXPECT_EQ(rows<storage::OutboxRow>(decision).at(0).due_at, desk.now);
        EXPECT_THAT(desk.at(id).planned, IsEmpty());
        EXPECT_FALSE(owes(id, Metric::first_response));
    }
}

TEST_F(PlannedAnswers, AYearIsTheMostAndChatIsNow) {
    const ConversationId id = begin();
    const Answer far = desk.tell(in(std::chrono::days{366} + 1us, id));
    EXPECT_EQ(far.refusal, Refusal::invalid);
    EXPECT_EQ(far.field, "send_at");
    EXPECT_TRUE(desk.tell(in(std::chrono::days{366}, id)).ok());
    const ConversationId live = desk.receive(chat("visitor", "1"));
    const Answer refused = desk.tell(in(1h, live));
    EXPECT_EQ(refused.refusal, Refusal::invalid);
    EXPECT_EQ(refused.field, "send_at");
    EXPECT_EQ(desk.at(live).message_count, 1U);
    EXPECT_TRUE(desk.tell(in(-1h, live)).ok()) << "a time that is past plans nothing";
}

TEST_F(PlannedAnswers, TheTimeToTakeItBackIsNeverShorterThanTheInboxSays) {
    hold_answers(60);
    const ConversationId id = begin();
    const auto soon = desk.decide(in(10s, id));
    EXPECT_EQ(rows<storage::OutboxRow>(soon).at(0).due_at, desk.now + 60s);
    EXPECT_TRUE(facts<ReplyQueued>(soon).at(0).message.planned);
    const auto undo = desk.decide(reply(anna, id));
    EXPECT_EQ(facts<ReplyQueued>(undo).at(0).message.leaves_at, desk.now + 60s);
    EXPECT_FALSE(facts<ReplyQueued>(undo).at(0).message.planned);
    EXPECT_EQ(outbound_from(rows<storage::OutboxRow>(undo).at(0).body).written_at, desk.now);
    EXPECT_FALSE(owes(id, Metric::first_response)) << "what can be undone answers at once";
}

TEST_F(PlannedAnswers, ItIsTakenAndOwnedLikeAnyAnswerButStaysWhereItStood) {
    const ConversationId id = begin();
    change(id, Status::pending);
    plan(2h, id);
    EXPECT_EQ(desk.at(id).assignee, anna);
    EXPECT_EQ(desk.at(id).status, Status::pending);
}

TEST_F(PlannedAnswers, AnAgentCanWriteFirstLater) {
    StartConversation start{in(2h, {}), mail_inbox, "Your order"};
    start.reply.to = {{.kind = "email", .value = "lea@kunde.test", .name = "", .verified = false}};
    const auto decision = desk.decide(start);
    ASSERT_TRUE(decision.answer.ok()) << decision.answer.detail;
    const ConversationId id = decision.answer.conversation;
    EXPECT_THAT(desk.at(id).planned, ElementsAre(MessageId{decision.answer.id}));
    EXPECT_EQ(rows<storage::OutboxRow>(decision).at(0).due_at, desk.now + 2h);
    EXPECT_TRUE(desk.decide(start).answer.ok());
}

TEST_F(PlannedAnswers, SurvivesARestart) {
    const ConversationId id = begin();
    const MessageId message = plan(2h, id);
    const Conversation before = desk.at(id);
    restart();
    EXPECT_EQ(desk.at(id), before);
    desk.store.read([&](storage::Reader& reader) {
        EXPECT_EQ(*desk::replay(reader).conversation(id), before);
    });
    pass(2h);
    record(id, message, DeliveryState::sending);
    desk.store.read([&](storage::Reader& reader) {
        EXPECT_EQ(*desk::replay(reader).conversation(id), desk.at(id));
    });
}

TEST_F(PlannedAnswers, NothingIsOpenedForAMailThatMayNotWaitThatLong) {
    StartConversation start{reply(anna, {}, "first"), mail_inbox, "Your order"};
    start.reply.to = {{.kind = "email", .value = "lea@kunde.test", .name = ""}};
    start.reply.send_at = desk.now + 24h * 400;
    const auto decision = desk.decide(start);
    EXPECT_EQ(decision.answer.field, "send_at");
    EXPECT_THAT(decision.events, IsEmpty());
}

}  // namespace
