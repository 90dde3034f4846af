// The codec holds the log readable for ever: golden bytes stand in tests/golden/codec/v1, one file
// for each kind.
#include "hub/model/codec.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "hub/runtime/websocket_wire.hpp"
#include "tests/unit/codec_samples.hpp"

namespace {

using namespace model;
using namespace codec_samples;

template <class Kind>
Kind again(Kind fact) {
    return std::get<Kind>(decode(encode(event_of(fact))).fact);
}

std::filesystem::path golden_path(std::string_view kind) {
    return std::filesystem::path{SPORTELLO_SOURCE_DIR} / "tests/golden/codec/v1" /
           (std::string{kind} + ".json");
}

TEST(Codec, every_kind_has_a_sample) {
    const auto facts = sample_facts();
    ASSERT_EQ(facts.size(), std::variant_size_v<Fact>);
    for (std::size_t i = 0; i < facts.size(); ++i) EXPECT_EQ(facts[i].index(), i);
}

TEST(Codec, every_kind_is_written_as_the_golden_bytes_say) {
    const bool update = std::getenv("SPORTELLO_UPDATE_GOLDEN") != nullptr;
    for (const Fact& fact : sample_facts()) {
        const storage::EventRow row = encode(event_of(fact));
        const auto path = golden_path(row.kind);
        if (update) std::ofstream{path, std::ios::binary} << row.payload << '\n';
        std::ifstream file{path, std::ios::binary};
        ASSERT_TRUE(file) << path << " is missing: run once with SPORTELLO_UPDATE_GOLDEN=1";
        std::stringstream golden;
        golden << file.rdbuf();
        EXPECT_EQ(golden.str(), row.payload + '\n') << row.kind;
        EXPECT_EQ(row.version, 1U);
    }
}

TEST(Codec, the_golden_bytes_still_decode) {
    for (const Fact& fact : sample_facts()) {
        storage::EventRow row = encode(event_of(fact));
        std::ifstream file{golden_path(row.kind), std::ios::binary};
        std::stringstream golden;
        golden << file.rdbuf();
        row.payload = golden.str();
        EXPECT_EQ(encode(decode(row)).payload + '\n', golden.str()) << row.kind;
    }
}

TEST(Codec, every_kind_round_trips_with_its_envelope) {
    for (const Fact& fact : sample_facts()) {
        const storage::EventRow row = encode(event_of(fact));
        EXPECT_EQ(row.kind, kind_of(fact));
        EXPECT_EQ(row.actor, "agent:21");
        const Event decoded = decode(row);
        EXPECT_EQ(decoded.fact.index(), fact.index());
        EXPECT_EQ(encode(decoded), row) << row.kind;
    }
}

TEST(Codec, nothing_is_lost_of_an_entity) {
    EXPECT_EQ(again(TeamSaved{sample_team()}).team, sample_team());
    EXPECT_EQ(again(InboxSaved{sample_inbox()}).inbox, sample_inbox());
    EXPECT_EQ(again(AgentSaved{sample_agent()}).agent, sample_agent());
    EXPECT_EQ(again(PolicySaved{sample_policy()}).policy, sample_policy());
    EXPECT_EQ(again(ReplyQueued{sample_message()}).message, sample_message());
    const auto delivery = std::get<DeliveryChanged>(sample_facts()[12]);
    EXPECT_EQ(again(delivery).recipients, delivery.recipients);
    EXPECT_EQ(again(RoutingDecided{TeamId{1}, 3, sample_decision()}).decision, sample_decision());
    EXPECT_EQ(again(RoutingDecided{TeamId{1}, 3, {}}).decision, routing::Decision{});
    const auto received = again(MessageReceived{sample_message(), {"older"}, "key"});
    EXPECT_EQ(received.message, sample_message());
    EXPECT_EQ(received.thread_ids, std::vector<std::string>{"older"});
    EXPECT_EQ(received.receipt_key, "key");
}

TEST(Codec, nothing_is_lost_of_a_promise) {
    EXPECT_EQ(again(SlaStarted{sample_clock()}).clock, sample_clock());
    EXPECT_EQ(again(SlaWarned{sample_clock(), 75}).clock, sample_clock());
    EXPECT_EQ(again(SlaWarned{sample_clock(), 75}).percent, 75U);
    EXPECT_EQ(again(SlaBreached{sample_clock()}).clock, sample_clock());
    EXPECT_EQ(again(SlaEnded{sample_clock()}).clock, sample_clock());
    for (const auto change : {SlaChange::paused, SlaChange::resumed, SlaChange::reopened,
                              SlaChange::retargeted, SlaChange::answer_undelivered}) {
        EXPECT_EQ(again(SlaChanged{change, sample_clock()}).change, change);
        EXPECT_EQ(again(SlaChanged{change, sample_clock()}).clock, sample_clock());
    }
    EXPECT_EQ(again(CalendarSaved{sample_calendar()}).calendar, sample_calendar());
    EXPECT_EQ(again(PolicyRemoved{PolicyId{31}, 2}).policy, PolicyId{31});
    EXPECT_EQ(again(PolicyRemoved{PolicyId{31}, 2}).version, 2U);
    EXPECT_EQ(again(ContactProfileChanged{sample_profile()}).profile, sample_profile());
    EXPECT_EQ(again(AnswerWaived{"why \"so\""}).reason, "why \"so\"");
    for (const bool is_spam : {true, false}) EXPECT_EQ(again(SpamMarked{is_spam}).is_spam, is_spam);
}

TEST(Codec, nothing_is_lost_of_an_escalation) {
    for (const sla::Escalation& rule : sample_policy().escalations) {
        const Escalated told{6, sla::Metric::resolution, PolicyId{31}, rule, {AgentId{21}}};
        const Escalated read = again(told);
        EXPECT_EQ(read.clock, told.clock);
        EXPECT_EQ(read.metric, told.metric);
        EXPECT_EQ(read.policy, told.policy);
        EXPECT_EQ(read.rule, told.rule);
        EXPECT_EQ(read.notified, told.notified);
    }
}

// A clock that just began, one without end, and words that only other samples use.
TEST(Codec, a_clock_round_trips_in_every_state) {
    sla::Clock clock;
    clock.number = 1;
    clock.policy = PolicyId{31};
    clock.budget = 1s;
    EXPECT_EQ(clock_from(to_json(clock)), clock);
    clock.due_at = sla::never;
    EXPECT_EQ(clock_from(to_json(clock)), clock);
    for (int state = 0; state <= static_cast<int>(sla::ClockState::lost); ++state)
        for (int metric = 0; metric <= static_cast<int>(sla::Metric::public_answer); ++metric)
            for (int reason = 0; reason <= static_cast<int>(sla::VoidReason::author_deleted);
                 ++reason) {
                clock = sample_clock();
                clock.state = static_cast<sla::ClockState>(state);
                clock.metric = static_cast<sla::Metric>(metric);
                clock.void_reason = static_cast<sla::VoidReason>(reason);
                EXPECT_EQ(clock_from(to_json(clock)), clock);
            }
}

TEST(Codec, stored_entities_round_trip) {
    EXPECT_EQ(contact_from(to_json(sample_contact())), sample_contact());
    EXPECT_EQ(policy_from(to_json(sample_policy())), sample_policy());
    EXPECT_EQ(team_from(to_json(sample_team())), sample_team());
    Conversation conversation = sample_conversation();
    EXPECT_EQ(conversation_from(to_json(conversation)), conversation);
    conversation.waiting_since.reset();
    conversation.assignee = {};
    EXPECT_EQ(conversation_from(to_json(conversation)), conversation);
    const Conversation plain{.id = ConversationId{51}};
    EXPECT_EQ(conversation_from(to_json(plain)), plain);
    EXPECT_EQ(outbound_from(to_json(sample_outbound())), sample_outbound());
    const connectors::Outbound plain_outbound;
    EXPECT_EQ(outbound_from(to_json(plain_outbound)), plain_outbound);
    Answer answer;
    answer.id = 41;
    answer.conversation = ConversationId{51};
    answer.number = 2;
    answer.seq = 9;
    EXPECT_EQ(to_json(answer_from(to_json(answer))), to_json(answer));
}

TEST(Codec, the_form_for_the_api_has_no_secret_and_the_stored_form_has) {
    EXPECT_EQ(to_json(sample_inbox()).find("top secret"), std::string::npos);
    EXPECT_NE(stored_json(sample_inbox()).find("top secret"), std::string::npos);
    EXPECT_EQ(inbox_from(stored_json(sample_inbox())), sample_inbox());
}

// The zone's table is long and nobody's business but ours.
TEST(Codec, the_stored_form_of_a_calendar_has_its_zones_table_and_that_of_the_api_has_not) {
    EXPECT_EQ(calendar_from(stored_json(sample_calendar())), sample_calendar());
    EXPECT_EQ(to_json(sample_calendar()).find("zone_changes"), std::string::npos);
    sla::Calendar without_table = sample_calendar();
    without_table.zone.changes.clear();
    without_table.zone.offset_seconds = 0;
    EXPECT_EQ(calendar_from(to_json(sample_calendar())), without_table);
}

TEST(Codec, times_of_day_and_dates_are_read_strictly) {
    for (const auto& [text, seconds] :
         std::vector<std::pair<std::string, std::int32_t>>{{"00:00", 0},
                                                           {"09:30", 34'200},
                                                           {"09:30:01", 34'201},
                                                           {"23:59:59", 86'399},
                                                           {"24:00", 86'400}}) {
        EXPECT_EQ(clock_time_of(text), seconds) << text;
        EXPECT_EQ(clock_time_text(seconds), text);
    }
    for (const char* text : {"", "9:00", "09-00", "09:60", "24:01", "25:00", "09:00:60",
                             "09:00:", "-1:00", "09:0x", " 9:00", "09:00 ", "+9:00"})
        EXPECT_EQ(clock_time_of(text), std::nullopt) << text;
    const auto leap_day = std::chrono::year{2028} / 2 / 29;
    EXPECT_EQ(date_of("2028-02-29"), leap_day);
    EXPECT_EQ(date_text(leap_day), "2028-02-29");
    for (const char* text : {"", "2026-02-29", "2026-13-01", "2026-1-1", "26-01-01", "2026-01-01Z",
                             "2026-01-01T00:00:00Z"})
        EXPECT_EQ(date_of(text), std::nullopt) << text;
}

TEST(Codec, a_message_is_cut_out_of_its_event_exactly) {
    for (const Fact& fact :
         {Fact{MessageReceived{sample_message(), {"a", "b"}, "k}\"]"}},
          Fact{MessageReceived{sample_message(), {}, ""}}, Fact{ReplyQueued{sample_message()}},
          Fact{NoteAdded{sample_message()}}})
        EXPECT_EQ(message_body_of(encode(event_of(fact)), fact), to_json(sample_message()));
}

TEST(Codec, a_delivery_is_put_into_the_message_of_the_api) {
    storage::MessageRow row;
    row.body = to_json(sample_message());
    row.seq = 5;
    row.delivery_state = "failed";
    row.delivery_reason = "550 \"no such user\"";
    const std::string json = message_json(row);
    EXPECT_EQ(message_from(json), sample_message());
    EXPECT_TRUE(json.ends_with(
        R"(,"seq":5,"delivery":{"state":"failed","reason":"550 \"no such user\""}})"))
        << json;
}

TEST(Codec, actors_round_trip) {
    for (const auto& [actor, text] :
         std::vector<std::pair<Actor, std::string>>{{{AuthorType::system, 0}, "system"},
                                                    {{AuthorType::agent, 7}, "agent:7"},
                                                    {{AuthorType::contact, 12}, "contact:12"}}) {
        EXPECT_EQ(actor_text(actor), text);
        Event event = event_of(PolicyRemoved{});
        event.actor = actor;
        EXPECT_EQ(encode(decode(encode(event))).actor, text);
    }
}

std::string random_bytes(std::mt19937_64& generator) {
    std::string bytes(generator() % 40, '\0');
    for (char& byte : bytes) byte = static_cast<char>(generator() % 256);
    return bytes;
}

TEST(Codec, bytes_that_are_no_text_never_stop_the_log) {
    std::mt19937_64 generator{8};
    for (int round = 0; round < 500; ++round) {
        Message message = sample_message();
        message.subject = random_bytes(generator);
        message.text = random_bytes(generator);
        message.author.name = random_bytes(generator);
        message.attachments[0].name = random_bytes(generator);
        message.external_id = random_bytes(generator);
        const Fact fact =
            MessageReceived{message, {random_bytes(generator)}, random_bytes(generator)};
        const storage::EventRow row = encode(event_of(fact));
        ASSERT_TRUE(runtime::websocket::is_utf8(row.payload));
        ASSERT_EQ(encode(decode(row)), row);
        ASSERT_EQ(message_body_of(row, fact), to_json(message));
        ASSERT_TRUE(runtime::websocket::is_utf8(model::quoted(random_bytes(generator))));
    }
}

TEST(Codec, an_event_of_tomorrow_is_refused_with_its_number_and_a_cure) {
    storage::EventRow row = encode(event_of(PolicyRemoved{}));
    row.kind = "sla_paused";
    try {
        (void)decode(row);
        FAIL() << "an unknown kind was decoded";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find("event 5"), std::string::npos);
        EXPECT_NE(std::string{error.what()}.find("sla_paused"), std::string::npos);
    }
    row.kind = "policy_removed";
    row.version = 2;
    EXPECT_THROW((void)decode(row), std::runtime_error);
}

// The header promises std::runtime_error, whatever is damaged.
TEST(Codec, every_damage_is_a_runtime_error) {
    const auto expect_refused = [](const storage::EventRow& row) {
        try {
            (void)decode(row);
            ADD_FAILURE() << row.kind << " was decoded from " << row.actor << " " << row.payload;
        } catch (const std::runtime_error&) {
        } catch (const std::exception& error) {
            ADD_FAILURE() << row.kind << ": another exception: " << error.what();
        }
    };
    for (const Fact& fact : sample_facts()) {
        storage::EventRow row = encode(event_of(fact));
        row.payload.pop_back();
        expect_refused(row);
        row.payload = "{}";
        expect_refused(row);
        row.payload = "[1]";
        expect_refused(row);
    }
    storage::EventRow row = encode(event_of(PolicyRemoved{}));
    for (const char* actor : {"", "robot", "agent:", "agent:x"}) {
        row.actor = actor;
        expect_refused(row);
    }
}

}  // namespace
