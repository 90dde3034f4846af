// The read tables can be made again from the log, and the log can be checked against its chain of
// hashes.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "hub/flow/rebuild.hpp"
#include "tests/store/desk_harness.hpp"

namespace {

using namespace store_test;

void expect_rebuilt(Store& store, const std::string& before) {
    const Seq events = head(store);
    const auto next_ids = [](Reader& r) {
        return std::tuple{r.meta("next_id"), r.meta("next_number"), r.meta("agent_states")};
    };
    const auto ids_before = read(store, next_ids);
    const auto outbox_before = read(store, [](Reader& r) { return r.outbox(10'000); });
    for (int again = 0; again < 2; ++again) {
        EXPECT_EQ(flow::rebuild(store), events);
        EXPECT_EQ(dump(store), before);
        EXPECT_EQ(read(store, next_ids), ids_before);
        EXPECT_EQ(read(store, [](Reader& r) { return r.outbox(10'000); }), outbox_before);
        EXPECT_EQ(head(store), events) << "rebuilding writes no events";
    }
}

TEST(Rebuild, gives_the_same_tables_on_both_engines) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const TemporaryFolder folder;
        const auto memory = open_memory();
        const auto sqlite = open_sqlite({.folder = folder.path()});
        // The first log is longer than one page of the rebuilding.
        const int turns = seed == 1 ? 250 : 40;
        play(*memory, seed, turns);
        play(*sqlite, seed, turns);
        if (seed == 1) {
            EXPECT_GT(head(*sqlite), 1000U);
        }
        const std::string before = dump(*sqlite);
        ASSERT_EQ(dump(*memory), before) << "the engines were not played alike, seed " << seed;
        expect_rebuilt(*memory, before);
        expect_rebuilt(*sqlite, before);
    }
}

TEST(Rebuild, repairs_what_was_damaged_in_the_tables) {
    const auto store = open_memory();
    play(*store, 7, 30);
    const std::string before = dump(*store);
    ASSERT_EQ(append(*store, rows({ConfigRow{"team", 1, R"({"id":"1","name":"forged"})"},
                                   ContactRow{ContactId{77'777}, ContactId{77'777}, "", "{}"}}))
                  .error,
              AppendError::none);
    ASSERT_NE(dump(*store), before);
    flow::rebuild(*store);
    EXPECT_EQ(dump(*store), before);
}

TEST(Rebuild, a_rebuilt_desk_knows_what_it_took) {
    const TemporaryFolder folder;
    const auto store = open_sqlite({.folder = folder.path()});
    model::ReceiveInbound mail;
    {
        Desk desk(*store);
        sim::Cast cast(3);
        cast.set_up([&desk](const model::Command& command) { return desk.ask(command).id; });
        const auto config = read(*store, [](Reader& r) { return r.config(); });
        for (const ConfigRow& row : config)
            if (row.kind == "inbox") mail.inbound.inbox = model::InboxId{row.id};
        mail.inbound.sender = {.kind = "email", .value = "ada@y.it"};
        mail.inbound.external_id = mail.inbound.receipt_key = "first@y.it";
        ASSERT_TRUE(desk.ask(mail).ok());
    }
    flow::rebuild(*store);
    Desk desk(*store);
    EXPECT_TRUE(desk.ask(mail).repeated);
    model::ReceiveInbound answer = mail;
    answer.inbound.external_id = answer.inbound.receipt_key = "second@y.it";
    answer.inbound.thread_ids = {"first@y.it"};
    EXPECT_EQ(desk.ask(answer).conversation, desk.ask(mail).conversation);
}

class Verify : public testing::Test {
protected:
    void execute(const std::string& sql) {
        sqlite3* db = nullptr;
        ASSERT_EQ(sqlite3_open((folder.path() / "sportello.db").c_str(), &db), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
            << sqlite3_errmsg(db);
        EXPECT_EQ(sqlite3_changes(db), 1);
        sqlite3_close(db);
    }
    std::string fault() {
        const auto store = open_sqlite({.folder = folder.path()});
        return flow::verify(*store).fault;
    }
    TemporaryFolder folder;
};

TEST_F(Verify, finds_nothing_in_a_whole_log) {
    const auto store = open_sqlite({.folder = folder.path()});
    EXPECT_EQ(flow::verify(*store).events, 0U);
    play(*store, 5, 250);
    const flow::Verified verified = flow::verify(*store);
    EXPECT_EQ(verified.fault, "");
    EXPECT_EQ(verified.events, head(*store));
    EXPECT_GT(verified.events, 1000U) << "more than one page";
}

TEST_F(Verify, finds_each_changed_field) {
    play(*open_sqlite({.folder = folder.path()}), 5, 10);
    const auto change = [this](const std::string& field, const std::string& changed,
                               const std::string& back) {
        execute("UPDATE events SET " + field + "=" + changed + " WHERE seq=20");
        EXPECT_NE(fault().find("event 20 "), std::string::npos) << field << ": " << fault();
        execute("UPDATE events SET " + field + "=" + back + " WHERE seq=20");
        ASSERT_EQ(fault(), "");
    };
    change("payload", "payload||' '", "rtrim(payload)");
    change("at", "at+1", "at-1");
    change("actor", "actor||'1'", "substr(actor,1,length(actor)-1)");
    change("contact", "contact+1", "contact-1");
    change("conversation", "conversation+1", "conversation-1");
    change("kind", "kind||'x'", "substr(kind,1,length(kind)-1)");
}

TEST_F(Verify, finds_a_missing_event) {
    play(*open_sqlite({.folder = folder.path()}), 5, 10);
    execute("DELETE FROM events WHERE seq=20");
    EXPECT_NE(fault().find("event 19"), std::string::npos) << fault();
}

TEST_F(Verify, finds_a_forged_event_with_a_fitting_hash_of_its_own) {
    play(*open_sqlite({.folder = folder.path()}), 5, 10);
    const auto events = read(*open_sqlite({.folder = folder.path()}),
                             [](Reader& r) { return r.events({.after = 18, .limit = 2}); });
    EventRow forged = events.at(1).row;
    forged.payload = "{}";
    execute("UPDATE events SET payload='{}', hash='" + chain_hash(events[0].hash, forged) +
            "' WHERE seq=20");
    EXPECT_NE(fault().find("event 21 "), std::string::npos) << fault();
}

}  // namespace
