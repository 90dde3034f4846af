#include "hub/simulate/fit.hpp"

#include <algorithm>

#include "hub/simulate/player.hpp"
#include "routing/parameters.hpp"

namespace simulate {
namespace {

constexpr double gain_min = 0.002;  // a smaller gain is an accident of these days

double mean_cost(std::span<const Trace> traces, const routing::Parameters& parameters,
                 const std::vector<routing::ChannelFacts>& known) {
    double sum = 0;
    for (const Trace& trace : traces) {
        Player player(trace, routing::Policy::index, parameters, known);
        const Played played = play(trace, [&](Millis at, const std::vector<FloorEvent>& events) {
            return player.answer(at, events);
        });
        sum += metrics_of(trace, played).cost;
    }
    return traces.empty() ? 0 : sum / static_cast<double>(traces.size());
}

std::chrono::microseconds from_ms(double ms) {
    return std::chrono::microseconds{static_cast<std::int64_t>(ms * 1000)};
}

}  // namespace

std::vector<routing::ChannelFacts> learn_channels(std::span<const Trace> traces) {
    struct Sum {
        double first = 0, work = 0, patience = 0;
        double firsts = 0, leaving = 0;
    };
    std::map<std::string, Sum> sums;
    for (const Trace& trace : traces)
        for (const TraceConversation& conversation : trace.conversations) {
            if (conversation.turns.empty()) continue;
            Sum& sum = sums[conversation.channel];
            sum.first += conversation.turns.front().first_ms;
            sum.work += conversation.turns.front().work_ms;
            sum.firsts += 1;
            if (!conversation.patience_ms) continue;
            sum.patience += static_cast<double>(*conversation.patience_ms);
            sum.leaving += 1;
        }
    std::vector<routing::ChannelFacts> learnt;
    for (const auto& [name, sum] : sums) {
        routing::ChannelFacts facts = routing::usual_channel(name);
        const auto channel = traces.front().channels.find(name);
        const bool live = channel != traces.front().channels.end() && channel->second.live;
        const double attention = live ? channel->second.effort : 1.0;
        facts.first_reply = from_ms(sum.first / sum.firsts);
        facts.effort = from_ms(sum.work / sum.firsts * attention);
        facts.patience =
            sum.leaving > 0 ? from_ms(sum.patience / sum.leaving) : std::chrono::microseconds{0};
        learnt.push_back(std::move(facts));
    }
    return learnt;
}

Fitted fit(std::span<const Trace> traces, routing::Parameters start,
           const std::vector<routing::ChannelFacts>& known, std::uint32_t rounds,
           const std::function<void(std::string_view, double, double)>& progress) {
    Fitted fitted{start, mean_cost(traces, start, known), 0, 1};
    fitted.cost_after = fitted.cost_before;
    double factor = 1.35;
    for (std::uint32_t round = 0; round < rounds; ++round, factor = 1 + (factor - 1) / 2)
        for (const routing::Knob& knob : routing::knobs()) {
            // The objective and what the floor states are not to be fitted.
            if (knob.name.starts_with("late_cost") || knob.name.starts_with("late_rate") ||
                knob.name == "leaving_cost" || knob.name == "switch_loss" ||
                knob.name == "relaxed_speed" || knob.name == "overflow_share")
                continue;
            for (const double step : {factor, 1 / factor}) {
                routing::Parameters tried = fitted.parameters;
                tried.*knob.member = std::clamp(tried.*knob.member * step, knob.low, knob.high);
                if (tried == fitted.parameters) continue;
                const double cost = mean_cost(traces, tried, known);
                ++fitted.plays;
                if (cost >= fitted.cost_after * (1 - gain_min)) continue;
                fitted.parameters = tried;
                fitted.cost_after = cost;
                progress(knob.name, tried.*knob.member, cost);
                break;
            }
        }
    return fitted;
}

}  // namespace simulate
