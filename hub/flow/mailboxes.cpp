#include "hub/flow/mailboxes.hpp"

#include "hub/flow/access_tokens.hpp"
#include "hub/runtime/entropy.hpp"

namespace flow {

using connectors::Receipt;
using namespace connectors::email;

// What is remembered about a mailbox stands under its account: another account begins anew.
struct Mailboxes::Running {
    model::Inbox inbox;
    std::shared_ptr<ImapMailbox> watcher;
    std::string cursor_key;
    std::shared_ptr<AccessTokens> tokens;  // of OAuth; null: by password
    bool stopped = false;
};

namespace {

std::string brief_hash(const std::string& text) {
    return storage::sha256_hex(text).substr(0, 16);
}

std::string name_of_account(const model::Inbox& inbox) {
    return std::to_string(model::number(inbox.id)) + ":" +
           brief_hash(inbox.mailbox->host + "\n" + inbox.mailbox->user + "\n" +
                      inbox.mailbox->folder);
}

}  // namespace

std::string_view word(MailboxState state) {
    switch (state) {
        case MailboxState::connecting:
            return "connecting";
        case MailboxState::reading:
            return "reading";
        case MailboxState::waiting:
            return "waiting";
        case MailboxState::failing:
            return "failing";
        case MailboxState::refused:
            return "refused";
    }
    return {};
}

bool is_well(const MailboxStatus& status) {
    return status.health.state != MailboxState::failing &&
           status.health.state != MailboxState::refused;
}

Mailboxes::Mailboxes(World world)
    : world_(std::move(world)),
      tls_(connectors::net::tls_client_context(world_.ca_file)),
      curl_(world_.loop.context().get_executor()) {}

Mailboxes::~Mailboxes() = default;

void Mailboxes::look() {
    world_.loop.post([this] { compare(); });
}

void Mailboxes::compare() {
    const auto directory = world_.intake.directory();
    for (auto one = running_.begin(); one != running_.end();) {
        const auto now = directory->inboxes.find(one->first);
        const bool same =
            now != directory->inboxes.end() && now->second.mailbox == one->second->inbox.mailbox;
        if (same) {
            one->second->inbox = now->second;
            rename(now->second);
            ++one;
            continue;
        }
        one->second->stopped = true;
        if (one->second->watcher) one->second->watcher->stop();
        {
            const std::lock_guard lock(status_mutex_);
            status_.erase(one->first);
        }
        one = running_.erase(one);
    }
    for (const auto& [id, inbox] : directory->inboxes)
        if (inbox.mailbox && !running_.contains(id)) begin(inbox);
}

void Mailboxes::rename(const model::Inbox& inbox) {
    const std::lock_guard lock(status_mutex_);
    if (const auto known = status_.find(inbox.id); known != status_.end())
        known->second.name = inbox.name;
}

void Mailboxes::begin(const model::Inbox& inbox) {
    auto running = std::make_shared<Running>();
    running->inbox = inbox;
    running->cursor_key = "cursor:" + name_of_account(inbox);
    running->tokens = tokens_of(inbox);
    running_[inbox.id] = running;
    tell(*running, {});
    read_cursor(running);
}

std::shared_ptr<AccessTokens> Mailboxes::tokens_of(const model::Inbox& inbox) {
    const model::Mailbox& mailbox = *inbox.mailbox;
    if (mailbox.token_url.empty()) return nullptr;
    const auto unsealed = [this](const std::string& sealed) {
        return runtime::unseal(world_.secret, sealed).value_or("");
    };
    return std::make_shared<AccessTokens>(
        AccessTokens::World{.store = world_.store,
                            .loop = world_.loop,
                            .clock = world_.clock,
                            .curl = curl_,
                            .secret = world_.secret,
                            .ca_file = world_.ca_file},
        OauthGrant{.token_url = mailbox.token_url,
                   .client_id = mailbox.client_id,
                   .client_secret = unsealed(mailbox.sealed_client_secret),
                   .refresh_token = unsealed(mailbox.sealed_refresh_token),
                   .scope = mailbox.scope},
        "oauth:" + std::to_string(model::number(inbox.id)) + ":" +
            brief_hash(mailbox.sealed_refresh_token));
}

void Mailboxes::read_cursor(const std::shared_ptr<Running>& running) {
    world_.store.read([this, running](storage::Reader& reader) {
        const std::string cursor = reader.meta(running->cursor_key).value_or("");
        world_.loop.post([this, running, cursor] {
            if (!running->stopped) start(running, cursor);
        });
    });
}

void Mailboxes::start(const std::shared_ptr<Running>& running, const std::string& cursor) {
    const model::Mailbox& mailbox = *running->inbox.mailbox;
    MailboxOptions options;
    options.account = {
        .host = mailbox.host,
        .port = mailbox.port,
        .security = mailbox.security,
        .user = mailbox.user,
        .password = runtime::unseal(world_.secret, mailbox.sealed_password).value_or(""),
        .access_token = {}};
    options.folder = mailbox.folder;
    options.after = mailbox.after_intake;
    options.move_to = mailbox.move_to;
    options.from_start = mailbox.from_start;
    options.poll = std::chrono::seconds{mailbox.poll_seconds};
    options.limits = world_.limits;
    running->watcher =
        std::make_shared<ImapMailbox>(world_.loop.context().get_executor(), tls_,
                                      std::move(options), sink(running), cursor_from(cursor));
    running->watcher->start();
}

MailboxSink Mailboxes::sink(const std::shared_ptr<Running>& running) {
    MailboxSink sink;
    const model::InboxId inbox = running->inbox.id;
    const std::string key = running->cursor_key;
    sink.deliver = [this, inbox, key](MailboxMail mail, std::string cursor, auto done) {
        world_.road.fetched(inbox,
                            {.raw = std::make_shared<const std::string>(std::move(mail.raw)),
                             .thread = std::move(mail.thread),
                             .arrived = mail.arrived,
                             .after_gap = mail.after_gap,
                             .cursor = {key, std::move(cursor)}},
                            world_.loop, std::move(done));
    };
    sink.quarantine = [this, inbox, key](std::string raw, std::string reason, std::string cursor,
                                         auto done) {
        world_.road.quarantine(inbox, std::make_shared<const std::string>(std::move(raw)), reason,
                               connectors::Cursor{key, std::move(cursor)}, world_.loop,
                               std::move(done));
    };
    sink.keep_cursor = [this, key](std::string cursor, auto done) {
        storage::Batch batch;
        batch.rows.push_back(storage::MetaRow{key, std::move(cursor)});
        world_.store.append(std::move(batch), [this, done](const storage::AppendResult& result) {
            const Receipt receipt =
                result.error == storage::AppendError::none ? Receipt::committed : Receipt::failed;
            world_.loop.post([done, receipt] { done(receipt); });
        });
    };
    const std::weak_ptr<Running> weak = running;
    if (const auto tokens = running->tokens)
        sink.access_token = [tokens](auto done) {
            tokens->get([tokens, done = std::move(done)](const OauthReply& reply) {
                // Once more only: a server that refuses it must get a new one.
                if (reply.used_before) tokens->forget();
                done(reply);
            });
        };
    sink.tell = [this, weak](const MailboxHealth& health) {
        const auto self = weak.lock();
        if (self && !self->stopped) tell(*self, health);
    };
    sink.today = [this] {
        return std::chrono::floor<std::chrono::days>(world_.clock.now()).time_since_epoch().count();
    };
    sink.jitter = [] {
        return static_cast<double>(static_cast<unsigned char>(runtime::random_bytes(1)[0])) / 256.0;
    };
    return sink;
}

void Mailboxes::tell(const Running& running, const MailboxHealth& health) {
    MailboxStatus status{running.inbox.id, running.inbox.name, health, world_.clock.now()};
    bool changed = true;
    {
        const std::lock_guard lock(status_mutex_);
        MailboxStatus& known = status_[running.inbox.id];
        changed = known.name.empty() || known.health.state != health.state ||
                  known.health.detail != health.detail;
        if (!changed) status.since = known.since;
        known = status;
    }
    if (changed && world_.observe) world_.observe(status);
}

void Mailboxes::stop() {
    for (const auto& [id, running] : running_) {
        running->stopped = true;
        if (running->watcher) running->watcher->stop();
    }
    running_.clear();
}

std::vector<MailboxStatus> Mailboxes::status() const {
    const std::lock_guard lock(status_mutex_);
    std::vector<MailboxStatus> all;
    all.reserve(status_.size());
    for (const auto& [id, status] : status_) all.push_back(status);
    return all;
}

}  // namespace flow
