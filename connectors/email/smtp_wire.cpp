#include "connectors/email/smtp_wire.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <utility>

namespace connectors::email {
namespace {

std::string upper(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

std::string trimmed(std::string_view text) {
    const auto from = text.find_first_not_of(" \t");
    if (from == std::string_view::npos) return {};
    return std::string{text.substr(from, text.find_last_not_of(" \t") - from + 1)};
}

// RFC 5321 4.5.2: a line that begins with a dot loses it.
void remove_dot_stuffing(std::string& body) {
    std::size_t to = 0;
    char before = '\r';
    char last = '\n';
    for (std::size_t from = 0; from < body.size(); ++from) {
        const char c = body[from];
        const bool dot = c == '.' && before == '\r' && last == '\n';
        before = std::exchange(last, c);
        if (!dot) body[to++] = c;
    }
    body.resize(to);
}

// Nothing when a parameter is unknown or a number is not one.
std::optional<std::size_t> declared_size(const std::string& parameters, bool& known) {
    known = true;
    std::optional<std::size_t> size;
    std::istringstream words(parameters);
    for (std::string word; words >> word;) {
        const std::string name = upper(word);
        if (name == "SMTPUTF8" || name == "BODY=8BITMIME" || name == "BODY=7BIT") continue;
        std::size_t value = 0;
        const char* begin = name.data() + std::min<std::size_t>(5, name.size());
        const char* end = name.data() + name.size();
        const auto parsed = std::from_chars(begin, end, value);
        if (!name.starts_with("SIZE=") || parsed.ec != std::errc{} || parsed.ptr != end) {
            known = false;
            return std::nullopt;
        }
        size = value;
    }
    return size;
}

}  // namespace

std::optional<Path> parse_path(std::string_view text) {
    std::string path = trimmed(text);
    if (path.empty() || path.front() != '<') return std::nullopt;
    const auto end = path.find('>');
    if (end == std::string::npos) return std::nullopt;
    Path result{path.substr(1, end - 1), trimmed(std::string_view{path}.substr(end + 1))};
    // A source route is accepted and ignored (RFC 5321 appendix C).
    if (result.address.starts_with('@'))
        if (const auto colon = result.address.find(':'); colon != std::string::npos)
            result.address.erase(0, colon + 1);
    const bool clean =
        std::ranges::all_of(result.address, [](unsigned char c) { return c > ' ' && c != 127; });
    if (!clean || result.address.size() > 320) return std::nullopt;
    return result;
}

std::string SmtpServer::greeting() const {
    const char* protocol = options_.protocol == MailProtocol::lmtp ? " LMTP" : " ESMTP";
    return "220 " + options_.host_name + protocol + " Sportello\r\n";
}

std::optional<SmtpServer::Action> SmtpServer::next() {
    switch (state_) {
        case State::command:
            return command();
        case State::data:
            return data();
        case State::delivering:
        case State::closed:
            return std::nullopt;
    }
    return std::nullopt;
}

std::optional<SmtpServer::Action> SmtpServer::command() {
    const auto end = input_.find('\n');
    if (end == std::string::npos) {
        if (input_.size() > options_.limits.line_bytes_max + 1) {
            too_long_ = true;
            input_.clear();
        }
        return std::nullopt;
    }
    std::string line = input_.substr(0, end);
    input_.erase(0, end + 1);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (std::exchange(too_long_, false) || line.size() > options_.limits.line_bytes_max)
        return wrong("500 5.5.2 Line too long");
    return handle(line);
}

SmtpServer::Action SmtpServer::handle(const std::string& line) {
    const auto space = line.find(' ');
    const std::string verb = upper(line.substr(0, space));
    const std::string argument =
        space == std::string::npos ? "" : trimmed(std::string_view{line}.substr(space + 1));
    if (verb == "EHLO" || verb == "HELO" || verb == "LHLO") return hello(verb, argument);
    if (verb == "QUIT") {
        state_ = State::closed;
        return Reply{"221 2.0.0 Goodbye\r\n"};
    }
    if (verb == "NOOP") return Reply{"250 2.0.0 OK\r\n"};
    if (verb == "RSET") {
        forget_transaction();
        return Reply{"250 2.0.0 OK\r\n"};
    }
    if (verb == "VRFY") return Reply{"252 2.1.5 Send the mail and see\r\n"};
    if (verb == "STARTTLS") return start_tls();
    if (verb == "MAIL") return mail(argument);
    if (verb == "RCPT") return recipient(argument);
    if (verb == "DATA") return begin_data();
    if (verb == "GET" || verb == "POST" || verb == "CONNECT") {
        // A web client speaking to us may be tricked into sending mail: hang up at its first word.
        state_ = State::closed;
        return Reply{"421 4.7.0 This is a mail server\r\n"};
    }
    return wrong("500 5.5.1 Unknown command");
}

SmtpServer::Action SmtpServer::hello(const std::string& verb, const std::string& argument) {
    const bool lmtp = options_.protocol == MailProtocol::lmtp;
    if (lmtp != (verb == "LHLO"))
        return wrong(lmtp ? "500 5.5.1 This is LMTP: say LHLO"
                          : "500 5.5.1 This is SMTP: say EHLO");
    if (argument.empty()) return wrong("501 5.5.4 " + verb + " needs your name");
    greeted_ = true;
    forget_transaction();
    if (verb == "HELO") return Reply{"250 " + options_.host_name + "\r\n"};
    std::string reply = "250-" + options_.host_name + "\r\n250-PIPELINING\r\n250-SIZE " +
                        std::to_string(options_.limits.message_bytes_max) +
                        "\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n";
    if (options_.tls_available && !tls_) reply += "250-STARTTLS\r\n";
    return Reply{reply + "250 ENHANCEDSTATUSCODES\r\n"};
}

SmtpServer::Action SmtpServer::mail(const std::string& argument) {
    if (!greeted_) return wrong("503 5.5.1 Say hello first");
    if (envelope_) return wrong("503 5.5.1 A sender was given already");
    if (!upper(argument.substr(0, 5)).starts_with("FROM:"))
        return wrong("501 5.5.4 Syntax: MAIL FROM:<address>");
    const auto path = parse_path(std::string_view{argument}.substr(5));
    if (!path) return wrong("501 5.1.7 Syntax: MAIL FROM:<address>");
    bool known = true;
    const auto size = declared_size(path->parameters, known);
    if (!known) return wrong("555 5.5.4 Unknown parameter: " + path->parameters.substr(0, 60));
    if (size && *size > options_.limits.message_bytes_max)
        return Reply{"552 5.3.4 The message is larger than " +
                     std::to_string(options_.limits.message_bytes_max) + " bytes\r\n"};
    envelope_ = Envelope{path->address, {}};
    return Reply{"250 2.1.0 OK\r\n"};
}

SmtpServer::Action SmtpServer::recipient(const std::string& argument) {
    if (!envelope_) return wrong("503 5.5.1 Give the sender first");
    if (!upper(argument.substr(0, 3)).starts_with("TO:"))
        return wrong("501 5.5.4 Syntax: RCPT TO:<address>");
    const auto path = parse_path(std::string_view{argument}.substr(3));
    if (!path || path->address.empty()) return wrong("501 5.1.3 Syntax: RCPT TO:<address>");
    if (!path->parameters.empty()) return wrong("555 5.5.4 Unknown parameter");
    if (envelope_->recipients.size() >= options_.limits.recipients_max)
        return Reply{"452 4.5.3 Too many recipients: send the rest in another transaction\r\n"};
    // Counted as an error, so that nobody tries names without end.
    if (!options_.is_ours(path->address))
        return wrong("550 5.1.1 No inbox here takes mail for this address");
    envelope_->recipients.push_back(path->address);
    return Reply{"250 2.1.5 OK\r\n"};
}

SmtpServer::Action SmtpServer::begin_data() {
    if (!envelope_ || envelope_->recipients.empty()) return wrong("503 5.5.1 No valid recipients");
    state_ = State::data;
    body_.clear();
    scanned_ = 0;
    too_long_ = false;
    return Reply{"354 End with <CRLF>.<CRLF>\r\n"};
}

SmtpServer::Action SmtpServer::start_tls() {
    if (!options_.tls_available || tls_) return wrong("502 5.5.1 STARTTLS is not available");
    // RFC 3207 4.2: what was sent in the clear behind the command is thrown away.
    input_.clear();
    forget_transaction();
    greeted_ = false;
    return StartTls{};
}

void SmtpServer::tls_started() {
    tls_ = true;
}

std::optional<SmtpServer::Action> SmtpServer::data() {
    body_.append(input_);
    input_.clear();
    const bool empty_message = !too_long_ && body_.starts_with(".\r\n");
    const std::size_t from = scanned_ < 4 ? 0 : scanned_ - 4;
    const auto end = empty_message ? 0 : body_.find("\r\n.\r\n", from);
    if (end == std::string::npos) {
        scanned_ = body_.size();
        if (body_.size() > options_.limits.message_bytes_max + 2) {
            too_long_ = true;
            body_.erase(0, body_.size() - 4);  // enough to find the end
            scanned_ = 0;
        }
        return std::nullopt;
    }
    input_ = body_.substr(end + (empty_message ? 3 : 5));
    body_.resize(empty_message ? 0 : end + 2);
    if (too_long_ || body_.size() > options_.limits.message_bytes_max) {
        const std::size_t recipients = envelope_->recipients.size();
        forget_transaction();
        state_ = State::command;
        std::string reply;
        for (std::size_t i = 0; i < (options_.protocol == MailProtocol::lmtp ? recipients : 1); ++i)
            reply += "552 5.3.4 The message is larger than " +
                     std::to_string(options_.limits.message_bytes_max) + " bytes\r\n";
        return Reply{reply};
    }
    remove_dot_stuffing(body_);
    state_ = State::delivering;
    return Deliver{*envelope_, std::make_shared<const std::string>(std::exchange(body_, {}))};
}

std::string SmtpServer::answer(const std::vector<Receipt>& receipts) {
    const auto text = [](Receipt receipt) -> std::string {
        if (receipt == Receipt::committed) return "250 2.0.0 Taken\r\n";
        if (receipt == Receipt::busy) return "451 4.3.2 Busy, come back in a moment\r\n";
        return "451 4.3.0 The store is not available, come back later\r\n";
    };
    std::string reply;
    if (options_.protocol == MailProtocol::lmtp) {
        // A recipient without a receipt has not been committed.
        for (std::size_t i = 0; i < envelope_->recipients.size(); ++i)
            reply += text(i < receipts.size() ? receipts[i] : Receipt::failed);
    } else {
        // One answer for all: a sender that comes back repeats the whole mail, and who has it takes
        // no second one.
        const auto failed =
            std::ranges::find_if(receipts, [](Receipt r) { return r != Receipt::committed; });
        const Receipt all = failed == receipts.end() ? Receipt::committed : *failed;
        reply = text(receipts.empty() ? Receipt::failed : all);
    }
    forget_transaction();
    state_ = State::command;
    return reply;
}

SmtpServer::Action SmtpServer::wrong(std::string text) {
    if (++errors_ <= options_.limits.errors_max) return Reply{std::move(text) + "\r\n"};
    state_ = State::closed;
    return Reply{"421 4.7.0 Too many errors, closing the connection\r\n"};
}

void SmtpServer::forget_transaction() {
    envelope_.reset();
    std::string{}.swap(body_);
    too_long_ = false;
}

}  // namespace connectors::email
