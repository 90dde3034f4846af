// Rows: the shapes that cross the store's door. Bodies are JSON texts that the store never opens:
// what it must find or filter by stands beside the body as a column. Ids of other folders (inbox,
// team, agent) are numbers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "storage/ids.hpp"

namespace storage {

// One entry of the log. `seq` is given by the writer of the batch; the store refuses a gap.
struct EventRow {
    Seq seq = 0;
    Instant at{};
    std::string kind;
    std::uint32_t version = 1;
    std::string actor;  // "system", "agent:7", "contact:12"
    ContactId contact{};
    ConversationId conversation{};
    std::string payload;

    friend bool operator==(const EventRow&, const EventRow&) = default;
};

struct ContactRow {
    ContactId id{};
    ContactId root{};      // the person it is part of; its own id if it stands for itself
    std::string sort_key;  // its name as it is compared
    std::string body;
    friend bool operator==(const ContactRow&, const ContactRow&) = default;
};

struct IdentityRow {  // unique (kind, value)
    std::string kind;
    std::string value;
    ContactId contact{};
    friend bool operator==(const IdentityRow&, const IdentityRow&) = default;
};

struct IdentityRemoval {
    std::string kind;
    std::string value;
    friend bool operator==(const IdentityRemoval&, const IdentityRemoval&) = default;
};

// By what a contact is found as a possible duplicate; takes the place of those it had.
struct ContactKeysRow {
    ContactId contact{};
    std::vector<std::string> keys;
    friend bool operator==(const ContactKeysRow&, const ContactKeysRow&) = default;
};

struct OrganisationRow {
    std::uint64_t id = 0;
    std::string sort_key;
    std::vector<std::string> domains;  // of its mail addresses, lower case
    std::string body;
    friend bool operator==(const OrganisationRow&, const OrganisationRow&) = default;
};

struct FollowUpRow {
    std::uint64_t id = 0;
    ContactId contact{};
    std::uint64_t owner = 0;
    Instant due_at{};
    std::string state;
    std::string body;
    friend bool operator==(const FollowUpRow&, const FollowUpRow&) = default;
};

// A message as it is found: its words and their stems, single spaces between.
struct SearchRow {
    MessageId message{};
    std::string stems;
    std::string words;
    friend bool operator==(const SearchRow&, const SearchRow&) = default;
};

struct ConversationRow {
    ConversationId id{};
    ContactId contact{};
    std::uint64_t inbox = 0;
    std::uint64_t team = 0;
    std::uint64_t assignee = 0;
    std::string status;
    Instant updated_at{};
    Seq version = 0;  // seq of the last event that touched it
    std::string body;
    friend bool operator==(const ConversationRow&, const ConversationRow&) = default;
};

// How one recipient's copy stands: one per (message, address). What failed stays so.
struct RecipientRow {
    MessageId message{};
    std::string address;
    std::string state;
    std::string reason;
    friend bool operator==(const RecipientRow&, const RecipientRow&) = default;
};

struct MessageRow {
    MessageId id{};
    ConversationId conversation{};
    ContactId contact{};
    std::uint32_t number = 0;  // 1, 2, 3 … within the conversation
    Seq seq = 0;
    bool is_note = false;
    std::string body;
    std::string delivery_state;
    std::string delivery_reason;
    std::vector<RecipientRow>
        recipients;  // read only, of what we sent: those whose own state is known
    friend bool operator==(const MessageRow&, const MessageRow&) = default;
};

struct DeliveryRow {  // moves a stored message to another delivery state
    MessageId message{};
    std::string state;
    std::string reason;
    friend bool operator==(const DeliveryRow&, const DeliveryRow&) = default;
};

struct AttachmentRow {
    AttachmentId id{};
    ConversationId conversation{};
    MessageId message{};
    std::string name;
    std::string type;
    std::uint64_t size = 0;  // bytes
    std::string blob;        // hex SHA-256
    bool is_inline = false;
    friend bool operator==(const AttachmentRow&, const AttachmentRow&) = default;
};

// The unique key of an inbound item: a second insert of the same (inbox, external id) fails its
// batch.
struct ReceiptRow {
    std::uint64_t inbox = 0;
    std::string external_id;
    ConversationId conversation{};
    MessageId message{};
    friend bool operator==(const ReceiptRow&, const ReceiptRow&) = default;
};

struct ThreadRow {  // further external ids by which a reply finds its conversation; the first one
                    // wins
    std::uint64_t inbox = 0;
    std::string external_id;
    ConversationId conversation{};
    friend bool operator==(const ThreadRow&, const ThreadRow&) = default;
};

struct ClockRow {  // one per (conversation, number)
    ConversationId conversation{};
    std::uint32_t number = 0;
    std::string metric;
    std::uint64_t policy = 0;
    std::uint32_t policy_version = 0;
    std::chrono::microseconds budget{};  // open time
    Instant started_at{};
    Instant due_at{};
    std::string state;
    std::optional<Instant> ended_at;
    std::string void_reason;
    bool by_change = false;
    friend bool operator==(const ClockRow&, const ClockRow&) = default;
};

struct DecisionRow {  // a routing decision with its candidates
    Seq seq = 0;
    ConversationId conversation{};
    Instant at{};
    std::string body;
    friend bool operator==(const DecisionRow&, const DecisionRow&) = default;
};

struct AvailabilityRow {  // an interval begins; the agent's previous open one ends at the same
                          // instant
    std::uint64_t agent = 0;
    Instant since{};
    std::string availability;
    friend bool operator==(const AvailabilityRow&, const AvailabilityRow&) = default;
};

struct ConfigRow {  // a team, inbox, agent or policy in its latest form
    std::string kind;
    std::uint64_t id = 0;
    std::string body;
    friend bool operator==(const ConfigRow&, const ConfigRow&) = default;
};

struct OutboxRow {
    std::uint64_t id = 0;  // the message id
    ConversationId conversation{};
    Instant due_at{};
    std::uint32_t attempts = 0;
    std::string state;   // "queued", or "held": not before `due_at`, and it can be taken back
    std::string reason;  // why it still waits, in words; may be empty
    std::string body;
    friend bool operator==(const OutboxRow&, const OutboxRow&) = default;
};

struct OutboxRemoval {
    std::uint64_t id = 0;
    friend bool operator==(const OutboxRemoval&, const OutboxRemoval&) = default;
};

struct OutboxRetry {  // the row waits until `due_at`
    std::uint64_t id = 0;
    Instant due_at{};
    std::uint32_t attempts = 0;
    std::string reason;
    std::string body;  // empty: it stays
    friend bool operator==(const OutboxRetry&, const OutboxRetry&) = default;
};

struct QuarantineRow {
    Seq seq = 0;
    Instant at{};
    std::uint64_t inbox = 0;
    std::string reason;
    std::string blob;
    friend bool operator==(const QuarantineRow&, const QuarantineRow&) = default;
};

struct QuarantineRemoval {
    Seq seq = 0;
    friend bool operator==(const QuarantineRemoval&, const QuarantineRemoval&) = default;
};

struct SessionRow {  // a signed-in browser or an API token; only the hash of the secret is kept
    std::string token_hash;
    std::uint64_t agent = 0;
    std::string kind;  // "browser" or "api"
    Instant expires_at{};
    friend bool operator==(const SessionRow&, const SessionRow&) = default;
};

struct SessionRemoval {
    std::string token_hash;
    friend bool operator==(const SessionRemoval&, const SessionRemoval&) = default;
};

struct CredentialRow {
    std::string email;  // lower case
    std::uint64_t agent = 0;
    std::string password_hash;
    friend bool operator==(const CredentialRow&, const CredentialRow&) = default;
};

struct CredentialRemoval {
    std::string email;
    friend bool operator==(const CredentialRemoval&, const CredentialRemoval&) = default;
};

struct OperationRow {  // the first answer to (author, client id), given again to a repeat
    std::string author;
    std::string client_id;
    Instant at{};
    std::string result;
    friend bool operator==(const OperationRow&, const OperationRow&) = default;
};

struct MetaRow {
    std::string key;
    std::string value;
    friend bool operator==(const MetaRow&, const MetaRow&) = default;
};

using RowWrite =
    std::variant<ContactRow, IdentityRow, ConversationRow, MessageRow, DeliveryRow, AttachmentRow,
                 ReceiptRow, ThreadRow, ClockRow, DecisionRow, AvailabilityRow, ConfigRow,
                 OutboxRow, OutboxRemoval, OutboxRetry, QuarantineRow, SessionRow, SessionRemoval,
                 CredentialRow, CredentialRemoval, OperationRow, MetaRow, QuarantineRemoval,
                 RecipientRow, IdentityRemoval, ContactKeysRow, OrganisationRow, FollowUpRow,
                 SearchRow>;

struct Blob {
    std::string sha256;  // hex, of `bytes`
    std::shared_ptr<const std::string> bytes;
};

// What one decision writes: all of it or nothing.
struct Batch {
    std::vector<EventRow> events;  // consecutive seq; may be empty
    std::vector<RowWrite> rows;    // applied in order
    std::vector<Blob> blobs;       // a blob already stored is skipped
};

}  // namespace storage
