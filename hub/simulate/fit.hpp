// Fitting: parameters that would have cost a floor's own days least.
#pragma once

#include "hub/simulate/metrics.hpp"
#include "routing/routing.hpp"

namespace simulate {

struct Fitted {
    routing::Parameters parameters;
    double cost_before = 0;  // mean over the traces
    double cost_after = 0;
    std::uint32_t plays = 0;
};

// Steps each parameter up and down by a factor while the mean cost falls; deterministic. `rounds`
// of ever smaller steps. Prefer several days: a parameter fitted to one day fits its accidents.
Fitted fit(std::span<const Trace> traces, routing::Parameters start, std::uint32_t rounds,
           const std::function<void(std::string_view, double, double)>& progress);

}  // namespace simulate
