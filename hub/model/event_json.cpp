#include <array>

#include "hub/model/codec.hpp"
#include "hub/model/json_parts.hpp"

namespace model {
namespace {

using namespace json_parts;
using json_parts::clock_from;

// The kinds in the order of the variant. A kind is never renamed: it stands in logs.
constexpr auto kinds = std::to_array<std::string_view>({"team_saved",
                                                        "inbox_saved",
                                                        "agent_saved",
                                                        "policy_saved",
                                                        "availability_changed",
                                                        "contact_created",
                                                        "contact_renamed",
                                                        "identity_added",
                                                        "conversation_opened",
                                                        "message_received",
                                                        "reply_queued",
                                                        "note_added",
                                                        "delivery_changed",
                                                        "status_changed",
                                                        "priority_changed",
                                                        "tags_changed",
                                                        "assigned",
                                                        "routing_decided",
                                                        "sla_started",
                                                        "sla_warned",
                                                        "sla_breached",
                                                        "sla_ended",
                                                        "item_quarantined",
                                                        "calendar_saved",
                                                        "policy_removed",
                                                        "contact_profile_changed",
                                                        "answer_waived",
                                                        "spam_marked",
                                                        "sla_changed",
                                                        "escalated",
                                                        "routing_settings_saved",
                                                        "connection_changed",
                                                        "offered",
                                                        "offer_ended",
                                                        "return_planned",
                                                        "value_factor_changed",
                                                        "routing_rule_saved",
                                                        "routing_rule_removed",
                                                        "rules_applied",
                                                        "sender_admitted",
                                                        "quarantine_released",
                                                        "contact_fields_changed",
                                                        "identity_removed",
                                                        "consent_recorded",
                                                        "membership_changed",
                                                        "contact_merged",
                                                        "contact_unmerged",
                                                        "organisation_saved",
                                                        "value_formula_saved",
                                                        "contact_noted",
                                                        "interaction_logged",
                                                        "follow_up_saved",
                                                        "follow_up_due",
                                                        "attribute_saved"});
static_assert(kinds.size() == std::variant_size_v<Fact>);

constexpr std::string_view message_opens = R"({"message":)";

std::string thread_ids_suffix(const MessageReceived& fact) {
    return R"(,"thread_ids":)" + dump(fact.thread_ids) + R"(,"receipt_key":)" +
           model::quoted(fact.receipt_key) + "}";
}

std::string held_suffix(const ReplyQueued& fact) {
    return fact.held_until ? R"(,"held_until":")" + text_of(*fact.held_until) + "\"}" : "}";
}

struct Payload {
    std::string operator()(const TeamSaved& fact) const { return to_json(fact.team); }
    std::string operator()(const InboxSaved& fact) const { return stored_json(fact.inbox); }
    std::string operator()(const AgentSaved& fact) const { return to_json(fact.agent); }
    std::string operator()(const PolicySaved& fact) const { return to_json(fact.policy); }
    std::string operator()(const AvailabilityChanged& fact) const {
        return dump({{"agent_id", text_of(fact.agent)},
                     {"availability", spoken(word(fact.availability))},
                     {"label", fact.label},
                     {"takes_sessions", fact.takes_sessions},
                     {"takes_asynchronous", fact.takes_asynchronous},
                     {"shift_ends", time_json(fact.shift_ends)}});
    }
    template <class Customers>
        requires requires(const Customers& fact) { payload_of(fact); }
    std::string operator()(const Customers& fact) const {
        return payload_of(fact);
    }
    std::string operator()(const ConversationOpened& fact) const {
        Json json = {{"number", fact.number},
                     {"inbox_id", text_of(fact.inbox)},
                     {"channel", spoken(word(fact.channel))},
                     {"team_id", id_json(fact.team)},
                     {"subject", fact.subject},
                     {"reply_address", address_json(fact.reply_address)}};
        if (is_some(fact.asks_to_join)) json["asks_to_join_id"] = text_of(fact.asks_to_join);
        return dump(json);
    }
    // The message's own text stands first in the payload, so that it is written once for log, table
    // and feed.
    std::string operator()(const MessageReceived& fact) const {
        return std::string{message_opens} + to_json(fact.message) + thread_ids_suffix(fact);
    }
    std::string operator()(const ReplyQueued& fact) const {
        return std::string{message_opens} + to_json(fact.message) + held_suffix(fact);
    }
    std::string operator()(const NoteAdded& fact) const {
        return std::string{message_opens} + to_json(fact.message) + "}";
    }
    std::string operator()(const DeliveryChanged& fact) const {
        Json json = {{"message_id", text_of(fact.message)},
                     {"state", spoken(word(fact.state))},
                     {"reason", fact.reason}};
        if (!fact.recipients.empty())
            json["recipients"] = recipient_deliveries_json(fact.recipients);
        return dump(json);
    }
    std::string operator()(const StatusChanged& fact) const {
        return dump({{"from", spoken(word(fact.from))},
                     {"to", spoken(word(fact.to))},
                     {"until", time_json(fact.until)}});
    }
    std::string operator()(const PriorityChanged& fact) const {
        return dump({{"from", spoken(word(fact.from))}, {"to", spoken(word(fact.to))}});
    }
    std::string operator()(const TagsChanged& fact) const { return dump({{"tags", fact.tags}}); }
    std::string operator()(const Assigned& fact) const {
        return dump({{"from_agent_id", id_json(fact.from_agent)},
                     {"to_agent_id", id_json(fact.to_agent)},
                     {"from_team_id", id_json(fact.from_team)},
                     {"to_team_id", id_json(fact.to_team)},
                     {"by", spoken(word(fact.by))},
                     {"kept_for_id", id_json(fact.kept_for)}});
    }
    std::string operator()(const RoutingDecided& fact) const {
        return dump({{"team_id", id_json(fact.team)},
                     {"weight", fact.weight},
                     {"decision", decision_json(fact.decision)}});
    }
    std::string operator()(const SlaStarted& fact) const { return dump(clock_json(fact.clock)); }
    std::string operator()(const SlaWarned& fact) const {
        Json json = clock_json(fact.clock);
        json["percent"] = fact.percent;
        return dump(json);
    }
    std::string operator()(const SlaBreached& fact) const { return dump(clock_json(fact.clock)); }
    std::string operator()(const SlaEnded& fact) const { return dump(clock_json(fact.clock)); }
    std::string operator()(const SlaChanged& fact) const {
        Json json = clock_json(fact.clock);
        json["change"] = spoken(word(fact.change));
        return dump(json);
    }
    std::string operator()(const Escalated& fact) const {
        return dump({{"number", fact.clock},
                     {"metric", spoken(word(fact.metric))},
                     {"policy_id", text_of(fact.policy)},
                     {"rule", escalation_json(fact.rule)},
                     {"notified_ids", ids_json(fact.notified)}});
    }
    std::string operator()(const CalendarSaved& fact) const { return stored_json(fact.calendar); }
    std::string operator()(const PolicyRemoved& fact) const {
        return dump({{"policy_id", text_of(fact.policy)}, {"version", fact.version}});
    }
    std::string operator()(const AnswerWaived& fact) const {
        return dump({{"reason", fact.reason}});
    }
    std::string operator()(const SpamMarked& fact) const {
        return dump({{"is_spam", fact.is_spam}});
    }
    std::string operator()(const RoutingSettingsSaved& fact) const {
        return to_json(fact.settings);
    }
    std::string operator()(const ConnectionChanged& fact) const {
        return dump({{"agent_id", text_of(fact.agent)}, {"connected", fact.connected}});
    }
    std::string operator()(const Offered& fact) const {
        return dump({{"agent_id", text_of(fact.agent)}, {"until", text_of(fact.until)}});
    }
    std::string operator()(const OfferEnded& fact) const {
        return dump({{"agent_id", text_of(fact.agent)},
                     {"how", spoken(word(fact.how))},
                     {"excluded_until", time_json(fact.excluded_until)},
                     {"clears_exclusions", fact.clears_exclusions}});
    }
    std::string operator()(const ReturnPlanned& fact) const {
        return dump({{"at", time_json(fact.at)}});
    }
    std::string operator()(const ValueFactorChanged& fact) const {
        return dump({{"factor", fact.factor}});
    }
    std::string operator()(const RoutingRuleSaved& fact) const { return to_json(fact.rule); }
    std::string operator()(const RoutingRuleRemoved& fact) const {
        return dump({{"rule_id", text_of(fact.rule)}});
    }
    std::string operator()(const QuarantineReleased& fact) const {
        return dump({{"item", fact.item}});
    }
    std::string operator()(const SenderAdmitted& fact) const {
        return dump({{"address", fact.address}});
    }
    std::string operator()(const RulesApplied& fact) const {
        return dump({{"rule_ids", ids_json(fact.rules)},
                     {"team_id", id_json(fact.team)},
                     {"priority", spoken(word(fact.priority))},
                     {"policy_id", id_json(fact.policy)},
                     {"skills", skill_needs_json(fact.skills)},
                     {"tags", fact.tags}});
    }
    std::string operator()(const ItemQuarantined& fact) const {
        return dump(
            {{"inbox_id", id_json(fact.inbox)}, {"reason", fact.reason}, {"sha256", fact.sha256}});
    }
};

Fact configuration_fact(std::size_t kind, const Json& json) {
    switch (kind) {
        case 0:
            return TeamSaved{team_value(json)};
        case 1:
            return InboxSaved{inbox_value(json)};
        case 2:
            return AgentSaved{agent_value(json)};
        case 3:
            return PolicySaved{policy_value(json)};
        case 4:
            return AvailabilityChanged{id_from<AgentId>(json, "agent_id"),
                                       word_from<Availability>(json, "availability"),
                                       json.at("label"),
                                       json.at("takes_sessions"),
                                       json.at("takes_asynchronous"),
                                       maybe_time_from(json, "shift_ends")};
        case 5:
            return ContactCreated{json.at("name")};
        case 6:
            return ContactRenamed{json.at("name")};
        default:
            return IdentityAdded{identity_from(json)};
    }
}

Fact conversation_fact(std::size_t kind, const Json& json) {
    switch (kind) {
        case 8:
            return ConversationOpened{json.at("number"),
                                      id_from<InboxId>(json, "inbox_id"),
                                      word_from<Channel>(json, "channel"),
                                      id_from<TeamId>(json, "team_id"),
                                      json.at("subject"),
                                      address_from(json.at("reply_address")),
                                      id_from<ConversationId>(json, "asks_to_join_id")};
        case 9:
            return MessageReceived{message_value(json.at("message")), json.at("thread_ids"),
                                   json.at("receipt_key")};
        case 10:
            return ReplyQueued{message_value(json.at("message")),
                               maybe_time_from(json, "held_until")};
        case 11:
            return NoteAdded{message_value(json.at("message"))};
        case 12:
            return DeliveryChanged{id_from<MessageId>(json, "message_id"),
                                   word_from<DeliveryState>(json, "state"), json.at("reason"),
                                   recipient_deliveries_from(json)};
        case 13:
            return StatusChanged{word_from<Status>(json, "from"), word_from<Status>(json, "to"),
                                 maybe_time_from(json, "until")};
        case 14:
            return PriorityChanged{word_from<Priority>(json, "from"),
                                   word_from<Priority>(json, "to")};
        case 15:
            return TagsChanged{json.at("tags")};
        default:
            return Assigned{
                id_from<AgentId>(json, "from_agent_id"), id_from<AgentId>(json, "to_agent_id"),
                id_from<TeamId>(json, "from_team_id"),   id_from<TeamId>(json, "to_team_id"),
                word_from<AssignedBy>(json, "by"),       id_from<AgentId>(json, "kept_for_id")};
    }
}

Fact promise_fact(std::size_t kind, const Json& json) {
    switch (kind) {
        case 17:
            return RoutingDecided{id_from<TeamId>(json, "team_id"), json.at("weight"),
                                  decision_from(json.at("decision"))};
        case 18:
            return SlaStarted{clock_from(json)};
        case 19:
            return SlaWarned{clock_from(json), json.at("percent")};
        case 20:
            return SlaBreached{clock_from(json)};
        case 21:
            return SlaEnded{clock_from(json)};
        default:
            return ItemQuarantined{id_from<InboxId>(json, "inbox_id"), json.at("reason"),
                                   json.at("sha256")};
    }
}

Actor actor_from(const std::string& text) {
    const auto colon = text.find(':');
    const auto type = from_word<AuthorType>(text.substr(0, colon));
    if (!type) throw std::runtime_error("unknown actor: " + text);
    return {*type, colon == std::string::npos ? 0 : std::stoull(text.substr(colon + 1))};
}

}  // namespace

std::string message_body_of(const storage::EventRow& row, const Fact& fact) {
    const auto* received = std::get_if<MessageReceived>(&fact);
    const auto* reply = std::get_if<ReplyQueued>(&fact);
    const std::size_t after = received != nullptr ? thread_ids_suffix(*received).size()
                              : reply != nullptr  ? held_suffix(*reply).size()
                                                  : 1;
    return row.payload.substr(message_opens.size(),
                              row.payload.size() - message_opens.size() - after);
}

std::string_view kind_of(const Fact& fact) {
    return kinds.at(fact.index());
}

bool is_configuration(const Fact& fact) {
    return std::visit(
        []<class One>(const One&) {
            return std::is_same_v<One, TeamSaved> || std::is_same_v<One, InboxSaved> ||
                   std::is_same_v<One, AgentSaved> || std::is_same_v<One, PolicySaved> ||
                   std::is_same_v<One, PolicyRemoved> || std::is_same_v<One, CalendarSaved> ||
                   std::is_same_v<One, RoutingSettingsSaved> ||
                   std::is_same_v<One, RoutingRuleSaved> ||
                   std::is_same_v<One, RoutingRuleRemoved> || std::is_same_v<One, AttributeSaved> ||
                   std::is_same_v<One, ValueFormulaSaved> ||
                   std::is_same_v<One, AvailabilityChanged>;
        },
        fact);
}

std::string actor_text(const Actor& actor) {
    std::string text{word(actor.type)};
    if (actor.id != 0) text.append(":").append(std::to_string(actor.id));
    return text;
}

storage::EventRow encode(const Event& event) {
    return {.seq = event.seq,
            .at = event.at,
            .kind = std::string{kind_of(event.fact)},
            .version = 1,
            .actor = actor_text(event.actor),
            .contact = event.contact,
            .conversation = event.conversation,
            .payload = std::visit(Payload{}, event.fact)};
}

Event decode(const storage::EventRow& row) try {
    std::size_t kind = 0;
    while (kind < kinds.size() && kinds[kind] != row.kind) ++kind;
    if (kind == kinds.size() || row.version != 1)
        throw std::runtime_error("event " + std::to_string(row.seq) +
                                 " is of a kind this version does "
                                 "not know: " +
                                 row.kind + "; start a newer sportello");
    const Json json = Json::parse(row.payload);
    Fact fact = kind < 8    ? configuration_fact(kind, json)
                : kind < 17 ? conversation_fact(kind, json)
                : kind < 23 ? promise_fact(kind, json)
                : kind < 30 ? json_parts::later_fact(kind, json)
                : kind < 41 ? json_parts::routing_fact(kind, json)
                            : json_parts::customer_fact(kind, json);
    return {.seq = row.seq,
            .at = row.at,
            .actor = actor_from(row.actor),
            .contact = row.contact,
            .conversation = row.conversation,
            .fact = std::move(fact)};
} catch (const std::runtime_error&) {
    throw;
} catch (const std::exception& error) {
    throw std::runtime_error("event " + std::to_string(row.seq) + " is damaged: " + error.what());
}

}  // namespace model
