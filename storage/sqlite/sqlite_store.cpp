// The store over SQLite: one writer thread with group commit, a small pool of reader threads.
//
// Group commit: the writer takes whatever waits (at most `commit_batches_max`), writes it in one
// transaction and then calls everyone back. At low load a batch commits alone and at once; under
// load the sync is shared. A batch that cannot be written is rolled back alone (SAVEPOINT) and its
// successors fail with `conflict`, since their seq no longer follows the head: the hub rebuilds and
// goes on.
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "storage/sqlite/blob_files.hpp"
#include "storage/sqlite/db.hpp"
#include "storage/sqlite/reader.hpp"
#include "storage/sqlite/writes.hpp"
#include "storage/storage.hpp"

namespace storage::sqlite {
namespace {

constexpr std::size_t reads_per_view_max = 16;

struct Waiting {
    Batch batch;
    AppendCallback done;
    AppendResult result;
};

class SqliteStore final : public Store {
public:
    explicit SqliteStore(const SqliteOptions& options)
        : options_(options),
          file_((std::filesystem::create_directories(options.folder),
                 options.folder / "sportello.db")),
          blobs_(options.folder / "blobs"),
          db_(file_, false) {
        migrate(db_);
        load_head();
        writer_ = std::thread([this] { write_loop(); });
        for (std::size_t i = 0; i < options_.readers; ++i)
            readers_.emplace_back([this] { read_loop(); });
    }

    ~SqliteStore() override {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        writer_wakes_.notify_all();
        readers_wake_.notify_all();
        writer_.join();
        for (std::thread& reader : readers_) reader.join();
    }

    void append(Batch batch, AppendCallback done) override {
        {
            const std::lock_guard lock(mutex_);
            if (waiting_.size() < options_.batches_waiting_max) {
                waiting_.push_back({std::move(batch), std::move(done), {}});
                writer_wakes_.notify_one();
                return;
            }
        }
        done({AppendError::full, 0, "too many batches wait for the disk"});
    }

    void read(std::function<void(Reader&)> use) override {
        {
            const std::lock_guard lock(mutex_);
            reads_.push_back(std::move(use));
        }
        readers_wake_.notify_one();
    }

    void clear_read_tables() override {
        db_.execute("BEGIN IMMEDIATE");
        for (const char* table :
             {"contacts", "identities", "conversations", "messages", "recipients", "attachments",
              "receipts", "threads", "clocks", "decisions", "availabilities", "config",
              "quarantine", "contact_keys", "organisations", "organisation_domains", "follow_ups",
              "search_messages"})
            db_.execute(std::string{"DELETE FROM "} + table);
        db_.execute("COMMIT");
    }

private:
    void load_head() {
        Statement& last =
            db_.prepared("SELECT seq,hash FROM events ORDER BY seq DESC LIMIT 1").bind();
        if (last.step()) {
            head_ = last.id<Seq>(0);
            hash_ = last.text(1);
        }
        last.reset();
    }

    void write_loop() {
        std::vector<Waiting> taken;
        std::unique_lock lock(mutex_);
        for (;;) {
            writer_wakes_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            while (!waiting_.empty() && taken.size() < options_.commit_batches_max) {
                taken.push_back(std::move(waiting_.front()));
                waiting_.pop_front();
            }
            lock.unlock();
            commit(taken);
            for (Waiting& waiting : taken) waiting.done(waiting.result);
            taken.clear();
            lock.lock();
        }
    }

    void commit(std::vector<Waiting>& taken) {
        const Seq head_before = head_;
        const std::string hash_before = hash_;
        try {
            for (const Waiting& waiting : taken) write_large_blobs(waiting.batch);
            db_.execute("BEGIN IMMEDIATE");
            for (Waiting& waiting : taken) write_batch(waiting);
            db_.execute("COMMIT");
        } catch (const std::exception& error) {
            if (sqlite3_get_autocommit(db_.handle()) == 0) db_.execute("ROLLBACK");
            head_ = head_before;
            hash_ = hash_before;
            for (Waiting& waiting : taken)
                waiting.result = {AppendError::unavailable, head_, error.what()};
        }
    }

    void write_large_blobs(const Batch& batch) {
        for (const Blob& blob : batch.blobs)
            if (blob.bytes->size() > options_.blob_inline_bytes_max) blobs_.put(blob);
    }

    void write_batch(Waiting& waiting) {
        const Batch& batch = waiting.batch;
        if (!batch.events.empty() && batch.events.front().seq != head_ + 1) {
            // A command of another process may have written meanwhile (`sportello user`): whoever
            // restores must find the head that the database has.
            load_head();
            waiting.result = {AppendError::conflict, head_,
                              "a gap: the batch begins at " +
                                  std::to_string(batch.events.front().seq) + ", the head is " +
                                  std::to_string(head_)};
            return;
        }
        db_.prepared("SAVEPOINT batch").bind().run();
        try {
            for (const EventRow& event : batch.events) {
                if (event.seq != head_ + 1)
                    throw SqliteError(SQLITE_CONSTRAINT, "seq is not consecutive");
                hash_ = chain_hash(hash_, event);
                write_event(db_, event, hash_);
                head_ = event.seq;
            }
            for (const RowWrite& row : batch.rows) write_row(db_, row);
            for (const Blob& blob : batch.blobs)
                if (blob.bytes->size() <= options_.blob_inline_bytes_max)
                    db_.prepared(
                           "INSERT INTO blobs(sha256,bytes) VALUES(?1,?2) ON CONFLICT DO NOTHING")
                        .bind(blob.sha256, *blob.bytes)
                        .run();
            db_.prepared("RELEASE batch").bind().run();
            waiting.result = {AppendError::none, head_, {}};
        } catch (const SqliteError& error) {
            if ((error.code & 0xff) != SQLITE_CONSTRAINT) throw;
            db_.execute("ROLLBACK TO batch");
            db_.execute("RELEASE batch");
            load_head();
            waiting.result = {AppendError::conflict, head_, error.what()};
        }
    }

    void read_loop() {
        SqliteReader reader(file_, blobs_);
        std::unique_lock lock(mutex_);
        for (;;) {
            readers_wake_.wait(lock, [this] { return stopping_ || !reads_.empty(); });
            if (reads_.empty()) return;
            // Several reads share one view. It begins after they were asked for, so each sees all
            // that was committed before it asked.
            std::vector<std::function<void(Reader&)>> taken;
            while (!reads_.empty() && taken.size() < reads_per_view_max) {
                taken.push_back(std::move(reads_.front()));
                reads_.pop_front();
            }
            lock.unlock();
            reader.begin();
            for (auto& use : taken) use(reader);
            reader.end();
            taken.clear();
            lock.lock();
        }
    }

    SqliteOptions options_;
    std::filesystem::path file_;
    BlobFiles blobs_;
    Database db_;       // the writer thread's, after the constructor
    Seq head_ = 0;      // the writer thread's
    std::string hash_;  // the writer thread's

    std::mutex mutex_;  // guards the two queues and the flag
    std::condition_variable writer_wakes_;
    std::condition_variable readers_wake_;
    std::deque<Waiting> waiting_;
    std::deque<std::function<void(Reader&)>> reads_;
    bool stopping_ = false;
    std::thread writer_;
    std::vector<std::thread> readers_;
};

}  // namespace
}  // namespace storage::sqlite

namespace storage {

std::unique_ptr<Store> open_sqlite(const SqliteOptions& options) {
    try {
        return std::make_unique<sqlite::SqliteStore>(options);
    } catch (const std::filesystem::filesystem_error& error) {
        throw std::runtime_error("cannot use the data folder " + options.folder.string() + ": " +
                                 error.code().message() + "; give another with --data");
    } catch (const sqlite::SqliteError& error) {
        throw std::runtime_error("cannot use " + (options.folder / "sportello.db").string() + ": " +
                                 error.what() +
                                 "; restore a backup, or give another folder with --data");
    }
}

}  // namespace storage
