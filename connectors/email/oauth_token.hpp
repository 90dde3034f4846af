// The request that refreshes a token. On the loop of its CurlMulti.
#pragma once

#include <functional>

#include "connectors/email/oauth_wire.hpp"
#include "connectors/net/curl_multi.hpp"

namespace connectors::email {

// `ca_file`: trusted beside the system's certificates; may be empty.
void refresh_token(net::CurlMulti& multi, const OauthGrant& grant, const std::string& ca_file,
                   std::function<void(OauthReply)> done);

}  // namespace connectors::email
