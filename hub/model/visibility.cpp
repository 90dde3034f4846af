#include "hub/model/visibility.hpp"

#include <algorithm>

namespace model {
namespace {

bool sees_everything(Role role) {
    return role == Role::supervisor || role == Role::administrator;
}

template <class Ids, class Id>
bool holds(const Ids& ids, Id id) {
    return is_some(id) && std::ranges::find(ids, id) != ids.end();
}

}  // namespace

Viewer viewer_of(const Agent& agent) {
    return {agent.id, agent.role, agent.teams, agent.inboxes};
}

Placement placement_of(const Conversation& conversation) {
    return {conversation.inbox, conversation.team, conversation.assignee};
}

Placement placement_of(const storage::ConversationRow& row) {
    return {InboxId{row.inbox}, TeamId{row.team}, AgentId{row.assignee}};
}

bool steps_in(Role role) {
    return role == Role::supervisor || role == Role::administrator;
}

bool may_see(const Viewer& viewer, const Placement& placement) {
    return sees_everything(viewer.role) ||
           (is_some(viewer.agent) && viewer.agent == placement.assignee) ||
           holds(viewer.teams, placement.team) || holds(viewer.inboxes, placement.inbox);
}

storage::Scope scope_of(const Viewer& viewer) {
    storage::Scope scope;
    scope.everything = sees_everything(viewer.role);
    for (const TeamId team : viewer.teams)
        if (is_some(team)) scope.teams.push_back(number(team));
    for (const InboxId inbox : viewer.inboxes)
        if (is_some(inbox)) scope.inboxes.push_back(number(inbox));
    // No row has this assignee, so that a viewer without an id is not shown what nobody owns.
    scope.agent = is_some(viewer.agent) ? number(viewer.agent) : ~std::uint64_t{0} >> 1;
    return scope;
}

}  // namespace model
