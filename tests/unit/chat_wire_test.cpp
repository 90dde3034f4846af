// The widget's frames, and who a visitor is. The signatures were made by
// `openssl dgst -sha256 -hmac KEY`, not by the code under test.
#include "connectors/chat/chat_wire.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "connectors/chat/visitor_identity.hpp"

namespace {

using namespace connectors;
using namespace connectors::chat;
using Json = nlohmann::json;

const ChatLimits limits{.text_bytes_max = 20, .attachments_max = 2};

std::string bad_code(std::string_view frame) {
    const ClientFrame parsed = parse_frame(frame, limits);
    const auto* bad = std::get_if<BadFrame>(&parsed);
    return bad == nullptr ? "(taken)" : bad->code;
}

template <class Type>
Type taken(std::string_view frame) {
    ClientFrame parsed = parse_frame(frame, limits);
    if (auto* value = std::get_if<Type>(&parsed)) return std::move(*value);
    ADD_FAILURE() << "refused: " << frame << " as " << bad_code(frame);
    return {};
}

TEST(ChatFrames, AuthCarriesSiteTokenAndWhereToResume) {
    const auto auth =
        taken<Auth>(R"({"t":"auth","site":"s1","token":"abc","conversation":"42","after":7,)"
                    R"("identity":"e30","signature":"00ff"})");
    EXPECT_EQ(auth.site_key, "s1");
    EXPECT_EQ(auth.visitor_token, "abc");
    EXPECT_EQ(auth.conversation, "42");
    EXPECT_EQ(auth.after_number, 7U);
    EXPECT_EQ(auth.identity, "e30");
    EXPECT_EQ(auth.signature, "00ff");
}

TEST(ChatFrames, AuthWithoutATokenFails) {
    for (const char* frame :
         {R"({"t":"auth"})", R"({"t":"auth","token":""})", R"({"t":"auth","token":7})",
          R"({"t":"auth","token":null})", R"({"t":"auth","token":"a","site":{}})"})
        EXPECT_EQ(bad_code(frame), "auth_failed") << frame;
    const std::string long_token(201, 'x');
    EXPECT_EQ(bad_code(R"({"t":"auth","token":")" + long_token + R"("})"), "auth_failed");
}

TEST(ChatFrames, AMessageCarriesItsClientIdTextAndUploads) {
    const auto message = taken<SendMessage>(
        R"({"t":"message.send","cid":"c1","text":"caff\u00e8 \ud83d\ude00","attachments":["u1","u2"]})");
    EXPECT_EQ(message.client_id, "c1");
    EXPECT_EQ(message.text, "caff\xC3\xA8 \xF0\x9F\x98\x80");
    EXPECT_EQ(message.uploads, (std::vector<std::string>{"u1", "u2"}));
}

TEST(ChatFrames, AMessageWithoutAClientIdOrWithoutContentIsRefused) {
    EXPECT_EQ(bad_code(R"({"t":"message.send","text":"x"})"), "bad_frame");
    EXPECT_EQ(bad_code(R"({"t":"message.send","cid":5,"text":"x"})"), "bad_frame");
    EXPECT_EQ(bad_code(R"({"t":"message.send","cid":"c"})"), "empty");
    EXPECT_EQ(bad_code(R"({"t":"message.send","cid":"c","text":"","attachments":[]})"), "empty");
    EXPECT_EQ(bad_code(R"({"t":"message.send","cid":"c","attachments":[1,{}]})"), "empty");
}

TEST(ChatFrames, ARefusalNamesTheMessageItRefuses) {
    const ClientFrame parsed = parse_frame(R"({"t":"message.send","cid":"c9","text":""})", limits);
    ASSERT_TRUE(std::holds_alternative<BadFrame>(parsed));
    EXPECT_EQ(std::get<BadFrame>(parsed).client_id, "c9");
}

TEST(ChatLimits, TextAndUploadsAtTheirBorders) {
    const auto frame = [](std::size_t size) {
        return R"({"t":"message.send","cid":"c","text":")" + std::string(size, 'x') + R"("})";
    };
    EXPECT_EQ(taken<SendMessage>(frame(20)).text.size(), 20U);
    EXPECT_EQ(bad_code(frame(21)), "too_large");
    EXPECT_EQ(bad_code(R"({"t":"message.send","cid":"c","attachments":["1","2"]})"), "(taken)");
    EXPECT_EQ(bad_code(R"({"t":"message.send","cid":"c","attachments":["1","2","3"]})"),
              "too_large");
    const std::string long_id(101, 'x');
    EXPECT_EQ(bad_code(R"({"t":"message.send","text":"x","cid":")" + long_id + R"("})"),
              "bad_frame");
}

TEST(ChatLimits, NoAttachmentsMayBeWrittenAsNull) {
    EXPECT_EQ(
        taken<SendMessage>(R"({"t":"message.send","cid":"c","text":"x","attachments":null})").text,
        "x");
}

TEST(ChatFrames, TypingAndSeen) {
    taken<Typing>(R"({"t":"typing","more":"ignored"})");
    EXPECT_EQ(taken<Seen>(R"({"t":"message.seen","number":12})").number, 12U);
}

TEST(ChatFrames, ANumberThatIsNoneIsZeroAndALargeOneDoesNotWrap) {
    for (const char* number : {"-1", "1.5", "\"9\"", "null", "[]", "{}"})
        EXPECT_EQ(
            taken<Seen>(std::string{R"({"t":"message.seen","number":)"} + number + "}").number, 0U)
            << number;
    const auto seen = taken<Seen>(R"({"t":"message.seen","number":4294967301})");
    EXPECT_NE(seen.number, 5U) << "a number past 32 bits must not become a small one";
}

TEST(ChatFrames, HostileJsonIsRefusedWithoutHarm) {
    for (const std::string& frame :
         {std::string{}, std::string{"null"}, std::string{"[]"}, std::string{"7"}, std::string{"{"},
          std::string{"{} {}"}, std::string{R"({"t":"typing")"},
          std::string{"{\"t\":\"typing\xFF\"}"}, std::string{R"({"t":"\ud800"})"},
          std::string{"{'t':'typing'}"}, std::string(1000, '\0')})
        EXPECT_EQ(bad_code(frame), "bad_frame") << frame.substr(0, 40);
    EXPECT_EQ(bad_code("{}"), "unknown_frame");
    EXPECT_EQ(bad_code(R"({"t":7})"), "unknown_frame");
    EXPECT_EQ(bad_code(R"({"t":"message.new"})"), "unknown_frame");
}

TEST(ChatFrames, DeepNestingIsBoundedByMemoryAndNotByTheStack) {
    const std::size_t depth = 30000;
    const std::string open(depth, '[');
    EXPECT_EQ(bad_code(open), "bad_frame");
    EXPECT_EQ(bad_code(R"({"t":"typing","x":)" + open + std::string(depth, ']') + "}"), "(taken)");
}

TEST(ChatFrames, NoMutilatedFrameBreaksTheParser) {
    const std::string good = R"({"t":"message.send","cid":"c1","text":"hi","attachments":["u1"]})";
    std::size_t refused = 0;
    for (unsigned seed = 1; seed <= 5000; ++seed) {
        std::mt19937 random(seed);
        std::string frame = good;
        for (unsigned changes = 1 + random() % 4; changes > 0; --changes)
            frame[random() % frame.size()] = static_cast<char>(random() % 256);
        refused += bad_code(frame) != "(taken)" ? 1 : 0;
    }
    EXPECT_GT(refused, 1000U);
}

const char* const stored_message =
    R"({"id":"m1","conversation_id":"9","number":3,"direction":"out","visibility":"public",)"
    R"("author":{"type":"agent","id":"a1","name":"Ada","address":"ada@desk.test"},)"
    R"("text":"One moment","html":"","sent_at":"2026-11-21T10:00:03.000000Z","client_id":"secret",)"
    R"("attachments":[{"id":"f1","name":"a.pdf","type":"application/pdf","size":7,"inline":false}]})";

Json stored() {
    return Json::parse(stored_message);
}

TEST(ChatMessages, AStoredMessageBecomesAFrame) {
    const auto message = message_for_visitor(stored_message);
    ASSERT_TRUE(message.has_value());
    const Json frame = Json::parse(message_frame(*message));
    EXPECT_EQ(frame.at("t"), "message.new");
    EXPECT_EQ(frame.at("id"), "m1");
    EXPECT_EQ(frame.at("number"), 3);
    EXPECT_EQ(frame.at("conversation"), "9");
    EXPECT_EQ(frame.at("from"), (Json{{"kind", "agent"}, {"name", "Ada"}}));
    EXPECT_EQ(frame.at("text"), "One moment");
    EXPECT_EQ(frame.at("created_at"), "2026-11-21T10:00:03.000000Z");
    EXPECT_EQ(
        frame.at("attachments"),
        Json::array({{{"id", "f1"}, {"name", "a.pdf"}, {"type", "application/pdf"}, {"size", 7}}}));
    EXPECT_EQ(frame.at("cid"), "") << "an agent's client id is nobody else's business";
    EXPECT_EQ(frame.dump().find("ada@desk.test"), std::string::npos);
}

TEST(ChatMessages, TheVisitorsOwnMessageKeepsItsClientId) {
    Json own = stored();
    own["direction"] = "in";
    own["client_id"] = "c1";
    const auto message = message_for_visitor(own.dump());
    ASSERT_TRUE(message.has_value());
    const Json frame = Json::parse(message_frame(*message));
    EXPECT_EQ(frame.at("cid"), "c1");
    EXPECT_EQ(frame.at("from").at("kind"), "visitor");
}

TEST(ChatMessages, ANoteNeverBecomesAFrame) {
    Json note = stored();
    note["visibility"] = "note";
    EXPECT_FALSE(message_for_visitor(note.dump()).has_value());
    note.erase("visibility");
    EXPECT_FALSE(message_for_visitor(note.dump()).has_value()) << "what does not say is a note";
    EXPECT_FALSE(message_for_visitor("[]").has_value());
    EXPECT_FALSE(message_for_visitor("broken").has_value());
}

TEST(ChatMessages, AVisibilityNobodyKnowsIsNotShown) {
    for (const Json& visibility : {Json("internal"), Json(""), Json(nullptr), Json(1)}) {
        Json message = stored();
        message["visibility"] = visibility;
        EXPECT_NO_THROW(EXPECT_FALSE(message_for_visitor(message.dump()).has_value())
                        << visibility);
    }
}

TEST(ChatMessages, AFieldThatIsMissingOrNullDoesNotThrow) {
    for (const char* field :
         {"id", "number", "direction", "author", "text", "sent_at", "attachments"}) {
        Json message = stored();
        message[field] = nullptr;
        EXPECT_NO_THROW((void)message_for_visitor(message.dump())) << field << " is null";
        message.erase(field);
        EXPECT_NO_THROW((void)message_for_visitor(message.dump())) << field << " is missing";
    }
}

TEST(ChatMessages, ServerFramesAreWhatTheProtocolSays) {
    EXPECT_EQ(Json::parse(typing_frame("Ada")), (Json{{"t", "typing"}, {"name", "Ada"}}));
    EXPECT_EQ(Json::parse(presence_frame(true)), (Json{{"t", "presence"}, {"online", true}}));
    EXPECT_EQ(
        Json::parse(error_frame("rate_limited", "c1", 4000)),
        (Json{{"t", "error"}, {"code", "rate_limited"}, {"cid", "c1"}, {"retry_after_ms", 4000}}));
    EXPECT_FALSE(Json::parse(error_frame("empty", "", 0)).contains("retry_after_ms"));
}

TEST(ChatMessages, TextThatIsNotUtf8StillMakesAFrame) {
    EXPECT_NO_THROW(EXPECT_TRUE(Json::parse(typing_frame("Ad\xE8")).is_object()));
}

// {"sub":"cust-4711","email":"lea@kunde.test","name":"Lea","iat":1795300000,"exp":1795303600,
//  "aud":"site_ab12"} as base64url, signed by `site key`.
const std::string identity =
    "eyJzdWIiOiJjdXN0LTQ3MTEiLCJlbWFpbCI6ImxlYUBrdW5kZS50ZXN0IiwibmFtZSI6IkxlYSIsImlh"
    "dCI6MTc5NTMwMDAwMCwiZXhwIjoxNzk1MzAzNjAwLCJhdWQiOiJzaXRlX2FiMTIifQ";
const std::string signature = "2e002f7aa56ad48ed7eadb542775c25c19d3de61b97f6456b0d20cb2aa3a1dda";
const Instant issued{std::chrono::seconds{1795300000}};
const Instant expires{std::chrono::seconds{1795303600}};

std::string base64url(std::string_view text) {
    static constexpr char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    unsigned value = 0;
    int bits = 0;
    for (const unsigned char byte : text) {
        value = (value << 8) | byte;
        for (bits += 8; bits >= 6; bits -= 6) out.push_back(digits[(value >> (bits - 6)) & 63]);
    }
    if (bits > 0) out.push_back(digits[(value << (6 - bits)) & 63]);
    return out;
}

std::optional<Address> handed_over(const Json& json, Instant now = issued) {
    const std::string text = base64url(json.dump());
    return signed_visitor(text, sign_identity(text, "site key"), "site key", "site_ab12", now);
}

Json claims() {
    return {{"sub", "cust-4711"}, {"exp", 1795303600}, {"aud", "site_ab12"}};
}

TEST(VisitorIdentity, SignatureEqualsTheOneOfOpenssl) {
    EXPECT_EQ(sign_identity(identity, "site key"), signature);
}

TEST(VisitorIdentity, ASignedHandOverIsBelieved) {
    const auto visitor = signed_visitor(identity, signature, "site key", "site_ab12", issued);
    ASSERT_TRUE(visitor.has_value());
    EXPECT_EQ(visitor->kind, "user");
    EXPECT_EQ(visitor->value, "site_ab12:cust-4711");
    EXPECT_EQ(visitor->name, "Lea");
    EXPECT_TRUE(visitor->verified);
}

TEST(VisitorIdentity, ItEndsWhenItSaysSo) {
    using std::chrono::microseconds;
    EXPECT_TRUE(signed_visitor(identity, signature, "site key", "site_ab12", expires));
    EXPECT_FALSE(
        signed_visitor(identity, signature, "site key", "site_ab12", expires + microseconds{1}));
    const auto day = std::chrono::hours{24};
    EXPECT_TRUE(signed_visitor(identity, signature, "site key", "site_ab12", expires - day));
    EXPECT_FALSE(signed_visitor(identity, signature, "site key", "site_ab12",
                                expires - day - microseconds{1}));
}

TEST(VisitorIdentity, AnotherSiteKeyOrSignatureIsNotBelieved) {
    EXPECT_FALSE(signed_visitor(identity, signature, "site key", "site_other", issued));
    EXPECT_FALSE(signed_visitor(identity, signature, "another key", "site_ab12", issued));
    EXPECT_FALSE(signed_visitor(identity, "", "site key", "site_ab12", issued));
    EXPECT_FALSE(signed_visitor(identity, signature + "0", "site key", "site_ab12", issued));
    for (std::size_t i = 0; i < signature.size(); ++i) {
        std::string changed = signature;
        changed[i] = changed[i] == '0' ? '1' : '0';
        EXPECT_FALSE(signed_visitor(identity, changed, "site key", "site_ab12", issued)) << i;
    }
    std::string changed = identity;
    changed[3] = changed[3] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(signed_visitor(changed, signature, "site key", "site_ab12", issued));
}

TEST(VisitorIdentity, WithoutAKeyNobodyIsBelieved) {
    EXPECT_FALSE(signed_visitor(identity, sign_identity(identity, ""), "", "site_ab12", issued));
}

TEST(VisitorIdentity, WhatIsMissingOrOfAnotherTypeIsNotBelieved) {
    ASSERT_TRUE(handed_over(claims()).has_value());
    for (const char* field : {"sub", "exp", "aud"}) {
        for (const Json& value :
             {Json(nullptr), Json(1.5), Json(Json::array({"site_ab12"})), Json(true)}) {
            Json json = claims();
            json[field] = value;
            EXPECT_NO_THROW(EXPECT_FALSE(handed_over(json).has_value()) << json);
        }
        Json json = claims();
        json.erase(field);
        EXPECT_NO_THROW(EXPECT_FALSE(handed_over(json).has_value()) << json);
    }
}

TEST(VisitorIdentity, AnExpiryOutOfRangeIsNotBelieved) {
    for (const Json& expiry :
         {Json(std::int64_t{9223372036854775807}), Json(std::uint64_t{18446744073709551615U}),
          Json(std::int64_t{18448539373}), Json(0), Json(-1)}) {
        Json json = claims();
        json["exp"] = expiry;
        EXPECT_FALSE(handed_over(json).has_value()) << expiry;
    }
    // This many seconds, as microseconds in 64 bits, wraps to one second before `expires`.
    Json json = claims();
    json["exp"] = std::int64_t{18446744073709} + 1795303599;
    EXPECT_FALSE(handed_over(json).has_value());
}

TEST(VisitorIdentity, PaddedBase64IsUnderstoodToo) {
    for (const char* subject : {"c", "cu", "cus"}) {
        Json json = claims();
        json["sub"] = subject;
        std::string text = base64url(json.dump());
        text.append((4 - text.size() % 4) % 4, '=');
        EXPECT_TRUE(
            signed_visitor(text, sign_identity(text, "site key"), "site key", "site_ab12", issued))
            << text;
    }
}

TEST(VisitorIdentity, RubbishThatIsProperlySignedIsNotBelieved) {
    for (const std::string& text :
         {std::string{}, std::string{"!"}, std::string{"a"}, std::string{"===="}, base64url("[]"),
          base64url("{"), base64url("7"), std::string(5000, 'A')})
        EXPECT_FALSE(
            signed_visitor(text, sign_identity(text, "site key"), "site key", "site_ab12", issued));
}

TEST(VisitorIdentity, AnAnonymousVisitorIsKnownByTheHashOfTheToken) {
    const Address visitor = anonymous_visitor("abc");
    EXPECT_EQ(visitor.kind, "visitor");
    EXPECT_EQ(visitor.value, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_FALSE(visitor.verified);
}

}  // namespace
