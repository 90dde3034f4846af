// Events: what happened, in the past tense, as a closed set. They are the log; everything else can
// be rebuilt from them. A fact, once released, keeps its meaning for ever: change the codec's
// version, never the past.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "hub/model/entities.hpp"
#include "routing/choose.hpp"

namespace model {

struct TeamSaved {
    Team team;
};
struct InboxSaved {
    Inbox inbox;
};
struct AgentSaved {
    Agent agent;
};
struct PolicySaved {
    sla::Policy policy;
};
struct AvailabilityChanged {
    AgentId agent{};
    Availability availability = Availability::offline;
};

struct ContactCreated {
    std::string name;
};
struct ContactRenamed {
    std::string name;
};
struct IdentityAdded {
    Identity identity;
};

struct ConversationOpened {
    std::uint64_t number = 0;
    InboxId inbox{};
    Channel channel = Channel::email;
    TeamId team{};
    std::string subject;
    connectors::Address reply_address;
};
struct MessageReceived {
    Message message;
    std::vector<std::string> thread_ids;
    std::string receipt_key;
};
struct ReplyQueued {
    Message message;
};
struct NoteAdded {
    Message message;
};
struct DeliveryChanged {
    MessageId message{};
    DeliveryState state = DeliveryState::queued;
    std::string reason;
};
struct StatusChanged {
    Status from = Status::open;
    Status to = Status::open;
    std::optional<Instant> until;
};
struct PriorityChanged {
    Priority from = Priority::normal;
    Priority to = Priority::normal;
};
struct TagsChanged {
    std::vector<std::string> tags;
};

enum class AssignedBy : std::uint8_t { routing, hand, taking, leaving };
struct Assigned {
    AgentId from_agent{};
    AgentId to_agent{};
    TeamId from_team{};
    TeamId to_team{};
    AssignedBy by = AssignedBy::hand;
};
struct RoutingDecided {
    TeamId team{};
    std::uint32_t weight = 1;
    routing::Decision decision;
};

struct SlaStarted {
    sla::Clock clock;
};
struct SlaWarned {
    sla::Metric metric = sla::Metric::first_response;
};
struct SlaBreached {
    sla::Metric metric = sla::Metric::first_response;
    Instant due_at{};
};
struct SlaEnded {
    sla::Metric metric = sla::Metric::first_response;
    sla::ClockState state = sla::ClockState::met;
    Instant at{};
};

struct ItemQuarantined {
    InboxId inbox{};
    std::string reason;
    std::string sha256;
};

using Fact = std::variant<TeamSaved, InboxSaved, AgentSaved, PolicySaved, AvailabilityChanged,
                          ContactCreated, ContactRenamed, IdentityAdded, ConversationOpened,
                          MessageReceived, ReplyQueued, NoteAdded, DeliveryChanged, StatusChanged,
                          PriorityChanged, TagsChanged, Assigned, RoutingDecided, SlaStarted,
                          SlaWarned, SlaBreached, SlaEnded, ItemQuarantined>;

struct Actor {
    AuthorType type = AuthorType::system;
    std::uint64_t id = 0;
};

struct Event {
    Seq seq = 0;
    Instant at{};
    Actor actor;
    ContactId contact{};
    ConversationId conversation{};
    Fact fact;
};

}  // namespace model
