// Decisions about conversations: what comes in, what is written, who may do what.
#include "hub/desk/decide.hpp"

#include <algorithm>

#include "tests/support/desk_fixture.hpp"

namespace {

using namespace support;
using namespace model;

class Decide : public testing::Test {
protected:
    Desk desk;

    ConversationId resolved(const char* external_id) {
        const ConversationId id = desk.receive(mail(external_id));
        desk.decide(ChangeStatus{dario, id, Status::resolved, {}});
        return id;
    }
    std::vector<Message> messages(ConversationId id) {
        std::vector<Message> found;
        desk.store.read([&](storage::Reader& reader) {
            for (const auto& row : reader.messages(id, 0, 100))
                found.push_back(message_from(row.body));
        });
        return found;
    }
};

// --- what customers send

TEST_F(Decide, an_inbound_item_makes_a_contact_and_a_conversation) {
    ReceiveInbound command = mail("first");
    command.inbound.sender.name = "Giulia Rossi";
    const Answer answer = desk.tell(command);
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer.number, 1U);
    const Conversation& conversation = desk.at(answer.conversation);
    EXPECT_EQ(conversation.number, 1U);
    EXPECT_EQ(conversation.team, service);
    EXPECT_EQ(conversation.status, Status::open);
    EXPECT_EQ(conversation.waiting_since, desk.now);
    EXPECT_EQ(conversation.contact_name, "Giulia Rossi");
    EXPECT_EQ(conversation.subject, "Where is my parcel?");
    const Contact& contact = *desk.state.contact(conversation.contact);
    ASSERT_EQ(contact.identities.size(), 1U);
    EXPECT_EQ(contact.identities[0].value, "customer@example.org");
    ASSERT_EQ(messages(answer.conversation).size(), 1U);
    EXPECT_EQ(messages(answer.conversation)[0].visibility, Visibility::private_);
}

TEST_F(Decide, a_second_item_of_a_sender_finds_the_contact) {
    const ConversationId first = desk.receive(mail("first"));
    desk.forget_all();
    const ConversationId second = desk.receive(mail("second"));
    EXPECT_NE(first, second);
    EXPECT_EQ(desk.at(first).contact, desk.at(second).contact);
    EXPECT_EQ(desk.at(second).number, 2U);
    EXPECT_EQ(desk.logged("contact_created"), 1U);
}

TEST_F(Decide, a_name_learnt_later_replaces_the_address_but_never_a_name) {
    const auto named = [this](const char* id, const char* name) {
        ReceiveInbound command = mail(id);
        command.inbound.sender.name = name;
        return desk.state.contact(desk.at(desk.receive(command)).contact)->name;
    };
    EXPECT_EQ(named("first", ""), "customer@example.org");
    EXPECT_EQ(named("second", "Giulia"), "Giulia");
    EXPECT_EQ(named("third", "Somebody else"), "Giulia");
}

TEST_F(Decide, a_repeat_gets_the_first_answer_from_memory_and_from_the_store) {
    const Answer first = desk.tell(mail("first"));
    const Seq head = desk.state.head;
    const auto expect_repeat = [&] {
        const desk::Decision repeat = desk.decide(mail("first"));
        EXPECT_TRUE(repeat.events.empty());
        EXPECT_TRUE(repeat.batch.rows.empty());
        EXPECT_TRUE(repeat.answer.repeated);
        EXPECT_EQ(repeat.answer.id, first.id);
        EXPECT_EQ(repeat.answer.conversation, first.conversation);
        EXPECT_EQ(repeat.answer.number, first.number);
        EXPECT_EQ(desk.state.head, head);
    };
    expect_repeat();
    desk.forget_all();
    expect_repeat();
}

TEST_F(Decide, one_message_id_in_two_inboxes_or_with_two_texts_is_two_items) {
    const Answer first = desk.tell(mail("same"));
    EXPECT_FALSE(desk.tell(mail("same", billing_inbox)).repeated);
    ReceiveInbound other_text = mail("same");
    other_text.inbound.receipt_key = "same#other text";
    EXPECT_NE(desk.tell(other_text).id, first.id);
}

TEST_F(Decide, an_unknown_inbox_takes_nothing) {
    const desk::Decision decision = desk.decide(mail("first", InboxId{99}));
    EXPECT_EQ(decision.answer.refusal, Refusal::not_found);
    EXPECT_TRUE(decision.events.empty());
}

TEST_F(Decide, a_thread_id_leads_back_to_the_conversation) {
    const ConversationId first = desk.receive(mail("first"));
    EXPECT_EQ(desk.receive(mail_in_thread("second", {"first"})), first);
    EXPECT_EQ(desk.receive(mail_in_thread("third", {"unknown", "second"})), first);
    desk.forget_all();
    EXPECT_EQ(desk.receive(mail_in_thread("fourth", {"first"})), first);
    EXPECT_EQ(desk.at(first).message_count, 4U);
    EXPECT_EQ(desk.tell(mail_in_thread("fifth", {"fourth"})).number, 5U);
}

TEST_F(Decide, a_reply_to_our_own_message_comes_back_to_its_conversation) {
    const ConversationId first = desk.receive(mail("first"));
    SendReply command = reply(anna, first);
    command.external_id = "ours@example.com";
    desk.decide(command);
    desk.forget_all();
    EXPECT_EQ(desk.receive(mail_in_thread("second", {"ours@example.com"})), first);
}

TEST_F(Decide, a_reply_token_wins_over_thread_ids) {
    const ConversationId first = desk.receive(mail("first"));
    const ConversationId second = resolved("second");
    desk.forget_all();
    ReceiveInbound command = mail_in_thread("third", {"first"});
    command.inbound.token_conversation = number(second);
    EXPECT_EQ(desk.receive(command), second);
    EXPECT_EQ(desk.at(first).message_count, 1U);
}

TEST_F(Decide, evidence_of_another_inbox_opens_a_new_conversation) {
    const ConversationId first = desk.receive(mail("first"));
    ReceiveInbound command = mail_in_thread("second", {"first"}, billing_inbox);
    command.inbound.token_conversation = number(first);
    EXPECT_NE(desk.receive(command), first);
}

// The best evidence decides, whether memory still holds it or only the store does.
TEST_F(Decide, what_memory_has_forgotten_makes_no_difference_to_threading) {
    const ConversationId best = resolved("best");
    desk.forget_all();
    desk.receive(mail("other"));
    EXPECT_EQ(desk.receive(mail_in_thread("third", {"best", "other"})), best);
}

TEST_F(Decide, a_visitor_stays_in_the_open_chat_and_begins_anew_after_it) {
    const ConversationId first = desk.receive(chat("visitor", "one"));
    EXPECT_EQ(desk.receive(chat("visitor", "two")), first);
    EXPECT_NE(desk.receive(chat("another", "one")), first);
    desk.decide(ChangeStatus{dario, first, Status::resolved, {}});
    EXPECT_NE(desk.receive(chat("visitor", "three")), first);
}

TEST_F(Decide, a_customer_reopens_what_was_resolved_snoozed_or_pending) {
    for (const Status status : {Status::resolved, Status::snoozed, Status::pending}) {
        const std::string name{word(status)};
        const ConversationId id = desk.receive(mail(name));
        desk.decide(ChangeStatus{dario, id, status, desk.now + 1h});
        desk.forget_all();
        desk.receive(mail_in_thread(name + " again", {name}));
        EXPECT_EQ(desk.at(id).status, Status::open) << name;
        EXPECT_EQ(desk.at(id).snoozed_until, std::nullopt) << name;
    }
}

TEST_F(Decide, R21_reopened_work_stays_with_a_present_assignee_and_leaves_an_absent_one) {
    desk.online(anna);
    const ConversationId id = desk.receive(mail("first"));
    desk.decide(ChangeStatus{anna, id, Status::resolved, {}});
    desk.receive(mail_in_thread("second", {"first"}));
    EXPECT_EQ(desk.at(id).assignee, anna);

    desk.decide(ChangeStatus{anna, id, Status::resolved, {}});
    desk.set(anna, Availability::offline);
    const auto decision = desk.decide(mail_in_thread("third", {"first"}));
    ASSERT_EQ(facts<Assigned>(decision).size(), 1U);
    EXPECT_EQ(facts<Assigned>(decision)[0].by, AssignedBy::leaving);
    EXPECT_EQ(desk.at(id).assignee, nobody);
    desk.online(bruno);
    EXPECT_EQ(desk.at(id).assignee, bruno);
}

TEST_F(Decide, automatic_mail_starts_no_clock_reopens_nothing_and_waits_for_nobody) {
    for (const auto automatic :
         {connectors::Automatic::auto_reply, connectors::Automatic::bounce}) {
        const std::string name = "robot-" + std::to_string(static_cast<int>(automatic));
        const ConversationId id = resolved((name + "-first").c_str());
        ReceiveInbound command = mail_in_thread(name, {name + "-first"});
        command.inbound.automatic = automatic;
        const auto decision = desk.decide(command);
        EXPECT_EQ(decision.answer.conversation, id);
        EXPECT_EQ(decision.answer.number, 2U);
        EXPECT_EQ(desk.at(id).status, Status::resolved);
        EXPECT_TRUE(facts<SlaStarted>(decision).empty());
    }
}

class OpenedByRobot : public Decide {
protected:
    ConversationId conversation;
    void SetUp() override {
        ReceiveInbound command = mail("robot");
        command.inbound.automatic = connectors::Automatic::auto_reply;
        conversation = desk.receive(command);
        ASSERT_TRUE(desk.at(conversation).clocks.empty());
        ASSERT_EQ(desk.at(conversation).waiting_since, std::nullopt);
    }
};

TEST_F(OpenedByRobot, is_never_routed) {
    desk.online(anna);
    EXPECT_EQ(desk.at(conversation).assignee, nobody);
    EXPECT_EQ(desk.logged("routing_decided"), 0U);
}

// S6: from the first inbound customer message.
TEST_F(OpenedByRobot, S6_the_first_message_of_a_person_starts_the_clock_and_is_routed) {
    desk.online(anna);
    desk.now += 1h;
    desk.receive(mail_in_thread("person", {"robot"}));
    ASSERT_EQ(desk.at(conversation).clocks.size(), 1U);
    EXPECT_EQ(desk.at(conversation).clocks[0].started_at, desk.now);
    EXPECT_EQ(desk.at(conversation).assignee, anna);
}

TEST_F(Decide, quarantine_keeps_the_bytes_and_says_why) {
    auto raw = std::make_shared<const std::string>("broken");
    const auto decision = desk.decide(Quarantine{mail_inbox, "too deep", "abc", raw});
    ASSERT_EQ(rows<storage::QuarantineRow>(decision).size(), 1U);
    EXPECT_EQ(rows<storage::QuarantineRow>(decision)[0].reason, "too deep");
    ASSERT_EQ(decision.batch.blobs.size(), 1U);
    EXPECT_EQ(decision.batch.blobs[0].bytes, raw);
}

// --- what agents write

TEST_F(Decide, a_reply_goes_to_the_outbox_complete_in_itself) {
    const ConversationId id = desk.receive(mail("first"));
    SendReply command = reply(anna, id);
    command.external_id = "ours@example.com";
    command.reply_to = "help+token@example.com";
    const auto decision = desk.decide(command);
    const auto queued = rows<storage::OutboxRow>(decision);
    ASSERT_EQ(queued.size(), 1U);
    EXPECT_TRUE(decision.outbox_changed);
    EXPECT_EQ(queued[0].id, decision.answer.id);
    EXPECT_EQ(queued[0].due_at, desk.now);
    const connectors::Outbound outbound = outbound_from(queued[0].body);
    EXPECT_EQ(outbound.from.value, "help@example.com");
    EXPECT_EQ(outbound.to.at(0).value, "customer@example.org");
    EXPECT_EQ(outbound.subject, "Re: Where is my parcel?");
    EXPECT_EQ(outbound.in_reply_to, "first");
    EXPECT_EQ(outbound.references, std::vector<std::string>{"first"});
    EXPECT_EQ(outbound.external_id, "ours@example.com");
    EXPECT_EQ(outbound.reply_to, "help+token@example.com");
    EXPECT_EQ(desk.at(id).waiting_since, std::nullopt);
}

TEST_F(Decide, a_chat_reply_needs_no_outbox_since_the_feed_carries_it) {
    const ConversationId id = desk.receive(chat("visitor", "one"));
    const auto decision = desk.decide(reply(anna, id));
    EXPECT_TRUE(rows<storage::OutboxRow>(decision).empty());
    EXPECT_EQ(rows<storage::MessageRow>(decision).at(0).delivery_state, "sent");
}

TEST_F(Decide, answering_what_nobody_owns_takes_it_and_an_owner_keeps_it) {
    const ConversationId id = desk.receive(mail("first"));
    const auto assigned = facts<Assigned>(desk.decide(reply(anna, id)));
    ASSERT_EQ(assigned.size(), 1U);
    EXPECT_EQ(assigned[0].by, AssignedBy::taking);
    desk.decide(reply(bruno, id));
    EXPECT_EQ(desk.at(id).assignee, anna);
}

TEST_F(Decide, a_reply_reopens_what_was_resolved) {
    const ConversationId id = resolved("first");
    desk.decide(reply(anna, id));
    EXPECT_EQ(desk.at(id).status, Status::open);
}

TEST_F(Decide, a_reply_that_has_not_seen_the_newest_is_refused_and_changes_nothing) {
    const ConversationId id = desk.receive(mail("first"));
    SendReply command = reply(anna, id, "mine");
    command.seen = 1;
    desk.receive(mail_in_thread("second", {"first"}));
    const auto refused = desk.decide(command);
    EXPECT_EQ(refused.answer.refusal, Refusal::newer);
    EXPECT_TRUE(refused.events.empty());
    command.seen = 2;
    EXPECT_TRUE(desk.tell(command).ok());  // a refusal does not use the client id up
}

TEST_F(Decide, a_repeated_client_id_gets_the_first_answer) {
    const ConversationId id = desk.receive(mail("first"));
    const Answer first = desk.tell(reply(anna, id, "mine"));
    EXPECT_FALSE(first.repeated);
    for (int round = 0; round < 2; ++round, desk.forget_all()) {
        const auto repeat = desk.decide(reply(anna, id, "mine"));
        EXPECT_TRUE(repeat.answer.repeated);
        EXPECT_EQ(repeat.answer.id, first.id);
        EXPECT_EQ(repeat.answer.number, first.number);
        EXPECT_TRUE(repeat.events.empty());
    }
    EXPECT_FALSE(desk.tell(reply(bruno, id, "mine")).repeated);
    EXPECT_NE(desk.tell(reply(anna, id)).id,
              desk.tell(reply(anna, id)).id);  // none: never a repeat
}

TEST_F(Decide, a_note_is_kept_from_the_outbox_and_from_threads) {
    const ConversationId id = desk.receive(mail("first"));
    const auto decision = desk.decide(AddNote{anna, id, "Careful.", "mine"});
    ASSERT_EQ(rows<storage::MessageRow>(decision).size(), 1U);
    EXPECT_TRUE(rows<storage::MessageRow>(decision)[0].is_note);
    EXPECT_TRUE(rows<storage::OutboxRow>(decision).empty());
    EXPECT_EQ(messages(id).at(1).visibility, Visibility::note);
    EXPECT_EQ(desk.at(id).last_direction, Direction::in);
    EXPECT_EQ(desk.at(id).thread_ids, std::vector<std::string>{"first"});
    EXPECT_TRUE(desk.tell(AddNote{anna, id, "Careful.", "mine"}).repeated);
}

// --- status, ownership, rights

TEST_F(Decide, snoozing_needs_the_future) {
    const ConversationId id = desk.receive(mail("first"));
    for (const std::optional<Instant> until : {std::optional<Instant>{}, std::optional{desk.now}}) {
        const Answer answer = desk.tell(ChangeStatus{anna, id, Status::snoozed, until});
        EXPECT_EQ(answer.refusal, Refusal::invalid);
        EXPECT_EQ(answer.field, "until");
    }
    EXPECT_TRUE(desk.tell(ChangeStatus{anna, id, Status::snoozed, desk.now + 1us}).ok());
}

TEST_F(Decide, time_wakes_what_was_snoozed_and_routes_it) {
    const ConversationId id = desk.receive(mail("first"));
    const Instant until = desk.now + 30min;
    desk.decide(ChangeStatus{anna, id, Status::snoozed, until});
    desk.online(bruno);
    EXPECT_EQ(desk.at(id).assignee, nobody);
    EXPECT_EQ(desk.state.next_wake(), until);
    desk.now = until - 1us;
    EXPECT_TRUE(desk.decide(TimeReached{}).events.empty());
    desk.now = until;
    desk.decide(TimeReached{});
    EXPECT_EQ(desk.at(id).status, Status::open);
    EXPECT_EQ(desk.at(id).snoozed_until, std::nullopt);
    EXPECT_EQ(desk.at(id).assignee, bruno);
}

TEST_F(Decide, opening_what_is_open_is_no_event) {
    const ConversationId id = desk.receive(mail("first"));
    EXPECT_TRUE(desk.decide(ChangeStatus{anna, id, Status::open, {}}).events.empty());
    EXPECT_TRUE(desk.decide(ChangeStatus{anna, id, Status::open, desk.now + 1h}).events.empty());
}

TEST_F(Decide, assigning_upon_an_old_view_is_refused) {
    const ConversationId id = desk.receive(mail("first"));
    const Seq base = desk.at(id).version;
    desk.decide(Assign{dario, id, anna, {}, base});
    EXPECT_EQ(desk.tell(Assign{dario, id, bruno, {}, base}).refusal, Refusal::taken);
    EXPECT_EQ(desk.at(id).assignee, anna);
    EXPECT_EQ(desk.tell(Assign{dario, id, AgentId{99}, {}, {}}).refusal, Refusal::invalid);
    EXPECT_EQ(desk.tell(Assign{dario, id, {}, TeamId{99}, {}}).refusal, Refusal::invalid);
}

}  // namespace
