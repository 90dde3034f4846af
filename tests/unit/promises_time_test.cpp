// What time does to a promise: breaches, pauses, snoozes. The numbers are those of the statements
// in docs/ROUTING.md.
#include "tests/support/promise_fixture.hpp"

namespace {

using namespace support;
using namespace model;

// --- S10, S11: in time, late, and who notices

TEST_F(Promises, S10_an_answer_exactly_at_due_is_in_time) {
    const ConversationId id = begin();
    wait(first_budget);
    answer(id);
    EXPECT_EQ(first(id).state, ClockState::met);
    const ConversationId late = begin();
    wait(first_budget + 1us);
    answer(late);
    EXPECT_EQ(first(late).state, ClockState::met_late);
}

TEST_F(Promises, S11_a_late_answer_before_the_timer_is_one_breach_at_due) {
    const ConversationId id = begin();
    wait(first_budget + 5min);
    const auto decision = answer(id);
    const auto told = clocks_of<SlaBreached>(decision, Metric::first_response);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].due_at, opening + first_budget);
    const auto ended = clocks_of<SlaEnded>(decision, Metric::first_response);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].state, ClockState::met_late);
    EXPECT_EQ(ended[0].ended_at, desk.now);
    expect_one_breach(Metric::first_response, opening + first_budget);
}

TEST_F(Promises, S11_a_late_answer_after_the_timer_is_one_breach_at_due) {
    const ConversationId id = begin();
    wait(first_budget + 1s);
    EXPECT_EQ(clocks_of<SlaBreached>(time_reached(), Metric::first_response).size(), 1U);
    wait(5min);
    EXPECT_TRUE(facts<SlaBreached>(answer(id)).empty());
    EXPECT_EQ(first(id).state, ClockState::met_late);
    expect_one_breach(Metric::first_response, opening + first_budget);
}

TEST_F(Promises, S11_a_late_end_of_any_kind_does_not_hide_the_breach) {
    using End = std::function<void(ConversationId)>;
    const std::vector<std::pair<Metric, End>> ends{
        {Metric::first_response, [this](ConversationId id) { resolve(id); }},
        {Metric::resolution, [this](ConversationId id) { resolve(id); }},
        {Metric::resolution, [this](ConversationId id) { change(id, Status::pending); }},
        {Metric::first_response,
         [this](ConversationId id) {
             desk.decide(WaiveAnswer{dario, id, "too late", false});
         }},
        {Metric::first_response, [this](ConversationId) {
             desk.decide(RemovePolicy{elena, everybody});
         }}};
    for (std::size_t which = 0; which < ends.size(); ++which) {
        SCOPED_TRACE(which);
        const std::size_t before = breaches().size();
        const ConversationId id = begin();
        const auto& [metric, end] = ends[which];
        const Instant due = clock(id, metric).due_at;
        desk.now = due + 1min;
        end(id);
        time_reached();
        std::size_t of_metric = 0;
        const auto told = breaches();
        for (std::size_t i = before; i < told.size(); ++i)
            if (told[i].clock.metric == metric) {
                ++of_metric;
                EXPECT_EQ(told[i].clock.due_at, due);
            }
        EXPECT_EQ(of_metric, 1U);
        if (desk.at(id).status != Status::resolved) resolve(id);
    }
}

// A longer target that comes too late excuses nothing; a shorter one accuses nobody twice.
TEST_F(Promises, S11_a_change_of_target_after_due_does_not_hide_the_breach) {
    for (const auto budget : {10min, 600min}) {
        sla::Policy urgent = promise_policy();
        urgent.id = PolicyId{32};
        urgent.rank = 1;
        urgent.conditions.priorities = {"urgent"};
        urgent.targets = {{Metric::first_response, budget, {}}};
        save(urgent);
        const ConversationId id = begin();
        const Instant due = first(id).due_at;
        desk.now = due + 5min;
        prioritise(id, Priority::urgent);
        time_reached();
        ASSERT_FALSE(breaches().empty());
        EXPECT_EQ(breaches().back().clock.due_at, due);
        EXPECT_FALSE(breaches().back().clock.by_change);
        EXPECT_EQ(first(id).state, ClockState::breached);
        answer(id);
        EXPECT_EQ(first(id).state, ClockState::met_late);
    }
    EXPECT_EQ(breaches().size(), 2U);
}

TEST_F(Promises, S11_what_became_overdue_during_a_stop_is_told_at_once) {
    constexpr std::size_t many = 300;  // more than one turn handles
    for (std::size_t i = 0; i < many; ++i) begin();
    wait(first_budget + 2h);
    restart();
    ASSERT_TRUE(desk.state.next_wake());
    EXPECT_LE(*desk.state.next_wake(), desk.now);
    for (int turn = 0; turn < 2; ++turn) time_reached();
    EXPECT_GT(desk.state.next_wake(), desk.now);
    ASSERT_EQ(breaches().size(), many);
    for (const SlaBreached& told : breaches()) EXPECT_EQ(told.clock.due_at, opening + first_budget);
}

// --- S13, S14: pending and snoozed

TEST_F(Promises, S13_pending_pauses_the_resolution_alone) {
    const ConversationId id = begin();
    wait(1h - 1min);
    change(id, Status::pending);
    EXPECT_EQ(resolution(id).state, ClockState::paused);
    EXPECT_EQ(first(id).state, ClockState::running);
    pass(2min);
    EXPECT_EQ(first(id).state, ClockState::breached);
    pass(30h);
    EXPECT_EQ(breaches().size(), 1U);
    change(id, Status::open);
    EXPECT_EQ(resolution(id).due_at, desk.now + resolution_budget - 1h + 1min);
}

// E22, E23: 8 open hours paused between Tuesday and Wednesday, and none between closing and
// opening.
TEST_F(Promises, S13_only_the_open_part_of_a_pause_moves_due) {
    keep_office_hours();
    const ConversationId paused = begin();
    const ConversationId overnight = begin();
    EXPECT_EQ(resolution(paused).due_at, opening + 8h);
    wait(2h);
    change(paused, Status::pending);
    wait(7h);
    answer(overnight);
    change(overnight, Status::pending);
    wait(15h);
    change(overnight, Status::open);
    wait(1h);
    change(paused, Status::open);
    EXPECT_EQ(resolution(paused).due_at, opening + 24h + 7h) << "Wednesday 16:00";
    EXPECT_EQ(open_of(resolution(paused), LegKind::paused, 0), 8h);
    EXPECT_EQ(resolution(overnight).due_at, opening + 8h) << "Tuesday 17:00 all the same";
}

TEST_F(Promises, S13_the_policy_says_whether_pending_pauses) {
    sla::Policy policy = promise_policy();
    policy.pauses_while_pending = false;
    save(policy);
    const ConversationId id = begin();
    change(id, Status::pending);
    EXPECT_EQ(resolution(id).state, ClockState::running);
    EXPECT_EQ(resolution(id).due_at, opening + resolution_budget);
}

TEST_F(Promises, S13_a_customer_ends_the_pause) {
    const ConversationId id = begin();
    answer(id);
    change(id, Status::pending);
    wait(30h);
    ask(id);
    EXPECT_EQ(desk.at(id).status, Status::open);
    EXPECT_EQ(resolution(id).due_at, desk.now + resolution_budget);
    expect_whole(resolution(id));
}

TEST_F(Promises, S14_a_snooze_hides_and_never_pauses) {
    const ConversationId id = begin();
    const Instant due = resolution(id).due_at;
    answer(id);
    change(id, Status::snoozed, desk.now + 2h);
    EXPECT_EQ(resolution(id).state, ClockState::running);
    pass(1h);
    EXPECT_EQ(desk.at(id).status, Status::snoozed);
    pass(1h);
    EXPECT_EQ(desk.at(id).status, Status::open);
    EXPECT_EQ(resolution(id).due_at, due);
    change(id, Status::pending);
    change(id, Status::snoozed, desk.now + 1h);
    EXPECT_EQ(resolution(id).state, ClockState::running) << "snoozed is not pending";
}

TEST_F(Promises, S14_a_snooze_ends_early_when_the_customer_writes) {
    const ConversationId id = begin();
    answer(id);
    change(id, Status::snoozed, desk.now + 2h);
    wait(5min);
    ask(id);
    EXPECT_EQ(desk.at(id).status, Status::open);
    EXPECT_EQ(desk.at(id).snoozed_until, std::nullopt);
    EXPECT_TRUE(owes(id, Metric::next_response));
}

TEST_F(Promises, S14_a_snooze_ends_when_three_quarters_of_a_target_are_used) {
    const ConversationId id = begin();
    wait(10min);
    change(id, Status::snoozed, desk.now + 20h);
    EXPECT_EQ(desk.state.next_wake(), opening + first_budget * 3 / 4);
    pass(35min - 1us);
    EXPECT_EQ(desk.at(id).status, Status::snoozed);
    pass(1us);
    EXPECT_EQ(desk.at(id).status, Status::open);
    EXPECT_EQ(desk.tell(ChangeStatus{dario, id, Status::snoozed, desk.now + 1h}).refusal,
              Refusal::invalid)
        << "it would wake at once";
}

TEST_F(Promises, S14_three_quarters_are_counted_in_opening_hours) {
    keep_office_hours();
    desk.now = opening + 8h;  // 17:00: the hour ends at closing
    const ConversationId id = begin();
    answer(id);
    change(id, Status::snoozed, desk.now + std::chrono::days{5});
    // 6 of 8 hours: one today, five tomorrow.
    EXPECT_EQ(desk.state.next_wake(), opening + 24h + 5h);
}

// --- S21: order, and whose time counts

TEST_F(Promises, S21_a_mail_is_received_when_we_receive_it_whatever_its_date_says) {
    for (const auto difference : {-3h, 3h}) {
        ReceiveInbound command = mail("dated" + std::to_string(difference.count()));
        command.inbound.provider_time = desk.now + difference;
        const ConversationId id = desk.receive(command);
        EXPECT_EQ(first(id).started_at, desk.now);
        EXPECT_EQ(desk.at(id).waiting_since, desk.now);
    }
}

// Two in one instant: the sequence says which came first.
TEST_F(Promises, S21_in_one_instant_the_sequence_decides) {
    const ConversationId asked_last = begin();
    const ConversationId answered_last = begin();
    for (const ConversationId id : {asked_last, answered_last}) answer(id);
    wait(1h);
    answer(asked_last);
    ask(asked_last);
    ask(answered_last);
    answer(answered_last);
    EXPECT_TRUE(owes(asked_last, Metric::next_response));
    EXPECT_FALSE(owes(answered_last, Metric::next_response));
    EXPECT_EQ(next(answered_last).state, ClockState::met);
}

}  // namespace
