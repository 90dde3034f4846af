// Decisions about what agents write, and about what became of it.
#include <algorithm>

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

namespace {

std::string answer_subject(const Conversation& conversation) {
    const bool first = conversation.message_count == 0;  // an agent writes first
    return first || conversation.subject.starts_with("Re:") ? conversation.subject
                                                            : "Re: " + conversation.subject;
}

bool works_in(const Agent& agent, const Inbox& inbox) {
    return agent.role == Role::supervisor || agent.role == Role::administrator ||
           std::ranges::find(agent.teams, inbox.team) != agent.teams.end() ||
           std::ranges::find(agent.inboxes, inbox.id) != agent.inboxes.end();
}

}  // namespace

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
    if (command.seen && *command.seen < to_have_seen)
        return refuse(Refusal::newer,
                      "something was added after what you saw; read it, then send again");
    const Conversation before = *conversation;
    const bool mail = before.channel == Channel::email;
    if (!mail && !(command.to.empty() && command.cc.empty() && command.bcc.empty()))
        return refuse(Refusal::invalid, "only mail has other recipients", "to");
    Message message = written(*agent, before, command.text, command.client_id, fresh_id());
    message.visibility = Visibility::private_;
    message.to = command.to.empty() ? std::vector{before.reply_address} : command.to;
    message.cc = command.cc;
    message.bcc = command.bcc;
    message.external_id = command.external_id;
    if (mail) message.subject = answer_subject(before);
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
    const std::uint32_t undo = mail ? state.inboxes.at(before.inbox).undo_seconds : 0;
    const auto held_until =
        undo == 0 ? std::nullopt : std::optional{now + std::chrono::seconds{undo}};
    emit(ReplyQueued{message, held_until}, before);
    answered(before.id, message.id, message.visibility == Visibility::public_);
    if (before.status != Status::open) change_status(before.id, Status::open);
    // A breach told just now may have moved it to another team.
    const Conversation& after = *state.conversation(before.id);
    if (!is_some(after.assignee)) assign(before.id, agent->id, after.team, AssignedBy::taking);
    if (mail) queue_mail(before, message, command, held_until);
    remember(author_of(command.agent), command.client_id);
}

void Decider::queue_mail(const Conversation& before, const Message& message,
                         const SendReply& command, std::optional<Instant> held_until) {
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
    outbound.cc = message.cc;
    outbound.bcc = message.bcc;
    outbound.subject = message.subject;
    outbound.text = message.text;
    if (!inbox.signature.empty()) outbound.text += "\n\n-- \n" + inbox.signature;
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
                                                      .due_at = held_until.value_or(now),
                                                      .attempts = 0,
                                                      .state = held_until ? "held" : "queued",
                                                      .reason = {},
                                                      .body = to_json(outbound)});
    decision_.outbox_changed = true;
}

// Policy: who writes first owns the conversation; nothing is promised to anybody by it.
void Decider::operator()(const StartConversation& command) {
    const Agent* agent = acting(command.reply.agent);
    if (agent == nullptr || repeated(author_of(agent->id), command.reply.client_id)) return;
    const auto inbox = state.inboxes.find(command.inbox);
    if (inbox == state.inboxes.end() || !works_in(*agent, inbox->second))
        return refuse(Refusal::not_found, "there is no inbox of yours with this id", "inbox_id");
    if (inbox->second.channel != Channel::email)
        return refuse(Refusal::invalid, "only an inbox for mail can write first", "inbox_id");
    if (command.reply.to.empty()) return refuse(Refusal::invalid, "name a recipient", "to");
    if (command.reply.text.empty() && command.reply.attachments.empty())
        return refuse(Refusal::invalid, "a mail needs a text or a file", "text");
    connectors::Inbound as_if;
    as_if.inbox = command.inbox;
    as_if.channel = Channel::email;
    as_if.subject = command.subject;
    as_if.sender = command.reply.to.front();
    const ContactId contact = find_or_create_contact(as_if.sender);
    SendReply reply = command.reply;
    reply.conversation = open_conversation(as_if, contact);
    assign(reply.conversation, agent->id, inbox->second.team, AssignedBy::taking);
    (*this)(reply);
}

void Decider::operator()(const TakeBackReply& command) {
    const Agent* agent = acting(command.agent);
    const Conversation* conversation =
        agent == nullptr ? nullptr : visible(*agent, command.conversation);
    if (conversation == nullptr) return;
    if (std::ranges::find(conversation->held, command.message) == conversation->held.end())
        return refuse(Refusal::gone, "it has left already, or was taken back before");
    emit(
        DeliveryChanged{command.message, DeliveryState::taken_back, "taken back by " + agent->name},
        *conversation);
    answer_undelivered(command.conversation);
    decision_.batch.rows.push_back(storage::OutboxRemoval{number(command.message)});
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
    const auto& back = conversation->taken_back;
    if (std::ranges::find(back, command.message) != back.end())
        return refuse(Refusal::gone, "it was taken back");
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
