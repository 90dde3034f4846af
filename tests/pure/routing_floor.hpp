// A small floor for the tests of routing/: a router, and beside it the plain books of who waits,
// who holds what and who works. The books alone are what the oracles read, and what a router is
// rebuilt from.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "routing/routing.hpp"

namespace routing {
inline void PrintTo(AgentId id, std::ostream* out) {
    *out << "agent " << static_cast<std::uint64_t>(id);
}
}  // namespace routing

namespace floors {

using namespace std::chrono_literals;
using namespace routing;

inline constexpr Instant noon =
    std::chrono::sys_days{std::chrono::year{2026} / 3 / 17} + std::chrono::hours{12};
inline constexpr TeamId service{1}, billing{2}, reserve{3};
inline constexpr AgentId nobody{}, anna{1}, bruno{2}, carla{3}, dario{4};
inline const std::vector<std::string> usual_channels{"chat", "whatsapp", "social", "email"};

using Pair = std::pair<ItemId, AgentId>;
using Pairs = std::vector<Pair>;

// On shift, of the team Service, any language, no skills.
inline Agent agent(AgentId id, std::vector<TeamId> teams = {service}) {
    Agent one;
    one.id = id;
    one.teams = std::move(teams);
    one.takes_sessions = one.takes_asynchronous = true;
    one.last_assigned = noon - 1h;
    return one;
}

inline Agent off(Agent one) {
    one.takes_sessions = one.takes_asynchronous = false;
    return one;
}

// Came at noon and is due `due_in` later, which is its target.
inline Item item(ItemId id, const std::string& channel, Span due_in, double value = 1) {
    Item one;
    one.id = id;
    one.channel = channel;
    one.team = service;
    one.value = value;
    one.created_at = noon;
    one.due_at = noon + due_in;
    one.target = due_in;
    return one;
}

// A later turn of a conversation that `previous` knows, kept for her until then.
inline Item kept(Item one, AgentId previous, Instant until) {
    one.previous = previous;
    one.held_until = until;
    one.begun = true;
    one.first_reply = false;
    return one;
}

inline Router::Settings usual_settings(Policy policy = Policy::index) {
    Router::Settings settings;
    settings.policy = policy;
    for (const std::string& name : usual_channels) settings.channels.push_back(usual_channel(name));
    return settings;
}

struct Hold {
    AgentId agent{};
    Instant since{};
};

struct Pause {
    AgentId agent{};
    std::uint32_t weight = 1;
    Instant until{};
};

struct Books {
    Router::Settings settings;
    Instant now = noon;
    std::map<TeamId, Team> teams;
    std::map<AgentId, Agent> agents;
    std::map<ItemId, Item> items;  // that wait or are in a hand
    std::map<ItemId, Hold> held;
    std::vector<Pause> wrap_ups;
};

class Floor {
public:
    Books books;
    Router router;
    std::vector<Assignment> made;  // by the router, in order
    std::function<void(const Assignment&)> before_each = [](const Assignment&) {};

    explicit Floor(Router::Settings settings)
        : books{.settings = settings, .teams = {}, .agents = {}, .items = {}, .held = {}},
          router(std::move(settings)) {}
    explicit Floor(Policy policy = Policy::index) : Floor(usual_settings(policy)) {}

    const Instant& now() const { return books.now; }
    void put(const Team& team) {
        books.teams[team.id] = team;
        router.put(team);
    }
    void put(const Agent& one) {
        books.agents[one.id] = one;
        router.put(one);
    }
    void remove(AgentId who) {
        std::erase_if(books.items, [&](const auto& one) { return holder(one.first) == who; });
        std::erase_if(books.held, [who](const auto& one) { return one.second.agent == who; });
        std::erase_if(books.wrap_ups, [who](const Pause& one) { return one.agent == who; });
        books.agents.erase(who);
        router.remove(who);
    }
    void wait(const Item& one) {
        books.items[one.id] = one;
        books.held.erase(one.id);
        router.wait(one, now());
    }
    void assign(ItemId id, AgentId to) {
        Agent& holder = books.agents.at(to);
        holder.last_assigned = std::max(holder.last_assigned, now());
        books.held[id] = {to, now()};
        router.assign(books.items.at(id), to, now());
    }
    void done(ItemId id) {
        books.items.erase(id);
        books.held.erase(id);
        router.remove(id);
    }
    void wrap_up(AgentId who, Span time, std::uint32_t weight = 1) {
        books.wrap_ups.push_back({who, weight, now() + time});
        router.wrap_up(who, weight, now() + time);
    }

    // Carries out all that the router has to say at this instant.
    Pairs settle() {
        Pairs pairs;
        router.advance(now());
        while (auto one = router.next(now())) {
            before_each(*one);
            assign(one->item, one->agent);
            pairs.emplace_back(one->item, one->agent);
            made.push_back(std::move(*one));
            if (pairs.size() > books.items.size()) {
                ADD_FAILURE() << "the router gives the same work again and again";
                break;
            }
        }
        return pairs;
    }
    // Time passes: the router is woken at each instant that it asked for, and never else.
    Pairs go_to(Instant then) {
        Pairs pairs = settle();
        while (const auto wake = router.next_wake()) {
            if (*wake > then) break;
            books.now = std::max(now(), *wake);
            const Pairs more = settle();
            pairs.insert(pairs.end(), more.begin(), more.end());
        }
        books.now = then;
        std::erase_if(books.wrap_ups, [then](const Pause& one) { return one.until <= then; });
        return pairs;
    }
    Pairs pass(Span time) { return go_to(now() + time); }
    AgentId holder(ItemId id) const {
        const auto found = books.held.find(id);
        return found == books.held.end() ? nobody : found->second.agent;
    }
};

// A router made anew from the books, in another order than they were written in.
inline Router rebuilt(const Books& books) {
    Router router(books.settings);
    for (const auto& [id, one] : books.items)
        if (!books.held.contains(id)) router.wait(one, books.now);
    for (auto one = books.agents.rbegin(); one != books.agents.rend(); ++one)
        router.put(one->second);
    for (auto hold = books.held.rbegin(); hold != books.held.rend(); ++hold) {
        router.assign(books.items.at(hold->first), hold->second.agent, hold->second.since);
    }
    for (const Pause& one : books.wrap_ups)
        if (one.until > books.now) router.wrap_up(one.agent, one.weight, one.until);
    for (const auto& [id, team] : books.teams) router.put(team);
    return router;
}

// --- every byte of a decision, as text

inline std::string text(double value) {
    char written[40];
    std::snprintf(written, sizeof written, "%a", value);
    return written;
}

inline std::string text(const Assignment& one) {
    std::string all = std::to_string(one.item) + ">" + std::to_string(std::uint64_t(one.agent)) +
                      " p" + std::to_string(int(one.why.policy)) + " v" +
                      std::to_string(one.why.version) + " -" + std::to_string(one.why.excluded);
    for (const Considered& seen : one.why.considered) {
        const PriceTerms& price = seen.price;
        all += "\n  " + std::to_string(std::uint64_t(seen.agent)) + " " +
               std::to_string(int(seen.exclusion)) + " " + std::to_string(seen.load) + "/" +
               std::to_string(seen.capacity) + " " +
               std::to_string(seen.idle_since.time_since_epoch().count());
        for (const double term :
             {price.wait_s, price.risk, price.burden, price.attention, price.spare, price.idle})
            all += " " + text(term);
    }
    for (const RunnerUp& up : one.why.waiting) {
        const IndexTerms& index = up.index;
        all += "\n  " + std::to_string(up.item) + " " +
               std::to_string(up.due_at.time_since_epoch().count());
        for (const double term :
             {index.value, index.slack_s, index.urgency, index.leaving, index.size, index.fit})
            all += " " + text(term);
    }
    return all + "\n";
}

inline std::string text(const std::vector<Assignment>& all) {
    std::string lines;
    for (const Assignment& one : all) lines += text(one);
    return lines;
}

}  // namespace floors
