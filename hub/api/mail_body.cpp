#include "hub/api/mail_body.hpp"

#include <algorithm>

#include "connectors/email/header_text.hpp"
#include "connectors/email/mime.hpp"

namespace api {

using namespace connectors::email;

namespace {

constexpr std::size_t text_bytes_max = 256 * 1024;
constexpr std::size_t uploads_max = 20;
constexpr std::size_t upload_bytes_max = 100;  // of its id

bool is_control(char c) {
    return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
}

// One @, something before it, and a domain of at least two labels.
bool is_whole(const std::string& address) {
    const auto at = address.find('@');
    if (at == std::string::npos || at == 0 || address.find('@', at + 1) != std::string::npos)
        return false;
    const std::string domain = address.substr(at + 1);
    return domain.find('.') != std::string::npos && domain.find("..") == std::string::npos &&
           !domain.starts_with('.') && !domain.ends_with('.');
}

// The address alone, or a name and the address in angle brackets.
bool is_one_recipient(std::string_view text, const std::string& address) {
    const std::string whole = lower(trimmed(text));
    const auto open = whole.find('<');
    if (open == std::string::npos) return whole == address;
    return whole.find('<', open + 1) == std::string::npos &&
           trimmed(std::string_view{whole}.substr(open)) == "<" + address + ">";
}

std::vector<connectors::Address> read_recipients(JsonBody& body, const char* field) {
    constexpr std::size_t recipients_max = 50;
    constexpr std::size_t recipient_bytes_max = 320;
    std::vector<connectors::Address> recipients;
    for (const std::string& text : body.texts(field, recipients_max, recipient_bytes_max)) {
        const std::string address = lower(address_in(text));
        if (!is_whole(address) || !is_one_recipient(text, address) ||
            std::ranges::any_of(text, is_control))
            body.complain(field, "\"" + text + "\" is no mail address; write lea@example.com");
        const auto open = text.find('<');
        const std::string_view name =
            open == std::string::npos ? std::string_view{} : std::string_view{text}.substr(0, open);
        recipients.push_back(
            {.kind = "email", .value = address, .name = std::string{trimmed(name, " \"")}});
    }
    return recipients;
}

}  // namespace

Draft read_draft(JsonBody& body) {
    Draft draft;
    draft.html = body.maybe_text("html", text_bytes_max).value_or("");
    draft.uploads = body.texts("attachments", uploads_max, upload_bytes_max);
    const bool enough = !draft.html.empty() || !draft.uploads.empty();
    draft.text = body.text("text", text_bytes_max, !enough);
    if (draft.text.empty()) draft.text = text_from_html(draft.html);
    draft.to = read_recipients(body, "to");
    draft.cc = read_recipients(body, "cc");
    draft.bcc = read_recipients(body, "bcc");
    draft.send_at = body.maybe_instant("send_at");
    return draft;
}

}  // namespace api
