#include "hub/customers/identity.hpp"

#include <algorithm>

#include "hub/customers/phone.hpp"

namespace customers {
namespace {

constexpr std::size_t value_bytes_max = 320;

bool is_kind(std::string_view kind) {
    return !kind.empty() && kind.size() <= 30 && std::ranges::all_of(kind, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool is_mail_address(std::string_view text) {
    const auto at = text.rfind('@');
    const bool parts =
        at != std::string_view::npos && at > 0 && at + 1 < text.size() && text.find('@') == at;
    return parts && std::ranges::none_of(text, [](char c) {
               const auto byte = static_cast<unsigned char>(c);
               return byte <= ' ' || byte == 0x7f || c == '<' || c == '>' || c == ',' || c == ';';
           });
}

}  // namespace

Checked checked_identity(std::string_view kind, std::string_view text, std::string_view country) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (!is_kind(kind)) return {"", "a kind is \"email\", \"phone\" or the name of a network"};
    if (first == std::string_view::npos) return {"", "an identity needs a value"};
    std::string_view value = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
    if (value.size() > value_bytes_max) return {"", "is longer than 320 bytes"};
    if (kind == "email")
        return is_mail_address(value) ? Checked{lower(value), ""}
                                      : Checked{"", "must be a mail address like lea@example.org"};
    if (kind == "phone") {
        const auto number = e164(value, country);
        return number ? Checked{*number, ""}
                      : Checked{"", "must be a telephone number; outside " + std::string{country} +
                                        " begin with + and the country's code"};
    }
    if (value.starts_with('@')) value.remove_prefix(1);
    return {lower(value), value.empty() ? "an identity needs a value" : ""};
}

}  // namespace customers
