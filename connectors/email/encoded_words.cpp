#include "connectors/email/encoded_words.hpp"

#include <glib.h>

#include <algorithm>
#include <optional>

#include "connectors/email/header_text.hpp"

namespace connectors::email {
namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string to_base64(std::string_view bytes) {
    char* text = g_base64_encode(reinterpret_cast<const guchar*>(bytes.data()), bytes.size());
    std::string out = text;
    g_free(text);
    return out;
}

std::string from_base64(std::string_view text) {
    gsize size = 0;
    guchar* bytes = g_base64_decode(std::string{text}.c_str(), &size);
    std::string out{reinterpret_cast<const char*>(bytes), size};
    g_free(bytes);
    return out;
}

// "=?charset?B?payload?="
struct Word {
    std::string_view charset;
    std::string_view payload;
    std::size_t end = 0;  // behind it
};

std::optional<Word> base64_word(std::string_view text, std::size_t at) {
    if (!text.substr(at).starts_with("=?")) return std::nullopt;
    const auto encoding = text.find('?', at + 2);
    if (encoding == std::string_view::npos || encoding + 2 >= text.size()) return std::nullopt;
    const char kind = text[encoding + 1];
    if ((kind != 'B' && kind != 'b') || text[encoding + 2] != '?') return std::nullopt;
    const auto end = text.find('?', encoding + 3);
    if (end == std::string_view::npos || end + 1 >= text.size() || text[end + 1] != '=')
        return std::nullopt;
    Word word{text.substr(at + 2, encoding - at - 2), text.substr(encoding + 3, end - encoding - 3),
              end + 2};
    if (word.charset.find_first_of(blanks) != std::string_view::npos ||
        word.payload.find_first_of(blanks) != std::string_view::npos)
        return std::nullopt;
    return word;
}

// The word behind the blanks at `at`, if it belongs to the same text.
std::optional<Word> neighbour(std::string_view text, std::size_t at, std::string_view charset) {
    const auto next = text.find_first_not_of(blanks, at);
    if (next == at || next == std::string_view::npos) return std::nullopt;
    const auto word = base64_word(text, next);
    return word && lower(word->charset) == lower(charset) ? word : std::nullopt;
}

}  // namespace

std::string encoded_words(std::string_view text) {
    constexpr std::size_t piece_bytes_max = 42;
    std::string words;
    while (!text.empty()) {
        const std::string piece = cut(text, piece_bytes_max);
        words.append(words.empty() ? "=?utf-8?B?" : " =?utf-8?B?")
            .append(to_base64(piece))
            .append("?=");
        text.remove_prefix(std::max<std::size_t>(piece.size(), 1));
    }
    return words;
}

bool has_padded_neighbours(std::string_view value) {
    for (auto at = value.find("=?="); at != std::string_view::npos;
         at = value.find("=?=", at + 1)) {
        const auto next = value.find_first_not_of(blanks, at + 3);
        if (next != at + 3 && next != std::string_view::npos &&
            value.substr(next).starts_with("=?"))
            return true;
    }
    return false;
}

std::string joined_words(std::string_view value) {
    std::string out;
    out.reserve(value.size());
    for (std::size_t at = 0; at < value.size();) {
        const auto open = std::min(value.find("=?", at), value.size());
        out.append(value.substr(at, open - at));
        at = open;
        if (at == value.size()) break;
        const auto first = base64_word(value, at);
        if (!first) {
            out.append(value.substr(at, 2));
            at += 2;
            continue;
        }
        std::string bytes = from_base64(first->payload);
        at = first->end;
        while (const auto next = neighbour(value, at, first->charset)) {
            bytes += from_base64(next->payload);
            at = next->end;
        }
        out.append("=?").append(first->charset).append("?B?").append(to_base64(bytes)).append("?=");
    }
    return out;
}

}  // namespace connectors::email
