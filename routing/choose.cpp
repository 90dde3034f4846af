// The two choices: the item for an agent whose room came free, the agent for an item that is looked
// at.
#include <algorithm>
#include <limits>

#include "routing/floor.hpp"

namespace routing {
namespace {

constexpr std::size_t runners_up_max = 3;
constexpr std::size_t listed_max = 24;  // agents told by name in a decision

double until_s(Instant at, Instant now) {
    return at == Instant::max() ? 1e9 : static_cast<double>((at - now).count()) * 1e-6;
}

std::vector<InHand> in_hand(const Router::Settings& settings, const std::vector<Held>& pool,
                            const Agent& agent) {
    std::vector<InHand> all;
    all.reserve(pool.size());
    for (const Held& one : pool)
        all.push_back({&settings.channels[one.channel], &one.item,
                       rate_of(settings.parameters, agent, one.item), one.since});
    return all;
}

// The order of agents for an item. Whoever lacks a skill comes last but under the index policy,
// which prices it; who knows the conversation comes first there too.
bool is_better(Policy policy, const Item& item, const Considered& left, const Considered& right) {
    if (policy == Policy::index) {
        const double one = left.price.price();
        const double other = right.price.price();
        return one != other ? one < other : left.agent < right.agent;
    }
    const bool left_knows = left.agent == item.previous;
    const bool right_knows = right.agent == item.previous;
    if (left_knows != right_knows) return left_knows;
    if (policy == Policy::least_loaded && left.load != right.load) return left.load < right.load;
    if (left.idle_since != right.idle_since) return left.idle_since < right.idle_since;
    return left.agent < right.agent;
}

}  // namespace

std::optional<AgentId> choose_again(const Decision& decision) {
    const Considered* best = nullptr;
    for (const Considered& one : decision.considered) {
        if (one.exclusion != Exclusion::none) continue;
        if (best == nullptr || one.price.price() < best->price.price() ||
            (one.price.price() == best->price.price() && one.agent < best->agent))
            best = &one;
    }
    return best == nullptr ? std::nullopt : std::optional{best->agent};
}

bool Router::Floor::may_serve(const Hands& hands, const EligibilityKey& key) const {
    if (key.kept != AgentId{} && key.kept != hands.agent.id) return false;
    if (!sees(hands.agent, key.team, key.overflowed)) return false;
    const auto& languages = hands.agent.languages;
    return key.language.empty() || languages.empty() ||
           std::ranges::find(languages, key.language) != languages.end();
}

Considered Router::Floor::considered(const Hands& hands, const Item& item,
                                     const EligibilityKey& key, Instant now) const {
    const auto index = static_cast<std::uint32_t>(
        std::ranges::find(settings.channels, item.channel, &ChannelFacts::name) -
        settings.channels.begin());
    const bool live = channel(index).live;
    Considered one;
    one.agent = hands.agent.id;
    one.exclusion = exclusion_of(hands, item, index, key, now);
    one.load = load(hands, live);
    one.capacity = live ? hands.agent.session_capacity : hands.agent.asynchronous_capacity;
    one.idle_since = hands.agent.last_assigned;
    if (one.exclusion != Exclusion::none || settings.policy != Policy::index) return one;
    const auto sessions = in_hand(settings, hands.sessions, hands.agent);
    const auto asynchronous = in_hand(settings, hands.asynchronous, hands.agent);
    one.price = price_terms(settings.parameters, channel(index), item,
                            {&hands.agent, sessions, asynchronous, attention_used(hands)},
                            rate_of(settings.parameters, hands.agent, item), now);
    return one;
}

// Everybody with room is priced. The others are told by name while they are few, and counted.
Decision Router::Floor::decide_agent(const Item& item, Instant now) const {
    Decision decision;
    decision.policy = settings.policy;
    decision.version = settings.version;
    const EligibilityKey key = eligibility_of(item, now);
    const auto known = std::ranges::find(settings.channels, item.channel, &ChannelFacts::name);
    const bool live = known != settings.channels.end() && known->live;
    std::vector<Considered> excluded;
    const auto look_at = [&](AgentId id) {
        Considered one = considered(agents.at(id), item, key, now);
        auto& into = one.exclusion == Exclusion::none ? decision.considered : excluded;
        into.push_back(std::move(one));
    };
    if (agents.size() <= listed_max)
        for (const auto& [id, hands] : agents) {
            if (item.team == TeamId{} || !hands.agent.teams.empty()) look_at(id);
        }
    else if (key.kept != AgentId{})
        look_at(key.kept);
    else
        for (const AgentId id : with_room[live ? 1 : 0]) look_at(id);
    std::ranges::sort(decision.considered, [&](const Considered& left, const Considered& right) {
        return is_better(settings.policy, item, left, right);
    });
    if (!decision.considered.empty()) decision.winner = decision.considered.front().agent;
    const std::size_t eligible = decision.considered.size();
    if (eligible > listed_max) decision.considered.resize(listed_max);
    decision.excluded = static_cast<std::uint32_t>(agents.size() - eligible);
    if (excluded.size() > listed_max) excluded.resize(listed_max);
    decision.considered.insert(decision.considered.end(), excluded.begin(), excluded.end());
    return decision;
}

std::optional<Assignment> Router::Floor::choose_agent(const Waiting& entry, Instant now) const {
    const std::size_t pool = channel(entry.lane->key.channel).live ? 1 : 0;
    if (with_room[pool].empty()) return std::nullopt;
    Decision decision = decide_agent(entry.item, now);
    if (!decision.winner) return std::nullopt;
    const AgentId agent = *decision.winner;
    return Assignment{entry.item.id, agent, std::move(decision)};
}

struct Contender {
    double index = 0;
    const Head* head = nullptr;
    IndexTerms terms;
};

// The larger index; under the other policies the earlier place, of the more urgent priority.
static bool comes_first(Policy policy, const Contender& left, const Contender& right) {
    if (policy == Policy::index && left.index != right.index) return left.index > right.index;
    if (policy == Policy::priority &&
        left.head->lane->key.priority != right.head->lane->key.priority)
        return left.head->lane->key.priority < right.head->lane->key.priority;
    return left.head->place < right.head->place;
}

// The best few, in order.
class Ranking {
public:
    Ranking(Policy policy, std::size_t most) : policy_(policy), most_(most) {}

    bool full() const { return best_.size() == most_; }
    bool beats_last(const Contender& one) const {
        return !full() || comes_first(policy_, one, best_.back());
    }
    double last_index() const { return best_.back().index; }
    const std::vector<Contender>& best() const { return best_; }
    void insert(Contender one) {
        if (full()) best_.pop_back();
        const auto after = std::ranges::find_if(
            best_, [&](const Contender& other) { return comes_first(policy_, one, other); });
        best_.insert(after, std::move(one));
    }

private:
    Policy policy_;
    std::size_t most_;
    std::vector<Contender> best_;
};

namespace {

// No index at this head exceeds it. Costs no exponential: exp(-y) <= 1 / (1 + y).
double bound_of(const Parameters& parameters, const Head& head, double slack_s) {
    constexpr double rounding = 1 + 1e-9;
    if (slack_s <= 0)
        return head.per_size * rounding *
               (urgency_of(parameters, head.live, slack_s, head.target_s) + head.leaving);
    const double tau = head.live ? parameters.tau_live : parameters.tau_asynchronous;
    const double y = std::max(0.0, slack_s - parameters.lookahead_s) / (tau * head.target_s);
    return head.per_size * rounding * (parameters.late_cost / (1 + y) + head.leaving);
}

}  // namespace

// Compares the heads of the lanes that the agent may serve; one whose bound is beaten is passed
// over unread.
void Router::Floor::rank_heads(const Hands& hands, const Eligibility& eligibility, Instant now,
                               const Rooms& rooms, Ranking& ranking) const {
    if (eligibility.heads.empty() || !may_serve(hands, eligibility.key)) return;
    const EligibilityKey& key = eligibility.key;
    if (!has_skills(hands.agent, key.skills, key.relaxed || key.kept != AgentId{})) return;
    const Parameters& parameters = settings.parameters;
    const double fit = has_skills(hands.agent, key.skills, false) ? 1.0 : parameters.relaxed_speed;
    const bool by_index = settings.policy == Policy::index;
    for (const Head& head : eligibility.heads) {
        const bool fits = head.weight == 1 ? rooms.of_one[head.live ? 1 : 0]
                                           : accepts(hands.agent, head.live) &&
                                                 room(hands, head.live, head.weight);
        if (!fits) continue;
        const double slack_s = by_index ? until_s(head.place.at, now) - head.first_reply_s : 0;
        if (by_index && ranking.full() &&
            bound_of(parameters, head, slack_s) * fit < ranking.last_index())
            continue;
        Contender one{0, &head, head.lane->still};
        if (by_index) {
            one.terms.slack_s = slack_s;
            one.terms.urgency = urgency_of(parameters, head.live, slack_s, head.target_s);
            one.terms.fit = fit;
            one.index = one.terms.index();
        }
        if (!ranking.beats_last(one)) continue;
        // Shift ends and exclusions belong to single items: asked last, they are dear.
        const Item& item = waiting.at(head.place.item).item;
        const auto out = item.excluded.find(hands.agent.id);
        const bool excluded = out != item.excluded.end() && out->second > now;
        if (excluded || !fits_shift(hands, item, head.lane->key.channel, now)) continue;
        ranking.insert(std::move(one));
    }
}

std::vector<RunnerUp> Router::Floor::best_items(const Hands& hands, std::size_t most,
                                                Instant now) const {
    Ranking ranking(settings.policy, most);
    const Rooms rooms{{accepts(hands.agent, false) && room(hands, false, 1),
                       accepts(hands.agent, true) && room(hands, true, 1)}};
    for (const auto& [key, eligibility] : eligibilities)
        rank_heads(hands, *eligibility, now, rooms, ranking);
    if (const auto own = kept.find(hands.agent.id); own != kept.end())
        for (const auto& [key, eligibility] : own->second)
            rank_heads(hands, *eligibility, now, rooms, ranking);
    std::vector<RunnerUp> items;
    for (const Contender& one : ranking.best())
        items.push_back(
            {one.head->place.item, waiting.at(one.head->place.item).item.due_at, one.terms});
    return items;
}

std::optional<Assignment> Router::Floor::choose_item(const Hands& hands, Instant now) const {
    std::vector<RunnerUp> best = best_items(hands, 1 + runners_up_max, now);
    if (best.empty()) return std::nullopt;
    const Item& item = waiting.at(best.front().item).item;
    Decision decision;
    decision.policy = settings.policy;
    decision.version = settings.version;
    decision.winner = hands.agent.id;
    decision.waiting = std::move(best);
    decision.considered.push_back(considered(hands, item, eligibility_of(item, now), now));
    return Assignment{item.id, hands.agent.id, std::move(decision)};
}

}  // namespace routing
