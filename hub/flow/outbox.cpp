#include "hub/flow/outbox.hpp"

#include <algorithm>
#include <utility>

namespace flow {

using namespace model;

namespace {

constexpr std::size_t rows_per_look_max = 64;
constexpr auto look_again_after = std::chrono::minutes{10};  // a row that waits for a way out
constexpr auto look_at_least_every = std::chrono::seconds{15};
constexpr auto tell_again_after = std::chrono::seconds{1};  // the store could not take it

DeliveryState state_of(connectors::OutcomeKind kind) {
    switch (kind) {
        case connectors::OutcomeKind::sent:
            return DeliveryState::sent;
        case connectors::OutcomeKind::permanent:
            return DeliveryState::failed;
        case connectors::OutcomeKind::unknown:
            return DeliveryState::unknown;
        case connectors::OutcomeKind::transient:
        case connectors::OutcomeKind::not_configured:
            return DeliveryState::queued;
    }
    return DeliveryState::unknown;
}

const connectors::RecipientOutcome* failed_one(
    const std::vector<connectors::RecipientOutcome>& recipients) {
    const auto found = std::ranges::find(recipients, connectors::OutcomeKind::permanent,
                                         &connectors::RecipientOutcome::kind);
    return found == recipients.end() ? nullptr : &*found;
}

}  // namespace

std::vector<RecipientDelivery> recipients_of(const connectors::Outcome& outcome) {
    std::vector<RecipientDelivery> recipients;
    if (outcome.recipients.size() < 2) return recipients;
    for (const connectors::RecipientOutcome& one : outcome.recipients)
        recipients.push_back({one.address, state_of(one.kind), one.reason});
    return recipients;
}

Settled settled(const connectors::Outcome& outcome, bool may_go_on) {
    Settled what{state_of(outcome.kind), outcome.reason, false};
    if (what.state != DeliveryState::queued) return what;
    if (!may_go_on)
        return {DeliveryState::failed, "gave up after a week: " + outcome.reason, false};
    what.again = true;
    if (const auto* failed = failed_one(outcome.recipients)) {
        what.state = DeliveryState::failed;
        what.reason = failed->address + ": " + failed->reason + "; the others are tried again";
    }
    return what;
}

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
        std::optional<Instant> next;
        for (const storage::OutboxRow& row : reader.outbox_due(Instant::max(), rows_per_look_max))
            if (row.due_at > until && (!next || row.due_at < *next)) next = row.due_at;
        world_.post([this, rows, next] { take(std::move(*rows), next); });
    });
}

void Outbox::take(std::vector<storage::OutboxRow> rows, std::optional<Instant> next) {
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
    const Instant latest = world_.clock.now() + look_at_least_every;
    world_.set_timer(std::min(next.value_or(latest), latest));
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
    const connectors::Outbound outbound = outbound_from(row.body);
    const bool failed = failed_one(outbound.so_far) != nullptr;
    sending.state = failed ? DeliveryState::failed : DeliveryState::sending;
    sending.reason = failed ? row.reason : std::string{};
    sending.undecided = true;
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
    const bool configured = outcome.kind != connectors::OutcomeKind::not_configured;
    if (!configured && row.reason == outcome.reason) {
        busy_.erase(row.conversation);
        return;  // said already; waits for a reload
    }
    const Instant now = world_.clock.now();
    connectors::Outbound outbound = outbound_from(row.body);
    const bool may_go_on = !configured || now - outbound.written_at <= policy_.give_up_after;
    const Settled what = settled(outcome, may_go_on);
    RecordDelivery command;
    command.conversation = row.conversation;
    command.message = MessageId{row.id};
    command.state = what.state;
    command.reason = what.reason;
    command.recipients = recipients_of(outcome);
    if (!what.again)  // nobody waits any more
        for (RecipientDelivery& one : command.recipients)
            if (one.state == DeliveryState::queued) one.state = DeliveryState::failed;
    command.undecided = what.again;
    command.attempts = row.attempts + (what.again ? 1 : 0);
    if (what.again)
        command.retry_at = configured
                               ? now + retry_delay(policy_, row.attempts + 1, world_.jitter())
                               : now + look_again_after;
    if (what.again && !outcome.recipients.empty()) {
        outbound.so_far = outcome.recipients;
        command.rest = to_json(outbound);
    }
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
