#include "hub/flow/mail_road.hpp"

#include <algorithm>

#include "connectors/email/envelope_headers.hpp"
#include "connectors/email/mail_compose.hpp"
#include "connectors/email/reply_token.hpp"

namespace flow {

using connectors::Inbound;
using connectors::Receipt;
using connectors::email::Envelope;

namespace {

// The inbox of a recipient, if its address takes mail here.
std::optional<model::InboxId> inbox_of(const Directory& directory, const std::string& recipient) {
    const model::Inbox* inbox =
        directory.inbox_of(model::Channel::email, connectors::email::base_address(recipient));
    return inbox == nullptr ? std::nullopt : std::optional{inbox->id};
}

// A reply token in the addresses that the last server wrote down, or in those of the header.
std::uint64_t token_among(const std::vector<std::string>& recipients, const Inbound& mail,
                          const std::string& key) {
    std::vector<std::string> addresses = recipients;
    for (const auto* list : {&mail.to, &mail.cc})
        for (const connectors::Address& address : *list) addresses.push_back(address.value);
    for (const std::string& address : addresses)
        if (const auto token = connectors::email::verified_conversation(address, key)) return token;
    return 0;
}

// One mail to several recipients: each inbox takes it once, and each recipient hears of its own
// inbox.
struct Collector {
    std::vector<std::size_t> part_of_recipient;
    std::vector<Receipt> parts;
    std::size_t missing = 0;
    std::function<void(std::vector<Receipt>)> done;

    void finish(std::size_t part, Receipt receipt) {
        parts[part] = receipt;
        if (--missing != 0) return;
        std::vector<Receipt> receipts;
        receipts.reserve(part_of_recipient.size());
        for (const std::size_t of : part_of_recipient) receipts.push_back(parts[of]);
        done(std::move(receipts));
    }
};

}  // namespace

connectors::email::MailSink MailRoad::sink(runtime::Loop& loop,
                                           std::function<void(const std::string&)> observe) {
    return {
        .is_ours =
            [this](const std::string& address) {
                return inbox_of(*intake_.directory(), address).has_value();
            },
        .deliver =
            [this, &loop](Envelope envelope, std::shared_ptr<const std::string> data,
                          Receipts done) {
                take(std::move(envelope), std::move(data), loop, std::move(done));
            },
        .observe = std::move(observe),
    };
}

bool MailRoad::parse(Envelope envelope, std::shared_ptr<const std::string> data, Parsed parsed) {
    if (parsing_ >= options_.mails_parsing_max) return false;
    ++parsing_;
    parser_.post(
        [this, envelope = std::move(envelope), data = std::move(data), parsed = std::move(parsed)] {
            std::optional<Inbound> mail;
            std::string bug;
            try {
                mail = connectors::email::parse_mail(data, envelope, options_.mime);
            } catch (const std::exception& error) {
                bug = error.what();
            }
            --parsing_;
            parsed(std::move(mail), "the mail could not be read: " + bug);
        });
    return true;
}

void MailRoad::take(Envelope envelope, std::shared_ptr<const std::string> data, runtime::Loop& loop,
                    Receipts done) {
    const std::size_t recipients = envelope.recipients.size();
    const bool room = parse(envelope, data,
                            [this, envelope, data, &loop, done, recipients](
                                std::optional<Inbound> mail, const std::string& bug) {
                                if (mail) return submit(envelope, std::move(*mail), loop, done);
                                const auto inbox =
                                    inbox_of(*intake_.directory(), envelope.recipients.front());
                                quarantine(inbox.value_or(model::InboxId{}), data, bug,
                                           std::nullopt, loop, [recipients, done](Receipt receipt) {
                                               done(std::vector<Receipt>(recipients, receipt));
                                           });
                            });
    if (!room) done(std::vector<Receipt>(recipients, Receipt::busy));
}

void MailRoad::fetched(model::InboxId inbox, const Fetched& fetched, runtime::Loop& loop,
                       std::function<void(Receipt)> done) {
    const Envelope envelope = connectors::email::envelope_in(*fetched.raw);
    const bool room =
        parse(envelope, fetched.raw,
              [this, inbox, fetched, &loop, done, recipients = envelope.recipients](
                  std::optional<Inbound> mail, const std::string& bug) {
                  if (!mail) return quarantine(inbox, fetched.raw, bug, fetched.cursor, loop, done);
                  model::ReceiveInbound command{.inbound = std::move(*mail), .client_id = {}};
                  Inbound& inbound = command.inbound;
                  inbound.inbox = inbox;
                  inbound.cursor = fetched.cursor;
                  inbound.arrived_at = fetched.arrived;
                  inbound.after_gap = fetched.after_gap;
                  if (!fetched.thread.empty()) inbound.thread_ids.push_back(fetched.thread);
                  inbound.token_conversation = token_among(recipients, inbound, options_.token_key);
                  intake_.receive(std::move(command), loop,
                                  [done](Receipt receipt, const model::Answer&) { done(receipt); });
              });
    if (!room) loop.post([done] { done(Receipt::busy); });
}

void MailRoad::submit(const Envelope& envelope, Inbound mail, runtime::Loop& loop, Receipts done) {
    const auto directory = intake_.directory();
    auto collector = std::make_shared<Collector>();
    collector->done = std::move(done);
    std::vector<model::InboxId> inboxes;
    std::vector<std::uint64_t> tokens;
    for (const std::string& recipient : envelope.recipients) {
        const auto inbox = inbox_of(*directory, recipient).value_or(model::InboxId{});
        const auto known = std::ranges::find(inboxes, inbox);
        const auto part = static_cast<std::size_t>(known - inboxes.begin());
        collector->part_of_recipient.push_back(part);
        if (known == inboxes.end()) {
            inboxes.push_back(inbox);
            tokens.push_back(0);
        }
        if (const auto token =
                connectors::email::verified_conversation(recipient, options_.token_key);
            token != 0)
            tokens[part] = token;
    }
    collector->parts.resize(inboxes.size(), Receipt::failed);
    collector->missing = inboxes.size();
    for (std::size_t part = 0; part < inboxes.size(); ++part) {
        model::ReceiveInbound command{.inbound = mail, .client_id = {}};
        command.inbound.inbox = inboxes[part];
        command.inbound.token_conversation = tokens[part];
        intake_.receive(std::move(command), loop,
                        [collector, part](Receipt receipt, const model::Answer&) {
                            collector->finish(part, receipt);
                        });
    }
}

void MailRoad::reprocess(model::InboxId inbox, model::Seq quarantined,
                         std::shared_ptr<const std::string> raw, runtime::Loop& loop,
                         std::function<void(const model::Answer&)> done) {
    const Envelope envelope = connectors::email::envelope_in(*raw);
    const auto refused = [done](model::Refusal refusal, const std::string& why) {
        model::Answer answer;
        answer.refusal = refusal;
        answer.detail = why;
        done(answer);
    };
    const bool room =
        parse(envelope, raw,
              [this, inbox, quarantined, &loop, done, refused, recipients = envelope.recipients](
                  std::optional<Inbound> mail, const std::string& bug) {
                  if (!mail)
                      return loop.post([refused, bug] { refused(model::Refusal::invalid, bug); });
                  model::ReceiveInbound command{
                      .inbound = std::move(*mail), .client_id = {}, .quarantined = quarantined};
                  command.inbound.inbox = inbox;
                  command.inbound.token_conversation =
                      token_among(recipients, command.inbound, options_.token_key);
                  intake_.submit(std::move(command), loop, done);
              });
    if (!room)
        loop.post(
            [refused] { refused(model::Refusal::busy, "too much is being read; try again"); });
}

void MailRoad::quarantine(model::InboxId inbox, std::shared_ptr<const std::string> raw,
                          const std::string& reason, std::optional<connectors::Cursor> cursor,
                          runtime::Loop& loop, std::function<void(Receipt)> done) {
    model::Quarantine command;
    command.inbox = inbox;
    command.reason = reason;
    command.sha256 = storage::sha256_hex(*raw);
    command.raw = std::move(raw);
    command.cursor = std::move(cursor);
    intake_.submit(std::move(command), loop, [done](const model::Answer& answer) {
        done(answer.ok() ? Receipt::committed : Receipt::failed);
    });
}

void MailRoad::send(connectors::Outbound outbound, std::function<void(connectors::Outcome)> done) {
    auto shared = std::make_shared<connectors::Outbound>(std::move(outbound));
    if (shared->reply_to.empty())  // its conversation was not there yet when it was written
        shared->reply_to = connectors::email::with_reply_token(
            shared->from.value, shared->conversation, options_.token_key);
    store_.read([this, shared, done = std::move(done)](storage::Reader& reader) {
        for (connectors::Attachment& attachment : shared->attachments)
            attachment.bytes = reader.blob(attachment.sha256);
        const bool whole = std::ranges::all_of(shared->attachments, [](const auto& attachment) {
            return attachment.bytes != nullptr;
        });
        if (!whole)
            return done(
                {connectors::OutcomeKind::permanent, "an attachment is missing from the store"});
        parser_.post([this, shared, done] {
            auto bytes = std::make_shared<std::string>(connectors::email::compose_mail(*shared));
            courier_.post(
                [this, shared, bytes, done] { sender_.send(*shared, std::move(*bytes), done); });
        });
    });
}

}  // namespace flow
