// Statements R9, R14 to R17, R23: what time alone changes, each at its instant.
#include "tests/pure/routing_oracle.hpp"

namespace {

using namespace floors;

// --- R9: each of these causes a decision at its instant, and not a microsecond before

struct Story {
    const char* name;
    Instant (*tell)(Floor&);  // item 1 waits for anna until the returned instant
};

class R9 : public testing::TestWithParam<Story> {};

Instant tell_relaxed(Floor& floor) {
    floor.put(agent(anna));
    Item one = item(1, "email", 2h);
    one.skills = {{"billing", 3, false}};
    one.relaxes_at = noon + 54min;
    floor.wait(one);
    return one.relaxes_at;
}

Instant tell_held(Floor& floor) {
    floor.put(agent(anna));
    Agent full = agent(bruno);
    full.session_capacity = 0;
    floor.put(full);
    floor.wait(kept(item(1, "chat", 10min), bruno, noon + 210s));
    return noon + 210s;
}

Instant tell_excluded(Floor& floor) {
    floor.put(agent(anna));
    Item one = item(1, "chat", 30min);
    one.excluded[anna] = noon + 10min;
    floor.wait(one);
    return noon + 10min;
}

Instant tell_overflow(Floor& floor) {
    floor.put(Team{service, {reserve}});
    floor.put(agent(anna, {reserve}));
    Agent full = agent(bruno);
    full.session_capacity = 0;
    floor.put(full);
    Item one = item(1, "chat", 10min);
    one.overflows_at = noon + 7min;
    floor.wait(one);
    return one.overflows_at;
}

Instant tell_wrap_up(Floor& floor) {
    Agent who = agent(anna);
    who.session_capacity = 1;
    floor.put(who);
    floor.wrap_up(anna, 90s);
    floor.wait(item(1, "chat", 10min));
    return noon + 90s;
}

TEST_P(R9, R9_R12_decides_at_that_instant_and_not_before) {
    Floor floor;
    const Instant then = GetParam().tell(floor);
    EXPECT_EQ(floor.settle(), Pairs{});
    EXPECT_EQ(floor.go_to(then - 1us), Pairs{});
    EXPECT_EQ(missed(floor.books), Pairs{});
    EXPECT_EQ(floor.router.next_wake(), then);
    EXPECT_EQ(floor.go_to(then), (Pairs{{1, anna}}));
}

// One late wake does the work of all that were missed.
TEST_P(R9, R9_a_wake_that_comes_late_finds_the_same) {
    Floor floor;
    const Instant then = GetParam().tell(floor);
    EXPECT_EQ(floor.settle(), Pairs{});
    floor.books.now = then + 3h;
    EXPECT_EQ(floor.settle(), (Pairs{{1, anna}}));
}

INSTANTIATE_TEST_SUITE_P(Statement, R9,
                         testing::Values(Story{"relaxed_skill", tell_relaxed},
                                         Story{"ended_hold", tell_held},
                                         Story{"ended_exclusion", tell_excluded},
                                         Story{"overflow", tell_overflow},
                                         Story{"wrap_up", tell_wrap_up}),
                         [](const auto& one) { return one.param.name; });

TEST(Routing, R9_freed_capacity_agents_and_their_abilities_decide_at_once) {
    Floor floor;
    Agent who = agent(anna);
    who.session_capacity = 1;
    floor.put(who);
    for (ItemId id = 1; id <= 9; ++id) floor.wait(item(id, "chat", 10min));
    EXPECT_EQ(floor.settle().size(), 1U);
    floor.done(1);
    EXPECT_EQ(floor.settle(), (Pairs{{2, anna}}));
    floor.wait(floor.books.items.at(2));  // taken back
    EXPECT_EQ(floor.settle(), (Pairs{{2, anna}}));
    who.session_capacity = 2;
    floor.put(who);
    EXPECT_EQ(floor.settle(), (Pairs{{3, anna}}));
    floor.put(off(agent(bruno)));
    EXPECT_EQ(floor.settle(), Pairs{});
    floor.put(agent(bruno));
    EXPECT_EQ(floor.settle(), (Pairs{{4, bruno}, {5, bruno}, {6, bruno}}));
    who = agent(carla, {billing});
    floor.put(who);
    EXPECT_EQ(floor.settle(), Pairs{});
    who.teams.push_back(service);
    floor.put(who);
    EXPECT_EQ(floor.settle().size(), 3U);
}

// --- R14: relaxation widens who may take the same waiting item

TEST(Routing, R14_relaxing_considers_everybody_new_at_once_and_changes_nothing_else) {
    Floor floor;
    for (const AgentId id : {anna, bruno, carla}) {
        Agent who = agent(id);
        who.speed = id == bruno ? 1.2 : 1.0;
        floor.put(who);
    }
    Item one = item(1, "chat", 10min);
    one.skills = {{"billing", 3, false}};
    one.relaxes_at = noon + 270s;
    floor.wait(one);
    EXPECT_EQ(floor.go_to(one.relaxes_at), (Pairs{{1, bruno}}));
    const Decision& why = floor.made.back().why;
    EXPECT_EQ(why.considered.size(), 3U);
    for (const Considered& seen : why.considered) EXPECT_EQ(seen.exclusion, Exclusion::none);
}

TEST(Routing, R14_place_and_due_of_what_relaxed_are_the_old_ones) {
    Floor floor;
    for (ItemId id = 1; id <= 4; ++id) {
        Item one = item(id, "email", 2h + id * 1min);
        one.skills = {{"billing", 3, false}};
        one.relaxes_at = noon + (5 - id) * 1min;  // the last relaxes first
        floor.wait(one);
    }
    floor.go_to(noon + 10min);
    floor.put(agent(anna));
    for (ItemId id = 1; id <= 4; ++id) {
        EXPECT_EQ(floor.settle(), (Pairs{{id, anna}}));
        EXPECT_EQ(floor.made.back().why.waiting.front().due_at, noon + 2h + id * 1min);
        floor.done(id);
    }
}

TEST(Routing, R14_languages_and_hard_skills_never_relax) {
    Floor floor;
    Agent who = agent(anna);
    who.languages = {"it"};
    floor.put(who);
    Item one = item(1, "email", 2h);
    one.language = "de";
    one.relaxes_at = noon;
    floor.wait(one);
    one = item(2, "email", 2h);
    one.skills = {{"law", 1, true}};
    one.relaxes_at = noon;
    floor.wait(one);
    EXPECT_EQ(floor.settle(), Pairs{});
    EXPECT_EQ(floor.pass(72h), Pairs{});
}

// --- R15, R16: what is kept for the agent who knows it

TEST(Routing, R15_a_hold_counts_while_its_agent_is_on_shift) {
    Floor floor;
    Agent full = agent(bruno);
    full.asynchronous_capacity = 0;
    floor.put(full);
    floor.put(agent(anna));
    floor.wait(kept(item(1, "email", 3h), bruno, noon + 63min));
    EXPECT_EQ(floor.settle(), Pairs{});
    EXPECT_EQ(floor.pass(10min), Pairs{});
    floor.put(off(full));  // at once anybody's
    EXPECT_EQ(floor.settle(), (Pairs{{1, anna}}));
}

TEST(Routing, R15_a_hold_counts_again_when_its_agent_comes_back) {
    Floor floor;
    Agent full = agent(bruno);
    full.asynchronous_capacity = 0;
    floor.wait(kept(item(1, "email", 3h), bruno, noon + 63min));
    floor.put(full);
    floor.put(agent(anna));
    EXPECT_EQ(floor.settle(), Pairs{});
    floor.put(agent(bruno));  // with room
    EXPECT_EQ(floor.settle(), (Pairs{{1, bruno}}));
}

TEST(Routing, R15_an_agent_who_left_the_team_keeps_nothing) {
    for (const bool at_first : {false, true}) {
        Floor floor;
        floor.put(agent(anna));
        Agent full = agent(bruno);
        full.asynchronous_capacity = 0;
        if (!at_first) floor.put(full);
        if (!at_first) floor.wait(kept(item(1, "email", 3h), bruno, noon + 63min));
        EXPECT_EQ(floor.settle(), Pairs{});
        full.teams = {billing};
        floor.put(full);
        if (at_first) floor.wait(kept(item(1, "email", 3h), bruno, noon + 63min));
        EXPECT_EQ(floor.settle(), (Pairs{{1, anna}}));
    }
}

TEST(Routing, R15_an_agent_who_is_excluded_keeps_nothing) {
    Floor floor;
    floor.put(agent(anna));
    floor.put(agent(bruno));
    floor.settle();
    Item one = kept(item(1, "chat", 30min), bruno, noon + 10min);
    one.excluded[bruno] = noon + 10min;
    floor.wait(one);
    EXPECT_EQ(floor.settle(), (Pairs{{1, anna}}));
}

TEST(Routing, R15_an_agent_who_was_removed_keeps_nothing) {
    Floor floor;
    floor.put(agent(anna));
    Agent full = agent(bruno);
    full.asynchronous_capacity = 0;
    floor.put(full);
    floor.wait(kept(item(1, "email", 3h), bruno, noon + 63min));
    EXPECT_EQ(floor.settle(), Pairs{});
    floor.remove(bruno);
    EXPECT_EQ(floor.settle(), (Pairs{{1, anna}}));
}

TEST(Routing, R16_an_owners_hold_is_bounded) {
    Floor floor;
    floor.put(agent(anna));
    Agent owner = agent(bruno);
    owner.session_capacity = 0;
    floor.put(owner);
    Item one = item(1, "chat", 90s, 6);  // a Partner's first message
    one.previous = bruno;
    one.held_until = noon + 31500ms;
    floor.wait(one);
    EXPECT_EQ(floor.settle(), Pairs{});
    EXPECT_EQ(floor.go_to(one.held_until), (Pairs{{1, anna}}));
}

// --- R17: the routing part of an offer

TEST(Routing, R17_who_lets_an_offer_lapse_is_excluded_and_the_clock_runs_on) {
    Floor floor;
    floor.put(agent(anna));
    Item one = item(1, "chat", 90s);
    floor.wait(one);
    EXPECT_EQ(floor.settle(), (Pairs{{1, anna}}));
    floor.put(agent(bruno));
    floor.pass(20s);
    one.excluded[anna] = floor.now() + 10min;
    floor.wait(one);
    EXPECT_EQ(floor.router.load(anna, true), 0U);  // free at that instant
    EXPECT_EQ(floor.settle(), (Pairs{{1, bruno}}));
    const ChannelFacts& chat = facts_of(floor.books, one);
    const IndexTerms terms = index_terms({}, chat, one, floor.now(), true);
    EXPECT_NEAR(terms.slack_s, 42, 1e-9);
}

TEST(Routing, R17_an_exclusion_is_the_items_own_and_ends_by_itself) {
    Floor floor;
    floor.put(agent(anna));
    Item one = item(1, "chat", 30min);
    one.excluded[anna] = noon + 10min;
    floor.wait(one);
    floor.wait(item(2, "chat", 30min));
    EXPECT_EQ(floor.settle(), (Pairs{{2, anna}}));
    EXPECT_EQ(floor.go_to(noon + 10min), (Pairs{{1, anna}}));
}

TEST(Routing, R17_R10_an_excluded_item_hides_none_of_its_class) {
    Floor floor;
    Item one = item(1, "chat", 30min);
    one.excluded[anna] = noon + 10min;
    floor.wait(one);
    floor.wait(item(2, "chat", 40min));
    floor.put(agent(anna));
    EXPECT_EQ(floor.settle(), (Pairs{{2, anna}}));
}

TEST(Routing, R17_when_all_have_declined_the_first_exclusion_to_end_decides) {
    Floor floor;
    floor.put(agent(anna));
    floor.put(agent(bruno));
    Item one = item(1, "chat", 30min);
    one.excluded = {{anna, noon + 10min}, {bruno, noon + 9min}};
    floor.wait(one);
    EXPECT_EQ(floor.settle(), Pairs{});
    EXPECT_EQ(floor.go_to(noon + 9min), (Pairs{{1, bruno}}));
    EXPECT_EQ(floor.go_to(noon + 20min), Pairs{});
}

// --- R23: wrap-up

TEST(Routing, R23_wrap_up_holds_its_own_slot_counts_and_ends_by_itself) {
    Floor floor;
    floor.put(agent(anna));
    floor.wrap_up(anna, 60s, 2);
    EXPECT_EQ(floor.router.load(anna, true), 2U);
    EXPECT_EQ(floor.router.load(anna, false), 0U);
    for (ItemId id = 1; id <= 4; ++id) floor.wait(item(id, "chat", 10min));
    EXPECT_EQ(floor.settle(), (Pairs{{1, anna}}));
    EXPECT_EQ(floor.go_to(noon + 60s - 1us), Pairs{});
    EXPECT_EQ(floor.go_to(noon + 60s), (Pairs{{2, anna}, {3, anna}}));
    EXPECT_EQ(floor.router.load(anna, true), 3U);
}

TEST(Routing, R23_wrap_up_that_is_cleared_frees_the_slot_at_once) {
    Floor floor;
    Agent who = agent(anna);
    who.session_capacity = 1;
    floor.put(who);
    floor.wrap_up(anna, 120s);
    floor.wait(item(1, "chat", 10min));
    EXPECT_EQ(floor.settle(), Pairs{});
    floor.router.clear_wrap_ups(anna);
    floor.books.wrap_ups.clear();
    EXPECT_EQ(floor.settle(), (Pairs{{1, anna}}));
}

}  // namespace
