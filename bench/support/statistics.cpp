#include "bench/support/statistics.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace bench {

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double percentile(std::vector<double> samples, double share) {
    if (samples.empty()) return 0;
    std::sort(samples.begin(), samples.end());
    const auto last = static_cast<double>(samples.size() - 1);
    return samples[static_cast<std::size_t>(share * last + 0.5)];
}

double median(std::vector<double> samples) {
    return percentile(std::move(samples), 0.5);
}

double own_cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string fixed(double value, int digits) {
    std::ostringstream out;
    out << std::fixed << std::setprecision(digits) << value;
    return out.str();
}

void print_table(const std::string& title, const std::vector<Row>& rows) {
    std::size_t width = 0;
    for (const Row& row : rows) width = std::max(width, row.what.size());
    std::cout << title << "\n";
    for (const Row& row : rows) {
        std::cout << "  " << std::left << std::setw(static_cast<int>(width) + 2) << row.what
                  << std::right << std::setw(12) << row.value;
        if (!row.target.empty()) std::cout << "   (" << row.target << ")";
        std::cout << "\n";
    }
    std::cout << std::flush;
}

std::string at_most(double value, double target, int digits) {
    return "at most " + fixed(target, digits) + (value <= target ? ": met" : ": MISSED");
}

std::string at_least(double value, double target, int digits) {
    return "at least " + fixed(target, digits) + (value >= target ? ": met" : ": MISSED");
}

}  // namespace bench
