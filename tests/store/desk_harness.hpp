// A desk over any store, run by the test's own thread: what the store's threads post waits in a
// queue until it is run.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>

#include "hub/flow/desk_runner.hpp"
#include "tests/sim/cast.hpp"
#include "tests/store/store_support.hpp"

namespace store_test {

class Desk {
public:
    explicit Desk(Store& store) : store_(store), runner_(world(), flow::DeskRunner::Options{}) {
        bool ready = false;
        runner_.start([&ready] { ready = true; });
        run_until([&ready] { return ready; });
    }
    ~Desk() {
        run_until([this] { return runner_.idle(); });
    }

    model::Answer ask(const model::Command& command) { return ask_all({command}).at(0); }

    // All are under way together; the answers come in the order of the commands.
    std::vector<model::Answer> ask_all(const std::vector<model::Command>& commands) {
        std::vector<model::Answer> answers(commands.size());
        std::size_t answered = 0;
        for (std::size_t i = 0; i < commands.size(); ++i)
            runner_.submit(commands[i], [&answers, &answered, i](const model::Answer& answer) {
                answers[i] = answer;
                ++answered;
            });
        run_until([&] { return answered == commands.size(); });
        return answers;
    }

    void pass(std::chrono::microseconds time) {
        clock_.advance(time);
        while (timer_ && *timer_ <= clock_.now()) {
            timer_.reset();
            runner_.tick();
            run_until([this] { return runner_.idle(); });
        }
    }
    model::Instant now() const { return clock_.now(); }

private:
    flow::DeskRunner::World world() {
        return {store_,
                clock_,
                [this](std::function<void()> task) {
                    const std::lock_guard lock(mutex_);
                    tasks_.push_back(std::move(task));
                    wakes_.notify_one();
                },
                [this](std::optional<model::Instant> at) { timer_ = at; },
                [](const feed::ItemPtr&) {},
                [] {},
                [] {},
                [](const desk::State&) {},
                [](const std::string&) {}};
    }

    template <class Reached>
    void run_until(Reached reached) {
        while (!reached()) {
            std::function<void()> task;
            {
                std::unique_lock lock(mutex_);
                wakes_.wait(lock, [this] { return !tasks_.empty(); });
                task = std::move(tasks_.front());
                tasks_.pop_front();
            }
            task();
        }
    }

    Store& store_;
    runtime::ManualClock clock_{at_second(0)};
    std::mutex mutex_;
    std::condition_variable wakes_;
    std::deque<std::function<void()>> tasks_;
    std::optional<model::Instant> timer_;
    flow::DeskRunner runner_;
};

// What became of the oldest reply that waits in the outbox.
inline std::optional<model::Command> random_delivery(Store& store, sim::Random& random) {
    const auto waiting = read(store, [](Reader& reader) { return reader.outbox(1); });
    if (waiting.empty()) return std::nullopt;
    static constexpr model::DeliveryState states[] = {
        model::DeliveryState::sending, model::DeliveryState::sent, model::DeliveryState::failed,
        model::DeliveryState::queued};
    model::RecordDelivery command;
    command.conversation = waiting[0].conversation;
    command.message = MessageId{waiting[0].id};
    command.state = states[random.below(4)];
    command.reason = random.one_in(2) ? "the relay's \"words\"" : "";
    if (command.state == model::DeliveryState::queued) command.retry_at = at_second(1'000'000);
    // Recipients follow from what was drawn already: equal seeds stay equal.
    if (!command.reason.empty())
        command.recipients = {{"lea@y.it", command.state, command.reason},
                              {"ada@y.it", model::DeliveryState::sent, ""}};
    return command;
}

// Plays a seeded workspace on the store. Equal seeds play the same commands on every engine.
inline void play(Store& store, std::uint64_t seed, int turns) {
    Desk desk(store);
    sim::Cast cast(seed);
    cast.set_up([&desk](const model::Command& command) { return desk.ask(command).id; });
    for (int turn = 0; turn < turns; ++turn) {
        std::vector<model::Command> commands;
        for (std::uint64_t count = 1 + cast.random().below(6); count > 0; --count)
            commands.push_back(cast.random_command(desk.now()));
        if (const auto delivery = random_delivery(store, cast.random()))
            commands.push_back(*delivery);
        for (const model::Answer& answer : desk.ask_all(commands)) cast.heard(answer);
        desk.pass(std::chrono::seconds{static_cast<std::int64_t>(cast.random().below(600))});
    }
}

}  // namespace store_test
