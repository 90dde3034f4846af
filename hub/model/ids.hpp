// Gathers the ids that the leaves own, under the hub's namespace.
#pragma once

#include <functional>
#include <string>

#include "connectors/ids.hpp"
#include "routing/facts.hpp"
#include "sla/calendar.hpp"
#include "sla/policy.hpp"
#include "storage/ids.hpp"

namespace model {

using Instant = storage::Instant;
using Seq = storage::Seq;
using connectors::Channel;
using connectors::InboxId;
using routing::AgentId;
using routing::Availability;
using routing::TeamId;
using sla::CalendarId;
using sla::PolicyId;
using storage::AttachmentId;
using storage::ContactId;
using storage::ConversationId;
using storage::MessageId;

template <class Id>
constexpr std::uint64_t number(Id id) {
    return static_cast<std::uint64_t>(id);
}

template <class Id>
constexpr bool is_some(Id id) {
    return number(id) != 0;
}

template <class Id>
std::string text_of(Id id) {
    return std::to_string(number(id));
}

}  // namespace model
