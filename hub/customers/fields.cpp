#include "hub/customers/fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace customers {
namespace {

constexpr auto rules = std::to_array<FieldRule>({
    {"name"},
    {"given_name"},
    {"family_name"},
    {"language", FieldForm::language, 35},
    {"time_zone", FieldForm::time_zone, 64},
    {"segment", FieldForm::text, 100},
    {"relationship", FieldForm::text, 100},
    {"owner", FieldForm::agent, 20},
    {"blocked", FieldForm::flag, 10},
    {"do_not_contact", FieldForm::flag, 10},
    {"revenue", FieldForm::amount, 20},
    {"potential", FieldForm::points, 20},
    {"loyalty", FieldForm::points, 20},
    {"influence", FieldForm::points, 20},
    {"street"},
    {"postal_code", FieldForm::text, 20},
    {"city"},
    {"province", FieldForm::text, 50},
    {"country", FieldForm::country, 2},
    {"website"},
    {"avatar", FieldForm::blob, 64},
});

bool all_of(std::string_view text, bool (*wanted)(char)) {
    return !text.empty() && std::ranges::all_of(text, wanted);
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return std::string{text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1)};
}

// RFC 5646, section 2.1: a language of two or three letters, then parts of letters and digits.
bool is_language(std::string_view text) {
    const std::string_view first = text.substr(0, text.find('-'));
    return first.size() >= 2 && first.size() <= 3 && all_of(first, is_letter) &&
           std::ranges::all_of(text,
                               [](char c) { return is_letter(c) || is_digit(c) || c == '-'; }) &&
           !text.ends_with('-') && text.find("--") == std::string_view::npos;
}

bool is_time_zone(std::string_view text) {
    return (text == "UTC" || text.find('/') != std::string_view::npos) && is_letter(text.front()) &&
           std::ranges::all_of(text, [](char c) {
               return is_letter(c) || is_digit(c) || c == '/' || c == '_' || c == '-' || c == '+';
           });
}

std::optional<double> number_of(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool good = error == std::errc{} && end == text.data() + text.size();
    return good && std::isfinite(value) ? std::optional{value} : std::nullopt;
}

bool is_one_line(std::string_view text) {
    return std::ranges::none_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < ' ' || byte == 0x7f;
    });
}

Checked checked_form(FieldForm form, std::string value) {
    switch (form) {
        case FieldForm::text:
            return {value, is_one_line(value) ? "" : "must be one line without control characters"};
        case FieldForm::language:
            return {value, is_language(value) ? "" : "must be a language like \"it\" or \"de-AT\""};
        case FieldForm::time_zone:
            return {value, is_time_zone(value) ? "" : "must be a time zone like \"Europe/Rome\""};
        case FieldForm::country: {
            const bool good = value.size() == 2 && all_of(value, is_letter);
            for (char& c : value)
                if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
            return {value, good ? "" : "must be a country of two letters like \"IT\""};
        }
        case FieldForm::amount: {
            const auto number = number_of(value);
            return {value, number && *number >= 0 ? "" : "must be a number of 0 or more"};
        }
        case FieldForm::points: {
            const auto number = number_of(value);
            const bool good = number && *number >= 0 && *number <= 100;
            return {value, good ? "" : "must be a number from 0 to 100"};
        }
        case FieldForm::flag:
            if (value == "yes" || value == "true" || value == "1") return {"yes", ""};
            if (value == "no" || value == "false" || value == "0") return {"", ""};
            return {value, "must be yes or no"};
        case FieldForm::agent:
            return {value, all_of(value, is_digit) && value.size() < 19
                               ? ""
                               : "must be the id of an agent"};
        case FieldForm::blob:
            break;
    }
    const bool hex = value.size() == 64 && std::ranges::all_of(value, [](char c) {
                         return is_digit(c) || (c >= 'a' && c <= 'f');
                     });
    return {value, hex ? "" : "must name an uploaded file"};
}

// "2026-11-22", of a month and a day that exist (leap years by the calendar's own rule).
bool is_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
    const auto part = [text](std::size_t at, std::size_t size) {
        int value = -1;
        const auto* end = text.data() + at + size;
        return std::from_chars(text.data() + at, end, value).ptr == end ? value : -1;
    };
    const int year = part(0, 4), month = part(5, 2), day = part(8, 2);
    if (year < 0 || month < 0 || day < 0) return false;
    return std::chrono::year_month_day{std::chrono::year{year},
                                       std::chrono::month(static_cast<unsigned>(month)),
                                       std::chrono::day(static_cast<unsigned>(day))}
        .ok();
}

Checked checked_attribute(const model::AttributeDefinition& attribute, std::string value) {
    switch (attribute.type) {
        case model::AttributeType::text:
            return {std::move(value), ""};
        case model::AttributeType::number:
            return {value, number_of(value) ? "" : "must be a number"};
        case model::AttributeType::date:
            return {value, is_date(value) ? "" : "must be a day like 2026-11-22"};
        case model::AttributeType::flag:
            return checked_form(FieldForm::flag, std::move(value));
        case model::AttributeType::choice:
            break;
    }
    std::string choices;
    for (const std::string& choice : attribute.choices)
        choices.append(choices.empty() ? "" : ", ").append(choice);
    const bool known = std::ranges::find(attribute.choices, value) != attribute.choices.end();
    return {value, known ? "" : "must be one of " + choices};
}

}  // namespace

std::span<const FieldRule> contact_fields() {
    return rules;
}

Checked checked_field(std::string_view name, std::string_view text,
                      const std::map<model::AttributeId, model::AttributeDefinition>& attributes) {
    std::string value = trimmed(text);
    constexpr std::size_t attribute_bytes_max = 2000;
    if (name.starts_with(attribute_prefix)) {
        const auto known = std::ranges::find_if(attributes, [name](const auto& one) {
            return one.second.key == name.substr(attribute_prefix.size());
        });
        if (known == attributes.end())
            return {"", "there is no such attribute; an administrator adds it first"};
        if (value.size() > attribute_bytes_max) return {"", "is longer than 2000 bytes"};
        return value.empty() ? Checked{} : checked_attribute(known->second, std::move(value));
    }
    const auto rule = std::ranges::find(rules, name, &FieldRule::name);
    if (rule == rules.end()) return {"", "is no field of a contact"};
    if (value.size() > rule->bytes_max)
        return {"", "is longer than " + std::to_string(rule->bytes_max) + " bytes"};
    return value.empty() ? Checked{} : checked_form(rule->form, std::move(value));
}

}  // namespace customers
