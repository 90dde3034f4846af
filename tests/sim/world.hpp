// A simulated world: one workspace, its agents and customers, a store that may lose what it has not
// committed, and time moved by hand. Everything that happens follows from the seed.
#pragma once

#include <deque>
#include <memory>
#include <ostream>
#include <utility>

#include "hub/flow/desk_runner.hpp"
#include "hub/flow/outbox.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/sim/cast.hpp"
#include "tests/sim/console.hpp"
#include "tests/sim/ledger.hpp"

namespace sim {

// A store whose reads see their snapshot at once but whose continuations arrive late and in any
// order, as from a pool of reader threads.
class LateStore final : public storage::Store {
public:
    explicit LateStore(bool& reading) : reading_(reading) {}
    void append(storage::Batch batch, storage::AppendCallback done) override {
        inner.append(std::move(batch), std::move(done));
    }
    void read(std::function<void(storage::Reader&)> use) override {
        const bool before = std::exchange(reading_, true);
        inner.read(use);
        reading_ = before;
    }
    void clear_read_tables() override { inner.clear_read_tables(); }

    storage::MemoryStore inner{true};

private:
    bool& reading_;
};

class World {
public:
    World(std::uint64_t seed, std::ostream* trace);
    void play();  // throws Broken

private:
    // The machine: everything that waits is moved by these, one thing at a time.
    void boot();
    void crash();
    void post(std::function<void()> task);
    bool move();    // one thing happens; false when nothing waits
    void settle();  // until nothing waits
    bool due(const std::optional<Instant>& timer) const { return timer && *timer <= clock_.now(); }
    void deliver(connectors::Outbound outbound, std::function<void(connectors::Outcome)> done);
    void answer_delivery();
    void commit();
    void fail();

    // The script.
    void set_up();
    void step();
    void disturb();
    void submit(const Command& command);
    void answered(const Command& command, const Answer& answer);
    void note(const std::string& what);

    // The checks.
    void check_work_conserving() const;
    void check_everything();
    void check_deadlines() const;
    void check_consoles();

    struct Flight {
        connectors::Outbound outbound;
        std::function<void(connectors::Outcome)> done;
    };

    std::ostream* trace_;
    Cast cast_;
    Random random_;
    runtime::ManualClock clock_{Instant{std::chrono::seconds{1'790'000'000}}};
    bool reading_ = false;
    LateStore store_{reading_};
    std::deque<std::function<void()>> tasks_;
    std::vector<std::function<void()>> reads_;
    std::vector<Flight> flights_;
    std::optional<Instant> desk_timer_, outbox_timer_;
    std::unique_ptr<flow::DeskRunner> runner_;
    std::unique_ptr<flow::Outbox> outbox_;
    std::vector<std::unique_ptr<Console>> consoles_;
    Ledger ledger_;
};

// Throws Broken when two accounts of the same workspace differ. `right` has everything, `left` at
// least what is open.
void compare_states(const desk::State& left, const desk::State& right, const std::string& names);
// The same of what waits and of who works, once both are told what time it is.
void compare_routers(const desk::State& left, const desk::State& right, const std::string& names);
// The contacts of conversations: the log is right; the table has all of them, memory some.
void compare_contacts(storage::Reader& reader, const desk::State& live,
                      const desk::State& replayed);

}  // namespace sim
