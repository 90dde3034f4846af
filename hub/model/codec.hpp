// Codec: events, entities and answers <-> JSON text. One text serves the log, the read table, the
// API and the feed, so each is written once. Golden bytes in tests/golden hold it still. Decoding
// throws std::runtime_error on damage.
#pragma once

#include <string>
#include <string_view>

#include "hub/model/command.hpp"
#include "hub/model/event.hpp"
#include "storage/rows.hpp"

namespace model {

storage::EventRow encode(const Event& event);
Event decode(const storage::EventRow& row);

// The message's own text inside an encoded message event, cut out so that it is not written a
// second time.
std::string message_body_of(const storage::EventRow& row, const Fact& fact);

std::string_view kind_of(const Fact& fact);
// Facts that change what a Directory holds: configuration and availability.
bool is_configuration(const Fact& fact);
std::string actor_text(const Actor& actor);

std::string to_json(const Team& team);
std::string to_json(const Inbox& inbox);  // without secrets: what the API shows
std::string to_json(const Agent& agent);
std::string to_json(const sla::Policy& policy);
std::string to_json(const sla::Calendar& calendar);  // without the zone's table: what the API shows
std::string stored_json(const sla::Calendar& calendar);
std::string to_json(const sla::Clock& clock);
std::string to_json(const Contact& contact);
std::string to_json(const Conversation& conversation);
std::string to_json(const Message& message);  // without the delivery, which changes
std::string to_json(const routing::Decision& decision);
std::string to_json(const routing::Parameters& parameters);
std::string to_json(const RoutingSettings& settings);
std::string to_json(const RoutingRule& rule);
std::string stored_json(const Inbox& inbox);  // with secrets: what the store keeps

Team team_from(std::string_view json);
Inbox inbox_from(std::string_view json);
Agent agent_from(std::string_view json);
sla::Policy policy_from(std::string_view json);
sla::Calendar calendar_from(std::string_view json);
sla::Clock clock_from(std::string_view json);
std::uint32_t removed_version(std::string_view policy_removed);  // of that event's payload
routing::Decision decision_from(std::string_view json);
RoutingSettings stored_routing_settings(std::string_view json);  // as the log has it
// The settings with what `json` names changed; a wrong name or value throws with the cure.
RoutingSettings changed_settings(RoutingSettings settings, std::string_view json);
RoutingRule rule_from(std::string_view json);
// What is left out keeps its default; a wrong name or value throws with the cure.
routing::Parameters parameters_from(std::string_view json);
// "09:00", "09:00:30", "24:00" as seconds after midnight, and back; nothing when it is no such
// time.
std::optional<std::int32_t> clock_time_of(std::string_view text);
std::string clock_time_text(std::int32_t seconds);
// "2026-12-25".
std::optional<std::chrono::year_month_day> date_of(std::string_view text);
std::string date_text(std::chrono::year_month_day date);
Contact contact_from(std::string_view json);
Conversation conversation_from(std::string_view json);
Message message_from(std::string_view json);

std::string to_json(const Organisation& organisation);
Organisation organisation_from(std::string_view json);
std::string to_json(const FollowUp& follow_up);
FollowUp follow_up_from(std::string_view json);
std::string to_json(const AttributeDefinition& attribute);
AttributeDefinition attribute_from(std::string_view json);
std::string to_json(const ValueFormula& formula);
ValueFormula value_formula_from(std::string_view json);

std::string to_json(const Answer& answer);
Answer answer_from(std::string_view json);

std::string to_json(const connectors::Outbound& outbound);
connectors::Outbound outbound_from(std::string_view json);

// The API's message: the stored body with its delivery put in.
std::string message_json(const storage::MessageRow& row);

std::string quoted(std::string_view text);  // a JSON string

}  // namespace model
