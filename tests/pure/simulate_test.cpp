// The simulated floor: days so small that their numbers can be worked out on paper, and queues
// whose numbers are known from theory.
#include <algorithm>
#include <random>

#include "hub/simulate/fit.hpp"
#include "tests/pure/small_trace.hpp"

namespace {

using namespace small;

// A mail of 100 s at 0, a chat of 40 s (20 s to the reply) at 10. Alone the mail goes at 1; beside
// the chat it gets half of the attention, and both lose a tenth: 0.4545 and 0.909. So the chat is
// answered after 22 s and done after 44 s; the mail has then 10 + 20 s behind it and needs 70 more.
TEST(Floor, a_chat_and_a_mail_share_one_agent) {
    Trace trace = empty_trace();
    trace.agents = {agent(7)};
    trace.conversations = {
        conversation(1, 0, "email", 100 * second, 100 * second, 100 * second),
        conversation(2, 10 * second, "chat", 30 * second, 20 * second, 40 * second)};
    const Played day = played(trace);
    EXPECT_EQ(log_of(day), "0 1.0 7\n10000 2.0 7\n");
    ASSERT_EQ(day.outcomes.size(), 2U);
    EXPECT_EQ(day.outcomes[0].channel, "chat");
    EXPECT_EQ(day.outcomes[0].met_ms, 32 * second);
    EXPECT_EQ(day.outcomes[1].met_ms, 124 * second);
    EXPECT_NEAR(day.agents.at(0).used_ms, 124 * second, 1);

    const Metrics metrics = metrics_of(trace, day);
    EXPECT_NEAR(metrics.cost, 2 * (1 + 0.5 * 24 / 100.0), 1e-9);  // 24 s late
    EXPECT_EQ(metrics.obligations, 2U);
    EXPECT_EQ(metrics.sla, 0.5);
    EXPECT_EQ(metrics.first_reply_s.at("chat"), (std::array<double, 3>{22, 22, 22}));
    EXPECT_EQ(metrics.first_reply_s.at("email"), (std::array<double, 3>{124, 124, 124}));
    EXPECT_EQ(metrics.by.at("chat/Buyer").in_time, 1U);
    EXPECT_EQ(metrics.by.at("*/frt").count, 2U);
    EXPECT_NEAR(metrics.occupancy, 124.0 / 3600, 1e-9);
    EXPECT_EQ(metrics.fairness, 1);
}

// Three chats need 1.5 of one's attention: each goes at 1 / 1.5 / 1.2.
TEST(Floor, sessions_slow_each_other_only_when_attention_is_used_up) {
    for (const std::int64_t count : {1, 2, 3}) {
        Trace trace = empty_trace();
        trace.agents = {agent(7)};
        for (std::int64_t id = 1; id <= count; ++id)
            trace.conversations.push_back(
                conversation(id, 0, "chat", 60 * second, 18 * second, 18 * second));
        const double slower = (1 + 0.1 * (static_cast<double>(count) - 1)) *
                              std::max(1.0, 0.5 * static_cast<double>(count));
        for (const Outcome& one : played(trace).outcomes)
            EXPECT_NEAR(static_cast<double>(*one.met_ms), 18'000 * slower, 1.001) << count;
    }
}

TEST(Floor, a_missing_skill_slows_and_speeds_multiply) {
    Trace trace = empty_trace();
    TraceAgent who = agent(7);
    who.speed = 1.25;
    who.skills = {{"sales", 1.6}};
    trace.agents = {who};
    trace.conversations = {conversation(1, 0, "email", 0, 100 * second, 100 * second),
                           conversation(2, 600 * second, "email", 0, 100 * second, 100 * second)};
    trace.conversations[1].skill = "sales";
    const Played day = played(trace);
    EXPECT_EQ(day.outcomes.at(0).met_ms, 160 * second);  // 1.25 x 0.5
    EXPECT_EQ(day.outcomes.at(1).met_ms, 650 * second);  // 1.25 x 1.6
}

TEST(Floor, customers_leave_when_their_patience_ends_and_cost_more) {
    Trace trace = empty_trace();
    trace.agents = {agent(7, 100 * second)};
    trace.conversations = {conversation(1, 0, "chat", 50 * second, second, second),
                           conversation(2, 0, "chat", 50 * second, second, second)};
    trace.conversations[0].patience_ms = 30 * second;
    const Played day = played(trace);
    EXPECT_TRUE(day.outcomes.at(0).lost);
    EXPECT_EQ(day.outcomes.at(1).met_ms, 101 * second);
    const Metrics metrics = metrics_of(trace, day);
    EXPECT_NEAR(metrics.abandon_cost, 2 * 3, 1e-9);
    EXPECT_NEAR(metrics.breach_cost, 2 * (1 + 0.5 * 51 / 50.0), 1e-9);
    EXPECT_EQ(metrics.abandoned.at("chat"), 0.5);
}

TEST(Floor, due_instants_patience_and_lateness_are_open_time) {
    Trace trace = empty_trace();
    trace.calendars["shop"] = {{0, 50 * second}, {100 * second, 10 * hour}};
    trace.agents = {agent(7, 120 * second)};
    trace.conversations = {conversation(1, 20 * second, "chat", 40 * second, 5 * second, second)};
    trace.conversations[0].turns[0].first_ms = second;
    trace.conversations[0].calendar = "shop";
    trace.conversations[0].patience_ms = 60 * second;  // until 130
    const Played day = played(trace);
    EXPECT_EQ(day.outcomes.at(0).due_ms, 110 * second);
    EXPECT_EQ(day.outcomes.at(0).met_ms, 121 * second);
    EXPECT_NEAR(metrics_of(trace, day).cost, 2 * (1 + 0.5 * 11 / 40.0), 1e-9);
}

// A mail of 100 s, begun at 0 by an agent who goes at 50: within the grace it is finished by her at
// 100, else somebody else takes it over and pays the context.
TEST(Floor, begun_work_is_finished_within_the_grace_or_taken_over) {
    for (const Millis grace : {60 * second, 30 * second}) {
        Trace trace = empty_trace();
        trace.grace_ms = grace;
        trace.agents = {agent(1, 0, 50 * second), agent(2, 60 * second)};
        trace.conversations = {
            conversation(1, 0, "email", 105 * second, 100 * second, 100 * second)};
        const Played day = played(trace);
        const bool finished = grace == 60 * second;
        EXPECT_EQ(log_of(day), finished ? "0 1.0 1\n" : "0 1.0 1\n80000 1.0 2\n");
        EXPECT_EQ(day.outcomes.at(0).met_ms, finished ? 100 * second : 110 * second);
        EXPECT_EQ(day.outcomes.at(0).due_ms, 105 * second);  // no transfer restarts it
    }
}

// Answered at 10, lost with its agent at 20, resumed by another: 40 s are left and 5 of context.
TEST(Floor, an_answered_session_of_a_dropped_agent_is_resumed_with_a_clock_of_its_own) {
    Trace trace = empty_trace();
    TraceAgent drops = agent(1, 0, 100 * second);
    drops.drops = {{20 * second, 90 * second}};
    trace.agents = {drops, agent(2, 15 * second)};
    trace.conversations = {conversation(1, 0, "chat", 30 * second, 10 * second, 60 * second)};
    const Played day = played(trace);
    EXPECT_EQ(log_of(day), "0 1.0 1\n20000 1.0 2\n");
    EXPECT_EQ(outcome(day, "frt").met_ms, 10 * second);
    EXPECT_EQ(outcome(day, "resume").created_ms, 20 * second);
    EXPECT_EQ(outcome(day, "resume").due_ms, 50 * second);
    EXPECT_EQ(outcome(day, "resume").met_ms, 35 * second);
}

TEST(Floor, a_later_turn_comes_after_its_gap_and_goes_to_who_knows_it) {
    Trace trace = empty_trace();
    trace.agents = {agent(0), agent(1)};
    trace.conversations = {conversation(1, 0, "email", 900 * second, 60 * second, 60 * second)};
    trace.conversations[0].turns.push_back({120 * second, 30.0 * second, 30.0 * second});
    const Played day = played(trace);
    EXPECT_EQ(log_of(day), "0 1.0 0\n180000 1.1 0\n");
    EXPECT_EQ(outcome(day, "nrt").met_ms, 210 * second);  // no context to read
    EXPECT_EQ(metrics_of(trace, day).same_agent, 1);
}

// The follow-up comes while its agent has another mail in hand and somebody else is idle. It waits
// for her until 35 % of its target are used up.
TEST(Floor, R15_a_follow_up_is_kept_for_who_knows_it_for_a_third_of_its_target) {
    for (const Millis target : {1000 * second, 100 * second}) {
        Trace trace = empty_trace();
        trace.agents = {agent(0), agent(1, 100 * second)};
        trace.conversations = {
            conversation(1, 0, "email", 900 * second, 60 * second, 60 * second),
            conversation(2, 30 * second, "email", 900 * second, 100 * second, 100 * second)};
        trace.conversations[0].next_target_ms = target;
        trace.conversations[0].turns.push_back({60 * second, 9.0 * second, 9.0 * second});
        // The second mail is hers from 60 to 160; the follow-up comes at 120.
        const bool waits = target == 1000 * second;
        EXPECT_EQ(log_of(played(trace)), waits ? "0 1.0 0\n60000 2.0 0\n160000 1.1 0\n"
                                               : "0 1.0 0\n60000 2.0 0\n155000 1.1 1\n");
    }
}

TEST(Floor, a_session_that_is_resumed_is_priced_with_its_context) {
    Trace trace = empty_trace();
    TraceAgent drops = agent(1);
    drops.drops = {{20 * second, hour}};
    trace.agents = {drops, agent(2, 15 * second)};
    trace.conversations = {conversation(1, 0, "chat", 30 * second, 10 * second, 60 * second)};
    Player player(trace, routing::Policy::index, {});
    std::vector<double> waits;
    player.on_assignment = [&waits](Millis, const routing::Assignment& made) {
        waits.push_back(made.why.considered.at(0).price.wait_s);
    };
    play(trace, [&player](Millis at, const std::vector<FloorEvent>& events) {
        return player.answer(at, events);
    });
    EXPECT_EQ(waits, (std::vector<double>{28, 33}));  // believed 28 s, and 5 s of context
}

TEST(Floor, who_comes_back_within_the_grace_goes_on_with_her_work) {
    Trace trace = empty_trace();
    trace.agents = {agent(1), agent(2, 100 * second)};
    trace.agents[0].on = {{0, 50 * second}, {70 * second, hour}};
    trace.conversations = {conversation(1, 0, "email", 200 * second, 200 * second, 200 * second)};
    const Played day = played(trace);
    EXPECT_EQ(log_of(day), "0 1.0 1\n");
    EXPECT_EQ(day.outcomes.at(0).met_ms, 200 * second);
    EXPECT_EQ(metrics_of(trace, day).sla, 1);  // at due exactly is in time
}

TEST(Floor, what_is_open_and_not_due_at_the_end_is_left_out) {
    Trace trace = empty_trace();
    trace.end_ms = 50 * second;
    trace.conversations = {conversation(1, 0, "email", 40 * second, second, second),
                           conversation(2, 0, "email", 60 * second, second, second),
                           conversation(3, 50 * second, "email", second, second, second)};
    const Metrics metrics = metrics_of(trace, played(trace));
    EXPECT_EQ(metrics.obligations, 1U);
    EXPECT_EQ(metrics.censored, 1U);
    EXPECT_NEAR(metrics.cost, 2 * (1 + 0.5 * 10 / 40.0), 1e-9);
}

TEST(Floor, forbidden_assignments_stop_the_play_with_their_reason) {
    Trace trace = empty_trace();
    trace.agents = {agent(7), agent(8, 600 * second), agent(9)};
    trace.agents[2].languages = {"de"};
    trace.agents[0].asynchronous_capacity = 1;
    trace.conversations = {conversation(1, 0, "email", second, second, second),
                           conversation(2, 0, "email", second, second, second)};
    const auto error_of = [&trace](std::vector<std::pair<ItemKey, std::int64_t>> assignments) {
        try {
            play(trace, [&](Millis, const std::vector<FloorEvent>& events) {
                return events.size() > 2 ? Reply{assignments, {}} : Reply{};
            });
        } catch (const std::runtime_error& error) {
            return std::string{error.what()};
        }
        return std::string{"no error"};
    };
    EXPECT_EQ(error_of({{{1, 0}, 7}}), "no error");
    EXPECT_THAT(error_of({{{1, 0}, 8}}), testing::HasSubstr("1.0 to 8 at 0"));          // off shift
    EXPECT_THAT(error_of({{{1, 0}, 9}}), testing::HasSubstr("1.0 to 9 at 0"));          // language
    EXPECT_THAT(error_of({{{1, 0}, 7}, {{2, 0}, 7}}), testing::HasSubstr("2.0 to 7"));  // room
    EXPECT_THAT(error_of({{{1, 0}, 7}, {{1, 0}, 7}}), testing::HasSubstr("1.0 to 7"));  // twice
}

// R28: whenever the one agent is free, a Partner's item is there that can still be in time.
TEST(Floor, R28_a_prospect_is_served_within_twenty_targets_of_an_endless_stream) {
    Trace trace = empty_trace();
    trace.end_ms = 24 * hour;
    trace.agents = {agent(7, 0, 24 * hour)};
    const Millis target = 1200 * second, work = 240 * second;
    for (std::int64_t id = 0; id * work < 24 * hour; ++id) {
        trace.conversations.push_back(conversation(id, id * work, "email", target, work, work));
        trace.conversations.back().segment = "Partner";
    }
    trace.conversations.push_back(conversation(100'000, 0, "email", target, work, work));
    trace.conversations.back().segment = "Prospect";
    const Played day = played(trace);
    const auto prospect =
        std::ranges::find(day.outcomes, std::string{"Prospect"}, &Outcome::segment);
    ASSERT_NE(prospect, day.outcomes.end());
    ASSERT_TRUE(prospect->met_ms);
    EXPECT_GT(*prospect->met_ms, target);  // not because there was time for all
    EXPECT_LE(*prospect->met_ms, 20 * target);
}

// --- theory: M/M/n, with and without customers who leave

double exponential(std::mt19937_64& generator, double mean) {
    return -mean * std::log((static_cast<double>(generator() >> 11) + 0.5) / 9007199254740992.0);
}

struct Queue {
    std::size_t servers = 4;
    double load = 0.7;  // per server
    double service_ms = 180'000;
    double patience_ms = 0;  // 0: nobody leaves

    Trace trace(std::uint64_t seed, std::int64_t arrivals) const {
        std::mt19937_64 generator{seed};
        Trace all = empty_trace();
        all.channels = {{"call", {true, 1.0, 0}}};
        all.switch_loss = 0;
        all.grace_ms = 0;
        double at = 0;
        for (std::int64_t id = 0; id < arrivals; ++id) {
            at += exponential(generator, service_ms / load / static_cast<double>(servers));
            TraceConversation one =
                conversation(id, static_cast<Millis>(at), "call", 20 * second, 0, 0);
            one.turns[0].work_ms = exponential(generator, service_ms);
            if (patience_ms > 0)
                one.patience_ms = static_cast<Millis>(exponential(generator, patience_ms));
            all.conversations.push_back(one);
        }
        all.end_ms = static_cast<Millis>(at) + hour;
        all.calendars["always"] = {{0, 10 * all.end_ms}};
        for (std::size_t id = 0; id < servers; ++id) {
            all.agents.push_back(agent(static_cast<std::int64_t>(id), 0, all.end_ms));
            all.agents.back().live_capacity = 1;
        }
        return all;
    }

    // Mean length of the queue, from the stationary chain; an arrival's mean wait by Little.
    double mean_queue() const {
        const double arrival = load * static_cast<double>(servers) / service_ms;
        double share = 1, sum = 1, queue = 0;
        for (std::size_t k = 1; k < 5000; ++k) {
            const double busy = static_cast<double>(std::min(k, servers));
            const double waiting = static_cast<double>(k) - busy;
            share *=
                arrival / (busy / service_ms + (patience_ms > 0 ? waiting / patience_ms : 0.0));
            sum += share;
            queue += share * waiting;
        }
        return queue / sum;
    }
    double arrival_rate() const { return load * static_cast<double>(servers) / service_ms; }
};

TEST(Floor, waits_are_those_of_erlang_whatever_the_policy) {
    const Queue queue;
    const Trace trace = queue.trace(1, 60'000);
    const double expected = queue.mean_queue() / queue.arrival_rate();
    for (const routing::Policy policy : {routing::Policy::fifo, routing::Policy::index}) {
        double waited = 0;
        const Played day = played(trace, policy);
        for (const Outcome& one : day.outcomes)
            waited += static_cast<double>(*one.met_ms - one.created_ms);
        EXPECT_NEAR(waited / static_cast<double>(day.outcomes.size()) / expected, 1, 0.05);
    }
}

TEST(Floor, customers_leave_as_often_as_palm_says_beyond_full_load) {
    Queue queue;
    queue.load = 1.1;
    queue.patience_ms = 180'000;
    const Trace trace = queue.trace(2, 60'000);
    const double expected = queue.mean_queue() / queue.patience_ms / queue.arrival_rate();
    const Metrics metrics = metrics_of(trace, played(trace, routing::Policy::fifo));
    EXPECT_NEAR(metrics.abandoned.at("call") / expected, 1, 0.05);
}

// --- fitted to a floor's own days

TEST(Fit, fitting_never_makes_these_days_dearer_and_is_repeatable) {
    Queue queue;
    queue.load = 1.0;
    std::vector<Trace> days{queue.trace(3, 300), queue.trace(4, 300)};
    std::mt19937_64 generator{5};
    for (Trace& day : days)
        for (TraceConversation& one : day.conversations)
            one.segment = generator() % 4 == 0 ? "Partner" : "Prospect";
    const auto quiet = [](std::string_view, double, double) {};
    const Fitted fitted = fit(days, {}, 1, quiet);
    EXPECT_LE(fitted.cost_after, fitted.cost_before);
    EXPECT_GT(fitted.plays, 10U);
    EXPECT_EQ(fit(days, {}, 1, quiet).parameters, fitted.parameters);
}

}  // namespace
