// A calendar asked minute by minute, for comparison with sla/: no interval arithmetic, no mapping
// of local time to instants, and offsets from the C library.
//
// Boundaries at changes of clocks (S4), without ever computing one: a window has opened once the
// wall has shown its opening time or a later one, and has closed once the wall has shown its
// closing time for the last time, or has skipped it. So a skipped time counts from the change, the
// first of two opening times opens and the second of two closing times closes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "sla/calendar.hpp"

namespace pure {

using Minute = std::int64_t;  // since 1970, UTC or on the wall

inline constexpr Minute day_minutes = 1440;

inline Minute floor_day(Minute minute) {
    return (minute >= 0 ? minute : minute - day_minutes + 1) / day_minutes;
}

// The C library's zone while it lives.
class LibraryZone {
public:
    explicit LibraryZone(const std::string& name) {
        setenv("TZ", (":" + name).c_str(), 1);
        tzset();
    }
    LibraryZone(const LibraryZone&) = delete;
    LibraryZone& operator=(const LibraryZone&) = delete;
    ~LibraryZone() {
        unsetenv("TZ");
        tzset();
    }
    std::int32_t offset_seconds(std::int64_t at_second) const {
        const auto at = static_cast<std::time_t>(at_second);
        std::tm local{};
        localtime_r(&at, &local);
        return static_cast<std::int32_t>(local.tm_gmtoff);
    }
};

// What the wall shows in every minute of a stretch of years.
class Wall {
public:
    Wall(const std::string& zone_name, Minute from, Minute to) : from_{from} {
        const LibraryZone library(zone_name);
        const auto count = static_cast<std::size_t>(to - from);
        std::vector<Minute> shown(count);
        constexpr Minute step = 60;
        for (Minute hour = 0; hour < to - from; hour += step) {
            const Minute last = std::min(hour + step, to - from) - 1;
            const bool same = library.offset_seconds((from + hour) * 60) ==
                              library.offset_seconds((from + last) * 60);
            const Minute offset = library.offset_seconds((from + hour) * 60) / 60;
            for (Minute i = hour; i <= last; ++i)
                shown[static_cast<std::size_t>(i)] =
                    from + i + (same ? offset : library.offset_seconds((from + i) * 60) / 60);
        }
        for (std::size_t i = 1; i < count; ++i)
            if (shown[i] != shown[i - 1] + 1) changes_.push_back(from + static_cast<Minute>(i));
        latest_ = shown;
        for (std::size_t i = 1; i < count; ++i) latest_[i] = std::max(latest_[i], latest_[i - 1]);
        soonest_ = std::move(shown);
        for (std::size_t i = count - 1; i-- > 0;)
            soonest_[i] = std::min(soonest_[i], soonest_[i + 1]);
    }

    // The latest time shown up to this minute, and the earliest shown from it on.
    Minute latest(Minute at) const { return latest_[static_cast<std::size_t>(at - from_)]; }
    Minute soonest(Minute at) const { return soonest_[static_cast<std::size_t>(at - from_)]; }
    Minute from() const { return from_; }
    Minute to() const { return from_ + static_cast<Minute>(latest_.size()); }
    const std::vector<Minute>& changes() const { return changes_; }

private:
    Minute from_;
    std::vector<Minute> latest_;
    std::vector<Minute> soonest_;
    std::vector<Minute> changes_;
};

// Whether the counter is open in one minute. Precondition: whole minutes in the calendar.
class MinuteOracle {
public:
    MinuteOracle(const Wall& wall, const sla::Calendar& calendar)
        : wall_{wall}, calendar_{calendar} {}

    bool is_open(Minute at) {
        const Minute latest = wall_.latest(at), soonest = wall_.soonest(at);
        const Minute soonest_next = wall_.soonest(at + 1);
        const Minute first = floor_day(soonest) - 1, last = floor_day(latest);
        if (first != first_ || last != last_) collect(first, last);
        for (const Stretch& window : windows_)
            if (latest >= window.open && (soonest < window.close || soonest_next <= window.close))
                return true;
        return false;
    }

private:
    struct Stretch {
        Minute open;
        Minute close;
    };

    void collect(Minute first, Minute last) {
        first_ = first;
        last_ = last;
        windows_.clear();
        for (Minute day = first; day <= last; ++day) {
            const std::chrono::year_month_day date{
                std::chrono::sys_days{std::chrono::days{static_cast<int>(day)}}};
            const auto dated = calendar_.exceptions.find(date);
            // Day 0 was a Thursday.
            const auto weekday = static_cast<std::size_t>((day + 3) % 7);
            const sla::Windows& windows =
                dated == calendar_.exceptions.end() ? calendar_.weekly.at(weekday) : dated->second;
            for (const sla::Window& window : windows) {
                const bool over_night = window.close_seconds <= window.open_seconds;
                windows_.push_back(
                    {day * day_minutes + window.open_seconds / 60,
                     (day + (over_night ? 1 : 0)) * day_minutes + window.close_seconds / 60});
            }
        }
    }

    const Wall& wall_;
    const sla::Calendar& calendar_;
    Minute first_ = 0;
    Minute last_ = -1;
    std::vector<Stretch> windows_;
};

}  // namespace pure
