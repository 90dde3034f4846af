// Facts: everything a routing decision may look at. Instants are UTC microseconds; efforts are the
// time of one unhurried agent of speed 1.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace routing {

using Span = std::chrono::microseconds;
using Instant = std::chrono::sys_time<Span>;

enum class AgentId : std::uint64_t {};
enum class TeamId : std::uint64_t {};
using ItemId = std::uint64_t;  // opaque; rises with arrival, and so breaks ties

enum class Availability : std::uint8_t { offline, away, online, busy, not_responding };

// What is believed about a channel's work; learned from a floor's own history.
struct ChannelFacts {
    std::string name;
    bool live = false;       // a session: shares the agent's attention; else one after another
    double attention = 1.0;  // share of one agent that a live session needs at full speed
    Span first_reply{};      // mean effort to the first reply
    Span effort{};           // mean attention for the whole turn
    Span context{};          // extra effort for an agent who does not know the conversation
    Span patience{};         // mean time until a customer leaves; zero: nobody leaves

    friend bool operator==(const ChannelFacts&, const ChannelFacts&) = default;
};

struct SkillNeed {
    std::string skill;
    std::uint32_t level = 1;  // 1 .. 5, at least
    bool hard = false;        // never relaxed

    friend auto operator<=>(const SkillNeed&, const SkillNeed&) = default;
};

struct SkillHeld {
    std::string skill;
    std::uint32_t level = 3;  // 1 .. 5
    double factor = 1.0;      // how fast the agent works with it; see factor_of

    friend bool operator==(const SkillHeld&, const SkillHeld&) = default;
};

// Level 3 is the unhurried agent; each level more or less is 4 %.
inline double factor_of(std::uint32_t level) {
    return 0.88 + 0.04 * level;
}

// One obligation to answer, waiting or in hand.
struct Item {
    ItemId id = 0;
    std::string channel;
    TeamId team{};
    std::string language;  // empty: anybody's
    std::vector<SkillNeed> skills;
    double value = 1.0;          // segment x priority x a supervisor's factor (R25), > 0
    std::uint32_t priority = 3;  // 1 the most urgent; read by the priority policy alone
    std::uint32_t weight = 1;    // capacity units
    Instant created_at{};
    Instant due_at = Instant::max();
    Span target{};            // wall or open time, as the promise counts; > 0
    bool first_reply = true;  // a first response; else a later one
    bool answered = false;    // in hand, and nothing is owed at the moment
    bool begun = false;       // somebody has worked on it: another agent pays the context
    AgentId previous{};       // who knows it; 0: nobody
    // Instants at which it changes by itself; computed by whoever knows the calendar. max: never.
    Instant held_until = Instant::min();    // kept for `previous` until then (R15, R16)
    Instant relaxes_at = Instant::max();    // soft skills are no longer asked for (R14)
    Instant overflows_at = Instant::max();  // secondary teams become eligible (R24)
    std::map<AgentId, Instant> excluded;    // until (R17)

    friend bool operator==(const Item&, const Item&) = default;
};

struct Agent {
    AgentId id{};
    std::vector<TeamId> teams;
    std::vector<std::string> languages;  // none: any language
    std::vector<SkillHeld> skills;
    double speed = 1.0;
    std::uint32_t session_capacity = 3;       // units of live work
    std::uint32_t asynchronous_capacity = 3;  // units of other work
    bool takes_sessions = false;              // accepting new live work now
    bool takes_asynchronous = false;
    Instant last_assigned{};
    std::optional<Instant> shift_ends;  // nothing is offered that does not fit before it (R19)

    friend bool operator==(const Agent&, const Agent&) = default;
};

struct Team {
    TeamId id{};
    std::vector<TeamId> overflow;  // secondary teams (R24)

    friend bool operator==(const Team&, const Team&) = default;
};

}  // namespace routing
