// Statements R1, R2, R4, R5, R10 to R13, R19: who may be given what, and how much of it.
#include "tests/pure/routing_oracle.hpp"

namespace {

using namespace floors;

Exclusion reason_for(const Floor& floor, const Item& one, AgentId who) {
    const Decision decision = floor.router.explain(one, floor.now());
    for (const Considered& seen : decision.considered)
        if (seen.agent == who) return seen.exclusion;
    ADD_FAILURE() << "nobody looked at the agent";
    return Exclusion::none;
}

// --- R1: each condition alone keeps an agent from an item, and is named

struct Bar {
    const char* name;
    void (*raise)(Agent&, Item&);
    Exclusion reason;
};

class R1 : public testing::TestWithParam<Bar> {};

TEST_P(R1, R1_one_condition_that_fails_excludes_and_is_named) {
    Floor floor;
    Agent who = agent(anna);
    who.languages = {"it", "en"};
    who.skills = {{"billing", 3, 1.0}};
    Item one = item(1, "email", 2h);
    one.language = "it";
    one.skills = {{"billing", 3, true}};
    floor.put(who);
    EXPECT_EQ(reason_for(floor, one, anna), Exclusion::none);
    GetParam().raise(who, one);
    floor.put(who);
    floor.wait(one);
    EXPECT_EQ(floor.settle(), Pairs{});
    EXPECT_EQ(reason_for(floor, one, anna), GetParam().reason);
    EXPECT_EQ(missed(floor.books), Pairs{});
}

INSTANTIATE_TEST_SUITE_P(
    Statement, R1,
    testing::Values(
        Bar{"team", [](Agent& who, Item&) { who.teams = {billing}; }, Exclusion::not_in_team},
        Bar{"off_shift", [](Agent& who, Item&) { who = off(who); }, Exclusion::not_online},
        Bar{"no_asynchronous", [](Agent& who, Item&) { who.takes_asynchronous = false; },
            Exclusion::not_online},
        Bar{"no_sessions",
            [](Agent& who, Item& one) {
                who.takes_sessions = false;
                one.channel = "chat";
            },
            Exclusion::not_online},
        Bar{"language", [](Agent& who, Item&) { who.languages = {"de"}; },
            Exclusion::wrong_language},
        Bar{"hard_skill", [](Agent& who, Item&) { who.skills.clear(); }, Exclusion::lacks_skill},
        Bar{"level_of_a_skill", [](Agent& who, Item&) { who.skills[0].level = 2; },
            Exclusion::lacks_skill},
        Bar{"relaxed_hard_skill",
            [](Agent& who, Item& one) {
                who.skills.clear();
                one.relaxes_at = noon;
            },
            Exclusion::lacks_skill},
        Bar{"soft_skill",
            [](Agent& who, Item& one) {
                who.skills.clear();
                one.skills[0].hard = false;
            },
            Exclusion::lacks_skill},
        Bar{"excluded", [](Agent&, Item& one) { one.excluded[anna] = noon + 10min; },
            Exclusion::excluded},
        Bar{"room", [](Agent& who, Item&) { who.asynchronous_capacity = 0; }, Exclusion::no_room},
        Bar{"weight", [](Agent&, Item& one) { one.weight = 4; }, Exclusion::no_room},
        Bar{"shift", [](Agent& who, Item&) { who.shift_ends = noon + 1min; },
            Exclusion::shift_ends}),
    [](const auto& one) { return one.param.name; });

TEST(Routing, R1_relaxed_soft_skills_ended_exclusions_and_no_language_bar_nobody) {
    Floor floor;
    floor.put(agent(anna));
    Item one = item(1, "email", 2h);
    one.language = "fr";  // whoever names no language speaks any
    one.skills = {{"billing", 5, false}};
    one.relaxes_at = noon;
    one.excluded[anna] = noon;
    floor.wait(one);
    EXPECT_EQ(floor.settle(), (Pairs{{1, anna}}));
}

// --- R2: two pools, in units

TEST(Routing, R2_sessions_and_asynchronous_work_have_a_pool_each) {
    Floor floor(Policy::fifo);
    floor.put(agent(anna));
    for (ItemId id = 1; id <= 4; ++id) floor.wait(item(id, "email", 2h));
    EXPECT_EQ(floor.settle().size(), 3U);
    for (ItemId id = 11; id <= 14; ++id) floor.wait(item(id, "chat", 2min));
    EXPECT_EQ(floor.settle().size(), 3U);
    EXPECT_EQ(floor.router.load(anna, true), 3U);
    EXPECT_EQ(floor.router.load(anna, false), 3U);
}

TEST(Routing, R2_capacity_is_counted_in_units) {
    for (const std::string channel : {"chat", "email"}) {
        Floor floor(Policy::fifo);
        floor.put(agent(anna));
        for (ItemId id = 1; id <= 2; ++id) {
            Item heavy = item(id, channel, 2h);
            heavy.weight = 2;
            floor.wait(heavy);
        }
        floor.wait(item(3, channel, 2h));
        EXPECT_EQ(floor.settle(), (Pairs{{1, anna}, {3, anna}}));
        EXPECT_EQ(floor.router.load(anna, channel == "chat"), 3U);
    }
}

TEST(Routing, R2_a_session_interrupts_asynchronous_work_and_never_the_reverse) {
    Floor floor;
    floor.put(agent(anna));
    floor.wait(item(1, "email", 2h));
    EXPECT_EQ(floor.settle().size(), 1U);
    floor.wait(item(2, "chat", 2min));
    floor.wait(item(3, "whatsapp", 5min));
    EXPECT_EQ(floor.settle().size(), 2U);
    floor.done(1);
    floor.wait(item(4, "email", 2h));  // 70 % of her attention is the sessions'
    EXPECT_EQ(floor.settle(), Pairs{});
    floor.done(3);
    EXPECT_EQ(floor.settle(), (Pairs{{4, anna}}));
}

// --- R4: load is what is in hand

TEST(Routing, R4_load_is_what_is_in_hand_and_not_what_ever_was) {
    Floor floor(Policy::least_loaded);
    floor.put(agent(anna));
    for (ItemId id = 1; id <= 50; ++id) {  // her day so far
        floor.wait(item(id, "email", 2h));
        floor.settle();
        floor.done(id);
        floor.pass(1min);
    }
    floor.put(agent(bruno));
    floor.settle();
    floor.wait(item(51, "email", 2h));
    EXPECT_EQ(floor.settle(), (Pairs{{51, bruno}}));  // idle for longer
    floor.wait(item(52, "email", 2h));
    EXPECT_EQ(floor.settle(), (Pairs{{52, anna}}));
    for (const Considered& seen : floor.made.back().why.considered)
        EXPECT_EQ(seen.load, seen.agent == bruno ? 1U : 0U);
}

// --- R5: late binding

TEST(Routing, R5_of_five_mails_one_is_bound_and_the_others_can_be_overtaken) {
    Floor floor;
    for (ItemId id = 1; id <= 5; ++id) floor.wait(item(id, "email", 2h + id * 1min));
    floor.put(agent(anna));
    EXPECT_EQ(floor.settle(), (Pairs{{1, anna}}));
    EXPECT_EQ(floor.router.waiting(), 4U);
    floor.wait(item(6, "email", 2h, 6));  // a Partner
    EXPECT_EQ(floor.settle(), Pairs{});
    floor.done(1);
    EXPECT_EQ(floor.settle(), (Pairs{{6, anna}}));
    floor.done(6);
    EXPECT_EQ(floor.settle(), (Pairs{{2, anna}}));
}

TEST(Routing, R5_an_item_heavier_than_the_bound_still_goes_to_empty_hands) {
    Floor floor;
    floor.put(agent(anna));
    Item heavy = item(1, "email", 2h);
    heavy.weight = 3;
    floor.wait(heavy);
    floor.wait(item(2, "email", 2h));
    EXPECT_EQ(floor.settle(), (Pairs{{1, anna}}));
}

// --- R10: what nobody can serve delays nobody

TEST(Routing, R10_heads_that_nobody_can_serve_delay_nothing) {
    for (const Policy policy : {Policy::index, Policy::round_robin, Policy::least_loaded,
                                Policy::fifo, Policy::priority, Policy::edf}) {
        Floor floor(policy);
        for (ItemId id = 1; id <= 200; ++id) {  // urgent, old, first by every order
            Item one = item(id, "email", 10min, 12);
            one.created_at = noon - 1h;
            one.priority = 1;
            if (id % 4 == 0) one.language = "xx";
            if (id % 4 == 1) one.skills = {{"astrology", 1, true}};
            if (id % 4 == 2) one.team = billing;
            if (id % 4 == 3) one.weight = 99;
            floor.wait(one);
        }
        floor.wait(item(900, "email", 2h));
        Agent who = agent(anna);
        who.languages = {"it"};
        floor.put(who);
        EXPECT_EQ(floor.settle(), (Pairs{{900, anna}}));
        floor.wait(item(901, "chat", 2min));
        EXPECT_EQ(floor.settle(), (Pairs{{901, anna}}));
    }
}

// --- R11: one hand

TEST(Routing, R11_an_item_is_in_one_hand_at_most) {
    Floor floor;
    floor.put(agent(anna));
    floor.wait(item(1, "chat", 2min));
    EXPECT_EQ(floor.settle(), (Pairs{{1, anna}}));
    floor.put(agent(bruno));
    EXPECT_EQ(floor.settle(), Pairs{});  // never a second offer
    floor.assign(1, bruno);
    EXPECT_EQ(floor.router.load(anna, true), 0U);
    EXPECT_EQ(floor.router.load(bruno, true), 1U);
    EXPECT_EQ(floor.settle(), Pairs{});
    floor.wait(floor.books.items.at(1));
    EXPECT_EQ(floor.router.load(bruno, true), 0U);
    EXPECT_EQ(floor.router.waiting(), 1U);
    floor.assign(1, bruno);
    floor.assign(1, bruno);  // told twice
    EXPECT_EQ(floor.router.load(bruno, true), 1U);
    EXPECT_EQ(floor.router.waiting(), 0U);
}

TEST(Routing, R11_what_is_not_carried_out_is_said_again_and_to_nobody_else) {
    Floor floor;
    floor.put(agent(anna));
    floor.put(agent(bruno));
    floor.wait(item(1, "chat", 2min));
    floor.router.advance(floor.now());
    const auto first = floor.router.next(floor.now());
    const auto again = floor.router.next(floor.now());
    ASSERT_TRUE(first && again);
    EXPECT_EQ(text(*first), text(*again));
}

TEST(Routing, R11_of_a_thousand_claims_one_wins) {
    Floor floor;
    for (std::uint64_t id = 1; id <= 1000; ++id) floor.put(agent(AgentId{id}));
    floor.settle();
    floor.wait(item(1, "chat", 2min));
    EXPECT_EQ(floor.settle().size(), 1U);
    std::uint32_t hands = 0;
    for (std::uint64_t id = 1; id <= 1000; ++id) hands += floor.router.load(AgentId{id}, true);
    EXPECT_EQ(hands, 1U);
}

// --- R12, R13

TEST(Routing, R12_nobody_idles_beside_work_that_fits) {
    Floor floor;
    for (ItemId id = 1; id <= 6; ++id) {
        Item one = item(id, id % 2 == 0 ? "email" : "chat", 2h);
        one.language = id % 3 == 0 ? "de" : "it";
        floor.wait(one);
    }
    Agent who = agent(anna);
    who.languages = {"it"};
    floor.put(who);
    who = agent(bruno);
    who.languages = {"de"};
    floor.put(who);
    EXPECT_NE(missed(floor.books), Pairs{});
    floor.settle();
    EXPECT_EQ(missed(floor.books), Pairs{});
    EXPECT_EQ(floor.router.load(anna, true) + floor.router.load(bruno, true), 3U);
}

TEST(Routing, R13_a_hand_may_exceed_the_capacity_and_it_counts) {
    Floor floor;
    Agent who = agent(anna);
    who.session_capacity = 1;
    floor.put(who);
    for (ItemId id = 1; id <= 4; ++id) floor.wait(item(id, "chat", 2min));
    for (ItemId id = 1; id <= 3; ++id) floor.assign(id, anna);
    EXPECT_EQ(floor.router.load(anna, true), 3U);
    EXPECT_EQ(floor.settle(), Pairs{});
    floor.done(1);
    floor.done(2);
    EXPECT_EQ(floor.settle(), Pairs{});
    floor.done(3);
    EXPECT_EQ(floor.settle(), (Pairs{{4, anna}}));
}

// --- R19: nothing is offered that does not fit before the end of the shift

TEST(Routing, R19_work_is_given_only_if_it_fits_into_the_rest_of_the_shift) {
    struct Case {
        const char* channel;
        double speed;
        Span needs;
    };
    // A mail takes 390 s; a chat 216 s at 40 % of one's attention, so 540 s.
    for (const Case& one : {Case{"email", 1.0, 390s}, Case{"chat", 1.0, 540s},
                            Case{"email", 1.25, 312s}, Case{"whatsapp", 1.0, 420s}}) {
        for (const Span less : {Span{0}, Span{1ms}}) {
            Floor floor;
            Agent who = agent(anna);
            who.speed = one.speed;
            who.shift_ends = noon + one.needs - less;
            floor.put(who);
            floor.wait(item(1, one.channel, 2h));
            EXPECT_EQ(floor.settle().size(), less == Span{0} ? 1U : 0U)
                << one.channel << " at " << one.speed;
        }
    }
}

TEST(Routing, R19_what_does_not_fit_hides_nothing_shorter) {
    Floor floor;
    Agent who = agent(anna);
    who.shift_ends = noon + 5min;
    floor.put(who);
    floor.wait(item(1, "email", 30min, 12));
    floor.wait(item(2, "social", 8h));
    EXPECT_EQ(floor.settle(), (Pairs{{2, anna}}));
    who.shift_ends = noon + 3h;  // she stays
    floor.put(who);
    floor.done(2);
    EXPECT_EQ(floor.settle(), (Pairs{{1, anna}}));
}

}  // namespace
