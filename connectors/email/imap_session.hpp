// One signed-in conversation with an IMAP server: commands and their responses over a stream, each
// with a limit of time. Lives on the loop that runs its coroutines.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <stdexcept>

#include "connectors/connectors.hpp"
#include "connectors/email/imap_wire.hpp"
#include "connectors/net/connect.hpp"

namespace connectors::email {

// Why a mailbox cannot be used; in words, for the operator.
enum class ImapTrouble : std::uint8_t {
    broken,    // no connection, or one that cannot be used any more
    refused,   // the account: trying again soon cannot help and may lock it
    answered,  // this one command; the connection goes on
};
struct ImapFailure : std::runtime_error {
    ImapFailure(ImapTrouble kind, const std::string& why) : std::runtime_error(why), kind(kind) {}
    ImapTrouble kind;
};

struct ImapAccount {
    std::string host;
    std::uint16_t port = 993;
    ConnectionSecurity security = ConnectionSecurity::tls;
    std::string user;
    std::string password;      // empty with `access_token`
    std::string access_token;  // OAuth 2
};

class ImapSession {
public:
    struct Limits {
        std::chrono::seconds connect{30};
        std::chrono::seconds command{120};
        std::size_t mail_bytes_max = 35ULL * 1024 * 1024;
    };
    using Handle = std::function<boost::asio::awaitable<void>(ImapResponse)>;

    // Connected, greeted, secured and signed in. Throws ImapFailure.
    static boost::asio::awaitable<std::shared_ptr<ImapSession>> open(
        ImapAccount account, std::shared_ptr<boost::asio::ssl::context> tls, Limits limits);

    // Sends and reads to the end of the command; untagged responses go to `handle` one by one, and
    // nothing is read before it is done with one. Throws ImapFailure unless the answer is OK.
    boost::asio::awaitable<ImapResponse> command(std::string text, Handle handle = nullptr);

    // Waits until something came about the mailbox, or `most` is over. Only where IDLE is offered;
    // false: the server did not want to.
    boost::asio::awaitable<bool> idle(std::chrono::seconds most);

    // Whether the server spoke of new mail since this was asked last.
    bool take_news() { return std::exchange(news_, false); }

    bool offers(std::string_view capability) const;
    void cut_off() { stream_->cut_off(); }

    ImapSession(std::unique_ptr<net::Stream> stream, Limits limits);

private:
    boost::asio::awaitable<ImapResponse> read();
    boost::asio::awaitable<void> send(std::string bytes);
    boost::asio::awaitable<void> greet();
    boost::asio::awaitable<void> secure(const ImapAccount& account,
                                        std::shared_ptr<boost::asio::ssl::context> tls);
    boost::asio::awaitable<void> ask_capabilities();
    boost::asio::awaitable<void> sign_in(const ImapAccount& account);
    boost::asio::awaitable<void> authenticate(std::string mechanism, std::string message);
    boost::asio::awaitable<ImapResponse> finish(std::string tag, Handle handle);
    void note_capabilities(const ImapResponse& response);
    void arm(std::chrono::seconds limit);

    // Shared with the watchdog, which may fire after the session is gone.
    std::shared_ptr<net::Stream> stream_;
    Limits limits_;
    ImapReader reader_;
    std::vector<std::string> capabilities_;  // lower case
    std::shared_ptr<boost::asio::steady_timer> deadline_;
    std::shared_ptr<bool> timed_out_ = std::make_shared<bool>(false);
    unsigned next_tag_ = 1;
    bool news_ = false;
};

}  // namespace connectors::email
