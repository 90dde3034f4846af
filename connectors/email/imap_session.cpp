#include "connectors/email/imap_session.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "connectors/email/header_text.hpp"

namespace connectors::email {

using boost::asio::awaitable;
using boost::system::error_code;

namespace {

constexpr std::size_t literal_slack = 64 * 1024;  // headers may come on top of what SIZE says

// What the server says after OK, NO or BAD.
std::string said(const ImapResponse& response) {
    return std::string{trimmed(response.line)};
}

// The command's first word alone: what follows may be a secret.
std::string name_of(const std::string& command) {
    return command.substr(0, command.find(' '));
}

// A refusal for now says so (RFC 5530); everything else about a login is about the account.
bool is_temporary(const ImapResponse& response) {
    const std::string line = lower(response.line);
    return line.find("[unavailable]") != std::string::npos ||
           line.find("[inuse]") != std::string::npos || line.find("[limit]") != std::string::npos ||
           line.find("[contactadmin]") != std::string::npos ||
           line.find("too many") != std::string::npos;
}

}  // namespace

ImapSession::ImapSession(std::unique_ptr<net::Stream> stream, Limits limits)
    : stream_(std::move(stream)),
      limits_(limits),
      reader_({.literal_bytes_max = limits.mail_bytes_max + literal_slack}),
      deadline_(std::make_shared<boost::asio::steady_timer>(stream_->executor())) {}

awaitable<std::shared_ptr<ImapSession>> ImapSession::open(
    ImapAccount account, std::shared_ptr<boost::asio::ssl::context> tls, Limits limits) {
    net::Connected connected =
        co_await net::connect_plain(account.host, account.port, limits.connect);
    if (!connected.stream) throw ImapFailure(ImapTrouble::broken, connected.why);
    if (account.security == ConnectionSecurity::tls) {
        connected =
            co_await net::start_tls(std::move(connected.stream), tls, account.host, limits.connect);
        if (!connected.stream) throw ImapFailure(ImapTrouble::broken, connected.why);
    }
    auto session = std::make_shared<ImapSession>(std::move(connected.stream), limits);
    co_await session->greet();
    if (account.security == ConnectionSecurity::starttls) co_await session->secure(account, tls);
    if (session->capabilities_.empty()) co_await session->ask_capabilities();
    co_await session->sign_in(account);
    co_await session->ask_capabilities();  // IDLE and MOVE are often offered only now
    co_return session;
}

// At the limit the stream is cut off, which ends whatever reads or writes.
void ImapSession::arm(std::chrono::seconds limit) {
    *timed_out_ = false;
    deadline_->expires_after(limit);
    deadline_->async_wait(
        [weak = std::weak_ptr(stream_), timed_out = timed_out_](error_code error) {
            const auto stream = weak.lock();
            if (error || !stream) return;
            *timed_out = true;
            stream->cut_off();
        });
}

awaitable<ImapResponse> ImapSession::read() {
    std::array<char, 32 * 1024> buffer;
    for (;;) {
        if (auto response = reader_.next()) {
            note_capabilities(*response);
            if (response->is_numbered("EXISTS") || response->is_numbered("RECENT")) news_ = true;
            if (response->tag == "*" && response->is("BYE"))
                throw ImapFailure(ImapTrouble::broken,
                                  "the server ends the connection: " + said(*response));
            co_return std::move(*response);
        }
        if (!reader_.fault().empty())
            throw ImapFailure(ImapTrouble::broken, "the server sent " + reader_.fault());
        const std::size_t size = co_await stream_->read_some(buffer);
        if (size == 0)
            throw ImapFailure(ImapTrouble::broken, *timed_out_
                                                       ? "the server did not answer in time"
                                                       : "the server closed the connection");
        reader_.feed({buffer.data(), size});
    }
}

awaitable<void> ImapSession::send(std::string bytes) {
    const bool sent = co_await stream_->write(std::move(bytes));
    if (!sent) throw ImapFailure(ImapTrouble::broken, "the connection broke");
}

awaitable<void> ImapSession::greet() {
    arm(limits_.connect);
    const ImapResponse greeting = co_await read();
    deadline_->cancel();
    if (!greeting.is("OK") && !greeting.is("PREAUTH"))
        throw ImapFailure(ImapTrouble::broken,
                          "the server does not greet as IMAP does: " + said(greeting));
}

awaitable<ImapResponse> ImapSession::finish(std::string tag, Handle handle) {
    for (;;) {
        arm(limits_.command);
        ImapResponse response = co_await read();
        deadline_->cancel();
        if (response.tag == tag) co_return response;
        if (handle && response.tag == "*") co_await handle(std::move(response));
    }
}

awaitable<ImapResponse> ImapSession::command(std::string text, Handle handle) {
    const std::string tag = "h" + std::to_string(next_tag_++);
    std::string bytes = tag + " " + text + "\r\n";
    co_await send(std::move(bytes));
    ImapResponse answer = co_await finish(tag, std::move(handle));
    if (!answer.is("OK"))
        throw ImapFailure(ImapTrouble::answered,
                          "the server refuses " + name_of(text) + ": " + said(answer));
    co_return answer;
}

void ImapSession::note_capabilities(const ImapResponse& response) {
    std::string list;
    if (response.is("CAPABILITY"))
        list = response.line.substr(std::string_view{"CAPABILITY"}.size());
    else if (const auto code = response_code(response, "CAPABILITY"))
        list = *code;
    else
        return;
    capabilities_.clear();
    for (std::size_t at = 0; at < list.size();) {
        const std::size_t end = std::min(list.find(' ', at), list.size());
        if (end > at) capabilities_.push_back(lower(list.substr(at, end - at)));
        at = end + 1;
    }
}

bool ImapSession::offers(std::string_view capability) const {
    return std::ranges::find(capabilities_, lower(capability)) != capabilities_.end();
}

awaitable<void> ImapSession::ask_capabilities() {
    co_await command("CAPABILITY");
}

awaitable<void> ImapSession::secure(const ImapAccount& account,
                                    std::shared_ptr<boost::asio::ssl::context> tls) {
    co_await command("STARTTLS");
    // What came before the handshake was not protected and counts for nothing (RFC 3501, 6.2.1).
    reader_ = ImapReader({.literal_bytes_max = limits_.mail_bytes_max + literal_slack});
    capabilities_.clear();
    auto plain = net::plain_stream(stream_->release());
    net::Connected connected =
        co_await net::start_tls(std::move(plain), std::move(tls), account.host, limits_.connect);
    if (!connected.stream) throw ImapFailure(ImapTrouble::broken, connected.why);
    stream_ = std::move(connected.stream);
}

awaitable<void> ImapSession::authenticate(std::string mechanism, std::string message) {
    const std::string tag = "h" + std::to_string(next_tag_++);
    const bool at_once = offers("SASL-IR");
    std::string bytes =
        tag + " AUTHENTICATE " + mechanism + (at_once ? " " + message : "") + "\r\n";
    co_await send(std::move(bytes));
    bool sent = at_once;
    for (;;) {
        arm(limits_.command);
        const ImapResponse response = co_await read();
        deadline_->cancel();
        if (response.tag == tag) {
            if (response.is("OK")) co_return;
            throw ImapFailure(is_temporary(response) ? ImapTrouble::broken : ImapTrouble::refused,
                              "the server refuses the sign-in: " + said(response));
        }
        if (response.tag != "+") continue;
        // A second challenge tells why a token was refused; an empty line asks for the verdict.
        std::string answer = (sent ? std::string{} : message) + "\r\n";
        sent = true;
        co_await send(std::move(answer));
    }
}

awaitable<void> ImapSession::sign_in(const ImapAccount& account) {
    if (!account.access_token.empty()) {
        const bool bearer = offers("AUTH=OAUTHBEARER") && !offers("AUTH=XOAUTH2");
        std::string message = bearer ? sasl_oauthbearer(account.user, account.access_token)
                                     : sasl_xoauth2(account.user, account.access_token);
        co_await authenticate(bearer ? "OAUTHBEARER" : "XOAUTH2", std::move(message));
        co_return;
    }
    if (offers("AUTH=PLAIN")) {
        co_await authenticate("PLAIN", sasl_plain(account.user, account.password));
        co_return;
    }
    if (offers("LOGINDISABLED"))
        throw ImapFailure(ImapTrouble::refused,
                          "the server takes no password on this connection: set security to "
                          "tls or starttls, or use OAuth");
    const std::string tag = "h" + std::to_string(next_tag_++);
    std::string bytes =
        tag + " LOGIN " + imap_quoted(account.user) + " " + imap_quoted(account.password) + "\r\n";
    co_await send(std::move(bytes));
    const ImapResponse answer = co_await finish(tag, nullptr);
    if (!answer.is("OK"))
        throw ImapFailure(is_temporary(answer) ? ImapTrouble::broken : ImapTrouble::refused,
                          "the server refuses the sign-in: " + said(answer));
}

awaitable<bool> ImapSession::idle(std::chrono::seconds most) {
    const std::string tag = "h" + std::to_string(next_tag_++);
    std::string bytes = tag + " IDLE\r\n";
    co_await send(std::move(bytes));
    // The stream cannot be read with a limit and go on: at the limit DONE is sent from aside, and
    // the answer to it ends the wait.
    auto done = std::make_shared<boost::asio::steady_timer>(stream_->executor(), most);
    auto ended = std::make_shared<bool>(false);
    const auto end = [stream = stream_, ended, executor = stream_->executor()] {
        if (std::exchange(*ended, true)) return;
        boost::asio::co_spawn(
            executor,
            [stream]() -> awaitable<void> {
                std::string word = "DONE\r\n";
                co_await stream->write(std::move(word));
            },
            boost::asio::detached);
    };
    done->async_wait([end](error_code error) {
        if (!error) end();
    });
    for (;;) {
        arm(most + limits_.command);
        const ImapResponse response = co_await read();
        deadline_->cancel();
        if (response.tag == tag) {
            done->cancel();
            co_return response.is("OK");
        }
        if (news_) end();
    }
}

}  // namespace connectors::email
