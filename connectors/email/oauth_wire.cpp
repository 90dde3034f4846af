#include "connectors/email/oauth_wire.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace connectors::email {
namespace {

constexpr std::int64_t lifetime_seconds_max = 365LL * 86'400;

std::string escaped(std::string_view text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain)
            out.push_back(c);
        else
            out.append(1, '%').append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
    return out;
}

std::string text_of(const nlohmann::json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

std::string refresh_form(const OauthGrant& grant) {
    std::string form = "grant_type=refresh_token&refresh_token=" + escaped(grant.refresh_token) +
                       "&client_id=" + escaped(grant.client_id);
    if (!grant.client_secret.empty()) form += "&client_secret=" + escaped(grant.client_secret);
    if (!grant.scope.empty()) form += "&scope=" + escaped(grant.scope);
    return form;
}

// Policy: what the server calls an invalid grant or client stays so (RFC 6749, section 5.2); every
// other failure may pass.
OauthReply oauth_reply(long status, std::string_view body) {
    OauthReply reply;
    const nlohmann::json json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object()) {
        reply.why = "the token server answered " + std::to_string(status) + " and no JSON";
        return reply;
    }
    if (const std::string error = text_of(json, "error"); !error.empty() || status >= 400) {
        const bool temporary = status >= 500 || error == "temporarily_unavailable" ||
                               error == "slow_down" || status == 429;
        reply.refused = !temporary && !error.empty();
        const std::string detail = text_of(json, "error_description");
        reply.why = "the token server says " + (error.empty() ? std::to_string(status) : error) +
                    (detail.empty() ? "" : ": " + detail);
        if (reply.refused) reply.why += "";
        return reply;
    }
    reply.access_token = text_of(json, "access_token");
    reply.next_refresh_token = text_of(json, "refresh_token");
    if (const auto lifetime = json.find("expires_in");
        lifetime != json.end() && lifetime->is_number_integer())
        reply.lifetime = std::chrono::seconds{
            std::clamp<std::int64_t>(lifetime->get<std::int64_t>(), 0, lifetime_seconds_max)};
    if (reply.access_token.empty()) reply.why = "the token server sent no access_token";
    return reply;
}

}  // namespace connectors::email
