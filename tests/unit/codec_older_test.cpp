// What was written before a member existed is still read, and read as what it meant then. The bytes
// are those of the golden files of that time.
#include <gtest/gtest.h>

#include "hub/model/codec.hpp"
#include "tests/unit/codec_samples.hpp"

namespace {

using namespace model;
using namespace codec_samples;

Fact read_as(const Fact& kind, const std::string& payload) {
    storage::EventRow row = encode(event_of(kind));
    row.payload = payload;
    return decode(row).fact;
}

const std::string older_message =
    R"({"attachments":[{"content_id":"cid-1","id":"71","inline":true,"name":"photo.png",)"
    R"("sha256":"ab12","size":1234,"type":"image/png"}],"author":{"address":"giulia@example.org",)"
    R"("id":"61","name":"Giulia Rossi","type":"contact"},"bcc":[{"kind":"email","name":"",)"
    R"("value":"file@example.org","verified":false}],"cc":[{"kind":"email","name":"",)"
    R"("value":"boss@example.org","verified":false}],"client_id":"widget-1",)"
    R"("conversation_id":"51","defects":["bad date"],"direction":"in",)"
    R"("external_id":"abc@example.org","html":"<p>text</p>","id":"41","kind":"auto_reply",)"
    R"("number":2,"raw_sha256":"cd34","received_at":"2026-03-17T09:30:01.123456Z",)"
    R"("sent_at":"2026-03-17T09:30:00.123456Z","subject":"Größe \"M\"","to":[{"kind":"email",)"
    R"("name":"Giulia Rossi","value":"giulia@example.org","verified":true}],)"
    R"("visibility":"public","text":"line one\nline two €","trimmed_bytes":8,)"
    R"("trimmed_json_bytes":8})";

Message message_without_a_time_to_leave() {
    Message message = sample_message();
    message.leaves_at.reset();
    message.planned = false;
    message.reply_to.reset();
    return message;
}

TEST(CodecOlder, AMessageLeftAtOnce) {
    const Message expected = message_without_a_time_to_leave();
    const auto queued = std::get<ReplyQueued>(read_as(
        ReplyQueued{sample_message()},
        R"({"message":)" + older_message + R"(,"held_until":"2026-03-17T09:30:10.123456Z"})"));
    EXPECT_EQ(queued.message, expected);
    EXPECT_EQ(queued.held_until, morning + 10s);
    const auto received = std::get<MessageReceived>(read_as(
        MessageReceived{sample_message(), {}, ""},
        R"({"message":)" + older_message + R"(,"receipt_key":"key","thread_ids":["older"]})"));
    EXPECT_EQ(received.message, expected);
    EXPECT_EQ(message_from(older_message), expected);
    EXPECT_EQ(to_json(expected), older_message) << "and is written as it was";
}

TEST(CodecOlder, ADeliverySaidNothingOfRecipients) {
    const std::string older = R"({"message_id":"41","reason":"no such user","state":"failed"})";
    const Fact fact = read_as(DeliveryChanged{MessageId{1}, DeliveryState::sent, "", {}}, older);
    const auto& delivery = std::get<DeliveryChanged>(fact);
    EXPECT_EQ(delivery.message, MessageId{41});
    EXPECT_EQ(delivery.state, DeliveryState::failed);
    EXPECT_TRUE(delivery.recipients.empty());
    EXPECT_EQ(encode(event_of(fact)).payload, older);
}

TEST(CodecOlder, AnInboxAnsweredNothingByItself) {
    const std::string older =
        R"({"address":"help@example.com","channel":"email","health":"ok","id":"12","name":"Help",)"
        R"("settings":{"allowed_origins":[],"identity_key":"","offline_inbox_id":null,)"
        R"("signature":"Sportello","undo_seconds":10},"skills":[],"team_id":"1","weight":1,)"
        R"("wrap_up_seconds":0})";
    const Inbox inbox = std::get<InboxSaved>(read_as(InboxSaved{sample_inbox()}, older)).inbox;
    EXPECT_FALSE(inbox.automatic_reply);
    EXPECT_EQ(inbox.sender_name, SenderName::agent_and_inbox);
    EXPECT_EQ(inbox.signature, "Sportello");
    EXPECT_EQ(encode(event_of(InboxSaved{inbox})).payload, older);
}

TEST(CodecOlder, AContactHadNoAutomaticAnswers) {
    const std::string older =
        R"({"created_at":"2026-03-17T09:30:00.123456Z","id":"61","identities":[{"kind":"email",)"
        R"("value":"giulia@example.org","verified":true}],"name":"Giulia","profile":)"
        R"({"blocked":true,"language":"de-AT","owner_id":"21","relationship":"account",)"
        R"("segment":"pastry shop"}})";
    Contact expected = sample_contact();
    expected.automatic = {};
    expected.identities = {{"email", "giulia@example.org", true}};
    expected.profile.do_not_contact = false;
    expected.profile.value.reset();
    expected.consents.clear();
    expected.memberships.clear();
    expected.part_of = {};
    expected.absorbed.clear();
    // What it was called and was are its own words now.
    expected.fields = {{"name", {"Giulia", Source::channel, AgentId{}, morning}}};
    const std::map<std::string, std::string> own_words{{"segment", "pastry shop"},
                                                       {"relationship", "account"},
                                                       {"language", "de-AT"},
                                                       {"owner", "21"},
                                                       {"blocked", "yes"}};
    for (const auto& [name, value] : own_words)
        expected.fields[name] = {value, Source::agent, AgentId{}, morning};
    EXPECT_EQ(contact_from(older), expected);
    EXPECT_EQ(contact_from(to_json(expected)), expected) << "and written again";
}

TEST(CodecOlder, WhatWaitedInTheOutboxWasTextForAll) {
    const std::string older =
        R"({"attachments":[{"name":"n","sha256":"h","size":3,"type":"y"}],"bcc":[],"cc":[],)"
        R"("channel":"email","conversation":51,"external_id":"e","from":{"kind":"email","name":)"
        R"("","value":"help@example.com","verified":false},"in_reply_to":"i","inbox_id":"11",)"
        R"("message":41,"references":["r"],"reply_to":"a","subject":"s","text":"t","to":[],)"
        R"("written_at":"2026-03-17T09:30:00.123456Z"})";
    const connectors::Outbound outbound = outbound_from(older);
    EXPECT_TRUE(outbound.html.empty());
    EXPECT_FALSE(outbound.automatic);
    EXPECT_TRUE(outbound.so_far.empty());
    EXPECT_FALSE(outbound.attachments.at(0).is_inline);
    EXPECT_EQ(outbound.written_at, morning);
    EXPECT_EQ(to_json(outbound), older);
}

// When they answered was not written down: then each stands, as it did.
TEST(CodecOlder, AConversationsAnswersWereIdsAlone) {
    Conversation expected = sample_conversation();
    expected.standing_answers = {
        {MessageId{40}, Instant{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}}},
        {MessageId{42}, Instant{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}}}};
    std::string older = to_json(expected);
    const auto begin = older.find(R"("standing_answers":[)");
    ASSERT_NE(begin, std::string::npos);
    older.replace(begin, older.find(']', begin) + 1 - begin, R"("standing_answers":["40","42"])");
    EXPECT_EQ(conversation_from(older), expected);
    EXPECT_EQ(conversation_from(to_json(expected)), expected) << "and written again";
}

TEST(CodecOlder, AConversationPlannedNothing) {
    Conversation expected = sample_conversation();
    expected.planned.clear();
    expected.answered_automatically = false;
    const std::string older = to_json(expected);
    EXPECT_EQ(older.find("planned"), std::string::npos);
    EXPECT_EQ(older.find("answered_automatically"), std::string::npos);
    EXPECT_EQ(conversation_from(older), expected);
}

}  // namespace
