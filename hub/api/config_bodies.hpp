// Bodies of configuration -> values: the same shapes for the API and for `sportello apply`. What is
// wrong is remembered in the body (see json_body.hpp).
#pragma once

#include "hub/api/json_body.hpp"

namespace api {

void read_policy(JsonBody& body, sla::Policy& policy);
model::SetAvailability read_availability(JsonBody& body);
// Skills, languages and capacities of an agent, as far as the body tells them.
void read_abilities(JsonBody& body, model::Agent& agent);
std::vector<routing::SkillNeed> read_skill_needs(JsonBody& body, const char* field);
// Loads the zone's table from the system; blocks on a file once per zone.
void read_calendar(JsonBody& body, sla::Calendar& calendar);

}  // namespace api
