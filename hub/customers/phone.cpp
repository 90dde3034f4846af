#include "hub/customers/phone.hpp"

#include <algorithm>

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

}  // namespace

std::optional<std::string> e164(std::string_view text, std::string_view country) {
    std::string digits;
    bool international = false;
    const auto extension = text.find_first_of("xX#;");
    for (const char c : text.substr(0, extension)) {
        if (c >= '0' && c <= '9') {
            digits.push_back(c);
        } else if (c == '+' && digits.empty() && !international) {
            international = true;
        } else if (std::string_view{" \t-./()\xC2\xA0\xE2\x80\x91\x90\x93"}.find(c) ==
                   std::string_view::npos) {
            return std::nullopt;
        }
    }
    const CallingCode* home = code_of_country(country);
    if (!international && digits.starts_with("00")) {
        international = true;
        digits.erase(0, 2);
    } else if (!international && home != nullptr && home->code == "1" &&
               digits.starts_with("011")) {
        international = true;
        digits.erase(0, 3);
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

}  // namespace customers
