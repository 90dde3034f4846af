#include "hub/simulate/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace simulate {
namespace {

double percentile_s(std::vector<Millis> values, double share) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    const auto rank = static_cast<std::size_t>(
        std::max(0.0, std::ceil(share * static_cast<double>(values.size())) - 1));
    return static_cast<double>(values[rank]) / 1000;
}

struct Sums {
    double weight = 0;
    double weight_in_time = 0;
    std::uint32_t in_time = 0;
    std::map<std::string, std::vector<Millis>> first_replies;
    std::map<std::string, std::pair<std::uint32_t, std::uint32_t>> firsts;  // all, lost
};

void count(const Trace& trace, const Outcome& outcome, Metrics& metrics, Sums& sums) {
    if (outcome.kind == "frt") {
        auto& [all, lost] = sums.firsts[outcome.channel];
        ++all;
        lost += outcome.lost ? 1 : 0;
        if (outcome.met_ms)
            sums.first_replies[outcome.channel].push_back(*outcome.met_ms - outcome.created_ms);
    }
    if (!outcome.lost && !outcome.met_ms && outcome.due_ms > trace.end_ms) {
        ++metrics.censored;
        return;
    }
    const Millis met = outcome.met_ms.value_or(trace.end_ms);
    const bool in_time = !outcome.lost && met <= outcome.due_ms;
    double cost = 0;
    if (outcome.lost) {
        cost = outcome.value * trace.cost.abandon;
        metrics.abandon_cost += cost;
    } else if (!in_time) {
        const auto lateness =
            static_cast<double>(open_between(*outcome.calendar, outcome.due_ms, met));
        cost = outcome.value * (trace.cost.late + trace.cost.late_rate * lateness /
                                                      static_cast<double>(outcome.target_ms));
        metrics.breach_cost += cost;
    }
    metrics.cost += cost;
    ++metrics.obligations;
    sums.in_time += in_time ? 1 : 0;
    sums.weight += outcome.value;
    sums.weight_in_time += in_time ? outcome.value : 0;
    const std::string keys[] = {outcome.channel + "/*", "*/" + outcome.segment,
                                outcome.channel + "/" + outcome.segment,
                                "*/p" + std::to_string(outcome.priority), "*/" + outcome.kind};
    for (const std::string& key : keys) {
        Share& share = metrics.by[key];
        ++share.count;
        share.in_time += in_time ? 1 : 0;
        share.cost += cost;
    }
}

void count_agents(const Played& played, Metrics& metrics) {
    double sum = 0, squares = 0;
    std::size_t agents = 0;
    metrics.occupancy_min = 1e9;
    for (const AgentDay& day : played.agents) {
        if (day.on_shift_ms <= 0) continue;
        const double occupancy = day.used_ms / static_cast<double>(day.on_shift_ms);
        sum += occupancy;
        squares += occupancy * occupancy;
        ++agents;
        metrics.occupancy_min = std::min(metrics.occupancy_min, occupancy);
        metrics.occupancy_max = std::max(metrics.occupancy_max, occupancy);
    }
    if (agents == 0) return;
    metrics.occupancy = sum / static_cast<double>(agents);
    if (squares > 0) metrics.fairness = sum * sum / (static_cast<double>(agents) * squares);
}

}  // namespace

Metrics metrics_of(const Trace& trace, const Played& played) {
    Metrics metrics;
    Sums sums;
    for (const Outcome& outcome : played.outcomes) count(trace, outcome, metrics, sums);
    if (metrics.obligations > 0)
        metrics.sla = static_cast<double>(sums.in_time) / metrics.obligations;
    if (sums.weight > 0) metrics.weighted_sla = sums.weight_in_time / sums.weight;
    for (const auto& [channel, values] : sums.first_replies)
        metrics.first_reply_s[channel] = {percentile_s(values, 0.5), percentile_s(values, 0.9),
                                          percentile_s(values, 0.99)};
    for (const auto& [channel, counts] : sums.firsts)
        metrics.abandoned[channel] = static_cast<double>(counts.second) / counts.first;
    count_agents(played, metrics);
    if (played.later_items > 0)
        metrics.same_agent = static_cast<double>(played.same_agent) / played.later_items;
    return metrics;
}

std::string table_head() {
    return "policy          cost    wSLA    SLA  chat p50/p90/p99 s  left   occ  same agent  Jain  "
           "obligations";
}

std::string table_row(const std::string& name, const Metrics& metrics) {
    const auto chat = metrics.first_reply_s.contains("chat") ? metrics.first_reply_s.at("chat")
                                                             : std::array<double, 3>{};
    const double left = metrics.abandoned.contains("chat") ? metrics.abandoned.at("chat") : 0;
    std::array<char, 200> row;
    const int size = std::snprintf(
        row.data(), row.size(),
        "%-12s %7.0f  %5.1f%%  %5.1f%%  %5.0f /%4.0f /%5.0f  %4.1f%%  %4.1f%%  %8.1f%%  %.3f  %u",
        name.c_str(), metrics.cost, metrics.weighted_sla * 100, metrics.sla * 100, chat[0], chat[1],
        chat[2], left * 100, metrics.occupancy * 100, metrics.same_agent * 100, metrics.fairness,
        metrics.obligations);
    return {row.data(), static_cast<std::size_t>(size)};
}

}  // namespace simulate
