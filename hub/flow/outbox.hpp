// The outbox dispatcher: takes due rows, calls a connector, and brings the outcome back as a new
// command. One message of a conversation at a time, so that order holds. Lives on the desk loop.
#pragma once

#include <deque>
#include <functional>
#include <set>

#include "hub/flow/desk_runner.hpp"

namespace flow {

// How the recipients stand, as the log has it; none where there is only one.
std::vector<model::RecipientDelivery> recipients_of(const connectors::Outcome& outcome);

// What is recorded of an attempt's outcome. What is not sent yet is tried again, until a week is
// over; a recipient who will never get it makes the message failed at once. What ended nobody knows
// how is recorded as such when the channel will not try it again.
struct Settled {
    model::DeliveryState state = model::DeliveryState::sent;
    std::string reason;
    bool again = false;
};
Settled settled(const connectors::Outcome& outcome, bool may_go_on);

// Policy of retries: 1 min, then twice as long each time up to 6 h, with a quarter of jitter either
// way, for a week (about 35 attempts); then the message has failed. `jitter` is in [0, 1).
struct RetryPolicy {
    std::chrono::microseconds first = std::chrono::minutes{1};
    std::chrono::microseconds most = std::chrono::hours{6};
    std::chrono::microseconds give_up_after = std::chrono::days{7};
};
std::chrono::microseconds retry_delay(const RetryPolicy& policy, std::uint32_t attempts,
                                      double jitter);

class Outbox {
public:
    using Deliver =
        std::function<void(connectors::Outbound, std::function<void(connectors::Outcome)>)>;
    struct World {
        storage::Store& store;
        const runtime::Clock& clock;
        DeskRunner& runner;
        std::function<void(std::function<void()>)> post;  // onto the desk loop
        Deliver deliver;                                  // any thread may answer
        std::function<bool()> can_send;                   // a way out is configured
        std::function<void(model::Instant)> set_timer;    // call `look` then
        std::function<double()> jitter;
    };

    Outbox(World world, RetryPolicy policy) : world_(std::move(world)), policy_(policy) {}

    void look();         // something may be due
    void look_at_all();  // at start and after a reload: what waits may be sendable now
    std::size_t sending() const { return busy_.size(); }

private:
    // `next`: when the first of those that are not due will be.
    void take(std::vector<storage::OutboxRow> rows, std::optional<model::Instant> next);
    void attempt(const storage::OutboxRow& row);
    void deliver(const storage::OutboxRow& row);
    void settle(const storage::OutboxRow& row, const connectors::Outcome& outcome);
    void submit(model::RecordDelivery command);

    World world_;
    RetryPolicy policy_;
    std::set<model::ConversationId> busy_;
    std::set<model::ConversationId> settled_while_looking_;
    std::deque<model::RecordDelivery> untold_;  // the store could not take them yet
    bool looking_ = false;
    bool look_again_ = false;
    bool everything_ = false;
};

}  // namespace flow
