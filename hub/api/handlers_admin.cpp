#include "hub/api/config_bodies.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_body.hpp"
#include "hub/api/mailbox_body.hpp"
#include "hub/api/saving.hpp"
#include "hub/runtime/entropy.hpp"

namespace api::handlers {

Result list_inboxes(Gateway& gateway, runtime::Loop&, Request&) {
    co_return list_of(gateway.intake.directory()->inboxes);
}

Result save_inbox(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const auto directory = gateway.intake.directory();
    const auto id = target<model::InboxId>(request, directory->inboxes);
    if (!id) co_return nothing_there();
    JsonBody body(request.body);
    model::Inbox inbox;
    if (model::is_some(*id)) inbox = directory->inboxes.at(*id);
    inbox.id = *id;
    inbox.name = body.text("name", 200, true);
    const auto channel = model::from_word<model::Channel>(body.text("channel", 40, true));
    if (!channel) body.complain("channel", "must be email or chat");
    inbox.channel = channel.value_or(inbox.channel);
    inbox.address = body.text("address", 320, inbox.channel == model::Channel::email);
    if (inbox.address.empty()) inbox.address = runtime::random_hex(8);  // a chat's site key
    if (const auto team = body.maybe_id("team_id")) inbox.team = model::TeamId{*team};
    if (const auto weight = body.maybe_number("weight", weight_max))
        inbox.weight = static_cast<std::uint32_t>(*weight);
    if (const auto seconds = body.maybe_number("wrap_up_seconds", wrap_up_seconds_max))
        inbox.wrap_up_seconds = static_cast<std::uint32_t>(*seconds);
    if (body.has("skills")) inbox.skills = read_skill_needs(body, "skills");
    if (auto settings = body.object("settings")) {
        if (const auto offline = settings->maybe_id("offline_inbox_id"))
            inbox.offline_inbox = model::InboxId{*offline};
        if (settings->has("allowed_origins"))
            inbox.allowed_origins = settings->texts("allowed_origins", 100, 300);
        read_mail_settings(*settings, inbox);
        if (auto key = settings->maybe_text("identity_key", 200))
            inbox.identity_key = std::move(*key);
        if (auto fault = settings->fault()) co_return std::move(*fault);
    }
    read_mailbox(body, gateway.secret, inbox.mailbox);
    if (inbox.mailbox && inbox.channel != model::Channel::email)
        body.complain("mailbox", "only an inbox for email has one");
    if (auto fault = body.fault()) co_return std::move(*fault);
    model::Command command = model::SaveInbox{request.principal->agent.id, std::move(inbox)};
    auto response =
        co_await save(gateway, loop, request, std::move(command), &flow::Directory::inboxes);
    co_return response;
}

Result list_teams(Gateway& gateway, runtime::Loop&, Request&) {
    co_return list_of(gateway.intake.directory()->teams);
}

Result save_team(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const auto directory = gateway.intake.directory();
    const auto id = target<model::TeamId>(request, directory->teams);
    if (!id) co_return nothing_there();
    JsonBody body(request.body);
    model::Team team;
    if (model::is_some(*id)) team = directory->teams.at(*id);
    team.id = *id;
    team.name = body.text("name", 200, true);
    if (const auto mode = body.maybe_text("mode", 10)) {
        const auto known = model::from_word<model::QueueMode>(*mode);
        if (!known) body.complain("mode", "must be push, offer or pull");
        team.mode = known.value_or(team.mode);
    }
    if (body.has("overflow_ids")) {
        team.overflow.clear();
        for (const std::uint64_t overflow : body.ids("overflow_ids"))
            team.overflow.push_back(model::TeamId{overflow});
    }
    if (const auto lead = body.maybe_id("lead_id")) team.lead = model::AgentId{*lead};
    if (const auto calendar = body.maybe_id("calendar_id"))
        team.calendar = model::CalendarId{*calendar};
    if (auto fault = body.fault()) co_return std::move(*fault);
    model::Command command = model::SaveTeam{request.principal->agent.id, std::move(team)};
    auto response =
        co_await save(gateway, loop, request, std::move(command), &flow::Directory::teams);
    co_return response;
}

Result list_agents(Gateway& gateway, runtime::Loop&, Request&) {
    co_return list_of(gateway.intake.directory()->agents);
}

Result save_agent(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const auto directory = gateway.intake.directory();
    const auto id = target<model::AgentId>(request, directory->agents);
    if (!id) co_return nothing_there();
    JsonBody body(request.body);
    model::Agent agent;
    if (model::is_some(*id)) agent = directory->agents.at(*id);
    agent.id = *id;
    agent.name = body.text("name", 200, true);
    agent.email = body.text("email", 320, true);
    if (const auto text = body.maybe_text("role", 20)) {
        const auto role = model::from_word<model::Role>(*text);
        if (!role) body.complain("role", "must be agent, social, supervisor or administrator");
        agent.role = role.value_or(agent.role);
    }
    if (body.has("team_ids")) {
        agent.teams.clear();
        for (const std::uint64_t team : body.ids("team_ids"))
            agent.teams.push_back(model::TeamId{team});
    }
    if (body.has("inbox_ids")) {
        agent.inboxes.clear();
        for (const std::uint64_t inbox : body.ids("inbox_ids"))
            agent.inboxes.push_back(model::InboxId{inbox});
    }
    read_abilities(body, agent);
    const auto password = body.maybe_text("password", 1024);
    if (password && password->size() < 10)
        body.complain("password", "must have at least 10 characters");
    if (auto fault = body.fault()) co_return std::move(*fault);
    std::string hash;
    std::function<void()> work = [&] {
        if (password) hash = runtime::hash_password(*password);
    };
    co_await compute(gateway, loop, std::move(work));
    model::Command command =
        model::SaveAgent{request.principal->agent.id, std::move(agent), std::move(hash)};
    auto response =
        co_await save(gateway, loop, request, std::move(command), &flow::Directory::agents);
    if (password && model::is_some(*id) && response.status == 200)
        gateway.consoles.close_agent(*id);
    co_return response;
}

Result set_availability(Gateway& gateway, runtime::Loop& loop, Request& request) {
    JsonBody body(request.body);
    model::SetAvailability set = read_availability(body);
    set.agent = model::AgentId{request.id()};
    set.by = request.principal->agent.id;
    if (auto fault = body.fault()) co_return std::move(*fault);
    const model::Availability availability = set.to;
    model::Command command = std::move(set);
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    co_return json_response(R"({"agent_id":")" + std::to_string(request.id()) +
                            R"(","availability":")" + std::string{model::word(availability)} +
                            R"("})");
}

// The log itself, for those who watch over it. Payloads of inboxes hold keys: only what everybody
// may see is shown.
Result list_audit(Gateway& gateway, runtime::Loop& loop, Request& request) {
    std::vector<std::string> items;
    std::optional<std::string> next;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        storage::EventQuery query;
        query.after = request.query_number("cursor").value_or(0);
        query.limit = std::clamp<std::size_t>(request.query_number("limit").value_or(100), 1, 500);
        const auto events = reader.events(query);
        for (const storage::StoredEvent& event : events) {
            const std::string payload = event.row.kind == "inbox_saved"
                                            ? model::to_json(model::inbox_from(event.row.payload))
                                            : event.row.payload;
            items.push_back(R"({"seq":)" + std::to_string(event.row.seq) + R"(,"at":")" +
                            model::text_of(event.row.at) + R"(","kind":")" + event.row.kind +
                            R"(","actor":")" + event.row.actor + R"(","hash":")" + event.hash +
                            R"(","payload":)" + payload + "}");
        }
        if (events.size() == query.limit) next = std::to_string(events.back().row.seq);
    };
    co_await read(gateway, loop, std::move(use));
    co_return list_response(items, next);
}

Result make_token(Gateway& gateway, runtime::Loop& loop, Request& request) {
    JsonBody body(request.body);
    const auto agent = body.maybe_id("agent_id");
    const auto days = body.maybe_number("days", 3650).value_or(365);
    if (auto fault = body.fault()) co_return std::move(*fault);
    const std::uint64_t owner = agent.value_or(model::number(request.principal->agent.id));
    if (!gateway.intake.directory()->agents.contains(model::AgentId{owner}))
        co_return problem(422, "Invalid request", "there is no such agent", "agent_id");
    const std::string token = runtime::random_token();
    storage::RowWrite row = storage::SessionRow{storage::sha256_hex(token), owner, "api",
                                                gateway.clock.now() + std::chrono::days{days}};
    const auto written = co_await write(gateway, loop, std::move(row));
    if (written.error != storage::AppendError::none)
        co_return problem(503, "Not available now", "the store cannot be written; try again");
    co_return json_response(R"({"token":)" + model::quoted(token) + R"(,"agent_id":")" +
                                std::to_string(owner) + R"("})",
                            201);
}

}  // namespace api::handlers
