// The one visibility rule. Lists, counts, sockets, direct URLs and files all ask it; `scope_of` is
// the same rule for the store, and a property test holds the two together.
//
// Policy: supervisors and administrators see everything. Agents and the social team see what is
// assigned to them, what is in one of their teams, and what came in through an inbox opened to
// them. Nobody else sees anything.
#pragma once

#include "hub/model/entities.hpp"
#include "storage/storage.hpp"

namespace model {

struct Viewer {
    AgentId agent{};
    Role role = Role::agent;
    std::vector<TeamId> teams;
    std::vector<InboxId> inboxes;

    friend bool operator==(const Viewer&, const Viewer&) = default;
};

// Where a conversation stands, as far as visibility cares.
struct Placement {
    InboxId inbox{};
    TeamId team{};
    AgentId assignee{};

    friend bool operator==(const Placement&, const Placement&) = default;
};

Viewer viewer_of(const Agent& agent);
Placement placement_of(const Conversation& conversation);
Placement placement_of(const storage::ConversationRow& row);
// Supervisors and administrators act for others.
bool steps_in(Role role);
bool may_see(const Viewer& viewer, const Placement& placement);
storage::Scope scope_of(const Viewer& viewer);

}  // namespace model
