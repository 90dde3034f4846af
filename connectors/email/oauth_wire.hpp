// Refreshing an OAuth 2 access token (RFC 6749, section 6), as values. Pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace connectors::email {

struct OauthGrant {
    std::string token_url;  // https://…
    std::string client_id;
    std::string client_secret;
    std::string refresh_token;
    std::string scope;  // empty: that of the grant
};

struct OauthReply {
    std::string access_token;        // empty: there is none, see `why`
    std::string next_refresh_token;  // empty: the old one stays
    std::chrono::seconds lifetime{3600};
    bool used_before = false;  // it is not new: its server may have ended it early
    bool refused = false;      // for good: somebody must consent again
    std::string why;
};

std::string refresh_form(const OauthGrant& grant);  // application/x-www-form-urlencoded
OauthReply oauth_reply(long status, std::string_view body);

}  // namespace connectors::email
