// Commands: intentions, in the imperative, as a closed set; and what the desk answers to one.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "hub/model/entities.hpp"

namespace model {

struct ReceiveInbound {
    connectors::Inbound inbound;
    std::string client_id;  // chat: the visitor's own id of the message
    Seq quarantined = 0;    // it stood in quarantine as this; 0: it comes from outside
};

struct SendReply {
    AgentId agent{};
    ConversationId conversation{};
    std::string text;
    std::vector<connectors::Attachment> attachments;
    std::string client_id;
    std::optional<std::uint32_t> seen;  // the highest message number on the agent's screen (UX-071)
    std::string external_id;            // Message-ID chosen at the door, where randomness is
    std::string reply_to;  // address with the reply token; empty where the channel has none
    // Mail only. Without `to` it goes to whom the conversation is with.
    std::vector<connectors::Address> to;
    std::vector<connectors::Address> cc;
    std::vector<connectors::Address> bcc;
    std::string html;                // `text` formatted; empty: none
    std::optional<Instant> send_at;  // not before
};

// An agent writes first. The conversation is with the first of `reply.to`.
struct StartConversation {
    SendReply reply;  // its conversation is not there yet
    InboxId inbox{};
    std::string subject;
};

// An answer that is still held is not sent.
struct TakeBackReply {
    AgentId agent{};
    ConversationId conversation{};
    MessageId message{};
};

struct AddNote {
    AgentId agent{};
    ConversationId conversation{};
    std::string text;
    std::string client_id;
};

struct ChangeStatus {
    AgentId agent{};
    ConversationId conversation{};
    Status to = Status::open;
    std::optional<Instant> until;  // snoozed only
};

struct Assign {
    AgentId agent{};  // who says so
    ConversationId conversation{};
    std::optional<AgentId> to_agent;  // agent 0: nobody
    std::optional<TeamId> to_team;
    std::optional<Seq> base;      // refuse when the conversation changed since
    bool waits_for_room = false;  // a full or absent agent gets it when there is room (R22)
};

struct ChangePriority {
    AgentId agent{};
    ConversationId conversation{};
    Priority to = Priority::normal;
};
struct ChangeTags {
    AgentId agent{};
    ConversationId conversation{};
    std::vector<std::string> tags;
};
struct SetAvailability {
    AgentId agent{};
    AgentId by{};
    Availability to = Availability::offline;
    std::string label;
    // Per channel family; none: as `to` says.
    std::optional<bool> takes_sessions;
    std::optional<bool> takes_asynchronous;
    std::optional<Instant> shift_ends;
};

struct SaveTeam {
    AgentId by{};
    Team team;
};
struct SaveInbox {
    AgentId by{};
    Inbox inbox;
};
struct SaveAgent {
    AgentId by{};
    Agent agent;
    std::string password_hash;
};
struct SavePolicy {
    AgentId by{};
    sla::Policy policy;
};

struct RemovePolicy {
    AgentId by{};
    PolicyId policy{};
};
struct SaveCalendar {
    AgentId by{};
    sla::Calendar calendar;
};
// Puts the policies in force now on what is open already (S17): the next conversations after
// `after`, a bounded number; the answer's `id` is the last one looked at, 0 when none was left, and
// its `number` how many clocks changed.
struct ApplyPolicies {
    AgentId by{};
    ConversationId after{};
    bool preview = false;
};
// A contact's values by field name (hub/customers/fields.hpp; an empty one is taken away), its
// identities, consents and organisations. All of it or nothing.
struct ChangeContact {
    AgentId agent{};
    ContactId contact{};  // 0: a new one
    std::map<std::string, std::string> fields;
    std::vector<Identity> add;     // an identity it has already takes the new `verified`
    std::vector<Identity> remove;  // by kind and value
    std::map<std::string, Consent> consents;
    std::vector<Membership> memberships;
    std::vector<OrganisationId> left;  // no longer a member of
    Source source = Source::agent;
};
// Two records of one person become one: `absorbed` is part of `contact` from now on.
struct MergeContacts {
    AgentId agent{};
    ContactId contact{};
    ContactId absorbed{};
};
struct UnmergeContact {
    AgentId agent{};
    ContactId contact{};  // that was merged
};
struct SaveOrganisation {
    AgentId agent{};
    Organisation organisation;  // id 0: a new one; its fields' provenance is made here
};
struct SaveValueFormula {
    AgentId by{};
    ValueFormula formula;
};
struct SaveAttribute {
    AgentId by{};
    AttributeDefinition attribute;
};
struct NoteOnContact {
    AgentId agent{};
    ContactId contact{};
    std::string text;
};
struct LogInteraction {
    AgentId agent{};
    ContactId contact{};
    InteractionKind kind = InteractionKind::call;
    Direction direction = Direction::out;
    std::string outcome;
    std::string text;
    std::optional<Instant> happened_at;  // none: now
};
struct SaveFollowUp {
    AgentId agent{};
    FollowUp follow_up;  // id 0: a new one
};
struct WaiveAnswer {
    AgentId agent{};
    ConversationId conversation{};
    std::string reason;
    bool public_too = false;  // a public answer as well; supervisors alone
};
struct MarkSpam {
    AgentId agent{};
    ConversationId conversation{};
    bool is_spam = true;  // false takes it back
};

struct SaveRoutingSettings {
    AgentId by{};
    RoutingSettings settings;
};
struct SaveRoutingRule {
    AgentId by{};
    RoutingRule rule;
};
struct RemoveRoutingRule {
    AgentId by{};
    RuleId rule{};
};
struct SetConnected {
    AgentId agent{};
    bool connected = false;
};
struct AnswerOffer {
    AgentId agent{};
    ConversationId conversation{};
    bool accept = false;
};
struct ChangeValueFactor {
    AgentId agent{};
    ConversationId conversation{};
    double factor = 1;
};

// The sender of a conversation that asks to join another may answer there from now on.
struct AdmitSender {
    AgentId agent{};
    ConversationId conversation{};  // that asks
};

// The outbox took the message in hand, or learnt what became of it.
struct RecordDelivery {
    ConversationId conversation{};
    MessageId message{};
    DeliveryState state = DeliveryState::sent;
    std::string reason;
    std::optional<Instant> retry_at;  // keep it in the outbox until then
    std::uint32_t attempts = 0;
    std::vector<RecipientDelivery> recipients;  // where there are several
    std::string rest;        // what the outbox holds from now on; empty: what it held
    bool undecided = false;  // some recipient is still to be tried
};

struct Quarantine {
    InboxId inbox{};
    std::string reason;
    std::string sha256;
    std::shared_ptr<const std::string> raw;
    std::optional<connectors::Cursor> cursor;
};

// Somebody looked at what is in quarantine and needs it no more. Its bytes stay in the store.
struct ReleaseQuarantined {
    AgentId by{};
    Seq item = 0;
};

struct TimeReached {};

using Command =
    std::variant<ReceiveInbound, SendReply, AddNote, ChangeStatus, Assign, ChangePriority,
                 ChangeTags, SetAvailability, SaveTeam, SaveInbox, SaveAgent, SavePolicy,
                 RecordDelivery, Quarantine, TimeReached, RemovePolicy, SaveCalendar, ApplyPolicies,
                 ChangeContact, WaiveAnswer, MarkSpam, SaveRoutingSettings, SetConnected,
                 AnswerOffer, ChangeValueFactor, SaveRoutingRule, RemoveRoutingRule, AdmitSender,
                 ReleaseQuarantined, StartConversation, TakeBackReply, MergeContacts,
                 UnmergeContact, SaveOrganisation, SaveValueFormula, NoteOnContact, LogInteraction,
                 SaveFollowUp, SaveAttribute>;

enum class Refusal : std::uint8_t {
    none,
    not_found,
    forbidden,
    newer,
    invalid,
    taken,
    gone,
    busy,
    unavailable
};

struct Answer {
    Refusal refusal = Refusal::none;
    std::string detail;    // in words: what is wrong and what to do
    std::string field;     // the offending field, where one is
    std::uint64_t id = 0;  // of what was made or meant
    ConversationId conversation{};
    std::uint32_t number = 0;  // of the message, within its conversation
    Seq seq = 0;               // head after it; what the client waits for on the feed
    bool repeated = false;     // the first answer, given again

    bool ok() const { return refusal == Refusal::none; }
};

}  // namespace model
