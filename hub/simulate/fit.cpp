#include "hub/simulate/fit.hpp"

#include <algorithm>

#include "hub/simulate/player.hpp"
#include "routing/parameters.hpp"

namespace simulate {
namespace {

constexpr double gain_min = 0.002;  // a smaller gain is an accident of these days

double mean_cost(std::span<const Trace> traces, const routing::Parameters& parameters) {
    double sum = 0;
    for (const Trace& trace : traces) {
        Player player(trace, routing::Policy::index, parameters);
        const Played played = play(trace, [&](Millis at, const std::vector<FloorEvent>& events) {
            return player.answer(at, events);
        });
        sum += metrics_of(trace, played).cost;
    }
    return traces.empty() ? 0 : sum / static_cast<double>(traces.size());
}

}  // namespace

Fitted fit(std::span<const Trace> traces, routing::Parameters start, std::uint32_t rounds,
           const std::function<void(std::string_view, double, double)>& progress) {
    Fitted fitted{start, mean_cost(traces, start), 0, 1};
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
                const double cost = mean_cost(traces, tried);
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
