#include "bench/support/console_client.hpp"

#include <optional>

#include "bench/support/local_http.hpp"

namespace bench {
namespace {

struct FrameHead {
    unsigned opcode = 0;
    std::size_t head_bytes = 2;
    std::size_t size = 0;
};

// A server's frame is never masked (RFC 6455, 5.1). Nothing while the frame is not whole.
std::optional<FrameHead> whole_frame(std::string_view bytes) {
    if (bytes.size() < 2) return std::nullopt;
    const auto at = [bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    FrameHead head;
    head.opcode = at(0) & 0x0FU;
    head.size = at(1);
    const std::size_t extended = head.size == 126 ? 2 : head.size == 127 ? 8 : 0;
    head.head_bytes += extended;
    if (bytes.size() < head.head_bytes) return std::nullopt;
    if (extended != 0) head.size = 0;
    for (std::size_t i = 0; i < extended; ++i) head.size = head.size << 8 | at(2 + i);
    if (bytes.size() < head.head_bytes + head.size) return std::nullopt;
    return head;
}

}  // namespace

Place current_place(std::uint16_t http_port, const std::string& token) {
    const HttpAnswer answer = http_get(http_port, "/api/v1/snapshot", token);
    if (answer.status != 200)
        throw std::runtime_error("the snapshot was answered " + std::to_string(answer.status));
    return {json_value(answer.body, "epoch"), json_value(answer.body, "seq")};
}

ConsoleClient::ConsoleClient(std::uint16_t http_port, const std::string& token, const Place& place)
    : socket_(connect_locally(http_port)) {
    send_all(socket_.get(),
             "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
             "Authorization: Bearer " +
                 token + "\r\n\r\n");
    while (input_.find("\r\n\r\n") == std::string::npos)
        if (!receive_some(socket_.get(), input_))
            throw std::runtime_error("the console socket was refused");
    if (!input_.starts_with("HTTP/1.1 101"))
        throw std::runtime_error("no websocket: " + input_.substr(0, 60));
    input_.erase(0, input_.find("\r\n\r\n") + 4);
    send_text(R"({"t":"hello","epoch":")" + place.epoch + R"(","since":)" + place.since + "}");
    for (bool greeted = false; !greeted;)
        take_frames([&greeted](std::string_view text) {
            if (text.starts_with(R"({"t":"stale")"))
                throw std::runtime_error("the hub calls the place stale");
            greeted = greeted || text.starts_with(R"({"t":"hi")");
        });
}

void ConsoleClient::take_frames(const std::function<void(std::string_view)>& on_text) {
    if (!receive_some(socket_.get(), input_))
        throw std::runtime_error("the hub closed the console socket");
    std::size_t used = 0;
    while (const auto head = whole_frame(std::string_view{input_}.substr(used))) {
        const std::string_view payload =
            std::string_view{input_}.substr(used + head->head_bytes, head->size);
        if (head->opcode == 1) on_text(payload);
        used += head->head_bytes + head->size;
    }
    input_.erase(0, used);
}

// Short texts only. The mask is zero: it must be there, and its value is the client's own affair.
void ConsoleClient::send_text(std::string_view text) {
    std::string frame{static_cast<char>(0x81), static_cast<char>(0x80 | text.size())};
    frame.append(4, '\0').append(text);
    send_all(socket_.get(), frame);
}

}  // namespace bench
