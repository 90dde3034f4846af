#include "hub/customers/postal.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "hub/customers/fold.hpp"

namespace customers {
namespace {

// Abbreviations of kinds of street that mean one thing at the beginning of an address; dots and
// slashes left out, lower case.
struct StreetKind {
    std::string_view brief;
    std::string_view whole;
};
constexpr auto street_kinds = std::to_array<StreetKind>(
    {{"v", "Via"},           {"vle", "Viale"},           {"vl", "Viale"},
     {"vlo", "Vicolo"},      {"vic", "Vicolo"},          {"vco", "Vico"},
     {"pzza", "Piazza"},     {"pza", "Piazza"},          {"pz", "Piazza"},
     {"p", "Piazza"},        {"ple", "Piazzale"},        {"pzle", "Piazzale"},
     {"ptta", "Piazzetta"},  {"cso", "Corso"},           {"lgo", "Largo"},
     {"str", "Strada"},      {"sda", "Strada"},          {"strle", "Stradale"},
     {"trav", "Traversa"},   {"cda", "Contrada"},        {"contr", "Contrada"},
     {"loc", "Località"},    {"loctà", "Località"},      {"fraz", "Frazione"},
     {"fr", "Frazione"},     {"bta", "Borgata"},         {"bgo", "Borgo"},
     {"rne", "Rione"},       {"reg", "Regione"},         {"voc", "Vocabolo"},
     {"cna", "Cascina"},     {"casc", "Cascina"},        {"circne", "Circonvallazione"},
     {"gall", "Galleria"},   {"sal", "Salita"},          {"lgomare", "Lungomare"},
     {"lmare", "Lungomare"}, {"lgotev", "Lungotevere"},  {"cpo", "Campo"},
     {"fta", "Fondamenta"},  {"zi", "Zona Industriale"}, {"za", "Zona Artigianale"}});

// States and exclaves with codes of their own among those of a province.
constexpr auto special_codes = std::to_array<std::string_view>({"00120"});

std::string value_of(const model::Fields& fields, const char* name) {
    const auto field = fields.find(name);
    return field == fields.end() ? "" : field->second.value;
}

std::string upper(std::string text) {
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
}

bool is_postal_code(std::string_view text) {
    return text.size() == 5 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "I-20121", "IT 20121" and codes that a spreadsheet took for numbers: "185" for "00185".
std::string proposed_code(std::string_view text) {
    std::string digits;
    for (const char c : text)
        if (c >= '0' && c <= '9') digits.push_back(c);
    if (digits.empty() || digits.size() > 5) return {};
    return std::string(5 - digits.size(), '0') + digits;
}

bool holds(std::string_view ranges, std::string_view code) {
    while (!ranges.empty()) {
        const std::string_view one = ranges.substr(0, ranges.find(','));
        ranges.remove_prefix(std::min(one.size() + 1, ranges.size()));
        const std::string_view from = one.substr(0, 5);
        const std::string_view to = one.size() > 5 ? one.substr(6) : from;
        if (from <= code && code <= to) return true;
    }
    return false;
}

const Province* province_of_code(std::string_view code) {
    for (const Province& province : italian_provinces())
        if (holds(province.codes, code)) return &province;
    return nullptr;
}

const Province* province_named(const std::string& text) {
    const std::string code = upper(text);
    const std::string name = folded(text);
    for (const Province& province : italian_provinces())
        if (province.code == code || folded(province.name) == name) return &province;
    return nullptr;
}

void check_street(const std::string& street, std::vector<AddressFinding>& findings) {
    const auto end = std::min(street.find(' '), street.size());
    const auto kind_of = [&street](std::size_t size) {
        std::string brief;
        for (const char c : street.substr(0, size))
            if (c != '.' && c != '/' && c != '\'')
                brief.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
        return std::ranges::find(street_kinds, brief, &StreetKind::brief);
    };
    // "P.zza" and "C/so": the first word without its dots; "V.Roma" has no space after it.
    std::size_t cut = end;
    auto kind = kind_of(cut);
    const auto dot = street.find('.');
    if (kind == street_kinds.end() && dot < end) kind = kind_of(cut = dot + 1);
    if (kind == street_kinds.end() || cut >= street.size()) return;
    std::string rest = street.substr(cut);
    if (!rest.starts_with(' ')) rest.insert(0, " ");
    findings.push_back(
        {"street", "the kind of street is abbreviated", std::string{kind->whole} + rest});
}

// "VIA GARIBALDI" as people write it: capitals at the beginning of words alone.
std::string in_small_letters(const std::string& text) {
    std::string out;
    bool begins = true;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out.push_back(static_cast<char>(begins ? std::toupper(byte) : std::tolower(byte)));
        begins = c == ' ' || c == '\'' || c == '-' || c == '.';
    }
    return out;
}

void check_capitals(const char* field, const std::string& text,
                    std::vector<AddressFinding>& findings) {
    constexpr std::size_t letters_min = 5;
    std::size_t letters = 0;
    for (const char c : text) {
        if (std::islower(static_cast<unsigned char>(c)) != 0 ||
            static_cast<unsigned char>(c) >= 0x80)
            return;
        if (std::isupper(static_cast<unsigned char>(c)) != 0) ++letters;
    }
    if (letters >= letters_min)
        findings.push_back({field, "is written in capitals", in_small_letters(text)});
}

}  // namespace

std::vector<AddressFinding> check_address(const model::Fields& fields) {
    std::vector<AddressFinding> findings;
    const std::string country = value_of(fields, "country");
    if (!country.empty() && country != "IT") return findings;
    const std::string code = value_of(fields, "postal_code");
    const std::string province = value_of(fields, "province");
    if (const std::string street = value_of(fields, "street"); !street.empty()) {
        check_street(street, findings);
        if (findings.empty()) check_capitals("street", street, findings);
    }
    check_capitals("city", value_of(fields, "city"), findings);
    const Province* named = province.empty() ? nullptr : province_named(province);
    const bool good_code = is_postal_code(code);
    const Province* by_code = good_code ? province_of_code(code) : nullptr;
    if (!code.empty() && !good_code)
        findings.push_back({"postal_code", "a postal code has five digits", proposed_code(code)});
    else if (good_code && by_code == nullptr &&
             std::ranges::find(special_codes, code) == special_codes.end())
        findings.push_back({"postal_code", "no province has this postal code", ""});
    const std::string likely = by_code == nullptr ? "" : std::string{by_code->code};
    if (!province.empty() && named == nullptr)
        findings.push_back({"province", "there is no such province", likely});
    else if (named != nullptr && by_code != nullptr && !holds(named->codes, code))
        findings.push_back(
            {"province", "the postal code belongs to " + std::string{by_code->name}, likely});
    else if (named != nullptr && named->code != province)
        findings.push_back(
            {"province", "a province is written as two letters", std::string{named->code}});
    return findings;
}

}  // namespace customers
