// Decisions about what becomes of our messages once they are written.
#include <algorithm>

#include "hub/desk/answers.hpp"
#include "hub/desk/decider.hpp"

namespace desk {

using namespace model;

void Decider::operator()(const TakeBackReply& command) {
    const Agent* agent = acting(command.agent);
    const Conversation* conversation =
        agent == nullptr ? nullptr : visible(*agent, command.conversation);
    if (conversation == nullptr) return;
    if (!contains(conversation->held, command.message))
        return refuse(Refusal::gone, "it has left already, or was taken back before");
    emit(DeliveryChanged{.message = command.message,
                         .state = DeliveryState::taken_back,
                         .reason = "taken back by " + agent->name,
                         .recipients = {}},
         *conversation);
    answer_undelivered(command.conversation);
    decision_.batch.rows.push_back(storage::OutboxRemoval{number(command.message)});
    decision_.outbox_changed = true;
}

// Policy: the outbox row follows the delivery: kept while there is something left to try, gone once
// all is decided. What was planned answers at the moment it leaves (P2). One recipient who will
// never get it is enough for a message to have failed, and is told at once.
void Decider::operator()(const RecordDelivery& command) {
    const Conversation* conversation = state.conversation(command.conversation);
    if (conversation == nullptr) {
        // Nobody is left to tell: its row goes, and it does not leave.
        decision_.batch.rows.push_back(storage::OutboxRemoval{number(command.message)});
        return refuse(Refusal::gone,
                      "there is no conversation " + text_of(command.conversation) + " any more");
    }
    if (contains(conversation->taken_back, command.message))
        return refuse(Refusal::gone, "it was taken back");
    const bool waits = command.state == DeliveryState::queued;
    const bool departs = contains(conversation->planned, command.message) && !waits;
    // What a server gave back stays failed, whatever another one says of its own recipients.
    const auto returned =
        std::ranges::find(conversation->returned, command.message, &Returned::answer);
    const bool failed_before = returned != conversation->returned.end();
    DeliveryChanged change{command.message, command.state, command.reason, command.recipients};
    if (failed_before && change.state != DeliveryState::failed) {
        change.state = DeliveryState::failed;
        change.reason = returned->reason;
    }
    const bool failed = change.state == DeliveryState::failed;
    emit(std::move(change), *conversation);
    if (departs) answered(command.conversation, command.message, false);
    if (failed) answer_undelivered(command.conversation);
    const bool decided = !waits && command.state != DeliveryState::sending && !command.undecided;
    if (decided) decision_.batch.rows.push_back(storage::OutboxRemoval{number(command.message)});
    if (!decided && command.retry_at)
        decision_.batch.rows.push_back(storage::OutboxRetry{number(command.message),
                                                            *command.retry_at, command.attempts,
                                                            command.reason, command.rest});
    decision_.outbox_changed = true;
}

namespace {

std::string reason_of(const connectors::ReportedRecipient& recipient) {
    const bool failed = recipient.action == connectors::ReportAction::failed;
    std::string reason = failed ? "returned" : "delayed";
    if (!recipient.address.empty()) reason += " for " + recipient.address;
    if (!recipient.status.empty()) reason += ", status " + recipient.status;
    if (!recipient.reason.empty()) reason += ": " + recipient.reason;
    return reason;
}

DeliveryState state_of(connectors::ReportAction action) {
    switch (action) {
        case connectors::ReportAction::failed:
            return DeliveryState::failed;
        case connectors::ReportAction::delayed:
            return DeliveryState::sent;
        case connectors::ReportAction::delivered:
            return DeliveryState::delivered;
    }
    return DeliveryState::unknown;
}

}  // namespace

// Policy: one recipient who did not get it is enough for a message to have failed, and it stays so
// whatever is said of the others; a delay is only told.
void Decider::take_report(const connectors::Report& report, const Reported& reported) {
    using connectors::ReportAction;
    if (report.complaint || report.recipients.empty()) return;
    const auto worst =
        std::ranges::min_element(report.recipients, {}, &connectors::ReportedRecipient::action);
    DeliveryChanged change{
        .message = reported.message,
        .state = state_of(worst->action),
        .reason = worst->action == ReportAction::delivered ? std::string{} : reason_of(*worst),
        .recipients = {}};
    for (const connectors::ReportedRecipient& one : report.recipients)
        if (!one.address.empty())
            change.recipients.push_back({one.address, state_of(one.action), one.reason});
    const bool failed_before = reported.state == DeliveryState::failed;
    if (failed_before && change.state != DeliveryState::failed) {
        change.state = DeliveryState::failed;
        change.reason = reported.reason;
    }
    emit(std::move(change), *state.conversation(reported.conversation));
    if (worst->action == ReportAction::failed) answer_undelivered(reported.conversation);
}

}  // namespace desk
