// Offers, and agents who come and go: what becomes of the work they were given.
#include "tests/support/desk_fixture.hpp"

namespace {

using namespace support;
using namespace model;

class Presence : public testing::Test {
protected:
    void service_offers() {
        Team team = desk.state.teams.at(service);
        team.mode = QueueMode::offer;
        ASSERT_TRUE(desk.tell(SaveTeam{nobody, team}).ok());
    }
    // Time goes on, and whatever falls due is told.
    void pass(std::chrono::seconds time) {
        const Instant until = desk.now + time;
        for (auto next = desk.state.next_wake(); next && *next <= until;
             next = desk.state.next_wake()) {
            desk.now = std::max(desk.now, *next);
            desk.decide(TimeReached{});
        }
        desk.now = until;
    }
    AgentId offered(ConversationId id) const { return desk.at(id).offered_to; }
    AgentId holder(ConversationId id) const { return desk.at(id).assignee; }

    Desk desk;
};

TEST_F(Presence, R17_a_chat_is_offered_and_belongs_to_whoever_accepts) {
    service_offers();
    desk.online(anna);
    const ConversationId id = desk.receive(chat("visitor", "one"));
    EXPECT_EQ(offered(id), anna);
    EXPECT_EQ(holder(id), nobody);
    EXPECT_EQ(desk.load(anna), 1U) << "R3: an offer counts";
    ASSERT_TRUE(desk.tell(AnswerOffer{anna, id, true}).ok());
    EXPECT_EQ(holder(id), anna);
    EXPECT_EQ(offered(id), nobody);
}

TEST_F(Presence, R17_a_lapsed_offer_goes_to_the_next_with_its_old_clock) {
    service_offers();
    desk.online(anna);
    const ConversationId id = desk.receive(chat("visitor", "one"));
    const Instant due = desk.at(id).clocks.at(0).due_at;
    desk.online(bruno);
    pass(20s);
    EXPECT_EQ(offered(id), bruno);
    EXPECT_EQ(desk.load(anna), 0U);
    EXPECT_TRUE(desk.at(id).excluded.contains(anna));
    EXPECT_EQ(desk.at(id).clocks.at(0).due_at, due);
}

TEST_F(Presence, R17_two_lapses_in_a_row_mean_not_responding_until_she_acts) {
    service_offers();
    desk.online(anna);
    desk.receive(chat("first", "one"));
    pass(20s);
    const ConversationId second = desk.receive(chat("second", "one"));
    ASSERT_EQ(offered(second), anna);
    pass(20s);
    EXPECT_EQ(desk.state.agent_states.at(anna).availability, Availability::not_responding);
    const ConversationId third = desk.receive(chat("third", "one"));
    EXPECT_EQ(offered(third), nobody);
    desk.decide(AddNote{anna, third, "I am here", ""});
    EXPECT_EQ(desk.state.agent_states.at(anna).availability, Availability::online);
    EXPECT_EQ(offered(third), anna);
}

TEST_F(Presence, R18_a_hand_assignment_withdraws_the_offer_and_a_late_yes_is_gone) {
    service_offers();
    desk.online(anna);
    const ConversationId id = desk.receive(chat("visitor", "one"));
    ASSERT_TRUE(desk.tell(Assign{dario, id, bruno, {}, {}}).ok());
    EXPECT_EQ(offered(id), nobody);
    EXPECT_EQ(desk.tell(AnswerOffer{anna, id, true}).refusal, Refusal::gone);
    EXPECT_EQ(holder(id), bruno);
}

TEST_F(Presence, R19_what_was_not_begun_returns_at_once_and_the_rest_after_the_grace) {
    desk.online(anna);
    const ConversationId begun = desk.receive(chat("first", "one"));
    desk.decide(reply(anna, begun));
    desk.receive(chat("first", "two"));
    const ConversationId fresh = desk.receive(chat("second", "one"));
    ASSERT_EQ(holder(fresh), anna);
    desk.set(anna, Availability::offline);
    EXPECT_EQ(holder(fresh), nobody);
    EXPECT_EQ(holder(begun), anna);
    pass(599s);
    EXPECT_EQ(holder(begun), anna);
    pass(1s);
    EXPECT_EQ(holder(begun), nobody);
}

TEST_F(Presence, R20_a_lost_connection_has_its_grace) {
    desk.online(anna);
    desk.decide(SetConnected{anna, true});
    const ConversationId id = desk.receive(chat("visitor", "one"));
    desk.decide(SetConnected{anna, false});
    pass(59s);
    EXPECT_EQ(holder(id), anna);
    desk.decide(SetConnected{anna, true});
    pass(300s);
    EXPECT_EQ(holder(id), anna) << "she was back in time";
    desk.decide(SetConnected{anna, false});
    pass(60s);
    EXPECT_EQ(desk.state.agent_states.at(anna).availability, Availability::offline);
    EXPECT_EQ(holder(id), nobody);
    EXPECT_EQ(desk.at(id).clocks.at(0).started_at, opening) << "the old clock";
}

TEST_F(Presence, R20_what_nobody_waits_for_stays_until_the_customer_writes) {
    desk.online(anna);
    desk.decide(SetConnected{anna, true});
    const ConversationId id = desk.receive(chat("visitor", "one"));
    desk.decide(reply(anna, id));
    desk.decide(SetConnected{anna, false});
    pass(60s);
    EXPECT_EQ(holder(id), anna);
    desk.receive(chat("visitor", "two"));
    EXPECT_EQ(holder(id), nobody) << "R21: it never waits with an absent agent";
}

TEST_F(Presence, R23_a_slot_stays_taken_after_a_session) {
    Inbox inbox = desk.state.inboxes.at(chat_inbox);
    inbox.wrap_up_seconds = 30;
    ASSERT_TRUE(desk.tell(SaveInbox{nobody, inbox}).ok());
    desk.online(anna);
    const ConversationId done = desk.receive(chat("first", "one"));
    desk.receive(chat("second", "one"));
    const ConversationId waits = desk.receive(chat("third", "one"));
    ASSERT_EQ(holder(waits), nobody) << "two sessions are her capacity";
    desk.decide(reply(anna, done));
    desk.decide(ChangeStatus{anna, done, Status::resolved, {}});
    EXPECT_EQ(holder(waits), nobody);
    pass(29s);
    EXPECT_EQ(holder(waits), nobody);
    pass(1s);
    EXPECT_EQ(holder(waits), anna);
}

TEST_F(Presence, R25_what_is_pulled_back_goes_to_somebody_else_first) {
    desk.online(anna);
    desk.online(bruno);
    const ConversationId id = desk.receive(chat("visitor", "one"));
    const AgentId first = holder(id);
    ASSERT_TRUE(desk.tell(Assign{dario, id, nobody, {}, {}}).ok());
    EXPECT_NE(holder(id), first);
    EXPECT_NE(holder(id), nobody);
}

TEST_F(Presence, P5_a_pulled_queue_gives_nothing_out) {
    Team team = desk.state.teams.at(service);
    team.mode = QueueMode::pull;
    ASSERT_TRUE(desk.tell(SaveTeam{nobody, team}).ok());
    desk.online(anna);
    const ConversationId id = desk.receive(mail("one"));
    EXPECT_EQ(holder(id), nobody);
    ASSERT_TRUE(desk.tell(Assign{anna, id, anna, {}, {}}).ok());
    EXPECT_EQ(holder(id), anna);
}

}  // namespace
