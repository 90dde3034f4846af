// State: a workspace's working set. Everything open is in memory; what is resolved, and every
// contact, comes and goes: loaded before a command that needs it, forgotten once the store can show
// it again.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <unordered_map>

#include "hub/model/model.hpp"
#include "routing/routing.hpp"

namespace desk {

struct AgentState {
    model::Availability availability = model::Availability::offline;
    std::string label;  // the agent's own word for it
    bool takes_sessions = false;
    bool takes_asynchronous = false;
    std::optional<model::Instant> shift_ends;
    model::Instant since{};
    model::Instant idle_since{};            // last assignment, or the instant the agent came online
    bool connected = false;                 // some console is open
    std::optional<model::Instant> lost_at;  // when the last one went away
    std::uint32_t lapses = 0;               // offers in a row that she let lapse
    std::vector<std::pair<model::Instant, std::uint32_t>> wrap_ups;  // until, units (R23)

    friend bool operator==(const AgentState&, const AgentState&) = default;
};

class State {
public:
    // --- configuration, whole in memory
    std::map<model::TeamId, model::Team> teams;
    std::map<model::InboxId, model::Inbox> inboxes;
    std::map<model::AgentId, model::Agent> agents;
    std::map<model::PolicyId, sla::Policy> policies;
    std::map<model::CalendarId, sla::Calendar> calendars;
    std::map<model::AgentId, AgentState> agent_states;
    model::RoutingSettings routing_settings;
    std::map<model::RuleId, model::RoutingRule> rules;
    std::map<model::RuleId, routing::Rule> parsed_rules;
    model::ValueFormula value_formula;
    std::map<model::AttributeId, model::AttributeDefinition> attributes;
    std::map<model::FollowUpId, model::FollowUp> follow_ups;  // the open ones
    model::Instant at{};                                      // of the last folded event
    // Every version ever in force: a running promise keeps to the ones it is stamped with (S17).
    std::map<std::pair<model::PolicyId, std::uint32_t>, sla::Policy> policy_versions;
    std::map<std::pair<model::CalendarId, std::uint32_t>, sla::Calendar> calendar_versions;

    model::Seq head = 0;  // seq of the last folded event
    std::uint64_t next_id = 1;
    std::uint64_t next_number = 1;

    const model::Conversation* conversation(model::ConversationId id) const;
    const model::Contact* contact(model::ContactId id) const;
    // The whole person that a record belongs to; null when the store alone has it. A person's
    // records are in memory together or not at all.
    const model::Contact* person(model::ContactId record) const;
    // Its records, the root first; of what is not in memory the record alone.
    std::vector<model::ContactId> records_of(model::ContactId record) const;
    bool same_person(model::ContactId left, model::ContactId right) const;
    std::optional<model::ContactId> contact_of(const std::string& kind,
                                               const std::string& value) const;
    std::optional<model::ConversationId> thread(model::InboxId inbox,
                                                const std::string& external_id) const;
    const model::Answer* receipt(model::InboxId inbox, const std::string& external_id) const;
    const model::Answer* operation(const std::string& author, const std::string& client_id) const;
    const std::unordered_map<model::ConversationId, model::Conversation>& conversations() const {
        return conversations_;
    }

    // The contact's conversations that are not resolved, which are always in memory; by id.
    std::vector<model::ConversationId> unresolved_of(model::ContactId contact) const;
    // Of the record, which is in memory, and of all that it has absorbed; of a root, the person's.
    std::vector<model::ConversationId> unresolved_with_absorbed(model::ContactId record) const;
    // What occupies the agent or is offered to her; by id.
    std::vector<model::ConversationId> held_by(model::AgentId agent) const;

    // The version of a calendar; for id 0 and unknown ones, the calendar that is always open.
    const sla::Calendar& calendar(const sla::CalendarRef& ref) const;
    const sla::Policy* policy(model::PolicyId id, std::uint32_t version) const;
    void put(const sla::Calendar& calendar);
    void put(const sla::Policy& policy);
    void put(const model::RoutingRule& rule);
    void put(const model::FollowUp& follow_up);

    // The visitor's conversation that is not resolved yet.
    std::optional<model::ConversationId> open_chat(model::ContactId contact,
                                                   model::InboxId inbox) const;
    // Everything that waits and everybody who works. `sync_router` brings it in step with the
    // conversations that changed since.
    routing::Router& router() { return router_; }
    const routing::Router& router() const { return router_; }
    void sync_router();
    // A conversation as routing sees it.
    routing::Item item_of(const model::Conversation& conversation) const;
    // The agent, or the settings, changed: the router learns it.
    void agent_changed(model::AgentId id);
    void team_changed(model::TeamId id);
    void inbox_changed(model::InboxId id);
    void routing_changed();
    // The agent whose lost connection is past its grace at `now`.
    std::optional<model::AgentId> lost_agent(model::Instant now) const;
    std::optional<model::FollowUpId> due_follow_up(model::Instant now) const;
    std::optional<model::Instant> next_wake() const;
    // The conversation whose wake comes first and is not after `now`.
    std::optional<model::ConversationId> due_wake(model::Instant now) const;

    // --- used by fold and by loading alone
    model::Conversation& put(model::Conversation conversation);  // new or loaded
    model::Contact& put(model::Contact contact);
    template <class Change>
    void change(model::ConversationId id, Change change) {
        model::Conversation& conversation = conversations_.at(id);
        unindex(conversation);
        change(conversation);
        index(conversation);
    }
    // Null when the store alone has it.
    model::Contact* contact_in_memory(model::ContactId id) {
        const auto found = contacts_.find(id);
        return found == contacts_.end() ? nullptr : &found->second;
    }
    model::Contact& contact_at(model::ContactId id) { return contacts_.at(id); }
    void add_identity(model::ContactId contact, const model::Identity& identity);
    void remove_identity(model::ContactId contact, const std::string& kind,
                         const std::string& value);
    void add_thread(model::InboxId inbox, const std::string& external_id, model::ConversationId id);
    void remember_receipt(model::InboxId inbox, const std::string& external_id,
                          model::Answer answer);
    void remember_operation(const std::string& author, const std::string& client_id,
                            model::Answer answer);
    void touched(model::ContactId id);  // with all records of the person
    void touched(model::ConversationId id) { recent_conversations_.push_back({head, id}); }

    // Drops what the store can give back: everything last touched at or before `safe`, except open
    // conversations.
    void forget(model::Seq safe);
    std::size_t contacts_in_memory() const { return contacts_.size(); }

private:
    void index(const model::Conversation& conversation);
    void unindex(const model::Conversation& conversation);

    struct RecentKey {
        model::Seq seq;
        std::string key;
    };
    template <class Id>
    struct Recent {
        model::Seq seq;
        Id id;
    };

    std::unordered_map<model::ConversationId, model::Conversation> conversations_;
    std::unordered_map<model::ContactId, model::Contact> contacts_;
    std::unordered_map<std::string, model::ContactId> contacts_by_identity_;
    std::unordered_map<std::string, model::ConversationId> threads_;
    std::unordered_map<std::string, model::Answer> receipts_;
    std::unordered_map<std::string, model::Answer> operations_;
    std::deque<RecentKey> recent_threads_, recent_receipts_, recent_operations_;
    std::deque<Recent<model::ContactId>> recent_contacts_;
    std::deque<Recent<model::ConversationId>> recent_conversations_;
    std::set<std::tuple<model::ContactId, model::InboxId, model::ConversationId>> open_chats_;
    routing::Router router_{{}};
    std::map<model::ContactId, std::set<model::ConversationId>> unresolved_;
    std::map<model::AgentId, std::set<model::ConversationId>> held_;
    std::set<model::ConversationId> unsynced_;
    sla::Deadlines lost_agents_;  // by agent
    sla::Deadlines wakes_;        // by conversation
    sla::Deadlines follow_up_wakes_;
};

// True while the conversation occupies its assignee: it is open and the customer waits for an
// answer, or it is a live chat (R3). Waiting for the customer, snoozed and resolved work costs
// nothing.
bool occupies(const model::Conversation& conversation);
// True while routing looks for an agent: open, waited for, nobody's and not on offer.
bool waits_in_queue(const State& state, const model::Conversation& conversation);
// True while the agent takes new work of that family.
bool accepts(const AgentState& agent, bool live);
bool is_live(model::Channel channel);
// When a snoozed conversation comes back by itself: at the instant chosen, or when three quarters
// of an open promise are used up (S14).
model::Instant snooze_end(const State& state, const model::Conversation& conversation);

}  // namespace desk
