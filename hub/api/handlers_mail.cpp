// Handlers of what happens to mail on its way: mailboxes, outbox, quarantine, who may join.
#include "hub/api/handlers.hpp"
#include "hub/api/json_body.hpp"
#include "hub/runtime/entropy.hpp"

namespace api::handlers {
namespace {

constexpr std::size_t subject_bytes_max = 500;

struct Quarantined {
    storage::QuarantineRow row;
    std::shared_ptr<const std::string> raw;
};

std::optional<Quarantined> quarantined(storage::Reader& reader, std::uint64_t seq) {
    if (seq == 0) return std::nullopt;
    const auto rows = reader.quarantine(seq - 1, 1);
    if (rows.empty() || rows.front().seq != seq) return std::nullopt;
    return Quarantined{rows.front(), reader.blob(rows.front().blob)};
}

Response nothing_in_quarantine() {
    return problem(404, "Not found", "there is no such item in quarantine");
}

}  // namespace

Result list_mailboxes(Gateway& gateway, runtime::Loop&, Request&) {
    std::vector<std::string> items;
    for (const flow::MailboxStatus& one : gateway.mailboxes())
        items.push_back(R"({"inbox_id":")" + model::text_of(one.inbox) + R"(","name":)" +
                        model::quoted(one.name) + R"(,"state":")" +
                        std::string{flow::word(one.health.state)} + R"(","detail":)" +
                        model::quoted(one.health.detail) + R"(,"since":")" +
                        model::text_of(one.since) + R"(","again_in_seconds":)" +
                        std::to_string(one.health.again_in.count()) + R"(,"mails":)" +
                        std::to_string(one.health.mails) + "}");
    co_return list_response(items, std::nullopt);
}

Result list_outbox(Gateway& gateway, runtime::Loop& loop, Request&) {
    std::vector<std::string> items;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        for (const storage::OutboxRow& row : reader.outbox(500))
            items.push_back(R"({"id":")" + std::to_string(row.id) + R"(","conversation_id":")" +
                            model::text_of(row.conversation) + R"(","due_at":")" +
                            model::text_of(row.due_at) + R"(","attempts":)" +
                            std::to_string(row.attempts) + R"(,"state":")" + row.state +
                            R"(","reason":)" + model::quoted(row.reason) + "}");
    };
    co_await read(gateway, loop, std::move(use));
    co_return list_response(items, std::nullopt);
}

Result list_quarantine(Gateway& gateway, runtime::Loop& loop, Request& request) {
    std::vector<std::string> items;
    std::optional<std::string> next;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        const auto rows = reader.quarantine(request.query_number("cursor").value_or(0), 100);
        for (const storage::QuarantineRow& row : rows)
            items.push_back(
                R"({"id":")" + std::to_string(row.seq) + R"(","at":")" + model::text_of(row.at) +
                R"(","inbox_id":")" + std::to_string(row.inbox) + R"(","reason":)" +
                model::quoted(row.reason) + R"(,"sha256":)" + model::quoted(row.blob) + "}");
        if (rows.size() == 100) next = std::to_string(rows.back().seq);
    };
    co_await read(gateway, loop, std::move(use));
    co_return list_response(items, next);
}

Result get_quarantined(Gateway& gateway, runtime::Loop& loop, Request& request) {
    std::optional<Quarantined> item;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        item = quarantined(reader, request.id());
    };
    co_await read(gateway, loop, std::move(use));
    if (!item || !item->raw) co_return nothing_in_quarantine();
    co_return download("quarantine-" + std::to_string(request.id()) + ".eml", "message/rfc822",
                       std::move(item->raw));
}

Result reprocess_quarantined(Gateway& gateway, runtime::Loop& loop, Request& request) {
    std::optional<Quarantined> item;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        item = quarantined(reader, request.id());
    };
    co_await read(gateway, loop, std::move(use));
    if (!item || !item->raw) co_return nothing_in_quarantine();
    if (item->raw->empty())
        co_return problem(422, "Nothing to read",
                          "its bytes never came; the mail is still in its mailbox");
    if (item->raw->ends_with("\r\n\r\n") && item->raw->find("\r\n\r\n") + 4 == item->raw->size())
        co_return problem(422, "Nothing to read",
                          "only its header is here; raise [email] message_bytes_max and let it be "
                          "sent again, or read it in its mailbox");
    JsonBody body(request.body);
    const auto inbox = body.maybe_id("inbox_id").value_or(item->row.inbox);
    if (auto fault = body.fault()) co_return std::move(*fault);
    const auto answer = co_await reprocess(gateway, loop, model::InboxId{inbox}, item->row.seq,
                                           std::move(item->raw));
    if (!answer.ok()) co_return problem_of(answer);
    co_return json_response(model::to_json(answer));
}

Result release_quarantined(Gateway& gateway, runtime::Loop& loop, Request& request) {
    std::optional<Quarantined> item;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        item = quarantined(reader, request.id());
    };
    co_await read(gateway, loop, std::move(use));
    if (!item) co_return nothing_in_quarantine();
    model::Command command = model::ReleaseQuarantined{request.principal->agent.id, item->row.seq};
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    co_return json_response("{}");
}

Result start_conversation(Gateway& gateway, runtime::Loop& loop, Request& request) {
    JsonBody body(request.body);
    model::StartConversation start;
    start.inbox = model::InboxId{body.maybe_id("inbox_id").value_or(0)};
    start.subject = body.text("subject", subject_bytes_max, true);
    Draft draft = read_draft(body);
    if (auto fault = body.fault()) co_return std::move(*fault);
    std::string client_id = request.header("idempotency-key");
    if (client_id.empty()) client_id = runtime::random_hex(16);
    storage::ConversationRow none;  // its number, and with it the reply token, is given by the desk
    auto reply = compose_reply(gateway, *request.principal, none, std::move(draft), client_id);
    if (!reply)
        co_return problem(422, "Invalid request",
                          "an attachment is not there any more: upload it again", "attachments");
    start.reply = std::move(*reply);
    model::Command command = std::move(start);
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    auto response = json_response(model::to_json(answer), 201);
    if (answer.repeated) response.headers.emplace_back("Idempotent-Replay", "true");
    co_return response;
}

Result take_back_reply(Gateway& gateway, runtime::Loop& loop, Request& request) {
    std::optional<storage::MessageRow> row;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        row = reader.message(model::MessageId{request.id()});
    };
    co_await read(gateway, loop, std::move(use));
    if (!row) co_return problem(404, "Not found", "there is no such message");
    model::Command command =
        model::TakeBackReply{request.principal->agent.id, row->conversation, row->id};
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    co_return json_response("{}");
}

Result admit_sender(Gateway& gateway, runtime::Loop& loop, Request& request) {
    model::Command command =
        model::AdmitSender{request.principal->agent.id, model::ConversationId{request.id()}};
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    co_return json_response(R"({"conversation_id":")" + model::text_of(answer.conversation) +
                            R"("})");
}

}  // namespace api::handlers
