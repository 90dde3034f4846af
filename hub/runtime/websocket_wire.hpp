// RFC 6455 as a pure machine: bytes in, messages and control frames out; and the frames that a
// server sends. Limits are arguments; a violation names the close code that answers it
// (section 7.4.1).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace runtime::websocket {

using Frame = std::shared_ptr<const std::string>;  // one whole frame, shared by all who receive it

enum class Opcode : std::uint8_t {
    continuation = 0,
    text = 1,
    binary = 2,
    close = 8,
    ping = 9,
    pong = 10
};

Frame make_text_frame(std::string_view payload);
Frame make_control_frame(Opcode opcode, std::string_view payload);  // payload at most 125 bytes
Frame make_close_frame(std::uint16_t code, std::string_view reason);

// The value of Sec-WebSocket-Accept for a client's key (section 4.2.2).
std::string accept_key(std::string_view client_key);

bool is_utf8(std::string_view text);

struct TextMessage {
    std::string text;
};
struct Ping {
    std::string payload;
};
struct Pong {};
struct Closed {
    std::uint16_t code = 1005;
};
struct Violation {
    std::uint16_t code = 1002;
    std::string reason;
};
using Received = std::variant<TextMessage, Ping, Pong, Closed, Violation>;

class Parser {
public:
    explicit Parser(std::size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}

    // Consumes all bytes and appends what they completed. After a Violation or Closed nothing more
    // is read.
    void feed(std::string_view bytes, std::vector<Received>& out);
    bool finished() const { return finished_; }
    // True while nothing is half received, so that no buffer need be kept.
    bool idle() const { return pending_.empty() && message_.empty() && !in_message_; }

private:
    bool parse_one(std::vector<Received>& out);
    void take_frame(Opcode opcode, bool fin, std::string payload, std::vector<Received>& out);
    void take_control(Opcode opcode, std::string payload, std::vector<Received>& out);
    void fail(std::uint16_t code, const char* reason, std::vector<Received>& out);

    std::size_t message_bytes_max_;
    std::string pending_;
    std::string message_;
    bool in_message_ = false;
    bool finished_ = false;
};

}  // namespace runtime::websocket
