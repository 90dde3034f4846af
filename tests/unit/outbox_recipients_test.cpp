// One message to several: the row in the outbox stays until everyone is decided, and only who is
// not is tried again.
#include <gmock/gmock.h>

#include "connectors/email/recipients.hpp"
#include "hub/model/codec.hpp"
#include "tests/unit/outbox_world.hpp"

namespace {

using namespace support;
using namespace model;
using connectors::OutcomeKind;
using connectors::RecipientOutcome;
using testing::HasSubstr;
using testing::StartsWith;

const std::string lea = "lea@kunde.test";
const std::string max = "max@kunde.test";

class SeveralRecipients : public OutboxWorld {
protected:
    ConversationId id{};

    std::uint64_t write_to_both() {
        id = conversation("first");
        SendReply command = reply(anna, id);
        command.to = {{.kind = "email", .value = lea, .name = "", .verified = false}};
        command.cc = {{.kind = "email", .value = max, .name = "", .verified = false}};
        return tell(command).id;
    }
    // As the channel does it: who is decided keeps the outcome.
    Outcome attempt(std::size_t number, const std::string& address, OutcomeKind kind,
                    const std::string& reason = "") {
        auto recipients = connectors::email::recipients_of(attempts.at(number).outbound);
        for (RecipientOutcome& one : recipients) {
            if (connectors::email::is_decided(one)) continue;
            one.kind = one.address == address ? kind : OutcomeKind::sent;
            one.reason = one.address == address ? reason : "";
            if (one.kind == OutcomeKind::unknown) ++one.unknown;
        }
        return connectors::email::sum_up(recipients);
    }
    std::vector<storage::RecipientRow> stored(std::uint64_t message) {
        std::vector<storage::RecipientRow> rows;
        store.read([&](storage::Reader& reader) {
            rows = reader.message(MessageId{message})->recipients;
        });
        return rows;
    }
    std::string state_of(std::uint64_t message, const std::string& address) {
        for (const storage::RecipientRow& row : stored(message))
            if (row.address == address) return row.state + ": " + row.reason;
        return "missing";
    }
};

TEST_F(SeveralRecipients, WhoHasItIsNotSentItAgain) {
    const std::uint64_t message = write_to_both();
    finish(0, attempt(0, max, OutcomeKind::transient, "421 later"));
    EXPECT_EQ(delivery(message), "queued: " + max + ": 421 later");
    EXPECT_EQ(state_of(message, lea), "sent: ");
    EXPECT_EQ(state_of(message, max), "queued: 421 later");
    ASSERT_EQ(waiting().size(), 1U);
    look_after(1min);
    ASSERT_EQ(attempts.size(), 2U);
    const auto again = connectors::email::recipients_of(attempts[1].outbound);
    ASSERT_EQ(again.size(), 2U);
    EXPECT_TRUE(connectors::email::is_decided(again[0]));
    EXPECT_FALSE(connectors::email::is_decided(again[1]));
    finish(1, attempt(1, max, OutcomeKind::sent));
    EXPECT_EQ(delivery(message), "sent: ");
    EXPECT_EQ(state_of(message, max), "sent: ");
    EXPECT_TRUE(waiting().empty());
}

TEST_F(SeveralRecipients, BetweenAttemptsNothingChangesButWhatTheyBrought) {
    write_to_both();
    finish(0, attempt(0, max, OutcomeKind::transient, "421 later"));
    look_after(1min);
    connectors::Outbound again = attempts.at(1).outbound;
    EXPECT_EQ(again.so_far.size(), 2U);
    again.so_far.clear();
    EXPECT_EQ(again, attempts[0].outbound);
}

TEST_F(SeveralRecipients, OneWhoNeverGetsItIsToldAtOnceAndTheOtherIsTriedAgain) {
    const std::uint64_t message = write_to_both();
    auto first = connectors::email::recipients_of(attempts.at(0).outbound);
    first[0].kind = OutcomeKind::permanent;
    first[0].reason = "550 no such user";
    first[1].reason = "421 later";
    finish(0, connectors::email::sum_up(first));
    EXPECT_THAT(delivery(message), StartsWith("failed: " + lea + ": 550 no such user"));
    EXPECT_EQ(state_of(message, lea), "failed: 550 no such user");
    EXPECT_EQ(state_of(message, max), "queued: 421 later");
    ASSERT_EQ(waiting().size(), 1U);
    EXPECT_EQ(outbound_from(waiting()[0].body).so_far, first);
    EXPECT_EQ(waiting()[0].due_at, clock.now() + 1min);
    look_after(1min);
    ASSERT_EQ(attempts.size(), 2U);
    EXPECT_THAT(delivery(message), StartsWith("failed: " + lea)) << "while it is tried again too";
    EXPECT_EQ(attempts[1].outbound.so_far, first);
    finish(1, attempt(1, max, OutcomeKind::sent));
    EXPECT_EQ(delivery(message), "failed: " + lea + ": 550 no such user");
    EXPECT_EQ(state_of(message, max), "sent: ");
    EXPECT_TRUE(waiting().empty());
    look_after(24h);
    EXPECT_EQ(attempts.size(), 2U);
}

TEST_F(SeveralRecipients, WhatEndsUnknownTwiceIsUnknown) {
    const std::uint64_t message = write_to_both();
    finish(0, attempt(0, max, OutcomeKind::unknown, "connection lost"));
    EXPECT_THAT(delivery(message), StartsWith("queued: "));
    EXPECT_EQ(state_of(message, max), "unknown: connection lost");
    look_after(1min);
    finish(1, attempt(1, max, OutcomeKind::unknown, "connection lost"));
    EXPECT_EQ(delivery(message), "unknown: " + max + ": connection lost");
    EXPECT_TRUE(waiting().empty());
}

TEST_F(SeveralRecipients, AfterAWeekNobodyIsSaidToBeInTheQueue) {
    const std::uint64_t message = write_to_both();
    finish(0, attempt(0, max, OutcomeKind::transient, "421 later"));
    look_after(std::chrono::days{7} + 1us);
    finish(1, attempt(1, max, OutcomeKind::transient, "421 later"));
    EXPECT_THAT(delivery(message), StartsWith("failed: "));
    EXPECT_THAT(delivery(message), HasSubstr("421 later"));
    EXPECT_TRUE(waiting().empty());
    EXPECT_EQ(state_of(message, lea), "sent: ");
    EXPECT_THAT(state_of(message, max), StartsWith("failed: "));
}

TEST_F(SeveralRecipients, WhereTheChannelKnowsOneAloneNothingIsToldOfEach) {
    const std::uint64_t message = write(conversation("first"));
    auto only = connectors::email::recipients_of(attempts.at(0).outbound);
    ASSERT_EQ(only.size(), 1U);
    only[0].kind = OutcomeKind::sent;
    finish(0, connectors::email::sum_up(only));
    EXPECT_EQ(delivery(message), "sent: ");
    EXPECT_TRUE(stored(message).empty());
}

TEST_F(SeveralRecipients, AWayOutThatGoesAwayForgetsNobody) {
    const std::uint64_t message = write_to_both();
    finish(0, attempt(0, max, OutcomeKind::transient, "421 later"));
    can_send = false;
    look_after(1min);
    ASSERT_EQ(waiting().size(), 1U);
    EXPECT_EQ(outbound_from(waiting()[0].body).so_far.size(), 2U);
    can_send = true;
    outbox.look_at_all();
    settle_down();
    ASSERT_EQ(attempts.size(), 2U);
    finish(1, attempt(1, max, OutcomeKind::sent));
    EXPECT_EQ(delivery(message), "sent: ");
}

// The log was restored from a backup that is older than the outbox.
TEST_F(OutboxWorld, a_row_of_a_conversation_that_is_not_there_goes_away) {
    storage::Batch batch;
    connectors::Outbound outbound;
    outbound.message = 9'000'001;
    outbound.conversation = 9'000'000;
    outbound.written_at = clock.now();
    batch.rows.push_back(storage::OutboxRow{.id = outbound.message,
                                            .conversation = ConversationId{outbound.conversation},
                                            .due_at = clock.now(),
                                            .attempts = 0,
                                            .state = "queued",
                                            .reason = {},
                                            .body = to_json(outbound)});
    store.append(std::move(batch), [](const storage::AppendResult&) {});
    settle_down();
    ASSERT_EQ(waiting().size(), 1U);
    look_after(1min);
    EXPECT_TRUE(waiting().empty());
}

TEST_F(OutboxWorld, what_is_planned_waits_for_its_time_whatever_is_looked_at) {
    SendReply later = reply(anna, conversation("first"));
    later.send_at = clock.now() + 2h;
    const std::uint64_t message = tell(later).id;
    outbox.look_at_all();
    settle_down();
    look_after(2h - 1us);
    EXPECT_TRUE(attempts.empty());
    EXPECT_EQ(delivery(message), "queued: ");
    look_after(1us);
    ASSERT_EQ(attempts.size(), 1U);
    EXPECT_EQ(attempts[0].outbound.written_at, *later.send_at) << "the Date in its header";
    finish(0, {OutcomeKind::sent, {}});
    EXPECT_EQ(delivery(message), "sent: ");
}

TEST_F(OutboxWorld, what_is_planned_lets_others_pass) {
    const ConversationId id = conversation("first");
    SendReply later = reply(anna, id);
    later.send_at = clock.now() + 24h;
    tell(later);
    const std::uint64_t now = write(id);
    ASSERT_EQ(attempts.size(), 1U);
    EXPECT_EQ(attempts[0].outbound.message, now);
}

TEST_F(OutboxWorld, the_week_of_what_is_planned_begins_when_it_leaves) {
    SendReply later = reply(anna, conversation("first"));
    later.send_at = clock.now() + 24h * 30;
    const std::uint64_t planned = tell(later).id;
    look_after(24h * 30);
    finish(0, {OutcomeKind::transient, "421 later"});
    EXPECT_EQ(delivery(planned), "queued: 421 later");
    look_after(24h * 7);
    finish(1, {OutcomeKind::transient, "421 later"});
    EXPECT_EQ(waiting().size(), 1U);
    look_after(24h);
    finish(2, {OutcomeKind::transient, "421 later"});
    EXPECT_TRUE(waiting().empty());
    EXPECT_THAT(delivery(planned), StartsWith("failed: "));
}

}  // namespace
