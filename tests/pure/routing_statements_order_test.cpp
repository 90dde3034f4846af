// Statements R6 to R8, R25, R28 and the worked numbers: which item comes first, and who gets it.
#include <algorithm>
#include <cmath>
#include <random>

#include "tests/pure/routing_oracle.hpp"

namespace {

using namespace floors;

// In which order one agent who can hold one thing takes what waits.
std::vector<ItemId> order_of(Floor& floor) {
    std::vector<ItemId> order;
    for (Pairs pairs = floor.settle(); !pairs.empty(); pairs = floor.settle()) {
        EXPECT_EQ(pairs.size(), 1U);
        order.push_back(pairs.front().first);
        floor.done(pairs.front().first);
    }
    return order;
}

Agent one_at_a_time(AgentId id) {
    Agent who = agent(id);
    who.session_capacity = who.asynchronous_capacity = 1;
    return who;
}

// --- R6: due instants, not lengths of targets

TEST(Routing, R6_order_uses_due_instants_and_not_lengths_of_targets) {
    for (const Policy policy : {Policy::index, Policy::edf}) {
        Floor floor(policy);
        Item ten_minutes = item(2, "chat", 10min);
        floor.wait(ten_minutes);
        floor.pass(9min);
        Item five_minutes = item(1, "chat", 5min);
        five_minutes.created_at = floor.now();
        five_minutes.due_at = floor.now() + 5min;
        floor.wait(five_minutes);
        floor.pass(30s);
        floor.put(one_at_a_time(anna));
        EXPECT_EQ(order_of(floor), (std::vector<ItemId>{2, 1}));
    }
}

// --- R7: the earlier due first, in both lanes

TEST(Routing, R7_inside_a_class_the_earlier_due_comes_first_in_both_lanes) {
    std::mt19937_64 generator{7};
    for (const std::string& channel : usual_channels)
        for (const bool late : {false, true}) {
            Floor floor;
            std::vector<std::pair<Instant, ItemId>> expected;
            for (ItemId id = 1; id <= 60; ++id) {
                Item one = item(id, channel, 30min);
                const auto shift = std::chrono::seconds{generator() % 40};
                one.due_at = late ? noon - shift : noon + 7min + shift;
                one.created_at = one.due_at - one.target;
                expected.emplace_back(one.due_at, id);
                floor.wait(one);
            }
            floor.put(one_at_a_time(anna));
            std::ranges::sort(expected);  // equal ones by arrival
            std::vector<ItemId> ids;
            for (const auto& [due, id] : expected) ids.push_back(id);
            EXPECT_EQ(order_of(floor), ids) << channel << (late ? ", late" : "");
        }
}

// An item that time makes late changes lanes at that instant: what can still be saved overtakes it.
TEST(Routing, R7_what_becomes_late_while_it_waits_is_overtaken_by_what_can_be_saved) {
    for (const bool late : {false, true}) {
        Floor floor;
        floor.wait(item(1, "social", 20min));
        Item other = item(2, "social", 20min);
        other.due_at = noon + 25min;
        floor.wait(other);
        floor.go_to(noon + 16min - (late ? 0us : 1us));  // 240 s before due
        floor.put(one_at_a_time(anna));
        EXPECT_EQ(order_of(floor),
                  late ? (std::vector<ItemId>{2, 1}) : (std::vector<ItemId>{1, 2}));
    }
}

// --- R8: value

TEST(Routing, R8_with_equal_slack_the_larger_value_comes_first) {
    for (const std::string& channel : usual_channels)
        for (const Span due_in : {Span{-1h}, Span{10min}, Span{5h}}) {
            Floor floor;
            const std::vector<double> values{1, 0.7, 6, 2.8, 4, 12};
            for (ItemId id = 1; id <= values.size(); ++id) {
                Item one = item(id, channel, 1h, values[id - 1]);
                one.due_at = noon + due_in;
                floor.wait(one);
            }
            floor.put(one_at_a_time(anna));
            EXPECT_EQ(order_of(floor), (std::vector<ItemId>{6, 3, 5, 4, 1, 2})) << channel;
        }
}

TEST(Routing, R8_a_partner_a_target_late_outranks_a_prospect_with_nine_tenths_left) {
    for (const std::string& channel : usual_channels)
        for (const Span target : {Span{90s}, Span{5min}, Span{20min}, Span{2h}}) {
            Floor floor;
            Item partner = item(2, channel, target, 6);
            partner.due_at = noon - target;
            Item prospect = item(1, channel, target, 1);
            prospect.due_at = noon + target * 9 / 10;
            floor.wait(prospect);
            floor.wait(partner);
            floor.put(one_at_a_time(anna));
            EXPECT_EQ(order_of(floor), (std::vector<ItemId>{2, 1})) << channel;
        }
}

// --- the worked story of two lanes

TEST(Routing, two_lanes_what_can_be_saved_then_what_is_late_then_what_has_time) {
    Floor floor;
    Item mail = item(1, "email", 72min, 6);
    mail.due_at = noon + 2h;
    Item social = item(2, "social", 20min, 2);
    social.due_at = noon + 8min;
    Item late = item(3, "social", 20min, 2);
    late.due_at = noon - 10min;
    const auto terms_of = [&](const Item& one) {
        return index_terms(floor.books.settings.parameters, facts_of(floor.books, one), one, noon,
                           true);
    };
    EXPECT_NEAR(terms_of(mail).slack_s, 113.5 * 60, 1e-6);
    EXPECT_NEAR(terms_of(mail).urgency, 0.093, 0.0005);
    EXPECT_NEAR(terms_of(mail).size, std::pow(390.0 / 240.0, 0.7), 1e-12);
    EXPECT_NEAR(terms_of(mail).index(), 0.40, 0.005);
    EXPECT_NEAR(terms_of(social).slack_s, 240, 1e-6);
    EXPECT_NEAR(terms_of(social).urgency, 1, 1e-9);
    EXPECT_NEAR(terms_of(social).leaving, 0.052, 1e-9);
    EXPECT_NEAR(terms_of(social).index(), 2.10, 0.005);
    EXPECT_NEAR(terms_of(late).slack_s, -0.7 * 20 * 60, 1e-6);
    EXPECT_NEAR(terms_of(late).urgency, 0.35 + 0.091 + 0.0098, 1e-9);
    EXPECT_NEAR(terms_of(late).index(), 1.01, 0.005);
    for (const Item& one : {mail, social, late}) floor.wait(one);
    floor.put(one_at_a_time(anna));
    EXPECT_EQ(order_of(floor), (std::vector<ItemId>{2, 3, 1}));
    ASSERT_EQ(floor.made.front().why.waiting.size(), 3U);
    EXPECT_EQ(floor.made.front().why.waiting[0].index, terms_of(social));
    EXPECT_EQ(floor.made.front().why.waiting[2].index, terms_of(mail));
}

// --- who gets it

TEST(Routing, an_item_goes_to_the_agent_with_the_smallest_price) {
    Floor floor;
    Agent slow = agent(anna), quick = agent(bruno);
    slow.speed = 0.8;
    floor.put(slow);
    floor.put(quick);
    floor.settle();
    floor.wait(item(1, "chat", 90s));
    EXPECT_EQ(floor.settle(), (Pairs{{1, bruno}}));
    const Decision& why = floor.made.back().why;
    ASSERT_EQ(why.considered.size(), 2U);
    EXPECT_LT(why.considered[0].price.price(), why.considered[1].price.price());
}

TEST(Routing, sessions_that_are_answered_burden_their_agent_no_more) {
    Floor floor;
    for (const AgentId id : {anna, bruno}) floor.put(agent(id));
    for (ItemId id = 1; id <= 4; ++id) {
        floor.wait(item(id, "chat", 60s));
        floor.assign(id, id <= 2 ? anna : bruno);
    }
    floor.settle();
    for (const ItemId id : {3, 4}) {
        Item& one = floor.books.items.at(id);
        one.answered = true;
        floor.router.assign(one, bruno, floor.books.held.at(id).since);
    }
    floor.wait(item(5, "chat", 90s));
    EXPECT_EQ(floor.settle(), (Pairs{{5, bruno}}));
}

// What comes back at one instant, from an agent who left, is priced one by one; to be told again of
// an agent who was given something is no reason to give her more.
TEST(Routing, items_that_come_at_once_are_each_given_by_price) {
    for (const bool told_again : {false, true}) {
        Floor floor;
        for (std::uint64_t id = 1; id <= 4; ++id) floor.put(agent(AgentId{id}));
        floor.settle();
        for (ItemId id = 1; id <= 4; ++id) floor.wait(item(id, "chat", 90s));
        while (const auto one = floor.router.next(floor.now())) {
            EXPECT_EQ(one->why.considered.size(), 4U);
            floor.assign(one->item, one->agent);
            if (told_again) floor.put(floor.books.agents.at(one->agent));
        }
        for (std::uint64_t id = 1; id <= 4; ++id)
            EXPECT_EQ(floor.router.load(AgentId{id}, true), 1U) << "agent " << id;
    }
}

// --- R25: a factor in the value

TEST(Routing, R25_a_supervisors_factor_counts_from_the_next_decision) {
    for (const bool raised : {false, true}) {
        Floor floor;
        for (ItemId id = 1; id <= 3; ++id) floor.wait(item(id, "email", 1h + id * 10min));
        Item changed = floor.books.items.at(raised ? 3 : 1);
        changed.value *= raised ? 10 : 0.1;
        floor.wait(changed);
        floor.put(one_at_a_time(anna));
        EXPECT_EQ(order_of(floor),
                  raised ? (std::vector<ItemId>{3, 1, 2}) : (std::vector<ItemId>{2, 3, 1}));
    }
}

TEST(Routing, R25_there_is_no_tier_that_lateness_cannot_overtake) {
    Floor floor;
    Item late = item(1, "email", 20min, 0.1);
    late.due_at = noon - 30h;
    floor.wait(late);
    floor.wait(item(2, "email", 20min, 10));
    floor.put(one_at_a_time(anna));
    EXPECT_EQ(order_of(floor), (std::vector<ItemId>{1, 2}));
}

// --- R28: nothing starves

// One agent; whenever she is free, a fresh Partner item is there too, as urgent as can be.
void expect_prospect_is_served(const std::string& channel, Span target, int targets) {
    Floor floor;
    floor.put(one_at_a_time(anna));
    const Item first = item(1, channel, target, 6);
    floor.wait(first);
    EXPECT_EQ(floor.settle().size(), 1U);
    floor.wait(item(2, channel, target, 1));  // the Prospect
    ItemId in_hand = 1, next = 3;
    while (floor.holder(2) == nobody) {
        Item partner = item(next++, channel, target, 6);
        partner.created_at = floor.now();
        partner.due_at = floor.now() + std::min<Span>(target, 8min);
        floor.wait(partner);
        floor.done(in_hand);
        const Pairs given = floor.settle();
        ASSERT_EQ(given.size(), 1U);
        in_hand = given.front().first;
        ASSERT_LT(floor.now() - noon, targets * target) << channel;
        for (ItemId id = 3; id < next; ++id)  // the stream stays fresh
            if (id != in_hand && floor.books.items.contains(id)) floor.done(id);
        floor.pass(4min);
    }
}

TEST(Routing, R28_a_prospect_beside_a_stream_of_partners_is_served_within_twenty_targets) {
    expect_prospect_is_served("email", 20min, 20);
    expect_prospect_is_served("social", 20min, 20);
    expect_prospect_is_served("email", 2h, 20);
}

TEST(Routing, R28_with_capacity_to_spare_everything_is_served_soon) {
    std::mt19937_64 generator{28};
    Floor floor;
    floor.put(one_at_a_time(anna));
    std::map<ItemId, Instant> since;
    ItemId next = 1, in_hand = 0;
    for (int step = 0; step < 3000; ++step) {  // 390 s of work every ten minutes: 65 %
        if (generator() % 2 == 0) {
            Item one = item(next, "email", 20min, generator() % 3 == 0 ? 1 : 6);
            one.created_at = floor.now();
            one.due_at = floor.now() + 20min;
            since[next++] = floor.now();
            floor.wait(one);
        }
        if (in_hand != 0) floor.done(in_hand);
        in_hand = 0;
        for (const auto& [id, who] : floor.settle()) {
            ASSERT_LT(floor.now() - since[id], 20 * 20min);
            in_hand = id;
        }
        floor.pass(390s);
    }
    EXPECT_LT(floor.router.waiting(), 20U);
}

}  // namespace
