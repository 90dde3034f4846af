// Policies: which targets apply to a conversation. Ordered list, first match wins (S19).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sla/calendar.hpp"

namespace sla {

enum class PolicyId : std::uint64_t {};

// first_response: from the customer's first message to the first answer (S6).
// next_response: from the first unanswered message after an answer to the next answer (S7).
// resolution: from the first message to resolve, without what was paused (S9, S13).
// public_answer: from a public post to our visible public reply (P1).
enum class Metric : std::uint8_t { first_response, next_response, resolution, public_answer };

struct Target {
    Metric metric = Metric::first_response;
    Span budget{};                             // open time, > 0
    std::vector<std::uint32_t> warn_percents;  // shares of the budget, 1 .. 99, rising (S15)

    friend bool operator==(const Target&, const Target&) = default;
};

// An empty list means "any"; the words are opaque to this library.
struct Conditions {
    std::vector<std::string> channels;
    std::optional<bool> is_public;
    std::vector<std::uint64_t> inboxes;
    std::vector<std::uint64_t> teams;
    std::vector<std::string> priorities;
    std::vector<std::string> segments;
    std::vector<std::string> relationships;
    std::vector<std::string> languages;
    std::vector<std::string> tags;  // any of these

    friend bool operator==(const Conditions&, const Conditions&) = default;
};

enum class EscalationAction : std::uint8_t {
    notify_agent,
    notify_lead,
    notify_supervisor,
    raise_priority,
    overflow,  // to `team`
    add_tag,   // `word`
    webhook,   // `word`: its name
};

// What a warning or breach sets off, once per obligation and threshold (P12).
struct Escalation {
    std::optional<Metric> metric;    // none: any
    std::uint32_t at_percent = 100;  // a warning of the target, or 100: the breach
    EscalationAction action = EscalationAction::notify_supervisor;
    std::uint64_t team = 0;
    std::string word;

    friend bool operator==(const Escalation&, const Escalation&) = default;
};

struct Policy {
    PolicyId id{};
    std::uint32_t version = 0;  // counts its changes; obligations are stamped with it (S17)
    std::string name;
    std::uint32_t rank = 0;  // evaluation order, lowest first; never by name (S19)
    Conditions conditions;
    CalendarId calendar{};  // 0: always open
    std::vector<Target> targets;
    std::vector<Escalation> escalations;
    bool pauses_while_pending = true;  // resolution only: first and next response never pause (S13)

    friend bool operator==(const Policy&, const Policy&) = default;
};

struct PolicyFacts {
    std::string channel;
    bool is_public = false;
    std::uint64_t inbox = 0;
    std::uint64_t team = 0;
    std::string priority;
    std::string segment;
    std::string relationship;
    std::string language;
    std::vector<std::string> tags;
};

// The matching policy with the lowest (rank, id), or nullptr. The span need not be sorted.
const Policy* choose_policy(std::span<const Policy> policies, const PolicyFacts& facts);
const Policy* choose_policy(std::span<const Policy* const> policies, const PolicyFacts& facts);

// A segment has one level or two, "parlour / with table service"; a condition on the first holds
// for both.
std::string_view first_level(std::string_view segment);

// The first condition of `policy` that the facts fail, by its name ("channels"); empty: it matches.
// A segment has one level or two, "parlour / with table service"; a condition on the first holds
// for both.
std::string_view first_level(std::string_view segment);

std::string failed_condition(const Policy& policy, const PolicyFacts& facts);

// The target of a metric, or nullptr.
const Target* target_of(const Policy& policy, Metric metric);

// What a warning at `percent` (100: the breach) of a metric's target sets off, in written order.
std::vector<Escalation> escalations_at(const Policy& policy, Metric metric, std::uint32_t percent);

struct PolicyFault {
    std::string place;
    std::string detail;
};

std::optional<PolicyFault> fault_of(const Policy& policy);

}  // namespace sla
