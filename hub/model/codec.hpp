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
std::string actor_text(const Actor& actor);

std::string to_json(const Team& team);
std::string to_json(const Inbox& inbox);  // without secrets: what the API shows
std::string to_json(const Agent& agent);
std::string to_json(const sla::Policy& policy);
std::string to_json(const Contact& contact);
std::string to_json(const Conversation& conversation);
std::string to_json(const Message& message);  // without the delivery, which changes
std::string to_json(const routing::Decision& decision);
std::string stored_json(const Inbox& inbox);  // with secrets: what the store keeps

Team team_from(std::string_view json);
Inbox inbox_from(std::string_view json);
Agent agent_from(std::string_view json);
sla::Policy policy_from(std::string_view json);
Contact contact_from(std::string_view json);
Conversation conversation_from(std::string_view json);
Message message_from(std::string_view json);

std::string to_json(const Answer& answer);
Answer answer_from(std::string_view json);

std::string to_json(const connectors::Outbound& outbound);
connectors::Outbound outbound_from(std::string_view json);

// The API's message: the stored body with its delivery put in.
std::string message_json(const storage::MessageRow& row);

std::string quoted(std::string_view text);  // a JSON string

}  // namespace model
