// Statements R22, R24: work that goes to another agent, and teams that help each other.
#include "tests/pure/routing_oracle.hpp"

namespace {

using namespace floors;

// --- R22: a transfer

TEST(Routing, R22_a_transfer_to_a_full_agent_waits_for_her_and_then_for_the_team) {
    for (const bool freed : {false, true}) {
        Floor floor;
        Agent full = agent(bruno);
        full.session_capacity = 1;
        floor.put(full);
        floor.wait(item(1, "chat", 90s));
        EXPECT_EQ(floor.settle(), (Pairs{{1, bruno}}));
        floor.put(agent(anna));
        Item moved = kept(item(2, "chat", 10min), bruno, noon + 210s);
        moved.created_at = noon - 5min;  // clocks and age stay
        moved.due_at = noon + 5min;
        floor.wait(moved);
        EXPECT_EQ(floor.pass(200s), Pairs{});
        if (freed) floor.done(1);
        EXPECT_EQ(floor.settle(), freed ? (Pairs{{2, bruno}}) : Pairs{});
        EXPECT_EQ(floor.go_to(noon + 210s), freed ? Pairs{} : (Pairs{{2, anna}}));
        EXPECT_EQ(floor.books.items.at(2).due_at, noon + 5min);
    }
}

// --- R24: overflow

TEST(Routing, R24_secondary_teams_help_when_little_is_left) {
    Floor floor;
    floor.put(Team{service, {billing, reserve}});
    Agent full = agent(bruno);
    full.asynchronous_capacity = 0;
    floor.put(full);
    floor.put(agent(anna, {reserve}));
    Item early = item(1, "email", 2h), later = item(2, "email", 3h);
    early.overflows_at = noon + 84min;
    later.overflows_at = noon + 126min;
    floor.wait(early);
    floor.wait(later);
    EXPECT_EQ(floor.go_to(noon + 84min), (Pairs{{1, anna}}));
    floor.done(1);
    EXPECT_EQ(floor.settle(), Pairs{});  // the other has time
    EXPECT_EQ(floor.go_to(noon + 126min), (Pairs{{2, anna}}));
    EXPECT_EQ(floor.made.back().why.considered.size(), 2U);
}

TEST(Routing, R24_secondary_teams_help_while_nobody_of_the_team_is_on_shift) {
    Floor floor;
    floor.put(Team{service, {reserve}});
    Agent full = agent(bruno);
    full.session_capacity = 0;
    floor.put(full);
    Agent helper = agent(anna, {reserve});
    helper.session_capacity = 1;
    floor.put(helper);
    floor.wait(item(1, "chat", 10min));
    floor.wait(item(2, "chat", 10min));
    EXPECT_EQ(floor.settle(), Pairs{});
    floor.put(off(full));
    EXPECT_EQ(floor.settle(), (Pairs{{1, anna}}));
    floor.put(full);  // back: the rest is the team's own again
    EXPECT_EQ(floor.settle(), Pairs{});
    floor.done(1);
    EXPECT_EQ(floor.settle(), Pairs{});
    full.teams = {billing};  // on shift, but elsewhere
    floor.put(full);
    EXPECT_EQ(floor.settle(), (Pairs{{2, anna}}));
}

TEST(Routing, R24_R9_a_team_that_gets_a_helper_finds_her_at_once) {
    Floor floor;
    floor.put(Team{service, {}});
    floor.put(agent(anna, {reserve}));
    floor.wait(item(1, "chat", 10min));
    EXPECT_EQ(floor.settle(), Pairs{});
    floor.put(Team{service, {reserve}});
    EXPECT_EQ(floor.settle(), (Pairs{{1, anna}}));
}

TEST(Routing, R24_order_is_not_affected) {
    Floor floor;
    floor.put(Team{service, {reserve}});
    for (ItemId id = 1; id <= 3; ++id) {
        Item one = item(id, "email", 2h + id * 1min);
        one.overflows_at = noon + (4 - id) * 1min;
        floor.wait(one);
    }
    Item own = item(4, "email", 2h + 90s);
    own.team = reserve;
    floor.wait(own);
    floor.pass(1h);
    floor.put(agent(anna, {reserve}));
    for (const ItemId id : {1, 4, 2, 3}) {
        EXPECT_EQ(floor.settle(), (Pairs{{id, anna}}));
        floor.done(id);
    }
}

}  // namespace
