#include "hub/customers/phone.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace customers {
namespace {

bool serves(const CallingCode& code, std::string_view country) {
    for (std::size_t i = 0; i + 1 < code.countries.size(); i += 2)
        if (code.countries.substr(i, 2) == country) return true;
    return false;
}

const CallingCode* code_of_country(std::string_view country) {
    const auto codes = calling_codes();
    const auto found = std::ranges::find_if(
        codes, [country](const CallingCode& code) { return serves(code, country); });
    return found == codes.end() ? nullptr : &*found;
}

// The one whose digits the number begins with; no code is the beginning of another.
const CallingCode* code_of_number(std::string_view digits) {
    const auto codes = calling_codes();
    const auto found = std::ranges::find_if(
        codes, [digits](const CallingCode& code) { return digits.starts_with(code.code); });
    return found == codes.end() ? nullptr : &*found;
}

std::optional<std::string> joined(const CallingCode& code, std::string_view national) {
    constexpr std::size_t all_digits_max = 15;  // E.164, 6.2
    const bool fits = national.size() >= code.digits_min && national.size() <= code.digits_max;
    const std::size_t length = code.code.size() + national.size();
    if (!fits || length > all_digits_max) return std::nullopt;
    return "+" + std::string{code.code} + std::string{national};
}

// "+44 (0)20 …" is written with both, and means neither twice.
std::string_view without_trunk(const CallingCode& code, std::string_view national) {
    const bool has = !code.trunk.empty() && national.starts_with(code.trunk) &&
                     national.size() > code.digits_min;
    return has ? national.substr(code.trunk.size()) : national;
}

// What people write around a number: "Tel.: …" before it, "ext. 12" or "(WhatsApp)" after it.
std::string_view without_words(std::string_view text) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto first = text.find_first_of("+0123456789(");
    if (first == std::string_view::npos) return text;
    std::string before;
    for (const char c : text.substr(0, first))
        if (is_letter(c)) before.push_back(static_cast<char>(c | 0x20));
    static constexpr auto headings = std::to_array<std::string_view>(
        {"", "tel", "telefono", "telefon", "phone", "cell", "cel", "cellulare", "mobile", "mob",
         "handy", "fax", "whatsapp", "t", "m"});
    if (std::ranges::find(headings, before) == headings.end()) return text;
    text.remove_prefix(first);
    constexpr std::size_t digits_min = 6;
    std::size_t digits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] >= '0' && text[i] <= '9') ++digits;
        const bool ends = is_letter(text[i]) || text[i] == '#' || text[i] == ';';
        if (!ends) continue;
        static constexpr auto tails =
            std::to_array<std::string_view>({"x", "ext", "int", "interno", "whatsapp", "#", ";"});
        std::string after;
        for (const char c : text.substr(i, 12)) {
            if (!is_letter(c) && c != '#' && c != ';') break;
            after.push_back(is_letter(c) ? static_cast<char>(c | 0x20) : c);
        }
        const bool known = std::ranges::any_of(tails, [&after](std::string_view tail) {
            return after == tail || (tail.size() == 1 && after.starts_with(tail));
        });
        return digits >= digits_min && known ? text.substr(0, i) : text;
    }
    return text;
}

// The digits, and whether a + stands before them; nothing when there is anything else but the signs
// and spaces with which numbers are grouped, seen or unseen.
std::optional<std::pair<std::string, bool>> digits_of(std::string_view text) {
    std::string digits;
    bool plus = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c >= '0' && c <= '9') {
            digits.push_back(c);
        } else if (c == '+' && digits.empty() && !plus) {
            plus = true;
        } else if (text.substr(i).starts_with("\xC2\xA0")) {
            i += 1;
        } else if (text.substr(i).starts_with("\xE2\x80") ||
                   text.substr(i).starts_with("\xE2\x81")) {
            i += 2;  // U+2000 to U+207F: spaces, hyphens, marks of direction
        } else if (std::string_view{" \t-./()"}.find(c) == std::string_view::npos) {
            return std::nullopt;
        }
    }
    return std::pair{std::move(digits), plus};
}

}  // namespace

std::optional<std::string> e164(std::string_view text, std::string_view country) {
    const auto read = digits_of(without_words(text));
    if (!read) return std::nullopt;
    auto [digits, international] = *read;
    const CallingCode* home = code_of_country(country);
    if (!international && digits.starts_with("00")) {
        international = true;
        digits.erase(0, 2);
    } else if (!international && home != nullptr && home->code == "1" &&
               digits.starts_with("011")) {
        international = true;
        digits.erase(0, 3);
    } else if (!international && home != nullptr && digits.starts_with(home->code)) {
        // "39 333 1234567": too long to be a number inside the country.
        constexpr std::size_t national_digits_usual = 9;
        international = digits.size() >= home->code.size() + national_digits_usual;
    }
    if (international) {
        const CallingCode* code = code_of_number(digits);
        if (code == nullptr) return std::nullopt;
        return joined(*code,
                      without_trunk(*code, std::string_view{digits}.substr(code->code.size())));
    }
    if (home == nullptr) return std::nullopt;
    return joined(*home, without_trunk(*home, digits));
}

std::optional<std::string> e164_beginning(std::string_view text, std::string_view country) {
    constexpr std::size_t digits_min = 3;
    const auto read = digits_of(text);
    if (!read || read->first.size() < digits_min) return std::nullopt;
    const auto& [digits, plus] = *read;
    if (plus) return "+" + digits;
    if (digits.starts_with("00")) return "+" + digits.substr(2);
    const CallingCode* home = code_of_country(country);
    if (home == nullptr) return std::nullopt;
    const bool has_trunk = !home->trunk.empty() && digits.starts_with(home->trunk);
    return "+" + std::string{home->code} + digits.substr(has_trunk ? home->trunk.size() : 0);
}

}  // namespace customers
