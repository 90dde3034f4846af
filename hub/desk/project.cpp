#include "hub/desk/project.hpp"

#include <utility>

#include "hub/customers/customers.hpp"
#include "hub/desk/agent_states_json.hpp"
#include "hub/desk/answers.hpp"

namespace desk {
namespace {

using namespace model;

// What a message's delivery is before anything was tried: chat reaches the widget over the feed, so
// a committed reply is sent; mail still has its way before it.
DeliveryState first_delivery(const Conversation& conversation, const Message& message) {
    if (message.direction == Direction::in) return DeliveryState::received;
    if (message.visibility == Visibility::note) return DeliveryState::sent;
    return conversation.channel == Channel::chat ? DeliveryState::sent : DeliveryState::queued;
}

storage::ConversationRow row_of(const Conversation& conversation) {
    return {.id = conversation.id,
            .contact = conversation.contact,
            .inbox = number(conversation.inbox),
            .team = number(conversation.team),
            .assignee = number(conversation.assignee),
            .status = std::string{word(conversation.status)},
            .updated_at = conversation.updated_at,
            .version = conversation.version,
            .body = to_json(conversation)};
}

storage::ClockRow row_of(ConversationId conversation, const sla::Clock& clock) {
    return {.conversation = conversation,
            .number = clock.number,
            .metric = std::string{word(clock.metric)},
            .policy = number(clock.policy),
            .policy_version = clock.policy_version,
            .budget = clock.budget,
            .started_at = clock.started_at,
            .due_at = clock.due_at,
            .state = std::string{word(clock.state)},
            .ended_at = clock.ended_at,
            .void_reason = std::string{word(clock.void_reason)},
            .by_change = clock.by_change};
}

storage::FollowUpRow row_of(const FollowUp& follow_up) {
    return {.id = number(follow_up.id),
            .contact = follow_up.contact,
            .owner = number(follow_up.owner),
            .due_at = follow_up.due_at,
            .state = std::string{word(follow_up.state)},
            .body = to_json(follow_up)};
}

const sla::Clock* clock_in(const Fact& fact) {
    return std::visit(
        [](const auto& one) -> const sla::Clock* {
            if constexpr (requires { one.clock.budget; })
                return &one.clock;
            else
                return nullptr;
        },
        fact);
}

}  // namespace

void Projection::add_message(const State& state, const Event& event, const storage::EventRow& row,
                             const Message& message) {
    const Conversation& conversation = *state.conversation(event.conversation);
    rows_.push_back(storage::MessageRow{
        .id = message.id,
        .conversation = event.conversation,
        .contact = event.contact,
        .number = message.number,
        .seq = event.seq,
        .is_note = message.visibility == Visibility::note,
        .body = message_body_of(row, event.fact),
        .delivery_state = std::string{word(first_delivery(conversation, message))},
        .delivery_reason = {}});
    for (const Attachment& attachment : message.attachments)
        rows_.push_back(storage::AttachmentRow{.id = attachment.id,
                                               .conversation = event.conversation,
                                               .message = message.id,
                                               .name = attachment.name,
                                               .type = attachment.type,
                                               .size = attachment.size,
                                               .blob = attachment.sha256,
                                               .is_inline = attachment.is_inline});
}

// An id that is a receipt key already can be found there.
void Projection::add_thread_id(std::uint64_t inbox, ConversationId conversation,
                               const std::string& id, const std::string& receipt_key) {
    if (!id.empty() && id != receipt_key)
        rows_.push_back(storage::ThreadRow{inbox, id, conversation});
}

void Projection::add_quarantine(const Event& event) {
    if (const auto* item = std::get_if<ItemQuarantined>(&event.fact))
        rows_.push_back(storage::QuarantineRow{event.seq, event.at, number(item->inbox),
                                               item->reason, item->sha256});
    if (const auto* released = std::get_if<QuarantineReleased>(&event.fact))
        rows_.push_back(storage::QuarantineRemoval{released->item});
}

void Projection::add_delivery(const Event& event) {
    const auto* delivery = std::get_if<DeliveryChanged>(&event.fact);
    if (delivery == nullptr) return;
    rows_.push_back(storage::DeliveryRow{delivery->message, std::string{word(delivery->state)},
                                         delivery->reason});
    for (const RecipientDelivery& one : delivery->recipients)
        rows_.push_back(storage::RecipientRow{delivery->message, one.address,
                                              std::string{word(one.state)}, one.reason});
}

// What changed about people: their records, what is found by them, and the conversations that carry
// their name and profile.
void Projection::add_customer(const State& state, const Event& event,
                              const storage::EventRow& row) {
    const auto is = [&event]<class... One>(std::type_identity<One>...) {
        return (std::holds_alternative<One>(event.fact) || ...);
    };
    using std::type_identity;
    if (const auto* added = std::get_if<IdentityAdded>(&event.fact))
        rows_.push_back(
            storage::IdentityRow{added->identity.kind, added->identity.value, event.contact});
    if (const auto* gone = std::get_if<IdentityRemoved>(&event.fact))
        rows_.push_back(storage::IdentityRemoval{gone->kind, gone->value});
    if (const auto* saved = std::get_if<OrganisationSaved>(&event.fact))
        rows_.push_back(storage::OrganisationRow{number(saved->organisation.id),
                                                 customers::sort_key(saved->organisation.name),
                                                 saved->organisation.domains, row.payload});
    if (const auto* saved = std::get_if<FollowUpSaved>(&event.fact))
        rows_.push_back(row_of(saved->follow_up));
    if (const auto* due = std::get_if<FollowUpDue>(&event.fact))
        rows_.push_back(row_of(state.follow_ups.at(due->follow_up)));
    const bool related = is(type_identity<ContactMerged>{}, type_identity<ContactUnmerged>{});
    if (is(type_identity<ContactCreated>{}, type_identity<ContactRenamed>{},
           type_identity<ContactProfileChanged>{}, type_identity<ContactFieldsChanged>{},
           type_identity<ConsentRecorded>{}, type_identity<MembershipChanged>{},
           type_identity<IdentityAdded>{}, type_identity<IdentityRemoved>{}))
        contacts_.insert(event.contact);
    if (related)
        for (const ContactId record : state.records_of(event.contact)) contacts_.insert(record);
    if (const auto* unmerged = std::get_if<ContactUnmerged>(&event.fact))
        for (const ContactId record : state.records_of(unmerged->from)) contacts_.insert(record);
    if (related || is(type_identity<ContactRenamed>{}, type_identity<ContactProfileChanged>{}))
        for (const ConversationId id : state.unresolved_with_absorbed(event.contact))
            conversations_.insert(id);
}

void Projection::add(const State& state, const Event& event, const storage::EventRow& row) {
    const auto config = [this, &row](const char* kind, auto id) {
        rows_.push_back(storage::ConfigRow{kind, number(id), row.payload});
    };
    if (const auto* team = std::get_if<TeamSaved>(&event.fact)) config("team", team->team.id);
    if (const auto* inbox = std::get_if<InboxSaved>(&event.fact))
        rows_.push_back(storage::ConfigRow{"inbox", number(inbox->inbox.id),
                                           stored_json(state.inboxes.at(inbox->inbox.id))});
    if (const auto* agent = std::get_if<AgentSaved>(&event.fact)) config("agent", agent->agent.id);
    const auto version = [](const char* kind, std::uint32_t number) {
        return std::string{kind} + "_v" + std::to_string(number);
    };
    if (const auto* policy = std::get_if<PolicySaved>(&event.fact))
        config(version("policy", policy->policy.version).c_str(), policy->policy.id);
    if (const auto* calendar = std::get_if<CalendarSaved>(&event.fact))
        config(version("calendar", calendar->calendar.version).c_str(), calendar->calendar.id);
    if (std::holds_alternative<RoutingSettingsSaved>(event.fact)) config("routing", TeamId{1});
    if (std::holds_alternative<ValueFormulaSaved>(event.fact)) config("value_formula", TeamId{1});
    if (const auto* attribute = std::get_if<AttributeSaved>(&event.fact))
        config("attribute", attribute->attribute.id);
    if (const auto* rule = std::get_if<RoutingRuleSaved>(&event.fact))
        config("rule", rule->rule.id);
    if (const auto* gone = std::get_if<RoutingRuleRemoved>(&event.fact))
        config("rule_removed", gone->rule);
    if (const auto* removed = std::get_if<PolicyRemoved>(&event.fact))
        config("policy_removed", removed->policy);
    if (const sla::Clock* clock = clock_in(event.fact))
        rows_.push_back(row_of(event.conversation, *clock));
    if (const auto* changed = std::get_if<AvailabilityChanged>(&event.fact))
        rows_.push_back(storage::AvailabilityRow{number(changed->agent), event.at,
                                                 std::string{word(changed->availability)}});
    if (const auto* received = std::get_if<MessageReceived>(&event.fact)) {
        add_message(state, event, row, received->message);
        const std::uint64_t inbox = number(state.conversation(event.conversation)->inbox);
        rows_.push_back(storage::ReceiptRow{inbox, received->receipt_key, event.conversation,
                                            received->message.id});
        add_thread_id(inbox, event.conversation, received->message.external_id,
                      received->receipt_key);
        for (const std::string& id : received->thread_ids)
            add_thread_id(inbox, event.conversation, id, {});
        const ContactId sender{received->message.author.id};
        if (counts_arrival(state, InboxId{inbox}, received->message) &&
            state.contact(sender) != nullptr)
            contacts_.insert(sender);
    }
    if (const auto* reply = std::get_if<ReplyQueued>(&event.fact)) {
        add_message(state, event, row, reply->message);
        add_thread_id(number(state.conversation(event.conversation)->inbox), event.conversation,
                      reply->message.external_id, {});
        if (reply->message.kind == MessageKind::auto_reply) contacts_.insert(event.contact);
    }
    if (const auto* note = std::get_if<NoteAdded>(&event.fact))
        add_message(state, event, row, note->message);
    add_delivery(event);
    if (std::holds_alternative<RoutingDecided>(event.fact))
        rows_.push_back(storage::DecisionRow{event.seq, event.conversation, event.at, row.payload});
    add_quarantine(event);
    add_customer(state, event, row);
    if (is_some(event.conversation)) conversations_.insert(event.conversation);
}

std::vector<storage::RowWrite> state_rows(const State& state, bool agents_changed) {
    std::vector<storage::RowWrite> rows;
    rows.push_back(storage::MetaRow{
        "counters", std::to_string(state.next_id) + " " + std::to_string(state.next_number)});
    if (!agents_changed) return rows;
    rows.push_back(storage::MetaRow{"agent_states", agent_states_json(state.agent_states)});
    return rows;
}

void Projection::add_contact(const Contact& contact) {
    rows_.push_back(storage::ContactRow{.id = contact.id,
                                        .root = root_of(contact),
                                        .sort_key = customers::sort_key(contact.name),
                                        .body = to_json(contact)});
    rows_.push_back(storage::ContactKeysRow{contact.id, customers::duplicate_keys(contact)});
}

std::vector<storage::RowWrite> Projection::finish(const State& state) {
    for (const ContactId id : contacts_) add_contact(*state.contact(id));
    for (const ConversationId id : conversations_) {
        const Conversation& conversation = *state.conversation(id);
        rows_.push_back(row_of(conversation));
    }
    contacts_.clear();
    conversations_.clear();
    return std::exchange(rows_, {});
}

}  // namespace desk
