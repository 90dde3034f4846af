// What follows from merging: who is blocked, what is promised, and that neither a restart nor
// forgetting makes a difference. The numbers are those of the statements in docs/ROUTING.md.
#include <gmock/gmock.h>

#include "tests/support/customers_fixture.hpp"

namespace {

using namespace support;
using namespace model;
using testing::Contains;
using testing::IsEmpty;
using testing::Key;
using testing::Not;

class MergeEffects : public TwoRecords {
protected:
    static constexpr PolicyId special{32};
    static constexpr auto special_budget = 20min;

    bool owed_anything(ConversationId id) {
        return std::ranges::any_of(desk.at(id).clocks, sla::is_open);
    }
    bool blocked(ContactId id) { return stored(id).profile.blocked; }
    // Accounts are answered sooner than everybody else.
    void promise_accounts_more() {
        sla::Policy policy = promise_policy();
        policy.id = special;
        policy.name = "Accounts";
        policy.rank = 1;
        policy.conditions.relationships = {"account"};
        policy.targets = {{Metric::first_response, special_budget, {}},
                          {Metric::resolution, resolution_budget, {}}};
        save(policy);
    }
};

// --- P6: who is blocked

TEST_F(MergeEffects, P6_a_person_is_blocked_when_one_of_her_records_is) {
    for (const bool root_is : {false, true}) {
        SCOPED_TRACE(root_is);
        const ConversationId calm = write(root_is ? home : work);
        know(root_is ? at_work : at_home, {{"blocked", "yes"}});
        EXPECT_TRUE(owed_anything(calm));
        ASSERT_TRUE(merged(at_home, at_work));
        EXPECT_TRUE(blocked(at_work));
        for (const ConversationId id : {from_home, from_work, calm}) {
            EXPECT_TRUE(profile(id).blocked);
            EXPECT_FALSE(owed_anything(id));
        }
        expect_one_account(desk);
        ASSERT_TRUE(taken_out(at_home));
        EXPECT_EQ(blocked(at_work), root_is);
        EXPECT_EQ(blocked(at_home), !root_is);
        EXPECT_EQ(profile(from_work).blocked, root_is);
        EXPECT_EQ(profile(from_home).blocked, !root_is);
        know(root_is ? at_work : at_home, {{"blocked", "no"}});
    }
}

TEST_F(MergeEffects, P6_what_waits_leaves_the_queue_with_the_merge_and_comes_back_after_it) {
    know(at_home, {{"blocked", "yes"}});
    ASSERT_TRUE(merged(at_home, at_work));
    desk.online(anna);
    EXPECT_EQ(desk.at(from_work).assignee, nobody);
    ASSERT_TRUE(taken_out(at_home));
    EXPECT_EQ(desk.at(from_work).assignee, anna);
    EXPECT_EQ(desk.at(from_home).assignee, nobody);
}

TEST_F(MergeEffects, P6_what_a_blocked_person_writes_from_any_address_moves_nothing) {
    ASSERT_TRUE(merged(at_home, at_work));
    know(at_home, {{"blocked", "yes"}});
    desk.forget_all();
    for (const std::string& address : {home, work}) {
        const ConversationId id = write(address);
        EXPECT_TRUE(profile(id).blocked);
        EXPECT_FALSE(owed_anything(id));
        EXPECT_EQ(desk.at(id).waiting_since, std::nullopt);
    }
}

TEST_F(MergeEffects, P6_blocking_a_merged_person_is_said_of_the_root) {
    ASSERT_TRUE(merged(at_home, at_work));
    know(at_home, {{"blocked", "yes"}});
    EXPECT_EQ(field(at_work, "blocked"), "yes");
    EXPECT_EQ(field(at_home, "blocked"), "");
    EXPECT_FALSE(owed_anything(from_home));
    EXPECT_FALSE(owed_anything(from_work));
    ASSERT_TRUE(taken_out(at_home));
    EXPECT_FALSE(blocked(at_home));
    EXPECT_TRUE(blocked(at_work));
}

TEST_F(MergeEffects, P6_unblocking_a_merged_person_frees_all_of_her_records) {
    const ContactId at_shop = customer(shop);
    for (const ContactId id : {at_home, at_work, at_shop}) know(id, {{"blocked", "yes"}});
    ASSERT_TRUE(merged(at_home, at_work));
    ASSERT_TRUE(merged(at_work, at_shop));
    desk.forget_all();
    know(at_home, {{"blocked", "no"}});
    for (const ContactId id : {at_home, at_work, at_shop})
        EXPECT_THAT(stored(id).fields, Not(Contains(Key("blocked"))));
    EXPECT_FALSE(profile(from_home).blocked);
    EXPECT_FALSE(profile(from_work).blocked);
    ASSERT_TRUE(taken_out(at_home));
    EXPECT_FALSE(blocked(at_home));
    expect_one_account(desk);
}

TEST_F(MergeEffects, P6_spam_from_one_address_blocks_the_person_and_taking_it_back_frees_her) {
    ASSERT_TRUE(merged(at_home, at_work));
    ASSERT_TRUE(desk.tell(MarkSpam{anna, from_home}).ok());
    EXPECT_TRUE(blocked(at_work));
    EXPECT_FALSE(owed_anything(from_work)) << "the same person's other conversation";
    EXPECT_EQ(desk.at(from_work).status, Status::open) << "it is no spam itself";
    ASSERT_TRUE(desk.tell(MarkSpam{anna, from_home, false}).ok());
    EXPECT_FALSE(blocked(at_work));
    EXPECT_FALSE(profile(from_work).blocked);
    expect_one_account(desk);
}

// What was sent from home does not become the work record's.
TEST_F(MergeEffects, P6_taken_out_the_sender_of_spam_stays_blocked_and_the_other_is_free) {
    ASSERT_TRUE(merged(at_home, at_work));
    ASSERT_TRUE(desk.tell(MarkSpam{anna, from_home}).ok());
    ASSERT_TRUE(taken_out(at_home));
    EXPECT_TRUE(blocked(at_home));
    EXPECT_FALSE(blocked(at_work));
    EXPECT_FALSE(owed_anything(write(home)));
    EXPECT_TRUE(owed_anything(write(work)));
}

// Whose word it is, is known of the person, not of the root's record alone: what only supervisors
// may say, only they may take back.
TEST_F(MergeEffects, agents_cannot_take_back_through_the_root_what_a_supervisor_said) {
    for (const char* flag : {"blocked", "do_not_contact"}) {
        SCOPED_TRACE(flag);
        know(at_home, {{flag, "yes"}});
        ASSERT_TRUE(merged(at_home, at_work));
        const auto decision = desk.decide(ChangeContact{anna, at_work, {{flag, "no"}}});
        EXPECT_EQ(decision.answer.refusal, Refusal::forbidden);
        EXPECT_TRUE(decision.events.empty());
        EXPECT_EQ(field(at_home, flag), "yes");
        ASSERT_TRUE(taken_out(at_home));
    }
}

// --- promises

TEST_F(MergeEffects, S19_the_profiles_policy_is_that_of_the_absorbed_conversation_while_merged) {
    promise_accounts_more();
    const ConversationId resolved = write(home);
    resolve(resolved);
    ASSERT_EQ(first(from_home).policy, everybody);
    ASSERT_TRUE(merged(at_home, at_work));
    EXPECT_EQ(first(from_home).policy, special);
    EXPECT_EQ(first(from_home).due_at, opening + special_budget);
    EXPECT_EQ(first(write(home)).policy, special) << "what comes later too";
    EXPECT_EQ(resolution(resolved).policy, everybody) << "it is at rest";
    ASSERT_TRUE(taken_out(at_home));
    EXPECT_EQ(first(from_home).policy, everybody);
    EXPECT_EQ(first(from_home).due_at, opening + first_budget);
    EXPECT_EQ(first(write(home)).policy, everybody);
}

TEST_F(MergeEffects, S19_the_roots_conversation_follows_what_an_absorbed_record_says) {
    promise_accounts_more();
    ASSERT_TRUE(merged(at_work, at_home));
    EXPECT_EQ(first(from_home).policy, special);
    ASSERT_TRUE(taken_out(at_work));
    EXPECT_EQ(first(from_home).policy, everybody);
    EXPECT_EQ(first(write(work)).policy, special) << "hers since it came";
}

TEST_F(MergeEffects, S18_what_was_used_stays_used) {
    promise_accounts_more();
    wait(15min);
    ASSERT_TRUE(merged(at_home, at_work));
    EXPECT_EQ(first(from_home).due_at, opening + special_budget);
    EXPECT_EQ(used(first(from_home)), 15min);
    ASSERT_TRUE(taken_out(at_home));
    EXPECT_EQ(used(first(from_home)), 15min);
    EXPECT_EQ(first(from_home).due_at, opening + first_budget);
    wait(15min);
    ASSERT_TRUE(merged(at_home, at_work));
    EXPECT_EQ(first(from_home).due_at, desk.now) << "nothing is left";
    EXPECT_TRUE(first(from_home).by_change);
    EXPECT_EQ(sla::recount(first(from_home), desk.state.calendar(first(from_home).calendar)),
              first(from_home));
}

TEST_F(MergeEffects, S17_a_merge_that_changes_no_policy_brings_no_newer_version) {
    const std::uint32_t version = first(from_home).policy_version;
    sla::Policy changed = promise_policy();
    changed.targets[0].budget = 20min;
    save(changed);
    ASSERT_TRUE(merged(at_home, at_work));
    EXPECT_EQ(first(from_home).policy_version, version);
    EXPECT_EQ(first(from_home).due_at, opening + first_budget);
    ASSERT_TRUE(taken_out(at_home));
    EXPECT_EQ(first(from_home).policy_version, version);
    EXPECT_EQ(desk.logged("sla_changed"), 0U);
}

TEST_F(MergeEffects, S18_met_and_breached_stay) {
    promise_accounts_more();
    const ConversationId met = write(home);
    answer(met);
    const sla::Clock was_met = first(met);
    pass(first_budget + 1min);
    ASSERT_EQ(first(from_home).state, ClockState::breached);
    const Instant due = first(from_home).due_at;
    ASSERT_TRUE(merged(at_home, at_work));
    EXPECT_EQ(first(met), was_met);
    EXPECT_EQ(first(from_home).state, ClockState::breached);
    EXPECT_EQ(first(from_home).due_at, due);
    ASSERT_TRUE(taken_out(at_home));
    EXPECT_EQ(first(met), was_met);
    EXPECT_EQ(first(from_home).due_at, due);
}

TEST_F(MergeEffects, S19_nested_records_take_their_promises_from_whom_they_belong_to) {
    promise_accounts_more();
    const ContactId at_shop = customer(shop);
    ASSERT_TRUE(merged(at_home, at_shop));
    EXPECT_EQ(first(from_home).policy, everybody);
    ASSERT_TRUE(merged(at_shop, at_work));
    EXPECT_EQ(first(from_home).policy, special);
    ASSERT_TRUE(taken_out(at_shop));
    EXPECT_EQ(first(from_home).policy, everybody) << "it left with the shop's record";
}

// --- nothing of it is in memory alone

// Merged twice, written to, and taken apart. Something happens to memory after each step.
class Story : public MergeEffects {
public:
    void TestBody() override {}

    std::vector<std::string> told(const std::function<void(Story&)>& between) {
        SetUp();
        promise_accounts_more();
        const ContactId at_shop = customer(shop, "Bar Rosa", {{"blocked", "yes"}});
        const auto step = [this, &between](bool done) {
            EXPECT_TRUE(done);
            between(*this);
        };
        step(merged(at_home, at_work));
        step(is_some(write(home, "Rosa B.")));
        step(merged(at_work, at_shop));
        step(is_some(write(work, "", home_mail)));
        step(desk.tell(ChangeContact{dario, at_home, {{"blocked", "no"}}}).ok());
        step(taken_out(at_home));
        step(is_some(write(home)));
        step(merged(at_home, at_shop));
        step(taken_out(at_work));
        step(taken_out(at_home));
        expect_one_account(desk);
        std::vector<std::string> all = all_contacts();
        for (const std::string& line : lines(stored_conversations(desk))) all.push_back(line);
        return all;
    }
    void lose_memory() { restart(); }
    void forget() { desk.forget_all(); }
};

TEST(MergeStory, a_restart_between_any_two_steps_makes_no_difference) {
    EXPECT_EQ(Story{}.told(&Story::lose_memory), Story{}.told([](Story&) {}));
}

TEST(MergeStory, forgetting_between_any_two_steps_makes_no_difference) {
    EXPECT_EQ(Story{}.told(&Story::forget), Story{}.told([](Story&) {}));
}

}  // namespace
