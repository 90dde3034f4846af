// Entities: the nouns of the hub as plain values. Text is UTF-8, instants are UTC.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/connectors.hpp"
#include "hub/model/ids.hpp"
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
    unknown
};
enum class AuthorType : std::uint8_t { contact, agent, system };

struct Team {
    TeamId id{};
    std::string name;
    friend bool operator==(const Team&, const Team&) = default;
};

struct Inbox {
    InboxId id{};
    std::string name;
    Channel channel = Channel::email;
    std::string address;       // mail address; for chat, the site key
    TeamId team{};             // who works its conversations
    std::uint32_t weight = 1;  // capacity units one conversation costs
    // Chat only: where the offline form goes, which origins may embed the widget (empty: any), the
    // HMAC key for identities that the site hands over.
    InboxId offline_inbox{};
    std::vector<std::string> allowed_origins;
    std::string identity_key;
    friend bool operator==(const Inbox&, const Inbox&) = default;
};

struct Agent {
    AgentId id{};
    std::string name;
    std::string email;
    Role role = Role::agent;
    std::vector<TeamId> teams;
    std::vector<InboxId> inboxes;  // seen beside those of the teams
    std::uint32_t capacity = 12;   // capacity units
    friend bool operator==(const Agent&, const Agent&) = default;
};

struct Identity {
    std::string kind;
    std::string value;
    bool verified = false;
    friend bool operator==(const Identity&, const Identity&) = default;
};

struct Contact {
    ContactId id{};
    std::string name;
    std::vector<Identity> identities;
    Instant created_at{};
    friend bool operator==(const Contact&, const Contact&) = default;
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
    std::string external_id;
    std::string client_id;  // made by the author's console or widget; empty for mail
    std::vector<std::string> defects;
    std::string raw_sha256;
    Delivery delivery;
    Instant sent_at{};
    Instant received_at{};
    friend bool operator==(const Message&, const Message&) = default;
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
    std::vector<sla::Clock> clocks;
    std::uint32_t message_count = 0;
    std::string preview;
    Direction last_direction = Direction::in;
    // The last messages were all written by this agent, from this number on: she has seen what
    // stands before.
    AgentId run_agent{};
    std::uint32_t run_start = 0;
    std::vector<std::string> thread_ids;  // external ids of its messages, oldest first, at most 20
    Seq version = 0;                      // seq of the last event that touched it
    friend bool operator==(const Conversation&, const Conversation&) = default;
};

inline constexpr std::size_t thread_ids_max = 20;
inline constexpr std::size_t preview_bytes_max = 160;

}  // namespace model
