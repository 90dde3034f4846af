// Private to the codec: helpers over the JSON library. Only *_json.cpp files include it.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "hub/model/event.hpp"
#include "hub/model/words.hpp"

namespace model::json_parts {

using Json = nlohmann::json;

// Bytes that are not UTF-8 become U+FFFD: a broken mail must never stop the log.
inline std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class Id>
Json id_json(Id id) {
    return is_some(id) ? Json(text_of(id)) : Json(nullptr);
}

template <class Id>
Id id_from(const Json& json, const char* key) {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) return Id{};
    return static_cast<Id>(std::stoull(found->get_ref<const std::string&>()));
}

template <class Id>
Id required_id(const Json& json, const char* key) {
    return static_cast<Id>(std::stoull(json.at(key).get_ref<const std::string&>()));
}

template <class Id>
Json ids_json(const std::vector<Id>& ids) {
    Json list = Json::array();
    for (const Id id : ids) list.push_back(text_of(id));
    return list;
}

template <class Id>
std::vector<Id> ids_from(const Json& json, const char* key) {
    std::vector<Id> ids;
    for (const Json& id : json.value(key, Json::array()))
        ids.push_back(static_cast<Id>(std::stoull(id.get_ref<const std::string&>())));
    return ids;
}

template <class Value>
Value word_from(const Json& json, const char* key) {
    const auto value = from_word<Value>(json.at(key).get_ref<const std::string&>());
    if (!value) throw std::runtime_error(std::string{"unknown word in "} + key);
    return *value;
}

inline Json time_json(const std::optional<Instant>& at) {
    return at ? Json(text_of(*at)) : Json(nullptr);
}

inline std::optional<Instant> maybe_time_from(const Json& json, const char* key) {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) return std::nullopt;
    const auto at = instant_of(found->get_ref<const std::string&>());
    if (!at) throw std::runtime_error(std::string{"not an instant: "} + key);
    return at;
}

inline Instant time_from(const Json& json, const char* key) {
    const auto at = maybe_time_from(json, key);
    if (!at) throw std::runtime_error(std::string{"missing instant: "} + key);
    return *at;
}

inline Json spoken(std::string_view text) {
    return Json(std::string{text});
}

Json clock_json(const sla::Clock& clock);
sla::Clock clock_from(const Json& json);
Json address_json(const connectors::Address& address);
connectors::Address address_from(const Json& json);
Json addresses_json(const std::vector<connectors::Address>& addresses);
std::vector<connectors::Address> addresses_from(const Json& json, const char* key);
Json decision_json(const routing::Decision& decision);
routing::Decision decision_from(const Json& json);
Json skill_needs_json(const std::vector<routing::SkillNeed>& needs);
std::vector<routing::SkillNeed> skill_needs_from(const Json& json, const char* key);
Json rule_body(const RoutingRule& rule);
RoutingRule rule_value(const Json& json);
RoutingSettings routing_settings_value(const Json& json);
Json parameters_json(const routing::Parameters& parameters);
Json message_body(const Message& message);
Message message_value(const Json& json);
Json inbox_body(const Inbox& inbox, bool with_secrets);
Inbox inbox_value(const Json& json);
Json agent_body(const Agent& agent);
Agent agent_value(const Json& json);
Json team_body(const Team& team);
Team team_value(const Json& json);
Json profile_json(const ContactProfile& profile);
ContactProfile profile_from(const Json& json);
Json escalation_json(const sla::Escalation& rule);
sla::Escalation escalation_from(const Json& json);
Json calendar_body(const sla::Calendar& calendar);
sla::Calendar calendar_value(const Json& json);
Json policy_body(const sla::Policy& policy);
sla::Policy policy_value(const Json& json);

// Of kinds 23 to 29, and 30 to 40.
Fact later_fact(std::size_t kind, const Json& json);
Fact routing_fact(std::size_t kind, const Json& json);

// Of kinds 41 and up; what is known about customers.
Fact customer_fact(std::size_t kind, const Json& json);
std::string payload_of(const ContactCreated& fact);
std::string payload_of(const ContactRenamed& fact);
std::string payload_of(const IdentityAdded& fact);
std::string payload_of(const ContactProfileChanged& fact);
std::string payload_of(const ContactFieldsChanged& fact);
std::string payload_of(const IdentityRemoved& fact);
std::string payload_of(const ConsentRecorded& fact);
std::string payload_of(const MembershipChanged& fact);
std::string payload_of(const ContactMerged& fact);
std::string payload_of(const ContactUnmerged& fact);
std::string payload_of(const OrganisationSaved& fact);
std::string payload_of(const ValueFormulaSaved& fact);
std::string payload_of(const ContactNoted& fact);
std::string payload_of(const InteractionLogged& fact);
std::string payload_of(const FollowUpSaved& fact);
std::string payload_of(const FollowUpDue& fact);
std::string payload_of(const AttributeSaved& fact);
Json identity_json(const Identity& identity);
Identity identity_from(const Json& json);

Json recipient_deliveries_json(const std::vector<RecipientDelivery>& recipients);
// Of the member "recipients"; none: none.
std::vector<RecipientDelivery> recipient_deliveries_from(const Json& json);
Json automatic_answers_json(const AutomaticAnswers& answers);
AutomaticAnswers automatic_answers_from(const Json& contact);
Json automatic_reply_json(const AutomaticReply& reply);
std::optional<AutomaticReply> automatic_reply_from(const Json& settings);

Json mailbox_json(const Mailbox& mailbox, bool with_secrets);
std::optional<Mailbox> mailbox_from(const Json& settings);

}  // namespace model::json_parts
