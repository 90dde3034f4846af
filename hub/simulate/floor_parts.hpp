// Private to the floor: what it moves about.
#pragma once

#include <tuple>

#include "hub/simulate/floor.hpp"

namespace simulate {

enum class Kind : std::uint8_t { on, off, progress, arrive, leave, wake };
enum class Leaving : std::uint8_t { planned, dropped, grace_over };
enum class ItemState : std::uint8_t { waiting, in_hand, done, gone };

struct Worker;

struct Item {
    ItemKey key;
    const TraceConversation* conversation = nullptr;
    const TraceChannel* channel = nullptr;
    const Spans* calendar = nullptr;
    double value = 1;
    Millis created = 0;
    Millis due = 0;
    Millis target = 0;
    std::string kind;
    double first = 0;
    double rest = 0;
    double rest_first = 0;
    std::optional<std::int64_t> previous;
    bool touched = false;
    Worker* holder = nullptr;
    std::optional<std::int64_t> given_to;
    std::optional<Millis> first_at;
    double speed = 0;
    double base_speed = 0;
    ItemState state = ItemState::waiting;
};

struct Worker {
    const TraceAgent* agent = nullptr;
    Spans spans;
    bool on = false;
    std::vector<Item*> sessions;
    std::vector<Item*> asynchronous;
    Millis last = 0;
    std::uint64_t version = 0;
    double used = 0;
    Millis on_ms = 0;
    double attention = 0;

    double rate(const Item& item, double relaxed) const {
        const auto skill = agent->skills.find(item.conversation->skill);
        return agent->speed * (skill == agent->skills.end() ? relaxed : skill->second);
    }
    std::vector<Item*>& pool(const Item& item) {
        return item.channel->live ? sessions : asynchronous;
    }
};

struct Happening {
    Millis at = 0;
    Kind kind = Kind::wake;
    std::uint64_t order = 0;
    Worker* worker = nullptr;
    Item* item = nullptr;
    const TraceConversation* conversation = nullptr;
    std::size_t turn = 0;
    std::optional<std::int64_t> previous;
    Leaving leaving = Leaving::planned;
    std::uint64_t version = 0;

    friend bool operator>(const Happening& left, const Happening& right) {
        return std::tie(left.at, left.kind, left.order) >
               std::tie(right.at, right.kind, right.order);
    }
};

}  // namespace simulate
