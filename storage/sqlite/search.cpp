// Full-text search over FTS5. The index holds tokens that were made outside; its own tokenizer only
// splits them at the spaces.
#include "storage/sqlite/query.hpp"
#include "storage/sqlite/reader.hpp"

namespace storage::sqlite {
namespace {

// A string of FTS5's query language; a quote inside is doubled.
std::string quoted(const std::vector<std::string>& tokens) {
    std::string text = "\"";
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (i > 0) text.push_back(' ');
        for (const char c : tokens[i]) {
            if (c == '"') text.push_back('"');
            text.push_back(c);
        }
    }
    return text + "\"";
}

std::string expression(const SearchClause& clause) {
    std::string text;
    for (const SearchAlternative& one : clause.any) {
        if (!text.empty()) text += " OR ";
        text += one.stemmed ? "stems:" : "words:";
        text += quoted(one.tokens);
        if (one.prefix) text += "*";
    }
    return "(" + text + ")";
}

// What is wanted and not excluded; FTS5 cannot exclude from nothing, so of exclusions alone `only`
// says what must not be there.
std::string expression(const std::vector<SearchClause>& clauses, bool& only) {
    std::string wanted;
    std::string unwanted;
    for (const SearchClause& clause : clauses) {
        std::string& text = clause.excluded ? unwanted : wanted;
        if (!text.empty()) text += clause.excluded ? " OR " : " AND ";
        text += expression(clause);
    }
    only = wanted.empty() && !unwanted.empty();
    if (only) return unwanted;
    if (unwanted.empty()) return wanted;
    return "(" + wanted + ") NOT (" + unwanted + ")";
}

Where conditions(const SearchQuery& query) {
    Where where;
    add_scope(where, query.scope);
    where.and_ids("v.inbox", query.inboxes);
    where.and_ids("v.contact", query.contacts);
    if (query.team) where.and_number("v.team=", static_cast<std::int64_t>(*query.team));
    if (query.assignee) where.and_number("v.assignee=", static_cast<std::int64_t>(*query.assignee));
    if (query.before) where.and_number("m.id<", static_cast<std::int64_t>(*query.before));
    if (query.is_note) where.and_number("m.is_note=", *query.is_note ? 1 : 0);
    const auto at = [&where](const char* condition, Instant instant) {
        where.and_number(condition, instant.time_since_epoch().count());
    };
    if (query.from) at("(SELECT e.at FROM events e WHERE e.seq=m.seq)>=", *query.from);
    if (query.until) at("(SELECT e.at FROM events e WHERE e.seq=m.seq)<", *query.until);
    if (!query.statuses.empty())
        where.and_any("v.status", query.statuses,
                      [&where](const std::string& status) { where.texts.push_back(status); });
    if (!query.tag.empty()) {
        where.sql += " AND EXISTS(SELECT 1 FROM json_each(v.body,'$.tags') t WHERE t.value=?)";
        where.texts.push_back(query.tag);
    }
    return where;
}

}  // namespace

std::vector<SearchHit> SqliteReader::search(const SearchQuery& query) {
    bool excludes_only = false;
    const std::string match = expression(query.clauses, excludes_only);
    const Where where = conditions(query);
    const std::string joined = " JOIN conversations v ON v.id=m.conversation WHERE " + where.sql;
    const std::string newest = " ORDER BY m.id DESC LIMIT " + std::to_string(query.limit);
    Bound row(db_,
              match.empty() || excludes_only
                  ? "SELECT m.id,m.conversation,0 FROM messages m" + joined +
                        (excludes_only ? " AND m.id NOT IN (SELECT rowid FROM search_messages "
                                         "WHERE search_messages MATCH :match)"
                                       : "") +
                        newest
                  : "SELECT m.id,m.conversation,bm25(search_messages) FROM search_messages s JOIN "
                    "messages m ON m.id=s.rowid" +
                        joined + " AND search_messages MATCH :match ORDER BY s.rowid DESC LIMIT " +
                        std::to_string(query.limit),
              where);
    if (!match.empty()) row.name(":match", match);
    std::vector<SearchHit> hits;
    while (row.step())
        hits.push_back({row.id<MessageId>(0), row.id<ConversationId>(1), row.real(2)});
    return hits;
}

}  // namespace storage::sqlite
