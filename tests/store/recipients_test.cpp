// How each recipient's copy stands, and what waits in the outbox with it, on every engine.
#include <gtest/gtest.h>

#include "hub/model/codec.hpp"
#include "tests/store/conformance_fixture.hpp"

namespace {

using namespace store_test;

RecipientRow recipient(std::uint64_t message, const std::string& address, const std::string& state,
                       const std::string& reason = "") {
    return {MessageId{message}, address, state, reason};
}

using Recipients = std::vector<RecipientRow>;

TEST_P(StoreConformance, recipients_come_with_their_message_by_address) {
    put({message(11, 1, 1, 1), message(12, 1, 2, 2), recipient(11, "max@x", "queued", "421 later"),
         recipient(11, "Zoe@x", "sent"), recipient(12, "lea@x", "failed", "550"),
         recipient(11, "lea@x", "sent")});
    const Recipients of_11 = {recipient(11, "Zoe@x", "sent"), recipient(11, "lea@x", "sent"),
                              recipient(11, "max@x", "queued", "421 later")};
    const Recipients of_12 = {recipient(12, "lea@x", "failed", "550")};
    read(store, [&](Reader& r) {
        EXPECT_EQ(r.message(MessageId{11})->recipients, of_11) << "by bytes";
        for (const auto& page :
             {r.messages(ConversationId{1}, 0, 9), r.messages_before(ConversationId{1}, 9, 9),
              r.messages_since(0, 9)}) {
            EXPECT_EQ(page.at(0).recipients, of_11);
            EXPECT_EQ(page.at(1).recipients, of_12);
        }
        return 0;
    });
}

TEST_P(StoreConformance, a_recipient_is_replaced_whole) {
    put({message(11, 1, 1, 1), recipient(11, "lea@x", "queued", "421 later")});
    put({recipient(11, "lea@x", "unknown", "lost"), recipient(11, "lea@x", "sent")});
    EXPECT_EQ(read(store, [](Reader& r) { return r.message(MessageId{11})->recipients; }),
              (Recipients{recipient(11, "lea@x", "sent")}));
}

TEST_P(StoreConformance, a_recipient_who_failed_stays_so) {
    const auto of_11 = [&] {
        return read(store, [](Reader& r) { return r.message(MessageId{11})->recipients; });
    };
    put({message(11, 1, 1, 1), recipient(11, "lea@x", "failed", "550"),
         recipient(11, "lea@x", "sent")});
    EXPECT_EQ(of_11(), Recipients{recipient(11, "lea@x", "failed", "550")});
    put({recipient(11, "lea@x", "failed", "551")});
    EXPECT_EQ(of_11(), Recipients{recipient(11, "lea@x", "failed", "551")});
}

TEST_P(StoreConformance, a_recipient_of_no_message_is_nothing) {
    put({recipient(11, "lea@x", "sent")});
    const std::string empty = dump(store);
    put({message(11, 1, 1, 1)});
    EXPECT_TRUE(read(store, [](Reader& r) { return r.message(MessageId{11})->recipients; }).empty())
        << "it does not wait for its message either";
    put({recipient(12, "lea@x", "sent")});
    EXPECT_EQ(empty.find("lea@x"), std::string::npos);
    EXPECT_EQ(dump(store).find("lea@x"), std::string::npos);
}

TEST_P(StoreConformance, a_recipient_may_be_any_bytes) {
    const std::string odd{"a\0b'\";--\xff", 9};
    put({message(11, 1, 1, 1), recipient(11, odd, odd, odd), recipient(11, "", "", "")});
    EXPECT_EQ(read(store, [](Reader& r) { return r.message(MessageId{11})->recipients; }),
              (Recipients{recipient(11, "", ""), recipient(11, odd, odd, odd)}));
}

TEST_P(StoreConformance, recipients_are_cleared_with_the_read_tables) {
    const std::string empty = dump(store);
    put({message(11, 1, 1, 1), recipient(11, "lea@x", "sent")});
    EXPECT_NE(dump(store).find("lea@x"), std::string::npos);
    store.clear_read_tables();
    EXPECT_EQ(dump(store), empty);
    put({message(11, 1, 1, 1)});
    EXPECT_TRUE(
        read(store, [](Reader& r) { return r.message(MessageId{11})->recipients; }).empty());
}

TEST_P(StoreConformance, a_retry_changes_the_body_only_if_it_brings_one) {
    const OutboxRow row{2, ConversationId{2}, at_second(10), 0, "held", "", R"({"so":"far"})"};
    const auto waiting = [&] { return read(store, [](Reader& r) { return r.outbox(9); }).at(0); };
    put({row, OutboxRetry{2, at_second(40), 3, "greylisted", ""}});
    EXPECT_EQ(waiting(), (OutboxRow{2, ConversationId{2}, at_second(40), 3, "held", "greylisted",
                                    R"({"so":"far"})"}));
    put({OutboxRetry{2, at_second(50), 4, "later", R"({"rest":"è"})"}});
    EXPECT_EQ(waiting(), (OutboxRow{2, ConversationId{2}, at_second(50), 4, "held", "later",
                                    R"({"rest":"è"})"}));
    put({OutboxRetry{3, at_second(50), 4, "later", "{}"}});
    EXPECT_EQ(read(store, [](Reader& r) { return r.outbox(9); }).size(), 1U);
}

// What is held until later lets others of its conversation pass; what waits to be tried again does
// not.
TEST_P(StoreConformance, what_is_held_for_later_is_no_older_message_yet) {
    const auto row = [](std::uint64_t id, std::uint64_t conversation, std::int64_t due,
                        const std::string& state, std::uint32_t attempts) {
        return OutboxRow{id,  ConversationId{conversation}, at_second(due), attempts, state, "",
                         "{}"};
    };
    put({row(1, 1, 100, "held", 0), row(2, 1, 10, "queued", 0), row(3, 2, 100, "held", 1),
         row(4, 2, 10, "queued", 0), row(5, 3, 100, "queued", 0), row(6, 3, 10, "queued", 0),
         row(7, 4, 100, "held", 0), row(8, 4, 100, "held", 0), row(9, 4, 10, "queued", 0)});
    const auto due = [&](std::int64_t now) {
        Ids found;
        for (const OutboxRow& one :
             read(store, [&](Reader& r) { return r.outbox_due(at_second(now), 99); }))
            found.push_back(one.id);
        return found;
    };
    EXPECT_EQ(due(9), Ids{});
    EXPECT_EQ(due(99), (Ids{2, 9}));
    EXPECT_EQ(due(100), (Ids{1, 3, 5, 7})) << "the oldest of each once it is its time";
}

TEST_P(StoreConformance, the_api_shows_how_each_recipient_stands) {
    put({message(11, 1, 1, 7), message(12, 1, 2, 8), recipient(11, "max@x", "failed", "\"550\""),
         recipient(11, "lea@x", "sent"), recipient(11, "new@x", "a word of tomorrow")});
    read(store, [](Reader& r) {
        const std::string json = model::message_json(*r.message(MessageId{11}));
        EXPECT_TRUE(json.ends_with(R"("delivery":{"state":"queued","reason":"why","recipients":[)"
                                   R"({"address":"lea@x","reason":"","state":"sent"},)"
                                   R"({"address":"max@x","reason":"\"550\"","state":"failed"},)"
                                   R"({"address":"new@x","reason":"","state":"unknown"}]}})"))
            << json;
        EXPECT_TRUE(model::message_json(*r.message(MessageId{12}))
                        .ends_with(R"("delivery":{"state":"queued","reason":"why"}})"));
        return 0;
    });
}

}  // namespace
