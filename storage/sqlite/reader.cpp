#include "storage/sqlite/reader.hpp"

namespace storage::sqlite {
namespace {

// All rows of a bound statement, each turned into a value by `make`.
template <class Make>
auto all(Statement& statement, Make make) {
    std::vector<decltype(make(statement))> rows;
    while (statement.step()) rows.push_back(make(statement));
    statement.reset();
    return rows;
}

template <class Make>
auto first(Statement& statement, Make make) {
    std::optional<decltype(make(statement))> row;
    if (statement.step()) row = make(statement);
    statement.reset();
    return row;
}

constexpr std::string_view received = "received";

MessageRow to_message(const Statement& row) {
    return {.id = row.id<MessageId>(0),
            .conversation = row.id<ConversationId>(1),
            .contact = row.id<ContactId>(2),
            .number = row.id<std::uint32_t>(3),
            .seq = row.id<Seq>(4),
            .is_note = row.number(5) != 0,
            .body = row.text(6),
            .delivery_state = row.text(7),
            .delivery_reason = row.text(8)};
}

OutboxRow to_outbox(const Statement& row) {
    return {.id = row.id<std::uint64_t>(0),
            .conversation = row.id<ConversationId>(1),
            .due_at = row.instant(2),
            .attempts = row.id<std::uint32_t>(3),
            .state = row.text(4),
            .reason = row.text(5),
            .body = row.text(6)};
}

}  // namespace

Seq SqliteReader::head() {
    return first(db_.prepared("SELECT coalesce(max(seq),0) FROM events").bind(),
                 [](const Statement& row) { return row.id<Seq>(0); })
        .value_or(0);
}

std::optional<std::string> SqliteReader::meta(const std::string& key) {
    return first(db_.prepared("SELECT value FROM meta WHERE key=?1").bind(key),
                 [](const Statement& row) { return row.text(0); });
}

std::vector<ConfigRow> SqliteReader::config() {
    return all(db_.prepared("SELECT kind,id,body FROM config ORDER BY kind,id").bind(),
               [](const Statement& row) {
                   return ConfigRow{row.text(0), row.id<std::uint64_t>(1), row.text(2)};
               });
}

std::vector<IdentityRow> SqliteReader::identities(ContactId id) {
    return all(
        db_.prepared(
               "SELECT kind,value,contact FROM identities WHERE contact=?1 ORDER BY kind,value")
            .bind(id),
        [](const Statement& row) {
            return IdentityRow{row.text(0), row.text(1), row.id<ContactId>(2)};
        });
}

std::optional<ContactId> SqliteReader::contact_of(const std::string& kind,
                                                  const std::string& value) {
    return first(
        db_.prepared("SELECT contact FROM identities WHERE kind=?1 AND value=?2").bind(kind, value),
        [](const Statement& row) { return row.id<ContactId>(0); });
}

std::vector<MessageRow> SqliteReader::messages(ConversationId id, std::uint32_t after_number,
                                               std::size_t limit) {
    return with_recipients(
        all(db_.prepared("SELECT * FROM messages WHERE conversation=?1 AND number>?2 ORDER BY "
                         "number LIMIT ?3")
                .bind(id, after_number, limit),
            to_message));
}

std::vector<MessageRow> SqliteReader::messages_before(ConversationId id,
                                                      std::uint32_t before_number,
                                                      std::size_t limit) {
    auto rows = all(db_.prepared("SELECT * FROM messages WHERE conversation=?1 AND number<?2 "
                                 "ORDER BY number DESC LIMIT ?3")
                        .bind(id, before_number, limit),
                    to_message);
    return with_recipients({rows.rbegin(), rows.rend()});
}

std::vector<MessageRow> SqliteReader::with_recipients(std::vector<MessageRow> rows) {
    for (MessageRow& row : rows) {
        if (row.delivery_state == received) continue;  // of what came in nobody asks
        row.recipients = all(
            db_.prepared("SELECT * FROM recipients WHERE message=?1 ORDER BY address").bind(row.id),
            [](const Statement& of) {
                return RecipientRow{of.id<MessageId>(0), of.text(1), of.text(2), of.text(3)};
            });
    }
    return rows;
}

std::vector<MessageRow> SqliteReader::messages_since(Seq after, std::size_t limit) {
    return with_recipients(
        all(db_.prepared("SELECT * FROM messages WHERE seq>?1 ORDER BY seq LIMIT ?2")
                .bind(after, limit),
            to_message));
}

std::optional<MessageRow> SqliteReader::message(MessageId id) {
    auto rows = with_recipients(
        all(db_.prepared("SELECT * FROM messages WHERE id=?1").bind(id), to_message));
    return rows.empty() ? std::nullopt : std::optional{std::move(rows.front())};
}

std::optional<AttachmentRow> SqliteReader::attachment(AttachmentId id) {
    return first(db_.prepared("SELECT * FROM attachments WHERE id=?1").bind(id),
                 [](const Statement& row) {
                     return AttachmentRow{.id = row.id<AttachmentId>(0),
                                          .conversation = row.id<ConversationId>(1),
                                          .message = row.id<MessageId>(2),
                                          .name = row.text(3),
                                          .type = row.text(4),
                                          .size = row.id<std::uint64_t>(5),
                                          .blob = row.text(6),
                                          .is_inline = row.number(7) != 0};
                 });
}

std::optional<ReceiptRow> SqliteReader::receipt(std::uint64_t inbox,
                                                const std::string& external_id) {
    return first(db_.prepared("SELECT * FROM receipts WHERE inbox=?1 AND external_id=?2")
                     .bind(inbox, external_id),
                 [](const Statement& row) {
                     return ReceiptRow{row.id<std::uint64_t>(0), row.text(1),
                                       row.id<ConversationId>(2), row.id<MessageId>(3)};
                 });
}

std::optional<ConversationId> SqliteReader::thread(std::uint64_t inbox,
                                                   const std::string& external_id) {
    return first(
        db_.prepared("SELECT conversation FROM receipts WHERE inbox=?1 AND external_id=?2 "
                     "UNION ALL SELECT conversation FROM threads WHERE inbox=?1 AND external_id=?2 "
                     "LIMIT 1")
            .bind(inbox, external_id),
        [](const Statement& row) { return row.id<ConversationId>(0); });
}

std::vector<DecisionRow> SqliteReader::decisions(ConversationId id) {
    return all(
        db_.prepared(
               "SELECT seq,conversation,at,body FROM decisions WHERE conversation=?1 ORDER BY seq")
            .bind(id),
        [](const Statement& row) {
            return DecisionRow{row.id<Seq>(0), row.id<ConversationId>(1), row.instant(2),
                               row.text(3)};
        });
}

std::vector<ClockRow> SqliteReader::clocks(ConversationId id) {
    return all(db_.prepared("SELECT * FROM clocks WHERE conversation=?1 ORDER BY number").bind(id),
               [](const Statement& row) {
                   return ClockRow{
                       .conversation = row.id<ConversationId>(0),
                       .number = row.id<std::uint32_t>(1),
                       .metric = row.text(2),
                       .policy = row.id<std::uint64_t>(3),
                       .policy_version = row.id<std::uint32_t>(4),
                       .budget = std::chrono::microseconds{row.id<std::int64_t>(5)},
                       .started_at = row.instant(6),
                       .due_at = row.instant(7),
                       .state = row.text(8),
                       .ended_at = row.is_null(9) ? std::nullopt : std::optional{row.instant(9)},
                       .void_reason = row.text(10),
                       .by_change = row.number(11) != 0};
               });
}

std::vector<OutboxRow> SqliteReader::outbox_due(Instant now, std::size_t limit) {
    return all(db_.prepared("SELECT * FROM outbox WHERE due_at<=?1 AND NOT EXISTS (SELECT 1 FROM "
                            "outbox older WHERE older.conversation=outbox.conversation AND "
                            "older.id<outbox.id AND NOT (older.state='held' AND older.attempts=0 "
                            "AND older.due_at>?1)) ORDER BY due_at,id LIMIT ?2")
                   .bind(now, limit),
               to_outbox);
}

std::vector<OutboxRow> SqliteReader::outbox(std::size_t limit) {
    return all(db_.prepared("SELECT * FROM outbox ORDER BY id LIMIT ?1").bind(limit), to_outbox);
}

std::vector<QuarantineRow> SqliteReader::quarantine(Seq after, std::size_t limit) {
    return all(db_.prepared("SELECT * FROM quarantine WHERE seq>?1 ORDER BY seq LIMIT ?2")
                   .bind(after, limit),
               [](const Statement& row) {
                   return QuarantineRow{row.id<Seq>(0), row.instant(1), row.id<std::uint64_t>(2),
                                        row.text(3), row.text(4)};
               });
}

std::optional<SessionRow> SqliteReader::session(const std::string& token_hash) {
    return first(
        db_.prepared("SELECT * FROM sessions WHERE token_hash=?1").bind(token_hash),
        [](const Statement& row) {
            return SessionRow{row.text(0), row.id<std::uint64_t>(1), row.text(2), row.instant(3)};
        });
}

std::optional<CredentialRow> SqliteReader::credential(const std::string& email) {
    return first(db_.prepared("SELECT * FROM credentials WHERE email=?1").bind(email),
                 [](const Statement& row) {
                     return CredentialRow{row.text(0), row.id<std::uint64_t>(1), row.text(2)};
                 });
}

std::optional<OperationRow> SqliteReader::operation(const std::string& author,
                                                    const std::string& client_id) {
    return first(db_.prepared("SELECT * FROM operations WHERE author=?1 AND client_id=?2")
                     .bind(author, client_id),
                 [](const Statement& row) {
                     return OperationRow{row.text(0), row.text(1), row.instant(2), row.text(3)};
                 });
}

std::shared_ptr<const std::string> SqliteReader::blob(const std::string& sha256) {
    auto inline_bytes = first(db_.prepared("SELECT bytes FROM blobs WHERE sha256=?1").bind(sha256),
                              [](const Statement& row) { return row.text(0); });
    if (inline_bytes) return std::make_shared<const std::string>(std::move(*inline_bytes));
    return blobs_.get(sha256);
}

std::string SqliteReader::dump_read_tables() {
    struct Table {
        const char* title;
        const char* sql;
        int columns;
    };
    static constexpr Table tables[] = {
        {"contacts", "SELECT id,root,sort_key,body FROM contacts ORDER BY 1", 4},
        {"contact_keys", "SELECT contact,key FROM contact_keys ORDER BY 1,2", 2},
        {"organisations", "SELECT id,sort_key,body FROM organisations ORDER BY 1", 3},
        {"organisation_domains",
         "SELECT organisation,domain FROM organisation_domains ORDER BY 1,2", 2},
        {"follow_ups", "SELECT id,contact,owner,due_at,state,body FROM follow_ups ORDER BY 1", 6},
        {"identities", "SELECT kind,value,contact FROM identities ORDER BY 1,2", 3},
        {"conversations",
         "SELECT id,contact,inbox,team,assignee,status,updated_at,version,body FROM "
         "conversations ORDER BY 1",
         9},
        {"messages",
         "SELECT id,conversation,contact,number,seq,is_note,body,delivery_state,"
         "delivery_reason FROM messages ORDER BY 1",
         9},
        {"recipients", "SELECT message,address,state,reason FROM recipients ORDER BY 1,2", 4},
        {"attachments",
         "SELECT id,conversation,message,name,type,size,blob,is_inline FROM attachments "
         "ORDER BY 1",
         8},
        {"receipts", "SELECT inbox,external_id,conversation,message FROM receipts ORDER BY 1,2", 4},
        {"threads", "SELECT inbox,external_id,conversation FROM threads ORDER BY 1,2", 3},
        {"clocks",
         "SELECT conversation,number,metric,policy,policy_version,budget,started_at,due_at,state,"
         "coalesce(ended_at,''),void_reason,by_change FROM clocks ORDER BY 1,2",
         12},
        {"decisions", "SELECT seq,conversation,at,body FROM decisions ORDER BY 1", 4},
        {"availabilities",
         "SELECT agent,since,coalesce(until,''),availability FROM availabilities "
         "ORDER BY 1,2",
         4},
        {"config", "SELECT kind,id,body FROM config ORDER BY 1,2", 3},
        {"quarantine", "SELECT seq,at,inbox,reason,blob FROM quarantine ORDER BY 1", 5},
    };
    std::string out;
    for (const Table& table : tables) {
        out.append("# ").append(table.title).append("\n");
        Statement& statement = db_.prepared(table.sql).bind();
        while (statement.step()) {
            for (int column = 0; column < table.columns; ++column)
                out.append(statement.text(column)).append("|");
            out.append("\n");
        }
        statement.reset();
    }
    return out;
}

}  // namespace storage::sqlite
