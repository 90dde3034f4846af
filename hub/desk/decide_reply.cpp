// Decisions about what agents write, and about what became of it.
#include "hub/desk/decider.hpp"

namespace desk {

using namespace model;

bool Decider::repeated(const std::string& author, const std::string& client_id) {
    if (client_id.empty()) return false;
    const auto* known = state.operation(author, client_id);
    if (known == nullptr && !loaded_.repeat) return false;
    decision_.answer = known != nullptr ? *known : *loaded_.repeat;
    decision_.answer.repeated = true;
    return true;
}

void Decider::remember(const std::string& author, const std::string& client_id) {
    if (client_id.empty()) return;
    decision_.answer.seq = state.head;
    state.remember_operation(author, client_id, decision_.answer);
    decision_.batch.rows.push_back(
        storage::OperationRow{author, client_id, now, to_json(decision_.answer)});
}

Message Decider::written(const Agent& agent, const Conversation& conversation,
                         const std::string& text, const std::string& client_id, std::uint64_t id) {
    Message message;
    message.id = MessageId{id};
    message.conversation = conversation.id;
    message.number = conversation.message_count + 1;
    message.direction = Direction::out;
    message.author = {AuthorType::agent, number(agent.id), agent.name, agent.email};
    message.text = text;
    message.client_id = client_id;
    message.sent_at = now;
    message.received_at = now;
    return message;
}

// Policy: a reply is taken once per client id. It is refused as "newer" when somebody else's
// message or note arrived that the writer had not seen (UX-071). Answering what nobody owns takes
// it (UX-074). It ends the response clocks at this instant (S5) and reopens what was resolved.
void Decider::operator()(const SendReply& command) {
    const Agent* agent = acting(command.agent);
    if (agent == nullptr || repeated(author_of(command.agent), command.client_id)) return;
    const Conversation* conversation = visible(*agent, command.conversation);
    if (conversation == nullptr) return;
    if (command.text.empty() && command.attachments.empty())
        return refuse(Refusal::invalid, "an answer needs a text or a file", "text");
    const bool own_run = conversation->run_agent == agent->id;
    const std::uint32_t to_have_seen =
        own_run ? conversation->run_start - 1 : conversation->message_count;
    if (command.seen && *command.seen < to_have_seen) {
        refuse(Refusal::newer, "something was added after what you saw; read it, then send again");
        return;
    }
    const Conversation before = *conversation;
    Message message = written(*agent, before, command.text, command.client_id, fresh_id());
    message.visibility = Visibility::private_;
    message.to = {before.reply_address};
    message.external_id = command.external_id;
    if (before.channel == Channel::email)
        message.subject =
            before.subject.starts_with("Re:") ? before.subject : "Re: " + before.subject;
    for (const connectors::Attachment& attachment : command.attachments) {
        message.attachments.push_back({AttachmentId{fresh_id()},
                                       attachment.name,
                                       attachment.type,
                                       attachment.size,
                                       false,
                                       {},
                                       attachment.sha256});
        if (attachment.bytes)
            decision_.batch.blobs.push_back({attachment.sha256, attachment.bytes});
    }
    decision_.answer.id = number(message.id);
    decision_.answer.conversation = before.id;
    decision_.answer.number = message.number;
    emit(ReplyQueued{message}, before);
    answered(before.id, message.id, message.visibility == Visibility::public_);
    if (before.status != Status::open) change_status(before.id, Status::open);
    // A breach told just now may have moved it to another team.
    const Conversation& after = *state.conversation(before.id);
    if (!is_some(after.assignee)) assign(before.id, agent->id, after.team, AssignedBy::taking);
    if (before.channel == Channel::email) queue_mail(before, message, command);
    remember(author_of(command.agent), command.client_id);
}

void Decider::queue_mail(const Conversation& before, const Message& message,
                         const SendReply& command) {
    const Inbox& inbox = state.inboxes.at(before.inbox);
    connectors::Outbound outbound;
    outbound.message = number(message.id);
    outbound.conversation = number(before.id);
    outbound.inbox = before.inbox;
    outbound.channel = before.channel;
    outbound.from = {.kind = "email",
                     .value = inbox.address,
                     .name = message.author.name + " (" + inbox.name + ")"};
    outbound.to = message.to;
    outbound.subject = message.subject;
    outbound.text = message.text;
    for (const connectors::Attachment& attachment : command.attachments) {
        outbound.attachments.push_back(attachment);
        outbound.attachments.back().bytes = nullptr;
    }
    outbound.external_id = command.external_id;
    outbound.references = before.thread_ids;
    if (!before.thread_ids.empty()) outbound.in_reply_to = before.thread_ids.back();
    outbound.reply_to = command.reply_to;
    outbound.written_at = now;
    decision_.batch.rows.push_back(storage::OutboxRow{.id = outbound.message,
                                                      .conversation = before.id,
                                                      .due_at = now,
                                                      .attempts = 0,
                                                      .state = "queued",
                                                      .reason = {},
                                                      .body = to_json(outbound)});
    decision_.outbox_changed = true;
}

void Decider::operator()(const AddNote& command) {
    const Agent* agent = acting(command.agent);
    if (agent == nullptr || repeated(author_of(command.agent), command.client_id)) return;
    const Conversation* conversation = visible(*agent, command.conversation);
    if (conversation == nullptr) return;
    Message message = written(*agent, *conversation, command.text, command.client_id, fresh_id());
    message.visibility = Visibility::note;
    decision_.answer.id = number(message.id);
    decision_.answer.conversation = conversation->id;
    decision_.answer.number = message.number;
    emit(NoteAdded{std::move(message)}, *conversation);
    remember(author_of(command.agent), command.client_id);
}

// The outbox row follows the delivery: kept while there is something left to try, gone once it is
// decided.
void Decider::operator()(const RecordDelivery& command) {
    const Conversation* conversation = state.conversation(command.conversation);
    if (conversation == nullptr) {
        refuse(Refusal::not_found, "there is no conversation " + text_of(command.conversation));
        return;
    }
    emit(DeliveryChanged{command.message, command.state, command.reason}, *conversation);
    if (command.state == DeliveryState::failed) answer_undelivered(command.conversation);
    const bool decided =
        command.state != DeliveryState::queued && command.state != DeliveryState::sending;
    if (decided) decision_.batch.rows.push_back(storage::OutboxRemoval{number(command.message)});
    if (!decided && command.retry_at)
        decision_.batch.rows.push_back(storage::OutboxRetry{
            number(command.message), *command.retry_at, command.attempts, command.reason});
    decision_.outbox_changed = true;
}

}  // namespace desk
