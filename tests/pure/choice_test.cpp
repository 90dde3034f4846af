// The router's choices against the largest index and the smallest price, found in the plainest way.
#include <random>

#include "tests/pure/routing_oracle.hpp"

namespace {

using namespace floors;

const Parameters usual;

Item random_item(std::mt19937_64& generator, ItemId id) {
    Item one = item(id, usual_channels[generator() % 4],
                    std::chrono::minutes{5 + generator() % 4 * 30}, double(1 + generator() % 6));
    one.due_at = noon + std::chrono::seconds{std::int64_t(generator() % 9000) - 3000};
    if (generator() % 3 == 0) one.due_at = noon + 5min;  // many alike
    one.first_reply = generator() % 3 != 0;
    if (generator() % 2 == 0) one.skills = {{"billing", std::uint32_t(1 + generator() % 5), false}};
    if (generator() % 2 == 0) one.relaxes_at = noon;
    one.language = generator() % 4 == 0 ? "de" : "it";
    return one;
}

// The item with the largest index; then the best of each other class, three at most (R31).
std::vector<ItemId> best_by_force(const Floor& floor, const Agent& who) {
    using Rank = std::tuple<double, Instant, ItemId>;  // negative index, due, id
    std::map<std::string, Rank> of_class;
    for (const auto& [id, one] : floor.books.items) {
        if (!may_take(floor.books, who, one)) continue;
        const bool able = has_skills(who, one.skills, false);
        const IndexTerms terms = index_terms(usual, facts_of(floor.books, one), one, noon, able);
        std::string name = one.channel + one.language + text(one.value) +
                           std::to_string(one.target.count()) + (one.first_reply ? "f" : "") +
                           (one.relaxes_at <= noon ? "r" : "") + (terms.slack_s <= 0 ? "l" : "");
        for (const SkillNeed& need : one.skills) name += need.skill + std::to_string(need.level);
        const Rank rank{-terms.index(), one.due_at, id};
        const auto [known, fresh] = of_class.emplace(name, rank);
        if (!fresh) known->second = std::min(known->second, rank);
    }
    std::vector<Rank> ranks;
    for (const auto& [name, rank] : of_class) ranks.push_back(rank);
    std::ranges::sort(ranks);
    std::vector<ItemId> ids;
    for (const Rank& rank : ranks)
        if (ids.size() < 4) ids.push_back(std::get<2>(rank));
    return ids;
}

TEST(Choice, R31_the_item_chosen_and_its_runners_up_have_the_largest_indices) {
    for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
        std::mt19937_64 generator{seed};
        Floor floor;
        const ItemId items = 1 + generator() % 60;
        for (ItemId id = 1; id <= items; ++id) floor.wait(random_item(generator, id));
        Agent who = agent(anna);
        who.languages = {"it"};
        if (generator() % 2 == 0) who.skills = {{"billing", 3, 1.0}};
        floor.put(who);
        const std::vector<ItemId> expected = best_by_force(floor, who);
        floor.router.advance(noon);
        const auto made = floor.router.next(noon);
        ASSERT_EQ(made.has_value(), !expected.empty()) << "seed " << seed;
        if (!made) continue;
        ASSERT_EQ(made->item, expected.front()) << "seed " << seed;
        std::vector<ItemId> told;
        for (const RunnerUp& one : made->why.waiting) told.push_back(one.item);
        ASSERT_EQ(told, expected) << "seed " << seed;
    }
}

TEST(Choice, the_agent_chosen_has_the_smallest_price_of_all_who_may_take_it) {
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        std::mt19937_64 generator{seed};
        Floor floor;
        const std::uint64_t agents = 2 + generator() % 40;
        for (std::uint64_t id = 1; id <= agents; ++id) {
            Agent who = agent(AgentId{id});
            who.speed = 0.8 + 0.05 * double(generator() % 9);
            if (generator() % 3 == 0) who.skills = {{"billing", 3, 1.0}};
            who.last_assigned = noon - std::chrono::minutes{generator() % 15};
            floor.put(who);
        }
        for (ItemId id = 1000; id < 1010; ++id) {
            floor.wait(item(id, usual_channels[generator() % 4], 10min));
            floor.assign(id, AgentId{1 + generator() % floor.books.agents.size()});
        }
        floor.settle();
        const Item one = random_item(generator, 1);
        std::optional<std::pair<double, AgentId>> best;
        for (const auto& [id, who] : floor.books.agents) {
            if (!may_take(floor.books, who, one)) continue;
            std::vector<InHand> hands[2];
            for (const auto& [held, hold] : floor.books.held) {
                const Item& work = floor.books.items.at(held);
                const ChannelFacts& facts = facts_of(floor.books, work);
                if (hold.agent == id)
                    hands[facts.live].push_back(
                        {&facts, &work, rate_of(usual, who, work), hold.since});
            }
            const PriceTerms terms =
                price_terms(usual, facts_of(floor.books, one), one,
                            {&who, hands[1], hands[0], attention(floor.books, id)},
                            rate_of(usual, who, one), noon);
            best =
                std::min(best.value_or(std::pair{terms.price(), id}), std::pair{terms.price(), id});
        }
        floor.wait(one);
        const Pairs given = floor.settle();
        ASSERT_EQ(!given.empty(), best.has_value()) << "seed " << seed;
        if (!best) continue;
        ASSERT_EQ(given.front().second, best->second) << "seed " << seed;
    }
}

}  // namespace
