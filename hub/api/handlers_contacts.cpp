// Contacts, their timeline, and files; and what these share with the handlers of conversations.
#include "hub/api/handlers.hpp"
#include "hub/api/json_body.hpp"
#include "hub/runtime/entropy.hpp"

namespace api::handlers {
namespace {

constexpr std::size_t page_max = 200;
constexpr std::size_t page_default = 50;
}  // namespace

std::size_t page_size(const Request& request) {
    return std::clamp<std::size_t>(request.query_number("limit").value_or(page_default), 1,
                                   page_max);
}

std::optional<storage::ConversationRow> visible_row(storage::Reader& reader, const Request& request,
                                                    std::uint64_t id) {
    auto row = reader.conversation(model::ConversationId{id});
    if (row && !model::may_see(request.principal->viewer, model::placement_of(*row))) row.reset();
    return row;
}

std::string event_json(const storage::StoredEvent& event) {
    return R"({"seq":)" + std::to_string(event.row.seq) + R"(,"at":")" +
           model::text_of(event.row.at) + R"(","kind":")" + event.row.kind + R"(","actor":")" +
           event.row.actor + R"(","contact_id":")" + model::text_of(event.row.contact) +
           R"(","conversation_id":")" + model::text_of(event.row.conversation) + R"(","payload":)" +
           event.row.payload + "}";
}

namespace {

// A contact is seen by whoever sees one of its conversations.
bool sees_contact(storage::Reader& reader, const Request& request) {
    storage::ConversationQuery query;
    query.scope = model::scope_of(request.principal->viewer);
    query.contact = model::ContactId{request.id()};
    query.limit = 1;
    return !reader.conversations(query).empty();
}

}  // namespace

Result get_contact(Gateway& gateway, runtime::Loop& loop, Request& request) {
    std::optional<storage::ContactRow> row;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        if (sees_contact(reader, request)) row = reader.contact(model::ContactId{request.id()});
    };
    co_await read(gateway, loop, std::move(use));
    if (!row) co_return problem(404, "Not found", "there is no such contact that you may see");
    co_return json_response(row->body);
}

// What kind of customer this is: segment, relationship, language, the account's own agent.
Result change_contact(Gateway& gateway, runtime::Loop& loop, Request& request) {
    std::optional<storage::ContactRow> row;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        if (sees_contact(reader, request)) row = reader.contact(model::ContactId{request.id()});
    };
    co_await read(gateway, loop, std::move(use));
    if (!row) co_return problem(404, "Not found", "there is no such contact that you may see");
    JsonBody body(request.body);
    model::ProfileChange change;
    change.segment = body.maybe_text("segment", 100);
    change.relationship = body.maybe_text("relationship", 100);
    change.language = body.maybe_text("language", 20);
    if (const auto owner = body.maybe_id("owner_id")) change.owner = model::AgentId{*owner};
    if (body.has("blocked") && !body.is_null("blocked")) change.blocked = body.flag("blocked");
    if (auto fault = body.fault()) co_return std::move(*fault);
    model::Command command = model::ChangeContactProfile{
        request.principal->agent.id, model::ContactId{request.id()}, std::move(change)};
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    std::function<void(storage::Reader&)> again = [&](storage::Reader& reader) {
        row = reader.contact(model::ContactId{request.id()});
    };
    co_await read(gateway, loop, std::move(again));
    co_return json_response(row->body);
}

// Newest first; entries of conversations that may not be seen are left out.
Result list_timeline(Gateway& gateway, runtime::Loop& loop, Request& request) {
    bool found = false;
    std::vector<std::string> items;
    std::optional<std::string> next;
    const std::size_t limit = page_size(request);
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        found = sees_contact(reader, request);
        storage::EventQuery query;
        query.contact = model::ContactId{request.id()};
        query.before = request.query_number("cursor");
        query.newest_first = true;
        query.limit = limit;
        if (!found) return;
        const auto events = reader.events(query);
        std::map<model::ConversationId, bool> seen;
        for (const auto& event : events) {
            const auto id = event.row.conversation;
            if (model::is_some(id) && !seen.contains(id))
                seen[id] = visible_row(reader, request, model::number(id)).has_value();
            if (!model::is_some(id) || seen[id]) items.push_back(event_json(event));
        }
        if (events.size() == limit) next = std::to_string(events.back().row.seq);
    };
    co_await read(gateway, loop, std::move(use));
    if (!found) co_return problem(404, "Not found", "there is no such contact that you may see");
    co_return list_response(items, next);
}

Response download(const std::string& name, const std::string& type,
                  std::shared_ptr<const std::string> bytes) {
    Response response;
    const bool harmless = type == "image/png" || type == "image/jpeg" || type == "image/gif" ||
                          type == "image/webp" || type == "application/pdf" || type == "text/plain";
    response.type = harmless ? type : "application/octet-stream";
    response.shared_body = std::move(bytes);
    std::string safe;
    for (const unsigned char c : name) {
        static constexpr char digits[] = "0123456789ABCDEF";
        if (std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_')
            safe.push_back(static_cast<char>(c));
        else
            safe.append({'%', digits[c >> 4], digits[c & 15]});
    }
    response.headers.emplace_back(
        "Content-Disposition",
        std::string{harmless ? "inline" : "attachment"} + "; filename*=UTF-8''" + safe);
    response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; sandbox");
    response.headers.emplace_back("Cache-Control", "private, max-age=86400, immutable");
    return response;
}

Result get_attachment(Gateway& gateway, runtime::Loop& loop, Request& request) {
    std::optional<storage::AttachmentRow> row;
    std::shared_ptr<const std::string> bytes;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        row = reader.attachment(model::AttachmentId{request.id()});
        if (row && visible_row(reader, request, model::number(row->conversation)))
            bytes = reader.blob(row->blob);
    };
    co_await read(gateway, loop, std::move(use));
    if (!bytes) co_return problem(404, "Not found", "there is no such attachment that you may see");
    co_return download(row->name, row->type, std::move(bytes));
}

Result get_raw_message(Gateway& gateway, runtime::Loop& loop, Request& request) {
    std::shared_ptr<const std::string> bytes;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        const auto row = reader.message(model::MessageId{request.id()});
        if (row && visible_row(reader, request, model::number(row->conversation)))
            bytes = reader.blob(model::message_from(row->body).raw_sha256);
    };
    co_await read(gateway, loop, std::move(use));
    if (!bytes)
        co_return problem(404, "Not found",
                          "there is no such message with a source that you may see");
    co_return download("message-" + std::to_string(request.id()) + ".eml", "message/rfc822",
                       std::move(bytes));
}

Response keep_upload(Gateway& gateway, const Request& request) {
    if (request.body.empty()) return problem(422, "Invalid request", "the file is empty", "body");
    connectors::Attachment attachment;
    const auto name = request.query.find("name");
    attachment.name =
        name == request.query.end() || name->second.empty() ? "file" : name->second.substr(0, 200);
    attachment.type = request.header("content-type").substr(0, 100);
    attachment.sha256 = storage::sha256_hex(request.body);
    attachment.size = request.body.size();
    attachment.bytes = std::make_shared<const std::string>(request.body);
    const std::string type = attachment.type;
    const std::string id =
        gateway.uploads.put(std::move(attachment), gateway.settings.uploads_waiting_max);
    return json_response(R"({"id":)" + model::quoted(id) + R"(,"name":)" +
                             model::quoted(name == request.query.end() ? "file" : name->second) +
                             R"(,"type":)" + model::quoted(type) + R"(,"size":)" +
                             std::to_string(request.body.size()) + "}",
                         201);
}

Result upload(Gateway& gateway, runtime::Loop&, Request& request) {
    co_return keep_upload(gateway, request);
}

}  // namespace api::handlers
