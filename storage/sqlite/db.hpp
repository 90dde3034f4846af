// SQLite as RAII: a connection and its prepared statements. One thread at a time per connection.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

#include "storage/ids.hpp"

namespace storage::sqlite {

struct SqliteError : std::runtime_error {
    SqliteError(int code, const std::string& what) : std::runtime_error(what), code(code) {}
    int code;
};

class Statement {
public:
    Statement(sqlite3* db, const char* sql);
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement() { sqlite3_finalize(handle_); }

    // Binds the values to ?1, ?2, …; texts are not copied and must outlive the steps.
    template <class... Values>
    Statement& bind(const Values&... values) {
        sqlite3_reset(handle_);
        int index = 0;
        (bind_one(++index, values), ...);
        return *this;
    }

    bool step();  // true: a row is there; throws SqliteError
    void run() {  // for statements without rows
        step();
        sqlite3_reset(handle_);
    }

    std::string text(int column) const;
    std::int64_t number(int column) const { return sqlite3_column_int64(handle_, column); }
    bool is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
    template <class Id>
    Id id(int column) const {
        return static_cast<Id>(number(column));
    }
    Instant instant(int column) const { return Instant{std::chrono::microseconds{number(column)}}; }
    void reset() { sqlite3_reset(handle_); }

private:
    void check(int code) const;
    void bind_one(int index, std::string_view value);
    void bind_one(int index, const std::string& value) { bind_one(index, std::string_view{value}); }
    void bind_one(int index, const char* value) { bind_one(index, std::string_view{value}); }
    void bind_one(int index, std::int64_t value) {
        check(sqlite3_bind_int64(handle_, index, value));
    }
    void bind_one(int index, Instant value) {
        bind_one(index, std::int64_t{value.time_since_epoch().count()});
    }
    void bind_one(int index, const std::optional<Instant>& value) {
        if (value)
            bind_one(index, *value);
        else
            check(sqlite3_bind_null(handle_, index));
    }
    template <class Value>
        requires(std::is_enum_v<Value> ||
                 (std::is_integral_v<Value> && !std::is_same_v<Value, std::int64_t>))
    void bind_one(int index, Value value) {
        bind_one(index, static_cast<std::int64_t>(value));
    }

    sqlite3_stmt* handle_ = nullptr;
};

class Database {
public:
    // Opens with the PRAGMA choices explained in db.cpp. Throws std::runtime_error.
    Database(const std::filesystem::path& file, bool read_only);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    struct Close {
        // Waits for statements that are finalised later.
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };

    void execute(const std::string& sql);
    // The prepared statement for this text, made once. The text must be a literal.
    Statement& prepared(const char* sql);
    sqlite3* handle() const { return handle_.get(); }

private:
    std::unique_ptr<sqlite3, Close> handle_;
    std::unordered_map<const char*, std::unique_ptr<Statement>> statements_;
};

// Brings the schema to the newest version, one numbered migration after the other.
void migrate(Database& db);

}  // namespace storage::sqlite
