// Queries whose text depends on the question. Private to this folder.
#pragma once

#include "storage/sqlite/db.hpp"
#include "storage/storage.hpp"

namespace storage::sqlite {

// Conditions and their values, in step: every value is bound, none is written into the text.
struct Where {
    std::string sql = "1=1";
    std::vector<std::int64_t> numbers;
    std::vector<std::string> texts;

    void and_number(const char* condition, std::int64_t value) {
        sql.append(" AND ").append(condition).append("?");
        numbers.push_back(value);
    }
    template <class Ids>
    void and_ids(const char* column, const Ids& ids) {
        if (ids.empty()) return;
        and_any(column, ids, [this](auto id) { numbers.push_back(static_cast<std::int64_t>(id)); });
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
inline void add_scope(Where& where, const Scope& scope) {
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
    // A value with a name of its own, for conditions that use it twice. `text` must outlive it.
    void name(const char* name, const std::string& text) {
        sqlite3_bind_text64(statement_, sqlite3_bind_parameter_index(statement_, name), text.data(),
                            text.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    void name(const char* name, std::int64_t number) {
        sqlite3_bind_int64(statement_, sqlite3_bind_parameter_index(statement_, name), number);
    }
    double real(int column) const { return sqlite3_column_double(statement_, column); }
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

}  // namespace storage::sqlite
