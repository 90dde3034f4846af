#include "connectors/net/stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <stdexcept>

#include "connectors/net/connect.hpp"

namespace connectors::net {
namespace {

using boost::asio::ip::tcp;
constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);

template <class Socket>
class StreamOf final : public Stream {
public:
    // A TLS stream refers to its context: who makes one to order gives it along.
    explicit StreamOf(Socket socket, std::shared_ptr<boost::asio::ssl::context> context = nullptr)
        : context_(std::move(context)), socket_(std::move(socket)) {}

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
    std::shared_ptr<boost::asio::ssl::context> context_;
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

boost::asio::awaitable<Connected> connect_plain(std::string host, std::uint16_t port,
                                                std::chrono::seconds limit) {
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto resolver = std::make_shared<tcp::resolver>(executor);
    const auto socket = std::make_shared<tcp::socket>(executor);
    boost::asio::steady_timer deadline(executor, limit);
    deadline.async_wait([resolver, socket](boost::system::error_code failed) {
        boost::system::error_code ignored;
        if (failed) return;
        resolver->cancel();
        socket->close(ignored);
    });
    const auto [not_found, addresses] =
        co_await resolver->async_resolve(host, std::to_string(port), token);
    Connected connected;
    if (not_found) {
        connected.why = host + " cannot be found: " + not_found.message();
        co_return connected;
    }
    const auto [failed, address] = co_await boost::asio::async_connect(*socket, addresses, token);
    deadline.cancel();
    if (failed) {
        connected.why = host + ":" + std::to_string(port) + " does not answer: " + failed.message();
        co_return connected;
    }
    boost::system::error_code ignored;
    socket->set_option(tcp::no_delay(true), ignored);
    socket->set_option(boost::asio::socket_base::keep_alive(true), ignored);
    connected.stream = plain_stream(std::move(*socket));
    co_return connected;
}

std::shared_ptr<boost::asio::ssl::context> tls_client_context(const std::string& ca_file) {
    auto context =
        std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
    context->set_options(boost::asio::ssl::context::no_tlsv1 |
                         boost::asio::ssl::context::no_tlsv1_1);
    context->set_verify_mode(boost::asio::ssl::verify_peer);
    boost::system::error_code error;
    context->set_default_verify_paths(error);
    if (!ca_file.empty()) context->load_verify_file(ca_file, error);
    if (error && !ca_file.empty())
        throw std::runtime_error("cannot use the trusted certificates in " + ca_file + ": " +
                                 error.message());
    return context;
}

boost::asio::awaitable<Connected> start_tls(std::unique_ptr<Stream> plain,
                                            std::shared_ptr<boost::asio::ssl::context> context,
                                            std::string host, std::chrono::seconds limit) {
    using TlsSocket = boost::asio::ssl::stream<tcp::socket>;
    TlsSocket tls(plain->release(), *context);
    SSL_set_tlsext_host_name(tls.native_handle(), host.c_str());
    tls.set_verify_callback(boost::asio::ssl::host_name_verification(host));
    boost::asio::steady_timer deadline(tls.get_executor(), limit);
    const auto waiting = std::make_shared<TlsSocket*>(&tls);
    deadline.async_wait([waiting](boost::system::error_code failed) {
        boost::system::error_code ignored;
        if (!failed && *waiting != nullptr) (*waiting)->lowest_layer().close(ignored);
    });
    const auto [error] = co_await tls.async_handshake(boost::asio::ssl::stream_base::client, token);
    *waiting = nullptr;
    deadline.cancel();
    Connected connected;
    if (error)
        connected.why = "no secure connection to " + host + ": " + error.message() +
                        "; its certificate must be valid for this name, or its authority be given "
                        "as [email] ca_file";
    else
        connected.stream = std::make_unique<StreamOf<TlsSocket>>(std::move(tls), context);
    co_return connected;
}

}  // namespace connectors::net
