#include "storage/sqlite/writes.hpp"

namespace storage::sqlite {
namespace {

struct Writer {
    Database& db;

    void operator()(const ContactRow& row) const {
        db.prepared(
              "INSERT INTO contacts VALUES(?1,?2,?3,?4) ON CONFLICT(id) DO UPDATE SET "
              "root=excluded.root, sort_key=excluded.sort_key, body=excluded.body")
            .bind(row.id, row.root, row.sort_key, row.body)
            .run();
    }
    void operator()(const ContactKeysRow& row) const {
        db.prepared("DELETE FROM contact_keys WHERE contact=?1").bind(row.contact).run();
        for (const std::string& key : row.keys)
            db.prepared("INSERT INTO contact_keys VALUES(?1,?2) ON CONFLICT DO NOTHING")
                .bind(key, row.contact)
                .run();
    }
    void operator()(const IdentityRemoval& row) const {
        db.prepared("DELETE FROM identities WHERE kind=?1 AND value=?2")
            .bind(row.kind, row.value)
            .run();
    }
    void operator()(const OrganisationRow& row) const {
        db.prepared("INSERT OR REPLACE INTO organisations VALUES(?1,?2,?3)")
            .bind(row.id, row.sort_key, row.body)
            .run();
        db.prepared("DELETE FROM organisation_domains WHERE organisation=?1").bind(row.id).run();
        for (const std::string& domain : row.domains)
            db.prepared("INSERT INTO organisation_domains VALUES(?1,?2) ON CONFLICT DO NOTHING")
                .bind(domain, row.id)
                .run();
    }
    void operator()(const SearchRow& row) const {
        db.prepared("INSERT OR REPLACE INTO search_messages(rowid,stems,words) VALUES(?1,?2,?3)")
            .bind(row.message, row.stems, row.words)
            .run();
    }
    void operator()(const FollowUpRow& row) const {
        db.prepared("INSERT OR REPLACE INTO follow_ups VALUES(?1,?2,?3,?4,?5,?6)")
            .bind(row.id, row.contact, row.owner, row.due_at, row.state, row.body)
            .run();
    }
    void operator()(const IdentityRow& row) const {
        db.prepared(
              "INSERT INTO identities VALUES(?1,?2,?3) "
              "ON CONFLICT(kind, value) DO UPDATE SET contact=excluded.contact")
            .bind(row.kind, row.value, row.contact)
            .run();
    }
    void operator()(const ConversationRow& row) const {
        db.prepared(
              "INSERT INTO conversations VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9) "
              "ON CONFLICT(id) DO UPDATE SET contact=excluded.contact, inbox=excluded.inbox,"
              "team=excluded.team, assignee=excluded.assignee, status=excluded.status,"
              "updated_at=excluded.updated_at, version=excluded.version, body=excluded.body")
            .bind(row.id, row.contact, row.inbox, row.team, row.assignee, row.status,
                  row.updated_at, row.version, row.body)
            .run();
    }
    void operator()(const MessageRow& row) const {
        db.prepared("INSERT INTO messages VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)")
            .bind(row.id, row.conversation, row.contact, row.number, row.seq, row.is_note, row.body,
                  row.delivery_state, row.delivery_reason)
            .run();
    }
    void operator()(const DeliveryRow& row) const {
        db.prepared("UPDATE messages SET delivery_state=?2, delivery_reason=?3 WHERE id=?1")
            .bind(row.message, row.state, row.reason)
            .run();
    }
    void operator()(const RecipientRow& row) const {
        db.prepared(
              "INSERT INTO recipients SELECT id,?2,?3,?4 FROM messages WHERE id=?1 "
              "ON CONFLICT(message, address) "
              "DO UPDATE SET state=excluded.state, reason=excluded.reason "
              "WHERE recipients.state<>'failed' OR excluded.state='failed'")
            .bind(row.message, row.address, row.state, row.reason)
            .run();
    }
    void operator()(const AttachmentRow& row) const {
        db.prepared("INSERT INTO attachments VALUES(?1,?2,?3,?4,?5,?6,?7,?8)")
            .bind(row.id, row.conversation, row.message, row.name, row.type, row.size, row.blob,
                  row.is_inline)
            .run();
    }
    void operator()(const ReceiptRow& row) const {
        db.prepared("INSERT INTO receipts VALUES(?1,?2,?3,?4)")
            .bind(row.inbox, row.external_id, row.conversation, row.message)
            .run();
    }
    void operator()(const ThreadRow& row) const {
        db.prepared("INSERT INTO threads VALUES(?1,?2,?3) ON CONFLICT DO NOTHING")
            .bind(row.inbox, row.external_id, row.conversation)
            .run();
    }
    void operator()(const ClockRow& row) const {
        db.prepared("INSERT OR REPLACE INTO clocks VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)")
            .bind(row.conversation, row.number, row.metric, row.policy, row.policy_version,
                  static_cast<std::uint64_t>(row.budget.count()), row.started_at, row.due_at,
                  row.state, row.ended_at, row.void_reason, row.by_change)
            .run();
    }
    void operator()(const DecisionRow& row) const {
        db.prepared("INSERT INTO decisions VALUES(?1,?2,?3,?4)")
            .bind(row.seq, row.conversation, row.at, row.body)
            .run();
    }
    void operator()(const AvailabilityRow& row) const {
        db.prepared(
              "UPDATE availabilities SET until=?2 WHERE agent=?1 AND until IS NULL AND since<?2")
            .bind(row.agent, row.since)
            .run();
        db.prepared(
              "INSERT INTO availabilities VALUES(?1,?2,NULL,?3) "
              "ON CONFLICT(agent, since) DO UPDATE SET availability=excluded.availability")
            .bind(row.agent, row.since, row.availability)
            .run();
    }
    void operator()(const ConfigRow& row) const {
        db.prepared(
              "INSERT INTO config VALUES(?1,?2,?3) "
              "ON CONFLICT(kind, id) DO UPDATE SET body=excluded.body")
            .bind(row.kind, row.id, row.body)
            .run();
    }
    void operator()(const OutboxRow& row) const {
        db.prepared(
              "INSERT INTO outbox VALUES(?1,?2,?3,?4,?5,?6,?7) "
              "ON CONFLICT(id) DO UPDATE SET conversation=excluded.conversation, "
              "due_at=excluded.due_at, attempts=excluded.attempts,"
              "state=excluded.state, reason=excluded.reason, body=excluded.body")
            .bind(row.id, row.conversation, row.due_at, row.attempts, row.state, row.reason,
                  row.body)
            .run();
    }
    void operator()(const OutboxRemoval& row) const {
        db.prepared("DELETE FROM outbox WHERE id=?1").bind(row.id).run();
    }
    void operator()(const OutboxRetry& row) const {
        db.prepared(
              "UPDATE outbox SET due_at=?2, attempts=?3, reason=?4, "
              "body=CASE ?5 WHEN '' THEN body ELSE ?5 END WHERE id=?1")
            .bind(row.id, row.due_at, row.attempts, row.reason, row.body)
            .run();
    }
    void operator()(const QuarantineRow& row) const {
        db.prepared("INSERT INTO quarantine VALUES(?1,?2,?3,?4,?5)")
            .bind(row.seq, row.at, row.inbox, row.reason, row.blob)
            .run();
    }
    void operator()(const QuarantineRemoval& row) const {
        db.prepared("DELETE FROM quarantine WHERE seq=?1").bind(row.seq).run();
    }
    void operator()(const SessionRow& row) const {
        db.prepared("INSERT OR REPLACE INTO sessions VALUES(?1,?2,?3,?4)")
            .bind(row.token_hash, row.agent, row.kind, row.expires_at)
            .run();
    }
    void operator()(const SessionRemoval& row) const {
        db.prepared("DELETE FROM sessions WHERE token_hash=?1").bind(row.token_hash).run();
    }
    void operator()(const CredentialRow& row) const {
        db.prepared("INSERT OR REPLACE INTO credentials VALUES(?1,?2,?3)")
            .bind(row.email, row.agent, row.password_hash)
            .run();
    }
    void operator()(const CredentialRemoval& row) const {
        db.prepared("DELETE FROM credentials WHERE email=?1").bind(row.email).run();
    }
    void operator()(const OperationRow& row) const {
        db.prepared("INSERT INTO operations VALUES(?1,?2,?3,?4)")
            .bind(row.author, row.client_id, row.at, row.result)
            .run();
    }
    void operator()(const MetaRow& row) const {
        db.prepared("INSERT OR REPLACE INTO meta VALUES(?1,?2)").bind(row.key, row.value).run();
    }
};

}  // namespace

void write_row(Database& db, const RowWrite& row) {
    std::visit(Writer{db}, row);
}

void write_event(Database& db, const EventRow& event, const std::string& hash) {
    db.prepared("INSERT INTO events VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)")
        .bind(event.seq, event.at, event.kind, event.version, event.actor, event.contact,
              event.conversation, event.payload, hash)
        .run();
}

}  // namespace storage::sqlite
