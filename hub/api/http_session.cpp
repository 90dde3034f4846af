#include "hub/api/http_session.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <stdexcept>

#include "hub/api/console_socket.hpp"
#include "hub/api/routes.hpp"
#include "hub/api/widget_socket.hpp"
#include "hub/runtime/log.hpp"

namespace api {

using boost::asio::awaitable;
using boost::asio::ip::tcp;
using boost::system::error_code;
namespace http = boost::beast::http;

namespace {

constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
constexpr std::size_t header_bytes_max = 32 * 1024;

struct Session {
    Gateway& gateway;
    runtime::Loop& loop;
    std::shared_ptr<tcp::socket> socket;
    boost::asio::steady_timer deadline;
    std::string input;
};

void arm(Session& session) {
    session.deadline.expires_after(
        std::chrono::seconds{session.gateway.settings.request_seconds_max});
    session.deadline.async_wait([weak = std::weak_ptr(session.socket)](error_code error) {
        const auto socket = weak.lock();
        error_code ignored;
        if (!error && socket) socket->close(ignored);
    });
}

enum class ReadResult { request, closed, bad, too_large };

awaitable<ReadResult> read_request(Session& session, Request& request, bool& keep_alive) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(header_bytes_max);
    parser.body_limit(session.gateway.settings.upload_bytes_max);
    parser.eager(true);
    std::array<char, 8192> buffer;
    while (!parser.is_done()) {
        error_code error;
        if (!session.input.empty()) {
            const std::size_t used = parser.put(boost::asio::buffer(session.input), error);
            session.input.erase(0, used);
            if (error == http::error::body_limit) co_return ReadResult::too_large;
            if (error && error != http::error::need_more) co_return ReadResult::bad;
            if (parser.is_done()) break;
        }
        const auto [failed, size] =
            co_await session.socket->async_read_some(boost::asio::buffer(buffer), token);
        if (failed) co_return ReadResult::closed;
        session.input.append(buffer.data(), size);
    }
    keep_alive = parser.keep_alive();
    auto message = parser.release();
    request.method = std::string{message.method_string()};
    read_target(std::string_view{message.target()}, request);
    for (const auto& field : message) {
        std::string name{field.name_string()};
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        request.headers[name] = std::string{field.value()};
    }
    request.body = std::move(message.body());
    co_return ReadResult::request;
}

std::string head_of(const Response& response, std::size_t body_size, bool keep_alive) {
    std::string head =
        "HTTP/1.1 " + std::to_string(response.status) + " " +
        std::string{http::obsolete_reason(static_cast<http::status>(response.status))} + "\r\n";
    const auto add = [&head](std::string_view name, std::string_view value) {
        head.append(name).append(": ").append(value).append("\r\n");
    };
    if (response.status != 304) {
        add("Content-Type", response.type);
        add("Content-Length", std::to_string(body_size));
    }
    add("X-Content-Type-Options", "nosniff");
    add("Referrer-Policy", "same-origin");
    bool cached = false;
    for (const auto& [name, value] : response.headers) {
        // A header's value must never end its line: what it came from may be a file's name.
        if (value.find_first_of("\r\n") == std::string::npos) add(name, value);
        cached = cached || name == "Cache-Control";
    }
    if (!cached) add("Cache-Control", "no-store");
    if (!keep_alive) add("Connection", "close");
    return head + "\r\n";
}

awaitable<bool> write_response(Session& session, const Request& request, Response response,
                               bool keep_alive) {
    session.gateway.metrics.counters().http_answer(response.status);
    const std::string& body = response.shared_body ? *response.shared_body : response.body;
    const std::string head = head_of(response, body.size(), keep_alive);
    std::array<boost::asio::const_buffer, 2> buffers = {boost::asio::buffer(head),
                                                        boost::asio::buffer(body)};
    if (request.method == "HEAD" || response.status == 304) buffers[1] = {};
    const auto [error, size] = co_await boost::asio::async_write(*session.socket, buffers, token);
    co_return !error;
}

// A socket closed with bytes unread resets the connection, and the answer is lost with it: what
// still comes is read and thrown away, for as long as a request may take.
awaitable<void> discard_rest(Session& session) {
    error_code ignored;
    session.socket->shutdown(tcp::socket::shutdown_send, ignored);
    arm(session);
    std::array<char, 8192> buffer;
    for (;;) {
        const auto [error, size] =
            co_await session.socket->async_read_some(boost::asio::buffer(buffer), token);
        if (error) co_return;
    }
}

bool wants_upgrade(const Request& request) {
    std::string upgrade = request.header("upgrade");
    std::transform(upgrade.begin(), upgrade.end(), upgrade.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return upgrade == "websocket" && request.method == "GET";
}

// Answers the handshake and hands the socket over. Nothing when it became a websocket, else the
// refusal.
awaitable<std::optional<Response>> upgrade(Session& session, Request& request) {
    const bool console = request.path == "/ws";
    if (!console && request.path != "/chat/ws")
        co_return problem(404, "Not found", "there is no websocket at " + request.path);
    if (request.header("sec-websocket-version") != "13" ||
        request.header("sec-websocket-key").size() != 24) {
        auto refused = problem(426, "Upgrade required", "this websocket speaks version 13");
        refused.headers.emplace_back("Sec-WebSocket-Version", "13");
        co_return refused;
    }
    ConsoleTicket ticket;
    if (console) {
        auto refused = co_await admit_console(session.gateway, session.loop, request, ticket);
        if (refused) co_return refused;
    }
    const std::string answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
        "Upgrade\r\nSec-WebSocket-Accept: " +
        runtime::websocket::accept_key(request.header("sec-websocket-key")) + "\r\n\r\n";
    const auto [error, size] =
        co_await boost::asio::async_write(*session.socket, boost::asio::buffer(answer), token);
    if (error) co_return std::nullopt;
    if (console)
        open_console_socket(session.gateway, session.loop, std::move(*session.socket),
                            std::move(ticket), std::move(session.input));
    else
        open_widget_socket(session.gateway, session.loop, std::move(*session.socket), request,
                           std::move(session.input));
    co_return std::nullopt;
}

// A handler that throws is a bug of ours: it is logged, answered, and costs nobody else anything.
awaitable<Response> guarded_dispatch(Session& session, Request& request) {
    std::string bug;
    try {
        auto response = co_await dispatch(session.gateway, session.loop, request);
        co_return response;
    } catch (const std::exception& error) {
        bug = error.what();
    }
    runtime::log::error("http.bug",
                        {{"method", request.method}, {"path", request.path}, {"what", bug}});
    co_return problem(500, "Internal error", "this is a defect of the program; it has been logged");
}

awaitable<void> serve(Gateway& gateway, runtime::Loop& loop, std::shared_ptr<tcp::socket> socket) {
    Session session{
        gateway, loop, std::move(socket), boost::asio::steady_timer(loop.context()), {}};
    error_code ignored;
    session.socket->set_option(tcp::no_delay(true), ignored);
    const std::string remote = session.socket->remote_endpoint(ignored).address().to_string();
    bool keep_alive = true;
    while (keep_alive && !gateway.draining) {
        Request request;
        request.remote = remote;
        arm(session);
        const ReadResult result = co_await read_request(session, request, keep_alive);
        session.deadline.cancel();
        if (result == ReadResult::closed) break;
        if (result != ReadResult::request) {
            auto refused = result == ReadResult::bad
                               ? problem(400, "Bad request", "this is not HTTP/1.1")
                               : problem(413, "Too large", "the body is larger than the limit");
            co_await write_response(session, request, std::move(refused), false);
            co_await discard_rest(session);
            break;
        }
        if (wants_upgrade(request)) {
            auto refused = co_await upgrade(session, request);
            if (!refused) break;
            co_await write_response(session, request, std::move(*refused), false);
            break;
        }
        auto response = co_await guarded_dispatch(session, request);
        arm(session);  // a reader that does not read is cut off as well
        keep_alive = co_await write_response(session, request, std::move(response), keep_alive) &&
                     keep_alive;
    }
    session.deadline.cancel();
}

// Counts the connection for as long as it is served over HTTP.
awaitable<void> counted(Gateway& gateway, runtime::Loop& loop,
                        std::shared_ptr<tcp::socket> socket) {
    if (++gateway.connections <= gateway.settings.connections_max)
        co_await serve(gateway, loop, std::move(socket));
    --gateway.connections;
}

}  // namespace

HttpListener::HttpListener(Gateway& gateway, std::vector<runtime::Loop*> loops,
                           const tcp::endpoint& endpoint)
    : gateway_(gateway), loops_(std::move(loops)), acceptor_(loops_.front()->context()) {
    try {
        acceptor_.open(endpoint.protocol());
        acceptor_.set_option(tcp::acceptor::reuse_address(true));
        acceptor_.bind(endpoint);
        acceptor_.listen(1024);
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error("cannot listen on " + endpoint.address().to_string() + ":" +
                                 std::to_string(endpoint.port()) + ": " + error.code().message() +
                                 "; another program may use the port: give another with --http");
    }
    boost::asio::co_spawn(loops_.front()->context(), accept_loop(), boost::asio::detached);
}

void HttpListener::stop() {
    error_code ignored;
    acceptor_.close(ignored);
}

awaitable<void> HttpListener::accept_loop() {
    for (;;) {
        runtime::Loop& loop = *loops_[next_++ % loops_.size()];
        auto socket = std::make_shared<tcp::socket>(loop.context());
        const auto [error] = co_await acceptor_.async_accept(*socket, token);
        if (error == boost::asio::error::operation_aborted || !acceptor_.is_open()) co_return;
        if (error) {
            boost::asio::steady_timer pause(acceptor_.get_executor(),
                                            std::chrono::milliseconds{100});
            co_await pause.async_wait(token);
            continue;
        }
        auto session = counted(gateway_, loop, std::move(socket));
        boost::asio::co_spawn(loop.context(), std::move(session), boost::asio::detached);
    }
}

}  // namespace api
