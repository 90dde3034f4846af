// Random things that happen to a small random floor, the same for the same seed. It draws from its
// books and never from what the router says, but for who holds what.
#pragma once

#include <random>

#include "tests/pure/routing_oracle.hpp"

namespace floors {

class Driver {
public:
    Floor floor;

    Driver(std::uint64_t seed, Policy policy) : floor(policy), generator_(seed) {
        configure();
        const auto teams = 1 + any(3);
        for (std::uint64_t id = 1; id <= teams; ++id) put_team(TeamId{id});
        const auto agents = chance(50) ? 25 + any(10) : 1 + any(5);
        for (std::uint64_t id = 1; id <= agents; ++id) put_agent(AgentId{id});
    }

    // One thing, or a few at the same instant; then all that the router makes of it. In words.
    std::string step() {
        std::string done;
        const auto things = chance(4) ? 2 + any(3) : 1;
        for (std::uint64_t i = 0; i < things; ++i) done += thing() + " ";
        floor.settle();
        return done;
    }

    std::uint64_t any(std::uint64_t below) { return generator_() % below; }
    bool chance(std::uint64_t one_in) { return any(one_in) == 0; }

private:
    std::string thing() {
        switch (any(10)) {
            case 0:
            case 1:
            case 2:
                floor.wait(random_item(next_id_++));
                return "arrival";
            case 3:
                return change_item();
            case 4:
                return assign_by_hand();
            case 5:
            case 6:
                return finish();
            case 7:
                return change_configuration();
            case 8:
                return turn_agent();
            default:
                floor.pass(std::chrono::seconds{chance(4) ? any(7200) : any(200)});
                return "time";
        }
    }

    // Somebody or something is set up anew; rarely an agent is removed.
    std::string change_configuration() {
        const AgentId who{any(floor.books.agents.size() + 1) + 1};
        if (chance(6)) {
            put_team(TeamId{1 + any(3)});
            return "team";
        }
        if (chance(8)) {
            configure();
            return "settings";
        }
        if (chance(6) && floor.books.agents.size() > 1 && floor.books.agents.contains(who)) {
            floor.remove(who);
            return "removed";
        }
        put_agent(who);
        return "agent";
    }

    void configure() {
        Router::Settings& settings = floor.books.settings;
        ++settings.version;
        settings.parameters.asynchronous_bound = std::uint32_t(1 + any(2));
        floor.router.configure(settings);
    }

    void put_team(TeamId id) {
        Team team{id, {}};
        if (chance(3)) team.overflow.push_back(TeamId{any(3) + 1});
        floor.put(team);
    }

    std::string random_word(const std::vector<std::string>& words) {
        return words[any(words.size())];
    }

    std::vector<SkillNeed> random_needs() {
        std::vector<SkillNeed> needs;
        for (const char* skill : {"sales", "billing"})
            if (chance(3)) needs.push_back({skill, std::uint32_t(1 + any(4)), chance(4)});
        return needs;
    }

    // After the start, up to a little after the due instant; sometimes never.
    Instant some_time(const Item& one) {
        return chance(4) ? Instant::max()
                         : one.created_at + one.target * std::int64_t(any(110)) / 100;
    }

    // Often one that differs from another in its due instant alone.
    Item random_item(ItemId id) {
        if (const Item* like = random_known(); like != nullptr && chance(2)) {
            Item one = *like;
            one.id = id;
            one.due_at += std::chrono::seconds{any(60)};
            if (chance(2)) one.excluded.clear();
            return one;
        }
        Item one;
        one.id = id;
        one.channel = random_word(usual_channels);
        one.team = TeamId{any(4)};  // 0: anybody's
        one.language = random_word({"", "it", "it", "de"});
        one.skills = random_needs();
        one.value = double(1 + any(3)) * 0.7;
        one.priority = std::uint32_t(1 + any(4));
        one.weight = std::uint32_t(chance(6) ? 1 + any(3) : 1);
        one.created_at = floor.now() - std::chrono::seconds{chance(3) ? any(3600) : 0};
        one.target = std::chrono::seconds{60 + any(3) * 900};
        one.due_at = one.created_at + one.target;
        one.first_reply = !chance(3);
        one.begun = !one.first_reply || chance(4);
        if (one.begun) one.previous = AgentId{any(7)};
        if (chance(2)) one.held_until = some_time(one);
        one.relaxes_at = some_time(one);
        one.overflows_at = some_time(one);
        if (one.held_until == Instant::max()) one.held_until = one.due_at;  // bounded
        if (chance(6))
            one.excluded[AgentId{1 + any(6)}] = floor.now() + std::chrono::seconds{any(900)};
        return one;
    }

    // Declined, re-valued, moved to another team, or given back.
    std::string change_item() {
        const Item* known = random_known();
        if (known == nullptr) return "nothing";
        Item one = *known;
        switch (any(4)) {
            case 0:
                one.excluded[AgentId{1 + any(6)}] = floor.now() + std::chrono::seconds{any(900)};
                break;
            case 1:
                one.value *= chance(2) ? 10 : 0.1;
                break;
            case 2:
                one.team = TeamId{any(4)};
                break;
            default:
                break;
        }
        floor.wait(one);
        return "change";
    }

    std::string assign_by_hand() {
        const Item* known = random_known();
        if (known == nullptr) return "nothing";
        auto to = floor.books.agents.begin();
        std::advance(to, any(floor.books.agents.size()));
        floor.assign(known->id, to->first);
        return "by hand";
    }

    std::string finish() {
        const Item* known = random_known();
        if (known == nullptr) return "nothing";
        const ItemId id = known->id;
        const AgentId holder = floor.holder(id);
        const bool answers = chance(3);
        if (answers && holder != nobody) {
            Item& one = floor.books.items.at(id);
            one.answered = true;
            floor.router.assign(one, holder, floor.books.held.at(id).since);
            return "answer";
        }
        const bool live = facts_of(floor.books, *known).live;
        const std::uint32_t weight = known->weight;
        floor.done(id);
        if (live && holder != nobody && chance(3))
            floor.wrap_up(holder, std::chrono::seconds{1 + any(120)}, weight);
        return "done";
    }

    const Item* random_known() {
        if (floor.books.items.empty()) return nullptr;
        auto known = floor.books.items.begin();
        std::advance(known, any(floor.books.items.size()));
        return &known->second;
    }

    void put_agent(AgentId id) {
        Agent one = agent(id, {});
        for (std::uint64_t team = 1; team <= 3; ++team)
            if (chance(2)) one.teams.push_back(TeamId{team});
        for (const char* language : {"it", "de"})
            if (!chance(3)) one.languages.push_back(language);
        for (const char* skill : {"sales", "billing"})
            if (!chance(3)) {
                const auto level = std::uint32_t(1 + any(5));
                one.skills.push_back({skill, level, factor_of(level)});
            }
        one.speed = 0.8 + 0.1 * double(any(5));
        one.session_capacity = std::uint32_t(any(4));
        one.asynchronous_capacity = std::uint32_t(any(4));
        one.takes_sessions = !chance(4);
        one.takes_asynchronous = !chance(4);
        if (chance(4)) one.shift_ends = floor.now() + std::chrono::seconds{any(3600)};
        if (const auto known = floor.books.agents.find(id); known != floor.books.agents.end())
            one.last_assigned = known->second.last_assigned;
        floor.put(one);
    }

    std::string turn_agent() {
        auto known = floor.books.agents.begin();
        std::advance(known, any(floor.books.agents.size()));
        Agent one = known->second;
        const bool on = one.takes_sessions || one.takes_asynchronous;
        one.takes_sessions = one.takes_asynchronous = !on;
        floor.put(one);
        return on ? "off" : "on";
    }

    std::mt19937_64 generator_;
    ItemId next_id_ = 1;
};

}  // namespace floors
