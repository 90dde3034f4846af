#include "connectors/chat/chat_wire.hpp"

#include <nlohmann/json.hpp>

namespace connectors::chat {
namespace {

using Json = nlohmann::json;

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// A text of at most `most` bytes, or nothing.
std::optional<std::string> text_at(const Json& json, const char* key, std::size_t most) {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) return std::string{};
    if (!found->is_string() || found->get_ref<const std::string&>().size() > most) return std::nullopt;
    return found->get<std::string>();
}

std::uint32_t number_at(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_number_unsigned() ? found->get<std::uint32_t>() : 0;
}

ClientFrame parse_message(const Json& json, const ChatLimits& limits) {
    const auto client_id = text_at(json, "cid", 100);
    const auto text = text_at(json, "text", limits.text_bytes_max);
    if (!client_id || client_id->empty()) return BadFrame{"bad_frame", {}};
    if (!text) return BadFrame{"too_large", *client_id};
    SendMessage message{*client_id, *text, {}};
    const auto uploads = json.find("attachments");
    if (uploads != json.end()) {
        if (!uploads->is_array() || uploads->size() > limits.attachments_max)
            return BadFrame{"too_large", *client_id};
        for (const Json& upload : *uploads)
            if (upload.is_string()) message.uploads.push_back(upload.get<std::string>());
    }
    if (message.text.empty() && message.uploads.empty()) return BadFrame{"empty", *client_id};
    return message;
}

ClientFrame parse_auth(const Json& json) {
    const auto site = text_at(json, "site", 100);
    const auto token = text_at(json, "token", 200);
    const auto conversation = text_at(json, "conversation", 40);
    const auto identity = text_at(json, "identity", 4096);
    const auto signature = text_at(json, "signature", 200);
    if (!site || !token || !conversation || !identity || !signature || token->empty()) return BadFrame{"auth_failed", {}};
    return Auth{*site, *token, *conversation, number_at(json, "after"), *identity, *signature};
}

}  // namespace

ClientFrame parse_frame(std::string_view text, const ChatLimits& limits) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return BadFrame{"bad_frame", {}};
    const auto type = text_at(json, "t", 40);
    if (type == "auth") return parse_auth(json);
    if (type == "message.send") return parse_message(json, limits);
    if (type == "typing") return Typing{};
    if (type == "message.seen") return Seen{number_at(json, "number")};
    return BadFrame{"unknown_frame", {}};
}

std::optional<ChatMessage> message_for_visitor(std::string_view message_json) {
    const Json json = Json::parse(message_json, nullptr, false);
    if (!json.is_object() || json.value("visibility", "note") == "note") return std::nullopt;
    ChatMessage message{.id = json.value("id", ""), .conversation = json.value("conversation_id", ""),
                        .number = json.value("number", 0U),
                        .from_visitor = json.value("direction", "") == "in",
                        .author_name = json.at("author").value("name", ""), .text = json.value("text", ""),
                        .client_id = {}, .sent_at = json.value("sent_at", ""), .attachments = {}};
    if (message.from_visitor) message.client_id = json.value("client_id", "");
    for (const Json& one : json.value("attachments", Json::array()))
        message.attachments.push_back({one.value("id", ""), one.value("name", ""), one.value("type", ""),
                                       one.value("size", std::uint64_t{0})});
    return message;
}

std::string ready_frame(bool agents_online, const std::string& conversation, std::uint32_t last_number) {
    return dump({{"t", "ready"}, {"online", agents_online}, {"conversation", conversation}, {"last", last_number}});
}

std::string message_frame(const ChatMessage& message) {
    Json attachments = Json::array();
    for (const ChatAttachment& one : message.attachments)
        attachments.push_back({{"id", one.id}, {"name", one.name}, {"type", one.type}, {"size", one.size}});
    return dump({{"t", "message.new"}, {"id", message.id}, {"conversation", message.conversation}, {"number", message.number},
                 {"from", {{"kind", message.from_visitor ? "visitor" : "agent"}, {"name", message.author_name}}},
                 {"text", message.text}, {"cid", message.client_id}, {"created_at", message.sent_at},
                 {"attachments", std::move(attachments)}});
}

std::string ack_frame(const std::string& client_id, const std::string& conversation, const std::string& id,
                      std::uint32_t number) {
    return dump({{"t", "message.ack"}, {"cid", client_id}, {"conversation", conversation}, {"id", id},
                 {"number", number}});
}

std::string typing_frame(const std::string& agent_name) {
    return dump({{"t", "typing"}, {"name", agent_name}});
}

std::string presence_frame(bool agents_online) { return dump({{"t", "presence"}, {"online", agents_online}}); }

std::string error_frame(const std::string& code, const std::string& client_id, unsigned retry_after_ms) {
    Json json = {{"t", "error"}, {"code", code}, {"cid", client_id}};
    if (retry_after_ms != 0) json["retry_after_ms"] = retry_after_ms;
    return dump(json);
}

}  // namespace connectors::chat
