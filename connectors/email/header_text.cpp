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

std::string address_in(std::string_view text) {
    const auto at = text.find('@');
    if (at == std::string_view::npos) {
        // "MAILER-DAEMON" alone is an address to old servers.
        const std::string_view word = trimmed(text, " \t\r\n<>");
        return word.find_first_of(" \t") == std::string_view::npos ? std::string{word} : "";
    }
    constexpr std::string_view ends = " \t\r\n<>()[]\",;:|'`*";
    const auto before = at == 0 ? std::string_view::npos : text.find_last_of(ends, at - 1);
    const auto first = before == std::string_view::npos ? 0 : before + 1;
    const auto after = std::min(text.find_first_of(ends, at), text.size());
    const std::string_view found = trimmed(text.substr(first, after - first), ".");
    return found.size() > 2 && !found.starts_with('@') && !found.ends_with('@') ? std::string{found}
                                                                                : std::string{};
}

}  // namespace connectors::email
