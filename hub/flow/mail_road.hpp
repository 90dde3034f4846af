// The road of mail between the listener and the desk, and between the outbox and the relay: parsing
// and composing happen on the one parser loop (GMime), sending on the courier loop.
#pragma once

#include <atomic>
#include <functional>

#include "connectors/email/mail_listener.hpp"
#include "connectors/email/mail_sender.hpp"
#include "connectors/email/mime.hpp"
#include "hub/flow/intake.hpp"

namespace flow {

class MailRoad {
public:
    struct Options {
        std::size_t mails_parsing_max = 256;  // beyond: 451
        connectors::email::MimeLimits mime;
        std::string token_key;
    };
    MailRoad(Intake& intake, storage::Store& store, runtime::Loop& parser, runtime::Loop& courier,
             connectors::email::MailSender& sender, Options options)
        : intake_(intake),
          store_(store),
          parser_(parser),
          courier_(courier),
          sender_(sender),
          options_(std::move(options)) {}

    // What a listener on `loop` needs.
    connectors::email::MailSink sink(runtime::Loop& loop,
                                     std::function<void(const std::string&)> observe);
    // The outbox's way out. Any thread; `done` runs on some loop.
    void send(connectors::Outbound outbound, std::function<void(connectors::Outcome)> done);

    // A mail out of a mailbox, for its inbox; `cursor` is kept with it. `done` runs on `loop`.
    struct Fetched {
        std::shared_ptr<const std::string> raw;
        std::string thread;  // the server's own id of its thread; may be empty
        std::optional<model::Instant> arrived;
        bool after_gap = false;
        connectors::Cursor cursor;
    };
    void fetched(model::InboxId inbox, const Fetched& mail, runtime::Loop& loop,
                 std::function<void(connectors::Receipt)> done);
    // What stands in quarantine is read again, e.g. after a fix. `done` runs on `loop`; it says why
    // when it still cannot be read.
    void reprocess(model::InboxId inbox, model::Seq quarantined,
                   std::shared_ptr<const std::string> raw, runtime::Loop& loop,
                   std::function<void(const model::Answer&)> done);
    // Kept raw with its reason, for a person to look at.
    void quarantine(model::InboxId inbox, std::shared_ptr<const std::string> raw,
                    const std::string& reason, std::optional<connectors::Cursor> cursor,
                    runtime::Loop& loop, std::function<void(connectors::Receipt)> done);

private:
    using Parsed = std::function<void(std::optional<connectors::Inbound> mail, std::string bug)>;
    // On the parser's loop; false: no room now.
    bool parse(connectors::email::Envelope envelope, std::shared_ptr<const std::string> data,
               Parsed parsed);
    using Receipts = std::function<void(std::vector<connectors::Receipt>)>;
    void take(connectors::email::Envelope envelope, std::shared_ptr<const std::string> data,
              runtime::Loop& loop, Receipts done);
    void submit(const connectors::email::Envelope& envelope, connectors::Inbound mail,
                runtime::Loop& loop, Receipts done);
    Intake& intake_;
    storage::Store& store_;
    runtime::Loop& parser_;
    runtime::Loop& courier_;
    connectors::email::MailSender& sender_;
    Options options_;
    std::atomic<std::size_t> parsing_ = 0;
};

}  // namespace flow
