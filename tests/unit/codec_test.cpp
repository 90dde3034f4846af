// The codec holds the log readable for ever: golden bytes stand in tests/golden/codec/v1, one file
// for each kind.
#include "hub/model/codec.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "hub/model/model.hpp"
#include "hub/runtime/websocket_wire.hpp"

namespace {

using namespace model;
using namespace std::chrono_literals;

constexpr Instant morning =
    std::chrono::sys_days{std::chrono::year{2026} / 3 / 17} + 9h + 30min + 123456us;

Inbox sample_inbox() {
    return {.id = InboxId{12},
            .name = "Site",
            .channel = Channel::chat,
            .address = "site-key",
            .team = TeamId{1},
            .weight = 3,
            .offline_inbox = InboxId{11},
            .allowed_origins = {"https://example.com"},
            .identity_key = "top secret"};
}

Agent sample_agent() {
    return {.id = AgentId{21},
            .name = "Anna Bianchi",
            .email = "anna@example.com",
            .role = Role::supervisor,
            .teams = {TeamId{1}, TeamId{2}},
            .inboxes = {InboxId{12}},
            .capacity = 9};
}

sla::Policy sample_policy() {
    return {.id = PolicyId{31},
            .name = "Partners",
            .rank = 4,
            .conditions = {{"email", "chat"}, {11, 12}},
            .calendar = {},
            .targets = {{sla::Metric::first_response, 3600s, 900s}}};
}

sla::Clock sample_clock() {
    return {.metric = sla::Metric::first_response,
            .policy = PolicyId{31},
            .started_at = morning,
            .warn_at = morning + 45min,
            .due_at = morning + 60min,
            .state = sla::ClockState::met_late,
            .ended_at = morning + 61min};
}

connectors::Address sample_address() {
    return {"email", "giulia@example.org", "Giulia Rossi", true};
}

Message sample_message() {
    return {
        .id = MessageId{41},
        .conversation = ConversationId{51},
        .number = 2,
        .direction = Direction::in,
        .visibility = Visibility::public_,
        .kind = MessageKind::auto_reply,
        .author = {AuthorType::contact, 61, "Giulia Rossi", "giulia@example.org"},
        .subject = "Größe \"M\"",
        .text = "line one\nline two \u20ac",
        .html = "<p>text</p>",
        .trimmed_text = "line one",
        .attachments = {{AttachmentId{71}, "photo.png", "image/png", 1234, true, "cid-1", "ab12"}},
        .to = {sample_address()},
        .cc = {{"email", "boss@example.org", "", false}},
        .external_id = "abc@example.org",
        .client_id = "widget-1",
        .defects = {"bad date"},
        .raw_sha256 = "cd34",
        .delivery = {},
        .sent_at = morning,
        .received_at = morning + 1s};
}

routing::Decision sample_decision() {
    return {.winner = AgentId{21},
            .considered = {{AgentId{21}, routing::Exclusion::none, 1, 9, morning},
                           {AgentId{22}, routing::Exclusion::no_room, 9, 9, morning - 1h}}};
}

// One of each kind, in the order of the variant, with no field at its default.
std::vector<Fact> sample_facts() {
    return {
        TeamSaved{{TeamId{1}, "Service"}},
        InboxSaved{sample_inbox()},
        AgentSaved{sample_agent()},
        PolicySaved{sample_policy()},
        AvailabilityChanged{AgentId{21}, Availability::online},
        ContactCreated{"Giulia"},
        ContactRenamed{"Giulia Rossi"},
        IdentityAdded{{"email", "giulia@example.org", true}},
        ConversationOpened{7, InboxId{12}, Channel::chat, TeamId{1}, "Parcel", sample_address()},
        MessageReceived{sample_message(), {"older@example.org", "oldest@example.org"}, "key"},
        ReplyQueued{sample_message()},
        NoteAdded{sample_message()},
        DeliveryChanged{MessageId{41}, DeliveryState::failed, "no such user"},
        StatusChanged{Status::pending, Status::snoozed, morning + 2h},
        PriorityChanged{Priority::low, Priority::urgent},
        TagsChanged{{"parcel", "late"}},
        Assigned{AgentId{21}, AgentId{22}, TeamId{1}, TeamId{2}, AssignedBy::leaving},
        RoutingDecided{TeamId{1}, 3, sample_decision()},
        SlaStarted{sample_clock()},
        SlaWarned{sla::Metric::first_response},
        SlaBreached{sla::Metric::first_response, morning + 60min},
        SlaEnded{sla::Metric::first_response, sla::ClockState::met_late, morning + 61min},
        ItemQuarantined{InboxId{11}, "too deep", "ef56"}};
}

Event event_of(Fact fact) {
    return {.seq = 5,
            .at = morning,
            .actor = {AuthorType::agent, 21},
            .contact = ContactId{61},
            .conversation = ConversationId{51},
            .fact = std::move(fact)};
}

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
    EXPECT_EQ(again(TeamSaved{{TeamId{1}, "Service"}}).team, (Team{TeamId{1}, "Service"}));
    EXPECT_EQ(again(InboxSaved{sample_inbox()}).inbox, sample_inbox());
    EXPECT_EQ(again(AgentSaved{sample_agent()}).agent, sample_agent());
    EXPECT_EQ(again(PolicySaved{sample_policy()}).policy, sample_policy());
    EXPECT_EQ(again(ReplyQueued{sample_message()}).message, sample_message());
    EXPECT_EQ(again(RoutingDecided{TeamId{1}, 3, sample_decision()}).decision, sample_decision());
    EXPECT_EQ(again(RoutingDecided{TeamId{1}, 3, {}}).decision, routing::Decision{});
    EXPECT_EQ(again(SlaStarted{sample_clock()}).clock, sample_clock());
    const auto received = again(MessageReceived{sample_message(), {"older"}, "key"});
    EXPECT_EQ(received.message, sample_message());
    EXPECT_EQ(received.thread_ids, std::vector<std::string>{"older"});
    EXPECT_EQ(received.receipt_key, "key");
}

TEST(Codec, stored_entities_round_trip) {
    const Contact contact{
        ContactId{61}, "Giulia", {{"email", "giulia@example.org", true}}, morning};
    EXPECT_EQ(contact_from(to_json(contact)), contact);
    Conversation conversation{.id = ConversationId{51},
                              .number = 7,
                              .contact = ContactId{61},
                              .contact_name = "Giulia",
                              .reply_address = sample_address(),
                              .inbox = InboxId{12},
                              .channel = Channel::chat,
                              .team = TeamId{1},
                              .assignee = AgentId{21},
                              .status = Status::snoozed,
                              .priority = Priority::high,
                              .subject = "Parcel",
                              .tags = {"late", "b"},
                              .created_at = morning,
                              .updated_at = morning + 1h,
                              .waiting_since = morning + 1s,
                              .snoozed_until = morning + 2h,
                              .clocks = {sample_clock()},
                              .message_count = 4,
                              .preview = "text",
                              .last_direction = Direction::out,
                              .thread_ids = {"a", "b"},
                              .version = 99};
    EXPECT_EQ(conversation_from(to_json(conversation)), conversation);
    conversation.waiting_since.reset();
    conversation.assignee = {};
    EXPECT_EQ(conversation_from(to_json(conversation)), conversation);
    connectors::Outbound outbound{
        .message = 41,
        .conversation = 51,
        .inbox = InboxId{11},
        .from = sample_address(),
        .to = {sample_address()},
        .cc = {sample_address()},
        .subject = "s",
        .text = "t",
        .attachments = {{.name = "n", .type = "y", .sha256 = "h", .size = 3}},
        .external_id = "e",
        .in_reply_to = "i",
        .references = {"r", "q"},
        .reply_to = "a",
        .written_at = morning};
    EXPECT_EQ(outbound_from(to_json(outbound)), outbound);
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
        Event event = event_of(SlaWarned{});
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
    storage::EventRow row = encode(event_of(SlaWarned{}));
    row.kind = "sla_paused";
    try {
        (void)decode(row);
        FAIL() << "an unknown kind was decoded";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find("event 5"), std::string::npos);
        EXPECT_NE(std::string{error.what()}.find("sla_paused"), std::string::npos);
    }
    row.kind = "sla_warned";
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
    storage::EventRow row = encode(event_of(SlaWarned{}));
    for (const char* actor : {"", "robot", "agent:", "agent:x"}) {
        row.actor = actor;
        expect_refused(row);
    }
}

}  // namespace
