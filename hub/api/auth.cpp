#include "hub/api/auth.hpp"

#include "hub/runtime/entropy.hpp"

namespace api {

using boost::asio::awaitable;

awaitable<std::optional<Principal>> authenticate(Gateway& gateway, runtime::Loop& loop,
                                                 const Request& request) {
    Principal principal;
    const std::string authorization = request.header("authorization");
    if (authorization.starts_with("Bearer ")) {
        principal.token = authorization.substr(7);
    } else {
        principal.token = request.cookie(session_cookie);
        principal.by_cookie = true;
    }
    if (principal.token.empty() || principal.token.size() > 200) co_return std::nullopt;
    const std::string hash = storage::sha256_hex(principal.token);
    std::optional<storage::SessionRow> session;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        session = reader.session(hash);
    };
    co_await read(gateway, loop, std::move(use));
    if (!session || session->expires_at <= gateway.clock.now()) co_return std::nullopt;
    const auto directory = gateway.intake.directory();
    const auto agent = directory->agents.find(model::AgentId{session->agent});
    if (agent == directory->agents.end()) co_return std::nullopt;
    principal.agent = agent->second;
    principal.viewer = model::viewer_of(agent->second);
    principal.expires_at = session->expires_at;
    co_return principal;
}

std::string csrf_token(const Gateway& gateway, const std::string& session_token) {
    return runtime::base64url(runtime::hmac_sha256(gateway.secret, "csrf:" + session_token));
}

bool passes_csrf(const Gateway& gateway, const Request& request) {
    const bool safe = request.method == "GET" || request.method == "HEAD";
    if (safe || !request.principal || !request.principal->by_cookie) return true;
    return runtime::equal_in_constant_time(request.header("x-csrf-token"),
                                           csrf_token(gateway, request.principal->token));
}

bool same_origin(const Request& request) {
    const std::string origin = request.header("origin");
    const auto scheme = origin.find("://");
    return scheme != std::string::npos && origin.substr(scheme + 3) == request.header("host");
}

std::string session_cookie_header(const Gateway& gateway, const std::string& token, bool expire) {
    const auto seconds = std::chrono::seconds{gateway.settings.session_lifetime}.count();
    return std::string{session_cookie} + "=" + token +
           "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(expire ? 0 : seconds) +
           (gateway.settings.secure_cookie ? "; Secure" : "");
}

}  // namespace api
