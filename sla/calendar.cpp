#include "sla/calendar.hpp"

#include <algorithm>

namespace sla {

Instant add_open_time(const Calendar&, Instant from, Span budget) {
    return from + budget;
}

Span open_time_between(const Calendar&, Instant from, Instant to) {
    return std::max(Span::zero(), to - from);
}

}  // namespace sla
