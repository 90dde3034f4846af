// Router: everything that waits and everybody who works, and the next assignment to make.
//
// It is a deterministic machine without a clock: the caller tells what changed, asks `next` until
// nothing is left to assign, and wakes it at `next_wake`. Freed room, a fresh item, a relaxed
// skill, an ended hold or exclusion each cause a decision at that instant (R9); polling finds
// nothing.
//
// Waiting items stand in *lanes*: items of one lane differ only in when they are due, so their
// order never changes, and only the heads of lanes are compared. An item changes lanes by itself at
// most when it becomes late, its skills relax, its hold ends, it overflows or an exclusion ends.
// Equal input gives equal output, to the byte: ties end in (due, id).
#pragma once

#include <memory>
#include <set>

#include "routing/decision.hpp"

namespace routing {

struct Assignment {
    ItemId item = 0;
    AgentId agent{};
    Decision why;
};

class Router {
public:
    struct Settings {
        Policy policy = Policy::index;
        std::uint32_t version = 0;
        Parameters parameters;
        std::vector<ChannelFacts> channels;
    };

    explicit Router(Settings settings);
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;
    ~Router();

    // Takes effect with the next decision; no item loses its place (R32).
    void configure(Settings settings);
    const Settings& settings() const;
    void put(const Team& team);

    // New or changed; what the agent holds stays with it.
    void put(const Agent& agent);
    void remove(AgentId agent);

    // The item waits: new, changed or given back. It is in nobody's hand any more.
    void wait(const Item& item, Instant now);
    // The item is in an agent's hand, by routing or by hand; it counts even beyond the capacity
    // (R13).
    void assign(const Item& item, AgentId agent, Instant now);
    // Done, gone or withdrawn: it neither waits nor is in a hand.
    void remove(ItemId item);
    // After a session the slot stays taken until then (R23).
    void clear_wrap_ups(AgentId agent);
    void wrap_up(AgentId agent, std::uint32_t weight, Instant until);

    // What time alone changed, up to `now`. Call before `next`.
    void advance(Instant now);
    std::optional<Instant> next_wake() const;

    // The next assignment to make; nothing when no waiting item fits anybody with room (R12). The
    // caller carries it out with `assign`, or excludes the agent for the item.
    std::optional<Assignment> next(Instant now);

    // Everything was looked at already, by the router that this one takes over from: only what
    // changes from now on causes a decision (R30).
    void settled();

    // Who would get it, and why the others would not; changes nothing. For "why does it still
    // wait?" (P8).
    Decision explain(const Item& item, Instant now) const;

    std::size_t waiting() const;
    std::uint32_t load(AgentId agent, bool live) const;  // units in hand, wrap-up included
    bool has_room(AgentId agent, const Item& item, Instant now) const;

private:
    struct Floor;
    std::unique_ptr<Floor> floor_;
};

}  // namespace routing
