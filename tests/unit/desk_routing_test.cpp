// Routing as the desk uses it: what waits, what counts as load, and what each decision causes.
#include <algorithm>
#include <random>

#include "tests/support/desk_fixture.hpp"

namespace {

using namespace support;
using namespace model;

bool is_kept_for_another(const Desk& desk, const routing::Item& item, AgentId agent) {
    const auto knows = desk.state.agent_states.find(item.previous);
    return item.held_until > desk.now && item.previous != agent &&
           knows != desk.state.agent_states.end() &&
           knows->second.availability == Availability::online;
}

// Room as the statements say: sessions up to the capacity; mails one at a time, and none beside two
// chats.
bool has_room(const Desk& desk, const Agent& agent, bool live, std::uint32_t weight) {
    const std::uint32_t sessions = desk.state.router().load(agent.id, true);
    const std::uint32_t mails = desk.state.router().load(agent.id, false);
    if (live) return sessions + weight <= agent.session_capacity;
    return mails == 0 && weight <= agent.asynchronous_capacity && sessions <= 1;
}

// R12: no waiting conversation fits an online agent of its team.
void expect_nothing_waits_beside_room(const Desk& desk, const std::string& after) {
    for (const auto& [key, conversation] : desk.state.conversations()) {
        if (!desk::waits_in_queue(desk.state, conversation)) continue;
        const routing::Item item = desk.state.item_of(conversation);
        for (const auto& [id, agent] : desk.state.agents) {
            const desk::AgentState& standing = desk.state.agent_states.at(id);
            const bool member = std::ranges::count(agent.teams, conversation.team) > 0;
            const bool fits =
                member && standing.availability == Availability::online &&
                has_room(desk, agent, desk::is_live(conversation.channel), item.weight) &&
                !is_kept_for_another(desk, item, id);
            ASSERT_FALSE(fits) << agent.name << " has room while conversation " << number(key)
                               << " waits, after " << after;
        }
    }
}

// R4: the load kept step by step is the load counted afresh.
void expect_loads_counted(const Desk& desk) {
    for (const auto& [id, standing] : desk.state.agent_states) {
        std::uint32_t units = 0;
        for (const auto& [key, conversation] : desk.state.conversations())
            if (conversation.assignee == id && desk::occupies(conversation))
                units += desk.state.item_of(conversation).weight;
        ASSERT_EQ(desk.load(id), units);
    }
}

std::size_t waiting(const Desk& desk) {
    return desk.state.router().waiting();
}

TEST(DeskRouting, R5_of_five_waiting_the_one_due_first_is_bound_and_no_other) {
    Desk desk;
    std::vector<ConversationId> all;
    for (int i = 0; i < 5; ++i) {
        all.push_back(desk.receive(mail("item-" + std::to_string(i))));
        desk.now += 1min;
    }
    desk.online(anna);
    EXPECT_EQ(desk.at(all[0]).assignee, anna);
    EXPECT_EQ(waiting(desk), 4U);
}

TEST(DeskRouting, R9_an_agent_who_comes_online_gets_what_waits_at_that_instant) {
    Desk desk;
    const ConversationId conversation = desk.receive(mail("first"));
    EXPECT_EQ(desk.at(conversation).assignee, nobody);
    const auto decision = desk.decide(SetAvailability{anna, anna, Availability::online});
    ASSERT_EQ(facts<Assigned>(decision).size(), 1U);
    EXPECT_EQ(facts<Assigned>(decision)[0].by, AssignedBy::routing);
    EXPECT_EQ(desk.at(conversation).assignee, anna);
    EXPECT_EQ(facts<RoutingDecided>(decision)[0].decision.winner, anna);
}

TEST(DeskRouting, R3_answered_snoozed_and_resolved_work_costs_nothing) {
    Desk desk;
    desk.online(anna);
    std::vector<ConversationId> mails;
    for (const char* id : {"first", "second", "third"}) mails.push_back(desk.receive(mail(id)));
    EXPECT_EQ(desk.load(anna), 1U);
    desk.decide(reply(anna, mails[0]));  // R9: freed capacity decides at once
    EXPECT_EQ(desk.at(mails[1]).assignee, anna);
    EXPECT_EQ(desk.load(anna), 1U);
    desk.decide(ChangeStatus{anna, mails[1], Status::snoozed, desk.now + 30min});
    EXPECT_EQ(desk.at(mails[2]).assignee, anna);
    EXPECT_EQ(desk.load(anna), 1U);
    desk.decide(ChangeStatus{anna, mails[2], Status::resolved, {}});
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

TEST(DeskRouting, R13_a_hand_may_exceed_the_capacity_and_it_counts) {
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

// R24: the settings count for what waits already.
TEST(DeskRouting, R24_R9_a_helping_team_that_is_named_later_finds_what_waits) {
    Desk desk;
    desk.online(carla);
    const ConversationId conversation = desk.receive(mail("first"));
    EXPECT_EQ(desk.at(conversation).assignee, nobody);
    Team team = desk.state.teams.at(service);
    team.overflow = {billing};
    desk.decide(SaveTeam{elena, team});
    EXPECT_EQ(desk.at(conversation).assignee, carla);
}

// R30: after a restart the next decision is the one that would have been made without it.
TEST(DeskRouting, R30_a_restart_changes_no_decision) {
    std::vector<AgentId> given;
    for (const bool restarts : {false, true}) {
        Desk desk;
        desk.online(anna);
        desk.online(bruno);
        desk.now += 1h;
        const ConversationId first = desk.receive(mail("first"));
        EXPECT_EQ(desk.at(first).assignee, anna);
        desk.decide(ChangeStatus{dario, first, Status::resolved, {}});
        desk.now += 1s;
        if (restarts)
            desk.store.read(
                [&desk](storage::Reader& reader) { desk.state = desk::restore(reader); });
        given.push_back(desk.at(desk.receive(mail("second"))).assignee);
    }
    EXPECT_EQ(given, (std::vector<AgentId>{bruno, bruno}));  // idle for longer
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
            desk.decide(TimeReached{});  // what fell due while the clock moved
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
    const auto decided = desk.decide(mail("first"));
    const auto stored = facts<RoutingDecided>(decided);
    ASSERT_EQ(stored.size(), 1U);
    EXPECT_EQ(stored[0].decision.considered.size(), 3U);  // all who are of some team
    EXPECT_EQ(routing::choose_again(stored[0].decision), stored[0].decision.winner);
    EXPECT_EQ(facts<Assigned>(decided).at(0).to_agent, stored[0].decision.winner);
}

}  // namespace
