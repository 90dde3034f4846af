// What a floor tells and what it is answered: one question per instant at which something happened.
#pragma once

#include <variant>

#include "hub/simulate/trace.hpp"

namespace simulate {

struct ItemKey {
    std::int64_t conversation = 0;
    std::int64_t turn = 0;

    friend auto operator<=>(const ItemKey&, const ItemKey&) = default;
};
// Bounds of both parts: together they are one number to the router.
inline constexpr std::int64_t conversations_max = std::int64_t{1} << 47;
inline constexpr std::int64_t turns_max = std::int64_t{1} << 16;
std::string text_of(const ItemKey& key);

struct ItemWaits {  // new, or given back
    ItemKey item;
    std::string kind;  // frt, nrt, resume
    std::string channel;
    std::string language;
    std::string skill;
    std::string segment;
    std::uint32_t priority = 3;
    Millis created_ms = 0;
    Millis due_ms = 0;
    Millis target_ms = 0;
    std::optional<std::int64_t> previous;
};
struct AgentTurned {
    std::int64_t agent = 0;
    bool on = false;
};
struct ItemDone {
    ItemKey item;
    std::int64_t agent = 0;
};
struct ItemGone {
    ItemKey item;
};
using FloorEvent = std::variant<ItemWaits, AgentTurned, ItemDone, ItemGone>;

struct Question {
    std::optional<Trace> hello;  // the floor as it is: no conversations, no spans of work
    Millis at = 0;
    std::vector<FloorEvent> events;
};

struct Reply {
    std::vector<std::pair<ItemKey, std::int64_t>> assignments;
    std::optional<Millis> wake;  // ask again then, even if nothing happens
};

// Throw std::runtime_error or nlohmann's exceptions on a bad line.
Question read_question(const std::string& line);
std::string write_reply(const Reply& reply);

}  // namespace simulate
