#include "hub/api/mail_body.hpp"

#include "connectors/email/header_text.hpp"

namespace api {

using namespace connectors::email;

std::vector<connectors::Address> read_recipients(JsonBody& body, const char* field) {
    constexpr std::size_t recipients_max = 50;
    constexpr std::size_t recipient_bytes_max = 320;
    std::vector<connectors::Address> recipients;
    for (const std::string& text : body.texts(field, recipients_max, recipient_bytes_max)) {
        const std::string address = lower(address_in(text));
        const auto at = address.find('@');
        const bool whole = at != std::string::npos && at > 0 &&
                           address.find('.', at) != std::string::npos &&
                           text.find_first_of("\r\n") == std::string::npos;
        if (!whole)
            body.complain(field, "\"" + text + "\" is no mail address; write lea@example.com");
        const auto open = text.find('<');
        const std::string_view name =
            open == std::string::npos ? std::string_view{} : std::string_view{text}.substr(0, open);
        recipients.push_back(
            {.kind = "email", .value = address, .name = std::string{trimmed(name, " \"")}});
    }
    return recipients;
}

}  // namespace api
