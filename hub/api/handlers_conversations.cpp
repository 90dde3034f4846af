#include <sstream>

#include "hub/api/handlers.hpp"
#include "hub/api/json_body.hpp"
#include "hub/runtime/entropy.hpp"

namespace api::handlers {
namespace {

Response no_conversation() {
    return problem(404, "Not found", "there is no such conversation that you may see");
}

storage::ConversationQuery query_of(const Request& request) {
    storage::ConversationQuery query;
    query.scope = model::scope_of(request.principal->viewer);
    const auto status = request.query.find("status");
    if (status != request.query.end() && status->second != "any") query.statuses = {status->second};
    query.inbox = request.query_number("inbox_id");
    query.assignee = request.query_number("assignee_id");
    query.team = request.query_number("team_id");
    query.limit = page_size(request);
    return query;
}

// ?contact_id= means the whole person; false when there is none.
bool narrow_to_person(storage::Reader& reader, const Request& request,
                      storage::ConversationQuery& query) {
    const auto contact = request.query_number("contact_id");
    if (!contact) return true;
    query.contacts = reader.records(model::ContactId{*contact});
    return !query.contacts.empty();
}

// A cursor names the last row of the page before: "micros.id".
std::string cursor_of(const storage::ConversationRow& row) {
    return std::to_string(row.updated_at.time_since_epoch().count()) + "." + model::text_of(row.id);
}

bool read_cursor(const Request& request, storage::ConversationQuery& query) {
    const auto cursor = request.query.find("cursor");
    if (cursor == request.query.end()) return true;
    long long micros = 0;
    unsigned long long id = 0;
    if (std::sscanf(cursor->second.c_str(), "%lld.%llu", &micros, &id) != 2) return false;
    query.before = {model::Instant{std::chrono::microseconds{micros}}, model::ConversationId{id}};
    return true;
}

// "?kinds=assigned,status_changed"
std::vector<std::string> words_of(const Request& request, const std::string& name) {
    std::vector<std::string> words;
    const auto found = request.query.find(name);
    if (found == request.query.end()) return words;
    std::istringstream text(found->second);
    for (std::string word; std::getline(text, word, ',') && words.size() < 30;)
        words.push_back(word);
    return words;
}

}  // namespace

Result list_conversations(Gateway& gateway, runtime::Loop& loop, Request& request) {
    storage::ConversationQuery query = query_of(request);
    if (!read_cursor(request, query))
        co_return problem(422, "Invalid request", "this cursor is not one of ours", "cursor");
    std::vector<storage::ConversationRow> rows;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        if (narrow_to_person(reader, request, query)) rows = reader.conversations(query);
    };
    co_await read(gateway, loop, std::move(use));
    std::vector<std::string> items;
    items.reserve(rows.size());
    for (const auto& row : rows) items.push_back(row.body);
    std::optional<std::string> next;
    if (rows.size() == query.limit) next = cursor_of(rows.back());
    co_return list_response(items, next);
}

Result count_conversations(Gateway& gateway, runtime::Loop& loop, Request& request) {
    std::size_t count = 0;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        storage::ConversationQuery query = query_of(request);
        if (narrow_to_person(reader, request, query)) count = reader.count(query);
    };
    co_await read(gateway, loop, std::move(use));
    co_return json_response(R"({"count":)" + std::to_string(count) + "}");
}

Result get_conversation(Gateway& gateway, runtime::Loop& loop, Request& request) {
    std::optional<storage::ConversationRow> row;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        row = visible_row(reader, request, request.id());
    };
    co_await read(gateway, loop, std::move(use));
    if (!row) co_return no_conversation();
    auto response = json_response(row->body);
    response.headers.emplace_back("ETag", "\"" + std::to_string(row->version) + "\"");
    co_return response;
}

namespace {

std::optional<model::Seq> if_match(const Request& request, std::string& fault) {
    std::string text = request.header("if-match");
    if (text.empty() || text == "*") return std::nullopt;
    std::erase(text, '"');
    if (text.empty() || text.size() > 18 ||
        text.find_first_not_of("0123456789") != std::string::npos) {
        fault = "If-Match must be the ETag that was given";
        return std::nullopt;
    }
    return std::stoull(text);
}

// The commands that a change asks for, in the order in which they are carried out.
std::vector<model::Command> commands_of(JsonBody& body, model::AgentId agent,
                                        model::ConversationId id, std::optional<model::Seq> base) {
    std::vector<model::Command> commands;
    const auto assignee = body.maybe_id("assignee_id");
    const auto team = body.maybe_id("team_id");
    if (assignee || team) {
        model::Assign assign{.agent = agent, .conversation = id, .base = base};
        if (assignee) assign.to_agent = model::AgentId{*assignee};
        if (team) assign.to_team = model::TeamId{*team};
        assign.waits_for_room = body.flag("waits_for_room");
        commands.emplace_back(assign);
    }
    if (const auto text = body.maybe_text("priority", 20)) {
        const auto priority = model::from_word<model::Priority>(*text);
        if (priority)
            commands.emplace_back(model::ChangePriority{agent, id, *priority});
        else
            body.complain("priority", "must be low, normal, high or urgent");
    }
    if (const auto factor = body.maybe_real("value_factor", 0.1, 10))
        commands.emplace_back(model::ChangeValueFactor{agent, id, *factor});
    if (body.has("tags"))
        commands.emplace_back(model::ChangeTags{agent, id, body.texts("tags", 50, 100)});
    if (const auto text = body.maybe_text("status", 20)) {
        const auto status = model::from_word<model::Status>(*text);
        if (status)
            commands.emplace_back(
                model::ChangeStatus{agent, id, *status, body.maybe_instant("until")});
        else
            body.complain("status", "must be open, pending, snoozed or resolved");
    }
    return commands;
}

}  // namespace

Result change_conversation(Gateway& gateway, runtime::Loop& loop, Request& request) {
    JsonBody body(request.body);
    std::string match_fault;
    const auto base = if_match(request, match_fault);
    if (!match_fault.empty()) co_return problem(422, "Invalid request", match_fault, "If-Match");
    auto commands =
        commands_of(body, request.principal->agent.id, model::ConversationId{request.id()}, base);
    if (commands.empty())
        body.complain(
            "", "name at least one of assignee_id, team_id, priority, value_factor, tags, status");
    if (auto fault = body.fault()) co_return std::move(*fault);
    if (base) {
        std::optional<storage::ConversationRow> row;
        std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
            row = visible_row(reader, request, request.id());
        };
        co_await read(gateway, loop, std::move(use));
        if (!row) co_return no_conversation();
        if (row->version != *base)
            co_return problem(412, "Changed meanwhile",
                              "somebody changed this conversation; look again", "If-Match");
    }
    for (model::Command& command : commands) {
        const auto answer = co_await submit(gateway, loop, std::move(command));
        if (!answer.ok()) co_return problem_of(answer);
    }
    auto response = co_await get_conversation(gateway, loop, request);
    co_return response;
}

Result list_messages(Gateway& gateway, runtime::Loop& loop, Request& request) {
    bool found = false;
    std::vector<storage::MessageRow> rows;
    model::Seq head = 0;
    const std::size_t limit = page_size(request);
    const auto before = request.query_number("before");
    const bool newest = before || !request.query.contains("after");
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        const model::ConversationId id{request.id()};
        found = visible_row(reader, request, request.id()).has_value();
        if (!found) return;
        head = reader.head();
        const auto upper = static_cast<std::uint32_t>(
            std::min<std::uint64_t>(before.value_or(0x7fffffff), 0x7fffffff));
        const auto lower = static_cast<std::uint32_t>(request.query_number("after").value_or(0));
        rows =
            newest ? reader.messages_before(id, upper, limit) : reader.messages(id, lower, limit);
    };
    co_await read(gateway, loop, std::move(use));
    if (!found) co_return no_conversation();
    std::vector<std::string> items;
    items.reserve(rows.size());
    for (const auto& row : rows) items.push_back(model::message_json(row));
    std::optional<std::string> next;
    if (rows.size() == limit)
        next = std::to_string(newest ? rows.front().number : rows.back().number);
    auto response = list_response(items, next);
    response.body.pop_back();
    response.body += R"(,"seq":)" + std::to_string(head) + "}";
    co_return response;
}

Result add_message(Gateway& gateway, runtime::Loop& loop, Request& request) {
    JsonBody body(request.body);
    Draft draft = read_draft(body);
    const std::string visibility = body.maybe_text("visibility", 20).value_or("private");
    if (visibility != "private" && visibility != "note")
        body.complain("visibility", "must be private or note");
    const auto seen = body.maybe_number("seen", 0x7fffffff);
    if (auto fault = body.fault()) co_return std::move(*fault);
    const model::ConversationId id{request.id()};
    std::string client_id = request.header("idempotency-key");
    if (client_id.empty()) client_id = runtime::random_hex(16);
    model::Command command;
    if (visibility == "note") {
        command = model::AddNote{request.principal->agent.id, id, draft.text, client_id};
    } else {
        std::optional<storage::ConversationRow> row;
        std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
            row = visible_row(reader, request, request.id());
        };
        co_await read(gateway, loop, std::move(use));
        if (!row) co_return no_conversation();
        auto reply = compose_reply(gateway, *request.principal, *row, std::move(draft), client_id);
        if (!reply)
            co_return problem(422, "Invalid request",
                              "an attachment is not there any more: upload it again",
                              "attachments");
        if (seen) reply->seen = static_cast<std::uint32_t>(*seen);
        command = std::move(*reply);
    }
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    std::optional<storage::MessageRow> row;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        row = reader.message(model::MessageId{answer.id});
    };
    co_await read(gateway, loop, std::move(use));
    auto response = json_response(row ? model::message_json(*row) : model::to_json(answer), 201);
    if (answer.repeated) response.headers.emplace_back("Idempotent-Replay", "true");
    co_return response;
}

Result list_conversation_events(Gateway& gateway, runtime::Loop& loop, Request& request) {
    bool found = false;
    std::vector<storage::StoredEvent> events;
    const std::size_t limit = page_size(request);
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        found = visible_row(reader, request, request.id()).has_value();
        storage::EventQuery query;
        query.conversation = model::ConversationId{request.id()};
        query.after = request.query_number("cursor").value_or(0);
        query.limit = limit;
        query.kinds = words_of(request, "kinds");
        if (found) events = reader.events(query);
    };
    co_await read(gateway, loop, std::move(use));
    if (!found) co_return no_conversation();
    std::vector<std::string> items;
    items.reserve(events.size());
    for (const auto& event : events) items.push_back(event_json(event));
    std::optional<std::string> next;
    if (events.size() == limit) next = std::to_string(events.back().row.seq);
    co_return list_response(items, next);
}

Result list_decisions(Gateway& gateway, runtime::Loop& loop, Request& request) {
    bool found = false;
    std::vector<std::string> items;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        found = visible_row(reader, request, request.id()).has_value();
        if (!found) return;
        for (const storage::DecisionRow& row :
             reader.decisions(model::ConversationId{request.id()}))
            items.push_back(R"({"seq":)" + std::to_string(row.seq) + R"(,"at":")" +
                            model::text_of(row.at) + R"(","decision":)" + row.body + "}");
    };
    co_await read(gateway, loop, std::move(use));
    if (!found) co_return no_conversation();
    co_return list_response(items, std::nullopt);
}

}  // namespace api::handlers
