// Events: what happened, in the past tense, as a closed set. They are the log; everything else can
// be rebuilt from them. A fact, once released, keeps its meaning for ever: change the codec's
// version, never the past.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "hub/model/entities.hpp"
#include "routing/decision.hpp"

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
    std::string label;            // the agent's own word for it: "lunch"
    bool takes_sessions = false;  // per channel family
    bool takes_asynchronous = false;
    std::optional<Instant> shift_ends;
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
    ConversationId asks_to_join{};
};
struct MessageReceived {
    Message message;
    std::vector<std::string> thread_ids;
    std::string receipt_key;
};
struct ReplyQueued {
    Message message;
    std::optional<Instant> held_until;  // it can be taken back until then
};
struct NoteAdded {
    Message message;
};
struct DeliveryChanged {
    MessageId message{};
    DeliveryState state = DeliveryState::queued;
    std::string reason;
    std::vector<RecipientDelivery> recipients;  // whose state is known now, where there are several
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
    AgentId kept_for{};  // it waits, but for this agent first (R22)
};
struct RoutingDecided {
    TeamId team{};
    std::uint32_t weight = 1;
    routing::Decision decision;
};

// Facts about promises carry the clock as it stands afterwards.
struct SlaStarted {
    sla::Clock clock;
};
struct SlaWarned {
    sla::Clock clock;
    std::uint32_t percent = 0;  // of the budget
};
struct SlaBreached {
    sla::Clock clock;  // breached at its due instant, whenever that was noticed (S11)
};
struct SlaEnded {
    sla::Clock clock;
};
enum class SlaChange : std::uint8_t { paused, resumed, reopened, retargeted, answer_undelivered };
struct SlaChanged {
    SlaChange change = SlaChange::paused;
    sla::Clock clock;
};
struct Escalated {
    std::uint32_t clock = 0;  // its number
    sla::Metric metric = sla::Metric::first_response;
    PolicyId policy{};
    sla::Escalation rule;
    std::vector<AgentId> notified;
};

struct ItemQuarantined {
    InboxId inbox{};
    std::string reason;
    std::string sha256;
};

struct CalendarSaved {
    sla::Calendar calendar;
};
struct PolicyRemoved {
    PolicyId policy{};
    std::uint32_t version = 0;  // its last
};
struct ContactProfileChanged {
    ContactProfile profile;
};
// An agent says that the customer waits for nothing (S9), a supervisor waives an answer (P1).
struct AnswerWaived {
    std::string reason;
};
struct SpamMarked {
    bool is_spam = true;
};

struct RoutingSettingsSaved {
    RoutingSettings settings;
};
// The agent's last console went away, or one came back.
struct ConnectionChanged {
    AgentId agent{};
    bool connected = false;
};
struct Offered {
    AgentId agent{};
    Instant until{};
};
enum class OfferEnd : std::uint8_t { accepted, declined, lapsed, withdrawn };
struct OfferEnded {
    AgentId agent{};
    OfferEnd how = OfferEnd::withdrawn;
    std::optional<Instant> excluded_until;
    bool clears_exclusions = false;  // everybody who could has declined: all are asked again
};
struct ReturnPlanned {
    std::optional<Instant> at;  // none: the agent is back
};
struct ValueFactorChanged {
    double factor = 1;
};

struct RoutingRuleSaved {
    RoutingRule rule;
};
struct RoutingRuleRemoved {
    RuleId rule{};
};
// What the rules made of a new conversation.
struct RulesApplied {
    std::vector<RuleId> rules;
    TeamId team{};
    Priority priority = Priority::normal;
    PolicyId policy{};
    std::vector<routing::SkillNeed> skills;
    std::vector<std::string> tags;
};

// Somebody new may answer in the conversation from now on.
struct SenderAdmitted {
    std::string address;
};

// What stood in quarantine was read after all, or somebody looked at it and put it aside.
struct QuarantineReleased {
    Seq item = 0;  // the seq of its ItemQuarantined
};

// Values of a contact, each with where it comes from; an empty one is taken away.
struct ContactFieldsChanged {
    Fields fields;
};
struct IdentityRemoved {
    std::string kind;
    std::string value;
};
struct ConsentRecorded {
    std::string channel;
    Consent consent;
};
struct MembershipChanged {
    Membership membership;
    bool left = false;
};
// The event's contact became part of another one, and is its own again.
struct ContactMerged {
    ContactId into{};
};
struct ContactUnmerged {
    ContactId from{};
};
struct OrganisationSaved {
    Organisation organisation;
};
struct ValueFormulaSaved {
    ValueFormula formula;
};
struct ContactNoted {
    std::string text;
};
struct InteractionLogged {
    InteractionKind kind = InteractionKind::call;
    Direction direction = Direction::out;
    std::string outcome;
    std::string text;
    Instant happened_at{};
};
// A follow-up as it stands now: new, changed, or closed.
struct FollowUpSaved {
    FollowUp follow_up;
};
struct FollowUpDue {
    FollowUpId follow_up{};
};
struct AttributeSaved {
    AttributeDefinition attribute;
};

using Fact = std::variant<
    TeamSaved, InboxSaved, AgentSaved, PolicySaved, AvailabilityChanged, ContactCreated,
    ContactRenamed, IdentityAdded, ConversationOpened, MessageReceived, ReplyQueued, NoteAdded,
    DeliveryChanged, StatusChanged, PriorityChanged, TagsChanged, Assigned, RoutingDecided,
    SlaStarted, SlaWarned, SlaBreached, SlaEnded, ItemQuarantined, CalendarSaved, PolicyRemoved,
    ContactProfileChanged, AnswerWaived, SpamMarked, SlaChanged, Escalated, RoutingSettingsSaved,
    ConnectionChanged, Offered, OfferEnded, ReturnPlanned, ValueFactorChanged, RoutingRuleSaved,
    RoutingRuleRemoved, RulesApplied, SenderAdmitted, QuarantineReleased, ContactFieldsChanged,
    IdentityRemoved, ConsentRecorded, MembershipChanged, ContactMerged, ContactUnmerged,
    OrganisationSaved, ValueFormulaSaved, ContactNoted, InteractionLogged, FollowUpSaved,
    FollowUpDue, AttributeSaved>;

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
