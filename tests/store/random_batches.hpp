// Batches of random rows with small ids, so that replacing, repeating and refusing happen often.
#pragma once

#include <random>

#include "tests/store/store_support.hpp"

namespace store_test {

class RandomBatches {
public:
    explicit RandomBatches(unsigned seed) : random_(seed) {}

    Batch next(Seq head) {
        Batch batch;
        const std::uint64_t events = below(4);
        const Seq begin = below(12) == 0 ? head + 2 : head + 1;
        for (std::uint64_t i = 0; i < events; ++i)
            batch.events.push_back(event(begin + i, below(6), below(4)));
        const std::uint64_t count = below(6);
        for (std::uint64_t i = 0; i < count; ++i)
            batch.rows.push_back(below(2) == 0 ? entity() : below(3) == 0 ? person() : record());
        return batch;
    }

private:
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    std::string word() { return std::string{"w"} + std::to_string(below(9)); }
    Instant instant() { return at_second(static_cast<std::int64_t>(below(50))); }
    ConversationId conversation() { return ConversationId{1 + below(6)}; }
    // Mostly new, sometimes one that exists.
    std::uint64_t key() { return below(10) == 0 ? 1 + below(next_key_) : next_key_++; }

    RowWrite entity() {
        switch (below(9)) {
            case 0:
                return contact();
            case 1:
                return IdentityRow{"email", word(), ContactId{1 + below(4)}};
            case 2:
                return ConversationRow{conversation(), ContactId{1 + below(4)},
                                       below(3),       below(3),
                                       below(3),       word(),
                                       instant(),      below(99),
                                       word()};
            case 3: {
                const std::uint64_t id = key();
                return MessageRow{MessageId{id},
                                  conversation(),
                                  ContactId{1},
                                  static_cast<std::uint32_t>(id),
                                  id,
                                  below(2) == 0,
                                  word(),
                                  "queued",
                                  ""};
            }
            case 4:
                return DeliveryRow{MessageId{1 + below(next_key_)}, word(), word()};
            case 5:
                return AttachmentRow{
                    AttachmentId{key()}, conversation(), MessageId{1}, word(), word(), 1, "", true};
            case 6:
                return RecipientRow{MessageId{1 + below(next_key_)}, word(),
                                    below(3) == 0 ? "failed" : word(), word()};
            case 7:
                return AvailabilityRow{1 + below(3), instant(), word()};
            default:
                return ConfigRow{below(2) == 0 ? "team" : "agent", 1 + below(3), word()};
        }
    }

    ContactRow contact() {
        return {ContactId{1 + below(4)}, ContactId{1 + below(4)}, word(), word()};
    }

    RowWrite person() {
        switch (below(5)) {
            case 0:
                return IdentityRemoval{"email", word()};
            case 1:
                return ContactKeysRow{ContactId{1 + below(4)}, {word(), word()}};
            case 2:
                return ContactKeysRow{ContactId{1 + below(4)}, {}};
            case 3:
                return OrganisationRow{1 + below(3), word(), {word(), word()}, word()};
            default:
                return FollowUpRow{
                    1 + below(3), ContactId{1 + below(4)}, below(3), instant(), word(), word()};
        }
    }

    ClockRow clock() {
        const bool ended = below(2) == 0;
        return {.conversation = conversation(),
                .number = static_cast<std::uint32_t>(1 + below(3)),
                .metric = word(),
                .policy = below(3),
                .policy_version = static_cast<std::uint32_t>(below(4)),
                .budget = std::chrono::microseconds{below(1'000'000'000'000)},
                .started_at = instant(),
                .due_at = below(9) == 0 ? Instant::max() : instant(),
                .state = word(),
                .ended_at = ended ? std::optional{instant()} : std::nullopt,
                .void_reason = word(),
                .by_change = below(2) == 0};
    }

    RowWrite record() {
        switch (below(8)) {
            case 0:
                return ReceiptRow{
                    below(2), below(8) == 0 ? word() : std::to_string(key()), conversation(), {}};
            case 1:
                return ThreadRow{below(2), word(), conversation()};
            case 2:
                return clock();
            case 3:  // it has its event's number, which never comes twice
                return DecisionRow{next_key_++, conversation(), instant(), word()};
            case 4:
                return QuarantineRow{key(), instant(), below(3), word(), word()};
            case 5:
                return OutboxRow{1 + below(6),
                                 conversation(),
                                 instant(),
                                 static_cast<std::uint32_t>(below(4)),
                                 below(2) == 0 ? "held" : "queued",
                                 word(),
                                 word()};
            case 6:
                return OutboxRetry{1 + below(6), instant(), static_cast<std::uint32_t>(below(9)),
                                   word(), below(2) == 0 ? "" : word()};
            default:
                return OutboxRemoval{1 + below(6)};
        }
    }

    std::mt19937_64 random_;
    std::uint64_t next_key_ = 1;
};

}  // namespace store_test
