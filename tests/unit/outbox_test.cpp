// The outbox: when it tries, when it tries again, and that nothing is sent twice.
#include "tests/unit/outbox_world.hpp"

namespace {

using namespace support;
using namespace model;
using connectors::OutcomeKind;

TEST(RetryDelay, doubles_from_a_minute_to_six_hours) {
    const flow::RetryPolicy policy;
    EXPECT_EQ(flow::retry_delay(policy, 1, 0.5), 1min);
    EXPECT_EQ(flow::retry_delay(policy, 2, 0.5), 2min);
    EXPECT_EQ(flow::retry_delay(policy, 5, 0.5), 16min);
    EXPECT_EQ(flow::retry_delay(policy, 9, 0.5), 256min);
    EXPECT_EQ(flow::retry_delay(policy, 10, 0.5), 6h);
    EXPECT_EQ(flow::retry_delay(policy, 4'000'000'000, 0.5), 6h);
    EXPECT_EQ(flow::retry_delay(policy, 0, 0.5), 1min);
}

TEST(RetryDelay, jitter_moves_it_by_a_quarter_either_way) {
    const flow::RetryPolicy policy;
    for (std::uint32_t attempts = 1; attempts < 40; ++attempts) {
        const auto middle = flow::retry_delay(policy, attempts, 0.5);
        EXPECT_EQ(flow::retry_delay(policy, attempts, 0.0), middle * 3 / 4);
        EXPECT_LT(flow::retry_delay(policy, attempts, 0.999999), middle * 5 / 4);
        EXPECT_GT(flow::retry_delay(policy, attempts, 0.999999), middle * 12 / 10);
    }
}

TEST(RetryDelay, a_week_holds_about_35_attempts) {
    const flow::RetryPolicy policy;
    std::chrono::microseconds passed{0};
    std::uint32_t attempts = 0;
    while (passed < policy.give_up_after) passed += flow::retry_delay(policy, ++attempts, 0.5);
    EXPECT_NEAR(attempts, 35, 4);
}

TEST_F(OutboxWorld, what_was_sent_leaves_the_outbox) {
    const std::uint64_t message = write(conversation("first"));
    ASSERT_EQ(attempts.size(), 1U);
    EXPECT_EQ(attempts[0].outbound.message, message);
    EXPECT_EQ(delivery(message), "sending: ");
    EXPECT_EQ(waiting().size(), 1U);  // kept until the outcome is known
    finish(0, {OutcomeKind::sent, {}});
    EXPECT_EQ(delivery(message), "sent: ");
    EXPECT_TRUE(waiting().empty());
    EXPECT_EQ(outbox.sending(), 0U);
    look_after(1h);
    EXPECT_EQ(attempts.size(), 1U);
}

TEST_F(OutboxWorld, one_message_of_a_conversation_at_a_time_and_the_oldest_first) {
    const ConversationId id = conversation("first");
    const std::uint64_t first = write(id);
    const std::uint64_t second = write(id);
    look_after(1min);
    ASSERT_EQ(attempts.size(), 1U);
    EXPECT_EQ(attempts[0].outbound.message, first);
    finish(0, {OutcomeKind::sent, {}});
    ASSERT_EQ(attempts.size(), 2U);
    EXPECT_EQ(attempts[1].outbound.message, second);
}

TEST_F(OutboxWorld, conversations_do_not_wait_for_each_other) {
    write(conversation("first"));
    write(conversation("second"));
    EXPECT_EQ(attempts.size(), 2U);
    EXPECT_EQ(outbox.sending(), 2U);
}

TEST_F(OutboxWorld, a_transient_failure_comes_again_later_with_the_same_bytes) {
    const std::uint64_t message = write(conversation("first"));
    finish(0, {OutcomeKind::transient, "421 try later"});
    EXPECT_EQ(delivery(message), "queued: 421 try later");
    ASSERT_EQ(waiting().size(), 1U);
    EXPECT_EQ(waiting()[0].due_at, clock.now() + 1min);
    EXPECT_EQ(waiting()[0].attempts, 1U);
    EXPECT_EQ(waiting()[0].reason, "421 try later");
    look_after(1min - 1us);
    EXPECT_EQ(attempts.size(), 1U);
    look_after(1us);
    ASSERT_EQ(attempts.size(), 2U);
    EXPECT_EQ(attempts[1].outbound, attempts[0].outbound);
    finish(1, {OutcomeKind::transient, "connection lost"});
    EXPECT_EQ(waiting().at(0).attempts, 2U);
    EXPECT_EQ(waiting().at(0).due_at, clock.now() + 2min);
    EXPECT_EQ(delivery(message), "queued: connection lost");
}

TEST_F(OutboxWorld, what_the_channel_calls_unknown_is_not_sent_again) {
    const std::uint64_t message = write(conversation("first"));
    finish(0, {OutcomeKind::unknown, "connection lost"});
    EXPECT_EQ(delivery(message), "unknown: connection lost");
    EXPECT_TRUE(waiting().empty());
}

TEST_F(OutboxWorld, a_message_that_waits_for_its_retry_is_not_overtaken) {
    const ConversationId id = conversation("first");
    const std::uint64_t first = write(id);
    finish(0, {OutcomeKind::transient, "421 try later"});
    write(id);
    EXPECT_EQ(attempts.size(), 1U);
    look_after(1min);
    ASSERT_GE(attempts.size(), 2U);
    EXPECT_EQ(attempts[1].outbound.message, first);
}

TEST_F(OutboxWorld, a_permanent_failure_says_why_and_is_not_tried_again) {
    const std::uint64_t message = write(conversation("first"));
    finish(0, {OutcomeKind::permanent, "550 no such user"});
    EXPECT_EQ(delivery(message), "failed: 550 no such user");
    EXPECT_TRUE(waiting().empty());
    look_after(24h);
    EXPECT_EQ(attempts.size(), 1U);
}

TEST_F(OutboxWorld, after_a_week_a_message_has_failed) {
    const std::uint64_t message = write(conversation("first"));
    finish(0, {OutcomeKind::transient, "421 try later"});
    look_after(std::chrono::days{7} + 1us);
    finish(1, {OutcomeKind::transient, "421 try later"});
    EXPECT_TRUE(delivery(message).starts_with("failed: ")) << delivery(message);
    EXPECT_NE(delivery(message).find("421 try later"), std::string::npos);
    EXPECT_TRUE(waiting().empty());
}

TEST_F(OutboxWorld, without_a_way_out_a_message_stays_queued_and_says_so) {
    can_send = false;
    const std::uint64_t message = write(conversation("first"));
    EXPECT_TRUE(attempts.empty());
    ASSERT_EQ(waiting().size(), 1U);
    EXPECT_TRUE(delivery(message).starts_with("queued: sending mail is not configured"));
    for (int round = 0; round < 5; ++round) look_after(11min);
    const Seq head = runner.committed();
    look_after(24h * 30);
    EXPECT_EQ(runner.committed(), head);  // said once is enough
    EXPECT_EQ(waiting().size(), 1U);
    can_send = true;
    outbox.look_at_all();
    settle_down();
    ASSERT_EQ(attempts.size(), 1U);
    finish(0, {OutcomeKind::sent, {}});
    EXPECT_EQ(delivery(message), "sent: ");
}

// Promise 2: the rows of a look may be older than the outcome that arrived since.
TEST_F(OutboxWorld, an_outcome_that_crosses_a_look_sends_nothing_twice) {
    write(conversation("first"));
    attempts.at(0).done({OutcomeKind::sent, {}});
    outbox.look();  // reads the row before the outcome is recorded
    settle_down();
    EXPECT_EQ(attempts.size(), 1U);
}

TEST_F(OutboxWorld, a_look_before_the_outcome_is_committed_sends_nothing_twice) {
    write(conversation("first"));
    attempts.at(0).done({OutcomeKind::sent, {}});
    while (turn()) {
    }  // recorded, not yet committed
    outbox.look();
    while (turn()) {
    }
    settle_down();
    EXPECT_EQ(attempts.size(), 1U);
}

// Promise 3: what is known to be sent must not be forgotten because the store could not take it at
// once.
TEST_F(OutboxWorld, an_outcome_that_the_store_refused_is_recorded_later) {
    const std::uint64_t message = write(conversation("first"));
    attempts.at(0).done({OutcomeKind::sent, {}});
    while (turn()) {
    }
    ASSERT_EQ(store.fail_waiting(), 1U);
    settle_down();
    look_after(1h);
    EXPECT_EQ(attempts.size(), 1U);
    EXPECT_EQ(delivery(message), "sent: ");
}

TEST_F(OutboxWorld, it_looks_again_by_itself) {
    write(conversation("first"));
    ASSERT_TRUE(timer.has_value());
    EXPECT_GT(*timer, clock.now());
    EXPECT_LE(*timer, clock.now() + 1min);
}

}  // namespace
