// The value-weighted breach index: which item an agent with room should take, and which agent an
// item should go to. Pure functions of facts; the terms they return are the explanation.
//
// Sources: cost of delay per expected attention (van Mieghem 1995; Mandelbaum, Stolyar 2004),
// exponential look-ahead in slack (Vepsalainen, Morton 1987), patience in the index (Atar, Giat,
// Shimkin 2010), growing cost after the deadline (Milner, Olsen 2008). docs/ROUTING.md tells it
// whole.
#pragma once

#include <span>

#include "routing/facts.hpp"

namespace routing {

// Every number of the policy, with its meaning and range. Configuration; fitted to a floor by
// `sportello simulate --fit`.
struct Parameters {
    double lookahead_s = 240;  // slack below which nothing is more urgent; 0 .. 3600
    double tau_live = 0.38;    // how fast urgency falls with slack, in targets; 0.05 .. 5
    double tau_asynchronous = 0.64;
    double late_base = 0.35;    // urgency of what has just become late; 0 .. 1
    double late_linear = 0.13;  // its growth per target of lateness, > 0: nothing starves
    double late_square = 0.02;
    double leaving = 1.3;                  // weight of customers who leave; 0 .. 10
    double size = 0.7;                     // how much short work is preferred; 0 .. 1
    double hold_share = 0.65;              // kept for who knows it while more of the target is left
    double relax_share = 0.55;             // soft skills relax when so much of the target is left
    double overflow_share = 0.30;          // secondary teams when less is left
    std::uint32_t asynchronous_bound = 1;  // asynchronous units bound to an agent at once
    double attention_min = 0.53;   // attention an agent must have left for asynchronous work
    double spread = 0.68;          // uncertainty of an expected wait, as a share of it
    double pace = 0.044;           // cost of waiting as such, per target
    double burden = 1.4;           // weight of what a new item does to the work in hand
    double attention_price = 0.1;  // per 240 s of attention
    double flexibility = 0.05;     // price of spending somebody who can do much
    double idle = 0.05;            // credit for ten idle minutes
    double switch_loss = 0.06;     // loss of speed per further item in hand
    double relaxed_speed = 0.75;   // speed factor of an agent who lacks the skill
    double late_cost = 1.0;        // the objective: per late item, per target of lateness, per
    double late_rate = 0.5;        // customer lost
    double leaving_cost = 3.0;

    friend bool operator==(const Parameters&, const Parameters&) = default;
};

struct IndexTerms {
    double value = 0;
    double slack_s = 0;  // before the reply can still be in time; negative: too late
    double urgency = 0;  // g, from 0 up
    double leaving = 0;  // added to it where customers leave
    double size = 1;     // divides: expected attention to the power of `size`
    double fit = 1;      // relaxed_speed where the agent lacks the skill

    double index() const { return value * (urgency + leaving) / size * fit; }
    friend bool operator==(const IndexTerms&, const IndexTerms&) = default;
};

IndexTerms index_terms(const Parameters& parameters, const ChannelFacts& channel, const Item& item,
                       Instant now, bool has_skill);

// Its parts: the terms that time does not change, and the one that it does.
IndexTerms still_terms(const Parameters& parameters, const ChannelFacts& channel, const Item& item);
double urgency_of(const Parameters& parameters, bool live, double slack_s, double target_s);

// Work in an agent's hand, as far as a price looks at it.
struct InHand {
    const ChannelFacts* channel = nullptr;
    const Item* item = nullptr;
    double rate = 1;  // of this agent for it
    Instant since{};  // when it was given
};

// How an agent stands when a price is made.
struct Standing {
    const Agent* agent = nullptr;
    std::span<const InHand> sessions;
    std::span<const InHand> asynchronous;  // the first is being worked on
    double attention_used = 0;             // sum of the sessions' attention
};

struct PriceTerms {
    double wait_s = 0;     // expected time to the first reply
    double risk = 0;       // expected breach cost of the item itself
    double burden = 0;     // what it adds to the risk of the work in hand
    double attention = 0;  // of the agent's attention
    double spare = 0;      // of spending somebody flexible
    double idle = 0;       // credit, negative

    double price() const { return risk + burden + attention + spare + idle; }
    friend bool operator==(const PriceTerms&, const PriceTerms&) = default;
};

PriceTerms price_terms(const Parameters& parameters, const ChannelFacts& channel, const Item& item,
                       const Standing& standing, double rate, Instant now);

// The speed of an agent for an item: its own, times the factor of the weakest skill asked for.
double rate_of(const Parameters& parameters, const Agent& agent, const Item& item);
// Whether the agent has every skill asked for at its level.
bool has_skills(const Agent& agent, const std::vector<SkillNeed>& needs, bool hard_only);

// Believed effort to the first reply and for the whole turn; later turns are shorter.
double first_reply_s(const ChannelFacts& channel, const Item& item);
double effort_s(const ChannelFacts& channel, const Item& item);

}  // namespace routing
