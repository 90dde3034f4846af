// Two records turn out to be one person, and are taken apart again.
#include <gmock/gmock.h>

#include "tests/support/customers_fixture.hpp"

namespace {

using namespace support;
using namespace model;
using testing::ElementsAre;
using testing::IsEmpty;

using Merge = TwoRecords;

// --- what follows

TEST_F(Merge, conversations_take_the_name_and_the_profile_of_the_person) {
    const ContactProfile known = profile(from_work);
    ASSERT_EQ(known.segment, "bakery");
    const Answer answer = merge(at_home, at_work);
    ASSERT_TRUE(answer.ok()) << answer.detail;
    EXPECT_EQ(answer.id, number(at_work));
    EXPECT_EQ(desk.at(from_home).contact, at_home) << "a link, not a move";
    EXPECT_EQ(name_in(from_home), "Rosa Bianchi");
    EXPECT_EQ(profile(from_home), known);
    EXPECT_EQ(name_in(from_work), "Rosa Bianchi");
    EXPECT_EQ(profile(from_work), known);
    expect_one_account(desk);

    EXPECT_EQ(take_out(at_home).id, number(at_home));
    EXPECT_EQ(name_in(from_home), home);
    EXPECT_EQ(profile(from_home), ContactProfile{});
    EXPECT_EQ(name_in(from_work), "Rosa Bianchi");
    EXPECT_EQ(profile(from_work), known);
    expect_one_account(desk);
}

TEST_F(Merge, the_root_shows_what_the_absorbed_record_knows_and_keeps_its_own) {
    const auto before = all_contacts();
    ASSERT_TRUE(merged(at_work, at_home));
    EXPECT_EQ(stored(at_home).name, "Rosa Bianchi");
    EXPECT_EQ(name_in(from_home), "Rosa Bianchi");
    EXPECT_EQ(profile(from_home).relationship, "account");
    EXPECT_THAT(stored(at_home).fields, IsEmpty()) << "nothing was copied";
    EXPECT_THAT(stored(at_home).absorbed, ElementsAre(at_work));
    EXPECT_EQ(stored(at_work).part_of, at_home);
    EXPECT_EQ(field(at_work, "segment"), "bakery");
    ASSERT_TRUE(taken_out(at_work));
    EXPECT_EQ(all_contacts(), before);
    EXPECT_EQ(name_in(from_home), home);
}

TEST_F(Merge, a_change_is_the_roots_and_is_seen_in_every_conversation) {
    ASSERT_TRUE(merged(at_home, at_work));
    const Answer answer = desk.tell(ChangeContact{anna, at_home, {{"language", "de"}}});
    EXPECT_EQ(answer.id, number(at_work)) << "named by any of its records";
    EXPECT_EQ(profile(from_home).language, "de");
    EXPECT_EQ(profile(from_work).language, "de");
    know(at_work, {{"name", "Rosa Verdi"}});
    EXPECT_EQ(name_in(from_home), "Rosa Verdi");
    ASSERT_TRUE(taken_out(at_home));
    EXPECT_EQ(profile(from_home).language, "");
    EXPECT_EQ(profile(from_work).language, "de");
    EXPECT_EQ(name_in(from_home), home);
}

// Who clears it sees one person, not her records.
TEST_F(Merge, a_value_taken_away_is_gone_whichever_record_said_it) {
    ASSERT_TRUE(merged(at_work, at_home));
    know(at_home, {{"segment", ""}});
    EXPECT_EQ(stored(at_home).profile.segment, "");
    EXPECT_EQ(profile(from_work).segment, "");
}

TEST_F(Merge, a_mail_from_the_absorbed_address_is_the_absorbed_records) {
    ASSERT_TRUE(merged(at_home, at_work));
    EXPECT_EQ(write(home, "", home_mail), from_home) << "its conversation goes on";
    EXPECT_EQ(desk.at(from_home).message_count, 2U);
    const ConversationId fresh = write(home);
    EXPECT_EQ(desk.at(fresh).contact, at_home);
    EXPECT_EQ(name_in(fresh), "Rosa Bianchi");
    EXPECT_EQ(profile(fresh).segment, "bakery");
    ASSERT_TRUE(taken_out(at_home));
    for (const ConversationId id : {from_home, fresh}) {
        EXPECT_EQ(desk.at(id).contact, at_home);
        EXPECT_EQ(name_in(id), home);
        EXPECT_EQ(profile(id), ContactProfile{});
    }
}

TEST_F(Merge, a_name_that_comes_by_mail_is_the_absorbed_records_own) {
    ASSERT_TRUE(merged(at_home, at_work));
    write(home, "Rosa B.");
    EXPECT_EQ(name_in(from_home), "Rosa Bianchi") << "the root's word counts";
    ASSERT_TRUE(taken_out(at_home));
    EXPECT_EQ(name_in(from_home), "Rosa B.");
    EXPECT_EQ(stored(at_home).name, "Rosa B.");
}

TEST_F(Merge, a_visitors_chat_goes_on_in_the_visitors_conversation) {
    const ConversationId talk = desk.receive(chat("visitor", "one"));
    const ConversationId other = desk.receive(chat("phone", "one"));
    const ContactId visitor = desk.at(talk).contact;
    ASSERT_TRUE(merged(visitor, at_work));
    ASSERT_TRUE(merged(desk.at(other).contact, at_work));
    EXPECT_EQ(name_in(talk), "Rosa Bianchi");
    EXPECT_EQ(desk.receive(chat("visitor", "two")), talk);
    EXPECT_EQ(desk.receive(chat("phone", "two")), other) << "two windows are two chats";
    ASSERT_TRUE(taken_out(visitor));
    EXPECT_EQ(name_in(talk), "visitor");
    EXPECT_EQ(desk.receive(chat("visitor", "three")), talk);
}

TEST_F(Merge, what_was_resolved_comes_back_with_what_the_person_is_by_then) {
    resolve(from_home);
    ASSERT_TRUE(merged(at_home, at_work));
    EXPECT_EQ(name_in(from_home), home) << "it is at rest";
    desk.forget_all();
    EXPECT_EQ(write(home, "", home_mail), from_home);
    EXPECT_EQ(name_in(from_home), "Rosa Bianchi");
    EXPECT_EQ(profile(from_home).segment, "bakery");
    resolve(from_home);
    ASSERT_TRUE(taken_out(at_home));
    change(from_home, Status::open);
    EXPECT_EQ(name_in(from_home), home);
    EXPECT_EQ(profile(from_home), ContactProfile{});
}

// --- who may join

TEST_F(Merge, the_second_address_may_answer_in_the_conversation_of_the_first) {
    const ConversationId stranger = write(work, "", home_mail);
    EXPECT_NE(stranger, from_home);
    EXPECT_EQ(desk.at(stranger).asks_to_join, from_home);
    for (const bool forgets : {false, true}) {
        SCOPED_TRACE(forgets);
        ASSERT_TRUE(merged(at_home, at_work));
        if (forgets) desk.forget_all();
        const ConversationId fresh = write(home);
        const std::string fresh_mail = last_mail();
        EXPECT_EQ(write(work, "", fresh_mail), fresh);
        EXPECT_EQ(desk.at(fresh).contact, at_home);
        EXPECT_EQ(desk.at(fresh).message_count, 2U);
        ASSERT_TRUE(taken_out(at_home));
    }
}

TEST_F(Merge, siblings_may_answer_in_each_others_conversations) {
    const ContactId at_shop = customer(shop);
    ASSERT_TRUE(merged(at_home, at_work));
    ASSERT_TRUE(merged(at_shop, at_work));
    EXPECT_EQ(write(shop, "", home_mail), from_home);
}

TEST_F(Merge, taken_out_the_second_address_asks_again) {
    ASSERT_TRUE(merged(at_home, at_work));
    ASSERT_TRUE(taken_out(at_home));
    const ConversationId stranger = write(work, "", home_mail);
    EXPECT_NE(stranger, from_home);
    EXPECT_EQ(desk.at(stranger).asks_to_join, from_home);
}

TEST_F(Merge, a_stranger_still_asks) {
    ASSERT_TRUE(merged(at_home, at_work));
    EXPECT_EQ(desk.at(write("eve@example.net", "", home_mail)).asks_to_join, from_home);
}

// --- merged more than once

TEST_F(Merge, nested_records_are_taken_out_in_any_order) {
    const ContactId at_shop = customer(shop, "Bar Rosa", {{"segment", "bar"}});
    const ConversationId from_shop = write(shop);
    const auto before = all_contacts();
    for (const bool inner_first : {true, false}) {
        SCOPED_TRACE(inner_first);
        ASSERT_TRUE(merged(at_home, at_work));
        ASSERT_TRUE(merged(at_work, at_shop));
        EXPECT_THAT(stored(at_shop).absorbed, ElementsAre(at_home, at_work));
        for (const ConversationId id : {from_home, from_work, from_shop}) {
            EXPECT_EQ(name_in(id), "Bar Rosa");
            EXPECT_EQ(profile(id).segment, "bar");
            EXPECT_EQ(profile(id).relationship, "account");
        }
        expect_one_account(desk);
        ASSERT_TRUE(taken_out(inner_first ? at_home : at_work));
        EXPECT_EQ(name_in(from_home), inner_first ? home : "Rosa Bianchi");
        EXPECT_EQ(name_in(from_work), inner_first ? "Bar Rosa" : "Rosa Bianchi");
        EXPECT_EQ(profile(from_shop).relationship, inner_first ? "account" : "");
        expect_one_account(desk);
        ASSERT_TRUE(taken_out(inner_first ? at_work : at_home));
        EXPECT_EQ(all_contacts(), before);
        EXPECT_EQ(name_in(from_home), home);
        EXPECT_EQ(name_in(from_work), "Rosa Bianchi");
        EXPECT_EQ(name_in(from_shop), "Bar Rosa");
        expect_one_account(desk);
    }
}

TEST_F(Merge, what_a_record_had_absorbed_leaves_with_it) {
    const ContactId at_shop = customer(shop, "Bar Rosa");
    ASSERT_TRUE(merged(at_home, at_work));
    ASSERT_TRUE(merged(at_work, at_shop));
    ASSERT_TRUE(taken_out(at_work));
    EXPECT_EQ(stored(at_home).part_of, at_work);
    EXPECT_THAT(stored(at_work).absorbed, ElementsAre(at_home));
    EXPECT_THAT(stored(at_shop).absorbed, IsEmpty());
}

TEST_F(Merge, naming_an_absorbed_record_merges_the_whole_person) {
    const ContactId at_shop = customer(shop, "Bar Rosa");
    const ContactId hotel = customer("rosa@hotel.example");
    ASSERT_TRUE(merged(at_home, at_work));
    ASSERT_TRUE(merged(hotel, at_shop));
    const Answer answer = merge(at_home, hotel);
    EXPECT_EQ(answer.id, number(at_shop));
    EXPECT_THAT(stored(at_shop).absorbed, ElementsAre(at_home, at_work, hotel));
    EXPECT_EQ(name_in(from_home), "Bar Rosa");
    ASSERT_TRUE(taken_out(at_work));
    EXPECT_THAT(stored(at_shop).absorbed, ElementsAre(hotel));
    EXPECT_EQ(name_in(from_home), "Rosa Bianchi");
}

TEST_F(Merge, taken_out_and_merged_elsewhere) {
    const ContactId at_shop = customer(shop, "Bar Rosa");
    ASSERT_TRUE(merged(at_home, at_work));
    ASSERT_TRUE(merged(at_work, at_shop));
    ASSERT_TRUE(taken_out(at_home));
    ASSERT_TRUE(merged(at_home, at_shop));
    ASSERT_TRUE(taken_out(at_work));
    EXPECT_EQ(stored(at_home).part_of, at_shop) << "it was no part of the other any more";
    EXPECT_EQ(name_in(from_home), "Bar Rosa");
    EXPECT_EQ(name_in(from_work), "Rosa Bianchi");
    expect_one_account(desk);
}

// Nothing of the other one may stay behind, not even where there is nothing else to show.
TEST_F(Merge, a_root_without_name_and_address_does_not_keep_the_name_of_the_other) {
    const ContactId bare = customer(shop);
    made({anna, bare, {}, {}, {mail_identity(shop)}});
    const auto before = all_contacts();
    ASSERT_TRUE(merged(at_work, bare));
    EXPECT_EQ(stored(bare).name, "Rosa Bianchi");
    ASSERT_TRUE(taken_out(at_work));
    EXPECT_EQ(all_contacts(), before);
}

// --- refusals

TEST_F(Merge, what_makes_no_sense_is_refused_and_changes_nothing) {
    const ContactId at_shop = customer(shop);
    ASSERT_TRUE(merged(at_home, at_work));
    ASSERT_TRUE(merged(at_shop, at_work));
    const auto before = all_contacts();
    for (const auto& [absorbed, into] :
         {std::pair{at_work, at_work}, std::pair{at_home, at_home}, std::pair{at_home, at_work},
          std::pair{at_work, at_home}, std::pair{at_home, at_shop}}) {
        const Answer answer = merge(absorbed, into);
        EXPECT_EQ(answer.refusal, Refusal::invalid);
        EXPECT_FALSE(answer.detail.empty());
    }
    for (const ContactId unknown : {ContactId{}, ContactId{9999}}) {
        EXPECT_EQ(merge(unknown, at_work).refusal, Refusal::not_found);
        EXPECT_EQ(merge(at_work, unknown).refusal, Refusal::not_found);
        EXPECT_EQ(take_out(unknown).refusal, Refusal::not_found);
    }
    EXPECT_EQ(take_out(at_work).refusal, Refusal::invalid) << "the root is merged into nothing";
    ASSERT_TRUE(taken_out(at_shop));
    EXPECT_EQ(take_out(at_shop).refusal, Refusal::invalid) << "it was taken out";
    ASSERT_TRUE(merged(at_shop, at_work));
    EXPECT_EQ(all_contacts(), before);
}

TEST_F(Merge, a_refusal_writes_nothing) {
    ASSERT_TRUE(merged(at_home, at_work));
    for (const Command& command : std::vector<Command>{
             MergeContacts{anna, at_work, at_home}, MergeContacts{AgentId{99}, at_work, at_home},
             MergeContacts{anna, at_work, ContactId{9999}}, UnmergeContact{anna, at_work},
             UnmergeContact{AgentId{99}, at_home}}) {
        const auto decision = desk.decide(command);
        EXPECT_FALSE(decision.answer.ok());
        EXPECT_TRUE(decision.events.empty());
        EXPECT_TRUE(decision.batch.rows.empty());
    }
}

}  // namespace
