#include "hub/runtime/websocket_connection.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>

namespace runtime::websocket {
namespace {

using boost::system::error_code;
constexpr std::size_t frames_per_write_max = 64;

}  // namespace

Connection::Connection(boost::asio::ip::tcp::socket socket, const Limits& limits)
    : socket_(std::move(socket)), timer_(socket_.get_executor()), limits_(limits) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

void Connection::start(Handlers handlers, std::string rest) {
    handlers_ = std::move(handlers);
    watch_silence();
    if (!rest.empty()) take(rest);
    wait_readable();
}

// Waits for readiness instead of reading into a buffer of its own: an idle socket costs no buffer.
void Connection::wait_readable() {
    if (state_ == State::closed) return;
    socket_.async_wait(boost::asio::ip::tcp::socket::wait_read,
                       [self = shared_from_this()](error_code error) {
                           if (error) return self->finish();
                           self->read_some();
                       });
}

void Connection::read_some() {
    thread_local std::array<char, 16 * 1024> scratch;
    error_code error;
    const std::size_t size = socket_.read_some(boost::asio::buffer(scratch), error);
    if (error == boost::asio::error::would_block) return wait_readable();
    if (error) return finish();
    heard_ = true;
    take({scratch.data(), size});
    wait_readable();
}

void Connection::take(std::string_view bytes) {
    if (state_ == State::closed) return;
    if (!parser_) parser_ = std::make_unique<Parser>(limits_.message_bytes_max);
    std::vector<Received> received;
    parser_->feed(bytes, received);
    if (parser_->idle() && !parser_->finished()) parser_.reset();
    const auto self = shared_from_this();
    for (Received& one : received) {
        if (state_ == State::closed) return;
        if (auto* message = std::get_if<TextMessage>(&one)) {
            if (state_ == State::open && handlers_.on_text)
                handlers_.on_text(std::move(message->text));
        } else if (const auto* ping = std::get_if<Ping>(&one)) {
            send(make_control_frame(Opcode::pong, ping->payload));
        } else if (const auto* violation = std::get_if<Violation>(&one)) {
            close(violation->code, violation->reason);
        } else if (const auto* closed = std::get_if<Closed>(&one)) {
            if (state_ == State::open)
                close(closed->code == 1005 ? 1000 : closed->code, "");
            else
                finish();
        }
    }
}

void Connection::send(Frame frame) {
    if (state_ != State::open) return;
    queue_bytes_ += frame->size();
    queue_.push_back(std::move(frame));
    if (queue_bytes_ > limits_.queue_bytes_max) {
        // SY-14: nothing of the backlog is worth keeping; the client resumes from its last number.
        if (on_overflow) on_overflow();
        queue_.resize(writing_);
        queue_.push_back(make_close_frame(4408, "too slow; resume"));
        state_ = State::closing;
    }
    schedule_flush();
}

void Connection::close(std::uint16_t code, const std::string& reason) {
    if (state_ != State::open) return;
    send(make_close_frame(code, reason));
    state_ = State::closing;
    flush();
}

void Connection::schedule_flush() {
    if (flush_scheduled_ || writing_ != 0) return;
    flush_scheduled_ = true;
    boost::asio::post(socket_.get_executor(), [self = shared_from_this()] {
        self->flush_scheduled_ = false;
        self->flush();
    });
}

// Writes straight from the loop; only what the socket does not take at once becomes an asynchronous
// write.
void Connection::flush() {
    while (state_ != State::closed && writing_ == 0 && !queue_.empty()) {
        std::array<iovec, frames_per_write_max> parts;
        const std::size_t count = std::min(queue_.size(), parts.size());
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < count; ++i) {
            parts[i] = {const_cast<char*>(queue_[i]->data()), queue_[i]->size()};
            bytes += queue_[i]->size();
        }
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = count;
        const ssize_t sent =
            ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) return finish();
        if (static_cast<std::size_t>(std::max<ssize_t>(sent, 0)) != bytes)
            return flush_rest(count, static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
        queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
        queue_bytes_ -= bytes;
    }
    if (queue_.empty() && queue_.capacity() > 64) std::vector<Frame>{}.swap(queue_);
    if (queue_.empty() && state_ == State::closing) {
        error_code ignored;
        socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
    }
}

void Connection::flush_rest(std::size_t frames, std::size_t offset) {
    writing_ = frames;
    std::vector<boost::asio::const_buffer> rest;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < frames; ++i) {
        bytes += queue_[i]->size();
        const std::size_t skip = std::min(offset, queue_[i]->size());
        offset -= skip;
        if (skip < queue_[i]->size()) rest.push_back(boost::asio::buffer(*queue_[i]) + skip);
    }
    boost::asio::async_write(
        socket_, rest, [self = shared_from_this(), bytes](error_code error, std::size_t) {
            if (error) return self->finish();
            const auto count = static_cast<std::ptrdiff_t>(std::exchange(self->writing_, 0));
            self->queue_.erase(self->queue_.begin(), self->queue_.begin() + count);
            self->queue_bytes_ -= std::min(bytes, self->queue_bytes_);
            self->flush();
        });
}

// A ping after a quiet spell, the end after a silent one. A client that does not answer a close is
// cut off as well.
void Connection::watch_silence() {
    timer_.expires_after(asked_ ? limits_.silence_max - limits_.ping_every : limits_.ping_every);
    timer_.async_wait([weak = weak_from_this()](error_code error) {
        const auto self = weak.lock();
        if (error || !self || self->state_ == State::closed) return;
        const bool silent = !self->heard_;
        if ((silent && self->asked_) || self->state_ == State::closing) return self->finish();
        self->asked_ = silent;
        self->heard_ = false;
        if (silent) self->send(make_control_frame(Opcode::ping, ""));
        self->watch_silence();
    });
}

void Connection::finish() {
    if (state_ == State::closed) return;
    state_ = State::closed;
    error_code ignored;
    timer_.cancel();
    socket_.close(ignored);
    queue_.clear();
    const auto closed = std::exchange(handlers_, {}).on_closed;
    if (closed) closed();
}

}  // namespace runtime::websocket
