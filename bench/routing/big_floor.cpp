#include "bench/routing/big_floor.hpp"

#include <array>
#include <utility>

namespace bench {
namespace {

using namespace routing;
using namespace std::chrono_literals;

constexpr std::uint64_t teams = 4;

const std::vector<std::vector<std::string>>& language_sets() {
    static const std::vector<std::vector<std::string>> sets{
        {"it"}, {"it", "en"}, {"it", "en", "de"}, {"it", "fr"}, {"en"}, {"en", "de"}, {"it", "en"}};
    return sets;
}

const std::vector<std::vector<std::string>>& skill_sets() {
    static const std::vector<std::vector<std::string>> sets{{"support"},
                                                            {"sales"},
                                                            {"billing"},
                                                            {"support", "billing"},
                                                            {"support", "sales"},
                                                            {"sales", "billing"},
                                                            {"support", "sales", "billing"}};
    return sets;
}

// Half of the agents of each team.
bool has_sessions(std::uint64_t id) {
    return id / teams % 2 == 0;
}

Router::Settings settings() {
    Router::Settings all;
    for (const char* name : {"chat", "whatsapp", "social", "email"})
        all.channels.push_back(usual_channel(name));
    return all;
}

}  // namespace

BigFloor::BigFloor(std::size_t agents, std::uint64_t seed, bool apart)
    : router(settings()), generator_(seed), agents_(agents) {
    for (std::uint64_t id = 1; id <= agents; ++id) {
        Agent one;
        one.id = AgentId{id};
        one.teams = {TeamId{id % teams + 1}};
        one.languages = pick(language_sets());
        for (const std::string& skill : pick(skill_sets())) {
            const auto level = static_cast<std::uint32_t>(1 + generator_() % 5);
            one.skills.push_back({skill, level, factor_of(level)});
        }
        one.speed = 0.8 + 0.01 * static_cast<double>(generator_() % 40);
        one.takes_sessions = !apart || has_sessions(id);
        one.takes_asynchronous = !apart || !has_sessions(id);
        one.last_assigned = now - std::chrono::seconds{generator_() % 1200};
        router.put(one);
    }
    drain();
}

Item BigFloor::new_item() {
    static const std::vector<std::string> channels{"chat", "whatsapp", "social", "email"};
    static const std::array<Span, 4> targets{90s, 5min, 20min, 2h};
    static const std::array<double, 4> segments{1, 2, 4, 6}, shorter{1, 1, 0.75, 0.6};
    static const std::array<double, 4> priorities{2, 1.4, 1, 0.7};
    static const std::vector<std::string> languages{"it", "it", "it", "en", "en", "de", "fr"};
    Item one;
    one.id = next_id_++;
    const std::size_t channel = generator_() % channels.size();
    const std::size_t segment = generator_() % segments.size();
    const std::size_t priority = generator_() % priorities.size();
    one.channel = channels[channel];
    one.team = TeamId{generator_() % teams + 1};
    one.language = pick(languages);
    one.skills = {{pick(skill_sets()).front(), 1, false}};
    one.value = segments[segment] * priorities[priority];
    one.priority = static_cast<std::uint32_t>(priority + 1);
    const double target = static_cast<double>(targets[channel].count()) * shorter[segment];
    one.target = Span{static_cast<std::int64_t>(target)};
    // Some is late, most is not.
    one.created_at =
        now - Span{static_cast<std::int64_t>(generator_() % (one.target.count() * 6 / 5))};
    one.due_at = one.created_at + one.target;
    one.first_reply = generator_() % 3 != 0;
    one.relaxes_at = one.created_at + one.target * 45 / 100;
    one.overflows_at = one.created_at + one.target * 70 / 100;
    if (!one.first_reply) {
        one.begun = true;
        one.previous = AgentId{generator_() % agents_ + 1};
        one.held_until = one.created_at + one.target * 35 / 100;
    }
    return one;
}

void BigFloor::hold(const Item& item, AgentId agent) {
    items_[item.id] = item;
    router.assign(item, agent, now);
    held_[has_sessions(std::uint64_t(agent))].emplace_back(item.id, agent);
}

// Three sessions, or one mail.
void BigFloor::fill_hands() {
    for (std::uint64_t id = 1; id <= agents_; ++id)
        for (int slot = 0; slot < (has_sessions(id) ? 3 : 1); ++slot) {
            Item one = new_item();
            one.channel = has_sessions(id) ? "chat" : "email";
            hold(one, AgentId{id});
        }
    drain();
}

void BigFloor::wait(const Item& item) {
    items_[item.id] = item;
    router.wait(item, now);
}

void BigFloor::drain() {
    router.advance(now);
    while (const auto made = router.next(now)) carry_out(*made);
}

void BigFloor::finish_one() {
    auto& held = held_[generator_() % 2];
    const std::size_t at = generator_() % held.size();
    router.remove(held[at].first);
    items_.erase(held[at].first);
    held[at] = held.back();
    held.pop_back();
}

void BigFloor::carry_out(const Assignment& made) {
    hold(items_.at(made.item), made.agent);
}

void BigFloor::forget(ItemId item) {
    router.remove(item);
    items_.erase(item);
    for (auto& held : held_)
        std::erase_if(held, [item](const auto& one) { return one.first == item; });
}

}  // namespace bench
