#include "hub/feed/catch_up.hpp"

#include <map>
#include <set>

#include "hub/model/model.hpp"

namespace feed {
namespace {

using namespace model;

struct Missed {
    bool could_see_before = false;
    bool existed = true;
    std::vector<const storage::EventRow*> events;
};

// Who could see the conversation when it was last handed over, by the event that says from whom.
void note_placement(Missed& missed, const storage::EventRow& row, const Viewer& viewer,
                    InboxId inbox) {
    const Event event = decode(row);
    if (const auto* assigned = std::get_if<Assigned>(&event.fact))
        missed.could_see_before =
            missed.could_see_before ||
            may_see(viewer, {inbox, assigned->from_team, assigned->from_agent});
}

void add(std::string& operations, const std::string& operation) {
    if (!operations.empty()) operations.push_back(',');
    operations += operation;
}

void add_configuration(CatchUp& result, const storage::EventRow& row) {
    const Event event = decode(row);
    const auto wrap = [](const char* kind, const std::string& body) {
        return std::string{R"({"k":")"} + kind + R"(","v":)" + body + "}";
    };
    if (const auto* saved = std::get_if<TeamSaved>(&event.fact))
        add(result.operations, wrap("team", to_json(saved->team)));
    if (const auto* saved = std::get_if<InboxSaved>(&event.fact))
        add(result.operations, wrap("inbox", to_json(saved->inbox)));
    if (const auto* saved = std::get_if<AgentSaved>(&event.fact))
        add(result.operations, wrap("agent", to_json(saved->agent)));
    if (row.kind == "availability_changed") add(result.operations, availability_operation(row));
}

// Those of the contact that have changed since: its name and profile stand in them.
std::vector<ConversationId> conversations_of(storage::Reader& reader, ContactId contact,
                                             Seq since) {
    storage::ConversationQuery query;
    query.scope.everything = true;
    query.contacts = reader.records(contact);
    query.limit = catch_up_events_max;
    std::vector<ConversationId> ids;
    for (const storage::ConversationRow& row : reader.conversations(query))
        if (row.version > since) ids.push_back(row.id);
    return ids;
}

// To its owner, as it stands now.
void add_follow_up(CatchUp& result, storage::Reader& reader, const Viewer& viewer,
                   const storage::EventRow& row) {
    if (row.kind != "follow_up_due" && row.kind != "follow_up_saved") return;
    const Event event = decode(row);
    const auto* due = std::get_if<FollowUpDue>(&event.fact);
    const auto* saved = std::get_if<FollowUpSaved>(&event.fact);
    const FollowUpId id = due != nullptr ? due->follow_up : saved->follow_up.id;
    const auto known = reader.follow_up(number(id));
    if (known && known->owner == number(viewer.agent))
        add(result.operations, follow_up_operation(known->body));
}

// A merge changes the person that gains or loses the record as well.
void add_people(const storage::EventRow& row, std::set<ContactId>& people) {
    people.insert(row.contact);
    const Event event = decode(row);
    if (const auto* merged = std::get_if<ContactMerged>(&event.fact)) people.insert(merged->into);
    if (const auto* unmerged = std::get_if<ContactUnmerged>(&event.fact))
        people.insert(unmerged->from);
}

bool changes_conversations(std::string_view kind) {
    return kind == "contact_renamed" || kind == "contact_profile_changed" ||
           kind == "contact_merged" || kind == "contact_unmerged";
}

// What the viewer may see may be more or less than what was told until then: only a snapshot knows.
bool changes_rights(const storage::EventRow& row, const Viewer& viewer) {
    if (row.kind != "agent_saved") return false;
    const Event event = decode(row);
    const auto* saved = std::get_if<AgentSaved>(&event.fact);
    return saved != nullptr && saved->agent.id == viewer.agent;
}

}  // namespace

CatchUp catch_up(storage::Reader& reader, const Viewer& viewer, Seq since) {
    CatchUp result{.since = since, .head = reader.head()};
    storage::EventQuery query;
    query.after = since;
    query.limit = catch_up_events_max + 1;
    const auto events =
        since > result.head ? std::vector<storage::StoredEvent>{} : reader.events(query);
    result.stale = since > result.head || events.size() > catch_up_events_max;
    if (result.stale) return result;

    std::map<ConversationId, Missed> touched;
    std::set<ContactId> people;
    for (const storage::StoredEvent& event : events) {
        if (changes_person(event.row)) add_people(event.row, people);
        add_follow_up(result, reader, viewer, event.row);
        if (is_some(event.row.conversation))
            touched[event.row.conversation].events.push_back(&event.row);
        else if (changes_conversations(event.row.kind))
            for (const ConversationId id : conversations_of(reader, event.row.contact, since))
                touched[id];
        else if (changes_rights(event.row, viewer))
            result.stale = true;
        else
            add_configuration(result, event.row);
    }
    if (result.stale) return result;
    for (const ContactId id : people) add(result.operations, contact_operation(id));
    std::map<ConversationId, std::vector<storage::MessageRow>> messages;
    for (storage::MessageRow& row : reader.messages_since(since, catch_up_events_max))
        messages[row.conversation].push_back(std::move(row));

    for (auto& [id, missed] : touched) {
        const auto row = reader.conversation(id);
        if (!row) continue;
        const Placement placement = placement_of(*row);
        if (!may_see(viewer, placement)) {
            for (const storage::EventRow* event : missed.events)
                note_placement(missed, *event, viewer, placement.inbox);
            if (missed.could_see_before) add(result.operations, gone_operation(id));
            continue;
        }
        add(result.operations, conversation_operation(row->body));
        for (const storage::MessageRow& message : messages[id])
            add(result.operations, message_operation(message));
        for (const storage::EventRow* event : missed.events)
            if (is_activity(event->kind)) add(result.operations, event_operation(*event));
    }
    if (result.operations.size() > catch_up_bytes_max) {
        result.operations.clear();
        result.stale = true;
    }
    return result;
}

}  // namespace feed
