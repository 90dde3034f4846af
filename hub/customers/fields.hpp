// The fields of a contact: their names and what each may hold.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "hub/model/customers.hpp"

namespace customers {

enum class FieldForm : std::uint8_t {
    text,
    language,   // BCP 47: "it", "de-AT"
    time_zone,  // IANA: "Europe/Rome"
    country,    // ISO 3166 alpha-2
    amount,     // a number, 0 or more
    points,     // a number from 0 to 100
    flag,       // "yes"; "no" takes it away
    agent,      // an agent's id
    blob        // hex SHA-256 of what was uploaded
};

struct FieldRule {
    std::string_view name;
    FieldForm form = FieldForm::text;
    std::size_t bytes_max = 200;
};

std::span<const FieldRule> contact_fields();
inline constexpr std::string_view attribute_prefix = "attribute.";

struct Checked {
    std::string value;  // as it is stored: trimmed, in the field's form; empty takes it away
    std::string fault;  // in words, with what to write; empty: it is good
};

// `attributes`: the company's own fields. An unknown name is a fault.
Checked checked_field(std::string_view name, std::string_view value,
                      const std::map<model::AttributeId, model::AttributeDefinition>& attributes);

}  // namespace customers
