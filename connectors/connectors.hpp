// connectors: the outside world. One folder per channel, each split into `*_wire` (pure: bytes <->
// values) and a thin driver (network).
//
// Words: an *inbound* is one item a customer wrote, as a value; an *outbound* is one item to
// deliver, complete in itself, so that a second attempt sends the same bytes; an *outcome* says
// what became of an attempt. Invariants: no driver acknowledges to the outside before its sink has
// answered `committed`; bad input becomes an Inbound with defects, never an exception. Threads: a
// driver runs on the loop it was given. Depends on: the standard library, Boost, GMime, libcurl,
// OpenSSL. Knows no other folder.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/ids.hpp"

namespace connectors {

// `kind` is the kind of identity: "email", "visitor", "user" (handed over signed by a site).
struct Address {
    std::string kind;
    std::string value;
    std::string name;
    bool verified = false;

    friend bool operator==(const Address&, const Address&) = default;
};

struct Attachment {
    std::string name;
    std::string type;    // media type, lower case
    std::string sha256;  // hex, of the bytes
    std::uint64_t size = 0;
    bool is_inline = false;
    std::string content_id;  // without <>
    std::shared_ptr<const std::string> bytes;

    friend bool operator==(const Attachment&, const Attachment&) = default;
};

enum class Automatic : std::uint8_t { no, auto_reply, bounce };

// What somebody's server or provider says became of an item that we sent.
enum class ReportAction : std::uint8_t { failed, delayed, delivered };
struct ReportedRecipient {
    std::string address;  // lower case; empty where the report names none
    ReportAction action = ReportAction::failed;
    std::string status;  // enhanced status code, "5.1.1" (RFC 3463); empty: none given
    std::string reason;  // the server's own words

    friend bool operator==(const ReportedRecipient&, const ReportedRecipient&) = default;
};
struct Report {
    bool complaint = false;  // the recipient called it spam (RFC 5965)
    std::vector<ReportedRecipient> recipients;
    std::vector<std::string> external_ids;  // of the item it is about, best evidence first

    friend bool operator==(const Report&, const Report&) = default;
};

// How far a source was read; kept in the transaction that keeps the item.
struct Cursor {
    std::string key;
    std::string value;

    friend bool operator==(const Cursor&, const Cursor&) = default;
};

struct Inbound {
    InboxId inbox{};
    Channel channel = Channel::email;
    std::string external_id;  // the provider's id of the item, e.g. a Message-ID without <>
    // Unique per inbox: a repeat is the same item. For mail the Message-ID with a hash of what was
    // written, since different mails do come with one Message-ID, and the same mail comes twice
    // with other trace headers.
    std::string receipt_key;
    std::vector<std::string> thread_ids;   // external ids of earlier items, best evidence first
    std::uint64_t token_conversation = 0;  // from a verified reply token; 0: none
    Address sender;
    std::optional<Address> reply_to;  // where answers are wanted, if not at the sender
    std::vector<Address> to;
    std::vector<Address> cc;
    std::string subject;
    std::string text;          // UTF-8
    std::string html;          // UTF-8, not sanitised
    std::string trimmed_text;  // text without quoted history
    std::vector<Attachment> attachments;
    bool is_public = false;
    Automatic automatic = Automatic::no;
    bool answerable = true;                // an automatic answer may be sent
    std::optional<Report> report;          // of a bounce
    std::optional<Instant> provider_time;  // as its author says
    std::optional<Instant> arrived_at;     // at the provider, by the provider's clock
    bool after_gap = false;                // it may have come while nobody here watched
    std::vector<std::string> defects;
    std::string raw_sha256;
    std::shared_ptr<const std::string> raw;
    std::optional<Cursor> cursor;
};

// How a connection to a mail server is protected.
enum class ConnectionSecurity : std::uint8_t { tls, starttls, none };
// What happens to a mail in its mailbox once the hub has it.
enum class AfterIntake : std::uint8_t { keep, mark_seen, move, remove };

enum class OutcomeKind : std::uint8_t {
    sent,            // the next hop has taken responsibility
    transient,       // try again later
    permanent,       // will never work
    unknown,         // we cannot know: it may have arrived
    not_configured,  // no way out exists yet; keep it
};

// What became of an item for one of its recipients, over all attempts so far.
struct RecipientOutcome {
    std::string address;
    OutcomeKind kind = OutcomeKind::transient;
    std::string reason;         // in words, for the agent
    std::uint32_t unknown = 0;  // how many attempts ended nobody knows how

    friend bool operator==(const RecipientOutcome&, const RecipientOutcome&) = default;
};

struct Outbound {
    std::uint64_t message = 0;
    std::uint64_t conversation = 0;
    InboxId inbox{};
    Channel channel = Channel::email;
    Address from;
    std::vector<Address> to;
    std::vector<Address> cc;
    std::vector<Address> bcc;  // get it without being named in it
    std::string subject;
    std::string text;
    std::string html;                      // the same, formatted; empty: as text alone
    std::vector<Attachment> attachments;   // bytes are fetched before the attempt
    std::string external_id;               // Message-ID without <>, chosen before the first attempt
    std::string in_reply_to;               // without <>
    std::vector<std::string> references;   // without <>, oldest first
    std::string reply_to;                  // address with the reply token
    bool automatic = false;                // written by the hub itself (RFC 3834)
    std::vector<RecipientOutcome> so_far;  // of earlier attempts
    Instant written_at{};

    friend bool operator==(const Outbound&, const Outbound&) = default;
};

struct Outcome {
    OutcomeKind kind = OutcomeKind::sent;
    std::string reason;  // in words, for the agent
    // Of every recipient, where the channel knows them apart.
    std::vector<RecipientOutcome> recipients = {};

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

// What the hub answers to a driver that offered an inbound item.
enum class Receipt : std::uint8_t {
    committed,  // durable, or it was there already: acknowledge
    busy,       // no room now: ask the sender to come back
    failed,     // the store is down: ask the sender to come back
};

}  // namespace connectors
