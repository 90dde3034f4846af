#include "hub/simulate/trace.hpp"

#include <algorithm>

namespace simulate {

Millis add_open(const Spans& calendar, Millis at, Millis ms) {
    auto span =
        std::ranges::upper_bound(calendar, at, {}, [](const auto& one) { return one.second; });
    for (; span != calendar.end(); ++span) {
        const Millis start = std::max(span->first, at);
        if (ms <= span->second - start) return start + ms;
        ms -= span->second - start;
    }
    return never_ms;
}

Millis open_between(const Spans& calendar, Millis from, Millis to) {
    Millis open = 0;
    for (const auto& [start, end] : calendar)
        open += std::max<Millis>(0, std::min(to, end) - std::max(from, start));
    return open;
}

}  // namespace simulate
