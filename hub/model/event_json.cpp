#include <array>

#include "hub/model/codec.hpp"
#include "hub/model/json_parts.hpp"

namespace model {
namespace {

using namespace json_parts;

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
                                                        "item_quarantined"});
static_assert(kinds.size() == std::variant_size_v<Fact>);

constexpr auto assigned_by_words =
    std::to_array<std::string_view>({"routing", "hand", "taking", "leaving"});

AssignedBy assigned_by_from(const Json& json) {
    const auto& text = json.at("by").get_ref<const std::string&>();
    for (std::size_t i = 0; i < assigned_by_words.size(); ++i)
        if (assigned_by_words[i] == text) return static_cast<AssignedBy>(i);
    throw std::runtime_error("unknown word in by");
}

constexpr std::string_view message_opens = R"({"message":)";

std::string thread_ids_suffix(const MessageReceived& fact) {
    return R"(,"thread_ids":)" + dump(fact.thread_ids) + R"(,"receipt_key":)" +
           model::quoted(fact.receipt_key) + "}";
}

struct Payload {
    std::string operator()(const TeamSaved& fact) const { return to_json(fact.team); }
    std::string operator()(const InboxSaved& fact) const { return stored_json(fact.inbox); }
    std::string operator()(const AgentSaved& fact) const { return to_json(fact.agent); }
    std::string operator()(const PolicySaved& fact) const { return to_json(fact.policy); }
    std::string operator()(const AvailabilityChanged& fact) const {
        return dump(
            {{"agent_id", text_of(fact.agent)}, {"availability", spoken(word(fact.availability))}});
    }
    std::string operator()(const ContactCreated& fact) const { return dump({{"name", fact.name}}); }
    std::string operator()(const ContactRenamed& fact) const { return dump({{"name", fact.name}}); }
    std::string operator()(const IdentityAdded& fact) const {
        return dump({{"kind", fact.identity.kind},
                     {"value", fact.identity.value},
                     {"verified", fact.identity.verified}});
    }
    std::string operator()(const ConversationOpened& fact) const {
        return dump({{"number", fact.number},
                     {"inbox_id", text_of(fact.inbox)},
                     {"channel", spoken(word(fact.channel))},
                     {"team_id", id_json(fact.team)},
                     {"subject", fact.subject},
                     {"reply_address", address_json(fact.reply_address)}});
    }
    // The message's own text stands first in the payload, so that it is written once for log, table
    // and feed.
    std::string operator()(const MessageReceived& fact) const {
        return std::string{message_opens} + to_json(fact.message) + thread_ids_suffix(fact);
    }
    std::string operator()(const ReplyQueued& fact) const {
        return std::string{message_opens} + to_json(fact.message) + "}";
    }
    std::string operator()(const NoteAdded& fact) const {
        return std::string{message_opens} + to_json(fact.message) + "}";
    }
    std::string operator()(const DeliveryChanged& fact) const {
        return dump({{"message_id", text_of(fact.message)},
                     {"state", spoken(word(fact.state))},
                     {"reason", fact.reason}});
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
                     {"by", spoken(assigned_by_words.at(static_cast<std::size_t>(fact.by)))}});
    }
    std::string operator()(const RoutingDecided& fact) const {
        return dump({{"team_id", id_json(fact.team)},
                     {"weight", fact.weight},
                     {"decision", decision_json(fact.decision)}});
    }
    std::string operator()(const SlaStarted& fact) const { return dump(clock_json(fact.clock)); }
    std::string operator()(const SlaWarned& fact) const {
        return dump({{"metric", spoken(word(fact.metric))}});
    }
    std::string operator()(const SlaBreached& fact) const {
        return dump({{"metric", spoken(word(fact.metric))}, {"due_at", text_of(fact.due_at)}});
    }
    std::string operator()(const SlaEnded& fact) const {
        return dump({{"metric", spoken(word(fact.metric))},
                     {"state", spoken(word(fact.state))},
                     {"at", text_of(fact.at)}});
    }
    std::string operator()(const ItemQuarantined& fact) const {
        return dump(
            {{"inbox_id", id_json(fact.inbox)}, {"reason", fact.reason}, {"sha256", fact.sha256}});
    }
};

Fact configuration_fact(std::size_t kind, const Json& json) {
    switch (kind) {
        case 0:
            return TeamSaved{{id_from<TeamId>(json, "id"), json.at("name")}};
        case 1:
            return InboxSaved{inbox_value(json)};
        case 2:
            return AgentSaved{agent_value(json)};
        case 3:
            return PolicySaved{policy_value(json)};
        case 4:
            return AvailabilityChanged{id_from<AgentId>(json, "agent_id"),
                                       word_from<Availability>(json, "availability")};
        case 5:
            return ContactCreated{json.at("name")};
        case 6:
            return ContactRenamed{json.at("name")};
        default:
            return IdentityAdded{{json.at("kind"), json.at("value"), json.at("verified")}};
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
                                      address_from(json.at("reply_address"))};
        case 9:
            return MessageReceived{message_value(json.at("message")), json.at("thread_ids"),
                                   json.at("receipt_key")};
        case 10:
            return ReplyQueued{message_value(json.at("message"))};
        case 11:
            return NoteAdded{message_value(json.at("message"))};
        case 12:
            return DeliveryChanged{id_from<MessageId>(json, "message_id"),
                                   word_from<DeliveryState>(json, "state"), json.at("reason")};
        case 13:
            return StatusChanged{word_from<Status>(json, "from"), word_from<Status>(json, "to"),
                                 maybe_time_from(json, "until")};
        case 14:
            return PriorityChanged{word_from<Priority>(json, "from"),
                                   word_from<Priority>(json, "to")};
        case 15:
            return TagsChanged{json.at("tags")};
        default:
            return Assigned{id_from<AgentId>(json, "from_agent_id"),
                            id_from<AgentId>(json, "to_agent_id"),
                            id_from<TeamId>(json, "from_team_id"),
                            id_from<TeamId>(json, "to_team_id"), assigned_by_from(json)};
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
            return SlaWarned{word_from<sla::Metric>(json, "metric")};
        case 20:
            return SlaBreached{word_from<sla::Metric>(json, "metric"), time_from(json, "due_at")};
        case 21:
            return SlaEnded{word_from<sla::Metric>(json, "metric"),
                            word_from<sla::ClockState>(json, "state"), time_from(json, "at")};
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
    const std::size_t after = received == nullptr ? 1 : thread_ids_suffix(*received).size();
    return row.payload.substr(message_opens.size(),
                              row.payload.size() - message_opens.size() - after);
}

std::string_view kind_of(const Fact& fact) {
    return kinds.at(fact.index());
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
                            : promise_fact(kind, json);
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
