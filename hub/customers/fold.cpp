#include "hub/customers/fold.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>

namespace customers {
namespace {

bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string ascii_lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool is_mark(UChar32 c) {
    const auto category = u_charType(c);
    return category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK ||
           category == U_COMBINING_SPACING_MARK;
}

}  // namespace

std::string folded(std::string_view text) {
    if (is_plain(text)) return ascii_lower(text);
    UErrorCode error = U_ZERO_ERROR;
    const auto* forms = icu::Normalizer2::getNFKDInstance(error);
    icu::UnicodeString whole = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
    if (U_FAILURE(error)) return ascii_lower(text);
    // Taken apart before and after folding: showy capitals become letters first.
    whole = forms->normalize(whole, error);
    whole.foldCase();
    const icu::UnicodeString apart = forms->normalize(whole, error);
    icu::UnicodeString kept;
    for (std::int32_t i = 0; i < apart.length();) {
        const UChar32 c = apart.char32At(i);
        i += U16_LENGTH(c);
        if (!is_mark(c)) kept.append(c);
    }
    std::string out;
    kept.toUTF8String(out);
    return out;
}

std::vector<std::string> folded_words(std::string_view text) {
    std::vector<std::string> words;
    const std::string whole = folded(text);
    const auto size = static_cast<std::int32_t>(whole.size());
    bool in_word = false;
    for (std::int32_t i = 0; i < size;) {
        const auto begin = static_cast<std::size_t>(i);
        UChar32 c = 0;
        U8_NEXT(whole.data(), i, size, c);
        const bool letter = c >= 0 && u_isalnum(c) != 0;
        if (letter && !in_word) words.emplace_back();
        if (letter) words.back().append(whole, begin, static_cast<std::size_t>(i) - begin);
        in_word = letter;
    }
    return words;
}

std::string sort_key(std::string_view text) {
    std::string key;
    for (const std::string& word : folded_words(text))
        key.append(key.empty() ? "" : " ").append(word);
    return key.empty() ? folded(text) : key;
}

std::string mail_key(std::string_view address) {
    std::string whole = folded(address);
    const auto at = whole.rfind('@');
    if (at == std::string::npos) return whole;
    std::string local = whole.substr(0, at);
    std::string domain = whole.substr(at + 1);
    if (domain == "googlemail.com") domain = "gmail.com";
    if (const auto plus = local.find('+'); plus != std::string::npos && plus > 0)
        local.resize(plus);
    if (domain == "gmail.com") std::erase(local, '.');
    return local + "@" + domain;
}

}  // namespace customers
