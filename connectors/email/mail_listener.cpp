#include "connectors/email/mail_listener.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

namespace connectors::email {

using boost::asio::awaitable;
using boost::asio::ip::tcp;
using boost::system::error_code;
constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);

struct MailListener::Session {
    std::shared_ptr<net::Stream> stream;
    SmtpServer machine;
    std::shared_ptr<boost::asio::steady_timer> deadline;
    std::shared_ptr<bool> timed_out = std::make_shared<bool>(false);
    std::shared_ptr<boost::asio::steady_timer> receipts_came;
    std::string replies;  // not sent yet
    bool delivering = false;
};

namespace {

constexpr std::chrono::seconds farewell_max{5};

// A watchdog that owns nothing of the session: at the limit it ends what is under way, so that the
// session can say why it closes; a peer that does not even read that is cut off a little later.
void arm(const std::shared_ptr<boost::asio::steady_timer>& timer, unsigned seconds,
         const std::shared_ptr<net::Stream>& stream, const std::shared_ptr<bool>& timed_out) {
    timer->expires_after(std::chrono::seconds{seconds});
    timer->async_wait([timer, weak = std::weak_ptr(stream), timed_out](error_code error) {
        const auto alive = weak.lock();
        if (error || !alive) return;
        *timed_out = true;
        alive->cancel();
        timer->expires_after(farewell_max);
        timer->async_wait([weak](error_code again) {
            const auto still = weak.lock();
            if (!again && still) still->cut_off();
        });
    });
}

}  // namespace

MailListener::MailListener(boost::asio::io_context& context, Options options, MailSink sink)
    : options_(std::move(options)), sink_(std::move(sink)), acceptor_(context) {
    try {
        acceptor_.open(options_.endpoint.protocol());
        acceptor_.set_option(tcp::acceptor::reuse_address(true));
        acceptor_.bind(options_.endpoint);
        acceptor_.listen();
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error(
            "cannot listen for mail on " + options_.endpoint.address().to_string() + ":" +
            std::to_string(options_.endpoint.port()) + ": " + error.code().message() +
            "; give another address with --smtp or --lmtp");
    }
    boost::asio::co_spawn(context, accept_loop(), boost::asio::detached);
}

MailListener::~MailListener() = default;

tcp::endpoint MailListener::endpoint() const {
    return acceptor_.local_endpoint();
}

void MailListener::stop() {
    stopping_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    for (Session* session : streams_)
        if (!session->delivering) session->stream->cut_off();
}

awaitable<void> MailListener::accept_loop() {
    const auto executor = co_await boost::asio::this_coro::executor;
    while (!stopping_) {
        auto [error, socket] = co_await acceptor_.async_accept(token);
        if (error == boost::asio::error::operation_aborted || stopping_) co_return;
        if (error) {
            // Out of descriptors, most likely: wait a moment instead of spinning.
            boost::asio::steady_timer pause(executor, std::chrono::milliseconds{100});
            co_await pause.async_wait(token);
            continue;
        }
        auto session = serve(std::move(socket));
        boost::asio::co_spawn(executor, std::move(session), boost::asio::detached);
    }
}

awaitable<void> MailListener::serve(tcp::socket socket) {
    const auto executor = co_await boost::asio::this_coro::executor;
    if (streams_.size() >= options_.limits.connections_max) {
        auto full = net::plain_stream(std::move(socket));
        std::string reply = "421 4.3.2 Too many connections, come back later\r\n";
        co_await full->write(std::move(reply));
        co_return;
    }
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    SmtpServer::Options machine_options{options_.protocol, options_.host_name,
                                        options_.tls != nullptr, options_.limits, sink_.is_ours};
    Session session{net::plain_stream(std::move(socket)), SmtpServer(std::move(machine_options)),
                    std::make_shared<boost::asio::steady_timer>(executor)};
    streams_.insert(&session);
    std::array<char, 16 * 1024> buffer;
    std::string greeting = session.machine.greeting();
    arm_for_command(session);
    bool going = co_await session.stream->write(std::move(greeting));
    while (going) {
        arm_for_command(session);
        bool was_in_data = false;
        // One deadline for a whole line or a whole message, so that dripping bytes buys no time.
        while (going) {
            const std::size_t size = co_await session.stream->read_some(buffer);
            if (size == 0) {
                going = false;
                break;
            }
            session.machine.feed({buffer.data(), size});
            bool acted = false;
            while (going) {
                auto action = session.machine.next();
                if (!action) break;
                acted = true;
                going = co_await act(session, std::move(*action));
            }
            const bool flushed = co_await flush(session);
            going = going && flushed;
            if (session.machine.in_data() && !was_in_data) {
                was_in_data = true;
                arm(session.deadline, options_.limits.data_seconds_max, session.stream,
                    session.timed_out);
            } else if (acted) {
                break;
            }
        }
    }
    if (*session.timed_out) {
        std::string reason = SmtpServer::timeout_reply();
        co_await session.stream->write(std::move(reason));
    }
    session.deadline->cancel();
    streams_.erase(&session);
}

void MailListener::arm_for_command(Session& session) {
    arm(session.deadline, options_.limits.command_seconds_max, session.stream, session.timed_out);
}

// Replies to pipelined commands leave together.
awaitable<bool> MailListener::flush(Session& session) {
    if (session.replies.empty()) co_return true;
    std::string text = std::exchange(session.replies, {});
    const bool written = co_await session.stream->write(std::move(text));
    co_return written;
}

awaitable<bool> MailListener::act(Session& session, SmtpServer::Action action) {
    if (auto* reply = std::get_if<SmtpServer::Reply>(&action)) {
        const bool last = reply->text.starts_with("221") || reply->text.starts_with("421");
        session.replies += reply->text;
        if (!last) co_return !stopping_;
        co_await flush(session);
        co_return false;
    }
    const bool flushed = co_await flush(session);
    if (!flushed) co_return false;
    if (std::holds_alternative<SmtpServer::StartTls>(action)) {
        std::string ready = "220 2.0.0 Go ahead\r\n";
        const bool written = co_await session.stream->write(std::move(ready));
        if (!written) co_return false;
        session.deadline->cancel();
        auto plain = session.stream->release();
        const std::chrono::seconds limit{options_.limits.command_seconds_max};
        auto secured = co_await net::tls_server_stream(std::move(plain), *options_.tls, limit);
        if (!secured) co_return false;
        session.stream = std::move(secured);
        session.machine.tls_started();
        co_return true;
    }
    if (auto* deliver = std::get_if<SmtpServer::Deliver>(&action)) {
        session.deadline->cancel();  // from here on the sender waits for us
        session.delivering = true;
        // A timer as a condition variable: the receipts wake it.
        session.receipts_came = std::make_shared<boost::asio::steady_timer>(
            session.stream->executor(), boost::asio::steady_timer::time_point::max());
        auto arrived = std::make_shared<std::optional<std::vector<Receipt>>>();
        sink_.deliver(std::move(deliver->envelope), std::move(deliver->data),
                      [arrived, timer = session.receipts_came](std::vector<Receipt> receipts) {
                          *arrived = std::move(receipts);
                          timer->cancel();
                      });
        while (!*arrived) co_await session.receipts_came->async_wait(token);
        session.delivering = false;
        arm_for_command(session);
        session.replies += session.machine.answer(**arrived);
        co_return !stopping_;
    }
    co_return false;
}

}  // namespace connectors::email
