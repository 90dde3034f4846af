#include "hub/runtime/clock.hpp"

namespace runtime {

Instant SystemClock::now() const {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace runtime
