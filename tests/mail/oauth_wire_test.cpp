// Asking for an access token, and what the token server's answers mean (RFC 6749, sections 5 and
// 6).
#include "connectors/email/oauth_wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace connectors::email;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TEST(OauthForm, CarriesTheGrant) {
    EXPECT_EQ(refresh_form({.token_url = "https://token.test/",
                            .client_id = "app",
                            .client_secret = "s",
                            .refresh_token = "r",
                            .scope = "mail offline"}),
              "grant_type=refresh_token&refresh_token=r&client_id=app&client_secret=s"
              "&scope=mail%20offline");
}

TEST(OauthForm, WhatIsEmptyIsLeftOut) {
    EXPECT_EQ(refresh_form({.client_id = "app", .refresh_token = "r"}),
              "grant_type=refresh_token&refresh_token=r&client_id=app");
}

TEST(OauthForm, EveryByteThatMeansSomethingIsEscaped) {
    const std::string form = refresh_form({.client_id = "a&b=c d+e%f",
                                           .client_secret = "~._-/:ü",
                                           .refresh_token = std::string{"1//\r\n\0x", 7}});
    EXPECT_EQ(form,
              "grant_type=refresh_token&refresh_token=1%2F%2F%0D%0A%00x&client_id=a%26b%3Dc%20d%2Be"
              "%25f&client_secret=~._-%2F%3A%C3%BC");
}

TEST(OauthReply, GivesAToken) {
    const OauthReply reply =
        oauth_reply(200, R"({"access_token":"at","token_type":"Bearer","expires_in":1200})");
    EXPECT_EQ(reply.access_token, "at");
    EXPECT_EQ(reply.lifetime, 1200s);
    EXPECT_EQ(reply.next_refresh_token, "");
    EXPECT_FALSE(reply.refused);
    EXPECT_EQ(reply.why, "");
}

TEST(OauthReply, MayRotateTheRefreshToken) {
    EXPECT_EQ(
        oauth_reply(200, R"({"access_token":"at","refresh_token":"next"})").next_refresh_token,
        "next");
}

TEST(OauthReply, AnUnknownLifetimeIsAnHour) {
    for (const char* body :
         {R"({"access_token":"at"})", R"({"access_token":"at","expires_in":null})",
          R"({"access_token":"at","expires_in":"soon"})"})
        EXPECT_EQ(oauth_reply(200, body).lifetime, 3600s) << body;
}

// RFC 6749, section 5.2; Microsoft's two as well.
TEST(OauthReply, ARefusalIsForGoodAndSaysWhatToDo) {
    for (const char* error :
         {"invalid_grant", "invalid_client", "unauthorized_client", "unsupported_grant_type",
          "invalid_scope", "interaction_required", "consent_required"})
        for (const long status : {400L, 401L, 403L}) {
            const OauthReply reply =
                oauth_reply(status, R"({"error":")" + std::string{error} +
                                        R"(","error_description":"Token has been revoked."})");
            EXPECT_TRUE(reply.refused) << error << status;
            EXPECT_EQ(reply.access_token, "");
            EXPECT_EQ(reply.why,
                      "the token server says " + std::string{error} + ": Token has been revoked.");
        }
}

TEST(OauthReply, AServerInTroubleIsAskedAgain) {
    for (const auto& [status, body] :
         std::vector<std::pair<long, std::string>>{{500, R"({"error":"server_error"})"},
                                                   {503, R"({"error":"temporarily_unavailable"})"},
                                                   {503, R"({"error":"invalid_grant"})"},
                                                   {400, R"({"error":"temporarily_unavailable"})"},
                                                   {429, R"({"error":"rate_limited"})"},
                                                   {400, R"({"error":"slow_down"})"},
                                                   {502, "<html>Bad gateway</html>"},
                                                   {400, "<html>Bad request</html>"},
                                                   {404, "{}"},
                                                   {200, ""},
                                                   {200, "[]"},
                                                   {200, "{"}}) {
        const OauthReply reply = oauth_reply(status, body);
        EXPECT_FALSE(reply.refused) << status << body;
        EXPECT_EQ(reply.access_token, "") << status << body;
        EXPECT_THAT(reply.why, HasSubstr("the token server")) << status << body;
    }
}

TEST(OauthReply, AnErrorWinsOverATokenBesideIt) {
    const OauthReply reply =
        oauth_reply(200, R"({"error":"invalid_grant","access_token":"at","refresh_token":"r"})");
    EXPECT_TRUE(reply.refused);
    EXPECT_EQ(reply.access_token, "");
    EXPECT_EQ(reply.next_refresh_token, "");
}

TEST(OauthReply, AnAnswerWithoutATokenIsNone) {
    for (const char* body : {"{}", R"({"access_token":""})", R"({"access_token":7})",
                             R"({"access_token":null,"refresh_token":"r"})"}) {
        const OauthReply reply = oauth_reply(200, body);
        EXPECT_EQ(reply.access_token, "") << body;
        EXPECT_FALSE(reply.refused) << body;
        EXPECT_EQ(reply.why, "the token server sent no access_token") << body;
    }
}

}  // namespace
