#include "storage/sqlite/db.hpp"

namespace storage::sqlite {

Statement::Statement(sqlite3* db, const char* sql) {
    const int code = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
    if (code != SQLITE_OK) throw SqliteError(code, std::string{sqlite3_errmsg(db)} + " in: " + sql);
}

bool Statement::step() {
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    const std::string what = sqlite3_errmsg(sqlite3_db_handle(handle_));
    sqlite3_reset(handle_);
    throw SqliteError(code, what);
}

std::string Statement::text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
    return bytes == nullptr
               ? std::string{}
               : std::string(bytes,
                             static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)));
}

void Statement::check(int code) const {
    if (code != SQLITE_OK) throw SqliteError(code, sqlite3_errmsg(sqlite3_db_handle(handle_)));
}

void Statement::bind_one(int index, std::string_view value) {
    const char* data = value.data() == nullptr ? "" : value.data();
    check(sqlite3_bind_text64(handle_, index, data, value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

Database::Database(const std::filesystem::path& file, bool read_only) {
    const int flags =
        (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
        SQLITE_OPEN_NOMUTEX;
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
    handle_.reset(opened);  // it is given also on failure
    if (code != SQLITE_OK)
        throw std::runtime_error("cannot open " + file.string() + ": " + sqlite3_errmsg(opened) +
                                 "; check that the folder exists and may be written");
    sqlite3_busy_timeout(handle(), 5000);
    if (!read_only) {
        execute("PRAGMA page_size=4096");    // most rows are small: fewer bytes per changed page
        execute("PRAGMA journal_mode=WAL");  // readers never wait for the writer
        execute(
            "PRAGMA synchronous=FULL");  // a commit survives power loss: we acknowledge after it
        execute("PRAGMA wal_autocheckpoint=4000");  // checkpoints are what makes p99 jump: make
                                                    // them rare
        execute("PRAGMA journal_size_limit=67108864");
    }
    // The writer walks the ends of a dozen B-trees; a reader's pages are the system's to keep.
    execute(read_only ? "PRAGMA cache_size=-2048" : "PRAGMA cache_size=-16384");
    execute("PRAGMA temp_store=MEMORY");
}

void Database::execute(const std::string& sql) {
    char* message = nullptr;
    const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, &message);
    if (code == SQLITE_OK) return;
    const std::string what = message == nullptr ? "unknown error" : message;
    sqlite3_free(message);
    throw SqliteError(code, what);
}

Statement& Database::prepared(const char* sql) {
    auto& slot = statements_[sql];
    if (!slot) slot = std::make_unique<Statement>(handle(), sql);
    return *slot;
}

}  // namespace storage::sqlite
