// The choice of an agent and the order of a queue, alone and as the desk uses them.
#include "routing/choose.hpp"

#include <algorithm>
#include <random>

#include "tests/support/desk_fixture.hpp"

namespace {

using namespace support;
using namespace model;
using routing::Candidate;
using routing::Exclusion;
using routing::Item;

Candidate candidate(std::uint64_t agent, std::uint32_t load = 0, Instant idle_since = opening) {
    return {AgentId{agent}, {service}, Availability::online, 4, load, idle_since};
}

Item item(std::uint64_t id, std::optional<Instant> due_at = {}, Instant waiting_since = opening) {
    return {id, service, 1, due_at, waiting_since};
}

std::vector<Candidate> random_candidates(std::mt19937_64& generator) {
    std::vector<Candidate> all;
    const std::size_t count = generator() % 9;
    for (std::size_t i = 0; i < count; ++i) {
        Candidate one =
            candidate(i + 1, generator() % 5, opening + std::chrono::seconds{generator() % 3});
        one.teams = {TeamId{generator() % 3 + 1}};
        one.availability = static_cast<Availability>(generator() % 3);
        one.capacity = generator() % 6;
        all.push_back(one);
    }
    return all;
}

TEST(Choose, R1_each_exclusion_names_its_first_reason) {
    std::vector<Candidate> all{candidate(1), candidate(2), candidate(3), candidate(4),
                               candidate(5)};
    all[0].teams = {billing};
    all[0].availability = Availability::offline;
    all[1].availability = Availability::away;
    all[2].availability = Availability::offline;
    all[3].load = 4;
    const routing::Decision decision = routing::choose(item(1), all);
    ASSERT_EQ(decision.considered.size(), 5U);
    EXPECT_EQ(decision.winner, AgentId{5});
    const std::vector<Exclusion> reasons{Exclusion::none, Exclusion::not_in_team,
                                         Exclusion::not_online, Exclusion::not_online,
                                         Exclusion::no_room};
    for (std::size_t i = 0; i < reasons.size(); ++i)
        EXPECT_EQ(decision.considered[i].exclusion, reasons[i]) << i;
    EXPECT_EQ(decision.considered[4].load, 4U);
    EXPECT_EQ(decision.considered[4].capacity, 4U);
}

TEST(Choose, nobody_is_chosen_where_nobody_can) {
    EXPECT_EQ(routing::choose(item(1), {}).winner, std::nullopt);
    const std::vector<Candidate> full{candidate(1, 4)};
    EXPECT_EQ(routing::choose(item(1), full).winner, std::nullopt);
}

TEST(Choose, the_longest_idle_comes_first_whatever_the_load) {
    const std::vector<Candidate> all{candidate(1, 0, opening + 2s), candidate(2, 3, opening + 1s)};
    EXPECT_EQ(routing::choose(item(1), all).winner, AgentId{2});
}

TEST(Choose, R30_ties_end_in_the_lower_load_and_then_in_the_lower_id) {
    const std::vector<Candidate> loads{candidate(1, 2), candidate(2, 1)};
    EXPECT_EQ(routing::choose(item(1), loads).winner, AgentId{2});
    const std::vector<Candidate> equal{candidate(8, 1), candidate(3, 1), candidate(5, 1)};
    EXPECT_EQ(routing::choose(item(1), equal).winner, AgentId{3});
}

TEST(Choose, R13_cap_is_never_exceeded) {
    std::mt19937_64 generator{13};
    for (int round = 0; round < 5000; ++round) {
        const std::vector<Candidate> all = random_candidates(generator);
        Item one = item(1);
        one.weight = static_cast<std::uint32_t>(generator() % 4 + 1);
        const auto eligible = [&one](const Candidate& who) {
            return who.teams.front() == one.team && who.availability == Availability::online &&
                   who.load + one.weight <= who.capacity;
        };
        const auto winner = routing::choose(one, all).winner;
        ASSERT_EQ(winner.has_value(), std::ranges::any_of(all, eligible));
        if (winner) ASSERT_TRUE(eligible(*std::ranges::find(all, *winner, &Candidate::agent)));
    }
}

TEST(Choose, R30_any_order_of_candidates_gives_the_same_decision) {
    std::mt19937_64 generator{30};
    for (int round = 0; round < 2000; ++round) {
        std::vector<Candidate> all = random_candidates(generator);
        const routing::Decision first = routing::choose(item(1), all);
        std::ranges::shuffle(all, generator);
        ASSERT_EQ(routing::choose(item(1), all), first);
        ASSERT_EQ(first.considered.size(), all.size());
    }
}

TEST(GoesBefore, R6_order_uses_due_instants_not_lengths_of_targets) {
    const Item ten_minutes = item(2, opening + 10min, opening);
    const Item five_minutes = item(1, opening + 14min, opening + 9min);
    EXPECT_TRUE(routing::goes_before(ten_minutes, five_minutes));
    EXPECT_FALSE(routing::goes_before(five_minutes, ten_minutes));
}

TEST(GoesBefore, R7_earlier_due_then_longer_waiting_then_lower_id) {
    EXPECT_TRUE(routing::goes_before(item(2, opening + 1min), item(1)));  // no due goes last
    EXPECT_TRUE(routing::goes_before(item(2, opening, opening), item(1, opening, opening + 1us)));
    EXPECT_TRUE(routing::goes_before(item(1, opening), item(2, opening)));
    EXPECT_FALSE(routing::goes_before(item(1, opening), item(1, opening)));
}

TEST(GoesBefore, R7_is_a_total_order) {
    std::mt19937_64 generator{7};
    const auto any = [&generator](std::uint64_t id) {
        const auto moment = [&] { return opening + std::chrono::seconds{generator() % 3}; };
        return generator() % 4 == 0 ? item(id, {}, moment()) : item(id, moment(), moment());
    };
    for (int round = 0; round < 5000; ++round) {
        const Item first = any(1), second = any(2), third = any(3);
        ASSERT_NE(routing::goes_before(first, second), routing::goes_before(second, first));
        if (routing::goes_before(first, second) && routing::goes_before(second, third))
            ASSERT_TRUE(routing::goes_before(first, third));
    }
}

// --- as the desk uses it

// R12: no waiting conversation fits an online agent of its team.
void expect_nothing_waits_beside_room(const Desk& desk, const std::string& after) {
    for (const auto& [team, saved] : desk.state.teams)
        for (const desk::Place& place : desk.state.queue(team))
            for (const auto& [id, agent] : desk.state.agents) {
                const desk::AgentState& standing = desk.state.agent_states.at(id);
                const bool member = std::ranges::find(agent.teams, team) != agent.teams.end();
                const std::uint32_t weight =
                    desk::weight_of(desk.state, desk.at(place.conversation));
                ASSERT_FALSE(member && standing.availability == Availability::online &&
                             standing.load + weight <= agent.capacity)
                    << agent.name << " has room while a conversation waits, after " << after;
            }
}

// R4: the load kept step by step is the load counted afresh.
void expect_loads_counted(const Desk& desk) {
    for (const auto& [id, standing] : desk.state.agent_states) {
        std::uint32_t load = 0;
        for (const auto& [key, conversation] : desk.state.conversations())
            if (conversation.assignee == id && desk::occupies(conversation))
                load += desk::weight_of(desk.state, conversation);
        ASSERT_EQ(standing.load, load);
    }
}

TEST(DeskRouting, R5_of_five_waiting_the_one_due_first_goes_to_the_one_free_place) {
    Desk desk;
    std::vector<ConversationId> waiting;
    for (int i = 0; i < 5; ++i) {
        waiting.push_back(desk.receive(mail("item-" + std::to_string(i))));
        desk.now += 1min;
    }
    desk.save_agent(agent_named(anna, "anna", Role::agent, {service}, 1));
    desk.online(anna);
    EXPECT_EQ(desk.at(waiting[0]).assignee, anna);
    EXPECT_EQ(desk.state.queue(service).size(), 4U);
}

TEST(DeskRouting, R9_an_agent_who_comes_online_gets_what_waits_at_that_instant) {
    Desk desk;
    const ConversationId conversation = desk.receive(mail("first"));
    EXPECT_EQ(desk.at(conversation).assignee, nobody);
    const auto decision = desk.decide(SetAvailability{anna, anna, Availability::online});
    ASSERT_EQ(facts<Assigned>(decision).size(), 1U);
    EXPECT_EQ(facts<Assigned>(decision)[0].by, AssignedBy::routing);
    EXPECT_EQ(desk.at(conversation).assignee, anna);
    EXPECT_TRUE(facts<RoutingDecided>(decision)[0].decision.winner == anna);
}

TEST(DeskRouting, R3_answered_snoozed_and_resolved_work_costs_nothing) {
    Desk desk;
    desk.online(anna);
    const ConversationId first = desk.receive(mail("first"));
    const ConversationId second = desk.receive(mail("second"));
    EXPECT_EQ(desk.load(anna), 2U);
    const ConversationId third = desk.receive(mail("third"));
    EXPECT_EQ(desk.at(third).assignee, nobody);
    desk.decide(reply(anna, first));  // R9: freed capacity decides at once
    EXPECT_EQ(desk.at(third).assignee, anna);
    EXPECT_EQ(desk.load(anna), 2U);
    desk.decide(ChangeStatus{anna, second, Status::snoozed, desk.now + 1h});
    EXPECT_EQ(desk.load(anna), 1U);
    desk.decide(ChangeStatus{anna, third, Status::resolved, {}});
    EXPECT_EQ(desk.load(anna), 0U);
}

TEST(DeskRouting, R10_an_item_that_fits_nobody_delays_no_other) {
    Desk desk;
    desk.save_inbox(InboxId{14}, Channel::email, "heavy@example.com", service, 3);
    const ConversationId heavy = desk.receive(mail("heavy", InboxId{14}));
    desk.now += 1min;
    const ConversationId light = desk.receive(mail("light"));
    desk.online(anna);
    EXPECT_EQ(desk.at(heavy).assignee, nobody);
    EXPECT_EQ(desk.at(light).assignee, anna);
}

TEST(DeskRouting, R13_a_hand_may_exceed_the_cap_and_it_counts) {
    Desk desk;
    for (const char* id : {"first", "second", "third"})
        desk.decide(Assign{dario, desk.receive(mail(id)), anna, {}, {}});
    EXPECT_EQ(desk.load(anna), 3U);
    desk.online(anna);
    EXPECT_EQ(desk.at(desk.receive(mail("fourth"))).assignee, nobody);
}

// R9, R12: capacity is freed for the assignee, whoever frees it.
class FreedBySupervisor : public testing::Test {
protected:
    Desk desk;
    ConversationId held, waits;

    void SetUp() override {
        desk.save_agent(agent_named(anna, "anna", Role::agent, {service}, 1));
        desk.online(anna);
        held = desk.receive(mail("held"));
        waits = desk.receive(mail("waits"));
        ASSERT_EQ(desk.at(held).assignee, anna);
        ASSERT_EQ(desk.at(waits).assignee, nobody);
    }
    void TearDown() override { EXPECT_EQ(desk.at(waits).assignee, anna); }
};

TEST_F(FreedBySupervisor, R9_by_an_answer) {
    desk.decide(reply(dario, held));
}
TEST_F(FreedBySupervisor, R9_by_resolving) {
    desk.decide(ChangeStatus{dario, held, Status::resolved, {}});
}
TEST_F(FreedBySupervisor, R9_by_handing_over) {
    desk.decide(Assign{dario, held, bruno, {}, {}});
}

// One random thing that somebody does, in words.
std::string random_step(Desk& desk, std::mt19937_64& generator, int step) {
    static const std::vector<AgentId> agents{anna, bruno, carla, dario, elena};
    const AgentId agent = agents[generator() % agents.size()];
    std::vector<ConversationId> all;
    for (const auto& [id, conversation] : desk.state.conversations()) all.push_back(id);
    std::ranges::sort(all);
    const ConversationId any = all.empty() ? ConversationId{} : all[generator() % all.size()];
    desk.now += std::chrono::seconds{generator() % 120};
    const std::string name = "step-" + std::to_string(step);
    switch (generator() % 9) {
        case 0:
            desk.decide(mail(name, generator() % 3 == 0 ? billing_inbox : mail_inbox));
            return "mail";
        case 1:
            desk.decide(chat("visitor-" + std::to_string(generator() % 9), name));
            return "chat";
        case 2:
            desk.set(agent, static_cast<Availability>(generator() % 3));
            return "availability";
        case 3:
            desk.decide(reply(agent, any));
            return "a reply";
        case 4:
            desk.decide(ChangeStatus{agent, any, Status::resolved, {}});
            return "resolving";
        case 5:
            desk.decide(ChangeStatus{agent, any, Status::snoozed, desk.now + 5min});
            return "snoozing";
        case 6:
            desk.decide(ChangeStatus{agent, any, Status::open, {}});
            return "opening";
        case 7:
            desk.decide(Assign{agent, any, agents[generator() % agents.size()], {}, {}});
            return "assigning";
        default:
            desk.decide(TimeReached{});
            return "time";
    }
}

TEST(DeskRouting, R12_after_every_decision_nothing_waits_beside_room) {
    for (const unsigned seed : {1U, 2U, 3U}) {
        std::mt19937_64 generator{seed};
        Desk desk;
        for (int step = 0; step < 600; ++step) {
            const std::string after = random_step(desk, generator, step);
            expect_nothing_waits_beside_room(desk, after + " in step " + std::to_string(step));
            expect_loads_counted(desk);
            if (HasFatalFailure()) return;
        }
    }
}

TEST(DeskRouting, R31_the_stored_decision_reproduces_the_choice) {
    Desk desk;
    desk.online(anna);
    desk.online(bruno);
    const auto decided = facts<RoutingDecided>(desk.decide(mail("first")));
    ASSERT_EQ(decided.size(), 1U);
    Item one = item(1);
    one.weight = decided[0].weight;
    std::vector<Candidate> again;
    for (const routing::Considered& seen : decided[0].decision.considered) {
        Candidate who{seen.agent,    {decided[0].team}, Availability::online,
                      seen.capacity, seen.load,         seen.idle_since};
        if (seen.exclusion == Exclusion::not_in_team) who.teams.clear();
        if (seen.exclusion == Exclusion::not_online) who.availability = Availability::offline;
        again.push_back(who);
    }
    EXPECT_EQ(routing::choose(one, again), decided[0].decision);
}

}  // namespace
