// The schema as numbered migrations. A migration, once released, is never edited: append the next
// one.
#include <array>

#include "storage/sqlite/db.hpp"

namespace storage::sqlite {
namespace {

constexpr const char* migration_1 = R"sql(
CREATE TABLE events(
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL,
  actor TEXT NOT NULL, contact INTEGER NOT NULL, conversation INTEGER NOT NULL,
  payload TEXT NOT NULL, hash TEXT NOT NULL);
CREATE INDEX events_by_contact ON events(contact, seq) WHERE contact <> 0;
CREATE INDEX events_by_conversation ON events(conversation, seq) WHERE conversation <> 0;

CREATE TABLE contacts(id INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE identities(kind TEXT NOT NULL, value TEXT NOT NULL, contact INTEGER NOT NULL,
  PRIMARY KEY(kind, value)) WITHOUT ROWID;
CREATE INDEX identities_by_contact ON identities(contact);
CREATE TABLE conversations(
  id INTEGER PRIMARY KEY, contact INTEGER NOT NULL, inbox INTEGER NOT NULL, team INTEGER NOT NULL,
  assignee INTEGER NOT NULL, status TEXT NOT NULL, updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX conversations_by_update ON conversations(updated_at, id);
CREATE INDEX conversations_by_contact ON conversations(contact);
CREATE TABLE messages(
  id INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, contact INTEGER NOT NULL,
  number INTEGER NOT NULL, seq INTEGER NOT NULL, is_note INTEGER NOT NULL, body TEXT NOT NULL,
  delivery_state TEXT NOT NULL, delivery_reason TEXT NOT NULL);
CREATE UNIQUE INDEX messages_by_number ON messages(conversation, number);
CREATE INDEX messages_by_seq ON messages(seq);
CREATE TABLE attachments(
  id INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, message INTEGER NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL, size INTEGER NOT NULL, blob TEXT NOT NULL, is_inline INTEGER NOT NULL);
CREATE TABLE receipts(inbox INTEGER NOT NULL, external_id TEXT NOT NULL,
  conversation INTEGER NOT NULL, message INTEGER NOT NULL, PRIMARY KEY(inbox,
  external_id)) WITHOUT ROWID;
CREATE TABLE threads(inbox INTEGER NOT NULL, external_id TEXT NOT NULL,
  conversation INTEGER NOT NULL,
  PRIMARY KEY(inbox, external_id)) WITHOUT ROWID;
CREATE TABLE clocks(conversation INTEGER NOT NULL, number INTEGER NOT NULL, metric TEXT NOT NULL,
  policy INTEGER NOT NULL, policy_version INTEGER NOT NULL, budget INTEGER NOT NULL,
  started_at INTEGER NOT NULL, due_at INTEGER NOT NULL, state TEXT NOT NULL, ended_at INTEGER,
  void_reason TEXT NOT NULL, by_change INTEGER NOT NULL,
  PRIMARY KEY(conversation, number)) WITHOUT ROWID;
CREATE TABLE decisions(seq INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, at INTEGER NOT NULL,
  body TEXT NOT NULL);
CREATE INDEX decisions_by_conversation ON decisions(conversation, seq);
CREATE TABLE availabilities(agent INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER,
  availability TEXT NOT NULL, PRIMARY KEY(agent, since)) WITHOUT ROWID;
CREATE TABLE config(kind TEXT NOT NULL, id INTEGER NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY(kind, id)) WITHOUT ROWID;
CREATE TABLE quarantine(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, inbox INTEGER NOT NULL,
  reason TEXT NOT NULL, blob TEXT NOT NULL);

CREATE TABLE outbox(id INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX outbox_by_due ON outbox(due_at, id);
CREATE INDEX outbox_by_conversation ON outbox(conversation, id);
CREATE TABLE sessions(token_hash TEXT PRIMARY KEY, agent INTEGER NOT NULL, kind TEXT NOT NULL,
  expires_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE credentials(email TEXT PRIMARY KEY, agent INTEGER NOT NULL,
  password_hash TEXT NOT NULL)
  WITHOUT ROWID;
CREATE TABLE operations(author TEXT NOT NULL, client_id TEXT NOT NULL, at INTEGER NOT NULL,
  result TEXT NOT NULL, PRIMARY KEY(author, client_id)) WITHOUT ROWID;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE blobs(id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, bytes BLOB NOT NULL);
)sql";

constexpr const char* migration_2 = R"sql(
CREATE TABLE recipients(message INTEGER NOT NULL, address TEXT NOT NULL, state TEXT NOT NULL,
  reason TEXT NOT NULL, PRIMARY KEY(message, address)) WITHOUT ROWID;
)sql";

constexpr const char* migration_3 = R"sql(
ALTER TABLE contacts RENAME TO contacts_before;
CREATE TABLE contacts(id INTEGER PRIMARY KEY, root INTEGER NOT NULL, sort_key TEXT NOT NULL,
  body TEXT NOT NULL);
INSERT INTO contacts SELECT id, id, lower(json_extract(body,'$.name')), body FROM contacts_before;
DROP TABLE contacts_before;
CREATE INDEX identities_by_value ON identities(value);
CREATE INDEX contacts_by_root ON contacts(root);
CREATE INDEX contacts_by_sort_key ON contacts(sort_key, id) WHERE root=id;
CREATE TABLE contact_keys(key TEXT NOT NULL, contact INTEGER NOT NULL,
  PRIMARY KEY(key, contact)) WITHOUT ROWID;
CREATE INDEX contact_keys_by_contact ON contact_keys(contact);
CREATE TABLE organisations(id INTEGER PRIMARY KEY, sort_key TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE organisation_domains(domain TEXT NOT NULL, organisation INTEGER NOT NULL,
  PRIMARY KEY(domain, organisation)) WITHOUT ROWID;
CREATE TABLE follow_ups(id INTEGER PRIMARY KEY, contact INTEGER NOT NULL, owner INTEGER NOT NULL,
  due_at INTEGER NOT NULL, state TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX follow_ups_by_contact ON follow_ups(contact);
CREATE INDEX follow_ups_by_due ON follow_ups(state, due_at, id);
)sql";

constexpr const char* migration_4 = R"sql(
CREATE VIRTUAL TABLE search_messages USING fts5(stems, words,
  tokenize="unicode61 remove_diacritics 0");
)sql";

// Schema 1 was that of preview builds, whose logs no release reads.
constexpr std::size_t preview_schema = 1;
constexpr std::array migrations{migration_1, migration_2, migration_3, migration_4};

}  // namespace

void migrate(Database& db) {
    Statement& version = db.prepared("PRAGMA user_version");
    version.bind().step();
    const auto have = static_cast<std::size_t>(version.number(0));
    version.reset();
    if (have == preview_schema)
        throw std::runtime_error(
            "the database was written by a preview build; start with an empty data folder");
    if (have > preview_schema + migrations.size())
        throw std::runtime_error("the database was written by a newer sportello (schema " +
                                 std::to_string(have) +
                                 "); start that version, or restore a backup");
    const std::size_t done = have == 0 ? 0 : have - preview_schema;
    for (std::size_t next = done; next < migrations.size(); ++next) {
        db.execute("BEGIN IMMEDIATE");
        db.execute(migrations[next]);
        db.execute("PRAGMA user_version=" + std::to_string(preview_schema + next + 1));
        db.execute("COMMIT");
    }
}

}  // namespace storage::sqlite
