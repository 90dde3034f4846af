// What is owed to a customer: what asks, what answers, what ends a promise. The numbers are those
// of the statements in docs/ROUTING.md.
#include "tests/support/promise_fixture.hpp"

namespace {

using namespace support;
using namespace model;

// --- S5: what answers, what asks

TEST_F(Promises, S5_an_agents_answer_counts_from_its_send_whenever_it_is_delivered) {
    const ConversationId id = begin();
    wait(20min);
    const MessageId message{answer(id).answer.id};
    const Instant sent = desk.now;
    wait(3h);
    desk.decide(RecordDelivery{id, message, DeliveryState::sending, "", {}, 1});
    desk.decide(RecordDelivery{id, message, DeliveryState::sent, "", {}, 1});
    EXPECT_EQ(first(id).state, ClockState::met);
    EXPECT_EQ(first(id).ended_at, sent);
    EXPECT_EQ(first(id).answered_by, number(message));
    EXPECT_TRUE(breaches().empty());
}

TEST_F(Promises, S5_notes_statuses_and_machines_answer_nothing) {
    const ConversationId id = begin();
    wait(1min);
    desk.decide(AddNote{anna, id, "I am on it.", ""});
    desk.decide(ChangeTags{anna, id, {"parcel"}});
    desk.decide(Assign{dario, id, anna, {}, {}});
    change(id, Status::pending);
    change(id, Status::open);
    EXPECT_EQ(first(id).state, ClockState::running);
    EXPECT_EQ(first(id).due_at, opening + first_budget);
    EXPECT_EQ(desk.at(id).waiting_since, opening);
}

TEST_F(Promises, S5_automatic_mail_asks_nothing) {
    const ConversationId id = begin();
    answer(id);
    for (const auto automatic :
         {connectors::Automatic::auto_reply, connectors::Automatic::bounce}) {
        ReceiveInbound robot = mail("robot" + std::to_string(static_cast<int>(automatic)));
        robot.inbound.token_conversation = number(id);
        robot.inbound.automatic = automatic;
        EXPECT_TRUE(facts<SlaStarted>(desk.decide(robot)).empty());
    }
    EXPECT_EQ(desk.at(id).waiting_since, std::nullopt);
    ask(id);
    EXPECT_TRUE(owes(id, Metric::next_response));
}

TEST_F(Promises, S5_an_answer_that_never_arrives_is_owed_again_with_its_old_due) {
    const ConversationId id = begin();
    wait(20min);
    answer(id);
    wait(10min);
    const auto decision = lose_answer(id);
    ASSERT_EQ(facts<SlaChanged>(decision).size(), 1U);
    EXPECT_EQ(facts<SlaChanged>(decision)[0].change, SlaChange::answer_undelivered);
    EXPECT_TRUE(owes(id, Metric::first_response));
    EXPECT_EQ(first(id).due_at, opening + first_budget);
    EXPECT_TRUE(first(id).undelivered);
    EXPECT_EQ(desk.at(id).waiting_since, opening);
    wait(20min);
    answer(id);
    EXPECT_EQ(first(id).state, ClockState::met);
}

TEST_F(Promises, S5_an_answer_lost_after_due_is_a_breach_at_due) {
    const ConversationId id = begin();
    wait(20min);
    answer(id);
    wait(3h);
    lose_answer(id);
    time_reached();
    ASSERT_EQ(breaches().size(), 1U);
    EXPECT_EQ(breaches()[0].clock.due_at, opening + first_budget);
    answer(id);
    EXPECT_EQ(first(id).state, ClockState::met_late);
    EXPECT_EQ(breaches().size(), 1U);
}

TEST_F(Promises, S5_a_lost_answer_matters_only_while_no_other_stands) {
    const ConversationId id = begin();
    const MessageId earlier{answer(id).answer.id};
    wait(1min);
    const MessageId later{answer(id).answer.id};
    lose(id, earlier);
    EXPECT_FALSE(owes(id, Metric::first_response));
    EXPECT_EQ(desk.at(id).waiting_since, std::nullopt);
    lose(id, later);
    EXPECT_TRUE(owes(id, Metric::first_response)) << "nothing ever arrived";
}

// Somebody has to learn of it, though the agent thought that the matter was closed.
TEST_F(Promises, S5_an_answer_lost_after_resolving_is_owed_and_watched) {
    const ConversationId id = begin();
    wait(20min);
    answer(id);
    resolve(id);
    lose_answer(id);
    ASSERT_TRUE(owes(id, Metric::first_response));
    EXPECT_NE(desk.at(id).status, Status::resolved);
    desk.forget_all();
    restart();
    pass(first_budget);
    ASSERT_EQ(breaches().size(), 1U);
    EXPECT_EQ(breaches()[0].clock.due_at, opening + first_budget);
}

// --- S6: first response

TEST_F(Promises, S6_the_first_response_runs_from_the_first_message_to_the_first_answer) {
    const ConversationId id = begin();
    wait(5min);
    ask(id);
    EXPECT_EQ(first(id).started_at, opening);
    EXPECT_EQ(first(id).due_at, opening + first_budget);
    wait(5min);
    answer(id);
    EXPECT_EQ(first(id).ended_at, opening + 10min);
    ask(id);
    answer(id);
    EXPECT_EQ(first(id).ended_at, opening + 10min) << "there is one first response";
}

// Zammad did not record the answer when its author set "pending" in one step.
TEST_F(Promises, S6_a_status_change_in_the_same_action_changes_nothing) {
    for (const Status status : {Status::pending, Status::resolved}) {
        const ConversationId before = begin();
        const ConversationId after = begin();
        const Instant start = desk.now;
        wait(5min);
        if (status == Status::pending) change(before, status);
        answer(before);
        answer(after);
        change(after, status);
        for (const ConversationId id : {before, after}) {
            EXPECT_EQ(first(id).state, ClockState::met) << word(status);
            EXPECT_EQ(first(id).due_at, start + first_budget);
            EXPECT_EQ(first(id).ended_at, desk.now);
        }
    }
}

TEST_F(Promises, S6_what_an_agent_began_has_no_first_response) {
    ReceiveInbound robot = mail("robot");
    robot.inbound.automatic = connectors::Automatic::auto_reply;
    const ConversationId id = desk.receive(robot);
    answer(id);
    ask(id);
    EXPECT_FALSE(owes(id, Metric::first_response));
    EXPECT_TRUE(owes(id, Metric::next_response));
}

// --- S7, S8: next response

TEST_F(Promises, S7_the_next_response_runs_from_the_first_unanswered_message) {
    const ConversationId id = begin();
    answer(id);
    wait(1h);
    ask(id);
    const Instant asked = desk.now;
    for (int more = 0; more < 3; ++more) {
        wait(2min);
        ask(id);
    }
    EXPECT_EQ(next(id).started_at, asked);
    EXPECT_EQ(next(id).due_at, asked + next_budget);
    EXPECT_EQ(std::ranges::count_if(desk.at(id).clocks, sla::is_open), 2) << "with the resolution";
    desk.decide(reply(bruno, id));
    EXPECT_EQ(next(id).state, ClockState::met) << "any agent's answer";
    wait(1h);
    ask(id);
    EXPECT_EQ(next(id).started_at, desk.now);
    EXPECT_NE(next(id).number, first(id).number);
}

TEST_F(Promises, S8_no_next_response_beside_an_open_first_one) {
    const ConversationId id = begin();
    for (int more = 0; more < 3; ++more) {
        wait(30min);
        ask(id);
        EXPECT_FALSE(owes(id, Metric::next_response));
    }
    EXPECT_TRUE(owes(id, Metric::first_response)) << "though it is late by now";
}

// The customer asks again before it turns out that nothing arrived: one answer is owed, the first.
TEST_F(Promises, S8_a_first_response_owed_again_takes_the_next_one_in) {
    const ConversationId id = begin();
    answer(id);
    wait(5min);
    ask(id);
    ASSERT_TRUE(owes(id, Metric::next_response));
    lose_answer(id);
    EXPECT_TRUE(owes(id, Metric::first_response));
    EXPECT_FALSE(owes(id, Metric::next_response));
    EXPECT_EQ(desk.at(id).waiting_since, opening) << "P10: the oldest";
}

// --- S9: resolution

TEST_F(Promises, S9_resolving_meets_the_resolution_and_voids_what_is_owed) {
    const ConversationId unanswered = begin();
    const ConversationId answered = begin();
    answer(answered);
    ask(answered);
    wait(5min);
    resolve(unanswered);
    resolve(answered);
    for (const auto& [id, owed] :
         {std::pair{unanswered, first(unanswered)}, std::pair{answered, next(answered)}}) {
        EXPECT_EQ(owed.state, ClockState::void_);
        EXPECT_EQ(owed.void_reason, VoidReason::resolved_unanswered);
        EXPECT_EQ(resolution(id).state, ClockState::met);
        EXPECT_EQ(resolution(id).ended_at, desk.now);
        EXPECT_EQ(desk.at(id).waiting_since, std::nullopt) << "P10: nothing is owed";
    }
    EXPECT_EQ(desk.state.next_wake(), std::nullopt);
}

TEST_F(Promises, S9_reopening_goes_on_with_the_same_resolution_and_a_next_response) {
    const ConversationId id = begin();
    wait(1h);
    answer(id);
    resolve(id);
    const std::uint32_t number = resolution(id).number;
    desk.forget_all();
    wait(std::chrono::days{14});
    const auto decision = ask(id);
    ASSERT_EQ(decision.answer.conversation, id) << "within 14 days";
    EXPECT_EQ(resolution(id).number, number);
    EXPECT_EQ(resolution(id).state, ClockState::running);
    EXPECT_EQ(resolution(id).started_at, opening);
    EXPECT_EQ(used(resolution(id)), 1h) << "the resolved time is left out";
    EXPECT_EQ(resolution(id).due_at, desk.now + resolution_budget - 1h);
    EXPECT_EQ(next(id).started_at, desk.now);
    EXPECT_EQ(desk.at(id).waiting_since, desk.now);
    EXPECT_FALSE(owes(id, Metric::first_response));
}

TEST_F(Promises, S9_later_than_14_days_it_is_a_new_conversation) {
    const ConversationId id = begin();
    answer(id);
    resolve(id);
    wait(std::chrono::days{14} + 1us);
    const ConversationId later = ask(id).answer.conversation;
    ASSERT_NE(later, id);
    EXPECT_EQ(first(later).started_at, desk.now);
    EXPECT_EQ(desk.at(id).status, Status::resolved);
}

// What memory still holds must not decide which conversation a message finds.
TEST_F(Promises, S9_the_one_that_is_too_old_does_not_hide_the_one_that_follows_it) {
    for (const bool forgets : {false, true}) {
        const std::string name = forgets ? "stored" : "known";
        const ConversationId old = desk.receive(mail(name + " old"));
        resolve(old);
        wait(std::chrono::days{15});
        const ConversationId newer = desk.receive(mail_in_thread(name + " newer", {name + " old"}));
        ASSERT_NE(newer, old);
        resolve(newer);
        if (forgets) desk.forget_all();
        wait(1h);
        EXPECT_EQ(desk.receive(mail_in_thread(name + " last", {name + " old", name + " newer"})),
                  newer)
            << name;
    }
}

TEST_F(Promises, S9_no_answer_needed_wants_a_reason) {
    const ConversationId id = begin();
    answer(id);
    ask(id);
    EXPECT_EQ(desk.tell(WaiveAnswer{anna, id, "", false}).field, "reason");
    EXPECT_TRUE(owes(id, Metric::next_response));
    const auto decision = desk.decide(WaiveAnswer{anna, id, "they said thanks", false});
    ASSERT_TRUE(decision.answer.ok());
    EXPECT_EQ(next(id).state, ClockState::void_);
    EXPECT_EQ(next(id).void_reason, VoidReason::no_answer_needed);
    ASSERT_EQ(facts<AnswerWaived>(decision).size(), 1U);
    EXPECT_EQ(facts<AnswerWaived>(decision)[0].reason, "they said thanks");
    EXPECT_EQ(desk.at(id).waiting_since, std::nullopt);
    EXPECT_TRUE(owes(id, Metric::resolution));
}

TEST_F(Promises, S9_a_first_response_is_waived_by_a_supervisor_alone) {
    const ConversationId id = begin();
    EXPECT_EQ(desk.tell(WaiveAnswer{anna, id, "no need", false}).refusal, Refusal::forbidden);
    EXPECT_TRUE(owes(id, Metric::first_response));
    EXPECT_TRUE(desk.tell(WaiveAnswer{dario, id, "a double", false}).ok());
    EXPECT_EQ(first(id).void_reason, VoidReason::waived);
    EXPECT_EQ(desk.at(id).waiting_since, std::nullopt);
}

// --- P1, P10: public answers

TEST_F(Promises, P1_a_private_answer_does_not_stop_a_public_one) {
    const ConversationId id = begin();
    ask(id, true);
    wait(5min);
    answer(id);
    EXPECT_FALSE(owes(id, Metric::first_response));
    EXPECT_TRUE(owes(id, Metric::public_answer));
    EXPECT_TRUE(desk.at(id).is_public);
    const Answer refused = desk.tell(ChangeStatus{dario, id, Status::resolved, {}});
    EXPECT_EQ(refused.refusal, Refusal::invalid) << "it is owed";
    EXPECT_EQ(desk.at(id).status, Status::open);
}

TEST_F(Promises, P1_a_public_answer_is_waived_by_a_supervisor_alone) {
    const ConversationId id = begin();
    ask(id, true);
    answer(id);
    EXPECT_EQ(desk.tell(WaiveAnswer{anna, id, "settled", true}).refusal, Refusal::forbidden);
    EXPECT_TRUE(desk.tell(WaiveAnswer{anna, id, "settled", false}).ok());
    EXPECT_TRUE(owes(id, Metric::public_answer));
    EXPECT_EQ(desk.at(id).waiting_since, opening) << "P10: for the public answer";
    EXPECT_TRUE(desk.tell(WaiveAnswer{dario, id, "settled by telephone", true}).ok());
    EXPECT_EQ(clock(id, Metric::public_answer).void_reason, VoidReason::waived);
    EXPECT_EQ(desk.at(id).waiting_since, std::nullopt);
    resolve(id);
}

TEST_F(Promises, P10_waiting_since_is_the_start_of_the_oldest_answer_owed) {
    const ConversationId id = begin();
    EXPECT_EQ(desk.at(id).waiting_since, opening);
    answer(id);
    EXPECT_EQ(desk.at(id).waiting_since, std::nullopt) << "the resolution is no answer";
    wait(1min);
    ask(id, true);
    const Instant posted = desk.now;
    wait(1min);
    answer(id);
    wait(1min);
    ask(id);
    EXPECT_EQ(next(id).started_at, desk.now);
    EXPECT_EQ(desk.at(id).waiting_since, posted);
}

}  // namespace
