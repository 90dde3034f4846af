// Decisions about what customers send: which contact, which conversation, what is due, who takes
// it.
#include <algorithm>

#include "hub/desk/decider.hpp"
#include "hub/desk/participants.hpp"

namespace desk {

using namespace model;

// Policy: an inbound item is taken once. It goes into the conversation that its reply token or its
// thread ids prove, else, for chat, into the visitor's open conversation; else it opens a new one.
// What comes from an address of our own inboxes is an echo: shown, and nothing more.
// A customer's message reopens what was resolved, snoozed or pending. Automatic mail (auto-replies,
// bounces) is stored and shown, but reopens nothing, starts no clock and is never routed. A report
// about a message of ours belongs to that message, whoever sent it.
void Decider::operator()(const ReceiveInbound& command) {
    const connectors::Inbound& inbound = command.inbound;
    keep_cursor(inbound.cursor);
    if (state.inboxes.contains(inbound.inbox)) release(command.quarantined);
    const auto* repeat = state.receipt(inbound.inbox, inbound.receipt_key);
    if (repeat != nullptr || loaded_.repeat) {
        decision_.answer = repeat != nullptr ? *repeat : *loaded_.repeat;
        decision_.answer.repeated = true;
        return;
    }
    if (!state.inboxes.contains(inbound.inbox)) {
        refuse(Refusal::not_found, "there is no inbox " + text_of(inbound.inbox), "inbox_id");
        return;
    }
    const Conversation* found =
        loaded_.reported ? state.conversation(loaded_.reported->conversation) : nullptr;
    const ContactId contact =
        found != nullptr ? found->contact : find_or_create_contact(inbound.sender);
    actor_ = {AuthorType::contact, number(contact)};
    if (found == nullptr) found = find_conversation(inbound, contact);
    const bool fresh = found == nullptr;
    const ConversationId id = fresh ? open_conversation(inbound, contact) : found->id;

    const Conversation& known = *state.conversation(id);
    const bool was_open = known.status == Status::open;
    const bool keeps = keeps_owner(known);
    const bool unwanted = known.is_spam || known.profile.blocked;
    Message message = inbound_message(command, id);
    Answer& answer = decision_.answer;
    answer.id = number(message.id);
    answer.conversation = id;
    answer.number = message.number;
    // P6: what robots and blocked senders write is kept and shown, and moves nothing.
    const bool moves = message.kind == MessageKind::message && !unwanted;
    const Instant asked = message.received_at;
    emit(MessageReceived{std::move(message), inbound.thread_ids, inbound.receipt_key},
         *state.conversation(id));

    if (loaded_.reported && id == loaded_.reported->conversation)
        take_report(*inbound.report, *loaded_.reported);
    if (fresh) apply_rules(id, inbound);
    if (moves) {
        if (!was_open) change_status(id, Status::open);
        customer_asked(id, inbound.is_public, asked);
        if (is_some(known.assignee) && !keeps)
            assign(id, AgentId{}, known.team, AssignedBy::leaving);
        if (inbound.channel == Channel::email) answer_automatically(inbound, id, fresh);
    }
    if (inbound.raw) decision_.batch.blobs.push_back({inbound.raw_sha256, inbound.raw});
    for (const connectors::Attachment& attachment : inbound.attachments)
        if (attachment.bytes)
            decision_.batch.blobs.push_back({attachment.sha256, attachment.bytes});
    answer.seq = state.head;
    state.remember_receipt(inbound.inbox, inbound.receipt_key, answer);
}

ContactId Decider::find_or_create_contact(const connectors::Address& sender) {
    if (const auto known = state.contact_of(sender.kind, sender.value)) {
        learn_name(*known, sender.name);
        return *known;
    }
    const ContactId id{fresh_id()};
    emit(ContactCreated{sender.name.empty() ? sender.value : sender.name}, id);
    emit(IdentityAdded{{sender.kind, sender.value, sender.verified}}, id);
    return id;
}

// A name learnt later replaces the address that stood in for it.
void Decider::learn_name(ContactId record, const std::string& name) {
    const Contact& contact = *state.contact(record);
    const Fields& fields = contact.fields;
    const bool is_address = std::ranges::any_of(
        contact.identities, [&name](const Identity& one) { return one.value == name; });
    const bool has_name =
        fields.contains("name") || fields.contains("given_name") || fields.contains("family_name");
    if (name.empty() || is_address || has_name) return;
    ContactFieldsChanged learnt;
    learnt.fields["name"] = {name, Source::channel, {}, now};
    emit(std::move(learnt), record);
    settle_person(record);
}

bool Decider::is_own_address(const connectors::Address& address) const {
    return address.kind == "email" && std::ranges::any_of(state.inboxes, [&](const auto& one) {
               return one.second.channel == Channel::email && one.second.address == address.value;
           });
}

const Conversation* Decider::find_conversation(const connectors::Inbound& inbound,
                                               ContactId contact) {
    const auto usable = [&](ConversationId id) -> const Conversation* {
        const Conversation* conversation = state.conversation(id);
        // S9: a message that comes later begins a new conversation.
        const bool fits = conversation != nullptr && conversation->inbox == inbound.inbox &&
                          !(conversation->resolved_at &&
                            now - *conversation->resolved_at >
                                std::chrono::days{state.routing_settings.reopen_days});
        return fits ? conversation : nullptr;
    };
    if (inbound.token_conversation != 0)
        if (const auto* found = usable(ConversationId{inbound.token_conversation})) return found;
    for (const std::string& id : thread_evidence(inbound)) {
        auto known = state.thread(inbound.inbox, id);
        if (const auto stored = loaded_.threads.find(id); !known && stored != loaded_.threads.end())
            known = stored->second;
        if (!known) continue;
        const Conversation* found = usable(*known);
        // Programs that give all their mails one Message-ID do not mean one conversation.
        const bool own = id == inbound.external_id;
        if (own && found != nullptr &&
            std::ranges::find(found->thread_ids, id) != found->thread_ids.end())
            continue;
        if (found != nullptr && may_join(*found, inbound.sender, contact)) return found;
        if (found != nullptr && !is_some(asks_to_join_)) asks_to_join_ = found->id;
    }
    if (inbound.channel != Channel::chat) return nullptr;
    const auto open = state.open_chat(contact, inbound.inbox);
    return open ? state.conversation(*open) : nullptr;
}

// Policy: ids travel in forwarded mail and can be guessed, so they alone let nobody in. Whoever
// wrote or was written to may go on; others get a conversation of their own that asks to join.
bool Decider::may_join(const Conversation& conversation, const connectors::Address& sender,
                       ContactId contact) const {
    const auto& participants = conversation.participants;
    return sender.kind != "email" || state.same_person(contact, conversation.contact) ||
           std::ranges::find(participants, sender.value) != participants.end();
}

void Decider::operator()(const AdmitSender& command) {
    const Agent* agent = acting(command.agent);
    const Conversation* asking = agent == nullptr ? nullptr : visible(*agent, command.conversation);
    if (asking == nullptr) return;
    if (!is_some(asking->asks_to_join))
        return refuse(Refusal::invalid, "this conversation does not ask to join another");
    const Conversation* joined = visible(*agent, asking->asks_to_join);
    if (joined == nullptr) return;
    decision_.answer.conversation = joined->id;
    // Who wrote is the first of those who take part in it.
    const std::string address =
        asking->participants.empty() ? asking->reply_address.value : asking->participants.front();
    if (std::ranges::find(joined->participants, address) == joined->participants.end())
        emit(SenderAdmitted{address}, *joined);
}

ConversationId Decider::open_conversation(const connectors::Inbound& inbound, ContactId contact) {
    const Inbox& inbox = state.inboxes.at(inbound.inbox);
    const ConversationId id{fresh_id()};
    emit(ConversationOpened{.number = state.next_number,
                            .inbox = inbound.inbox,
                            .channel = inbound.channel,
                            .team = inbox.team,
                            .subject = inbound.subject,
                            .reply_address = answer_address(state, inbound),
                            .asks_to_join = asks_to_join_},
         contact, id);
    return id;
}

// S21: our receipt counts. The provider's does where it is a little earlier, or where nobody was
// there to take the item: the customer waits since then. Never before what stands in the thread.
Instant Decider::asked_at(const connectors::Inbound& inbound, const Conversation& conversation) {
    constexpr auto little = std::chrono::minutes{5};
    if (!inbound.arrived_at || *inbound.arrived_at >= now) return now;
    if (now - *inbound.arrived_at > little && !inbound.after_gap) return now;
    const bool fresh = conversation.message_count == 0;
    return fresh ? *inbound.arrived_at : std::max(*inbound.arrived_at, conversation.updated_at);
}

Message Decider::inbound_message(const ReceiveInbound& command, ConversationId id) {
    const connectors::Inbound& inbound = command.inbound;
    const Conversation& conversation = *state.conversation(id);
    Message message;
    message.id = MessageId{fresh_id()};
    message.conversation = id;
    message.number = conversation.message_count + 1;
    message.direction = Direction::in;
    message.visibility = inbound.is_public ? Visibility::public_ : Visibility::private_;
    if (inbound.automatic == connectors::Automatic::auto_reply || is_own_address(inbound.sender))
        message.kind = MessageKind::auto_reply;
    if (inbound.automatic == connectors::Automatic::bounce) message.kind = MessageKind::bounce;
    message.author = {AuthorType::contact, actor_.id, inbound.sender.name, inbound.sender.value};
    message.subject = inbound.subject;
    message.text = inbound.text;
    message.html = inbound.html;
    message.trimmed_text = inbound.trimmed_text;
    for (const connectors::Attachment& attachment : inbound.attachments)
        message.attachments.push_back({AttachmentId{fresh_id()}, attachment.name, attachment.type,
                                       attachment.size, attachment.is_inline, attachment.content_id,
                                       attachment.sha256});
    message.to = inbound.to;
    message.cc = inbound.cc;
    message.reply_to = inbound.reply_to;
    message.external_id = inbound.external_id;
    message.client_id = command.client_id;
    message.defects = inbound.defects;
    message.raw_sha256 = inbound.raw_sha256;
    message.sent_at = inbound.provider_time.value_or(now);
    message.received_at = asked_at(inbound, conversation);
    return message;
}

// Closed no longer: what changed about the contact meanwhile comes with it, and counts from now on.
void Decider::refresh_contact(ConversationId id) {
    const Contact* person = state.person(state.conversation(id)->contact);
    if (person != nullptr && person->profile != state.conversation(id)->profile)
        emit(ContactProfileChanged{person->profile}, person->id);
    if (person != nullptr && person->name != state.conversation(id)->contact_name)
        emit(ContactRenamed{person->name}, person->id);
    reconsider_promises(id, false);
}

void Decider::keep_cursor(const std::optional<connectors::Cursor>& cursor) {
    if (cursor) decision_.batch.rows.push_back(storage::MetaRow{cursor->key, cursor->value});
}

void Decider::release(Seq quarantined) {
    if (quarantined != 0) emit(QuarantineReleased{quarantined});
}

void Decider::operator()(const ReleaseQuarantined& command) {
    const Agent* agent = acting(command.by);
    if (agent == nullptr) return;
    if (agent->role != Role::supervisor && agent->role != Role::administrator)
        return refuse(Refusal::forbidden, "only supervisors and administrators may do this");
    release(command.item);
}

void Decider::operator()(const Quarantine& command) {
    keep_cursor(command.cursor);
    emit(ItemQuarantined{command.inbox, command.reason, command.sha256});
    if (command.raw) decision_.batch.blobs.push_back({command.sha256, command.raw});
}

}  // namespace desk
