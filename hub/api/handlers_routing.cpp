// Handlers of how work finds its agent: settings, rules, offers, what a conversation counts.
#include "hub/api/config_bodies.hpp"
#include "hub/api/declaration.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/saving.hpp"
#include "hub/desk/rule_facts.hpp"

namespace api::handlers {

Result get_routing(Gateway& gateway, runtime::Loop&, Request&) {
    co_return json_response(model::to_json(gateway.intake.directory()->routing));
}

Result save_routing(Gateway& gateway, runtime::Loop& loop, Request& request) {
    if (auto fault = JsonBody(request.body).fault()) co_return std::move(*fault);
    model::SaveRoutingSettings save{request.principal->agent.id, {}};
    std::string fault;
    try {
        save.settings = model::changed_settings(gateway.intake.directory()->routing, request.body);
    } catch (const std::exception& error) {
        fault = error.what();
    }
    if (!fault.empty()) co_return problem(422, "Invalid request", fault);
    model::Command command = std::move(save);
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    co_return json_response(model::to_json(gateway.intake.directory()->routing));
}

Result list_rules(Gateway& gateway, runtime::Loop&, Request&) {
    const auto directory = gateway.intake.directory();
    std::vector<std::string> items;
    for (const model::RoutingRule* rule : desk::rules_in_order(directory->rules))
        items.push_back(model::to_json(*rule));
    co_return list_response(items, std::nullopt);
}

Result save_rule(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const auto directory = gateway.intake.directory();
    const auto id = target<model::RuleId>(request, directory->rules);
    if (!id) co_return nothing_there();
    JsonBody body(request.body);
    model::RoutingRule rule{
        *id, body.text("name", 200, true),
        static_cast<std::uint32_t>(body.maybe_number("rank", rank_max).value_or(0)),
        body.text("text", rule_bytes_max, true)};
    if (auto fault = body.fault()) co_return std::move(*fault);
    model::Command command = model::SaveRoutingRule{request.principal->agent.id, std::move(rule)};
    auto response =
        co_await save(gateway, loop, request, std::move(command), &flow::Directory::rules);
    co_return response;
}

Result remove_rule(Gateway& gateway, runtime::Loop& loop, Request& request) {
    model::Command command =
        model::RemoveRoutingRule{request.principal->agent.id, model::RuleId{request.id()}};
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    co_return Response{.status = 204};
}

namespace {

std::string step_json(const routing::RuleStep& step) {
    return R"({"condition":)" + model::quoted(step.condition) + R"(,"held":)" +
           (step.held ? "true" : "false") + "}";
}

std::string dry_run_json(const model::Conversation& conversation, const routing::Rule& rule,
                         const routing::RuleFacts& facts) {
    std::vector<routing::RuleStep> steps;
    const bool matched = routing::matches(rule, facts, &steps);
    std::string trace;
    for (const routing::RuleStep& step : steps)
        trace += (trace.empty() ? "" : ",") + step_json(step);
    return R"({"conversation_id":")" + model::text_of(conversation.id) + R"(","subject":)" +
           model::quoted(conversation.subject) + R"(,"matched":)" + (matched ? "true" : "false") +
           R"(,"trace":[)" + trace + "]}";
}

// A state of configuration alone, as far as facts name teams and inboxes.
desk::State names_of(const flow::Directory& directory) {
    desk::State state;
    state.teams = directory.teams;
    state.inboxes = directory.inboxes;
    return state;
}

}  // namespace

// What a rule would have made of the last conversations, condition by condition; saves nothing.
Result dry_run_rule(Gateway& gateway, runtime::Loop& loop, Request& request) {
    JsonBody body(request.body);
    const std::string text = body.text("text", rule_bytes_max, true);
    const auto last = body.maybe_number("last", 200).value_or(50);
    if (auto fault = body.fault()) co_return std::move(*fault);
    const auto parsed = routing::parse_rule(text);
    if (const auto* fault = std::get_if<routing::RuleFault>(&parsed))
        co_return problem(422, "Invalid request",
                          "at character " + std::to_string(fault->at + 1) + ": " + fault->detail,
                          "text");
    const auto& rule = std::get<routing::Rule>(parsed);
    const desk::State names = names_of(*gateway.intake.directory());
    std::vector<std::string> items;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        storage::ConversationQuery query;
        query.scope = model::scope_of(request.principal->viewer);
        query.limit = static_cast<std::int64_t>(last);
        for (const storage::ConversationRow& row : reader.conversations(query)) {
            const auto conversation = model::conversation_from(row.body);
            const auto first = reader.messages(conversation.id, 0, 1);
            const std::string words =
                first.empty() ? "" : model::message_from(first.front().body).text;
            items.push_back(
                dry_run_json(conversation, rule,
                             desk::rule_facts(names, conversation, conversation.reply_address.value,
                                              conversation.subject, words)));
        }
    };
    co_await read(gateway, loop, std::move(use));
    co_return list_response(items, std::nullopt);
}

// A declared workspace (hub/api/declaration.hpp). What came before a fault stays done, and is told.
Result apply_declaration(Gateway& gateway, runtime::Loop& loop, Request& request) {
    std::optional<Declaration> declaration;
    std::string body = request.body;
    std::function<void()> work = [&] { declaration.emplace(body); };
    co_await compute(gateway, loop, std::move(work));
    if (const auto fault = declaration->fault()) co_return problem(422, "Invalid request", *fault);
    static constexpr const char* before_stays = "; the steps before it are done";
    std::string applied;
    for (std::size_t step = 0; step < declaration->size(); ++step) {
        const auto directory = gateway.intake.directory();
        std::variant<model::Command, std::string> command;
        std::function<void()> read_step = [&] {
            command = declaration->command(step, request.principal->agent.id, *directory);
        };
        co_await compute(gateway, loop, std::move(read_step));
        if (auto* wrong = std::get_if<std::string>(&command))
            co_return problem(422, "Invalid request",
                              declaration->title(step) + ": " + *wrong + before_stays);
        auto answer = co_await submit(gateway, loop, std::move(std::get<model::Command>(command)));
        answer.detail = declaration->title(step) + ": " + answer.detail + before_stays;
        if (!answer.ok()) co_return problem_of(answer);
        applied += (applied.empty() ? "" : ",") + model::quoted(declaration->title(step));
    }
    co_return json_response(R"({"applied":[)" + applied + "]}");
}

Result answer_offer(Gateway& gateway, runtime::Loop& loop, Request& request) {
    JsonBody body(request.body);
    const bool accept = body.flag("accept");
    if (auto fault = body.fault()) co_return std::move(*fault);
    model::Command command = model::AnswerOffer{request.principal->agent.id,
                                                model::ConversationId{request.id()}, accept};
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    co_return Response{.status = 204};
}

// Every skill that an agent has or an inbox asks for, with how many agents have it.
Result list_skills(Gateway& gateway, runtime::Loop&, Request&) {
    const auto directory = gateway.intake.directory();
    std::map<std::string, std::uint32_t> skills;
    for (const auto& [id, inbox] : directory->inboxes)
        for (const routing::SkillNeed& need : inbox.skills) skills.try_emplace(need.skill, 0);
    for (const auto& [id, agent] : directory->agents)
        for (const routing::SkillHeld& held : agent.skills) ++skills[held.skill];
    std::vector<std::string> items;
    for (const auto& [name, agents] : skills)
        items.push_back(R"({"name":)" + model::quoted(name) + R"(,"agents":)" +
                        std::to_string(agents) + "}");
    co_return list_response(items, std::nullopt);
}

}  // namespace api::handlers
