#include "hub/api/declaration.hpp"

#include <algorithm>

#include "hub/api/config_bodies.hpp"

namespace api {
namespace {

constexpr std::size_t entities_max = 2000;

constexpr std::array titles = {"calendars", "teams",        "agents",  "teams",
                               "inboxes",   "sla_policies", "routing", "routing_rules"};

template <class Entities>
typename Entities::key_type id_of(const Entities& entities, const std::string& name) {
    for (const auto& [id, entity] : entities)
        if (entity.name == name) return id;
    return {};
}

// The id of what a field names; 0 for an empty field, a complaint for an unknown name.
template <class Entities>
auto named(JsonBody& body, const char* field, const Entities& entities) {
    const std::string name = body.text(field, 200);
    const auto id = name.empty() ? typename Entities::key_type{} : id_of(entities, name);
    if (!name.empty() && !model::is_some(id))
        body.complain(field, "there is nothing named \"" + name + "\"");
    return id;
}

std::vector<model::TeamId> teams_named(JsonBody& body, const char* field,
                                       const flow::Directory& now) {
    std::vector<model::TeamId> teams;
    for (const std::string& name : body.texts(field, 100, 200)) {
        const model::TeamId id = id_of(now.teams, name);
        if (!model::is_some(id)) body.complain(field, "there is no team \"" + name + "\"");
        teams.push_back(id);
    }
    return teams;
}

// The desk keeps addresses in lower case.
model::AgentId agent_with(const flow::Directory& now, std::string email) {
    std::ranges::transform(email, email.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const auto& [id, agent] : now.agents)
        if (agent.email == email) return id;
    return {};
}

model::Command calendar_command(JsonBody& body, model::AgentId by, const flow::Directory& now) {
    sla::Calendar calendar;
    const auto id = id_of(now.calendars, body.text("name", 200, true));
    if (model::is_some(id)) calendar = now.calendars.at(id);
    read_calendar(body, calendar);
    return model::SaveCalendar{by, std::move(calendar)};
}

model::Command team_command(JsonBody& body, model::AgentId by, const flow::Directory& now,
                            bool links) {
    model::Team team;
    const auto id = id_of(now.teams, body.text("name", 200, true));
    if (model::is_some(id)) team = now.teams.at(id);
    team.name = body.text("name", 200, true);
    if (const auto text = body.maybe_text("mode", 10)) {
        const auto mode = model::from_word<model::QueueMode>(*text);
        if (!mode) body.complain("mode", "must be push, offer or pull");
        team.mode = mode.value_or(team.mode);
    }
    if (body.has("calendar")) team.calendar = named(body, "calendar", now.calendars);
    if (links && body.has("overflow")) team.overflow = teams_named(body, "overflow", now);
    if (const auto lead = body.maybe_text("lead", 320); links && lead) {
        team.lead = agent_with(now, *lead);
        if (!model::is_some(team.lead)) body.complain("lead", "there is no agent " + *lead);
    }
    return model::SaveTeam{by, std::move(team)};
}

model::Command agent_command(JsonBody& body, model::AgentId by, const flow::Directory& now) {
    const std::string email = body.text("email", 320, true);
    model::Agent agent;
    if (const auto id = agent_with(now, email); model::is_some(id)) agent = now.agents.at(id);
    agent.email = email;
    agent.name = body.text("name", 200, true);
    if (const auto text = body.maybe_text("role", 20)) {
        const auto role = model::from_word<model::Role>(*text);
        if (!role) body.complain("role", "must be agent, social, supervisor or administrator");
        agent.role = role.value_or(agent.role);
    }
    if (body.has("teams")) agent.teams = teams_named(body, "teams", now);
    read_abilities(body, agent);
    return model::SaveAgent{by, std::move(agent), {}};
}

model::Command inbox_command(JsonBody& body, model::AgentId by, const flow::Directory& now) {
    model::Inbox inbox;
    const auto id = id_of(now.inboxes, body.text("name", 200, true));
    if (model::is_some(id)) inbox = now.inboxes.at(id);
    inbox.name = body.text("name", 200, true);
    const auto channel = model::from_word<model::Channel>(body.text("channel", 40, true));
    if (!channel) body.complain("channel", "must be email or chat");
    inbox.channel = channel.value_or(inbox.channel);
    inbox.address = body.text("address", 320, true);
    if (body.has("team")) inbox.team = named(body, "team", now.teams);
    if (body.has("offline_inbox")) inbox.offline_inbox = named(body, "offline_inbox", now.inboxes);
    if (const auto weight = body.maybe_number("weight", weight_max))
        inbox.weight = static_cast<std::uint32_t>(*weight);
    if (const auto seconds = body.maybe_number("wrap_up_seconds", wrap_up_seconds_max))
        inbox.wrap_up_seconds = static_cast<std::uint32_t>(*seconds);
    if (body.has("skills")) inbox.skills = read_skill_needs(body, "skills");
    if (body.has("allowed_origins"))
        inbox.allowed_origins = body.texts("allowed_origins", 100, 300);
    return model::SaveInbox{by, std::move(inbox)};
}

model::Command policy_command(JsonBody& body, model::AgentId by, const flow::Directory& now) {
    sla::Policy policy;
    policy.id = id_of(now.policies, body.text("name", 200, true));
    read_policy(body, policy);
    policy.calendar = named(body, "calendar", now.calendars);
    for (const model::TeamId team : teams_named(body, "teams", now))
        policy.conditions.teams.push_back(model::number(team));
    const model::TeamId overflow = named(body, "overflow_team", now.teams);
    for (sla::Escalation& rule : policy.escalations)
        if (rule.action == sla::EscalationAction::overflow && rule.team == 0)
            rule.team = model::number(overflow);
    return model::SavePolicy{by, std::move(policy)};
}

model::Command rule_command(JsonBody& body, model::AgentId by, const flow::Directory& now) {
    model::RoutingRule rule;
    rule.name = body.text("name", 200, true);
    rule.id = id_of(now.rules, rule.name);
    rule.rank = static_cast<std::uint32_t>(body.maybe_number("rank", rank_max).value_or(0));
    rule.text = body.text("text", rule_bytes_max, true);
    return model::SaveRoutingRule{by, std::move(rule)};
}

}  // namespace

Declaration::~Declaration() = default;

Declaration::Declaration(std::string_view text) {
    JsonBody body(text);
    add(body, "calendars", Kind::calendar);
    add(body, "teams", Kind::team);
    add(body, "agents", Kind::agent);
    add(body, "teams", Kind::team_links);
    add(body, "inboxes", Kind::inbox);
    add(body, "sla_policies", Kind::policy);
    if (auto routing = body.object("routing"))
        steps_.push_back({Kind::routing, routing->dump(), ""});
    add(body, "routing_rules", Kind::rule);
    for (const std::string& key : body.keys(100))
        if (std::ranges::find(titles, key) == titles.end())
            body.complain(key, "\"" + key +
                                   "\" is not part of a declaration: calendars, teams, agents, "
                                   "inboxes, sla_policies, routing, routing_rules");
    if (const auto wrong = body.fault()) fault_ = body.complaint();
}

void Declaration::add(JsonBody& body, const char* field, Kind kind) {
    for (JsonBody& one : body.objects(field, entities_max)) {
        const char* name = kind == Kind::agent ? "email" : "name";
        steps_.push_back({kind, one.dump(), one.text(name, 320, true)});
        if (one.fault()) body.complain(field, one.complaint());
    }
}

std::optional<std::string> Declaration::fault() const {
    return fault_;
}

std::string Declaration::title(std::size_t step) const {
    const Step& one = steps_.at(step);
    const std::string title = titles.at(static_cast<std::size_t>(one.kind));
    return one.name.empty() ? title : title + ": " + one.name;
}

std::variant<model::Command, std::string> Declaration::command(std::size_t step, model::AgentId by,
                                                               const flow::Directory& now) {
    const Step& one = steps_.at(step);
    if (one.kind == Kind::routing) try {
            return model::SaveRoutingSettings{by, model::changed_settings(now.routing, one.text)};
        } catch (const std::exception& error) {
            return error.what();
        }
    JsonBody body(one.text);
    const auto made = [&]() -> model::Command {
        switch (one.kind) {
            case Kind::calendar:
                return calendar_command(body, by, now);
            case Kind::team:
            case Kind::team_links:
                return team_command(body, by, now, one.kind == Kind::team_links);
            case Kind::agent:
                return agent_command(body, by, now);
            case Kind::inbox:
                return inbox_command(body, by, now);
            case Kind::policy:
                return policy_command(body, by, now);
            default:
                return rule_command(body, by, now);
        }
    };
    model::Command command = made();
    if (body.fault()) return body.complaint();
    return command;
}

}  // namespace api
