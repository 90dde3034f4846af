// Metrics of a played day. The objective is the cost: value x (late + late_rate x lateness/target),
// or value x abandon for a customer lost. Obligations whose due lies after the end are left out.
#pragma once

#include <array>

#include "hub/simulate/floor.hpp"

namespace simulate {

struct Share {
    std::uint32_t count = 0;
    std::uint32_t in_time = 0;
    double cost = 0;
};

struct Metrics {
    double cost = 0;
    double breach_cost = 0;
    double abandon_cost = 0;
    std::uint32_t obligations = 0;
    std::uint32_t censored = 0;       // open, due after the end
    double sla = 0;                   // in time / (in time + late + lost)
    double weighted_sla = 0;          // the same by value
    std::map<std::string, Share> by;  // "chat/*", "*/Buyer", "chat/Buyer", "*/p1", "*/frt"
    std::map<std::string, std::array<double, 3>> first_reply_s;  // p50, p90, p99 by channel
    std::map<std::string, double> abandoned;                     // share of first obligations
    double occupancy = 0;
    double occupancy_min = 0;
    double occupancy_max = 0;
    double same_agent = 0;
    double fairness = 1;  // Jain's index of occupancies
};

Metrics metrics_of(const Trace& trace, const Played& played);
std::string to_json(const Metrics& metrics);
std::string table_row(const std::string& name, const Metrics& metrics);
std::string table_head();

}  // namespace simulate
