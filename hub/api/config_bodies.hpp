// Bodies of configuration -> values: the same shapes for the API and for `sportello apply`. What is
// wrong is remembered in the body (see json_body.hpp).
#pragma once

#include "hub/api/json_body.hpp"

namespace api {

inline constexpr std::uint64_t rank_max = 1'000'000;
inline constexpr std::uint64_t weight_max = 100;  // units of one conversation
inline constexpr std::uint64_t wrap_up_seconds_max = 120;
inline constexpr std::size_t rule_bytes_max = 16 * 1024;

// Of an inbox for mail: {"signature", "undo_seconds", "sender_name", "automatic_reply"}. What is
// left out stays; an automatic_reply of null is none.
void read_mail_settings(JsonBody& settings, model::Inbox& inbox);

void read_policy(JsonBody& body, sla::Policy& policy);
model::SetAvailability read_availability(JsonBody& body);
// Skills, languages and capacities of an agent, as far as the body tells them.
void read_abilities(JsonBody& body, model::Agent& agent);
std::vector<routing::SkillNeed> read_skill_needs(JsonBody& body, const char* field);
// Loads the zone's table from the system; blocks on a file once per zone.
void read_calendar(JsonBody& body, sla::Calendar& calendar);

}  // namespace api
