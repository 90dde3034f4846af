#include "hub/model/json_parts.hpp"
#include "hub/model/words.hpp"

namespace model::json_parts {

// Secrets are sealed and stay where the log is; others learn whether there are any.
Json mailbox_json(const Mailbox& mailbox, bool with_secrets) {
    Json oauth = nullptr;
    if (!mailbox.token_url.empty()) {
        oauth = {{"token_url", mailbox.token_url},
                 {"client_id", mailbox.client_id},
                 {"scope", mailbox.scope}};
        if (with_secrets) {
            oauth["sealed_client_secret"] = mailbox.sealed_client_secret;
            oauth["sealed_refresh_token"] = mailbox.sealed_refresh_token;
        }
    }
    Json json = {{"host", mailbox.host},
                 {"port", mailbox.port},
                 {"security", spoken(word(mailbox.security))},
                 {"user", mailbox.user},
                 {"password_set", !mailbox.sealed_password.empty()},
                 {"oauth", std::move(oauth)},
                 {"folder", mailbox.folder},
                 {"after_intake", spoken(word(mailbox.after_intake))},
                 {"move_to", mailbox.move_to},
                 {"from_start", mailbox.from_start},
                 {"poll_seconds", mailbox.poll_seconds}};
    if (with_secrets) json["sealed_password"] = mailbox.sealed_password;
    return json;
}

std::optional<Mailbox> mailbox_from(const Json& settings) {
    const auto found = settings.find("mailbox");
    if (found == settings.end() || !found->is_object()) return std::nullopt;
    const Json& json = *found;
    Mailbox mailbox{.host = json.at("host"),
                    .port = json.at("port"),
                    .security = word_from<connectors::ConnectionSecurity>(json, "security"),
                    .user = json.at("user"),
                    .sealed_password = json.value("sealed_password", ""),
                    .token_url = {},
                    .client_id = {},
                    .sealed_client_secret = {},
                    .sealed_refresh_token = {},
                    .scope = {},
                    .folder = json.at("folder"),
                    .after_intake = word_from<connectors::AfterIntake>(json, "after_intake"),
                    .move_to = json.at("move_to"),
                    .from_start = json.at("from_start"),
                    .poll_seconds = json.at("poll_seconds")};
    if (const Json& oauth = json.at("oauth"); oauth.is_object()) {
        mailbox.token_url = oauth.at("token_url");
        mailbox.client_id = oauth.at("client_id");
        mailbox.scope = oauth.at("scope");
        mailbox.sealed_client_secret = oauth.value("sealed_client_secret", "");
        mailbox.sealed_refresh_token = oauth.value("sealed_refresh_token", "");
    }
    return mailbox;
}

}  // namespace model::json_parts
