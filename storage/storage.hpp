// storage: the log, the read tables, the outbox and the blobs behind one port; the only folder that
// touches a disk.
//
// Words: a *batch* is what one decision writes; *group commit* puts many waiting batches into one
// transaction; the *head* is the seq of the last committed event. Invariants: seq is gap-free (a
// batch whose first event is not head + 1 is refused with `conflict` and changes nothing); a batch
// is written whole or not at all; blobs are durable no later than the batch that names them; each
// event carries the hash of the one before it.
// Threads: `append` and `read` may be called from any thread. The append callback runs on the
// store's writer thread, in the order of the calls; the read function runs on a reader thread.
// Neither may block for long. Depends on: the standard library, SQLite, OpenSSL. Knows nothing of
// what an event means.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/rows.hpp"

namespace storage {

enum class AppendError {
    none,
    conflict,     // a gap in seq, or a receipt that exists already
    full,         // too many batches wait; nothing was queued
    unavailable,  // the disk or the database refused
};

struct AppendResult {
    AppendError error = AppendError::none;
    Seq head = 0;
    std::string detail;  // for the operator's log
};

using AppendCallback = std::function<void(const AppendResult&)>;

// Whose conversations a query may return. One value, made by the hub's visibility rule.
struct Scope {
    bool everything = false;
    std::vector<std::uint64_t> teams;
    std::vector<std::uint64_t> inboxes;
    std::uint64_t agent = 0;
};

struct ConversationQuery {
    Scope scope;
    std::vector<std::string> statuses;  // empty: any
    std::optional<std::uint64_t> inbox;
    std::optional<std::uint64_t> assignee;  // 0: unassigned
    std::optional<std::uint64_t> team;
    std::vector<ContactId> contacts;  // empty: any
    // Newest first by (updated_at, id). The cursor is the last row of the page before.
    std::optional<std::pair<Instant, ConversationId>> before;
    std::size_t limit = 50;
};

struct EventQuery {
    Seq after = 0;
    std::optional<Seq> before;
    std::vector<ContactId> contacts;  // empty: any
    std::optional<ConversationId> conversation;
    std::vector<std::string> kinds;  // empty: any
    bool newest_first = false;
    std::size_t limit = 100;
};

// People: roots alone, each with the names of its person, by (sort_key, id). Seen is whoever has a
// conversation in the scope, and whoever has none at all.
struct ContactQuery {
    Scope scope;
    // Whoever has for each of `words` a word in the sort key that begins so, or an identity that
    // begins like one of `addresses`; without both, everybody.
    std::vector<std::string> words;
    std::vector<std::string> addresses;
    std::optional<std::pair<std::string, ContactId>> after;
    std::size_t limit = 50;
};

struct FollowUpQuery {
    std::vector<std::string> states;  // empty: any
    std::optional<std::uint64_t> owner;
    std::vector<ContactId> contacts;                         // empty: any
    std::optional<std::pair<Instant, std::uint64_t>> after;  // by (due_at, id)
    std::size_t limit = 50;
};

// Words one after the other, as they are or by their stems; with `prefix` the last may go on.
struct SearchAlternative {
    bool stemmed = false;
    std::vector<std::string> tokens;
    bool prefix = false;
};
struct SearchClause {
    std::vector<SearchAlternative> any;
    bool excluded = false;
};

// Messages for which every clause holds, the newest first; empty clauses find by the rest alone.
struct SearchQuery {
    Scope scope;
    std::vector<SearchClause> clauses;
    std::vector<std::uint64_t> inboxes;  // empty: any
    std::optional<std::uint64_t> team;
    std::optional<std::uint64_t> assignee;
    std::vector<std::string> statuses;  // of the conversation; empty: any
    std::vector<ContactId> contacts;    // empty: any
    std::string tag;                    // of the conversation; empty: any
    std::optional<Instant> from;        // when it was taken
    std::optional<Instant> until;       // before
    std::optional<bool> is_note;
    std::optional<MessageId> before;  // the last of the page before
    std::size_t limit = 50;
};

struct SearchHit {
    MessageId message{};
    ConversationId conversation{};
    double rank = 0;  // lower is better, comparable within one answer
};

struct StoredEvent {
    EventRow row;
    std::string hash;  // hex SHA-256 over the previous hash and this entry
};

// One consistent view: everything read through one Reader belongs to the same committed head.
class Reader {
public:
    virtual ~Reader() = default;
    virtual Seq head() = 0;
    virtual std::optional<std::string> meta(const std::string& key) = 0;
    virtual std::vector<ConfigRow> config() = 0;
    virtual std::optional<ContactRow> contact(ContactId id) = 0;
    virtual std::vector<IdentityRow> identities(ContactId id) = 0;
    // All records of the person that a record belongs to, the root first; none if it is unknown.
    virtual std::vector<ContactId> records(ContactId id) = 0;
    virtual std::vector<ContactRow> contacts(const ContactQuery& query) = 0;
    // Whether some record of the person is seen, by the rule of ContactQuery.
    virtual bool sees_person(const Scope& scope, ContactId root) = 0;
    virtual std::vector<std::string> contact_keys(ContactId id) = 0;
    // Whoever has one of the keys; a key that more than `limit` have tells nothing and is left out.
    // By id, each once.
    virtual std::vector<ContactId> contacts_with(const std::vector<std::string>& keys,
                                                 std::size_t limit) = 0;
    virtual std::optional<OrganisationRow> organisation(std::uint64_t id) = 0;
    virtual std::vector<OrganisationRow> organisations(const std::string& prefix,
                                                       std::uint64_t after,
                                                       std::size_t limit) = 0;  // by id
    virtual std::optional<std::uint64_t> organisation_of_domain(const std::string& domain) = 0;
    virtual std::optional<FollowUpRow> follow_up(std::uint64_t id) = 0;
    virtual std::vector<FollowUpRow> follow_ups(const FollowUpQuery& query) = 0;
    virtual std::optional<ContactId> contact_of(const std::string& kind,
                                                const std::string& value) = 0;
    virtual std::optional<ConversationRow> conversation(ConversationId id) = 0;
    virtual std::vector<ConversationRow> conversations(const ConversationQuery& query) = 0;
    virtual std::size_t count(const ConversationQuery& query) = 0;
    virtual std::vector<MessageRow> messages(ConversationId id, std::uint32_t after_number,
                                             std::size_t limit) = 0;
    virtual std::vector<MessageRow> messages_before(ConversationId id, std::uint32_t before_number,
                                                    std::size_t limit) = 0;
    virtual std::vector<MessageRow> messages_since(Seq after, std::size_t limit) = 0;
    virtual std::optional<MessageRow> message(MessageId id) = 0;
    virtual std::optional<AttachmentRow> attachment(AttachmentId id) = 0;
    virtual std::optional<ReceiptRow> receipt(std::uint64_t inbox,
                                              const std::string& external_id) = 0;
    virtual std::optional<ConversationId> thread(std::uint64_t inbox,
                                                 const std::string& external_id) = 0;
    virtual std::vector<DecisionRow> decisions(ConversationId id) = 0;
    virtual std::vector<ClockRow> clocks(ConversationId id) = 0;
    virtual std::vector<SearchHit> search(const SearchQuery& query) = 0;
    virtual std::vector<StoredEvent> events(const EventQuery& query) = 0;
    // The oldest of each conversation, if it is due; held rows whose time has not come hold nobody
    // up.
    virtual std::vector<OutboxRow> outbox_due(Instant now, std::size_t limit) = 0;
    virtual std::vector<OutboxRow> outbox(std::size_t limit) = 0;
    virtual std::vector<QuarantineRow> quarantine(Seq after, std::size_t limit) = 0;
    virtual std::optional<SessionRow> session(const std::string& token_hash) = 0;
    virtual std::optional<CredentialRow> credential(const std::string& email) = 0;
    virtual std::optional<OperationRow> operation(const std::string& author,
                                                  const std::string& client_id) = 0;
    virtual std::shared_ptr<const std::string> blob(const std::string& sha256) = 0;
    // A text that two stores share exactly when their read tables are equal; for `rebuild` and
    // tests.
    virtual std::string dump_read_tables() = 0;
};

class Store {
public:
    virtual ~Store() = default;
    virtual void append(Batch batch, AppendCallback done) = 0;
    // Runs `use` on a reader thread. Destroying the store waits for the reads under way.
    virtual void read(std::function<void(Reader&)> use) = 0;
    // Empties the read tables that the log can rebuild. Only while nothing else uses the store.
    virtual void clear_read_tables() = 0;
};

struct SqliteOptions {
    std::filesystem::path folder;  // made if missing; holds sportello.db and blobs/
    std::size_t readers = 2;
    std::size_t batches_waiting_max = 8192;  // beyond: `full`
    std::size_t commit_batches_max = 256;    // batches in one transaction
    std::size_t blob_inline_bytes_max = 128 * 1024;
};

// Throws std::runtime_error with the place and a cure when the folder or database cannot be used.
std::unique_ptr<Store> open_sqlite(const SqliteOptions& options);

// Every batch is committed in memory at once, in the caller's thread.
std::unique_ptr<Store> open_memory();

// Hash of one log entry, given the hash of the one before ("" for the first). Hex SHA-256.
std::string chain_hash(const std::string& previous, const EventRow& event);

std::string sha256_hex(std::string_view bytes);

}  // namespace storage
