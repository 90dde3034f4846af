// A plain line client with a deadline on every wait, so that a silent server fails a dialog instead
// of hanging it.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>

#include "tests/dialogs/mail_server.hpp"

namespace dialogs {

class MailClient {
public:
    explicit MailClient(unsigned short port) : socket_(context_) {
        boost::system::error_code error;
        socket_.connect({boost::asio::ip::address_v4::loopback(), port}, error);
        connected_ = !error;
    }

    bool connected() const { return connected_; }

    bool send(const std::string& bytes) {
        if (tls_)
            return finished([&](auto done) {
                boost::asio::async_write(*tls_, boost::asio::buffer(bytes), done);
            });
        return finished([&](auto done) {
            boost::asio::async_write(socket_, boost::asio::buffer(bytes), done);
        });
    }

    // The next line without its CRLF.
    std::string line() {
        for (;;) {
            const auto end = received_.find("\r\n");
            if (end != std::string::npos) {
                std::string text = received_.substr(0, end);
                received_.erase(0, end + 2);
                return text;
            }
            const std::string problem = read();
            if (!problem.empty()) return received_ + problem;
        }
    }

    // Everything until the server hangs up, which is told as "(closed)".
    std::string rest() {
        for (;;)
            if (const std::string problem = read(); !problem.empty()) return received_ + problem;
    }

    bool start_tls() {
        tls_ = std::make_unique<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>>(
            socket_, tls_context_);
        tls_context_.set_verify_mode(boost::asio::ssl::verify_none);
        return finished([&](auto done) {
            tls_->async_handshake(boost::asio::ssl::stream_base::client,
                                  [done](boost::system::error_code error) { done(error, 0); });
        });
    }

    void disconnect() {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

private:
    template <class Start>
    bool finished(Start start) {
        return run(start) && !error_;
    }

    // False when patience has run out; the operation is cancelled then.
    template <class Start>
    bool run(Start start) {
        bool done = false;
        start([this, &done](boost::system::error_code error, std::size_t size) {
            done = true;
            error_ = error;
            size_ = size;
        });
        context_.restart();
        context_.run_for(patience);
        if (done) return true;
        disconnect();
        context_.restart();
        context_.run();
        return false;
    }

    std::string read() {
        char bytes[4096];
        const bool in_time = run([&](auto done) {
            if (tls_)
                tls_->async_read_some(boost::asio::buffer(bytes), done);
            else
                socket_.async_read_some(boost::asio::buffer(bytes), done);
        });
        if (!in_time) return "(silence)";
        if (error_) return "(closed)";
        received_.append(bytes, size_);
        return {};
    }

    boost::asio::io_context context_;
    boost::asio::ip::tcp::socket socket_;
    boost::asio::ssl::context tls_context_{boost::asio::ssl::context::tls_client};
    std::unique_ptr<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
    std::string received_;
    boost::system::error_code error_;
    std::size_t size_ = 0;
    bool connected_ = false;
};

}  // namespace dialogs
