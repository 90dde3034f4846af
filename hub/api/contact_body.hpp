// What the API takes about customers, checked and in the form in which it is kept.
#pragma once

#include "hub/api/json_body.hpp"

namespace api {

// The body of a new or changed contact; complains to `body`. `country` (ISO 3166 alpha-2): of phone
// numbers without a country's code.
model::ChangeContact read_contact_change(JsonBody& body, const std::string& country);

model::Organisation read_organisation(JsonBody& body);
model::AttributeDefinition read_attribute(JsonBody& body);
model::ValueFormula read_value_formula(JsonBody& body, model::ValueFormula known);
model::FollowUp read_follow_up(JsonBody& body, const model::FollowUp& known);

}  // namespace api
