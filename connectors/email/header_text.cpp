#include "connectors/email/header_text.hpp"

#include <algorithm>

namespace connectors::email {

std::string lower(std::string_view text) {
    std::string out{text};
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

std::string_view trimmed(std::string_view text, const char* what) {
    const auto first = text.find_first_not_of(what);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(what) - first + 1);
}

namespace {

constexpr std::string_view around_addresses = " \t\r\n<>()[]\",;:|'`*";

// A word as an address; empty: it is none.
std::string address_of(std::string_view word) {
    const std::string_view found = trimmed(word, ".");
    const bool whole = found.size() > 2 && found.find('@') != std::string_view::npos &&
                       !found.starts_with('@') && !found.ends_with('@');
    return whole ? std::string{found} : std::string{};
}

// The next address from `at` on, which moves behind it: from word to word, so that a line full of @
// is read once.
std::string next_address(std::string_view text, std::size_t& at) {
    while (at < text.size()) {
        const auto first = std::min(text.find_first_not_of(around_addresses, at), text.size());
        at = std::min(text.find_first_of(around_addresses, first), text.size());
        if (std::string address = address_of(text.substr(first, at - first)); !address.empty())
            return address;
    }
    return {};
}

}  // namespace

std::string address_in(std::string_view text) {
    // What stands in angle brackets is the address, whatever the name before it looks like.
    std::size_t at = text.rfind('<');
    if (at != std::string_view::npos)
        if (std::string address = next_address(text, at); !address.empty()) return address;
    at = 0;
    if (std::string address = next_address(text, at); !address.empty()) return address;
    // "MAILER-DAEMON" alone is an address to old servers.
    const std::string_view word = trimmed(text, " \t\r\n<>");
    const bool alone = word.find_first_of(" \t") == std::string_view::npos &&
                       word.find('@') == std::string_view::npos;
    return alone ? std::string{word} : std::string{};
}

std::vector<std::string> addresses_in(std::string_view text) {
    constexpr std::size_t addresses_max = 1000;
    std::vector<std::string> addresses;
    for (std::size_t at = 0; addresses.size() < addresses_max;) {
        std::string address = next_address(text, at);
        if (address.empty()) break;
        addresses.push_back(lower(address));
    }
    return addresses;
}

bool is_sendable(std::string_view address) {
    return !address.empty() && std::ranges::none_of(address, [](unsigned char c) {
        return c <= ' ' || c == 0x7f || c == '<' || c == '>';
    });
}

std::string cut(std::string_view text, std::size_t most) {
    if (text.size() <= most) return std::string{text};
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
    return std::string{text.substr(0, most)};
}

}  // namespace connectors::email
