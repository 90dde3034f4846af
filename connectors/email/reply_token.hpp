// The signed token by which a reply finds its conversation: support+c.<id>.<mac>@example.com. A
// wrong mac is ignored, not trusted: whoever guesses numbers gets a new conversation, not somebody
// else's.
#pragma once

#include <cstdint>
#include <string>

namespace connectors::email {

// mac = the first 10 characters of lower-case base32(HMAC-SHA256(key, id)).
std::string with_reply_token(const std::string& address, std::uint64_t conversation,
                             const std::string& key);

// The conversation in a verified token, or 0.
std::uint64_t verified_conversation(const std::string& address, const std::string& key);

// The inbox address without what stands behind '+', in lower case.
std::string base_address(const std::string& address);

}  // namespace connectors::email
