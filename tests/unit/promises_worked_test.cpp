// Whose time it was, and the two worked stories about answers. The numbers are those of the
// statements in docs/ROUTING.md.
#include "tests/support/promise_fixture.hpp"

namespace {

using namespace support;
using namespace model;

// --- S25: attribution

TEST_F(Promises, S25_queue_agents_and_pauses_add_up) {
    keep_office_hours();
    const ConversationId id = begin();
    wait(10min);
    hand_to(id, anna);
    desk.online(anna);
    wait(20min);
    answer(id);
    change(id, Status::pending);
    wait(30min);
    ask(id);
    wait(5min);
    hand_to(id, bruno);
    desk.set(anna, Availability::offline);
    wait(40min);
    hand_to(id, nobody);
    wait(24h);
    hand_to(id, anna);
    wait(15min);
    answer(id);
    resolve(id);
    const sla::Clock clock = resolution(id);
    expect_whole(clock);
    EXPECT_EQ(open_of(clock, LegKind::running, 0), 10min + 9h);
    EXPECT_EQ(open_of(clock, LegKind::running, number(anna)), 25min + 15min);
    EXPECT_EQ(open_of(clock, LegKind::paused, number(anna)), 30min);
    EXPECT_EQ(open_of(clock, LegKind::running, number(bruno)), 40min);
    EXPECT_EQ(used(clock), 10min + 9h + 40min + 40min);
    expect_whole(first(id));
    expect_whole(next(id));
}

TEST_F(Promises, S25_reopened_work_counts_for_whoever_has_it_now) {
    const ConversationId id = begin();
    hand_to(id, anna);
    wait(10min);
    answer(id);
    resolve(id);
    hand_to(id, bruno);
    desk.online(bruno);
    wait(1h);
    ask(id);
    ASSERT_EQ(desk.at(id).assignee, bruno);
    wait(10min);
    answer(id, bruno);
    resolve(id);
    expect_whole(resolution(id));
    EXPECT_EQ(open_of(resolution(id), LegKind::running, number(anna)), 10min);
    EXPECT_EQ(open_of(resolution(id), LegKind::resolved, number(anna)), 1h);
    EXPECT_EQ(open_of(resolution(id), LegKind::running, number(bruno)), 10min);
}

TEST_F(Promises, S25_an_answer_owed_again_counts_for_whoever_has_it_now) {
    const ConversationId id = begin();
    hand_to(id, anna);
    answer(id);
    wait(10min);
    hand_to(id, bruno);
    wait(10min);
    lose_answer(id);
    wait(10min);
    answer(id, bruno);
    expect_whole(first(id));
    EXPECT_EQ(open_of(first(id), LegKind::running, number(bruno)), 10min);
}

// --- the worked stories

class NextResponse : public Promises {
protected:
    static constexpr Instant ten = opening + 1h;
    ConversationId id{};

    // 10:00:00 and 10:00:40 the customer, 10:06 a machine, 10:07 a note.
    void SetUp() override {
        Promises::SetUp();
        id = begin();
        answer(id);
        desk.now = ten;
        ask(id);
        wait(40s);
        ask(id);
        desk.now = ten + 6min;
        ReceiveInbound robot = mail("robot");
        robot.inbound.token_conversation = number(id);
        robot.inbound.automatic = connectors::Automatic::auto_reply;
        desk.decide(robot);
        desk.now = ten + 7min;
        desk.decide(AddNote{anna, id, "He will call back.", ""});
        EXPECT_EQ(next(id).started_at, ten);
        EXPECT_EQ(next(id).due_at, ten + 10min);
    }
};

TEST_F(NextResponse, S7_answered_a_second_before_due_it_is_in_time) {
    desk.now = ten + 9min + 59s;
    answer(id);
    EXPECT_EQ(next(id).state, ClockState::met);
    EXPECT_TRUE(breaches().empty());
}

TEST_F(NextResponse, S11_a_millisecond_late_is_a_breach_at_due) {
    desk.now = ten + 10min + 1ms;
    answer(id);
    EXPECT_EQ(next(id).state, ClockState::met_late);
    EXPECT_EQ(*next(id).ended_at - next(id).due_at, 1ms);
    expect_one_breach(Metric::next_response, ten + 10min);
}

TEST_F(NextResponse, S11_a_stop_from_9_to_20_past_changes_nothing) {
    desk.now = ten + 20min;
    restart();
    time_reached();
    expect_one_breach(Metric::next_response, ten + 10min);
    answer(id);
    EXPECT_EQ(next(id).state, ClockState::met_late);
}

TEST_F(Promises, S9_thanks_is_reopened_waived_and_counted) {
    const ConversationId id = begin();
    const Instant eleven = opening + 2h;
    desk.now = eleven;
    answer(id);
    resolve(id);
    desk.now = eleven + 2min;
    ask(id);
    EXPECT_EQ(desk.at(id).status, Status::open);
    EXPECT_EQ(next(id).due_at, eleven + 12min);
    desk.now = eleven + 5min;
    desk.decide(WaiveAnswer{anna, id, "thank you", false});
    EXPECT_EQ(next(id).void_reason, VoidReason::no_answer_needed);
    EXPECT_EQ(used(resolution(id)), 2h + 3min);
    resolve(id);
    EXPECT_EQ(used(resolution(id)), 2h + 3min);
    expect_whole(resolution(id));
}

}  // namespace
