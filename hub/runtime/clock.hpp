// The door for time. Nothing else in the hub asks what time it is.
#pragma once

#include <chrono>

namespace runtime {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;

class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
public:
    Instant now() const override;
};

// Moved by hand, for tests and the simulator.
class ManualClock final : public Clock {
public:
    explicit ManualClock(Instant start) : now_(start) {}
    Instant now() const override { return now_; }
    void advance(std::chrono::microseconds by) { now_ += by; }
    void set(Instant to) { now_ = to; }

private:
    Instant now_;
};

}  // namespace runtime
