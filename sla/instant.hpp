// Instants are UTC microseconds, spans are microseconds; both come from <chrono>.
#pragma once

#include <chrono>

namespace sla {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;
using Span = std::chrono::microseconds;

}  // namespace sla
