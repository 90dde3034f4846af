// The gateway: what every connection may reach, and the few ways in which a handler waits.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <mutex>
#include <set>
#include <unordered_map>

#include "connectors/chat/chat_wire.hpp"
#include "hub/api/mail_body.hpp"
#include "hub/api/open_consoles.hpp"
#include "hub/api/request.hpp"
#include "hub/api/static_files.hpp"
#include "hub/feed/feed.hpp"
#include "hub/flow/intake.hpp"
#include "hub/flow/mailboxes.hpp"
#include "hub/runtime/clock.hpp"
#include "hub/runtime/loop.hpp"
#include "hub/runtime/metrics.hpp"
#include "hub/runtime/websocket_connection.hpp"

namespace api {

struct Settings {
    std::size_t body_bytes_max = 1024 * 1024;         // JSON bodies; beyond: 413
    std::size_t upload_bytes_max = 10 * 1024 * 1024;  // one file; beyond: 413
    std::size_t uploads_waiting_max = 200;  // files uploaded and not yet sent; the oldest goes
    std::size_t connections_max = 20000;    // beyond: closed at once
    unsigned request_seconds_max = 60;      // for a request to arrive, and between two
    unsigned sign_in_failures_max = 10;     // per address and name in ten minutes; beyond: 429
    std::chrono::hours session_lifetime{12};
    std::string country = "IT";  // ISO 3166: of telephone numbers without a country's code
    bool secure_cookie = false;  // behind TLS
    runtime::websocket::Limits console_socket;
    runtime::websocket::Limits widget_socket{.message_bytes_max = 64 * 1024,
                                             .queue_bytes_max = 4 * 1024 * 1024};
    connectors::chat::ChatLimits chat;
};

struct Health {
    std::string part;  // "store", "smtp", "relay", …
    bool well = true;
    std::string detail;
    bool vital = true;  // the hub is not ready without it
};

// Files on their way from an upload to the message that names them. Thread-safe.
class Uploads {
public:
    std::string put(connectors::Attachment attachment, std::size_t waiting_max);
    std::optional<connectors::Attachment> get(const std::string& id) const;

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, connectors::Attachment> waiting_;
    std::vector<std::string> order_;
};

// Requests with an Idempotency-Key that are being carried out. Thread-safe.
class OperationsUnderWay {
public:
    bool begin(const std::string& operation);  // false: it is under way already
    void end(const std::string& operation);

private:
    std::mutex mutex_;
    std::set<std::string> operations_;
};

// Ends the operation however its handler ends.
struct UnderWay {
    OperationsUnderWay& operations;
    std::string operation;
    ~UnderWay() { operations.end(operation); }
};

// Counts attempts to sign in before their password is looked at, by address and name and by address
// alone; a success is taken back. Thread-safe.
class SignInGuard {
public:
    // False: too many in the last ten minutes.
    bool attempt(const std::string& remote, const std::string& name, unsigned failures_max,
                 model::Instant now);
    void succeeded(const std::string& remote, const std::string& name);

private:
    static constexpr std::size_t keys_max = 10'000;
    static constexpr unsigned names_per_address = 10;
    std::mutex mutex_;
    std::unordered_map<std::string, std::vector<model::Instant>> attempts_;
};

struct Gateway {
    storage::Store& store;
    flow::Intake& intake;
    flow::MailRoad& road;
    feed::Feed& feed;
    const runtime::Clock& clock;
    runtime::Metrics& metrics;
    runtime::Loop& worker;  // for what computes long: passwords
    const StaticFiles& files;
    Settings settings;
    std::string secret;  // keys of CSRF tokens and reply tokens
    std::string epoch;   // changes when history is rewritten
    std::string host_name;
    std::function<std::vector<Health>()> health;
    std::function<std::vector<flow::MailboxStatus>()> mailboxes;
    Uploads uploads;
    SignInGuard sign_ins;
    OperationsUnderWay operations;
    OpenConsoles consoles;
    std::atomic<std::size_t> connections = 0;
    std::atomic<bool> draining = false;
};

// Each is called in a coroutine on `loop` and comes back there.
boost::asio::awaitable<void> read(Gateway& gateway, runtime::Loop& loop,
                                  std::function<void(storage::Reader&)> use);
boost::asio::awaitable<model::Answer> submit(Gateway& gateway, runtime::Loop& loop,
                                             model::Command command);
boost::asio::awaitable<model::Answer> reprocess(Gateway& gateway, runtime::Loop& loop,
                                                model::InboxId inbox, model::Seq quarantined,
                                                std::shared_ptr<const std::string> raw);
boost::asio::awaitable<void> compute(Gateway& gateway, runtime::Loop& loop,
                                     std::function<void()> work);
// Rows that no event speaks of: sessions, API tokens, first answers.
boost::asio::awaitable<storage::AppendResult> write(Gateway& gateway, runtime::Loop& loop,
                                                    storage::RowWrite row);

// A reply as the desk wants it: with the uploads it names, a Message-ID and the address for the
// answer. Nothing when an upload is not there any more.
std::optional<model::SendReply> compose_reply(Gateway& gateway, const Principal& principal,
                                              const storage::ConversationRow& row, Draft draft,
                                              const std::string& client_id);

// A fresh Message-ID without <>, and the address with the reply token.
std::string new_message_id(const Gateway& gateway, model::ConversationId conversation);
std::string reply_address(const Gateway& gateway, const model::Inbox& inbox,
                          model::ConversationId conversation);

}  // namespace api
