// Two thousand small worlds. A seed that fails prints the command that plays it again, with a
// trace.
#include <gtest/gtest.h>

#include <cstdlib>
#include <future>
#include <iostream>
#include <utility>

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

// A desk whose reads are answered when the test says so.
class HeldDesk : public testing::Test {
protected:
    HeldDesk() {
        runner_.start([] {});
        run_all();
        for (const model::Command& command : configuration()) ask(command);
    }

    static std::vector<model::Command> configuration() {
        const model::AgentId program{};
        model::Inbox inbox;
        inbox.name = inbox.address = "help@x.it";
        sla::Policy policy;
        policy.name = "Quick";
        policy.targets = {{sla::Metric::first_response, std::chrono::minutes{10}, {}}};
        return {model::SaveTeam{program, {{}, "Support"}}, model::SaveInbox{program, inbox},
                model::SavePolicy{program, policy}};
    }
    model::ReceiveInbound mail(const std::string& id, std::vector<std::string> thread_ids = {}) {
        model::ReceiveInbound command;
        command.inbound.inbox = runner_.state().inboxes.begin()->first;
        command.inbound.sender = {.kind = "email", .value = id};
        command.inbound.external_id = command.inbound.receipt_key = id;
        command.inbound.thread_ids = std::move(thread_ids);
        return command;
    }
    // Answers come into `answers_` in their order.
    void submit(const model::Command& command) {
        runner_.submit(command,
                       [this](const model::Answer& answer) { answers_.push_back(answer); });
    }
    model::Answer ask(const model::Command& command) {
        submit(command);
        run_all();
        return answers_.back();
    }
    void run_tasks() {
        while (!tasks_.empty()) {
            const auto task = std::move(tasks_.front());
            tasks_.pop_front();
            task();
        }
    }
    void run_reads(std::vector<std::function<void()>> reads) {
        for (const auto& task : reads) task();
        run_tasks();
    }
    void commit() {
        store_.inner.commit_waiting(100);
        run_tasks();
    }
    void run_all() {
        for (run_tasks(); !reads_.empty() || store_.inner.waiting() > 0; commit())
            run_reads(std::exchange(reads_, {}));
    }

    bool reading_ = false;
    sim::LateStore store_{reading_};
    runtime::ManualClock clock_{model::Instant{std::chrono::seconds{1'790'000'000}}};
    std::deque<std::function<void()>> tasks_;
    std::vector<std::function<void()>> reads_;
    std::vector<model::Answer> answers_;
    std::optional<model::Instant> timer_;
    flow::DeskRunner runner_{
        {store_, clock_,
         [this](std::function<void()> task) {
             if (reading_)
                 reads_.push_back(std::move(task));
             else
                 tasks_.push_back(std::move(task));
         },
         [this](std::optional<model::Instant> at) { timer_ = at; }, [](const feed::ItemPtr&) {},
         [] {}, [] {}, [](const desk::State&) {}, [](const std::string&) {}},
        {}};
};

// Otherwise the timer fires at once, again and again, until the mailbox is full of it.
TEST_F(HeldDesk, an_instant_that_waits_its_turn_is_not_asked_for_again) {
    ask(mail("first@y.it"));
    ASSERT_TRUE(timer_);
    const auto* waiting = runner_.state().conversation(answers_.at(3).conversation);
    ASSERT_NE(waiting, nullptr);
    clock_.set(waiting->clocks.at(0).due_at + std::chrono::microseconds{1});
    submit(mail("second@y.it"));  // its read is held, so that nothing behind it is decided
    timer_.reset();
    runner_.tick();
    EXPECT_FALSE(timer_ && *timer_ <= clock_.now());
    EXPECT_EQ(runner_.waiting(), 2U);
    run_all();
    const auto* conversation = runner_.state().conversation(answers_.at(3).conversation);
    ASSERT_NE(conversation, nullptr);
    EXPECT_NE(conversation->clocks.at(0).state, sla::ClockState::running);
}

// A change of a contact waits behind a mail; what memory had when it came is gone when its turn
// comes.
TEST_F(HeldDesk, a_contact_that_was_forgotten_meanwhile_is_asked_for_again) {
    model::Agent agent;
    agent.name = "Anna";
    agent.email = "anna@x.it";
    const model::AgentId anna{ask(model::SaveAgent{{}, agent, ""}).id};
    submit(mail("begun@y.it"));
    run_reads(std::exchange(reads_, {}));
    submit(mail("other@y.it"));
    const auto reads_of_other = std::exchange(reads_, {});
    commit();
    const auto* conversation = runner_.state().conversation(answers_.at(4).conversation);
    ASSERT_NE(conversation, nullptr);
    const model::ContactId contact = conversation->contact;
    submit(mail("third@y.it"));
    const auto reads_of_third = std::exchange(reads_, {});
    submit(model::ChangeContact{anna, contact, {{"segment", "hotel"}}});
    run_reads(reads_of_other);
    commit();
    ASSERT_EQ(runner_.state().contact(contact), nullptr);
    run_reads(reads_of_third);
    run_all();
    ASSERT_EQ(answers_.size(), 8U);
    EXPECT_TRUE(answers_.at(7).ok()) << answers_.at(7).detail;
}

// Memory may forget, while a mail waits, the thread that it knew when the mail came.
TEST_F(HeldDesk, a_thread_that_was_forgotten_meanwhile_is_asked_for_again) {
    submit(mail("begun@y.it"));
    run_reads(std::exchange(reads_, {}));
    submit(mail("other@y.it"));  // asked for before the first is committed: memory keeps the first
    const auto reads_of_other = std::exchange(reads_, {});
    commit();
    auto again = mail("again@y.it", {"nobody@y.it", "begun@y.it"});
    again.inbound.sender.value = "begun@y.it";  // only who takes part may go on
    submit(again);
    const auto reads_of_again = std::exchange(reads_, {});
    run_reads(reads_of_other);
    commit();
    ASSERT_FALSE(runner_.state().thread(runner_.state().inboxes.begin()->first, "begun@y.it"));
    run_reads(reads_of_again);
    run_all();
    ASSERT_EQ(answers_.size(), 6U);
    EXPECT_EQ(answers_.at(5).conversation, answers_.at(3).conversation);
}

}  // namespace
