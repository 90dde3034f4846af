// The two queries whose text depends on the question: lists of conversations and of events.
#include "storage/sqlite/reader.hpp"

namespace storage::sqlite {
namespace {

// Conditions and their values, in step: every value is bound, none is written into the text.
struct Where {
    std::string sql = "1=1";
    std::vector<std::int64_t> numbers;
    std::vector<std::string> texts;

    void and_number(const char* condition, std::int64_t value) {
        sql.append(" AND ").append(condition).append("?");
        numbers.push_back(value);
    }
    template <class Values, class Add>
    void and_any(const char* column, const Values& values, Add add) {
        sql.append(" AND ").append(column).append(" IN (");
        bool comma = false;
        for (const auto& value : values) {
            sql.append(comma ? ",?" : "?");
            comma = true;
            add(value);
        }
        sql.append(")");
    }
};

// Mirrors model::may_see; a property test holds the two together.
void add_scope(Where& where, const Scope& scope) {
    if (scope.everything) return;
    where.sql += " AND (assignee=?";
    where.numbers.push_back(static_cast<std::int64_t>(scope.agent));
    for (const std::uint64_t team : scope.teams) {
        where.sql += " OR team=?";
        where.numbers.push_back(static_cast<std::int64_t>(team));
    }
    for (const std::uint64_t inbox : scope.inboxes) {
        where.sql += " OR inbox=?";
        where.numbers.push_back(static_cast<std::int64_t>(inbox));
    }
    where.sql += ")";
}

Where conditions(const ConversationQuery& query) {
    Where where;
    add_scope(where, query.scope);
    if (query.inbox) where.and_number("inbox=", static_cast<std::int64_t>(*query.inbox));
    if (query.assignee) where.and_number("assignee=", static_cast<std::int64_t>(*query.assignee));
    if (query.team) where.and_number("team=", static_cast<std::int64_t>(*query.team));
    if (query.contact) where.and_number("contact=", static_cast<std::int64_t>(*query.contact));
    return where;
}

class Bound {
public:
    Bound(Database& db, const std::string& sql, const Where& where) {
        if (sqlite3_prepare_v2(db.handle(), sql.c_str(), -1, &statement_, nullptr) != SQLITE_OK)
            throw SqliteError(SQLITE_ERROR,
                              std::string{sqlite3_errmsg(db.handle())} + " in: " + sql);
        int index = 0;
        for (const std::int64_t number : where.numbers)
            sqlite3_bind_int64(statement_, ++index, number);
        for (const std::string& text : where.texts)
            sqlite3_bind_text64(statement_, ++index, text.data(), text.size(), SQLITE_STATIC,
                                SQLITE_UTF8);
    }
    Bound(const Bound&) = delete;
    Bound& operator=(const Bound&) = delete;
    ~Bound() { sqlite3_finalize(statement_); }

    // An error must never look like the end of the rows.
    bool step() const {
        const int code = sqlite3_step(statement_);
        if (code != SQLITE_ROW && code != SQLITE_DONE)
            throw SqliteError(code, sqlite3_errmsg(sqlite3_db_handle(statement_)));
        return code == SQLITE_ROW;
    }
    std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
    template <class Id>
    Id id(int column) const {
        return static_cast<Id>(number(column));
    }
    Instant instant(int column) const { return Instant{std::chrono::microseconds{number(column)}}; }
    std::string text(int column) const {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
        return bytes == nullptr
                   ? std::string{}
                   : std::string(
                         bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
    }

private:
    sqlite3_stmt* statement_ = nullptr;
};

template <class Row>
ConversationRow to_conversation(const Row& row) {
    return {.id = row.template id<ConversationId>(0),
            .contact = row.template id<ContactId>(1),
            .inbox = row.template id<std::uint64_t>(2),
            .team = row.template id<std::uint64_t>(3),
            .assignee = row.template id<std::uint64_t>(4),
            .status = row.text(5),
            .updated_at = row.instant(6),
            .version = row.template id<Seq>(7),
            .body = row.text(8)};
}

}  // namespace

std::optional<ConversationRow> SqliteReader::conversation(ConversationId id) {
    Statement& row = db_.prepared("SELECT * FROM conversations WHERE id=?1").bind(id);
    std::optional<ConversationRow> found;
    if (row.step()) found = to_conversation(row);
    row.reset();
    return found;
}

std::vector<ConversationRow> SqliteReader::conversations(const ConversationQuery& query) {
    Where where = conditions(query);
    if (query.before) {
        where.sql += " AND (updated_at,id)<(?,?)";
        where.numbers.push_back(query.before->first.time_since_epoch().count());
        where.numbers.push_back(static_cast<std::int64_t>(query.before->second));
    }
    if (!query.statuses.empty())
        where.and_any("status", query.statuses,
                      [&where](const std::string& status) { where.texts.push_back(status); });
    const Bound row(db_,
                    "SELECT * FROM conversations WHERE " + where.sql +
                        " ORDER BY updated_at DESC, id DESC LIMIT " + std::to_string(query.limit),
                    where);
    std::vector<ConversationRow> rows;
    while (row.step()) rows.push_back(to_conversation(row));
    return rows;
}

std::size_t SqliteReader::count(const ConversationQuery& query) {
    Where where = conditions(query);
    if (!query.statuses.empty())
        where.and_any("status", query.statuses,
                      [&where](const std::string& status) { where.texts.push_back(status); });
    const Bound row(db_, "SELECT count(*) FROM conversations WHERE " + where.sql, where);
    return row.step() ? static_cast<std::size_t>(row.number(0)) : 0;
}

std::vector<StoredEvent> SqliteReader::events(const EventQuery& query) {
    Where where;
    where.and_number("seq>", static_cast<std::int64_t>(query.after));
    if (query.before) where.and_number("seq<", static_cast<std::int64_t>(*query.before));
    if (query.contact) where.and_number("contact=", static_cast<std::int64_t>(*query.contact));
    if (query.conversation)
        where.and_number("conversation=", static_cast<std::int64_t>(*query.conversation));
    if (!query.kinds.empty())
        where.and_any("kind", query.kinds,
                      [&where](const std::string& kind) { where.texts.push_back(kind); });
    const Bound row(
        db_,
        "SELECT seq,at,kind,version,actor,contact,conversation,payload,hash FROM events WHERE " +
            where.sql + " ORDER BY seq " + (query.newest_first ? "DESC" : "ASC") + " LIMIT " +
            std::to_string(query.limit),
        where);
    std::vector<StoredEvent> events;
    while (row.step())
        events.push_back({EventRow{.seq = row.id<Seq>(0),
                                   .at = row.instant(1),
                                   .kind = row.text(2),
                                   .version = row.id<std::uint32_t>(3),
                                   .actor = row.text(4),
                                   .contact = row.id<ContactId>(5),
                                   .conversation = row.id<ConversationId>(6),
                                   .payload = row.text(7)},
                          row.text(8)});
    return events;
}

}  // namespace storage::sqlite
