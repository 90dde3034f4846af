// Files: attachments, sources of mails, uploads.
#include "hub/api/handlers.hpp"
#include "hub/runtime/entropy.hpp"

namespace api::handlers {

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
