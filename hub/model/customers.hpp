// Customers as the hub knows them: who somebody is, how they can be reached, what is owed to them,
// and where each piece of that knowledge comes from.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hub/model/ids.hpp"

namespace model {

enum class OrganisationId : std::uint64_t {};
enum class FollowUpId : std::uint64_t {};

// Where a value comes from; later ones are trusted more.
enum class Source : std::uint8_t { channel, imported, agent };

struct Identity {
    std::string kind;  // "email", "phone", "chat", a network's name
    std::string value;
    bool verified = false;
    Source source = Source::channel;
    Instant added_at{};
    friend bool operator==(const Identity&, const Identity&) = default;
};

// One thing known about somebody. The names and what they may hold: hub/customers/fields.hpp.
struct FieldValue {
    std::string value;
    Source source = Source::channel;
    AgentId by{};
    Instant at{};
    friend bool operator==(const FieldValue&, const FieldValue&) = default;
};
using Fields = std::map<std::string, FieldValue>;

enum class ConsentState : std::uint8_t { given, withdrawn };
struct Consent {
    ConsentState state = ConsentState::given;
    std::string evidence;  // in words: "order form of 3 May"
    Source source = Source::agent;
    AgentId by{};
    Instant at{};
    friend bool operator==(const Consent&, const Consent&) = default;
};

// What somebody is in the organisation's buying decision.
enum class BuyingRole : std::uint8_t { none, user, influencer, decider, buyer };
struct Membership {
    OrganisationId organisation{};
    BuyingRole role = BuyingRole::none;
    std::string title;  // "head pastry chef"
    friend bool operator==(const Membership&, const Membership&) = default;
};

struct Organisation {
    OrganisationId id{};
    std::string name;
    std::vector<std::string> domains;  // of its mail addresses, lower case
    Fields fields;                     // its postal address and the like
    Instant created_at{};
    friend bool operator==(const Organisation&, const Organisation&) = default;
};

// What promises and routing look at, in the company's own words; empty: unknown.
struct ContactProfile {
    std::string segment;          // "pastry shop"; two levels: "parlour / with table service"
    std::string relationship;     // prospect, buyer, account, partner
    std::string language;         // BCP 47, "it"
    AgentId owner{};              // the account's own agent
    bool blocked = false;         // spam: stored, never routed (P6)
    bool do_not_contact = false;  // answered, but never written to first
    std::optional<double> value;  // 0 .. 100, by the formula in force when it last changed
    friend bool operator==(const ContactProfile&, const ContactProfile&) = default;
};

// A field of the company's own: "attribute.KEY" among a contact's fields.
enum class AttributeId : std::uint64_t {};
enum class AttributeType : std::uint8_t { text, number, date, flag, choice };
struct AttributeDefinition {
    AttributeId id{};
    std::string key;  // lower-case letters, digits, _
    std::string label;
    AttributeType type = AttributeType::text;
    std::vector<std::string> choices;  // of a choice
    friend bool operator==(const AttributeDefinition&, const AttributeDefinition&) = default;
};

// How a customer's value is made of what is known; weights of any size, their shares count.
struct ValueFormula {
    std::uint32_t version = 0;
    double revenue = 4;
    double potential = 3;
    double loyalty = 2;
    double influence = 1;
    double revenue_full = 50'000;  // a year's revenue that counts as 100
    friend bool operator==(const ValueFormula&, const ValueFormula&) = default;
};

// What keeps automatic answers from answering each other.
struct AutomaticAnswers {
    std::map<InboxId, Instant> last;  // answer that was sent
    std::vector<Instant> arrivals;    // of mail that one could answer; the newest few
    friend bool operator==(const AutomaticAnswers&, const AutomaticAnswers&) = default;
};
inline constexpr std::size_t arrivals_max = 5;

// One record of a person. Records that turn out to be one person are merged: the absorbed ones stay
// as they are and become part of a root, so a merge can always be taken back. What a root shows is
// made of all its records (hub/customers/view.hpp).
struct Contact {
    ContactId id{};
    std::string name;  // as shown; of a root, that of the whole person
    std::vector<Identity> identities;
    Instant created_at{};
    ContactProfile profile;  // of a root, that of the whole person
    AutomaticAnswers automatic;
    Fields fields;
    std::map<std::string, Consent> consents;  // by channel
    std::vector<Membership> memberships;
    ContactId part_of{};              // the root, if it was merged
    std::vector<ContactId> absorbed;  // every record merged into it, also through others
    friend bool operator==(const Contact&, const Contact&) = default;
};

inline ContactId root_of(const Contact& contact) {
    return is_some(contact.part_of) ? contact.part_of : contact.id;
}

// Something to do about a customer at a given time.
enum class FollowUpKind : std::uint8_t { call, visit, offer, complaint, return_, task };
enum class FollowUpState : std::uint8_t { open, done, cancelled };
struct FollowUp {
    FollowUpId id{};
    ContactId contact{};
    ConversationId conversation{};  // it came from; 0: none
    FollowUpKind kind = FollowUpKind::task;
    std::string text;
    Instant due_at{};
    AgentId owner{};
    FollowUpState state = FollowUpState::open;
    std::string outcome;    // in words, once it is done
    bool reminded = false;  // its owner was told that it is due
    friend bool operator==(const FollowUp&, const FollowUp&) = default;
};

// What happened outside the hub's channels, as an agent tells it.
enum class InteractionKind : std::uint8_t { call, visit, meeting, letter, other };

}  // namespace model
