// Sign-in: who a request comes from. Cookies for browsers (HttpOnly, SameSite=Strict, with a CSRF
// token on every change), bearer tokens for programs. Only hashes of tokens are stored.
#pragma once

#include "hub/api/gateway.hpp"

namespace api {

inline constexpr const char* session_cookie = "sportello_session";

// The principal of the request, if its token is known and has not expired.
boost::asio::awaitable<std::optional<Principal>> authenticate(Gateway& gateway, runtime::Loop& loop,
                                                              const Request& request);
// The token that a page must send back in X-CSRF-Token.
std::string csrf_token(const Gateway& gateway, const std::string& session_token);
// True when the request changes nothing, or proves that it comes from our page.
bool passes_csrf(const Gateway& gateway, const Request& request);
// A websocket handshake from a browser must come from our own origin (an Origin that names our
// Host).
bool same_origin(const Request& request);

std::string session_cookie_header(const Gateway& gateway, const std::string& token, bool expire);

}  // namespace api
