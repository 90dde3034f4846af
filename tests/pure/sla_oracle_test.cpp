// Ten thousand random promises against a calendar that is asked minute by minute.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <sstream>

#include "minute_oracle.hpp"
#include "promises.hpp"

namespace {

using namespace pure;

constexpr int cases_per_zone = 1430;
constexpr std::array percents = {25U, 50U, 75U};

struct Break {
    Minute from;
    Minute to;
};

struct Case {
    Calendar calendar;
    Minute start = 0;
    Minute budget = 0;
    std::vector<Break> breaks;  // by their beginning; they may overlap, touch or be empty
};

Instant instant_of(Minute minute) {
    return Instant{std::chrono::minutes{minute}};
}

std::string told(const Case& one) {
    std::ostringstream out;
    const auto windows = [&out](const Windows& all) {
        for (const sla::Window& window : all)
            out << " " << window.open_seconds / 60 << "-" << window.close_seconds / 60;
        out << ";";
    };
    out << one.calendar.zone.name << " start " << text(instant_of(one.start)) << " budget "
        << one.budget << " min; weekly (minutes of the day):";
    for (const Windows& day : one.calendar.weekly) windows(day);
    for (const auto& [day, open] : one.calendar.exceptions) {
        out << " " << text(Instant{std::chrono::sys_days{day}}).substr(0, 10);
        windows(open);
    }
    for (const Break& pause : one.breaks)
        out << " paused " << text(instant_of(pause.from)) << " " << text(instant_of(pause.to));
    return out.str();
}

class Dice {
public:
    explicit Dice(std::uint64_t seed) : generator_{seed} {}

    Minute upto(Minute most) { return static_cast<Minute>(generator_() % (most + 1)); }
    bool once_in(Minute chances) { return upto(chances - 1) == 0; }

    Windows windows() {
        // Often in the small hours, where clocks change; often on round times, often not.
        const Minute last = once_in(2) ? 300 : day_minutes - 1;
        const Minute grain = once_in(2) ? 15 : 1;
        std::vector<Minute> bounds;
        const Minute count = upto(3);
        for (Minute i = 0; i < 2 * count; ++i) bounds.push_back(upto(last) / grain * grain);
        if (count > 0 && once_in(5)) bounds.push_back(0);
        if (count > 0 && once_in(5)) bounds.push_back(day_minutes);
        std::ranges::sort(bounds);
        const auto again = std::ranges::unique(bounds);
        bounds.erase(again.begin(), again.end());
        Windows all;
        for (std::size_t i = 0; i + 1 < bounds.size(); i += 2)
            all.push_back({static_cast<std::int32_t>(bounds[i] * 60),
                           static_cast<std::int32_t>(bounds[i + 1] * 60)});
        // Through the night; as late as its own opening, which makes a day of it.
        if (!all.empty() && once_in(3))
            all.back().close_seconds =
                static_cast<std::int32_t>(upto(all.back().open_seconds / 60) * 60);
        return all;
    }

    Case promise(const Wall& wall, const std::string& zone_name) {
        Case one;
        one.calendar = closed(zone_name);
        while (open_minutes(one.calendar) < 60)
            for (Windows& day : one.calendar.weekly)
                if (!once_in(3)) day = windows();
        constexpr Minute margin = 200 * day_minutes;
        one.start = wall.from() + 3 * day_minutes + upto(wall.to() - wall.from() - margin);
        if (!wall.changes().empty() && once_in(2)) near_a_change(wall, one);
        for (Minute count = upto(4); count > 0; --count) {
            const Minute day = floor_day(one.start) - 2 + upto(20);
            one.calendar.exceptions[std::chrono::sys_days{std::chrono::days{day}}] = windows();
        }
        // A whole number of minutes for every share.
        const Minute most =
            std::min<Minute>(once_in(3) ? 4000 : 900, 3 * open_minutes(one.calendar));
        one.budget = 4 + upto(most / 4) * 4;
        for (Minute count = upto(4); count > 0; --count) {
            const Minute from = one.start + upto(once_in(2) ? day_minutes : 8 * day_minutes);
            one.breaks.push_back({from, from + (once_in(6) ? 0 : upto(2 * day_minutes))});
            if (once_in(6)) one.breaks.push_back({one.breaks.back().to, one.breaks.back().to + 60});
        }
        std::ranges::sort(one.breaks, {}, &Break::from);
        return one;
    }

private:
    static Minute open_minutes(const Calendar& calendar) {
        Minute sum = 0;
        for (const Windows& day : calendar.weekly)
            for (const sla::Window& window : day) {
                const Minute length = (window.close_seconds - window.open_seconds) / 60;
                sum += length > 0 ? length : length + day_minutes;
            }
        return sum;
    }

    void near_a_change(const Wall& wall, Case& one) {
        const Minute change =
            wall.changes()[static_cast<std::size_t>(upto(std::ssize(wall.changes()) - 1))];
        const Minute start = change - day_minutes + upto(day_minutes + 180);
        const bool fits =
            start > wall.from() + 3 * day_minutes && start < wall.to() - 200 * day_minutes;
        if (fits) one.start = start;
    }

    std::mt19937_64 generator_;
};

// What the minutes say.
struct Expected {
    Minute due = 0;
    std::map<std::uint32_t, Minute> warnings;  // by their share
    Minute open = 0;                           // until due, paused or not
    bool crosses_a_change = false;
    bool was_paused = false;
};

Expected walk(const Wall& wall, const Case& one) {
    MinuteOracle oracle(wall, one.calendar);
    Expected expected;
    Minute used = 0, minute = one.start;
    for (; used < one.budget; ++minute) {
        if (!oracle.is_open(minute)) continue;
        ++expected.open;
        const bool paused = std::ranges::any_of(one.breaks, [minute](const Break& pause) {
            return minute >= pause.from && minute < pause.to;
        });
        expected.was_paused |= paused;
        if (paused) continue;
        ++used;
        for (const std::uint32_t percent : percents)
            if (used * 100 == one.budget * percent) expected.warnings[percent] = minute + 1;
    }
    expected.due = minute;
    expected.crosses_a_change = std::ranges::any_of(
        wall.changes(), [&](Minute change) { return change > one.start && change < minute; });
    return expected;
}

// The union of the breaks, as the desk sees them: it stands still once, however many reasons.
std::vector<Pause> pauses_of(const Case& one) {
    std::vector<Break> joined;
    for (const Break& pause : one.breaks)
        if (!joined.empty() && pause.from < joined.back().to)
            joined.back().to = std::max(joined.back().to, pause.to);
        else
            joined.push_back(pause);
    std::vector<Pause> pauses;
    for (const Break& pause : joined)
        pauses.push_back({instant_of(pause.from), instant_of(pause.to)});
    return pauses;
}

void compare_clock(const Case& one, const Expected& expected) {
    const std::vector<std::uint32_t> shares(percents.begin(), percents.end());
    const Clock fresh = started(one.calendar, instant_of(one.start), one.budget * 1min, shares);
    const std::vector<Pause> pauses = pauses_of(one);
    const Clock clock = with_pauses(fresh, one.calendar, pauses);
    ASSERT_EQ(text(sla::due_of(clock)), text(instant_of(expected.due)));
    ASSERT_EQ(text(sla::used_time(clock, one.calendar, instant_of(expected.due))),
              text(Span{one.budget * 1min}));
    // Shares passed before the last pause are told by then; the others stand where the minutes say.
    std::size_t still_to_come = 0;
    Instant planned_at = instant_of(one.start);
    for (const Pause& pause : pauses)
        if (pause.from < instant_of(expected.due)) planned_at = pause.from;
    for (const auto& [percent, minute] : expected.warnings)
        if (instant_of(minute) > planned_at) ++still_to_come;
    ASSERT_EQ(clock.warnings.size(), still_to_come);
    for (const sla::Warning& warning : clock.warnings)
        ASSERT_EQ(text(warning.at), text(instant_of(expected.warnings.at(warning.percent))))
            << warning.percent << " %";
}

void compare_calendar(const Wall& wall, const Case& one, const Expected& expected, Dice& dice) {
    ASSERT_EQ(
        text(sla::open_time_between(one.calendar, instant_of(one.start), instant_of(expected.due))),
        text(Span{expected.open * 1min}));
    MinuteOracle oracle(wall, one.calendar);
    Minute minute = one.start + dice.upto(expected.due - one.start);
    ASSERT_EQ(sla::is_open_at(one.calendar, instant_of(minute)), oracle.is_open(minute))
        << text(instant_of(minute));
    const Instant asked = instant_of(minute);
    while (!oracle.is_open(minute)) ++minute;
    ASSERT_EQ(text(sla::next_opening(one.calendar, asked)), text(instant_of(minute)))
        << "from " << text(asked);
}

class SlaOracle : public testing::TestWithParam<const char*> {};

void check_years(const std::string& zone_name, int first_year, int last_year, int cases) {
    const auto minute_of = [](int year) {
        const std::chrono::sys_days day{std::chrono::year{year} / 1 / 1};
        return std::chrono::duration_cast<std::chrono::minutes>(day.time_since_epoch()).count();
    };
    const Wall wall(zone_name, minute_of(first_year), minute_of(last_year + 1));
    auto seed = static_cast<std::uint64_t>(first_year);
    for (const char letter : zone_name) seed = seed * 31 + static_cast<unsigned char>(letter);
    Dice dice(seed);
    int crossing = 0, paused = 0;
    for (int i = 0; i < cases; ++i) {
        const Case one = dice.promise(wall, zone_name);
        SCOPED_TRACE("case " + std::to_string(i) + ": " + told(one));
        const auto fault = sla::fault_of(one.calendar, instant_of(one.start));
        ASSERT_FALSE(fault) << fault->place << ": " << fault->detail;
        const Expected expected = walk(wall, one);
        crossing += expected.crosses_a_change ? 1 : 0;
        paused += expected.was_paused ? 1 : 0;
        compare_clock(one, expected);
        compare_calendar(wall, one, expected, dice);
        if (testing::Test::HasFatalFailure()) return;
    }
    // The comparison is worth what it meets.
    EXPECT_GT(paused, cases / 4);
    if (!wall.changes().empty()) {
        EXPECT_GT(crossing, cases / 4);
    }
}

// Until 2011 St John's changed its clocks at one minute past midnight: a date occurred twice.
TEST_P(SlaOracle, agrees_to_the_minute_in_2009_to_2012) {
    check_years(GetParam(), 2009, 2012, cases_per_zone / 2);
}

TEST_P(SlaOracle, agrees_to_the_minute_in_2025_to_2028) {
    check_years(GetParam(), 2025, 2028, cases_per_zone / 2);
}

INSTANTIATE_TEST_SUITE_P(Zones, SlaOracle,
                         testing::Values("Europe/Rome", "America/New_York", "Australia/Sydney",
                                         "Asia/Kolkata", "America/St_Johns", "Africa/Casablanca",
                                         "UTC"),
                         [](const auto& one) {
                             std::string name = one.param;
                             std::ranges::replace(name, '/', '_');
                             return name;
                         });

}  // namespace
