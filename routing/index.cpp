#include "routing/index.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "routing/same_bits.hpp"

namespace routing {
namespace {

constexpr double later_turn_share = 0.6;
constexpr double attention_unit_s = 240;
constexpr double idle_unit_s = 600;
constexpr double flexibility_unit = 9;
constexpr double attention_left_min = 0.08;

double seconds(Span span) {
    return static_cast<double>(span.count()) * 1e-6;
}

double target_s(const Item& item) {
    return std::max(1.0, seconds(item.target));
}

// A far due instant must not overflow the subtraction.
double until_due_s(const Item& item, Instant now) {
    if (item.due_at == Instant::max()) return 1e9;
    return seconds(item.due_at - now);
}

// Expected breach cost when the reply comes in about `wait_s`.
double risk(const Parameters& parameters, const Item& item, Instant now, double wait_s) {
    const double until_due = until_due_s(item, now);
    const double z = (until_due - wait_s) / (parameters.spread * wait_s + 0.001);
    const double late = 1.0 / (1.0 + same_exp(std::clamp(z * 1.7, -50.0, 50.0)));
    const double lateness = std::max(0.0, wait_s - until_due) / target_s(item);
    return item.value * (parameters.late_cost * late * (1 + parameters.late_rate * lateness) +
                         parameters.pace * wait_s / target_s(item));
}

double speed_with(const Parameters& parameters, std::size_t items) {
    return 1.0 /
           (1.0 + parameters.switch_loss * (items == 0 ? 0.0 : static_cast<double>(items) - 1));
}

// What is believed to be left until its first reply: from the time it has been in hand, at the
// speed of the moment. At least half, since long work shows itself by lasting.
double rest_s(const Parameters& parameters, const InHand& work, const Standing& standing,
              Instant now) {
    const double first = first_reply_s(*work.channel, *work.item);
    const std::size_t items = standing.sessions.size() + (standing.asynchronous.empty() ? 0 : 1);
    const double share = work.channel->live
                             ? 1.0 / std::max(1.0, standing.attention_used)
                             : std::max(attention_left_min, 1.0 - standing.attention_used);
    const double spent =
        seconds(now - work.since) * work.rate * share * speed_with(parameters, items);
    return std::max(0.5 * first, first - spent);
}

bool probably_answered(const Parameters& parameters, const InHand& work, const Standing& standing,
                       Instant now) {
    if (work.item->answered) return true;
    const double first = first_reply_s(*work.channel, *work.item);
    const std::size_t items = standing.sessions.size() + (standing.asynchronous.empty() ? 0 : 1);
    const double spent = seconds(now - work.since) * work.rate * speed_with(parameters, items) /
                         std::max(1.0, standing.attention_used);
    return spent >= first;
}

// The increase of risk of what the agent has in hand, if a session is added (only sessions take
// attention from other work).
double burden_of(const Parameters& parameters, const ChannelFacts& channel,
                 const Standing& standing, Instant now) {
    if (!channel.live) return 0;
    const double before = standing.attention_used;
    const double after = before + channel.attention;
    double added = 0;
    if (!standing.asynchronous.empty()) {
        const InHand& work = standing.asynchronous.front();
        const double rest = rest_s(parameters, work, standing, now) / work.rate;
        added +=
            risk(parameters, *work.item, now, rest / std::max(attention_left_min, 1.0 - after)) -
            risk(parameters, *work.item, now, rest / std::max(attention_left_min, 1.0 - before));
    }
    if (after <= 1.0) return added;
    for (const InHand& work : standing.sessions) {
        if (probably_answered(parameters, work, standing, now)) continue;
        const double rest = rest_s(parameters, work, standing, now) / work.rate;
        added += risk(parameters, *work.item, now, rest * after) -
                 risk(parameters, *work.item, now, rest * std::max(1.0, before));
    }
    return added;
}

}  // namespace

double first_reply_s(const ChannelFacts& channel, const Item& item) {
    const double first = seconds(channel.first_reply);
    return item.first_reply || channel.live ? first : later_turn_share * first;
}

double effort_s(const ChannelFacts& channel, const Item& item) {
    const double effort = std::max(1.0, seconds(channel.effort));
    return item.first_reply ? effort : later_turn_share * effort;
}

// Policy: what can still be saved is urgent by its slack, fully so within the look-ahead; what is
// late is less urgent than what can be saved, but grows without bound, so that nothing starves
// (R28).
double urgency_of(const Parameters& parameters, bool live, double slack_s, double target_s) {
    if (slack_s > 0) {
        const double tau = live ? parameters.tau_live : parameters.tau_asynchronous;
        return parameters.late_cost *
               same_exp(-std::max(0.0, slack_s - parameters.lookahead_s) / (tau * target_s));
    }
    const double late = -slack_s / target_s;
    return parameters.late_base + parameters.late_linear * late +
           parameters.late_square * late * late;
}

// Where customers leave, waiting first replies count more. All of it per expected attention.
IndexTerms still_terms(const Parameters& parameters, const ChannelFacts& channel,
                       const Item& item) {
    IndexTerms terms;
    terms.value = item.value;
    if (item.first_reply && channel.patience > Span::zero())
        terms.leaving = parameters.leaving * parameters.leaving_cost * parameters.lookahead_s /
                        seconds(channel.patience);
    terms.size = same_pow(effort_s(channel, item) / attention_unit_s, parameters.size);
    return terms;
}

IndexTerms index_terms(const Parameters& parameters, const ChannelFacts& channel, const Item& item,
                       Instant now, bool has_skill) {
    IndexTerms terms = still_terms(parameters, channel, item);
    terms.slack_s = until_due_s(item, now) - first_reply_s(channel, item);
    terms.urgency = urgency_of(parameters, channel.live, terms.slack_s, target_s(item));
    terms.fit = has_skill ? 1.0 : parameters.relaxed_speed;
    return terms;
}

double rate_of(const Parameters& parameters, const Agent& agent, const Item& item) {
    if (item.skills.empty()) return agent.speed;
    double weakest = std::numeric_limits<double>::max();
    for (const SkillNeed& need : item.skills) {
        const auto held = std::ranges::find(agent.skills, need.skill, &SkillHeld::skill);
        const bool enough = held != agent.skills.end() && held->level >= need.level;
        weakest = std::min(weakest, enough ? held->factor : parameters.relaxed_speed);
    }
    return agent.speed * weakest;
}

bool has_skills(const Agent& agent, const std::vector<SkillNeed>& needs, bool hard_only) {
    return std::ranges::all_of(needs, [&](const SkillNeed& need) {
        if (hard_only && !need.hard) return true;
        const auto held = std::ranges::find(agent.skills, need.skill, &SkillHeld::skill);
        return held != agent.skills.end() && held->level >= need.level;
    });
}

PriceTerms price_terms(const Parameters& parameters, const ChannelFacts& channel, const Item& item,
                       const Standing& standing, double rate, Instant now) {
    const Agent& agent = *standing.agent;
    const bool stranger = item.begun && item.previous != agent.id;
    const double context = stranger ? seconds(channel.context) : 0.0;
    const std::size_t items = standing.sessions.size() + (standing.asynchronous.empty() ? 0 : 1);
    PriceTerms terms;
    terms.wait_s = (first_reply_s(channel, item) + context) *
                   (1 + parameters.switch_loss * static_cast<double>(items)) / rate;
    if (channel.live) {
        terms.wait_s *= std::max(1.0, standing.attention_used + channel.attention);
    } else {
        for (const InHand& work : standing.asynchronous)
            terms.wait_s += rest_s(parameters, work, standing, now);
        terms.wait_s /= std::max(attention_left_min, 1.0 - standing.attention_used);
    }
    terms.risk = risk(parameters, item, now, terms.wait_s);
    terms.burden = parameters.burden * burden_of(parameters, channel, standing, now);
    terms.attention = parameters.attention_price *
                      (effort_s(channel, item) + context * channel.attention) / rate /
                      attention_unit_s;
    const auto abilities = static_cast<double>(std::max<std::size_t>(1, agent.languages.size()) *
                                               std::max<std::size_t>(1, agent.skills.size()));
    terms.spare =
        item.value * parameters.flexibility * std::min(1.0, (abilities - 1) / flexibility_unit);
    const double idle =
        agent.last_assigned == Instant{} ? 1.0 : seconds(now - agent.last_assigned) / idle_unit_s;
    terms.idle = -item.value * parameters.idle * std::clamp(idle, 0.0, 1.0);
    return terms;
}

}  // namespace routing
