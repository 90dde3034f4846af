#include "connectors/chat/chat_wire.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace connectors::chat {
namespace {

using Json = nlohmann::json;

std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// A text of at most `most` bytes, or nothing.
std::optional<std::string> text_at(const Json& json, const char* key, std::size_t most) {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) return std::string{};
    if (!found->is_string() || found->get_ref<const std::string&>().size() > most)
        return std::nullopt;
    return found->get<std::string>();
}

std::uint32_t number_at(const Json& json, const char* key) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_number_unsigned()) return 0;
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(found->get<std::uint64_t>(), 0xFFFFFFFF));
}

ClientFrame parse_message(const Json& json, const ChatLimits& limits) {
    const auto client_id = text_at(json, "cid", 100);
    const auto text = text_at(json, "text", limits.text_bytes_max);
    if (!client_id || client_id->empty()) return BadFrame{"bad_frame", {}};
    if (!text) return BadFrame{"too_large", *client_id};
    SendMessage message{*client_id, *text, {}};
    const auto uploads = json.find("attachments");
    if (uploads != json.end() && !uploads->is_null()) {
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
    if (!site || !token || !conversation || !identity || !signature || token->empty())
        return BadFrame{"auth_failed", {}};
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

namespace {

// A text, whatever stands there instead of one.
std::string word_at(const Json& json, const char* key) {
    if (!json.is_object()) return {};
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

// Only what is said to be for the customer is shown: a visibility that is not known is not.
std::optional<ChatMessage> message_for_visitor(std::string_view message_json) {
    const Json json = Json::parse(message_json, nullptr, false);
    const std::string visibility = word_at(json, "visibility");
    if (visibility != "public" && visibility != "private") return std::nullopt;
    ChatMessage message{.id = word_at(json, "id"),
                        .conversation = word_at(json, "conversation_id"),
                        .number = number_at(json, "number"),
                        .from_visitor = word_at(json, "direction") == "in",
                        .author_name = word_at(json.value("author", Json::object()), "name"),
                        .text = word_at(json, "text"),
                        .client_id = {},
                        .sent_at = word_at(json, "sent_at"),
                        .attachments = {}};
    if (message.from_visitor) message.client_id = word_at(json, "client_id");
    const auto attachments = json.find("attachments");
    if (attachments == json.end() || !attachments->is_array()) return message;
    for (const Json& one : *attachments)
        message.attachments.push_back({word_at(one, "id"), word_at(one, "name"),
                                       word_at(one, "type"),
                                       one.is_object() ? number_at(one, "size") : 0});
    return message;
}

std::string ready_frame(bool agents_online, const std::string& conversation,
                        std::uint32_t last_number, bool reset) {
    return dump({{"t", "ready"},
                 {"online", agents_online},
                 {"conversation", conversation},
                 {"last", last_number},
                 {"reset", reset}});
}

std::string message_frame(const ChatMessage& message) {
    Json attachments = Json::array();
    for (const ChatAttachment& one : message.attachments)
        attachments.push_back(
            {{"id", one.id}, {"name", one.name}, {"type", one.type}, {"size", one.size}});
    return dump(
        {{"t", "message.new"},
         {"id", message.id},
         {"conversation", message.conversation},
         {"number", message.number},
         {"from",
          {{"kind", message.from_visitor ? "visitor" : "agent"}, {"name", message.author_name}}},
         {"text", message.text},
         {"cid", message.client_id},
         {"created_at", message.sent_at},
         {"attachments", std::move(attachments)}});
}

std::string ack_frame(const std::string& client_id, const std::string& conversation,
                      const std::string& id, std::uint32_t number) {
    return dump({{"t", "message.ack"},
                 {"cid", client_id},
                 {"conversation", conversation},
                 {"id", id},
                 {"number", number}});
}

std::string typing_frame(const std::string& agent_name) {
    return dump({{"t", "typing"}, {"name", agent_name}});
}

std::string presence_frame(bool agents_online) {
    return dump({{"t", "presence"}, {"online", agents_online}});
}

std::string error_frame(const std::string& code, const std::string& client_id,
                        unsigned retry_after_ms) {
    Json json = {{"t", "error"}, {"code", code}, {"cid", client_id}};
    if (retry_after_ms != 0) json["retry_after_ms"] = retry_after_ms;
    return dump(json);
}

}  // namespace connectors::chat
