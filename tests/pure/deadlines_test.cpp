#include "sla/deadlines.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace {

using sla::Deadlines;
using sla::Instant;

Instant at(std::int64_t microseconds) {
    return Instant{std::chrono::microseconds{microseconds}};
}

// The same in the plainest way.
class Model {
public:
    void set(std::uint64_t key, Instant when) {
        clear(key);
        instants_[key] = when;
        order_.emplace(when, key);
    }
    void clear(std::uint64_t key) {
        const auto known = instants_.find(key);
        if (known == instants_.end()) return;
        order_.erase({known->second, key});
        instants_.erase(known);
    }
    std::optional<Instant> next() const {
        return order_.empty() ? std::nullopt : std::optional{order_.begin()->first};
    }
    std::optional<std::uint64_t> due(Instant now) const {
        if (order_.empty() || order_.begin()->first > now) return std::nullopt;
        return order_.begin()->second;
    }
    std::size_t size() const { return order_.size(); }

private:
    std::set<std::pair<Instant, std::uint64_t>> order_;
    std::map<std::uint64_t, Instant> instants_;
};

std::vector<std::uint64_t> all_due(Deadlines& deadlines, Instant now) {
    std::vector<std::uint64_t> keys;
    while (const auto key = deadlines.due(now)) {
        keys.push_back(*key);
        deadlines.clear(*key);
    }
    return keys;
}

TEST(Deadlines, nothing_is_due_where_nothing_is_armed) {
    Deadlines deadlines;
    EXPECT_EQ(deadlines.next(), std::nullopt);
    EXPECT_EQ(deadlines.due(at(1'000)), std::nullopt);
    EXPECT_EQ(deadlines.size(), 0U);
    deadlines.clear(7);
    EXPECT_EQ(deadlines.size(), 0U);
}

TEST(Deadlines, a_deadline_is_due_at_its_instant_and_stays_armed) {
    Deadlines deadlines;
    deadlines.set(7, at(100));
    EXPECT_EQ(deadlines.next(), at(100));
    EXPECT_EQ(deadlines.due(at(99)), std::nullopt);
    EXPECT_EQ(deadlines.due(at(100)), 7U);
    EXPECT_EQ(deadlines.due(at(101)), 7U);
    EXPECT_EQ(deadlines.size(), 1U);
    deadlines.clear(7);
    EXPECT_EQ(deadlines.due(at(101)), std::nullopt);
}

TEST(Deadlines, equal_instants_come_by_their_keys) {
    Deadlines deadlines;
    for (const std::uint64_t key : {5, 1, 9, 3, 7, 2, 8, 4, 6}) deadlines.set(key, at(50));
    deadlines.set(10, at(49));
    EXPECT_EQ(all_due(deadlines, at(50)),
              (std::vector<std::uint64_t>{10, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(Deadlines, setting_again_moves_both_ways) {
    Deadlines deadlines;
    deadlines.set(1, at(10));
    deadlines.set(2, at(20));
    deadlines.set(1, at(30));
    EXPECT_EQ(deadlines.next(), at(20));
    deadlines.set(1, at(5));
    EXPECT_EQ(deadlines.due(at(5)), 1U);
    deadlines.set(1, at(5));
    EXPECT_EQ(deadlines.size(), 2U);
}

// Few instants and few keys: ties, moves and clears meet all the time. Then many, for a deep heap.
TEST(Deadlines, agree_with_a_sorted_set_on_any_history) {
    struct Measure {
        std::uint64_t keys;
        std::uint64_t instants;
        int steps;
    };
    for (const Measure& measure :
         {Measure{12, 5, 40'000}, Measure{300, 40, 60'000}, Measure{20'000, 1'000'000, 200'000}}) {
        std::mt19937_64 generator{measure.keys};
        Deadlines deadlines;
        Model model;
        for (int step = 0; step < measure.steps; ++step) {
            const std::uint64_t key = generator() % measure.keys;
            const Instant when = at(static_cast<std::int64_t>(generator() % measure.instants));
            if (generator() % 3 != 0) {
                deadlines.set(key, when);
                model.set(key, when);
            } else if (generator() % 2 == 0) {
                deadlines.clear(key);
                model.clear(key);
            } else if (const auto due = model.due(when)) {
                ASSERT_EQ(deadlines.due(when), due) << step;
                deadlines.clear(*due);
                model.clear(*due);
            }
            ASSERT_EQ(deadlines.size(), model.size()) << step;
            ASSERT_EQ(deadlines.next(), model.next()) << step;
            ASSERT_EQ(deadlines.due(when), model.due(when)) << step;
        }
        while (const auto due = model.due(Instant::max())) {
            ASSERT_EQ(deadlines.due(Instant::max()), due);
            deadlines.clear(*due);
            model.clear(*due);
        }
        EXPECT_EQ(deadlines.next(), std::nullopt);
    }
}

TEST(Deadlines, the_farthest_and_the_earliest_instants_have_their_places) {
    Deadlines deadlines;
    deadlines.set(~0ULL, Instant::max());
    deadlines.set(0, Instant::min());
    EXPECT_EQ(deadlines.next(), Instant::min());
    deadlines.clear(0);
    EXPECT_EQ(deadlines.next(), Instant::max());
    EXPECT_EQ(deadlines.due(at(0)), std::nullopt);
}

}  // namespace
