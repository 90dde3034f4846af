// The router in 10,000 random small worlds, against an oracle that reads the books alone.
#include "tests/pure/routing_driver.hpp"

namespace {

using namespace floors;

constexpr std::uint64_t worlds = 10'000;
constexpr int steps = 20;

Policy policy_of(std::uint64_t seed) {
    return static_cast<Policy>(seed % 6);
}

// R11, R13: what the router believes to be in a hand is what the books say.
void expect_loads_counted(const Floor& floor) {
    for (const auto& [id, who] : floor.books.agents)
        for (const bool live : {false, true})
            ASSERT_EQ(floor.router.load(id, live), units(floor.books, id, live));
    ASSERT_EQ(floor.router.waiting(), floor.books.items.size() - floor.books.held.size());
}

// R9: between now and the next wake there is nothing to find by looking again.
void expect_polling_finds_nothing(Floor& floor, std::uint64_t part) {
    const Instant next = floor.router.next_wake().value_or(floor.now() + 1h);
    ASSERT_GT(next, floor.now());
    floor.books.now += (next - floor.now()) * std::int64_t(part) / 10;
    ASSERT_EQ(missed(floor.books), Pairs{});
    ASSERT_EQ(floor.settle(), Pairs{});
}

void watch(Floor& floor) {
    floor.before_each = [&floor](const Assignment& one) {
        const Books& books = floor.books;
        ASSERT_TRUE(books.items.contains(one.item)) << "gone";
        ASSERT_FALSE(books.held.contains(one.item)) << "in somebody's hand";
        ASSERT_TRUE(may_take(books, books.agents.at(one.agent), books.items.at(one.item)))
            << "item " << one.item << " does not fit " << testing::PrintToString(one.agent);
        ASSERT_EQ(one.why.winner, one.agent);
        ASSERT_EQ(one.why.version, books.settings.version);
        ASSERT_EQ(one.why.policy, books.settings.policy);
    };
}

TEST(RouterProperty, R1_R9_R11_R12_R13_hold_in_every_world_after_everything_that_happens) {
    std::size_t given = 0, waited = 0;
    for (std::uint64_t seed = 1; seed <= worlds; ++seed) {
        Driver driver(seed, policy_of(seed));
        watch(driver.floor);
        std::string story;
        for (int step = 0; step < steps; ++step) {
            story += driver.step();
            const Pairs left = missed(driver.floor.books);
            if (left.empty()) expect_loads_counted(driver.floor);
            if (left.empty() && step % 5 == 4)
                expect_polling_finds_nothing(driver.floor, driver.any(10));
            ASSERT_TRUE(left.empty() && !HasFailure())
                << "seed " << seed << ", policy " << int(policy_of(seed)) << ", item "
                << (left.empty() ? 0 : left.front().first) << " waits beside "
                << (left.empty() ? "nobody" : testing::PrintToString(left.front().second))
                << " after: " << story;
        }
        given += driver.floor.made.size();
        waited += driver.floor.router.waiting();
    }
    EXPECT_GT(given, worlds * 3);  // the worlds are worth the name
    EXPECT_GT(waited, worlds);
}

// When all holds and exclusions are over, work that somebody could take with empty hands is taken
// within as many rounds as there is work.
TEST(RouterProperty, R28_the_wait_is_bounded_in_every_world) {
    for (std::uint64_t seed = 1; seed <= worlds; seed += 5) {
        Driver driver(seed, policy_of(seed));
        for (int step = 0; step < steps; ++step) driver.step();
        Floor& floor = driver.floor;
        for (Agent who :
             {floor.books.agents.begin()->second, floor.books.agents.rbegin()->second}) {
            who.shift_ends.reset();
            floor.put(who);
        }
        while (floor.router.next_wake()) floor.go_to(*floor.router.next_wake());
        const auto finish_all = [&floor] {
            const std::map<ItemId, Hold> held = floor.books.held;
            for (const auto& [id, hold] : held) floor.done(id);
        };
        finish_all();
        std::set<ItemId> servable;
        for (const auto& [id, who] : missed(floor.books)) servable.insert(id);
        const std::size_t rounds = servable.size();
        for (std::size_t round = 0; round < rounds; ++round) {
            for (const auto& [id, who] : floor.settle()) servable.erase(id);
            finish_all();
        }
        ASSERT_TRUE(servable.empty()) << "seed " << seed << ": item " << *servable.begin();
    }
}

TEST(RouterProperty, R30_a_router_made_from_the_books_goes_on_as_the_old_one_would) {
    for (std::uint64_t seed = 1; seed <= worlds; seed += 5) {
        Driver old(seed, policy_of(seed)), anew(seed, policy_of(seed));
        for (int step = 0; step < 2 * steps; ++step) {
            const std::string story = old.step();
            ASSERT_EQ(anew.step(), story);
            ASSERT_EQ(text(anew.floor.made), text(old.floor.made)) << "seed " << seed;
            if (step % 4 != 2) continue;
            anew.floor.router = rebuilt(anew.floor.books);
            ASSERT_EQ(anew.floor.router.next_wake(), old.floor.router.next_wake())
                << "seed " << seed << " after " << story;
            ASSERT_EQ(anew.floor.settle(), Pairs{}) << "seed " << seed;
        }
    }
}

}  // namespace
