// The two queries whose text depends on the question: lists of conversations and of events.
#include "storage/sqlite/query.hpp"
#include "storage/sqlite/reader.hpp"

namespace storage::sqlite {
namespace {

Where conditions(const ConversationQuery& query) {
    Where where;
    add_scope(where, query.scope);
    if (query.inbox) where.and_number("inbox=", static_cast<std::int64_t>(*query.inbox));
    if (query.assignee) where.and_number("assignee=", static_cast<std::int64_t>(*query.assignee));
    if (query.team) where.and_number("team=", static_cast<std::int64_t>(*query.team));
    where.and_ids("contact", query.contacts);
    return where;
}

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
    // The indexes leave out what is of no contact or conversation: said so, they can be used.
    if (!query.contacts.empty()) where.sql += " AND contact<>0";
    where.and_ids("contact", query.contacts);
    if (query.conversation)
        where.and_number("conversation<>0 AND conversation=",
                         static_cast<std::int64_t>(*query.conversation));
    if (!query.kinds.empty())
        where.and_any("kind", query.kinds,
                      [&where](const std::string& kind) { where.texts.push_back(kind); });
    // Which ones first: an entry is long, and several contacts' entries must be sorted.
    const std::string order = query.newest_first ? " ORDER BY seq DESC" : " ORDER BY seq";
    const Bound row(
        db_,
        "SELECT seq,at,kind,version,actor,contact,conversation,payload,hash FROM events WHERE seq "
        "IN (SELECT seq FROM events WHERE " +
            where.sql + order + " LIMIT " + std::to_string(query.limit) + ")" + order,
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
