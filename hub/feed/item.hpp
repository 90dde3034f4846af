// Items: what one committed decision tells, rendered once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hub/desk/decide.hpp"

namespace feed {

// Operations that share their audience.
struct Group {
    bool for_everybody = false;  // configuration and availability
    bool for_consoles = false;   // whatever they may see: ids of contacts that changed
    model::AgentId only_for{};   // one agent's own: reminders
    std::optional<model::Placement> before;
    model::Placement after;
    model::ConversationId conversation{};
    model::ContactId contact{};
    std::string operations;  // JSON objects, comma separated
    std::string gone;        // told instead to those who lose sight of it
    // For the widget: messages of this conversation that the customer may read, and their
    // deliveries.
    std::vector<std::string> public_messages;
};

struct Item {
    model::Seq seq = 0;
    std::vector<Group> groups;
    std::vector<model::Agent> agents;  // saved by this decision: viewers may have changed
};

using ItemPtr = std::shared_ptr<const Item>;

// Who is doing what now. Neither numbered nor stored (SY-40).
struct Signal {
    std::string what;  // "view", "reply", "note", "typing" (the customer's)
    model::ConversationId conversation{};
    model::Placement placement;
    model::ContactId contact{};
    model::AgentId agent{};  // 0: the customer
    std::string agent_name;
};

// On the desk loop, right after `decide`: the state still stands where the decision left it.
ItemPtr render(const desk::State& state, const desk::Decision& decision);

// The pieces, shared with catching up.
std::string conversation_operation(std::string_view body);
std::string message_operation(const storage::MessageRow& row);
std::string event_operation(const storage::EventRow& row);
std::string gone_operation(model::ConversationId id);
std::string availability_operation(const storage::EventRow& row);
std::string contact_operation(model::ContactId id);
std::string follow_up_operation(std::string_view body);
bool is_activity(std::string_view kind);            // shown as a line in the conversation
bool changes_person(const storage::EventRow& row);  // beside its conversations: look again

}  // namespace feed
