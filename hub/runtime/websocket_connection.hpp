// One websocket of a server. Lives on the loop of its socket; every method is called there. Frames
// wait in a bounded queue and leave by one gather write per turn of the loop, several frames in one
// system call. An idle connection keeps no read buffer.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hub/runtime/websocket_wire.hpp"

namespace runtime::websocket {

struct Limits {
    std::size_t message_bytes_max = 64 * 1024;      // received; beyond: closed with 1009
    std::size_t queue_bytes_max = 4 * 1024 * 1024;  // waiting to be sent; beyond: closed with 4408
    std::chrono::seconds ping_every{25};
    std::chrono::seconds silence_max{60};  // nothing received: closed
};

class Connection : public std::enable_shared_from_this<Connection> {
public:
    struct Handlers {
        std::function<void(std::string)> on_text;
        std::function<void()> on_closed;  // once; nothing is called after it
    };

    Connection(boost::asio::ip::tcp::socket socket, const Limits& limits);
    // `rest` are bytes that came behind the handshake.
    void start(Handlers handlers, std::string rest);
    void send(Frame frame);
    void close(std::uint16_t code, const std::string& reason);
    bool is_open() const { return state_ == State::open; }
    std::function<void()> on_overflow;  // told before the queue's overflow closes the connection

private:
    enum class State { open, closing, closed };
    void wait_readable();
    void read_some();
    void take(std::string_view bytes);
    void schedule_flush();
    void flush();
    void flush_rest(std::size_t frames, std::size_t offset);
    void watch_silence();
    void finish();

    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer timer_;
    const Limits& limits_;
    Handlers handlers_;
    std::unique_ptr<Parser> parser_;  // only while something is half received
    std::vector<Frame> queue_;
    std::size_t queue_bytes_ = 0;
    std::size_t writing_ = 0;
    State state_ = State::open;
    bool flush_scheduled_ = false;
    bool heard_ = true;
    bool asked_ = false;
};

}  // namespace runtime::websocket
