// Decisions about the configuration. Id 0 in a command means "make a new one".
#include <algorithm>
#include <set>

#include "hub/desk/decider.hpp"

namespace desk {

using namespace model;

namespace {

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

}  // namespace

void Decider::operator()(const SaveTeam& command) {
    if (!administrates(command.by)) return;
    Team team = command.team;
    if (team.name.empty()) return refuse(Refusal::invalid, "a team needs a name", "name");
    if (!is_some(team.id)) team.id = TeamId{fresh_id()};
    decision_.answer.id = number(team.id);
    emit(TeamSaved{std::move(team)});
}

void Decider::operator()(const SaveInbox& command) {
    if (!administrates(command.by)) return;
    Inbox inbox = command.inbox;
    inbox.address = lower(inbox.address);
    if (inbox.name.empty()) return refuse(Refusal::invalid, "an inbox needs a name", "name");
    if (inbox.address.empty())
        return refuse(Refusal::invalid, "an inbox needs an address", "address");
    if (inbox.channel == Channel::email && inbox.address.find('@') == std::string::npos)
        return refuse(Refusal::invalid, "a mail inbox needs an address like support@example.com",
                      "address");
    if (!state.teams.contains(inbox.team)) {
        if (is_some(inbox.team) || state.teams.empty())
            return refuse(Refusal::invalid, "there is no team " + text_of(inbox.team), "team_id");
        inbox.team = state.teams.begin()->first;
    }
    for (const auto& [id, other] : state.inboxes)
        if (id != inbox.id && other.channel == inbox.channel && other.address == inbox.address)
            return refuse(Refusal::invalid, "inbox " + text_of(id) + " has this address already",
                          "address");
    if (const auto known = state.inboxes.find(inbox.id); known != state.inboxes.end())
        inbox.weight = known->second.weight;
    if (!is_some(inbox.id)) inbox.id = InboxId{fresh_id()};
    decision_.answer.id = number(inbox.id);
    emit(InboxSaved{std::move(inbox)});
}

void Decider::operator()(const SaveAgent& command) {
    if (!administrates(command.by)) return;
    Agent agent = command.agent;
    agent.email = lower(agent.email);
    if (agent.name.empty()) return refuse(Refusal::invalid, "an agent needs a name", "name");
    if (agent.email.find('@') == std::string::npos)
        return refuse(Refusal::invalid, "an agent signs in with a mail address", "email");
    for (const auto& [id, other] : state.agents)
        if (id != agent.id && other.email == agent.email)
            return refuse(Refusal::invalid, "agent " + text_of(id) + " has this address already",
                          "email");
    for (const TeamId team : agent.teams)
        if (!state.teams.contains(team))
            return refuse(Refusal::invalid, "there is no team " + text_of(team), "team_ids");
    if (!is_some(agent.id)) agent.id = AgentId{fresh_id()};
    decision_.answer.id = number(agent.id);
    const auto before = state.agents.find(agent.id);
    if (before != state.agents.end() && before->second.email != agent.email) {
        if (command.password_hash.empty())
            return refuse(Refusal::invalid, "a new address needs a new password", "password");
        decision_.batch.rows.push_back(storage::CredentialRemoval{before->second.email});
    }
    if (!command.password_hash.empty())
        decision_.batch.rows.push_back(
            storage::CredentialRow{agent.email, number(agent.id), command.password_hash});
    const std::vector<TeamId> teams = agent.teams;
    emit(AgentSaved{std::move(agent)});
    route_waiting(teams);
}

void Decider::operator()(const SavePolicy& command) {
    if (!administrates(command.by)) return;
    sla::Policy policy = command.policy;
    if (policy.name.empty()) return refuse(Refusal::invalid, "a policy needs a name", "name");
    for (const sla::Target& target : policy.targets)
        if (target.budget <= sla::Span::zero() || target.warn_before < sla::Span::zero() ||
            target.warn_before > target.budget)
            return refuse(Refusal::invalid,
                          "a target needs a budget above 0 and a warning inside it", "targets");
    std::set<sla::Metric> metrics;
    for (const sla::Target& target : policy.targets) {
        if (!metrics.insert(target.metric).second)
            return refuse(Refusal::invalid, "a policy has one target for each metric", "targets");
        if (target.budget % std::chrono::seconds{1} != sla::Span::zero() ||
            target.warn_before % std::chrono::seconds{1} != sla::Span::zero())
            return refuse(Refusal::invalid, "budgets and warnings are whole seconds", "targets");
    }
    if (!is_some(policy.id)) policy.id = PolicyId{fresh_id()};
    decision_.answer.id = number(policy.id);
    emit(PolicySaved{std::move(policy)});
}

}  // namespace desk
