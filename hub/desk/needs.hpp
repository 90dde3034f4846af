// needs: what a command must find in the store before it can be decided, and what was found.
#pragma once

#include "hub/desk/state.hpp"

namespace desk {

struct Needs {
    std::optional<std::pair<model::InboxId, std::string>> receipt;
    std::optional<std::pair<std::string, std::string>> operation;  // author, client id
    std::vector<std::pair<std::string, std::string>> identities;   // kind, value
    std::vector<std::pair<model::InboxId, std::string>> threads;   // best evidence first
    std::vector<model::ConversationId> conversations;
    std::vector<model::ContactId> contacts;
    std::optional<model::ConversationId> contact_of;  // the contact of this conversation too
    std::optional<connectors::Inbound> report;        // about which of our messages it is

    bool nothing() const {
        return !report && !receipt && !operation && identities.empty() && threads.empty() &&
               conversations.empty() && contacts.empty() && !contact_of;
    }
};

// The message of ours that a report is about, and how it stands.
struct Reported {
    model::ConversationId conversation{};
    model::MessageId message{};
    model::DeliveryState state = model::DeliveryState::sent;
    std::string reason;
};

struct Loaded {
    std::optional<model::Answer> repeat;  // this item or operation was taken already
    std::vector<model::Contact> contacts;
    std::vector<model::Conversation> conversations;
    std::map<std::string, model::ConversationId> threads;  // those of `threads` that were found
    std::optional<Reported> reported;
};

// What memory lacks for the command. Empty when it can be decided at once.
Needs needs_of(const State& state, const model::Command& command);

// Reads it. Runs on a reader thread; touches no state.
Loaded load(storage::Reader& reader, const Needs& needs);

// Takes what was read into memory; what memory has already is newer and stays.
void adopt(State& state, const Loaded& loaded);

// The whole working set from the read tables: configuration, availabilities, everything open.
State restore(storage::Reader& reader);

// How the agents stand, in the same view as everything else that is read.
std::map<model::AgentId, AgentState> agent_states(storage::Reader& reader);

// The same from the log alone, event by event.
State replay(storage::Reader& reader);

// External ids that may prove where an item belongs, best first. A mail's own id is the last: its
// answer may have come before it.
std::vector<std::string> thread_evidence(const connectors::Inbound& inbound);

// How an author stands in the table of operations.
std::string author_of(model::AgentId agent);
std::string author_of(const connectors::Address& sender);

}  // namespace desk
