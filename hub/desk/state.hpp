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
    model::Instant since{};
    model::Instant idle_since{};
    std::uint32_t load = 0;  // capacity units in hand; derived from the conversations

    friend bool operator==(const AgentState&, const AgentState&) = default;
};

// A place in a team's queue, in the order of routing::goes_before.
struct Place {
    model::Instant due_at{};
    model::Instant waiting_since{};
    model::ConversationId conversation{};

    friend auto operator<=>(const Place&, const Place&) = default;
};

// Something that happens by itself at an instant.
struct Wake {
    model::Instant at{};
    model::ConversationId conversation{};

    friend auto operator<=>(const Wake&, const Wake&) = default;
};

class State {
public:
    // --- configuration, whole in memory
    std::map<model::TeamId, model::Team> teams;
    std::map<model::InboxId, model::Inbox> inboxes;
    std::map<model::AgentId, model::Agent> agents;
    std::map<model::PolicyId, sla::Policy> policies;
    std::map<model::AgentId, AgentState> agent_states;

    model::Seq head = 0;  // seq of the last folded event
    std::uint64_t next_id = 1;
    std::uint64_t next_number = 1;

    const model::Conversation* conversation(model::ConversationId id) const;
    const model::Contact* contact(model::ContactId id) const;
    std::optional<model::ContactId> contact_of(const std::string& kind,
                                               const std::string& value) const;
    std::optional<model::ConversationId> thread(model::InboxId inbox,
                                                const std::string& external_id) const;
    const model::Answer* receipt(model::InboxId inbox, const std::string& external_id) const;
    const model::Answer* operation(const std::string& author, const std::string& client_id) const;
    const std::unordered_map<model::ConversationId, model::Conversation>& conversations() const {
        return conversations_;
    }

    // The visitor's conversation that is not resolved yet.
    std::optional<model::ConversationId> open_chat(model::ContactId contact,
                                                   model::InboxId inbox) const;
    // The waiting, unassigned conversations of a team, first to be served first.
    const std::set<Place>& queue(model::TeamId team) const;
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
    model::Contact& contact_at(model::ContactId id) { return contacts_.at(id); }
    void add_identity(model::ContactId contact, const model::Identity& identity);
    void add_thread(model::InboxId inbox, const std::string& external_id, model::ConversationId id);
    void remember_receipt(model::InboxId inbox, const std::string& external_id,
                          model::Answer answer);
    void remember_operation(const std::string& author, const std::string& client_id,
                            model::Answer answer);
    void touched(model::ContactId id) { recent_contacts_.push_back({head, id}); }
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
    std::map<model::TeamId, std::set<Place>> queues_;
    std::set<Wake> wakes_;
};

// True while the conversation occupies its assignee: it is open and the customer waits for an
// answer, or it is a live chat (R3). Waiting for the customer, snoozed and resolved work costs
// nothing.
bool occupies(const model::Conversation& conversation);
std::uint32_t weight_of(const State& state, const model::Conversation& conversation);

}  // namespace desk
