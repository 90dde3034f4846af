// What is still to be done for a customer: its owner is reminded once, in time, whatever happens to
// the process.
#include <gmock/gmock.h>

#include "tests/support/customers_fixture.hpp"

namespace {

using namespace support;
using namespace model;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class FollowUps : public Customers {
protected:
    ContactId lea{};

    void SetUp() override {
        Customers::SetUp();
        lea = made({anna, {}, {{"name", "Lea"}}, {mail_identity("lea@example.org")}});
    }
    FollowUp to_call(sla::Span in) const {
        FollowUp call;
        call.contact = lea;
        call.kind = FollowUpKind::call;
        call.text = "ask about the oven";
        call.due_at = desk.now + in;
        return call;
    }
    FollowUp planned(sla::Span in) {
        const Answer answer = desk.tell(SaveFollowUp{anna, to_call(in)});
        EXPECT_TRUE(answer.ok()) << answer.detail;
        return stored_one(FollowUpId{answer.id});
    }
    FollowUp stored_one(FollowUpId id) {
        FollowUp found;
        desk.store.read([&](storage::Reader& reader) {
            const auto row = reader.follow_up(number(id));
            ASSERT_TRUE(row.has_value());
            found = follow_up_from(row->body);
        });
        return found;
    }
    void saved(const FollowUp& follow_up) {
        const Answer answer = desk.tell(SaveFollowUp{anna, follow_up});
        ASSERT_TRUE(answer.ok()) << answer.detail;
    }
    std::vector<FollowUpId> reminded(sla::Span after = {}) {
        wait(after);
        std::vector<FollowUpId> ids;
        for (const FollowUpDue& fact : facts<FollowUpDue>(time_reached()))
            ids.push_back(fact.follow_up);
        return ids;
    }
};

TEST_F(FollowUps, a_new_one_is_its_makers_unless_she_names_somebody_else) {
    const FollowUp own = planned(1h);
    EXPECT_TRUE(is_some(own.id));
    EXPECT_EQ(own.contact, lea);
    EXPECT_EQ(own.owner, anna);
    EXPECT_EQ(own.state, FollowUpState::open);
    EXPECT_FALSE(own.reminded);
    FollowUp others = to_call(1h);
    others.owner = carla;
    others.reminded = true;
    const FollowUpId id{desk.tell(SaveFollowUp{anna, others}).id};
    EXPECT_EQ(stored_one(id).owner, carla);
    EXPECT_FALSE(stored_one(id).reminded) << "that is nothing to be said from outside";
}

TEST_F(FollowUps, its_owner_is_reminded_when_it_is_due_and_not_before) {
    const FollowUp call = planned(1h);
    EXPECT_EQ(desk.state.next_wake(), call.due_at);
    EXPECT_THAT(reminded(1h - 1us), IsEmpty());
    EXPECT_THAT(reminded(1us), ElementsAre(call.id));
    EXPECT_TRUE(stored_one(call.id).reminded);
    EXPECT_TRUE(desk.state.follow_ups.at(call.id).reminded);
}

TEST_F(FollowUps, the_reminder_is_told_once_also_across_a_restart) {
    const FollowUp call = planned(1h);
    restart();
    EXPECT_THAT(reminded(1h), ElementsAre(call.id)) << "a restart does not lose it";
    EXPECT_THAT(reminded(), IsEmpty());
    restart();
    EXPECT_THAT(reminded(24h), IsEmpty()) << "nor does one tell it again";
    EXPECT_EQ(desk.logged("follow_up_due"), 1U);
}

TEST_F(FollowUps, what_fell_due_while_nothing_ran_is_told_at_once) {
    const FollowUp later = planned(2h);
    const FollowUp sooner = planned(1h);
    wait(72h);
    restart();
    EXPECT_THAT(reminded(), ElementsAre(sooner.id, later.id)) << "in the order of their times";
}

TEST_F(FollowUps, what_is_planned_in_the_past_is_due_at_once) {
    const FollowUp late = planned(-1h);
    EXPECT_THAT(reminded(), ElementsAre(late.id));
    EXPECT_THAT(reminded(), IsEmpty());
}

TEST_F(FollowUps, put_off_it_is_told_again) {
    FollowUp call = planned(1h);
    ASSERT_THAT(reminded(1h), SizeIs(1));
    call.due_at = desk.now + 1h;
    saved(call);
    EXPECT_FALSE(stored_one(call.id).reminded);
    restart();
    EXPECT_THAT(reminded(59min), IsEmpty());
    EXPECT_THAT(reminded(1min), ElementsAre(call.id));
    EXPECT_THAT(reminded(1h), IsEmpty());
    EXPECT_EQ(desk.logged("follow_up_due"), 2U);
}

TEST_F(FollowUps, put_off_before_it_is_due_it_is_told_at_the_later_time_alone) {
    FollowUp call = planned(1h);
    call.due_at += 1h;
    saved(call);
    EXPECT_THAT(reminded(90min), IsEmpty());
    EXPECT_THAT(reminded(30min), ElementsAre(call.id));
}

TEST_F(FollowUps, another_text_does_not_remind_again) {
    FollowUp call = planned(1h);
    ASSERT_THAT(reminded(1h), SizeIs(1));
    call.text = "ask about both ovens";
    call.reminded = false;
    saved(call);
    EXPECT_TRUE(stored_one(call.id).reminded);
    EXPECT_THAT(reminded(1h), IsEmpty());
}

TEST_F(FollowUps, what_is_closed_is_not_told_and_not_open_any_more) {
    for (const FollowUpState state : {FollowUpState::done, FollowUpState::cancelled}) {
        FollowUp call = planned(1h);
        call.state = state;
        call.outcome = "bought two";
        saved(call);
        EXPECT_EQ(stored_one(call.id).state, state);
        EXPECT_EQ(stored_one(call.id).outcome, "bought two");
        EXPECT_FALSE(desk.state.follow_ups.contains(call.id));
        restart();
        EXPECT_FALSE(desk.state.follow_ups.contains(call.id));
        EXPECT_THAT(reminded(2h), IsEmpty());
        const Answer again = desk.tell(SaveFollowUp{anna, call});
        EXPECT_EQ(again.refusal, Refusal::not_found);
    }
    EXPECT_EQ(desk.logged("follow_up_due"), 0U);
}

TEST_F(FollowUps, it_keeps_its_customer_and_its_conversation) {
    const ConversationId conversation = write("lea@example.org");
    const ContactId ada = customer("ada@example.org", "Ada");
    FollowUp call = to_call(1h);
    call.conversation = conversation;
    call.id = FollowUpId{desk.tell(SaveFollowUp{anna, call}).id};
    FollowUp moved = call;
    moved.contact = ada;
    moved.conversation = {};
    saved(moved);
    EXPECT_EQ(stored_one(call.id).contact, lea);
    EXPECT_EQ(stored_one(call.id).conversation, conversation);
}

TEST_F(FollowUps, it_is_about_the_person) {
    const ContactId ada = customer("ada@example.org", "Ada");
    ASSERT_TRUE(merge(lea, ada).ok());
    EXPECT_EQ(planned(1h).contact, ada);
}

TEST_F(FollowUps, the_reminder_needs_no_customer_in_memory) {
    const FollowUp call = planned(1h);
    desk.forget_all();
    EXPECT_THAT(reminded(1h), ElementsAre(call.id));
}

TEST_F(FollowUps, many_are_told_in_turns_each_once) {
    for (int i = 0; i < 250; ++i) planned(1h);
    wait(1h);
    std::size_t told = 0;
    int turns = 0;
    while (desk.state.next_wake() && *desk.state.next_wake() <= desk.now && turns < 10) {
        const std::size_t now = facts<FollowUpDue>(time_reached()).size();
        told += now;
        turns += now > 0 ? 1 : 10;
    }
    EXPECT_EQ(told, 250U);
    EXPECT_GT(turns, 1) << "in bounded steps";
    EXPECT_EQ(desk.logged("follow_up_due"), 250U);
}

TEST_F(FollowUps, what_cannot_be_done_is_refused) {
    const auto refused = [this](const FollowUp& follow_up) {
        const auto decision = desk.decide(SaveFollowUp{anna, follow_up});
        EXPECT_TRUE(decision.events.empty());
        EXPECT_FALSE(decision.answer.detail.empty());
        return std::pair{decision.answer.refusal, decision.answer.field};
    };
    using Refused = std::pair<Refusal, std::string>;
    FollowUp call = to_call(1h);
    call.owner = AgentId{99};
    EXPECT_EQ(refused(call), (Refused{Refusal::invalid, "owner_id"}));
    call = to_call(1h);
    call.contact = ContactId{9999};
    EXPECT_EQ(refused(call), (Refused{Refusal::not_found, "contact_id"}));
    call = to_call(1h);
    call.id = FollowUpId{9999};
    EXPECT_EQ(refused(call).first, Refusal::not_found);
    FollowUp known = planned(1h);
    known.owner = AgentId{99};
    EXPECT_EQ(refused(known), (Refused{Refusal::invalid, "owner_id"}));
    EXPECT_EQ(stored_one(known.id).owner, anna);
}

}  // namespace
