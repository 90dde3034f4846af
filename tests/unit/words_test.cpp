#include "hub/model/words.hpp"

#include <gtest/gtest.h>

#include <random>

namespace {

using namespace model;
using namespace std::chrono_literals;

constexpr Instant afternoon =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 14h + 5min + 9s;

// Every value has its own word, the word leads back, and after the last value there is none.
template <class Value>
void expect_words(std::initializer_list<std::string_view> words) {
    std::size_t index = 0;
    for (const std::string_view text : words) {
        const auto value = static_cast<Value>(index++);
        EXPECT_EQ(word(value), text);
        EXPECT_EQ(from_word<Value>(text), value) << text;
    }
    EXPECT_THROW((void)word(static_cast<Value>(index)), std::out_of_range);
    EXPECT_EQ(from_word<Value>("no such word"), std::nullopt);
    EXPECT_EQ(from_word<Value>(""), std::nullopt);
}

TEST(Words, stand_in_logs_and_are_never_renamed) {
    expect_words<Channel>({"email", "chat"});
    expect_words<Role>({"agent", "social", "supervisor", "administrator"});
    expect_words<Status>({"open", "pending", "snoozed", "resolved"});
    expect_words<Priority>({"low", "normal", "high", "urgent"});
    expect_words<Direction>({"in", "out"});
    expect_words<Visibility>({"public", "private", "note"});
    expect_words<MessageKind>({"message", "auto_reply", "bounce", "system"});
    expect_words<DeliveryState>({"received", "queued", "sending", "sent", "delivered", "read",
                                 "failed", "unknown", "taken_back"});
    expect_words<AuthorType>({"contact", "agent", "system"});
    expect_words<Availability>({"offline", "away", "online", "busy", "not_responding"});
    expect_words<sla::Metric>({"first_response", "next_response", "resolution", "public_answer"});
    expect_words<sla::ClockState>(
        {"running", "warned", "breached", "met", "met_late", "void", "paused", "lost"});
    expect_words<sla::VoidReason>({"none", "resolved_unanswered", "no_answer_needed", "merged",
                                   "spam", "policy_removed", "waived", "author_deleted"});
    expect_words<sla::LegKind>({"running", "paused", "resolved"});
    expect_words<sla::EscalationAction>({"notify_agent", "notify_lead", "notify_supervisor",
                                         "raise_priority", "overflow", "add_tag", "webhook"});
    expect_words<SlaChange>({"paused", "resumed", "reopened", "retargeted", "answer_undelivered"});
    expect_words<AssignedBy>({"routing", "hand", "taking", "leaving"});
    expect_words<QueueMode>({"push", "offer", "pull"});
    expect_words<OfferEnd>({"accepted", "declined", "lapsed", "withdrawn"});
    expect_words<routing::Exclusion>({"none", "not_in_team", "not_online", "no_room",
                                      "wrong_language", "lacks_skill", "excluded", "shift_ends",
                                      "held"});
    expect_words<routing::Policy>(
        {"index", "round-robin", "least-loaded", "fifo", "priority", "edf"});
}

TEST(Words, an_instant_is_written_in_UTC_with_microseconds) {
    EXPECT_EQ(text_of(afternoon + 7us), "2026-11-22T14:05:09.000007Z");
    EXPECT_EQ(text_of(Instant{}), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(text_of(Instant{-1us}), "1969-12-31T23:59:59.999999Z");
}

TEST(Words, an_instant_is_read_with_any_fraction_up_to_microseconds) {
    EXPECT_EQ(instant_of("2026-11-22T14:05:09Z"), afternoon);
    EXPECT_EQ(instant_of("2026-11-22T14:05:09.5Z"), afternoon + 500ms);
    EXPECT_EQ(instant_of("2026-11-22T14:05:09.000007Z"), afternoon + 7us);
    EXPECT_EQ(instant_of("2024-02-29T00:00:00Z"),
              std::chrono::sys_days{std::chrono::year{2024} / 2 / 29});
}

TEST(Words, instants_round_trip) {
    std::mt19937_64 generator{20261122};
    for (int round = 0; round < 2000; ++round) {
        // 1970 to 2100
        const Instant at{std::chrono::microseconds{generator() % 4'102'444'800'000'000}};
        EXPECT_EQ(instant_of(text_of(at)), at) << text_of(at);
    }
}

class InvalidInstant : public testing::TestWithParam<const char*> {};

TEST_P(InvalidInstant, is_refused) {
    EXPECT_EQ(instant_of(GetParam()), std::nullopt) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Words, InvalidInstant,
                         testing::Values("", "2026-11-22", "2026-11-22T14:05:09",
                                         "2026-11-22T14:05:09+01:00", "2026-11-22 14:05:09Z",
                                         "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
                                         "2026-00-01T00:00:00Z", "2026-11-31T00:00:00Z",
                                         "2026-11-22T24:00:00Z", "2026-11-22T14:05:09.1234567Z",
                                         "2026-11-22T14:05:09,5Z", "2026-11-22T14:05:09.5xZ",
                                         "2O26-11-22T14:05:09Z", "2026-11-22T1 :05:09Z"));

// Each part must stay inside its own range and consist of digits alone.
INSTANTIATE_TEST_SUITE_P(WordsRanges, InvalidInstant,
                         testing::Values("2026-11-22T14:60:00Z", "2026-11-22T14:99:00Z",
                                         "2026-11-22T14:05:61Z", "2026-11-22T-1:05:09Z",
                                         "2026-11-22T14:-5:09Z", "2026-11-22T14:05:-9Z",
                                         "-026-11-22T14:05:09Z", "2026-11-22T14:05:09.Z",
                                         "2026-11-22T14:05:09.-5Z"));

}  // namespace
