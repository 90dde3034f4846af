#include "sla/calendar.hpp"

#include <gtest/gtest.h>

#include <random>

namespace {

using namespace std::chrono_literals;
using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;

sla::Instant at(int month_of_2026, unsigned day_of_month, std::chrono::minutes time) {
    return sys_days{year{2026} / month_of_2026 / day_of_month} + time;
}

TEST(Calendar, S2_always_open_time_is_elapsed_time) {
    const sla::Calendar calendar;
    EXPECT_EQ(sla::add_open_time(calendar, at(3, 17, 9h), 90min), at(3, 17, 10h + 30min));
    EXPECT_EQ(sla::open_time_between(calendar, at(3, 17, 9h), at(3, 17, 10h + 30min)), 90min);
}

TEST(Calendar, S2_a_day_across_the_change_of_clocks_has_24_elapsed_hours_E19) {
    // Saturday 28 March 20:00 in Rome is 19:00 UTC; the due instant is Sunday 21:00 there, 19:00
    // UTC.
    EXPECT_EQ(sla::add_open_time({}, at(3, 28, 19h), 24h), at(3, 29, 19h));
}

TEST(Calendar, no_budget_is_due_at_once) {
    EXPECT_EQ(sla::add_open_time({}, at(3, 17, 9h), 0us), at(3, 17, 9h));
}

TEST(Calendar, no_time_is_open_in_an_empty_or_reversed_interval) {
    EXPECT_EQ(sla::open_time_between({}, at(3, 17, 9h), at(3, 17, 9h)), 0us);
    EXPECT_EQ(sla::open_time_between({}, at(3, 17, 9h), at(3, 16, 9h)), 0us);
}

TEST(Calendar, S2_adding_and_measuring_are_inverse) {
    std::mt19937_64 generator{20260317};
    for (int round = 0; round < 1000; ++round) {
        const sla::Instant from =
            at(1, 1, 0min) + std::chrono::microseconds{generator() % 31'000'000'000'000};
        const sla::Span budget{generator() % 864'000'000'000};
        EXPECT_EQ(sla::open_time_between({}, from, sla::add_open_time({}, from, budget)), budget);
    }
}

TEST(Calendar, S2_budgets_add_up) {
    std::mt19937_64 generator{7};
    const sla::Instant from = at(3, 28, 19h);
    for (int round = 0; round < 1000; ++round) {
        const sla::Span first{generator() % 864'000'000'000};
        const sla::Span second{generator() % 864'000'000'000};
        EXPECT_EQ(sla::add_open_time({}, sla::add_open_time({}, from, first), second),
                  sla::add_open_time({}, from, first + second));
    }
}

}  // namespace
