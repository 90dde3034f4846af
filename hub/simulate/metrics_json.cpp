#include <nlohmann/json.hpp>

#include "hub/simulate/metrics.hpp"

namespace simulate {

std::string to_json(const Metrics& metrics) {
    using Json = nlohmann::ordered_json;
    Json by = Json::object();
    for (const auto& [key, share] : metrics.by)
        by[key] = {{"count", share.count},
                   {"attainment", static_cast<double>(share.in_time) / share.count},
                   {"cost", share.cost}};
    Json replies = Json::object();
    for (const auto& [channel, values] : metrics.first_reply_s)
        replies[channel] = {{"p50", values[0]}, {"p90", values[1]}, {"p99", values[2]}};
    const Json json = {{"cost", metrics.cost},
                       {"breach_cost", metrics.breach_cost},
                       {"abandon_cost", metrics.abandon_cost},
                       {"obligations", metrics.obligations},
                       {"censored", metrics.censored},
                       {"sla", metrics.sla},
                       {"weighted_sla", metrics.weighted_sla},
                       {"by", std::move(by)},
                       {"first_reply_s", std::move(replies)},
                       {"abandoned", metrics.abandoned},
                       {"occupancy", metrics.occupancy},
                       {"occupancy_min", metrics.occupancy_min},
                       {"occupancy_max", metrics.occupancy_max},
                       {"same_agent", metrics.same_agent},
                       {"fairness", metrics.fairness}};
    return json.dump(1);
}

}  // namespace simulate
