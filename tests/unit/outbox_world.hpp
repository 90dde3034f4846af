// The outbox with a world in memory: turns of the desk loop wait in a queue, so that a test decides
// their order.
#pragma once

#include <deque>

#include "hub/flow/outbox.hpp"
#include "tests/support/desk_fixture.hpp"

namespace support {

using namespace model;
using connectors::Outcome;

class OutboxWorld : public testing::Test {
protected:
    struct Attempt {
        connectors::Outbound outbound;
        std::function<void(Outcome)> done;
    };

    storage::MemoryStore store{true};
    runtime::ManualClock clock{opening};
    std::deque<std::function<void()>> turns;
    std::vector<Attempt> attempts;
    std::optional<Instant> timer;
    bool can_send = true;
    flow::DeskRunner runner{desk_world(), {}};
    flow::Outbox outbox{outbox_world(), {}};

    flow::DeskRunner::World desk_world() {
        return {.store = store,
                .clock = clock,
                .post = [this](std::function<void()> turn) { turns.push_back(std::move(turn)); },
                .set_timer = [](std::optional<Instant>) {},
                .tell = [](feed::ItemPtr) {},
                .told = [] {},
                .outbox_changed = [this] { outbox.look(); },
                .config_changed = [](const desk::State&) {},
                .trouble = [](const std::string&) {}};
    }
    flow::Outbox::World outbox_world() {
        return {.store = store,
                .clock = clock,
                .runner = runner,
                .post = [this](std::function<void()> turn) { turns.push_back(std::move(turn)); },
                .deliver =
                    [this](connectors::Outbound outbound, std::function<void(Outcome)> done) {
                        attempts.push_back({std::move(outbound), std::move(done)});
                    },
                .can_send = [this] { return can_send; },
                .set_timer = [this](Instant at) { timer = at; },
                .jitter = [] { return 0.5; }};
    }

    bool turn() {
        if (turns.empty()) return false;
        const auto next = std::move(turns.front());
        turns.pop_front();
        next();
        return true;
    }
    void settle_down() {
        while (turn() || store.commit_waiting(1) > 0) {
        }
    }
    Answer tell(Command command) {
        Answer answer;
        runner.submit(std::move(command), [&answer](const Answer& given) { answer = given; });
        settle_down();
        return answer;
    }
    void SetUp() override {
        runner.start(nullptr);
        settle_down();
        tell(SaveTeam{nobody, {service, "Service"}});
        Inbox inbox{
            .id = mail_inbox, .name = "Help", .address = "help@example.com", .team = service};
        tell(SaveInbox{nobody, inbox});
        tell(SaveAgent{nobody, agent_named(anna, "anna", Role::agent, {service}, 9), {}});
    }
    ConversationId conversation(const std::string& name) { return tell(mail(name)).conversation; }
    std::uint64_t write(ConversationId id) { return tell(reply(anna, id)).id; }
    void finish(std::size_t attempt, Outcome outcome) {
        attempts.at(attempt).done(std::move(outcome));
        settle_down();
    }
    void look_after(std::chrono::microseconds time) {
        clock.advance(time);
        outbox.look();
        settle_down();
    }
    std::vector<storage::OutboxRow> waiting() {
        std::vector<storage::OutboxRow> found;
        store.read([&found](storage::Reader& reader) { found = reader.outbox(100); });
        return found;
    }
    std::string delivery(std::uint64_t message) {
        std::string text;
        store.read([&](storage::Reader& reader) {
            const auto row = reader.message(MessageId{message});
            text = row ? row->delivery_state + ": " + row->delivery_reason : "missing";
        });
        return text;
    }
};

}  // namespace support
