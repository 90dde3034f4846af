// Telephone numbers in one form: E.164, "+393331234567".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace customers {

struct CallingCode {
    std::string_view code;       // "39"
    std::string_view countries;  // ISO 3166 alpha-2, one after the other: "ITVA"
    std::string_view trunk;      // dialled inside the country only; "" where there is none
    unsigned digits_min = 0;     // of a national number, without the trunk prefix
    unsigned digits_max = 0;
};
std::span<const CallingCode> calling_codes();

// Whatever way people write a number, "+39 333 1234567", "0039-333…", "(02) 1234", as E.164.
// `country` (ISO 3166 alpha-2) is that of numbers without a country's code. Nothing when it cannot
// be a number there: too short, too long, or with letters. Italy keeps its leading 0.
std::optional<std::string> e164(std::string_view text, std::string_view country);

// The beginning of a number while it is being typed, in the same form; nothing below three digits.
std::optional<std::string> e164_beginning(std::string_view text, std::string_view country);

}  // namespace customers
