// What the hub answers by itself: when, how often, and never to a machine.
#include <gmock/gmock.h>

#include "tests/support/promise_fixture.hpp"

namespace {

using namespace support;
using namespace model;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto opens_next = "2026-03-18 09:00 (Etc/UTC)";

// Tuesday at 9 in the morning is `opening`; `night` comes after the office has closed.
class AutomaticAnswers : public Promises {
protected:
    const Instant night = opening + 10h;
    int mails = 0;

    void answer_by_itself(AutomaticReplyWhen when, InboxId id = mail_inbox,
                          std::uint32_t hours = 24) {
        Inbox inbox = desk.state.inboxes.at(id);
        inbox.automatic_reply = AutomaticReply{"We open: {next_opening}.", when, hours};
        ASSERT_TRUE(desk.tell(SaveInbox{elena, inbox}).ok());
    }
    void keep_hours_of_team() {
        sla::Calendar calendar = office_hours(office);
        calendar.zone.name = "Etc/UTC";
        save(calendar);
        Team team = desk.state.teams.at(service);
        team.calendar = office;
        ASSERT_TRUE(desk.tell(SaveTeam{elena, team}).ok());
    }
    ReceiveInbound a_mail(const std::string& sender = "customer@example.org",
                          InboxId inbox = mail_inbox) {
        return mail("a" + std::to_string(++mails) + "@example.org", inbox, sender);
    }
    ReceiveInbound another(ConversationId id) {
        ReceiveInbound command = a_mail();
        command.inbound.token_conversation = number(id);
        return command;
    }
    // Of office hours; from here on the inbox answers out of hours, and it is night.
    ConversationId begun_before_the_night() {
        keep_hours_of_team();
        answer_by_itself(AutomaticReplyWhen::out_of_hours);
        const ConversationId id = desk.receive(a_mail());
        desk.now = night;
        return id;
    }
    static std::size_t answers(const desk::Decision& decision) {
        std::size_t found = 0;
        for (const ReplyQueued& fact : facts<ReplyQueued>(decision))
            if (fact.message.kind == MessageKind::auto_reply) ++found;
        EXPECT_EQ(rows<storage::OutboxRow>(decision).size(), found);
        return found;
    }
    std::size_t answers(const ReceiveInbound& command) { return answers(desk.decide(command)); }
    // Everything that is written down equals what the log says.
    void expect_same_from_the_log() {
        desk.store.read([this](storage::Reader& reader) {
            const desk::State replayed = desk::replay(reader);
            const desk::State restored = desk::restore(reader);
            EXPECT_EQ(restored.next_id, replayed.next_id);
            EXPECT_EQ(restored.inboxes, replayed.inboxes);
            for (const auto& [id, conversation] : replayed.conversations()) {
                EXPECT_EQ(conversation_from(reader.conversation(id)->body), conversation);
                if (conversation.status != Status::resolved) {
                    EXPECT_EQ(*restored.conversation(id), conversation);
                }
                const Contact& contact = *replayed.contact(conversation.contact);
                EXPECT_EQ(contact_from(reader.contact(contact.id)->body), contact);
                if (const Contact* live = desk.state.contact(contact.id)) {
                    EXPECT_EQ(*live, contact);
                }
            }
        });
    }
};

TEST_F(AutomaticAnswers, NobodyIsAnsweredWhereTheInboxDoesNotSaySo) {
    EXPECT_EQ(answers(a_mail()), 0U);
    expect_same_from_the_log();
}

TEST_F(AutomaticAnswers, TheFirstMailOfAConversationIsAnswered) {
    answer_by_itself(AutomaticReplyWhen::always);
    const auto decision = desk.decide(a_mail());
    ASSERT_EQ(answers(decision), 1U);
    const Message message = facts<ReplyQueued>(decision).at(0).message;
    EXPECT_EQ(message.author.type, AuthorType::system);
    EXPECT_EQ(message.direction, Direction::out);
    EXPECT_EQ(message.subject, "Re: Where is my parcel?");
    EXPECT_EQ(message.number, 2U);
    EXPECT_FALSE(facts<ReplyQueued>(decision).at(0).held_until);
    const auto row = rows<storage::OutboxRow>(decision).at(0);
    EXPECT_EQ(row.due_at, desk.now);
    const auto sent = outbound_from(row.body);
    EXPECT_TRUE(sent.automatic);
    EXPECT_EQ(sent.text, message.text);
    ASSERT_EQ(sent.to.size(), 1U);
    EXPECT_EQ(sent.to[0].value, "customer@example.org");
    EXPECT_TRUE(sent.cc.empty());
    EXPECT_EQ(sent.in_reply_to, "a1@example.org");
    EXPECT_EQ(sent.external_id, message.external_id);
    EXPECT_TRUE(sent.external_id.ends_with("@example.com")) << sent.external_id;
    EXPECT_EQ(sent.from.name, desk.state.inboxes.at(mail_inbox).name);
    EXPECT_TRUE(decision.outbox_changed);
}

TEST_F(AutomaticAnswers, ItCarriesNoSignatureAndWaitsForNoUndo) {
    Inbox inbox = desk.state.inboxes.at(mail_inbox);
    inbox.signature = "Sportello, Rome";
    inbox.undo_seconds = 30;
    inbox.automatic_reply = AutomaticReply{"Thank you.", AutomaticReplyWhen::always, 24};
    ASSERT_TRUE(desk.tell(SaveInbox{elena, inbox}).ok());
    const auto decision = desk.decide(a_mail());
    const auto row = rows<storage::OutboxRow>(decision).at(0);
    EXPECT_EQ(outbound_from(row.body).text, "Thank you.");
    EXPECT_EQ(row.state, "queued");
    EXPECT_THAT(desk.at(decision.answer.conversation).held, IsEmpty());
}

TEST_F(AutomaticAnswers, AlwaysMeansTheFirstMailAlone) {
    answer_by_itself(AutomaticReplyWhen::always, mail_inbox, 1);
    ReceiveInbound first = a_mail();
    first.inbound.answerable = false;
    const ConversationId id = desk.receive(first);
    desk.now += 48h;
    EXPECT_EQ(answers(another(id)), 0U);
    EXPECT_FALSE(desk.at(id).answered_automatically);
}

TEST_F(AutomaticAnswers, ItEndsNoPromiseAndIsNobodysAnswer) {
    answer_by_itself(AutomaticReplyWhen::always);
    const auto decision = desk.decide(a_mail());
    const ConversationId id = decision.answer.conversation;
    EXPECT_TRUE(facts<SlaEnded>(decision).empty());
    EXPECT_TRUE(owes(id, Metric::first_response));
    EXPECT_EQ(desk.at(id).waiting_since, desk.now);
    EXPECT_FALSE(is_some(desk.at(id).last_answer));
    EXPECT_THAT(desk.at(id).standing_answers, IsEmpty());
    EXPECT_TRUE(desk.at(id).answered_automatically);
    desk.decide(another(id));
    EXPECT_FALSE(owes(id, Metric::next_response)) << "nobody has answered yet";
    expect_same_from_the_log();
}

TEST_F(AutomaticAnswers, WhatBecomesOfItMovesNoPromise) {
    answer_by_itself(AutomaticReplyWhen::always);
    const auto decision = desk.decide(a_mail());
    const ConversationId id = decision.answer.conversation;
    const MessageId automatic = facts<ReplyQueued>(decision).at(0).message.id;
    for (const auto state : {DeliveryState::sending, DeliveryState::failed}) {
        const auto recorded = desk.decide(RecordDelivery{id, automatic, state});
        EXPECT_TRUE(recorded.answer.ok());
        EXPECT_TRUE(facts<SlaEnded>(recorded).empty());
        EXPECT_TRUE(facts<SlaChanged>(recorded).empty());
    }
    EXPECT_EQ(desk.tell(TakeBackReply{anna, id, automatic}).refusal, Refusal::gone);
}

TEST_F(AutomaticAnswers, LaterAnswersDoNotNameItButAReplyToItComesHome) {
    answer_by_itself(AutomaticReplyWhen::always);
    const auto decision = desk.decide(a_mail());
    const ConversationId id = decision.answer.conversation;
    const std::string automatic = facts<ReplyQueued>(decision).at(0).message.external_id;
    const auto answered = desk.decide(reply(anna, id));
    const auto sent = outbound_from(rows<storage::OutboxRow>(answered).at(0).body);
    EXPECT_THAT(sent.references, ElementsAre("a1@example.org"));
    EXPECT_EQ(sent.in_reply_to, "a1@example.org");
    EXPECT_THAT(desk.at(id).thread_ids, ElementsAre("a1@example.org"));
    ReceiveInbound back = a_mail();
    back.inbound.thread_ids = {automatic};
    EXPECT_EQ(desk.receive(back), id);
    desk.forget_all();
    back = a_mail();
    back.inbound.thread_ids = {automatic};
    EXPECT_EQ(desk.receive(back), id);
}

TEST_F(AutomaticAnswers, OutOfHoursWhileTheTeamsCalendarIsClosed) {
    keep_hours_of_team();
    answer_by_itself(AutomaticReplyWhen::out_of_hours);
    EXPECT_EQ(answers(a_mail("early@example.org")), 0U) << "it is open";
    desk.now = night;
    const auto decision = desk.decide(a_mail("late@example.org"));
    ASSERT_EQ(answers(decision), 1U);
    EXPECT_EQ(facts<ReplyQueued>(decision).at(0).message.text,
              std::string{"We open: "} + opens_next + ".");
}

TEST_F(AutomaticAnswers, AtTheMinuteOfClosingAndOfOpening) {
    keep_hours_of_team();
    answer_by_itself(AutomaticReplyWhen::out_of_hours);
    desk.now = opening + 9h - 1us;
    EXPECT_EQ(answers(a_mail("a@example.org")), 0U);
    desk.now = opening + 9h;
    EXPECT_EQ(answers(a_mail("b@example.org")), 1U);
    desk.now = opening + 24h - 1us;
    EXPECT_EQ(answers(a_mail("c@example.org")), 1U);
    desk.now = opening + 24h;
    EXPECT_EQ(answers(a_mail("d@example.org")), 0U);
}

TEST_F(AutomaticAnswers, WithoutACalendarOfTheTeamThatOfThePolicyCounts) {
    keep_office_hours();
    answer_by_itself(AutomaticReplyWhen::out_of_hours);
    EXPECT_EQ(answers(a_mail("early@example.org")), 0U);
    desk.now = night;
    EXPECT_EQ(answers(a_mail("late@example.org")), 1U);
}

TEST_F(AutomaticAnswers, WhereNothingClosesNobodyIsToldOfAnOpening) {
    answer_by_itself(AutomaticReplyWhen::out_of_hours);
    desk.now = night;
    EXPECT_EQ(answers(a_mail()), 0U);
    answer_by_itself(AutomaticReplyWhen::always);
    const auto decision = desk.decide(a_mail());
    ASSERT_EQ(answers(decision), 1U);
    EXPECT_EQ(facts<ReplyQueued>(decision).at(0).message.text.find("{next_opening}"),
              std::string::npos);
}

TEST_F(AutomaticAnswers, OutOfHoursOncePerConversation) {
    keep_hours_of_team();
    answer_by_itself(AutomaticReplyWhen::out_of_hours, mail_inbox, 1);
    const ConversationId id = desk.receive(a_mail());
    desk.now = night;
    EXPECT_EQ(answers(another(id)), 1U) << "the first that came out of hours";
    desk.now += 3h;
    EXPECT_EQ(answers(another(id)), 0U);
    EXPECT_EQ(answers(a_mail()), 1U) << "another matter, and the period is over";
}

TEST_F(AutomaticAnswers, WhoHasAnotherNameTodayIsTheSame) {
    const ConversationId id = begun_before_the_night();
    ReceiveInbound from_the_phone = another(id);
    from_the_phone.inbound.sender.name = "Lea";
    EXPECT_EQ(answers(from_the_phone), 1U);
}

TEST_F(AutomaticAnswers, OncePerPeriodAndCorrespondentAndInbox) {
    answer_by_itself(AutomaticReplyWhen::always, mail_inbox, 2);
    answer_by_itself(AutomaticReplyWhen::always, billing_inbox, 2);
    EXPECT_EQ(answers(a_mail()), 1U);
    EXPECT_EQ(answers(a_mail()), 0U);
    EXPECT_EQ(answers(a_mail("other@example.org")), 1U);
    EXPECT_EQ(answers(a_mail("customer@example.org", billing_inbox)), 1U);
    desk.now += 2h - 1us;
    EXPECT_EQ(answers(a_mail()), 0U);
    desk.now += 1us;
    EXPECT_EQ(answers(a_mail()), 1U);
    expect_same_from_the_log();
}

TEST_F(AutomaticAnswers, ThePeriodIsRememberedWhenMemoryForgets) {
    answer_by_itself(AutomaticReplyWhen::always);
    const ConversationId id = desk.receive(a_mail());
    change(id, Status::resolved);
    desk.forget_all();
    restart();
    EXPECT_EQ(desk.state.contact_of("email", "customer@example.org"), std::nullopt);
    EXPECT_EQ(answers(a_mail()), 0U);
    expect_same_from_the_log();
}

// A fifth mail within ten minutes gets none; each comes from one address, into its own matter.
TEST_F(AutomaticAnswers, TheFifthMailWithinTenMinutesIsABurst) {
    keep_hours_of_team();
    answer_by_itself(AutomaticReplyWhen::out_of_hours, mail_inbox, 1);
    Instant evening = opening + 9h;
    for (const auto& [last, expected] :
         std::vector<std::pair<sla::Span, std::size_t>>{{10min, 0U}, {10min + 1us, 1U}}) {
        const std::string sender = "robot" + std::to_string(expected) + "@example.org";
        desk.now = std::exchange(evening, evening + 24h) - 9min;  // open yet: nobody is answered
        for (int i = 0; i < 4; ++i) EXPECT_EQ(answers(a_mail(sender)), 0U);
        desk.now += last;
        EXPECT_EQ(answers(a_mail(sender)), expected) << last.count();
        expect_same_from_the_log();
    }
}

TEST_F(AutomaticAnswers, FourMailsAreNoBurst) {
    keep_hours_of_team();
    answer_by_itself(AutomaticReplyWhen::out_of_hours, mail_inbox, 1);
    desk.now = opening + 9h - 1min;
    for (int i = 0; i < 3; ++i) EXPECT_EQ(answers(a_mail()), 0U);
    desk.now += 2min;
    EXPECT_EQ(answers(a_mail()), 1U);
}

TEST_F(AutomaticAnswers, OnlyTheNewestArrivalsAreKept) {
    answer_by_itself(AutomaticReplyWhen::always);
    for (int i = 0; i < 12; ++i) {
        desk.decide(a_mail());
        desk.now += 1min;
    }
    const auto contact = desk.state.contact_of("email", "customer@example.org");
    const auto& arrivals = desk.state.contact(*contact)->automatic.arrivals;
    ASSERT_EQ(arrivals.size(), arrivals_max);
    EXPECT_EQ(arrivals.back(), desk.now - 1min);
    EXPECT_EQ(arrivals.front(), desk.now - 5min);
    expect_same_from_the_log();
}

TEST_F(AutomaticAnswers, WhatNobodyMayAnswerStaysUnanswered) {
    answer_by_itself(AutomaticReplyWhen::always);
    ReceiveInbound command = a_mail("list@example.org");
    command.inbound.answerable = false;
    EXPECT_EQ(answers(command), 0U);
    for (const auto kind : {connectors::Automatic::auto_reply, connectors::Automatic::bounce}) {
        command = a_mail("robot@example.org");
        command.inbound.automatic = kind;
        EXPECT_EQ(answers(command), 0U);
    }
    EXPECT_EQ(answers(a_mail("billing@example.com")), 0U) << "an inbox of our own";
    expect_same_from_the_log();
}

TEST_F(AutomaticAnswers, BlockedSendersAndSpamGetNone) {
    answer_by_itself(AutomaticReplyWhen::always, mail_inbox, 1);
    const ConversationId id = desk.receive(a_mail());
    desk.now += 2h;
    const ChangeContact block{dario, desk.at(id).contact, {{"blocked", "yes"}}};
    ASSERT_TRUE(desk.tell(block).ok());
    EXPECT_EQ(answers(a_mail()), 0U);
    keep_hours_of_team();
    answer_by_itself(AutomaticReplyWhen::out_of_hours, mail_inbox, 1);
    desk.now = opening + 24h;
    const ConversationId spam = desk.receive(a_mail("spam@example.org"));
    ASSERT_TRUE(desk.tell(MarkSpam{dario, spam}).ok());
    desk.now += 12h;
    ReceiveInbound more = a_mail("spam@example.org");
    more.inbound.token_conversation = number(spam);
    EXPECT_EQ(answers(more), 0U);
}

TEST_F(AutomaticAnswers, ChatGetsNone) {
    answer_by_itself(AutomaticReplyWhen::always, chat_inbox);
    EXPECT_EQ(answers(chat("visitor", "1")), 0U);
}

// Senders can be made up, one for each mail: their Reply-To must not get an answer for each.
TEST_F(AutomaticAnswers, NothingGoesToAReplyTo) {
    answer_by_itself(AutomaticReplyWhen::always);
    ReceiveInbound command = a_mail();
    command.inbound.reply_to = {.kind = "email", .value = "victim@example.org", .name = ""};
    EXPECT_EQ(answers(command), 0U);
}

TEST_F(AutomaticAnswers, OnlyWhomTheConversationIsWithIsAnswered) {
    const ConversationId id = begun_before_the_night();
    ReceiveInbound colleague = another(id);
    colleague.inbound.sender.value = "colleague@example.org";
    EXPECT_EQ(answers(colleague), 0U);
}

// The conversation is open, its contact has been forgotten: nothing has been heard of it for long.
TEST_F(AutomaticAnswers, SomebodyElsesMailIntoAnOldConversationIsTaken) {
    answer_by_itself(AutomaticReplyWhen::always);
    const ConversationId id = desk.receive(a_mail());
    desk.forget_all();
    ReceiveInbound colleague = another(id);
    colleague.inbound.sender.value = "colleague@example.org";
    EXPECT_EQ(desk.receive(colleague), id);
    expect_same_from_the_log();
}

TEST_F(AutomaticAnswers, ARepeatIsNotAnsweredTwice) {
    answer_by_itself(AutomaticReplyWhen::always, mail_inbox, 1);
    const ReceiveInbound command = a_mail();
    EXPECT_EQ(answers(command), 1U);
    desk.now += 48h;
    const auto again = desk.decide(command);
    EXPECT_TRUE(again.answer.repeated);
    EXPECT_EQ(answers(again), 0U);
}

}  // namespace
