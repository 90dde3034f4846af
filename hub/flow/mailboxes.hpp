// Mailboxes: one watcher for each inbox that is filled from a mailbox elsewhere, kept in step with
// the configuration. All live on one loop.
//
// A mail, its quarantine and the place up to which the mailbox was read are one commit. Refresh
// tokens that a provider rotates are stored, sealed, before the access token that came with them is
// used.
#pragma once

#include <map>
#include <mutex>

#include "connectors/email/imap_mailbox.hpp"
#include "hub/flow/mail_road.hpp"
#include "hub/runtime/clock.hpp"

namespace flow {

class AccessTokens;

struct MailboxStatus {
    model::InboxId inbox{};
    std::string name;  // of the inbox
    connectors::email::MailboxHealth health;
    model::Instant since{};  // of this state
};

std::string_view word(connectors::email::MailboxState state);
bool is_well(const MailboxStatus& status);

class Mailboxes {
public:
    struct World {
        Intake& intake;
        MailRoad& road;
        storage::Store& store;
        runtime::Loop& loop;
        const runtime::Clock& clock;
        std::string secret;   // that secrets are sealed under
        std::string ca_file;  // trusted beside the system's certificates; may be empty
        connectors::email::ImapSession::Limits limits;
        std::function<void(const MailboxStatus&)> observe;  // on the loop, when a state changes
    };
    // Throws std::runtime_error when `ca_file` cannot be used.
    explicit Mailboxes(World world);
    ~Mailboxes();

    void look();                                // any thread: the configuration may have changed
    void stop();                                // on the loop
    std::vector<MailboxStatus> status() const;  // any thread; by inbox

private:
    struct Running;
    void compare();
    void rename(const model::Inbox& inbox);
    void begin(const model::Inbox& inbox);
    void read_cursor(const std::shared_ptr<Running>& running);
    void start(const std::shared_ptr<Running>& running, const std::string& cursor);
    connectors::email::MailboxSink sink(const std::shared_ptr<Running>& running);
    std::shared_ptr<AccessTokens> tokens_of(const model::Inbox& inbox);
    void tell(const Running& running, const connectors::email::MailboxHealth& health);

    World world_;
    std::shared_ptr<boost::asio::ssl::context> tls_;
    connectors::net::CurlMulti curl_;
    std::map<model::InboxId, std::shared_ptr<Running>> running_;
    mutable std::mutex status_mutex_;
    std::map<model::InboxId, MailboxStatus> status_;
};

}  // namespace flow
