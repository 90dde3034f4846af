// What the conformance suite stands on: a store of either engine, and rows made short.
#pragma once

#include <gtest/gtest.h>

#include "tests/store/store_support.hpp"

namespace store_test {

enum class Engine { memory, sqlite };

struct Opened {
    explicit Opened(Engine engine)
        : store(engine == Engine::memory ? open_memory() : open_sqlite({.folder = folder.path()})) {
    }
    TemporaryFolder folder;
    std::unique_ptr<Store> store;
};

class StoreConformance : public testing::TestWithParam<Engine> {
protected:
    Opened opened{GetParam()};
    Store& store = *opened.store;

    void put(std::vector<RowWrite> written) {
        const AppendResult result = append(store, rows(std::move(written)));
        ASSERT_EQ(result.error, AppendError::none) << result.detail;
    }
    std::vector<std::uint64_t> ids(const ConversationQuery& query) {
        std::vector<std::uint64_t> found;
        for (const ConversationRow& row :
             read(store, [&](Reader& r) { return r.conversations(query); }))
            found.push_back(static_cast<std::uint64_t>(row.id));
        return found;
    }
    std::vector<Seq> seqs(const EventQuery& query) {
        std::vector<Seq> found;
        for (const StoredEvent& event : read(store, [&](Reader& r) { return r.events(query); }))
            found.push_back(event.row.seq);
        return found;
    }
};

using Ids = std::vector<std::uint64_t>;

inline ConversationRow conversation(std::uint64_t id, std::int64_t second,
                                    std::string status = "open") {
    return {.id = ConversationId{id},
            .contact = ContactId{id % 3 + 1},
            .inbox = id % 2 + 1,
            .team = id % 3 + 1,
            .assignee = id % 4,
            .status = std::move(status),
            .updated_at = at_second(second),
            .version = id,
            .body = "{\"id\":" + std::to_string(id) + "}"};
}

inline MessageRow message(std::uint64_t id, std::uint64_t conversation, std::uint32_t number,
                          Seq seq) {
    return {.id = MessageId{id},
            .conversation = ConversationId{conversation},
            .contact = ContactId{3},
            .number = number,
            .seq = seq,
            .is_note = number % 2 == 0,
            .body = R"({"text":"caffè"})",
            .delivery_state = "queued",
            .delivery_reason = "why"};
}

inline ClockRow clock(std::uint64_t conversation, std::uint32_t number) {
    return {.conversation = ConversationId{conversation},
            .number = number,
            .metric = "first_response",
            .policy = 5,
            .policy_version = 2,
            .budget = std::chrono::hours{1},
            .started_at = at_second(1),
            .due_at = at_second(3601),
            .state = "running",
            .ended_at = {},
            .void_reason = "none",
            .by_change = false};
}

}  // namespace store_test
