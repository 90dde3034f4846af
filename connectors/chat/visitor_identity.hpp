// Who a visitor is: a random token kept by the browser and stored here only as a hash; or an
// identity that the site signs with its key (HMAC-SHA256 over the exact base64url text it hands
// over, so no canonical JSON is needed).
#pragma once

#include <optional>
#include <string>

#include "connectors/connectors.hpp"

namespace connectors::chat {

// The identity of an anonymous visitor: kind "visitor", value = SHA-256 of the token.
Address anonymous_visitor(const std::string& token);

// The identity inside a signed hand-over, verified: `signature` = hex(HMAC(key, identity)), `aud` =
// the site, `exp` not passed and at most 24 h ahead. Nothing when anything is wrong: it is not
// trusted, and the caller says so.
std::optional<Address> signed_visitor(const std::string& identity, const std::string& signature,
                                      const std::string& key, const std::string& site_key,
                                      Instant now);

// For tests and for sites written in C++: what the site would send.
std::string sign_identity(const std::string& identity, const std::string& key);

}  // namespace connectors::chat
