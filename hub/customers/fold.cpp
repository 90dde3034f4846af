#include "hub/customers/fold.hpp"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

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
    whole.foldCase();
    const icu::UnicodeString apart = U_SUCCESS(error) ? forms->normalize(whole, error) : whole;
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
    std::string word;
    const std::string whole = folded(text);
    for (const char c : whole) {
        const bool letter = static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') ||
                            (c >= '0' && c <= '9');
        if (letter) {
            word.push_back(c);
        } else if (!word.empty()) {
            words.push_back(std::move(word));
            word.clear();
        }
    }
    if (!word.empty()) words.push_back(std::move(word));
    return words;
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
