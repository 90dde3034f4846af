// A connected byte stream, plain or TLS, behind one type: only one file of the project pays for the
// templates.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <span>
#include <string>

namespace connectors::net {

class Stream {
public:
    virtual ~Stream() = default;
    // Bytes read; 0 when the peer closed or the stream was cut off.
    virtual boost::asio::awaitable<std::size_t> read_some(std::span<char> buffer) = 0;
    virtual boost::asio::awaitable<bool> write(std::string bytes) = 0;
    virtual void cancel() = 0;   // ends the operation under way; the stream can still be written to
    virtual void cut_off() = 0;  // ends every operation at once; safe to call again
    virtual boost::asio::any_io_executor executor() = 0;
    virtual bool is_tls() const = 0;
    // Takes the socket out again, to wrap it; the stream is dead afterwards. Plain streams only.
    virtual boost::asio::ip::tcp::socket release() = 0;
};

std::unique_ptr<Stream> plain_stream(boost::asio::ip::tcp::socket socket);
// Nothing when the handshake fails or takes longer than `limit`.
boost::asio::awaitable<std::unique_ptr<Stream>> tls_server_stream(
    boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& context,
    std::chrono::seconds limit);

}  // namespace connectors::net
