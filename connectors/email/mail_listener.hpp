// The listener for SMTP and LMTP: a thin driver around SmtpServer. One coroutine per connection, on
// the loop given.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "connectors/email/smtp_wire.hpp"
#include "connectors/net/stream.hpp"

namespace connectors::email {

struct MailSink {
    std::function<bool(const std::string& address)> is_ours;
    // Calls `done` on the listener's loop with one receipt per recipient, after the commit.
    std::function<void(Envelope envelope, std::shared_ptr<const std::string> data,
                       std::function<void(std::vector<Receipt>)> done)>
        deliver;
    std::function<void(const std::string& what)> observe;  // for the operator's log
};

class MailListener {
public:
    struct Options {
        MailProtocol protocol = MailProtocol::smtp;
        boost::asio::ip::tcp::endpoint endpoint;
        std::string host_name;
        MailLimits limits;
        std::shared_ptr<boost::asio::ssl::context> tls;  // none: no STARTTLS
    };
    // Throws std::runtime_error when the address cannot be used.
    MailListener(boost::asio::io_context& context, Options options, MailSink sink);
    ~MailListener();

    boost::asio::ip::tcp::endpoint endpoint() const;
    // On the loop: takes no new connections; those that deliver finish, the others are cut off.
    void stop();
    std::size_t connections() const { return streams_.size(); }

private:
    struct Session;
    boost::asio::awaitable<void> accept_loop();
    boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket);
    void arm_for_command(Session& session);
    boost::asio::awaitable<bool> flush(Session& session);
    boost::asio::awaitable<bool> act(Session& session, SmtpServer::Action action);

    Options options_;
    MailSink sink_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::set<Session*> streams_;
    bool stopping_ = false;
};

}  // namespace connectors::email
