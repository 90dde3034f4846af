// The words of the enumerations, as they stand in JSON. Reading an unknown word yields nothing.
#pragma once

#include <optional>
#include <string_view>

#include "hub/model/event.hpp"

namespace model {

std::string_view word(Channel value);
std::string_view word(Role value);
std::string_view word(Status value);
std::string_view word(Priority value);
std::string_view word(Direction value);
std::string_view word(Visibility value);
std::string_view word(MessageKind value);
std::string_view word(DeliveryState value);
std::string_view word(AuthorType value);
std::string_view word(SenderName value);
std::string_view word(AutomaticReplyWhen value);
std::string_view word(connectors::OutcomeKind value);
std::string_view word(connectors::ConnectionSecurity value);
std::string_view word(connectors::AfterIntake value);
std::string_view word(Availability value);
std::string_view word(sla::Metric value);
std::string_view word(sla::ClockState value);
std::string_view word(routing::Exclusion value);
std::string_view word(routing::Policy value);
std::string_view word(QueueMode value);
std::string_view word(OfferEnd value);
std::string_view word(sla::VoidReason value);
std::string_view word(sla::LegKind value);
std::string_view word(sla::EscalationAction value);
std::string_view word(SlaChange value);
std::string_view word(AssignedBy value);
std::string_view word(Source value);
std::string_view word(ConsentState value);
std::string_view word(BuyingRole value);
std::string_view word(FollowUpKind value);
std::string_view word(FollowUpState value);
std::string_view word(InteractionKind value);
std::string_view word(AttributeType value);

template <class Value>
std::optional<Value> from_word(std::string_view text);

// RFC 3339 in UTC with microseconds, "2026-11-22T02:40:00.123456Z".
std::string text_of(Instant at);
std::optional<Instant> instant_of(std::string_view text);

}  // namespace model
