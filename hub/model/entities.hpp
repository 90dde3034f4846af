// Entities: the nouns of the hub as plain values. Text is UTF-8, instants are UTC.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connectors.hpp"
#include "hub/model/customers.hpp"
#include "hub/model/ids.hpp"
#include "routing/routing.hpp"
#include "sla/sla.hpp"

namespace model {

enum class Role : std::uint8_t { agent, social, supervisor, administrator };
enum class Status : std::uint8_t { open, pending, snoozed, resolved };
enum class Priority : std::uint8_t { low, normal, high, urgent };
enum class Direction : std::uint8_t { in, out };
enum class Visibility : std::uint8_t { public_, private_, note };
enum class MessageKind : std::uint8_t { message, auto_reply, bounce, system };
enum class DeliveryState : std::uint8_t {
    received,
    queued,
    sending,
    sent,
    delivered,
    read,
    failed,
    unknown,
    taken_back
};
// Who an answer by mail is from, in front of the inbox's address.
enum class SenderName : std::uint8_t { agent_and_inbox, agent, inbox };
enum class AutomaticReplyWhen : std::uint8_t { always, out_of_hours };
enum class AuthorType : std::uint8_t { contact, agent, system };

// How a queue's work reaches agents (P5): assigned to them, offered for them to accept, or taken by
// themselves.
enum class QueueMode : std::uint8_t { push, offer, pull };

struct Team {
    TeamId id{};
    std::string name;
    AgentId lead{};
    QueueMode mode = QueueMode::push;
    std::vector<TeamId> overflow;  // secondary teams (R24)
    sla::CalendarId calendar{};    // its own opening hours; 0: those of the policy (S18)
    friend bool operator==(const Team&, const Team&) = default;
};

// A mailbox on somebody else's server that an inbox is filled from. Secrets are sealed
// (runtime/entropy.hpp).
struct Mailbox {
    std::string host;
    std::uint16_t port = 993;
    connectors::ConnectionSecurity security = connectors::ConnectionSecurity::tls;
    std::string user;
    std::string sealed_password;  // empty with OAuth
    std::string token_url;        // of OAuth 2; empty: by password
    std::string client_id;
    std::string sealed_client_secret;
    std::string sealed_refresh_token;  // as consented; the newest one stands beside the log
    std::string scope;
    std::string folder = "INBOX";
    connectors::AfterIntake after_intake = connectors::AfterIntake::keep;
    std::string move_to;      // a folder, to move mails to after their intake
    bool from_start = false;  // take what was there before it was connected
    std::uint32_t poll_seconds = 60;
    friend bool operator==(const Mailbox&, const Mailbox&) = default;
};

// What the hub answers by itself to a customer who begins a conversation by mail.
struct AutomaticReply {
    std::string text;  // {next_opening} stands for the next opening time
    AutomaticReplyWhen when = AutomaticReplyWhen::always;
    std::uint32_t period_hours = 24;  // at most one in it per correspondent
    friend bool operator==(const AutomaticReply&, const AutomaticReply&) = default;
};

struct Inbox {
    InboxId id{};
    std::string name;
    Channel channel = Channel::email;
    std::string address;                // mail address; for chat, the site key
    TeamId team{};                      // who works its conversations
    std::uint32_t weight = 1;           // capacity units one conversation costs
    std::uint32_t wrap_up_seconds = 0;  // how long a session's slot stays taken afterwards (R23)
    std::vector<routing::SkillNeed> skills;  // that its conversations ask for
    // Chat only: where the offline form goes, which origins may embed the widget (empty: any), the
    // HMAC key for identities that the site hands over.
    InboxId offline_inbox{};
    std::vector<std::string> allowed_origins;
    std::string identity_key;
    std::optional<Mailbox> mailbox;  // email only
    std::string signature;           // below every answer by mail
    std::uint32_t undo_seconds = 0;  // how long an answer by mail can be taken back
    SenderName sender_name = SenderName::agent_and_inbox;
    std::optional<AutomaticReply> automatic_reply;  // email only
    friend bool operator==(const Inbox&, const Inbox&) = default;
};

struct Agent {
    AgentId id{};
    std::string name;
    std::string email;
    Role role = Role::agent;
    std::vector<TeamId> teams;
    std::vector<InboxId> inboxes;  // seen beside those of the teams
    std::vector<routing::SkillHeld> skills;
    std::vector<std::string> languages;       // BCP 47; none: any
    std::uint32_t session_capacity = 3;       // units of live work at once
    std::uint32_t asynchronous_capacity = 3;  // units of other work at once
    friend bool operator==(const Agent&, const Agent&) = default;
};

// How work is routed in this workspace. Its `version` counts the changes; a decision names the one
// it used (R32).
struct RoutingSettings {
    std::uint32_t version = 0;
    routing::Policy policy = routing::Policy::index;
    routing::Parameters parameters;
    std::map<std::string, double> relationship_values = {
        {"prospect", 1}, {"buyer", 2}, {"account", 4}, {"partner", 6}};
    std::map<std::string, double> segment_values;
    std::map<std::string, double> priority_values = {
        {"low", 0.7}, {"normal", 1}, {"high", 1.4}, {"urgent", 2}};
    std::uint32_t accept_seconds = 20;  // an offer's window, chat (R17)
    std::uint32_t decline_exclusion_seconds = 600;
    std::uint32_t lapses_max = 2;       // in a row: not responding
    std::uint32_t grace_seconds = 600;  // to finish what was begun at the end of a shift (R19)
    std::uint32_t connection_grace_seconds = 60;  // after a lost connection (R20)
    std::uint32_t reopen_days = 14;               // later messages begin a new conversation (S9)
    friend bool operator==(const RoutingSettings&, const RoutingSettings&) = default;
};

enum class RuleId : std::uint64_t {};

// A routing rule as it was written; `text` parses (routing/rules.hpp).
struct RoutingRule {
    RuleId id{};
    std::string name;
    std::uint32_t rank = 0;  // lowest first
    std::string text;
    friend bool operator==(const RoutingRule&, const RoutingRule&) = default;
};

struct Attachment {
    AttachmentId id{};
    std::string name;
    std::string type;
    std::uint64_t size = 0;
    bool is_inline = false;
    std::string content_id;
    std::string sha256;
    friend bool operator==(const Attachment&, const Attachment&) = default;
};

struct Author {
    AuthorType type = AuthorType::system;
    std::uint64_t id = 0;
    std::string name;
    std::string address;
    friend bool operator==(const Author&, const Author&) = default;
};

struct RecipientDelivery {
    std::string address;
    DeliveryState state = DeliveryState::queued;
    std::string reason;
    friend bool operator==(const RecipientDelivery&, const RecipientDelivery&) = default;
};

struct Delivery {
    DeliveryState state = DeliveryState::received;
    std::string reason;
    friend bool operator==(const Delivery&, const Delivery&) = default;
};

struct Message {
    MessageId id{};
    ConversationId conversation{};
    std::uint32_t number = 0;  // 1, 2, 3 … within the conversation
    Direction direction = Direction::in;
    Visibility visibility = Visibility::private_;
    MessageKind kind = MessageKind::message;
    Author author;
    std::string subject;
    std::string text;
    std::string html;
    std::string trimmed_text;
    std::vector<Attachment> attachments;
    std::vector<connectors::Address> to;
    std::vector<connectors::Address> cc;
    std::vector<connectors::Address> bcc;         // of what we send
    std::optional<connectors::Address> reply_to;  // where its author wants answers, if elsewhere
    std::string external_id;
    std::string client_id;  // made by the author's console or widget; empty for mail
    std::vector<std::string> defects;
    std::string raw_sha256;
    Delivery delivery;
    std::optional<Instant> leaves_at;  // not before; until then it can be taken back
    bool planned = false;              // its author wanted it to leave then
    Instant sent_at{};
    Instant received_at{};
    friend bool operator==(const Message&, const Message&) = default;
};

struct Standing {
    MessageId answer{};
    Instant since{};  // it answers
    friend bool operator==(const Standing&, const Standing&) = default;
};

struct Returned {
    MessageId answer{};
    std::string reason;
    friend bool operator==(const Returned&, const Returned&) = default;
};

struct Conversation {
    ConversationId id{};
    std::uint64_t number = 0;  // what people say aloud: "#8224"
    ContactId contact{};
    std::string contact_name;
    connectors::Address reply_address;
    InboxId inbox{};
    Channel channel = Channel::email;
    TeamId team{};
    AgentId assignee{};
    Status status = Status::open;
    Priority priority = Priority::normal;
    std::string subject;
    std::vector<std::string> tags;
    Instant created_at{};
    Instant updated_at{};
    std::optional<Instant> waiting_since;  // the oldest unanswered customer message
    std::optional<Instant> snoozed_until;
    // Every open clock and the last ended one of each metric; the store's table keeps them all.
    std::vector<sla::Clock> clocks;
    std::uint32_t clock_count = 0;
    MessageId last_answer{};                 // our newest message to the customer
    std::vector<Standing> standing_answers;  // the newest that were not refused for good (S5)
    std::vector<Returned> returned;          // the newest that were
    std::optional<Instant> resolved_at;
    // Where it stands in routing.
    std::optional<Instant> assigned_at;   // to the present assignee
    bool begun = false;                   // the assignee has written since
    AgentId previous{};                   // the last agent who had it
    std::map<AgentId, Instant> excluded;  // who declined it or let it lapse, until (R17)
    AgentId offered_to{};
    std::optional<Instant> offer_ends;
    std::optional<Instant> returns_at;       // to the queue, if its agent is not back by then (R19)
    double value_factor = 1;                 // a supervisor's, 0.1 .. 10 (R25)
    std::vector<routing::SkillNeed> skills;  // set by rules
    PolicyId policy{};                       // set by rules; 0: by conditions
    bool is_public = false;                  // the customer wrote publicly
    bool is_spam = false;
    ContactProfile profile;  // the contact's, as of its last change or message
    std::uint32_t message_count = 0;
    std::string preview;
    Direction last_direction = Direction::in;
    // The last messages were all written by this agent, from this number on: she has seen what
    // stands before.
    AgentId run_agent{};
    std::uint32_t run_start = 0;
    std::vector<MessageId> held;        // answers that can still be taken back
    std::vector<MessageId> planned;     // of them, those to be sent later: they answer nothing yet
    std::vector<MessageId> taken_back;  // the newest, at most `taken_back_max`
    // Mail addresses that wrote, or were written to, in it: replies of others ask first. Lower
    // case, without our own; at most `participants_max`.
    std::vector<std::string> participants;
    bool answered_automatically = false;
    ConversationId asks_to_join{};  // its sender answered in that one without being part of it
    std::vector<std::string> thread_ids;  // external ids of its messages, oldest first, at most 20
    Seq version = 0;                      // seq of the last event that touched it
    friend bool operator==(const Conversation&, const Conversation&) = default;
};

inline constexpr std::size_t thread_ids_max = 20;
inline constexpr std::size_t participants_max = 50;
inline constexpr std::size_t taken_back_max = 20;
inline constexpr std::size_t returned_max = 20;
inline constexpr std::size_t standing_answers_max = 8;
inline constexpr std::size_t preview_bytes_max = 160;

}  // namespace model
