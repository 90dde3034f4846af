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

std::string answer_subject(const Conversation& conversation) {
    const bool first = conversation.message_count == 0;  // an agent writes first
    return first || conversation.subject.starts_with("Re:") ? conversation.subject
                                                            : "Re: " + conversation.subject;
}

namespace {

constexpr auto plan_ahead_max = std::chrono::days{366};

std::string sender_name(const Inbox& inbox, const Message& message) {
    if (message.author.type != AuthorType::agent || inbox.sender_name == SenderName::inbox)
        return inbox.name;
    if (inbox.sender_name == SenderName::agent) return message.author.name;
    return message.author.name + " (" + inbox.name + ")";
}

std::string html_escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '\n')
            out += "<br>\n";
        else
            out.push_back(c);
    }
    return out;
}

void sign(connectors::Outbound& outbound, const std::string& signature) {
    if (signature.empty()) return;
    outbound.text += "\n\n-- \n" + signature;
    if (!outbound.html.empty())
        outbound.html += "\n<p>-- <br>\n" + html_escaped(signature) + "</p>";
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
    if (!may_wait(command, mail)) return;
    const bool planned = command.send_at && *command.send_at > now;
    Message message = answer_message(*agent, before, command);
    for (const connectors::Attachment& attachment : command.attachments)
        if (attachment.bytes)
            decision_.batch.blobs.push_back({attachment.sha256, attachment.bytes});
    decision_.answer.id = number(message.id);
    decision_.answer.conversation = before.id;
    decision_.answer.number = message.number;
    const std::chrono::seconds undo{mail ? state.inboxes.at(before.inbox).undo_seconds : 0};
    auto held_until = undo.count() == 0 ? std::nullopt : std::optional{now + undo};
    if (planned) held_until = std::max(*command.send_at, now + undo);
    message.leaves_at = held_until;
    message.planned = planned;
    emit(ReplyQueued{message, held_until}, before);
    if (!planned) {
        answered(before.id, message.id, message.visibility == Visibility::public_);
        if (before.status != Status::open) change_status(before.id, Status::open);
    }
    // A breach told just now may have moved it to another team.
    const Conversation& after = *state.conversation(before.id);
    if (!is_some(after.assignee)) assign(before.id, agent->id, after.team, AssignedBy::taking);
    if (mail) queue_mail(before, message, command.reply_to, held_until);
    remember(author_of(command.agent), command.client_id);
}

// Whether it may leave when it says; refuses where not.
bool Decider::may_wait(const SendReply& command, bool mail) {
    if (!command.send_at || *command.send_at <= now) return true;
    if (!mail)
        refuse(Refusal::invalid, "only mail can be sent later", "send_at");
    else if (*command.send_at > now + plan_ahead_max)
        refuse(Refusal::invalid, "it can wait for a year at most; name an earlier time", "send_at");
    return decision_.answer.ok();
}

Message Decider::answer_message(const Agent& agent, const Conversation& before,
                                const SendReply& command) {
    const bool mail = before.channel == Channel::email;
    Message message = written(agent, before, command.text, command.client_id, fresh_id());
    message.visibility = Visibility::private_;
    message.html = command.html;
    message.to = command.to.empty() ? std::vector{before.reply_address} : command.to;
    message.cc = command.cc;
    message.bcc = command.bcc;
    message.external_id = command.external_id;
    if (mail) message.subject = answer_subject(before);
    for (const connectors::Attachment& attachment : command.attachments)
        message.attachments.push_back({AttachmentId{fresh_id()}, attachment.name, attachment.type,
                                       attachment.size, attachment.is_inline, attachment.content_id,
                                       attachment.sha256});
    return message;
}

void Decider::queue_mail(const Conversation& before, const Message& message,
                         const std::string& reply_to, std::optional<Instant> held_until) {
    const Inbox& inbox = state.inboxes.at(before.inbox);
    connectors::Outbound outbound;
    outbound.message = number(message.id);
    outbound.conversation = number(before.id);
    outbound.inbox = before.inbox;
    outbound.channel = before.channel;
    outbound.from = {.kind = "email", .value = inbox.address, .name = sender_name(inbox, message)};
    outbound.to = message.to;
    outbound.cc = message.cc;
    outbound.bcc = message.bcc;
    outbound.subject = message.subject;
    outbound.text = message.text;
    outbound.html = message.html;
    outbound.automatic = message.kind == MessageKind::auto_reply;
    if (!outbound.automatic) sign(outbound, inbox.signature);
    for (const Attachment& attachment : message.attachments)
        outbound.attachments.push_back({.name = attachment.name,
                                        .type = attachment.type,
                                        .sha256 = attachment.sha256,
                                        .size = attachment.size,
                                        .is_inline = attachment.is_inline,
                                        .content_id = attachment.content_id,
                                        .bytes = nullptr});
    outbound.external_id = message.external_id;
    outbound.references = before.thread_ids;
    if (!before.thread_ids.empty()) outbound.in_reply_to = before.thread_ids.back();
    outbound.reply_to = reply_to;
    outbound.written_at = message.planned ? *message.leaves_at : now;
    decision_.batch.rows.push_back(storage::OutboxRow{.id = outbound.message,
                                                      .conversation = before.id,
                                                      .due_at = held_until.value_or(now),
                                                      .attempts = 0,
                                                      .state = held_until ? "held" : "queued",
                                                      .reason = {},
                                                      .body = to_json(outbound)});
    decision_.outbox_changed = true;
}

// Whoever asked not to be contacted, or withdrew the consent to mail, is answered and no more.
bool Decider::may_be_written_to(const connectors::Address& address, const char* field) {
    const auto record = state.contact_of(address.kind, address.value);
    const Contact* person = record ? state.person(*record) : nullptr;
    if (person == nullptr) return true;
    const auto consents = view_of_person(*person).consents;
    const auto mail = consents.find("email");
    const bool withdrawn = mail != consents.end() && mail->second.state == ConsentState::withdrawn;
    if (!person->profile.do_not_contact && !withdrawn) return true;
    refuse(
        Refusal::forbidden,
        address.value +
            (withdrawn ? " withdrew the consent to be written to" : " asked not to be contacted") +
            "; change that on the contact's page first",
        field);
    return false;
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
    if (!may_wait(command.reply, true)) return;  // nothing is opened for what is not written
    const auto may_all = [this](const std::vector<connectors::Address>& list, const char* field) {
        return std::ranges::all_of(
            list, [&](const auto& address) { return may_be_written_to(address, field); });
    };
    const SendReply& mail = command.reply;
    if (!may_all(mail.to, "to") || !may_all(mail.cc, "cc") || !may_all(mail.bcc, "bcc")) return;
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

}  // namespace desk
