#include "connectors/chat/visitor_identity.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_body.hpp"
#include "hub/api/widget_socket.hpp"
#include "hub/runtime/entropy.hpp"

namespace api::handlers {
namespace {

const model::Inbox* site_of(const flow::Directory& directory, const Request& request) {
    return directory.inbox_of(model::Channel::chat, request.params.front());
}

Response no_site() {
    return problem(404, "Not found", "there is no chat site with this key");
}

// The widget runs on other origins: answers carry CORS headers for those that may embed it.
Response shared_with_origin(Response response, const model::Inbox& inbox, const Request& request) {
    const std::string origin = request.header("origin");
    if (!origin.empty() && origin_allowed(inbox, request)) {
        response.headers.emplace_back("Access-Control-Allow-Origin", origin);
        response.headers.emplace_back("Vary", "Origin");
    }
    return response;
}

std::optional<Response> refused(const model::Inbox* inbox, const Request& request) {
    if (inbox == nullptr) return no_site();
    const std::string origin = request.header("origin");
    if (!origin.empty() && !origin_allowed(*inbox, request))
        return problem(403, "Not allowed", "this origin may not embed the widget", "Origin");
    return std::nullopt;
}

}  // namespace

Result widget_config(Gateway& gateway, runtime::Loop&, Request& request) {
    const auto directory = gateway.intake.directory();
    const model::Inbox* inbox = site_of(*directory, request);
    if (auto answer = refused(inbox, request)) co_return std::move(*answer);
    auto response = json_response(
        R"({"name":)" + model::quoted(inbox->name) + R"(,"online":)" +
        (directory->anybody_chats(inbox->team) ? "true" : "false") + R"(,"offline_form":)" +
        (model::is_some(inbox->offline_inbox) ? "true" : "false") + R"(,"upload_bytes_max":)" +
        std::to_string(gateway.settings.chat.upload_bytes_max) + "}");
    co_return shared_with_origin(std::move(response), *inbox, request);
}

// A visitor's token is made here and kept by the browser; nothing is stored before the first
// message.
Result widget_session(Gateway& gateway, runtime::Loop&, Request& request) {
    const auto directory = gateway.intake.directory();
    const model::Inbox* inbox = site_of(*directory, request);
    if (auto answer = refused(inbox, request)) co_return std::move(*answer);
    JsonBody body(request.body);
    std::string token = body.text("visitor_token", 200);
    if (auto fault = body.fault()) co_return std::move(*fault);
    if (token.size() < 40) token = runtime::random_token();
    auto response = json_response(
        R"({"visitor_token":)" + model::quoted(token) + R"(,"ws_path":"/chat/ws"})", 201);
    co_return shared_with_origin(std::move(response), *inbox, request);
}

Result widget_upload(Gateway& gateway, runtime::Loop&, Request& request) {
    const auto directory = gateway.intake.directory();
    const model::Inbox* inbox = site_of(*directory, request);
    if (auto answer = refused(inbox, request)) co_return std::move(*answer);
    if (request.header("x-visitor-token").size() < 40)
        co_return problem(401, "Not allowed", "an upload needs the visitor's token",
                          "X-Visitor-Token");
    if (request.body.size() > gateway.settings.chat.upload_bytes_max)
        co_return problem(413, "Too large", "the file is larger than the limit", "body");
    co_return shared_with_origin(keep_upload(gateway, request), *inbox, request);
}

// A visitor opens the files of her own conversation and no others.
Result widget_attachment(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const auto directory = gateway.intake.directory();
    const model::Inbox* inbox = site_of(*directory, request);
    if (auto answer = refused(inbox, request)) co_return std::move(*answer);
    const auto token = request.query.find("token");
    const auto visitor =
        connectors::chat::anonymous_visitor(token == request.query.end() ? "" : token->second);
    std::optional<storage::AttachmentRow> row;
    std::shared_ptr<const std::string> bytes;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        row = reader.attachment(model::AttachmentId{request.id(1)});
        if (!row) return;
        const auto contact = reader.contact_of(visitor.kind, visitor.value);
        const auto conversation = reader.conversation(row->conversation);
        const auto message = reader.message(row->message);
        const bool own = contact && conversation && conversation->contact == *contact && message &&
                         !message->is_note;
        if (own) bytes = reader.blob(row->blob);
    };
    co_await read(gateway, loop, std::move(use));
    if (!bytes) co_return problem(404, "Not found", "there is no such file");
    co_return download(row->name, row->type, std::move(bytes));
}

// What a visitor leaves while nobody is online becomes a mail conversation: the answer goes to the
// address given. The visitor is told nothing of what that address wrote before.
Result widget_offline_form(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const auto directory = gateway.intake.directory();
    const model::Inbox* inbox = site_of(*directory, request);
    if (auto answer = refused(inbox, request)) co_return std::move(*answer);
    if (!model::is_some(inbox->offline_inbox) || !directory->inboxes.contains(inbox->offline_inbox))
        co_return problem(409, "Not configured",
                          "this site has no mail inbox for messages left offline");
    JsonBody body(request.body);
    const std::string name = body.text("name", 200);
    std::string email = body.text("email", 320, true);
    const std::string text = body.text("text", 16 * 1024, true);
    const std::string client_id = body.text("cid", 100, true);
    const auto at = email.find('@');
    const bool plausible = at != std::string::npos && at > 0 && at + 1 < email.size() &&
                           email.find_first_of(" \t\r\n<>,;") == std::string::npos;
    if (!email.empty() && !plausible) body.complain("email", "this is not a mail address");
    if (auto fault = body.fault()) co_return std::move(*fault);
    std::transform(email.begin(), email.end(), email.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    model::ReceiveInbound command;
    connectors::Inbound& inbound = command.inbound;
    inbound.inbox = inbox->offline_inbox;
    inbound.channel = model::Channel::email;
    inbound.sender = {.kind = "email", .value = email, .name = name};
    inbound.receipt_key = "offline:" + storage::sha256_hex(email + "\n" + client_id).substr(0, 32);
    inbound.subject = text.substr(0, std::min<std::size_t>(text.find('\n'), 60));
    inbound.text = inbound.trimmed_text = text;
    command.client_id = client_id;
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    auto response = json_response(
        R"({"conversation_id":")" + model::text_of(answer.conversation) + R"("})", 201);
    co_return shared_with_origin(std::move(response), *inbox, request);
}

}  // namespace api::handlers
