// The receiving side of SMTP (RFC 5321) and LMTP (RFC 2033) as a pure machine: bytes in, actions
// out.
//
// Advertises only what it does: PIPELINING, SIZE, 8BITMIME, SMTPUTF8, ENHANCEDSTATUSCODES, and
// STARTTLS where a certificate is configured. Never relays: a recipient is an inbox of ours or is
// refused. The end of a message is exactly CRLF.CRLF (a bare LF ends nothing, so nothing can be
// smuggled behind it).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "connectors/connectors.hpp"

namespace connectors::email {

struct MailLimits {
    std::size_t message_bytes_max = 35 * 1024 * 1024;  // beyond: 552
    std::size_t recipients_max = 100;                  // beyond: 452
    std::size_t line_bytes_max = 4096;                 // of a command; beyond: 500
    std::size_t errors_max = 20;                       // bad commands; beyond: 421 and closed
    unsigned command_seconds_max = 300;  // for one command line (RFC 5321 4.5.3.2); then 421
    unsigned data_seconds_max = 600;     // for one message; then 421
    std::size_t connections_max = 500;   // beyond: 421
};

enum class MailProtocol { smtp, lmtp };

struct Envelope {
    std::string sender;  // "" for <>
    std::vector<std::string> recipients;
};

class SmtpServer {
public:
    struct Options {
        MailProtocol protocol = MailProtocol::smtp;
        std::string host_name;
        bool tls_available = false;
        MailLimits limits;
        std::function<bool(const std::string&)> is_ours;  // the address takes mail here
    };

    struct Reply {
        std::string text;
    };                   // send it
    struct StartTls {};  // sent already: begin the handshake
    struct Deliver {
        Envelope envelope;
        std::shared_ptr<const std::string> data;
    };                // then call `answer`
    struct Close {};  // after what was sent
    using Action = std::variant<Reply, StartTls, Deliver, Close>;

    explicit SmtpServer(Options options) : options_(std::move(options)) {}

    std::string greeting() const;
    void feed(std::string_view bytes) { input_.append(bytes); }
    // The next thing to do, or nothing until more bytes are fed. After Deliver: nothing until
    // `answer`.
    std::optional<Action> next();
    // One receipt per accepted recipient, in order. Gives the reply.
    std::string answer(const std::vector<Receipt>& receipts);
    void tls_started();
    bool in_data() const { return state_ == State::data; }
    static std::string timeout_reply() { return "421 4.4.2 Too slow, closing the connection\r\n"; }

private:
    enum class State { command, data, delivering, closed };
    std::optional<Action> command();
    std::optional<Action> data();
    Action handle(const std::string& line);
    Action hello(const std::string& verb, const std::string& argument);
    Action mail(const std::string& argument);
    Action recipient(const std::string& argument);
    Action begin_data();
    Action start_tls();
    Action wrong(std::string text);
    void forget_transaction();

    Options options_;
    State state_ = State::command;
    std::string input_;
    std::string body_;
    std::size_t scanned_ = 0;
    bool too_long_ = false;  // the message, or the command line, is over its limit and thrown away
    bool greeted_ = false;
    bool tls_ = false;
    std::optional<Envelope> envelope_;
    std::size_t errors_ = 0;
};

// The address inside a path, `<a@b>` or bare, with its parameters behind it; nothing when it is not
// one.
struct Path {
    std::string address;
    std::string parameters;
};
std::optional<Path> parse_path(std::string_view text);

}  // namespace connectors::email
