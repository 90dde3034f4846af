#include "connectors/net/stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <stdexcept>

namespace connectors::net {
namespace {

using boost::asio::ip::tcp;
constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);

template <class Socket>
class StreamOf final : public Stream {
public:
    explicit StreamOf(Socket socket) : socket_(std::move(socket)) {}

    boost::asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        const auto [error, size] = co_await socket_.async_read_some(
            boost::asio::buffer(buffer.data(), buffer.size()), token);
        co_return error ? 0 : size;
    }
    boost::asio::awaitable<bool> write(std::string bytes) override {
        const auto [error, size] =
            co_await boost::asio::async_write(socket_, boost::asio::buffer(bytes), token);
        co_return !error;
    }
    void cancel() override {
        boost::system::error_code ignored;
        socket_.lowest_layer().cancel(ignored);
    }
    void cut_off() override {
        boost::system::error_code ignored;
        socket_.lowest_layer().close(ignored);
    }
    boost::asio::any_io_executor executor() override { return socket_.get_executor(); }
    bool is_tls() const override { return !std::is_same_v<Socket, tcp::socket>; }
    tcp::socket release() override {
        if constexpr (std::is_same_v<Socket, tcp::socket>)
            return std::move(socket_);
        else
            throw std::logic_error("a TLS stream cannot be released");
    }

private:
    Socket socket_;
};

}  // namespace

std::unique_ptr<Stream> plain_stream(tcp::socket socket) {
    return std::make_unique<StreamOf<tcp::socket>>(std::move(socket));
}

boost::asio::awaitable<std::unique_ptr<Stream>> tls_server_stream(
    tcp::socket socket, boost::asio::ssl::context& context, std::chrono::seconds limit) {
    using TlsSocket = boost::asio::ssl::stream<tcp::socket>;
    TlsSocket tls(std::move(socket), context);
    boost::asio::steady_timer deadline(tls.get_executor(), limit);
    const auto waiting = std::make_shared<TlsSocket*>(&tls);
    deadline.async_wait([waiting](boost::system::error_code failed) {
        boost::system::error_code ignored;
        if (!failed && *waiting != nullptr) (*waiting)->lowest_layer().close(ignored);
    });
    const auto [error] = co_await tls.async_handshake(boost::asio::ssl::stream_base::server, token);
    *waiting = nullptr;
    deadline.cancel();
    if (error) co_return nullptr;
    co_return std::make_unique<StreamOf<TlsSocket>>(std::move(tls));
}

}  // namespace connectors::net
