// The desk runner: mailbox -> prefetch -> decide -> append -> answer and tell.
#pragma once

#include <deque>
#include <functional>

#include "hub/desk/desk.hpp"
#include "hub/feed/item.hpp"
#include "hub/runtime/clock.hpp"
#include "storage/storage.hpp"

namespace flow {

using Done = std::function<void(const model::Answer&)>;

class DeskRunner {
public:
    struct Options {
        std::size_t commands_waiting_max = 4096;  // beyond: answered `busy`
        // After a failed append the timer waits this long: a full disk is not asked without end.
        std::chrono::milliseconds store_retry_delay{1000};
    };
    struct World {
        storage::Store& store;
        const runtime::Clock& clock;
        std::function<void(std::function<void()>)> post;  // onto the desk loop, from any thread
        std::function<void(std::optional<model::Instant>)> set_timer;  // call `tick` then
        std::function<void(feed::ItemPtr)> tell;                       // committed: publish
        std::function<void()> told;  // a turn of commits is over: flush
        std::function<void()> outbox_changed;
        std::function<void(const desk::State&)>
            config_changed;  // after a commit that changed configuration
        std::function<void(const std::string&)> trouble;  // an append failed; for the log
    };

    DeskRunner(World world, Options options) : world_(std::move(world)), options_(options) {}

    // All on the desk loop.
    void start(std::function<void()> ready);
    void submit(model::Command command, Done done);
    void tick();  // the instant given to set_timer has come
    const desk::State& state() const { return state_; }
    std::size_t waiting() const { return mailbox_.size() + in_flight_.size(); }
    bool idle() const { return mailbox_.empty() && in_flight_.empty() && !restoring_; }
    model::Seq committed() const { return committed_; }

private:
    struct Pending {
        std::uint64_t id = 0;
        model::Command command;
        Done done;
        desk::Needs asked;
        desk::Loaded loaded;
        bool ready = false;
        model::Seq asked_at = 0;  // committed head when it was first asked for
    };
    struct InFlight {
        model::Answer answer;
        Done done;
        feed::ItemPtr item;
        bool outbox_changed = false;
        bool config_changed = false;
        model::Seq head = 0;
        bool appended = false;
    };

    void ask(Pending& pending, desk::Needs needs);
    void loaded(std::uint64_t id, std::uint64_t generation, desk::Loaded loaded);
    void pump();
    bool complete(Pending& pending);
    void decide_front();
    void appended(std::uint64_t generation, const storage::AppendResult& result);
    void settle(InFlight& entry);
    void restore(const std::string& why);
    void arm_timer();

    World world_;
    Options options_;
    desk::State state_;
    std::deque<Pending> mailbox_;
    std::deque<InFlight> in_flight_;
    std::uint64_t next_pending_ = 1;
    std::optional<model::Instant> failed_at_;  // the last append that failed
    std::uint64_t generation_ = 0;  // counts restores: callbacks of an earlier life are ignored
    model::Seq committed_ = 0;
    bool restoring_ = true;
    bool pumping_ = false;
    bool ticking_ = false;
    bool telling_ = false;
    std::optional<model::Instant> timer_;
};

}  // namespace flow
