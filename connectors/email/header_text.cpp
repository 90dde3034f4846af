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

// The word around the @ at `at`.
std::string address_at(std::string_view text, std::size_t at) {
    const auto before =
        at == 0 ? std::string_view::npos : text.find_last_of(around_addresses, at - 1);
    const auto first = before == std::string_view::npos ? 0 : before + 1;
    const auto after = std::min(text.find_first_of(around_addresses, at), text.size());
    const std::string_view found = trimmed(text.substr(first, after - first), ".");
    const bool whole = found.size() > 2 && !found.starts_with('@') && !found.ends_with('@');
    return whole ? std::string{found} : std::string{};
}

}  // namespace

std::string address_in(std::string_view text) {
    // What stands in angle brackets is the address, whatever the name before it looks like.
    if (const auto open = text.rfind('<'); open != std::string_view::npos)
        if (const auto at = text.find('@', open); at != std::string_view::npos)
            if (std::string address = address_at(text, at); !address.empty()) return address;
    for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1))
        if (std::string address = address_at(text, at); !address.empty()) return address;
    // "MAILER-DAEMON" alone is an address to old servers.
    const std::string_view word = trimmed(text, " \t\r\n<>");
    const bool alone = word.find_first_of(" \t") == std::string_view::npos &&
                       word.find('@') == std::string_view::npos;
    return alone ? std::string{word} : std::string{};
}

std::vector<std::string> addresses_in(std::string_view text) {
    std::vector<std::string> addresses;
    for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1))
        if (std::string address = address_at(text, at); !address.empty())
            addresses.push_back(lower(address));
    return addresses;
}

std::string cut(std::string_view text, std::size_t most) {
    if (text.size() <= most) return std::string{text};
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
    return std::string{text.substr(0, most)};
}

}  // namespace connectors::email
