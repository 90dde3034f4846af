// S21: since when the customer waits, when the item was somewhere else before it came here.
#include <gtest/gtest.h>

#include "tests/support/desk_fixture.hpp"

namespace {

using namespace support;
using namespace model;

class ProviderTime : public testing::Test {
protected:
    Desk desk;
    int mails = 0;

    const Conversation& received(Instant arrived, bool after_gap,
                                 std::vector<std::string> thread = {}) {
        ReceiveInbound command = mail_in_thread("m" + std::to_string(++mails), std::move(thread));
        command.inbound.arrived_at = arrived;
        command.inbound.after_gap = after_gap;
        return *desk.state.conversation(desk.tell(command).conversation);
    }
};

TEST_F(ProviderTime, S21_ALittleEarlierIsWhenTheCustomerAsked) {
    const Conversation& late = received(desk.now - 5min, false);
    EXPECT_EQ(late.waiting_since, desk.now - 5min);
    EXPECT_EQ(late.clocks.at(0).started_at, desk.now - 5min);
    EXPECT_EQ(late.clocks.at(0).due_at, desk.now - 5min + response_budget);
}

TEST_F(ProviderTime, S21_MuchEarlierIsNotBelievedWithoutAGap) {
    EXPECT_EQ(received(desk.now - 6min, false).waiting_since, desk.now);
    EXPECT_EQ(received(desk.now + 1min, true).waiting_since, desk.now) << "a clock ahead of ours";
}

TEST_F(ProviderTime, S21_AfterAGapTheCustomerHasWaitedSinceTheMailCame) {
    const Conversation& late = received(desk.now - 10 * 24h, true);
    EXPECT_EQ(late.waiting_since, desk.now - 10 * 24h);
    const ConversationId id = late.id;
    desk.tell(TimeReached{});
    EXPECT_EQ(desk.state.conversation(id)->clocks.at(0).state, sla::ClockState::breached);
}

TEST_F(ProviderTime, S21_NothingComesBeforeWhatStandsInTheThread) {
    desk.tell(SetAvailability{anna, anna, Availability::online, "", {}, {}, {}});
    const ConversationId id = received(desk.now, false).id;
    desk.now += 10min;
    ASSERT_TRUE(desk.tell(reply(anna, id)).ok());
    const Instant answered = desk.now;
    desk.now += 2min;
    const Conversation& again = received(desk.now - 4min, false, {"m1"});
    ASSERT_EQ(again.id, id);
    EXPECT_EQ(again.waiting_since, answered) << "the answer was written without knowing of it";
}

}  // namespace
