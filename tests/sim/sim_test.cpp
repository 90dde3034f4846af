// Two thousand small worlds. A seed that fails prints the command that plays it again, with a
// trace.
#include <gtest/gtest.h>

#include <cstdlib>
#include <future>
#include <iostream>

#include "tests/sim/world.hpp"

namespace {

constexpr std::uint64_t seeds = 2000;
constexpr std::size_t failures_shown_max = 5;

std::string why_broken(std::uint64_t seed, std::ostream* trace) {
    try {
        sim::World(seed, trace).play();
    } catch (const std::exception& broken) {
        return broken.what();
    }
    return "";
}

// Every second seed from `first` on.
std::vector<std::string> play_seeds(std::uint64_t first) {
    std::vector<std::string> broken;
    for (std::uint64_t seed = first; seed <= seeds && broken.size() < failures_shown_max; seed += 2)
        if (const std::string why = why_broken(seed, nullptr); !why.empty())
            broken.push_back(why + "\nagain, with a trace: SPORTELLO_SIM_SEED=" +
                             std::to_string(seed) + " " + SPORTELLO_BINARY_DIR +
                             "/tests/sim_tests --gtest_filter=Simulation.two_thousand_seeds");
    return broken;
}

TEST(Simulation, two_thousand_seeds) {
    if (const char* text = std::getenv("SPORTELLO_SIM_SEED")) {
        const std::string why = why_broken(std::strtoull(text, nullptr, 10), &std::cout);
        EXPECT_EQ(why, "");
        return;
    }
    // The worlds know nothing of each other: two threads share the seeds.
    auto even = std::async(std::launch::async, play_seeds, 2);
    std::vector<std::string> broken = play_seeds(1);
    for (std::string& why : even.get()) broken.push_back(std::move(why));
    for (const std::string& why : broken) ADD_FAILURE() << why;
}

}  // namespace
