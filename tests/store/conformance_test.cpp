// One suite for every engine: whatever holds for the memory engine holds for the disk, and the
// other way round.
#include <gtest/gtest.h>

#include "tests/store/conformance_fixture.hpp"

namespace {

using namespace store_test;

TEST_P(StoreConformance, empty_store_answers_nothing) {
    EXPECT_EQ(head(store), 0U);
    EXPECT_TRUE(seqs({}).empty());
    EXPECT_FALSE(read(store, [](Reader& r) { return r.conversation(ConversationId{1}); }));
    EXPECT_FALSE(read(store, [](Reader& r) { return r.meta("next_id"); }));
    EXPECT_EQ(read(store, [](Reader& r) { return r.blob(sha256_hex("x")); }), nullptr);
}

TEST_P(StoreConformance, people_and_configuration_come_back) {
    put({ContactRow{ContactId{1}, ContactId{1}, "", "{}"},
         ContactRow{ContactId{1}, ContactId{1}, "", R"({"name":"Ada"})"},
         IdentityRow{"email", "ada@x.it", ContactId{1}}, IdentityRow{"visitor", "v", ContactId{1}},
         ConfigRow{"team", 2, "{}"}, ConfigRow{"inbox", 3, "{}"},
         ConfigRow{"team", 2, R"({"n":1})"}, MetaRow{"next_id", "4"}, MetaRow{"next_id", "5"}});
    read(store, [](Reader& r) {
        EXPECT_EQ(r.contact(ContactId{1}),
                  (ContactRow{ContactId{1}, ContactId{1}, "", R"({"name":"Ada"})"}));
        EXPECT_EQ(r.identities(ContactId{1}),
                  (std::vector{IdentityRow{"email", "ada@x.it", ContactId{1}},
                               IdentityRow{"visitor", "v", ContactId{1}}}));
        EXPECT_EQ(r.contact_of("email", "ada@x.it"), ContactId{1});
        EXPECT_FALSE(r.contact_of("visitor", "ada@x.it"));
        EXPECT_EQ(r.config(),
                  (std::vector{ConfigRow{"inbox", 3, "{}"}, ConfigRow{"team", 2, R"({"n":1})"}}));
        EXPECT_EQ(r.meta("next_id"), "5");
        return 0;
    });
    put({IdentityRow{"email", "ada@x.it", ContactId{2}}});
    EXPECT_EQ(read(store, [](Reader& r) { return r.contact_of("email", "ada@x.it"); }),
              ContactId{2});
}

TEST_P(StoreConformance, sessions_credentials_and_operations_come_back) {
    const SessionRow session{"hash", 7, "browser", at_second(5)};
    const CredentialRow credential{"ada@x.it", 7, "argon"};
    const OperationRow operation{"agent:7", "c1", at_second(1), R"({"id":"9"})"};
    put({session, SessionRow{"other", 8, "api", at_second(9)}, credential, operation});
    read(store, [&](Reader& r) {
        EXPECT_EQ(r.session("hash"), session);
        EXPECT_EQ(r.credential("ada@x.it"), credential);
        EXPECT_EQ(r.operation("agent:7", "c1"), operation);
        EXPECT_FALSE(r.operation("agent:8", "c1"));
        return 0;
    });
    const SessionRow renewed{"hash", 7, "browser", at_second(50)};
    put({renewed, SessionRemoval{"other"}, CredentialRow{"ada@x.it", 7, "newer"}});
    read(store, [&](Reader& r) {
        EXPECT_EQ(r.session("hash"), renewed);
        EXPECT_FALSE(r.session("other"));
        EXPECT_EQ(r.credential("ada@x.it")->password_hash, "newer");
        return 0;
    });
    put({CredentialRemoval{"ada@x.it"}, CredentialRemoval{"nobody@x.it"}});
    EXPECT_FALSE(read(store, [](Reader& r) { return r.credential("ada@x.it"); }));
}

TEST_P(StoreConformance, messages_page_both_ways) {
    for (std::uint32_t number = 1; number <= 5; ++number)
        put({message(10 + number, 1, number, 2 * number)});
    put({message(99, 2, 1, 5)});
    read(store, [](Reader& r) {
        EXPECT_EQ(r.message(MessageId{13}), message(13, 1, 3, 6));
        EXPECT_EQ(r.messages(ConversationId{1}, 2, 2),
                  (std::vector{message(13, 1, 3, 6), message(14, 1, 4, 8)}));
        EXPECT_EQ(r.messages_before(ConversationId{1}, 4, 2),
                  (std::vector{message(12, 1, 2, 4), message(13, 1, 3, 6)}));
        EXPECT_EQ(r.messages_since(4, 2),
                  (std::vector{message(99, 2, 1, 5), message(13, 1, 3, 6)}));
        EXPECT_TRUE(r.messages(ConversationId{3}, 0, 10).empty());
        return 0;
    });
}

TEST_P(StoreConformance, a_delivery_moves_its_message_alone) {
    put({message(11, 1, 1, 1), message(12, 1, 2, 2)});
    put({DeliveryRow{MessageId{11}, "failed", "no such mailbox"},
         DeliveryRow{MessageId{77}, "sent", ""}});
    MessageRow moved = message(11, 1, 1, 1);
    moved.delivery_state = "failed";
    moved.delivery_reason = "no such mailbox";
    read(store, [&](Reader& r) {
        EXPECT_EQ(r.messages(ConversationId{1}, 0, 9), (std::vector{moved, message(12, 1, 2, 2)}));
        EXPECT_FALSE(r.message(MessageId{77}));
        return 0;
    });
}

TEST_P(StoreConformance, attachments_decisions_and_quarantine_come_back) {
    const AttachmentRow attachment{AttachmentId{4},
                                   ConversationId{1},
                                   MessageId{2},
                                   "a.pdf",
                                   "application/pdf",
                                   9,
                                   "ab",
                                   true};
    const DecisionRow decision{7, ConversationId{1}, at_second(4), "{}"};
    const QuarantineRow bad{8, at_second(5), 2, "no header", "cd"};
    put({attachment, decision, DecisionRow{9, ConversationId{2}, at_second(4), "{}"}, bad});
    read(store, [&](Reader& r) {
        EXPECT_EQ(r.attachment(AttachmentId{4}), attachment);
        EXPECT_EQ(r.decisions(ConversationId{1}), std::vector{decision});
        EXPECT_EQ(r.quarantine(0, 9), std::vector{bad});
        EXPECT_TRUE(r.quarantine(8, 9).empty());
        return 0;
    });
}

// A clock is written again whenever it changes; its number is what stays.
TEST_P(StoreConformance, clocks_come_back_by_number_and_whole) {
    ClockRow first = clock(1, 1);
    ClockRow second = clock(1, 2);
    second.due_at = Instant::max();
    const ClockRow elsewhere = clock(2, 1);
    put({second, elsewhere, first});
    first.metric = "next_response";
    first.policy = 6;
    first.policy_version = 3;
    first.budget = std::chrono::seconds{7};
    first.started_at = at_second(2);
    first.due_at = at_second(9);
    first.state = "void";
    first.ended_at = at_second(5);
    first.void_reason = "policy_removed";
    first.by_change = true;
    put({first});
    read(store, [&](Reader& r) {
        EXPECT_EQ(r.clocks(ConversationId{1}), (std::vector{first, second}));
        EXPECT_EQ(r.clocks(ConversationId{2}), std::vector{elsewhere});
        EXPECT_TRUE(r.clocks(ConversationId{3}).empty());
        return 0;
    });
}

TEST_P(StoreConformance, outbox_follows_due_instants) {
    const auto row = [](std::uint64_t id, std::int64_t due) {
        return OutboxRow{id, ConversationId{id}, at_second(due), 0, "queued", "", "{}"};
    };
    put({row(1, 30), row(2, 10), row(3, 20)});
    const auto due = [&](std::int64_t now, std::size_t limit) {
        Ids found;
        for (const OutboxRow& one :
             read(store, [&](Reader& r) { return r.outbox_due(at_second(now), limit); }))
            found.push_back(one.id);
        return found;
    };
    EXPECT_EQ(due(9, 9), Ids{});
    EXPECT_EQ(due(20, 9), (Ids{2, 3}));
    EXPECT_EQ(due(99, 2), (Ids{2, 3}));
    EXPECT_EQ(read(store, [](Reader& r) { return r.outbox_due(Instant::max(), 9); }).size(), 3U);
    put({OutboxRetry{2, at_second(40), 3, "greylisted"}, OutboxRemoval{3},
         OutboxRetry{55, at_second(1), 1, ""}});
    EXPECT_EQ(due(99, 9), (Ids{1, 2}));
    const auto all = read(store, [](Reader& r) { return r.outbox(9); });
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[1],
              (OutboxRow{2, ConversationId{2}, at_second(40), 3, "queued", "greylisted", "{}"}));
}

TEST_P(StoreConformance, a_thread_is_found_by_receipt_before_thread_row) {
    put({ThreadRow{1, "a@x", ConversationId{5}}, ThreadRow{1, "a@x", ConversationId{6}},
         ReceiptRow{1, "b@x", ConversationId{7}, MessageId{8}},
         ThreadRow{1, "b@x", ConversationId{9}}});
    read(store, [](Reader& r) {
        EXPECT_EQ(r.thread(1, "a@x"), ConversationId{5}) << "the first one wins";
        EXPECT_EQ(r.thread(1, "b@x"), ConversationId{7});
        EXPECT_FALSE(r.thread(2, "a@x"));
        EXPECT_EQ(r.receipt(1, "b@x"), (ReceiptRow{1, "b@x", ConversationId{7}, MessageId{8}}));
        EXPECT_FALSE(r.receipt(2, "b@x"));
        return 0;
    });
}

TEST_P(StoreConformance, conversations_page_by_cursor_through_equal_instants) {
    std::vector<RowWrite> written;
    for (std::uint64_t id = 1; id <= 9; ++id)
        written.push_back(conversation(id, id < 4 ? 1 : id < 8 ? 2 : 3));
    put(std::move(written));
    ConversationQuery query{.scope = {.everything = true}, .limit = 4};
    Ids seen;
    for (;;) {
        const auto page = read(store, [&](Reader& r) { return r.conversations(query); });
        for (const ConversationRow& row : page) seen.push_back(static_cast<std::uint64_t>(row.id));
        if (page.size() < query.limit) break;
        query.before = {page.back().updated_at, page.back().id};
    }
    EXPECT_EQ(seen, (Ids{9, 8, 7, 6, 5, 4, 3, 2, 1}));
}

TEST_P(StoreConformance, conversations_filter_and_count_alike) {
    std::vector<RowWrite> written;
    for (std::uint64_t id = 1; id <= 12; ++id)
        written.push_back(
            conversation(id, static_cast<std::int64_t>(id), id % 2 == 0 ? "open" : "resolved"));
    put(std::move(written));
    const auto check = [&](ConversationQuery query, const Ids& wanted) {
        EXPECT_EQ(ids(query), wanted);
        query.limit = 1;
        EXPECT_EQ(read(store, [&](Reader& r) { return r.count(query); }), wanted.size());
    };
    const Scope all{.everything = true};
    check({.scope = all, .statuses = {"open"}}, {12, 10, 8, 6, 4, 2});
    check({.scope = all, .statuses = {"open", "resolved"}, .inbox = 2}, {11, 9, 7, 5, 3, 1});
    check({.scope = all, .assignee = 0}, {12, 8, 4});
    check({.scope = all, .statuses = {"open"}, .team = 1}, {12, 6});
    check({.scope = all, .contacts = {ContactId{2}}}, {10, 7, 4, 1});
    check({.scope = {.agent = 3}}, {11, 7, 3});
    check({.scope = {.teams = {1}, .agent = 3}}, {12, 11, 9, 7, 6, 3});
    check({.scope = {.teams = {}, .inboxes = {1}, .agent = 99}}, {12, 10, 8, 6, 4, 2});
    check({.scope = {.agent = 99}}, {});
}

TEST_P(StoreConformance, a_conversation_row_is_replaced_whole) {
    put({conversation(5, 1)});
    ConversationRow changed{ConversationId{5}, ContactId{9},  8,  7,   6,
                            "snoozed",         at_second(44), 33, "{}"};
    put({changed});
    EXPECT_EQ(read(store, [](Reader& r) { return r.conversation(ConversationId{5}); }), changed);
    EXPECT_EQ(read(store, [](Reader& r) { return r.count({.scope = {.everything = true}}); }), 1U);
}

TEST_P(StoreConformance, events_filter_in_both_directions) {
    Batch batch;
    for (Seq seq = 1; seq <= 10; ++seq)
        batch.events.push_back(
            event(seq, seq % 2 + 1, seq % 3 + 1, seq % 5 == 0 ? "assigned" : "note_added"));
    ASSERT_EQ(append(store, batch).error, AppendError::none);
    using Seqs = std::vector<Seq>;
    EXPECT_EQ(seqs({.after = 7}), (Seqs{8, 9, 10}));
    EXPECT_EQ(seqs({.after = 2, .before = 5}), (Seqs{3, 4}));
    EXPECT_EQ(seqs({.newest_first = true, .limit = 3}), (Seqs{10, 9, 8}));
    EXPECT_EQ(seqs({.before = 8, .newest_first = true, .limit = 2}), (Seqs{7, 6}));
    EXPECT_EQ(seqs({.conversation = ConversationId{1}}), (Seqs{2, 4, 6, 8, 10}));
    EXPECT_EQ(seqs({.contacts = {ContactId{2}}, .newest_first = true}), (Seqs{10, 7, 4, 1}));
    EXPECT_EQ(seqs({.contacts = {ContactId{2}, ContactId{3}}, .newest_first = true, .limit = 4}),
              (Seqs{10, 8, 7, 5}));
    EXPECT_EQ(seqs({.kinds = {"assigned"}}), (Seqs{5, 10}));
    EXPECT_EQ(seqs({.kinds = {"assigned", "note_added"}, .limit = 2}), (Seqs{1, 2}));
    EXPECT_EQ(read(store, [](Reader& r) { return r.events({}); })[3].row, batch.events[3]);
}

TEST_P(StoreConformance, each_event_carries_the_hash_of_the_one_before) {
    for (Seq seq = 1; seq <= 4; ++seq) ASSERT_EQ(append(store, with_event(seq)).head, seq);
    EXPECT_EQ(append(store, with_event(9)).error, AppendError::conflict);
    ASSERT_EQ(append(store, with_event(5)).error, AppendError::none);
    std::string previous;
    for (const StoredEvent& stored : read(store, [](Reader& r) { return r.events({}); })) {
        EXPECT_EQ(stored.hash, chain_hash(previous, stored.row));
        previous = stored.hash;
    }
    EventRow changed = event(5);
    changed.payload = "{}";
    EXPECT_NE(chain_hash("", event(5)), chain_hash("", changed));
    EXPECT_NE(chain_hash("", event(5)), chain_hash("0", event(5)));
}

TEST_P(StoreConformance, a_gap_is_a_conflict_and_changes_nothing) {
    ASSERT_EQ(append(store, with_event(1)).error, AppendError::none);
    const std::string before = dump(store);
    for (const Seq wrong : {Seq{0}, Seq{1}, Seq{3}}) {
        const AppendResult result =
            append(store, with_event(wrong, {ContactRow{ContactId{4}, ContactId{4}, "", "{}"}}));
        EXPECT_EQ(result.error, AppendError::conflict) << wrong;
        EXPECT_EQ(result.head, 1U);
        EXPECT_FALSE(result.detail.empty());
    }
    Batch inside = with_event(2);
    inside.events.push_back(event(4));
    EXPECT_EQ(append(store, inside).error, AppendError::conflict);
    EXPECT_EQ(head(store), 1U);
    EXPECT_EQ(dump(store), before);
}

// What must be unique is refused: alone, inside one batch, and with everything that came in the
// same batch.
TEST_P(StoreConformance, a_repeat_is_a_conflict_and_changes_nothing) {
    const ReceiptRow receipt{1, "a@x", ConversationId{1}, MessageId{1}};
    const OperationRow operation{"agent:7", "c1", at_second(1), "{}"};
    const AttachmentRow attachment{
        AttachmentId{4}, ConversationId{1}, MessageId{1}, "a", "text/plain", 1, "ab", false};
    ASSERT_EQ(
        append(store, with_event(1, {receipt, operation, message(1, 1, 1, 1), attachment})).head,
        1U);
    const std::string before = dump(store);
    const ReceiptRow fresh{1, "b@x", ConversationId{1}, MessageId{2}};
    const std::vector<std::pair<const char*, std::vector<RowWrite>>> repeats = {
        {"receipt", {ReceiptRow{1, "a@x", ConversationId{2}, MessageId{2}}}},
        {"operation", {OperationRow{"agent:7", "c1", at_second(2), "{}"}}},
        {"message id", {message(1, 9, 9, 2)}},
        {"message number", {message(2, 1, 1, 2)}},
        {"attachment", {attachment}},
        {"receipt twice in one batch", {fresh, fresh}}};
    for (const auto& [what, repeat] : repeats) {
        std::vector<RowWrite> written = {ContactRow{ContactId{4}, ContactId{4}, "", "{}"},
                                         MetaRow{"next_id", "9"}};
        written.insert(written.end(), repeat.begin(), repeat.end());
        Batch batch = with_event(2, std::move(written));
        batch.blobs.push_back(blob_of("left behind"));
        EXPECT_EQ(append(store, batch).error, AppendError::conflict) << what;
        EXPECT_EQ(head(store), 1U) << what;
        EXPECT_EQ(dump(store), before) << what;
        EXPECT_FALSE(read(store, [](Reader& r) { return r.meta("next_id"); })) << what;
        EXPECT_EQ(read(store, [](Reader& r) { return r.blob(sha256_hex("left behind")); }), nullptr)
            << what;
    }
    EXPECT_EQ(
        append(store, with_event(2, {ReceiptRow{2, "a@x", ConversationId{1}, MessageId{3}}})).error,
        AppendError::none)
        << "another inbox";
}

TEST_P(StoreConformance, batches_after_a_conflict_fail_until_renumbered) {
    const ReceiptRow receipt{1, "a@x", ConversationId{1}, MessageId{1}};
    ASSERT_EQ(append(store, with_event(1, {receipt})).error, AppendError::none);
    std::vector<AppendError> errors;
    std::promise<void> last;
    for (const Seq seq : {Seq{2}, Seq{3}, Seq{4}})
        store.append(
            with_event(seq, seq == 2 ? std::vector<RowWrite>{receipt} : std::vector<RowWrite>{}),
            [&errors](const AppendResult& result) { errors.push_back(result.error); });
    store.append(with_event(2), [&](const AppendResult& result) {
        errors.push_back(result.error);
        last.set_value();
    });
    last.get_future().wait();
    EXPECT_EQ(errors, (std::vector{AppendError::conflict, AppendError::conflict,
                                   AppendError::conflict, AppendError::none}));
    EXPECT_EQ(head(store), 2U);
}

TEST_P(StoreConformance, blobs_keep_every_byte) {
    std::string binary = "a";
    for (int byte = 0; byte < 256; ++byte) binary.push_back(static_cast<char>(byte));
    std::string large(128 * 1024 + 1, '\0');
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7);
    for (const std::string& bytes : {binary, large, std::string(128 * 1024, 'x'), std::string{}}) {
        Batch batch;
        batch.blobs = {blob_of(bytes), blob_of(bytes)};
        ASSERT_EQ(append(store, batch).error, AppendError::none);
        ASSERT_EQ(append(store, batch).error, AppendError::none) << "stored already: skipped";
        const auto found = read(store, [&](Reader& r) { return r.blob(sha256_hex(bytes)); });
        ASSERT_NE(found, nullptr) << bytes.size();
        EXPECT_TRUE(*found == bytes) << bytes.size();
    }
}

TEST_P(StoreConformance, texts_may_hold_any_byte) {
    const std::string odd{"a\0b'\";--\xff", 9};
    put({ContactRow{ContactId{1}, ContactId{1}, "", odd}, IdentityRow{odd, odd, ContactId{1}},
         ReceiptRow{1, odd, ConversationId{2}, {}}});
    read(store, [&](Reader& r) {
        EXPECT_EQ(r.contact(ContactId{1})->body, odd);
        EXPECT_EQ(r.contact_of(odd, odd), ContactId{1});
        EXPECT_EQ(r.thread(1, odd), ConversationId{2});
        EXPECT_FALSE(r.thread(1, odd.substr(0, 1)));
        return 0;
    });
}

TEST_P(StoreConformance, clearing_keeps_what_the_log_cannot_give_back) {
    Batch batch =
        with_event(1, {ContactRow{ContactId{1}, ContactId{1}, "", "{}"}, conversation(1, 1),
                       message(1, 1, 1, 1), ReceiptRow{1, "a@x", ConversationId{1}, MessageId{1}},
                       MetaRow{"k", "v"}, OperationRow{"agent:7", "c1", at_second(1), "{}"},
                       SessionRow{"h", 1, "api", {}},
                       OutboxRow{1, ConversationId{1}, at_second(1), 0, "queued", "", "{}"}});
    batch.blobs.push_back(blob_of("kept"));
    const std::string empty = dump(store);
    ASSERT_EQ(append(store, batch).error, AppendError::none);
    store.clear_read_tables();
    EXPECT_EQ(dump(store), empty);
    read(store, [](Reader& r) {
        EXPECT_EQ(r.head(), 1U);
        EXPECT_EQ(r.meta("k"), "v");
        EXPECT_TRUE(r.operation("agent:7", "c1"));
        EXPECT_TRUE(r.session("h"));
        EXPECT_EQ(r.outbox(9).size(), 1U);
        EXPECT_NE(r.blob(sha256_hex("kept")), nullptr);
        return 0;
    });
}

INSTANTIATE_TEST_SUITE_P(Engines, StoreConformance, testing::Values(Engine::memory, Engine::sqlite),
                         [](const auto& engine) {
                             return engine.param == Engine::memory ? "memory" : "sqlite";
                         });

}  // namespace
