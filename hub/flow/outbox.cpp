#include "hub/flow/outbox.hpp"

#include <algorithm>
#include <utility>

namespace flow {

using namespace model;

namespace {

constexpr std::size_t rows_per_look_max = 64;
constexpr auto look_again_after = std::chrono::minutes{10};  // a row that waits for a way out
constexpr auto tell_again_after = std::chrono::seconds{1};   // the store could not take it

}  // namespace

std::chrono::microseconds retry_delay(const RetryPolicy& policy, std::uint32_t attempts,
                                      double jitter) {
    std::chrono::microseconds delay = policy.first;
    for (std::uint32_t i = 1; i < attempts && delay < policy.most; ++i) delay *= 2;
    delay = std::min(delay, policy.most);
    return std::chrono::microseconds{
        static_cast<std::int64_t>(static_cast<double>(delay.count()) * (0.75 + 0.5 * jitter))};
}

void Outbox::look_at_all() {
    everything_ = true;
    look();
}

void Outbox::look() {
    for (RecordDelivery& command : std::exchange(untold_, {})) submit(std::move(command));
    look_again_ = true;
    if (looking_) return;
    looking_ = true;
    look_again_ = false;
    const Instant until = std::exchange(everything_, false) ? Instant::max() : world_.clock.now();
    world_.store.read([this, until](storage::Reader& reader) {
        auto rows = std::make_shared<std::vector<storage::OutboxRow>>(
            reader.outbox_due(until, rows_per_look_max));
        world_.post([this, rows] { take(std::move(*rows)); });
    });
}

void Outbox::take(std::vector<storage::OutboxRow> rows) {
    looking_ = false;
    // One message of a conversation at a time, the oldest first.
    std::ranges::sort(rows, {}, &storage::OutboxRow::id);
    const std::set<ConversationId> settled = std::exchange(settled_while_looking_, {});
    const Instant now = world_.clock.now();
    std::erase_if(rows, [now](const storage::OutboxRow& row) {
        return row.state == "held" && row.attempts == 0 && row.due_at > now;
    });
    for (const storage::OutboxRow& row : rows)
        if (!settled.contains(row.conversation) && busy_.insert(row.conversation).second)
            attempt(row);
    if (!settled.empty()) look_again_ = true;
    if (look_again_) return look();
    world_.set_timer(world_.clock.now() + std::chrono::seconds{15});
}

void Outbox::attempt(const storage::OutboxRow& row) {
    if (!world_.can_send())
        return settle(
            row,
            {connectors::OutcomeKind::not_configured,
             "sending mail is not configured: set [email] relay in the configuration and reload"});
    RecordDelivery sending;
    sending.conversation = row.conversation;
    sending.message = MessageId{row.id};
    sending.state = DeliveryState::sending;
    sending.attempts = row.attempts;
    // On record before anything leaves: what is taken back at this moment stays here.
    world_.runner.submit(sending, [this, row](const Answer& answer) {
        if (answer.ok()) return deliver(row);
        busy_.erase(row.conversation);
        world_.set_timer(world_.clock.now() + tell_again_after);
    });
}

void Outbox::deliver(const storage::OutboxRow& row) {
    world_.deliver(outbound_from(row.body), [this, row](connectors::Outcome outcome) {
        world_.post([this, row, outcome = std::move(outcome)] { settle(row, outcome); });
    });
}

void Outbox::settle(const storage::OutboxRow& row, const connectors::Outcome& outcome) {
    const Instant now = world_.clock.now();
    const std::uint32_t attempts = row.attempts + 1;
    switch (outcome.kind) {
        case connectors::OutcomeKind::sent:
            return record(row, DeliveryState::sent, {}, std::nullopt);
        case connectors::OutcomeKind::permanent:
            return record(row, DeliveryState::failed, outcome.reason, std::nullopt);
        // Mail may be sent again with the same Message-ID: the reader's side folds the copies.
        case connectors::OutcomeKind::unknown:
        case connectors::OutcomeKind::transient: {
            const Instant written = outbound_from(row.body).written_at;
            if (now - written > policy_.give_up_after)
                return record(row, DeliveryState::failed, "gave up after a week: " + outcome.reason,
                              std::nullopt);
            return record(row, DeliveryState::queued, outcome.reason,
                          now + retry_delay(policy_, attempts, world_.jitter()));
        }
        case connectors::OutcomeKind::not_configured:
            if (row.reason == outcome.reason) {
                busy_.erase(row.conversation);
                return;
            }  // said already; waits for a reload
            return record(row, DeliveryState::queued, outcome.reason, now + look_again_after);
    }
}

void Outbox::record(const storage::OutboxRow& row, DeliveryState state, const std::string& reason,
                    std::optional<Instant> retry_at) {
    RecordDelivery command;
    command.conversation = row.conversation;
    command.message = MessageId{row.id};
    command.state = state;
    command.reason = reason;
    command.retry_at = retry_at;
    command.attempts = row.attempts + (retry_at ? 1 : 0);
    submit(std::move(command));
}

// What became of a message is told until the log holds it: only then may its conversation go on.
void Outbox::submit(RecordDelivery command) {
    world_.runner.submit(command, [this, command](const Answer& answer) {
        if (answer.refusal == Refusal::busy || answer.refusal == Refusal::unavailable) {
            untold_.push_back(command);
            return world_.set_timer(world_.clock.now() + tell_again_after);
        }
        busy_.erase(command.conversation);
        if (looking_) settled_while_looking_.insert(command.conversation);
        look();
    });
}

}  // namespace flow
