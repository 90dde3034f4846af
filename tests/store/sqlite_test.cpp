// What only a disk can promise: re-opening, files, a process that is killed, a folder that cannot
// be used.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>

#include "tests/store/random_batches.hpp"
#include "tests/store/store_support.hpp"

namespace {

using namespace store_test;

std::string refusal_of(const std::filesystem::path& folder) {
    try {
        open_sqlite({.folder = folder});
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

TEST(Sqlite, reopening_keeps_everything) {
    const TemporaryFolder folder;
    const std::string large(300'000, 'L');
    std::string before;
    std::vector<StoredEvent> events;
    {
        const auto store = open_sqlite({.folder = folder.path() / "made" / "on the way"});
        RandomBatches batches(42);
        for (int turn = 0; turn < 200; ++turn) append(*store, batches.next(head(*store)));
        Batch batch =
            rows({SessionRow{"hash", 7, "api", at_second(1)}, CredentialRow{"a@x", 7, "p"},
                  OperationRow{"agent:7", "c", at_second(1), "{}"}, MetaRow{"k", "v"}});
        batch.blobs = {blob_of("small"), blob_of(large)};
        ASSERT_EQ(append(*store, batch).error, AppendError::none);
        before = dump(*store);
        events = read(*store, [](Reader& r) { return r.events({.limit = 10'000}); });
        ASSERT_GT(events.size(), 50U);
    }
    const auto store = open_sqlite({.folder = folder.path() / "made" / "on the way"});
    EXPECT_EQ(dump(*store), before);
    const auto after = read(*store, [](Reader& r) { return r.events({.limit = 10'000}); });
    ASSERT_EQ(after.size(), events.size());
    EXPECT_EQ(after.back().row, events.back().row);
    EXPECT_EQ(after.back().hash, events.back().hash);
    read(*store, [&](Reader& r) {
        EXPECT_TRUE(r.session("hash"));
        EXPECT_TRUE(r.credential("a@x"));
        EXPECT_TRUE(r.operation("agent:7", "c"));
        EXPECT_EQ(r.meta("k"), "v");
        EXPECT_EQ(*r.blob(sha256_hex("small")), "small");
        EXPECT_EQ(*r.blob(sha256_hex(large)), large);
        return 0;
    });
    // The chain goes on where it ended.
    const Seq next = events.back().row.seq + 1;
    ASSERT_EQ(append(*store, with_event(next)).error, AppendError::none);
    const auto last =
        read(*store, [](Reader& r) { return r.events({.newest_first = true, .limit = 1}); });
    EXPECT_EQ(last.at(0).hash, chain_hash(events.back().hash, event(next)));
}

TEST(Sqlite, a_large_blob_is_a_file_with_its_name_and_a_small_one_is_not) {
    const TemporaryFolder folder;
    const auto store = open_sqlite({.folder = folder.path(), .blob_inline_bytes_max = 1000});
    Batch batch;
    batch.blobs = {blob_of(std::string(1000, 's')), blob_of(std::string(1001, 'l'))};
    ASSERT_EQ(append(*store, batch).error, AppendError::none);
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path() / "blobs"))
        if (entry.is_regular_file()) files.push_back(entry.path());
    const std::string name = sha256_hex(std::string(1001, 'l'));
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(files[0], folder.path() / "blobs" / name.substr(0, 2) / name);
    std::ifstream file(files[0], std::ios::binary);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), std::string(1001, 'l'));
}

TEST(Sqlite, a_full_queue_is_answered_at_once_and_queues_nothing) {
    const TemporaryFolder folder;
    const auto store = open_sqlite({.folder = folder.path(), .batches_waiting_max = 1});
    // The writer thread is held inside a callback, so that what follows has to wait.
    std::promise<void> held;
    std::promise<void> release;
    store->append(with_event(1), [&](const AppendResult&) {
        held.set_value();
        release.get_future().wait();
    });
    held.get_future().wait();
    std::promise<AppendResult> second;
    store->append(with_event(2), [&](const AppendResult& result) { second.set_value(result); });
    EXPECT_EQ(append(*store, with_event(3)).error, AppendError::full);
    release.set_value();
    EXPECT_EQ(second.get_future().get().error, AppendError::none);
    EXPECT_EQ(head(*store), 2U);
}

// The child acknowledges a batch through the pipe only from the store's callback, in the middle of
// endless traffic.
[[noreturn]] void write_until_killed(const std::filesystem::path& folder, int pipe) {
    const auto store = open_sqlite({.folder = folder, .blob_inline_bytes_max = 500});
    for (Seq seq = 1;; ++seq) {
        const std::string key = std::to_string(seq);
        Batch batch = with_event(
            seq, {ReceiptRow{1, key, ConversationId{seq}, MessageId{seq}}, MetaRow{"last", key}});
        batch.blobs.push_back(blob_of(std::string(seq % 2 == 0 ? 600 : 10, 'b') + key));
        const auto acknowledge = [pipe, seq](const AppendResult& result) {
            if (result.error != AppendError::none) std::_Exit(3);
            if (::write(pipe, &seq, sizeof seq) != static_cast<ssize_t>(sizeof seq)) std::_Exit(4);
        };
        // Every eighth batch is awaited, so that the traffic is a mixture of single and group
        // commits.
        if (seq % 8 == 0)
            acknowledge(append(*store, std::move(batch)));
        else
            store->append(std::move(batch), acknowledge);
    }
}

void expect_kept(Store& store, Seq acknowledged) {
    read(store, [acknowledged](Reader& r) {
        EXPECT_GE(r.head(), acknowledged);
        EXPECT_EQ(r.meta("last"), std::to_string(r.head())) << "a batch is whole or not there";
        std::string previous;
        Seq expected = 0;
        for (const StoredEvent& stored : r.events({.limit = 1'000'000})) {
            EXPECT_EQ(stored.row.seq, ++expected);
            EXPECT_EQ(stored.hash, chain_hash(previous, stored.row));
            previous = stored.hash;
            const std::string key = std::to_string(expected);
            EXPECT_TRUE(r.receipt(1, key)) << key;
            const std::string bytes = std::string(expected % 2 == 0 ? 600 : 10, 'b') + key;
            const auto blob = r.blob(sha256_hex(bytes));
            EXPECT_TRUE(blob && *blob == bytes) << key;
        }
        return 0;
    });
}

TEST(Sqlite, a_killed_writer_keeps_everything_it_acknowledged) {
    for (const Seq enough : {Seq{1}, Seq{37}, Seq{400}}) {
        const TemporaryFolder folder;
        int pipe[2];
        ASSERT_EQ(::pipe(pipe), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) write_until_killed(folder.path(), pipe[1]);
        ::close(pipe[1]);
        Seq acknowledged = 0;
        Seq seq = 0;
        while (::read(pipe[0], &seq, sizeof seq) == static_cast<ssize_t>(sizeof seq)) {
            EXPECT_EQ(seq, acknowledged + 1) << "callbacks run in the order of the calls";
            acknowledged = seq;
            if (acknowledged == enough) ::kill(child, SIGKILL);
        }
        ::close(pipe[0]);
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
        ASSERT_GE(acknowledged, enough);
        const auto store = open_sqlite({.folder = folder.path(), .blob_inline_bytes_max = 500});
        expect_kept(*store, acknowledged);
        EXPECT_EQ(append(*store, with_event(head(*store) + 1)).error, AppendError::none);
    }
}

TEST(Sqlite, another_schema_is_refused_and_left_alone) {
    const TemporaryFolder folder;
    append(*open_sqlite({.folder = folder.path()}), with_event(1));
    const auto execute = [&](const char* sql) {
        sqlite3* db = nullptr;
        ASSERT_EQ(sqlite3_open((folder.path() / "sportello.db").c_str(), &db), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK);
        sqlite3_close(db);
    };
    execute("PRAGMA user_version=999");
    const std::string why = refusal_of(folder.path());
    EXPECT_NE(why.find("newer"), std::string::npos) << why;
    EXPECT_NE(why.find("999"), std::string::npos) << why;
    EXPECT_NE(why.find("restore a backup"), std::string::npos) << why;
    execute("PRAGMA user_version=1");
    EXPECT_NE(refusal_of(folder.path()).find("empty data folder"), std::string::npos)
        << "a preview's log is not half read: " << refusal_of(folder.path());
    execute(R"(DROP TABLE recipients; DROP TABLE contact_keys; DROP TABLE organisations;
DROP TABLE organisation_domains; DROP TABLE follow_ups;
DROP TABLE search_messages; DROP INDEX identities_by_value;
DROP TABLE contacts; CREATE TABLE contacts(id INTEGER PRIMARY KEY, body TEXT NOT NULL);
INSERT INTO contacts VALUES(7, '{"name":"Ada"}'); PRAGMA user_version=2)");
    const auto migrated = open_sqlite({.folder = folder.path()});
    EXPECT_EQ(head(*migrated), 1U);
    EXPECT_EQ(read(*migrated, [](Reader& reader) { return reader.contact(ContactId{7}); }),
              (ContactRow{ContactId{7}, ContactId{7}, "ada", R"({"name":"Ada"})"}));
}

TEST(Sqlite, an_unusable_folder_is_an_error_with_place_and_cure) {
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "file") << "not a folder";
    for (const auto& place : {folder.path() / "file", folder.path() / "file" / "below"}) {
        const std::string why = refusal_of(place);
        EXPECT_NE(why.find(place.string()), std::string::npos) << why;
        EXPECT_NE(why.find("--data"), std::string::npos) << why;
    }
}

TEST(Sqlite, a_file_that_is_no_database_is_an_error_with_place_and_cure) {
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "sportello.db") << std::string(8192, '?');
    const std::string why = refusal_of(folder.path());
    EXPECT_NE(why.find((folder.path() / "sportello.db").string()), std::string::npos) << why;
    EXPECT_NE(why.find(";"), std::string::npos) << "no cure in: " << why;
}

// The engines judge each other: the same random batches, some of them refused, leave the same
// tables.
TEST(StoreEngines, agree_after_the_same_random_batches) {
    for (unsigned seed = 1; seed <= 12; ++seed) {
        const TemporaryFolder folder;
        const auto memory = open_memory();
        const auto sqlite = open_sqlite({.folder = folder.path()});
        RandomBatches batches(seed);
        for (int turn = 0; turn < 60; ++turn) {
            const Batch batch = batches.next(head(*memory));
            const AppendResult left = append(*memory, batch);
            const AppendResult right = append(*sqlite, batch);
            ASSERT_EQ(left.error, right.error) << "seed " << seed << " turn " << turn << ": "
                                               << left.detail << " / " << right.detail;
            ASSERT_EQ(left.head, right.head);
        }
        ASSERT_EQ(dump(*memory), dump(*sqlite)) << "seed " << seed;
        const auto outbox = [](Reader& r) { return r.outbox(1000); };
        ASSERT_EQ(read(*memory, outbox), read(*sqlite, outbox)) << "seed " << seed;
        for (const std::int64_t second : {0, 25, 50}) {
            const auto due = [second](Reader& r) { return r.outbox_due(at_second(second), 1000); };
            ASSERT_EQ(read(*memory, due), read(*sqlite, due)) << "seed " << seed;
        }
    }
}

}  // namespace
