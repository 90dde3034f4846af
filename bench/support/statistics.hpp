// Numbers and the tables they are shown in.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start);
// The value below which `share` (0 to 1) of the samples lie; 0 without samples.
double percentile(std::vector<double> samples, double share);
double median(std::vector<double> samples);
// CPU seconds of this process, user and system.
double own_cpu_seconds();

std::string fixed(double value, int digits);

struct Row {
    std::string what;
    std::string value;
    std::string target;  // empty: only told
};
void print_table(const std::string& title, const std::vector<Row>& rows);
// "at most 0.25: met" or "at most 0.25: MISSED".
std::string at_most(double value, double target, int digits);
std::string at_least(double value, double target, int digits);

}  // namespace bench
