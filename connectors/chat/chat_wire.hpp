// The widget's frames as values: what a visitor's browser says and what it is told. Pure. A frame
// to the visitor is built from a type that cannot hold a private note. Protocol: docs/PROTOCOL.md,
// "Widget socket".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace connectors::chat {

struct ChatLimits {
    std::size_t text_bytes_max = 16 * 1024;
    std::size_t attachments_max = 5;
    std::size_t upload_bytes_max = 10 * 1024 * 1024;
    unsigned frames_per_10_seconds_max = 20;  // beyond: error rate_limited, the frame is not taken
    unsigned auth_seconds_max = 10;
};

// --- from the visitor
struct Auth {
    std::string site_key;
    std::string visitor_token;
    std::string conversation;        // resume: the conversation on the screen, and
    std::uint32_t after_number = 0;  // the highest message number of it
    // Identity handed over by the site: base64url(JSON) and its hex HMAC; both empty without one.
    std::string identity;
    std::string signature;
};
struct SendMessage {
    std::string client_id;
    std::string text;
    std::vector<std::string> uploads;
};
struct Typing {};
struct Seen {
    std::uint32_t number = 0;
};
struct BadFrame {
    std::string code;
    std::string client_id;
};
using ClientFrame = std::variant<Auth, SendMessage, Typing, Seen, BadFrame>;

ClientFrame parse_frame(std::string_view text, const ChatLimits& limits);

// --- to the visitor
struct ChatAttachment {
    std::string id;
    std::string name;
    std::string type;
    std::uint64_t size = 0;
};
struct ChatMessage {
    std::string id;
    std::string conversation;
    std::uint32_t number = 0;
    bool from_visitor = false;
    std::string author_name;
    std::string text;
    std::string client_id;  // only of the visitor's own
    std::string sent_at;
    std::vector<ChatAttachment> attachments;
};

// Nothing when the stored message is a note: it never becomes a frame.
std::optional<ChatMessage> message_for_visitor(std::string_view message_json);
// `reset`: what follows does not continue what the visitor has on the screen.
std::string ready_frame(bool agents_online, const std::string& conversation,
                        std::uint32_t last_number, bool reset);
std::string message_frame(const ChatMessage& message);
std::string ack_frame(const std::string& client_id, const std::string& conversation,
                      const std::string& id, std::uint32_t number);
std::string typing_frame(const std::string& agent_name);
std::string presence_frame(bool agents_online);
std::string error_frame(const std::string& code, const std::string& client_id,
                        unsigned retry_after_ms);

}  // namespace connectors::chat
