#include <algorithm>
#include <array>
#include <set>

#include "hub/feed/item.hpp"
#include "hub/model/model.hpp"

namespace feed {
namespace {

using namespace model;

// A message longer than this is told by number; whoever has the conversation open fetches it.
constexpr std::size_t message_operation_bytes_max = 16 * 1024;

void add(std::string& operations, const std::string& operation) {
    if (operation.empty()) return;
    if (!operations.empty()) operations.push_back(',');
    operations += operation;
}

Group& group_of(Item& item, const desk::State& state, const desk::Decision& decision,
                ConversationId id) {
    for (Group& group : item.groups)
        if (is_some(group.conversation) && group.conversation == id) return group;
    const Conversation& conversation = *state.conversation(id);
    Group group;
    group.conversation = id;
    group.contact = conversation.contact;
    group.after = placement_of(conversation);
    group.gone = gone_operation(id);
    for (const desk::Touched& touched : decision.touched)
        if (touched.conversation == id) group.before = touched.before;
    return item.groups.emplace_back(std::move(group));
}

Group& everybody(Item& item) {
    for (Group& group : item.groups)
        if (group.for_everybody) return group;
    Group group;
    group.for_everybody = true;
    return item.groups.emplace_back(std::move(group));
}

// Configuration without secrets, as the API shows it.
std::string configuration_operation(const Fact& fact) {
    const auto wrap = [](const char* kind, const std::string& body) {
        return std::string{R"({"k":")"} + kind + R"(","v":)" + body + "}";
    };
    if (const auto* saved = std::get_if<TeamSaved>(&fact))
        return wrap("team", to_json(saved->team));
    if (const auto* saved = std::get_if<InboxSaved>(&fact))
        return wrap("inbox", to_json(saved->inbox));
    if (const auto* saved = std::get_if<AgentSaved>(&fact))
        return wrap("agent", to_json(saved->agent));
    return {};
}

void add_rows(Item& item, const desk::State& state, const desk::Decision& decision) {
    for (const storage::RowWrite& write : decision.batch.rows) {
        if (const auto* row = std::get_if<storage::ConversationRow>(&write)) {
            add(group_of(item, state, decision, row->id).operations,
                conversation_operation(row->body));
        } else if (const auto* message = std::get_if<storage::MessageRow>(&write)) {
            Group& group = group_of(item, state, decision, message->conversation);
            add(group.operations, message_operation(*message));
            if (!message->is_note) group.public_messages.push_back(message_json(*message));
        }
    }
}

// What is to be done is told to whom it falls: planned, due, closed.
void tell_owner(Item& item, const FollowUp& follow_up) {
    Group& group = item.groups.emplace_back();
    group.only_for = follow_up.owner;
    group.operations = follow_up_operation(to_json(follow_up));
}

// Contacts that changed, by id alone, and reminders to those whose they are.
void add_people(Item& item, const desk::State& state, const desk::Decision& decision) {
    std::set<ContactId> changed;
    for (std::size_t i = 0; i < decision.events.size(); ++i) {
        const Event& event = decision.events[i];
        if (changes_person(decision.batch.events[i])) changed.insert(event.contact);
        // The person gains or loses a record.
        if (const auto* merged = std::get_if<ContactMerged>(&event.fact))
            changed.insert(merged->into);
        if (const auto* unmerged = std::get_if<ContactUnmerged>(&event.fact))
            changed.insert(unmerged->from);
        if (const auto* due = std::get_if<FollowUpDue>(&event.fact))
            tell_owner(item, state.follow_ups.at(due->follow_up));
        if (const auto* saved = std::get_if<FollowUpSaved>(&event.fact))
            tell_owner(item, saved->follow_up);
    }
    if (changed.empty()) return;
    Group& group = item.groups.emplace_back();
    group.for_consoles = true;
    for (const ContactId id : changed) add(group.operations, contact_operation(id));
}

}  // namespace

bool changes_person(const storage::EventRow& row) {
    static constexpr auto kinds = std::to_array<std::string_view>(
        {"contact_renamed", "contact_profile_changed", "contact_fields_changed", "identity_removed",
         "consent_recorded", "membership_changed", "contact_merged", "contact_unmerged",
         "contact_noted", "interaction_logged", "follow_up_saved", "follow_up_due"});
    // An address that comes with somebody's first message is no news about her.
    if (row.kind == "identity_added") return row.actor.starts_with("agent");
    return std::ranges::find(kinds, row.kind) != kinds.end();
}

std::string contact_operation(ContactId id) {
    return R"({"k":"contact","id":")" + text_of(id) + R"("})";
}

std::string follow_up_operation(std::string_view body) {
    return std::string{R"({"k":"follow_up","v":)"}.append(body).append("}");
}

bool is_activity(std::string_view kind) {
    static constexpr auto kinds = std::to_array<std::string_view>(
        {"assigned", "status_changed", "priority_changed", "tags_changed", "routing_decided",
         "sla_started", "sla_warned", "sla_breached", "sla_ended", "sla_changed", "escalated",
         "answer_waived", "spam_marked", "offered", "offer_ended", "value_factor_changed",
         "rules_applied", "delivery_changed"});
    return std::ranges::find(kinds, kind) != kinds.end();
}

std::string conversation_operation(std::string_view body) {
    return std::string{R"({"k":"conversation","v":)"}.append(body).append("}");
}

std::string message_operation(const storage::MessageRow& row) {
    if (row.body.size() > message_operation_bytes_max)
        return R"({"k":"message_ref","conversation_id":")" + text_of(row.conversation) +
               R"(","number":)" + std::to_string(row.number) + "}";
    return R"({"k":"message","v":)" + message_json(row) + "}";
}

std::string event_operation(const storage::EventRow& row) {
    return R"({"k":"event","v":{"seq":)" + std::to_string(row.seq) + R"(,"at":")" +
           text_of(row.at) + R"(","kind":")" + row.kind + R"(","actor":")" + row.actor +
           R"(","contact_id":")" + text_of(row.contact) + R"(","conversation_id":")" +
           text_of(row.conversation) + R"(","payload":)" + row.payload + "}}";
}

std::string gone_operation(ConversationId id) {
    return R"({"k":"gone","id":")" + text_of(id) + R"("})";
}

std::string availability_operation(const storage::EventRow& row) {
    return R"({"k":"availability","v":)" + row.payload + "}";
}

ItemPtr render(const desk::State& state, const desk::Decision& decision) {
    auto item = std::make_shared<Item>();
    item->seq = state.head;
    add_rows(*item, state, decision);
    for (std::size_t i = 0; i < decision.events.size(); ++i) {
        const Event& event = decision.events[i];
        const storage::EventRow& row = decision.batch.events[i];
        add(everybody(*item).operations, configuration_operation(event.fact));
        if (row.kind == "availability_changed")
            add(everybody(*item).operations, availability_operation(row));
        if (const auto* saved = std::get_if<AgentSaved>(&event.fact))
            item->agents.push_back(saved->agent);
        if (!is_activity(row.kind)) continue;
        Group& group = group_of(*item, state, decision, event.conversation);
        add(group.operations, event_operation(row));
    }
    add_people(*item, state, decision);
    std::erase_if(item->groups, [](const Group& group) { return group.operations.empty(); });
    return item;
}

}  // namespace feed
