// A mailbox that is watched: connects, takes what is new in the order of UIDs, waits for more, and
// comes back after every kind of failure. One coroutine; lives on one loop.
//
// Promises: a mail is handed over until its sink says that it is committed, and its cursor is
// committed with it; the cursor alone tells what is new, never a flag, so that what somebody read
// elsewhere arrives all the same. When the server forgets its UIDs (UIDVALIDITY), everything since
// the mailbox was connected is offered again and the receiver drops what it has. Sources: RFC 3501
// and 9051; 2177 (IDLE); 6851 (MOVE); 4315 (UIDPLUS).
#pragma once

#include <map>
#include <optional>

#include "connectors/connectors.hpp"
#include "connectors/email/imap_session.hpp"
#include "connectors/email/oauth_wire.hpp"

namespace connectors::email {

struct MailboxOptions {
    ImapAccount account;
    std::string folder = "INBOX";
    AfterIntake after = AfterIntake::keep;
    std::string move_to;                  // a folder, with AfterIntake::move
    bool from_start = false;              // take what was there before it was connected
    std::chrono::seconds poll{60};        // where the server offers no IDLE
    std::chrono::seconds idle_most{300};  // then IDLE is begun anew: dead connections are silent
    ImapSession::Limits limits;
};

// How far a mailbox was read.
struct MailboxCursor {
    std::uint32_t validity = 0;
    std::uint32_t last_uid = 0;
    std::int64_t since_day = 0;  // days since 1970; older mail is never taken; 0: all is
    // After the UIDs changed: up to here mails are told apart by their date. 0: by UID alone.
    std::uint32_t by_date_until = 0;

    friend bool operator==(const MailboxCursor&, const MailboxCursor&) = default;
};
std::string text_of(const MailboxCursor& cursor);
std::optional<MailboxCursor> cursor_from(std::string_view text);

enum class MailboxState : std::uint8_t {
    connecting,
    reading,  // there is more than one look brought
    waiting,  // connected; all is read
    failing,  // will be tried again soon
    refused,  // the server refuses the account; tried again seldom
};
struct MailboxHealth {
    MailboxState state = MailboxState::connecting;
    std::string detail;                // in words, when it fails
    std::chrono::seconds again_in{0};  // when it fails
    std::uint64_t mails = 0;           // handed over since the start
};

struct MailboxMail {
    std::string raw;
    std::string thread;              // the server's own id of its thread, or empty
    std::optional<Instant> arrived;  // at the server, by its clock
    bool after_gap = false;          // it may have come while nobody watched
};

struct MailboxSink {
    // Both call `done` on the mailbox's loop. `cursor` is to be committed with the item.
    std::function<void(MailboxMail mail, std::string cursor, std::function<void(Receipt)> done)>
        deliver;
    std::function<void(std::string raw, std::string reason, std::string cursor,
                       std::function<void(Receipt)> done)>
        quarantine;
    std::function<void(std::string cursor, std::function<void(Receipt)> done)> keep_cursor;
    // Empty for accounts with a password.
    std::function<void(std::function<void(OauthReply)> done)> access_token;
    std::function<void(const MailboxHealth&)> tell;
    std::function<std::int64_t()> today;  // days since 1970
    std::function<double()> jitter;       // 0 .. 1
};

// How long to wait after the nth failure in a row.
std::chrono::seconds mailbox_pause(ImapTrouble kind, unsigned failures, double jitter);

class ImapMailbox : public std::enable_shared_from_this<ImapMailbox> {
public:
    ImapMailbox(boost::asio::any_io_executor executor,
                std::shared_ptr<boost::asio::ssl::context> tls, MailboxOptions options,
                MailboxSink sink, std::optional<MailboxCursor> cursor);

    void start();
    void stop();  // nothing is handed over afterwards

private:
    using Uids = std::vector<std::uint32_t>;
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> serve();
    boost::asio::awaitable<void> open_folder();
    boost::asio::awaitable<void> read_new();
    boost::asio::awaitable<Uids> new_uids();
    boost::asio::awaitable<void> take(Uids uids);
    boost::asio::awaitable<void> take_group(Uids uids);
    boost::asio::awaitable<void> take_broken(std::uint32_t uid, std::string why);
    boost::asio::awaitable<void> take_too_large(std::uint32_t uid, std::uint64_t size);
    using Mails = std::map<std::uint32_t, FetchedMail>;
    using Bodies = std::map<std::uint32_t, std::optional<std::string>>;
    boost::asio::awaitable<Bodies> bodies(Uids uids, std::string part);
    boost::asio::awaitable<void> keep_cursor(MailboxCursor cursor);
    boost::asio::awaitable<void> after_intake(Uids uids);
    boost::asio::awaitable<void> hand_over(
        std::uint32_t uid, std::function<void(std::string, std::function<void(Receipt)>)> give);
    boost::asio::awaitable<Receipt> receipt(std::function<void(std::function<void(Receipt)>)> ask);
    boost::asio::awaitable<OauthReply> token();
    boost::asio::awaitable<void> pause(std::chrono::seconds time);
    void tell(MailboxState state, std::string detail = {}, std::chrono::seconds again_in = {});

    boost::asio::any_io_executor executor_;
    std::shared_ptr<boost::asio::ssl::context> tls_;
    MailboxOptions options_;
    MailboxSink sink_;
    std::optional<MailboxCursor> cursor_;
    Mails known_;             // about those that are being taken, without their bodies
    bool after_gap_ = false;  // the first look since the connection was opened
    std::shared_ptr<ImapSession> session_;
    boost::asio::steady_timer wait_;
    bool stopped_ = false;
    unsigned failures_ = 0;
    bool token_used_before_ = false;
    std::string complaint_;  // about what is to happen after the intake
    MailboxHealth health_;
};

}  // namespace connectors::email
