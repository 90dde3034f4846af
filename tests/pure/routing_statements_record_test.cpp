// Statements R30 to R32, P5, P8, P9: what a decision records, repeated runs, versions, policies.
#include <random>

#include "routing/parameters.hpp"
#include "tests/pure/routing_driver.hpp"

namespace {

using namespace floors;

const std::vector<Policy> all_policies{Policy::index, Policy::round_robin, Policy::least_loaded,
                                       Policy::fifo,  Policy::priority,    Policy::edf};

// --- R30: the same input, the same bytes

std::string bytes_of_a_day(std::uint64_t seed, Policy policy, bool is_rebuilt) {
    Driver driver(seed, policy);
    for (int step = 0; step < 400; ++step) {
        driver.step();
        if (is_rebuilt && step % 7 == 3) {
            driver.floor.router = rebuilt(driver.floor.books);
            EXPECT_EQ(driver.floor.settle(), Pairs{});
        }
    }
    return text(driver.floor.made);
}

TEST(Routing, R30_equal_input_gives_equal_bytes_also_after_the_router_is_made_anew) {
    for (const Policy policy : all_policies)
        for (const std::uint64_t seed : {1U, 2U, 3U}) {
            const std::string bytes = bytes_of_a_day(seed, policy, false);
            EXPECT_GT(bytes.size(), 1000U);
            EXPECT_EQ(bytes_of_a_day(seed, policy, false), bytes);
            EXPECT_EQ(bytes_of_a_day(seed, policy, true), bytes)
                << "policy " << int(policy) << ", seed " << seed;
        }
}

TEST(Routing, R30_the_order_in_which_agents_and_items_became_known_does_not_count) {
    std::vector<std::string> all;
    for (const unsigned seed : {1U, 2U, 3U, 4U}) {
        std::mt19937_64 generator{seed};
        Floor floor;
        std::vector<std::uint64_t> ids(30);
        for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = i + 1;
        std::ranges::shuffle(ids, generator);
        for (const std::uint64_t id : ids) floor.put(agent(AgentId{id}));
        floor.settle();
        std::ranges::shuffle(ids, generator);
        for (const ItemId id : ids) floor.wait(item(id, usual_channels[id % 4], 1h, id % 5 + 1));
        floor.settle();
        all.push_back(text(floor.made));
    }
    for (const std::string& bytes : all) EXPECT_EQ(bytes, all.front());
}

TEST(Routing, R30_telling_the_router_again_what_it_knows_changes_nothing) {
    Driver once(9, Policy::index), twice(9, Policy::index);
    for (int step = 0; step < 200; ++step) {
        once.step();
        twice.step();
        const Books& books = twice.floor.books;
        for (const auto& [id, one] : books.items)
            if (const auto hold = books.held.find(id); hold == books.held.end())
                twice.floor.router.wait(one, books.now);
            else
                twice.floor.router.assign(one, hold->second.agent, hold->second.since);
        EXPECT_EQ(twice.floor.settle(), Pairs{});
    }
    EXPECT_EQ(text(once.floor.made), text(twice.floor.made));
}

// The mail that she was given first is the one she works on, in whatever order they are told.
TEST(Routing, R30_what_is_in_a_hand_is_ordered_by_the_instant_it_was_given) {
    std::vector<Decision> all;
    for (const bool other_way : {false, true}) {
        Floor floor;
        floor.put(agent(anna));
        const Item urgent = item(2, "email", 8min), calm = item(1, "email", 3h);
        if (other_way) floor.router.assign(calm, anna, noon + 1min);
        floor.router.assign(urgent, anna, noon);
        if (!other_way) floor.router.assign(calm, anna, noon + 1min);
        all.push_back(floor.router.explain(item(3, "chat", 90s), noon + 2min));
    }
    EXPECT_EQ(all[0], all[1]);
    EXPECT_GT(all[0].considered.at(0).price.burden, 0.1);  // the urgent one's
}

// --- R31: why, and reading it back

// A decision for an agent: the terms are those of the facts, in order, and the first is the winner.
void expect_waiting_explains(const Floor& floor, const Assignment& one,
                             const std::map<ItemId, Item>& waited) {
    const auto& waiting = one.why.waiting;
    ASSERT_FALSE(waiting.empty());
    ASSERT_LE(waiting.size(), 4U);
    EXPECT_EQ(waiting.front().item, one.item);
    const Agent& who = floor.books.agents.at(one.agent);
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        const Item& seen = waited.at(waiting[i].item);
        EXPECT_EQ(waiting[i].due_at, seen.due_at);
        EXPECT_EQ(waiting[i].index,
                  index_terms(floor.books.settings.parameters, facts_of(floor.books, seen), seen,
                              floor.now(), has_skills(who, seen.skills, false)));
    }
    EXPECT_TRUE(std::ranges::is_sorted(waiting, std::greater{},
                                       [](const RunnerUp& one) { return one.index.index(); }));
}

TEST(Routing, R31_index_terms_and_three_runners_up_reproduce_the_choice_of_an_item) {
    std::mt19937_64 generator{31};
    Floor floor;
    for (ItemId id = 1; id <= 40; ++id) {
        Item one = item(id, usual_channels[generator() % 4], 20min, 1 + generator() % 6);
        one.due_at = noon + std::chrono::seconds{generator() % 7200} - 30min;
        one.skills = {{generator() % 2 == 0 ? "sales" : "billing", 3, false}};
        one.relaxes_at = generator() % 2 == 0 ? noon : Instant::max();
        floor.wait(one);
    }
    Agent who = agent(anna);
    who.skills = {{"sales", 3, 1.0}};
    floor.put(who);
    floor.router.advance(noon);
    std::map<ItemId, Item> waited = floor.books.items;
    std::size_t full = 0;
    while (const auto one = floor.router.next(noon)) {
        expect_waiting_explains(floor, *one, waited);
        EXPECT_EQ(choose_again(one->why), one->agent);
        full += one->why.waiting.size() == 4 ? 1 : 0;
        waited.erase(one->item);
        floor.assign(one->item, one->agent);
    }
    EXPECT_EQ(full, 3U);  // sessions only, since they take the attention
}

TEST(Routing, R31_price_terms_reproduce_the_choice_of_an_agent) {
    std::size_t compared = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        Driver driver(seed, Policy::index);
        for (int step = 0; step < 100; ++step) driver.step();
        for (const Assignment& one : driver.floor.made) {
            ASSERT_EQ(one.why.winner, one.agent);
            ASSERT_EQ(choose_again(one.why), one.agent);
            std::vector<double> prices;
            for (const Considered& seen : one.why.considered)
                if (seen.exclusion == Exclusion::none) prices.push_back(seen.price.price());
            ASSERT_TRUE(std::ranges::is_sorted(prices));
            compared += prices.size() > 1 ? 1 : 0;
        }
    }
    EXPECT_GT(compared, 100U);
}

TEST(Routing, R31_among_many_agents_the_best_are_told_and_the_rest_counted) {
    Floor floor;
    for (std::uint64_t id = 1; id <= 100; ++id) {
        Agent who = id % 3 == 0 ? off(agent(AgentId{id})) : agent(AgentId{id});
        who.speed = 0.8 + 0.004 * static_cast<double>(id);
        floor.put(who);
    }
    floor.settle();
    floor.wait(item(1, "chat", 90s));
    EXPECT_EQ(floor.settle(), (Pairs{{1, AgentId{100}}}));
    const Decision& why = floor.made.back().why;
    EXPECT_EQ(why.excluded, 33U);
    EXPECT_GE(why.considered.size(), 4U);
    EXPECT_EQ(choose_again(why), AgentId{100});
}

// --- R32: one version, and no clock starts anew

TEST(Routing, R32_a_decision_uses_one_version_and_no_item_loses_its_place) {
    Floor floor;
    for (ItemId id = 1; id <= 20; ++id) floor.wait(item(id, "email", 1h + (id * 7 % 20) * 1min));
    Agent who = agent(anna);
    who.session_capacity = who.asynchronous_capacity = 1;
    floor.put(who);
    Instant last = Instant::min();
    for (std::uint32_t version = 1; version <= 20; ++version) {
        Router::Settings& settings = floor.books.settings;
        settings.version = version;
        settings.parameters.tau_asynchronous = 0.3 + 0.01 * version;
        floor.router.configure(settings);
        EXPECT_EQ(floor.router.waiting(), 21 - version);
        ASSERT_EQ(floor.settle().size(), 1U);
        EXPECT_EQ(floor.made.back().why.version, version);
        const Item given = floor.books.items.at(floor.made.back().item);
        EXPECT_LT(last, given.due_at);
        last = given.due_at;
        EXPECT_EQ(floor.made.back().why.waiting.front().due_at, given.due_at);
        floor.pass(3min);
        floor.done(given.id);
    }
}

TEST(Routing, R32_a_new_configuration_keeps_hands_holds_exclusions_and_wakes) {
    Floor floor;
    floor.put(agent(anna));
    Agent full = agent(bruno);
    full.session_capacity = 1;
    floor.put(full);
    floor.settle();
    floor.wait(item(1, "chat", 10min));
    floor.assign(1, bruno);
    floor.wait(kept(item(2, "chat", 10min), bruno, noon + 210s));
    Item out = item(3, "chat", 30min);
    out.excluded = {{anna, noon + 5min}, {bruno, noon + 5min}};
    floor.wait(out);
    floor.router.configure(floor.books.settings);
    EXPECT_EQ(floor.router.load(bruno, true), 1U);
    EXPECT_EQ(floor.settle(), Pairs{});
    EXPECT_EQ(floor.go_to(noon + 210s), (Pairs{{2, anna}}));
    EXPECT_EQ(floor.go_to(noon + 5min), (Pairs{{3, anna}}));
}

TEST(Routing, R32_P9_a_change_of_policy_takes_effect_with_the_next_decision) {
    Floor floor;
    Item old = item(1, "email", 3h), urgent = item(2, "email", 40min);
    old.created_at = noon - 1h;
    floor.wait(old);
    floor.wait(urgent);
    floor.books.settings.policy = Policy::fifo;
    floor.router.configure(floor.books.settings);
    Agent who = agent(anna);
    who.asynchronous_capacity = 1;
    floor.put(who);
    EXPECT_EQ(floor.settle(), (Pairs{{1, anna}}));
    EXPECT_EQ(floor.made.back().why.policy, Policy::fifo);
    floor.wait(old);
    floor.books.settings.policy = Policy::index;
    floor.router.configure(floor.books.settings);
    EXPECT_EQ(floor.settle(), (Pairs{{2, anna}}));
}

// --- P5, P8

TEST(Routing, P5_a_hand_wins_over_routing_and_counts) {
    Floor floor;
    floor.wait(item(1, "chat", 10min));
    Agent who = agent(anna);
    who.session_capacity = 1;
    floor.put(who);
    floor.put(off(agent(bruno)));
    floor.assign(1, bruno);  // before the router is asked
    EXPECT_EQ(floor.settle(), Pairs{});
    EXPECT_EQ(floor.router.waiting(), 0U);
    EXPECT_EQ(floor.router.load(bruno, true), 1U);
}

TEST(Routing, P8_who_could_not_take_it_is_told_with_the_reason_and_nothing_changes) {
    Floor floor;
    floor.put(off(agent(anna)));
    floor.put(agent(bruno, {billing}));
    Agent who = agent(carla);
    who.languages = {"it"};
    floor.put(who);
    floor.put(agent(dario));
    Item one = item(1, "chat", 10min);
    one.language = "de";
    one.skills = {{"law", 2, true}};
    floor.wait(one);
    EXPECT_EQ(floor.settle(), Pairs{});
    const Decision why = floor.router.explain(one, noon);
    EXPECT_EQ(why.winner, std::nullopt);
    EXPECT_EQ(choose_again(why), std::nullopt);
    EXPECT_EQ(why.excluded, 4U);
    ASSERT_EQ(why.considered.size(), 4U);
    const std::vector<Exclusion> reasons{Exclusion::not_online, Exclusion::not_in_team,
                                         Exclusion::wrong_language, Exclusion::lacks_skill};
    for (std::size_t i = 0; i < reasons.size(); ++i)
        EXPECT_EQ(why.considered[i].exclusion, reasons[i]) << i;
    EXPECT_EQ(floor.router.explain(one, noon), why);
    EXPECT_EQ(floor.router.waiting(), 1U);
}

// --- P9: the policies, under the same rules

TEST(Routing, P9_each_policy_orders_the_queue_by_its_own_key) {
    const std::map<Policy, std::vector<ItemId>> orders{
        {Policy::index, {3, 2, 1}},        {Policy::edf, {2, 3, 1}},
        {Policy::priority, {3, 1, 2}},     {Policy::fifo, {1, 2, 3}},
        {Policy::least_loaded, {1, 2, 3}}, {Policy::round_robin, {1, 2, 3}}};
    for (const auto& [policy, expected] : orders) {
        Floor floor(policy);
        for (ItemId id = 1; id <= 3; ++id) {
            Item one = item(id, "email", 2h, id == 3 ? 6 : 1);
            one.created_at = noon - 1h + id * 1min;
            one.due_at = noon + (id == 1 ? 70min : id == 2 ? 20min : 30min);
            one.priority = id == 3 ? 1 : 3;
            floor.wait(one);
        }
        Agent who = agent(anna);
        who.asynchronous_capacity = 1;
        floor.put(who);
        std::vector<ItemId> order;
        for (Pairs pairs = floor.settle(); !pairs.empty(); pairs = floor.settle()) {
            order.push_back(pairs.front().first);
            floor.done(pairs.front().first);
        }
        EXPECT_EQ(order, expected) << "policy " << int(policy);
    }
}

TEST(Routing, P9_round_robin_goes_round) {
    Floor floor(Policy::round_robin);
    for (const AgentId id : {anna, bruno, carla}) floor.put(agent(id));
    floor.settle();
    for (ItemId id = 1; id <= 9; ++id) {
        floor.pass(1s);
        floor.wait(item(id, "chat", 10min));
        EXPECT_EQ(floor.settle(), (Pairs{{id, AgentId{(id - 1) % 3 + 1}}}));
    }
}

TEST(Routing, P9_least_loaded_counts_before_idle_time) {
    Floor floor(Policy::least_loaded);
    for (const AgentId id : {anna, bruno}) floor.put(agent(id));
    floor.settle();
    for (ItemId id = 1; id <= 2; ++id) {
        floor.wait(item(id, "chat", 10min));
        floor.assign(id, AgentId{id});
        floor.pass(1min);
    }
    floor.done(2);  // hers was the later one
    floor.settle();
    floor.wait(item(3, "chat", 10min));
    EXPECT_EQ(floor.settle(), (Pairs{{3, bruno}}));
}

TEST(Routing, P9_least_loaded_evens_out_and_the_agent_who_knows_comes_first) {
    Floor floor(Policy::least_loaded);
    for (const AgentId id : {anna, bruno}) floor.put(agent(id));
    floor.settle();
    for (ItemId id = 1; id <= 2; ++id) floor.wait(item(id, "chat", 10min));
    floor.assign(1, anna);
    floor.assign(2, anna);
    floor.settle();
    floor.wait(item(3, "chat", 10min));
    EXPECT_EQ(floor.settle(), (Pairs{{3, bruno}}));
    floor.wait(kept(item(4, "chat", 10min), anna, noon + 1min));
    EXPECT_EQ(floor.settle(), (Pairs{{4, anna}}));
    floor.wait(kept(item(5, "chat", 10min), anna, noon + 1min));  // full: nobody waits for her
    EXPECT_EQ(floor.settle(), (Pairs{{5, bruno}}));
}

}  // namespace
