// Decisions about the configuration. Id 0 in a command means "make a new one".
#include <algorithm>

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
    if (is_some(team.calendar) && !state.calendars.contains(team.calendar))
        return refuse(Refusal::invalid, "there is no calendar " + text_of(team.calendar),
                      "calendar_id");
    if (is_some(team.lead) && !state.agents.contains(team.lead))
        return refuse(Refusal::invalid, "there is no agent " + text_of(team.lead), "lead_id");
    for (const TeamId overflow : team.overflow)
        if (!state.teams.contains(overflow) || overflow == team.id)
            return refuse(Refusal::invalid, "there is no other team " + text_of(overflow),
                          "overflow_ids");
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
    emit(AgentSaved{std::move(agent)});
}

void Decider::operator()(const SavePolicy& command) {
    if (!administrates(command.by)) return;
    sla::Policy policy = command.policy;
    if (auto fault = sla::fault_of(policy))
        return refuse(Refusal::invalid, fault->detail, fault->place);
    for (const sla::Escalation& rule : policy.escalations) {
        if (rule.action == sla::EscalationAction::webhook)
            return refuse(Refusal::invalid, "webhooks are not there yet; notify or tag instead",
                          "escalations");
        if (rule.action == sla::EscalationAction::overflow &&
            !state.teams.contains(TeamId{rule.team}))
            return refuse(Refusal::invalid, "there is no team " + std::to_string(rule.team),
                          "escalations");
    }
    if (is_some(policy.calendar) && !state.calendars.contains(policy.calendar))
        return refuse(Refusal::invalid, "there is no calendar " + text_of(policy.calendar),
                      "calendar_id");
    if (!is_some(policy.id)) policy.id = PolicyId{fresh_id()};
    decision_.answer.id = number(policy.id);
    if (const auto known = state.policies.find(policy.id); known != state.policies.end()) {
        policy.version = known->second.version;
        if (policy == known->second) return;  // saved again as it is: no new version
    }
    policy.version = 1;  // after every version there ever was, also of a removed one
    while (state.policy(policy.id, policy.version) != nullptr) ++policy.version;
    emit(PolicySaved{std::move(policy)});
}

// S20: what it promised is void, and its timers with it.
void Decider::operator()(const RemovePolicy& command) {
    if (!administrates(command.by)) return;
    if (!state.policies.contains(command.policy))
        return refuse(Refusal::not_found, "there is no policy " + text_of(command.policy));
    emit(PolicyRemoved{command.policy, state.policies.at(command.policy).version});
    std::vector<ConversationId> ids;
    const auto owes = [&command](const sla::Clock& clock) {
        return clock.policy == command.policy && sla::is_open(clock);
    };
    for (const auto& [id, conversation] : state.conversations())
        if (std::ranges::any_of(conversation.clocks, owes)) ids.push_back(id);
    std::ranges::sort(ids);
    for (const ConversationId id : ids)
        end_clocks(
            id, [&command](const sla::Clock& clock) { return clock.policy == command.policy; },
            [this](const sla::Clock& clock) {
                return sla::make_void(clock, state.calendar(clock.calendar), now,
                                      sla::VoidReason::policy_removed);
            });
}

void Decider::operator()(const SaveCalendar& command) {
    if (!administrates(command.by)) return;
    sla::Calendar calendar = command.calendar;
    if (calendar.name.empty()) return refuse(Refusal::invalid, "a calendar needs a name", "name");
    if (auto fault = sla::fault_of(calendar, now))
        return refuse(Refusal::invalid, fault->detail, fault->place);
    if (!is_some(calendar.id)) calendar.id = CalendarId{fresh_id()};
    const auto known = state.calendars.find(calendar.id);
    decision_.answer.id = number(calendar.id);
    calendar.version = known == state.calendars.end() ? 0 : known->second.version;
    if (known != state.calendars.end() && calendar == known->second) return;
    ++calendar.version;
    emit(CalendarSaved{std::move(calendar)});
}

}  // namespace desk
