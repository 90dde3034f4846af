#include "hub/api/mailbox_body.hpp"

#include "hub/model/words.hpp"
#include "hub/runtime/entropy.hpp"

namespace api {
namespace {

constexpr std::uint64_t port_max = 65'535;
constexpr std::uint64_t poll_seconds_max = 3600;
constexpr std::uint64_t poll_seconds_min = 5;
constexpr std::size_t secret_bytes_max = 8 * 1024;

std::uint16_t usual_port(connectors::ConnectionSecurity security) {
    return security == connectors::ConnectionSecurity::tls ? 993 : 143;
}

void read_secret(JsonBody& body, const char* field, const std::string& key, std::string& sealed) {
    if (const auto secret = body.maybe_text(field, secret_bytes_max))
        sealed = secret->empty() ? std::string{} : runtime::seal(key, *secret);
}

void read_oauth(JsonBody& json, const std::string& key, model::Mailbox& mailbox) {
    if (!json.has("oauth")) return;
    auto oauth = json.object("oauth");
    if (!oauth) {
        mailbox.token_url.clear();
        mailbox.sealed_refresh_token.clear();
        return;
    }
    mailbox.token_url = oauth->text("token_url", 500, true);
    if (!mailbox.token_url.starts_with("https://") && !mailbox.token_url.starts_with("http://"))
        json.complain("oauth.token_url", "write an address that begins with https://");
    mailbox.client_id = oauth->text("client_id", 500, true);
    mailbox.scope = oauth->text("scope", 1000);
    read_secret(*oauth, "client_secret", key, mailbox.sealed_client_secret);
    read_secret(*oauth, "refresh_token", key, mailbox.sealed_refresh_token);
    if (oauth->fault()) json.complain("oauth", oauth->complaint());
    if (mailbox.sealed_refresh_token.empty())
        json.complain("oauth.refresh_token", "give the token that the consent page returned");
}

void read_after_intake(JsonBody& json, model::Mailbox& mailbox) {
    if (const auto text = json.maybe_text("after_intake", 20)) {
        const auto after = model::from_word<connectors::AfterIntake>(*text);
        if (!after) json.complain("after_intake", "must be keep, mark_seen, move or remove");
        mailbox.after_intake = after.value_or(mailbox.after_intake);
    }
    if (json.has("move_to")) mailbox.move_to = json.text("move_to", 500);
    if (mailbox.after_intake == connectors::AfterIntake::move && mailbox.move_to.empty())
        json.complain("move_to", "name the folder that mails are moved to");
}

}  // namespace

void read_mailbox(JsonBody& body, const std::string& key, std::optional<model::Mailbox>& mailbox) {
    if (!body.has("mailbox")) return;
    if (body.is_null("mailbox")) return mailbox.reset();
    auto json = body.object("mailbox");
    if (!json) return;
    const bool fresh = !mailbox;
    model::Mailbox read = mailbox.value_or(model::Mailbox{});
    if (fresh || json->has("host")) read.host = json->text("host", 255, true);
    if (const auto text = json->maybe_text("security", 20)) {
        const auto security = model::from_word<connectors::ConnectionSecurity>(*text);
        if (!security) json->complain("security", "must be tls, starttls or none");
        read.security = security.value_or(read.security);
    }
    if (const auto port = json->maybe_number("port", port_max))
        read.port = static_cast<std::uint16_t>(*port);
    else if (fresh)
        read.port = usual_port(read.security);
    if (fresh || json->has("user")) read.user = json->text("user", 320, true);
    read_secret(*json, "password", key, read.sealed_password);
    read_oauth(*json, key, read);
    if (read.sealed_password.empty() && read.token_url.empty())
        json->complain("password", "give a password, or oauth");
    if (json->has("folder")) read.folder = json->text("folder", 500, true);
    read_after_intake(*json, read);
    if (json->has("from_start")) read.from_start = json->flag("from_start");
    if (const auto seconds = json->maybe_number("poll_seconds", poll_seconds_max)) {
        if (*seconds < poll_seconds_min) json->complain("poll_seconds", "must be 5 to 3600");
        read.poll_seconds = static_cast<std::uint32_t>(*seconds);
    }
    if (json->fault()) body.complain("mailbox", json->complaint());
    mailbox = std::move(read);
}

}  // namespace api
