#include "hub/flow/desk_runner.hpp"

#include <algorithm>
#include <utility>

namespace flow {

using namespace model;

void DeskRunner::start(std::function<void()> ready) {
    restoring_ = true;
    world_.store.read(
        [this, ready = std::move(ready), generation = generation_](storage::Reader& reader) {
            auto restored = std::make_shared<desk::State>(desk::restore(reader));
            world_.post([this, restored, ready, generation] {
                if (generation != generation_) return;
                state_ = std::move(*restored);
                committed_ = state_.head;
                restoring_ = false;
                world_.config_changed(state_);
                for (Pending& pending : mailbox_) {
                    pending.loaded = {};
                    pending.asked = {};
                    pending.asked_at = committed_;
                    ask(pending, desk::needs_of(state_, pending.command));
                }
                // What fell due or free meanwhile is looked at once, after a failure in a moment.
                timer_ = failed_at_ ? *failed_at_ + options_.store_retry_delay : world_.clock.now();
                world_.set_timer(timer_);
                if (ready) ready();
                pump();
            });
        });
}

void DeskRunner::submit(Command command, Done done) {
    if (mailbox_.size() + in_flight_.size() >= options_.commands_waiting_max) {
        Answer busy;
        busy.refusal = Refusal::busy;
        busy.detail = "the desk is busy; try again in a moment";
        return done(busy);
    }
    Pending& pending = mailbox_.emplace_back();
    pending.id = next_pending_++;
    pending.command = std::move(command);
    pending.done = std::move(done);
    pending.asked_at = committed_;
    if (restoring_) return;
    ask(pending, desk::needs_of(state_, pending.command));
    pump();
}

void DeskRunner::ask(Pending& pending, desk::Needs needs) {
    if (needs.nothing()) {
        pending.ready = true;
        return;
    }
    pending.ready = false;
    pending.asked = needs;
    world_.store.read([this, id = pending.id, generation = generation_,
                       needs = std::move(needs)](storage::Reader& reader) {
        auto found = std::make_shared<desk::Loaded>(desk::load(reader, needs));
        world_.post([this, id, generation, found] { loaded(id, generation, std::move(*found)); });
    });
}

void DeskRunner::loaded(std::uint64_t id, std::uint64_t generation, desk::Loaded found) {
    if (generation != generation_) return;
    const auto pending = std::ranges::lower_bound(mailbox_, id, {}, &Pending::id);
    if (pending == mailbox_.end() || pending->id != id) return;
    pending->loaded = std::move(found);
    pending->ready = true;
    pump();
}

// True when everything the command needs now is in memory or was asked for. While it waited, memory
// may have forgotten what it had when the command came: then it is asked for again.
bool DeskRunner::complete(Pending& pending) {
    desk::adopt(state_, pending.loaded);
    desk::Needs now = desk::needs_of(state_, pending.command);
    const auto missing = [&](ConversationId id) {
        return std::ranges::find(pending.asked.conversations, id) ==
               pending.asked.conversations.end();
    };
    const bool again =
        (now.receipt && !pending.asked.receipt) || (now.operation && !pending.asked.operation) ||
        std::ranges::any_of(now.identities,
                            [&](const auto& identity) {
                                return std::ranges::find(pending.asked.identities, identity) ==
                                       pending.asked.identities.end();
                            }) ||
        std::ranges::any_of(now.threads,
                            [&](const auto& thread) {
                                return std::ranges::find(pending.asked.threads, thread) ==
                                       pending.asked.threads.end();
                            }) ||
        std::ranges::any_of(now.conversations, missing) ||
        std::ranges::any_of(now.contacts,
                            [&](ContactId id) {
                                return std::ranges::find(pending.asked.contacts, id) ==
                                       pending.asked.contacts.end();
                            }) ||
        (now.contact_of && !pending.asked.contact_of) || (now.report && !pending.asked.report);
    if (!again) return true;
    ask(pending, std::move(now));
    return false;
}

void DeskRunner::pump() {
    if (pumping_ || restoring_) return;
    pumping_ = true;
    while (!restoring_ && !mailbox_.empty() && mailbox_.front().ready && complete(mailbox_.front()))
        decide_front();
    pumping_ = false;
    if (!restoring_) arm_timer();
}

void DeskRunner::decide_front() {
    Pending pending = std::move(mailbox_.front());
    mailbox_.pop_front();
    desk::Decision decision =
        desk::decide(state_, pending.command, pending.loaded, world_.clock.now());
    InFlight entry;
    entry.answer = std::move(decision.answer);
    entry.done = std::move(pending.done);
    entry.head = state_.head;
    entry.outbox_changed = decision.outbox_changed;
    entry.appended = !decision.batch.events.empty() || !decision.batch.rows.empty();
    if (!decision.events.empty()) {
        entry.item = feed::render(state_, decision);
        entry.config_changed = std::ranges::any_of(
            decision.events, [](const Event& event) { return is_configuration(event.fact); });
    }
    // An answer without a batch may still speak of what is not committed yet: it waits for its
    // predecessors.
    if (!entry.appended && in_flight_.empty()) return settle(entry);
    const bool append = entry.appended;
    in_flight_.push_back(std::move(entry));
    if (append)
        world_.store.append(std::move(decision.batch), [this, generation = generation_](
                                                           const storage::AppendResult& result) {
            world_.post([this, generation, result] { appended(generation, result); });
        });
}

void DeskRunner::appended(std::uint64_t generation, const storage::AppendResult& result) {
    if (generation != generation_) return;
    if (result.error != storage::AppendError::none) return restore(result.detail);
    committed_ = std::max(committed_, result.head);
    failed_at_.reset();
    // The front is the batch that was answered; answers that waited for it follow.
    do {
        InFlight entry = std::move(in_flight_.front());
        in_flight_.pop_front();
        settle(entry);
    } while (!in_flight_.empty() && !in_flight_.front().appended);
    Seq safe = committed_;
    for (const Pending& pending : mailbox_) safe = std::min(safe, pending.asked_at);
    state_.forget(safe);
    if (std::exchange(telling_, true)) return;
    // Behind what the same commit has posted already: the items of one commit travel together.
    world_.post([this] {
        telling_ = false;
        world_.told();
    });
}

void DeskRunner::settle(InFlight& entry) {
    if (entry.item) world_.tell(entry.item);
    if (entry.config_changed) world_.config_changed(state_);
    if (entry.outbox_changed) world_.outbox_changed();
    entry.done(entry.answer);
}

// One recovery path, the same as at start-up: what memory holds may never have been written, so it
// is dropped. Everybody in flight hears that nothing was taken; commands that still wait are asked
// for and decided afresh.
void DeskRunner::restore(const std::string& why) {
    world_.trouble(why);
    failed_at_ = world_.clock.now();
    ++generation_;
    restoring_ = true;
    state_ = desk::State{};
    std::deque<InFlight> failed = std::exchange(in_flight_, {});
    for (InFlight& entry : failed) {
        Answer unavailable;
        unavailable.refusal = Refusal::unavailable;
        unavailable.detail = "the store could not take it; nothing was changed, try again";
        entry.done(unavailable);
    }
    start(nullptr);
}

void DeskRunner::tick() {
    timer_.reset();
    if (ticking_) return;  // the next is armed when it is done
    ticking_ = true;
    submit(TimeReached{}, [this](const Answer&) {
        ticking_ = false;
        arm_timer();
    });
}

void DeskRunner::arm_timer() {
    auto next = state_.next_wake();
    if (next && failed_at_) next = std::max(*next, *failed_at_ + options_.store_retry_delay);
    // What is set to come sooner arms the next itself when it comes.
    if (timer_ && next && *timer_ < *next) return;
    // While the command for an instant waits, the instant need not come again.
    if (ticking_ || next == timer_) return;
    timer_ = next;
    world_.set_timer(next);
}

}  // namespace flow
