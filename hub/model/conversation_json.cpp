#include "hub/model/codec.hpp"
#include "hub/model/json_parts.hpp"

namespace model {

using namespace json_parts;

namespace {

Json routing_place_json(const Conversation& conversation) {
    Json excluded = Json::object();
    for (const auto& [agent, until] : conversation.excluded)
        excluded[text_of(agent)] = text_of(until);
    return {{"assigned_at", time_json(conversation.assigned_at)},
            {"begun", conversation.begun},
            {"previous_id", id_json(conversation.previous)},
            {"excluded", std::move(excluded)},
            {"offered_to_id", id_json(conversation.offered_to)},
            {"offer_ends", time_json(conversation.offer_ends)},
            {"returns_at", time_json(conversation.returns_at)},
            {"value_factor", conversation.value_factor},
            {"skills", skill_needs_json(conversation.skills)},
            {"policy_id", id_json(conversation.policy)}};
}

Json standing_json(const std::vector<Standing>& answers) {
    Json json = Json::array();
    for (const Standing& one : answers)
        json.push_back({{"id", text_of(one.answer)}, {"since", text_of(one.since)}});
    return json;
}

Json returned_json(const std::vector<Returned>& answers) {
    Json json = Json::array();
    for (const Returned& one : answers)
        json.push_back({{"id", text_of(one.answer)}, {"reason", one.reason}});
    return json;
}

std::vector<Returned> returned_from(const Json& json) {
    std::vector<Returned> answers;
    for (const Json& one : json.value("returned", Json::array()))
        answers.push_back({id_from<MessageId>(one, "id"), one.at("reason")});
    return answers;
}

// Rows of before this form have ids alone: they stand for whatever they were counted for.
std::vector<Standing> standing_from(const Json& json) {
    std::vector<Standing> answers;
    for (const Json& one : json)
        answers.push_back(
            one.is_string()
                ? Standing{MessageId{std::stoull(one.get<std::string>())},
                           Instant{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}}}
                : Standing{id_from<MessageId>(one, "id"), time_from(one, "since")});
    return answers;
}

template <class Id>
std::vector<Id> maybe_ids(const Json& json, const char* name) {
    return json.contains(name) ? ids_from<Id>(json, name) : std::vector<Id>{};
}

void read_routing_place(const Json& json, Conversation& conversation) {
    conversation.assigned_at = maybe_time_from(json, "assigned_at");
    conversation.begun = json.at("begun");
    conversation.previous = id_from<AgentId>(json, "previous_id");
    for (const auto& [agent, until] : json.at("excluded").items())
        if (const auto at = instant_of(until.get_ref<const std::string&>()))
            conversation.excluded[AgentId{std::stoull(agent)}] = *at;
    conversation.offered_to = id_from<AgentId>(json, "offered_to_id");
    conversation.offer_ends = maybe_time_from(json, "offer_ends");
    conversation.returns_at = maybe_time_from(json, "returns_at");
    conversation.value_factor = json.at("value_factor");
    conversation.skills = skill_needs_from(json, "skills");
    conversation.policy = id_from<PolicyId>(json, "policy_id");
}

}  // namespace

std::string to_json(const Conversation& conversation) {
    Json clocks = Json::array();
    for (const sla::Clock& clock : conversation.clocks) clocks.push_back(clock_json(clock));
    Json json(
        {{"id", text_of(conversation.id)},
         {"number", conversation.number},
         {"contact", {{"id", text_of(conversation.contact)}, {"name", conversation.contact_name}}},
         {"reply_address", address_json(conversation.reply_address)},
         {"inbox_id", text_of(conversation.inbox)},
         {"channel", spoken(word(conversation.channel))},
         {"team_id", id_json(conversation.team)},
         {"assignee_id", id_json(conversation.assignee)},
         {"status", spoken(word(conversation.status))},
         {"priority", spoken(word(conversation.priority))},
         {"subject", conversation.subject},
         {"tags", conversation.tags},
         {"created_at", text_of(conversation.created_at)},
         {"updated_at", text_of(conversation.updated_at)},
         {"waiting_since", time_json(conversation.waiting_since)},
         {"snoozed_until", time_json(conversation.snoozed_until)},
         {"sla", std::move(clocks)},
         {"clock_count", conversation.clock_count},
         {"last_answer", id_json(conversation.last_answer)},
         {"standing_answers", standing_json(conversation.standing_answers)},
         {"resolved_at", time_json(conversation.resolved_at)},
         {"routing", routing_place_json(conversation)},
         {"public", conversation.is_public},
         {"spam", conversation.is_spam},
         {"profile", profile_json(conversation.profile)},
         {"message_count", conversation.message_count},
         {"preview", conversation.preview},
         {"last_direction", spoken(word(conversation.last_direction))},
         {"run_agent_id", id_json(conversation.run_agent)},
         {"run_start", conversation.run_start},
         {"thread_ids", conversation.thread_ids},
         {"ver", conversation.version}});
    if (!conversation.held.empty()) json["held"] = ids_json(conversation.held);
    if (!conversation.planned.empty()) json["planned"] = ids_json(conversation.planned);
    if (!conversation.returned.empty()) json["returned"] = returned_json(conversation.returned);
    if (!conversation.taken_back.empty()) json["taken_back"] = ids_json(conversation.taken_back);
    if (!conversation.participants.empty()) json["participants"] = conversation.participants;
    if (conversation.answered_automatically) json["answered_automatically"] = true;
    if (is_some(conversation.asks_to_join))
        json["asks_to_join_id"] = text_of(conversation.asks_to_join);
    return dump(json);
}

Conversation conversation_from(std::string_view text) {
    const Json json = Json::parse(text);
    Conversation value{.id = id_from<ConversationId>(json, "id"),
                       .number = json.at("number"),
                       .contact = id_from<ContactId>(json.at("contact"), "id"),
                       .contact_name = json.at("contact").at("name"),
                       .reply_address = address_from(json.at("reply_address")),
                       .inbox = id_from<InboxId>(json, "inbox_id"),
                       .channel = word_from<Channel>(json, "channel"),
                       .team = id_from<TeamId>(json, "team_id"),
                       .assignee = id_from<AgentId>(json, "assignee_id"),
                       .status = word_from<Status>(json, "status"),
                       .priority = word_from<Priority>(json, "priority"),
                       .subject = json.at("subject"),
                       .tags = json.at("tags"),
                       .created_at = time_from(json, "created_at"),
                       .updated_at = time_from(json, "updated_at"),
                       .waiting_since = maybe_time_from(json, "waiting_since"),
                       .snoozed_until = maybe_time_from(json, "snoozed_until"),
                       .clocks = {},
                       .clock_count = json.at("clock_count"),
                       .last_answer = id_from<MessageId>(json, "last_answer"),
                       .standing_answers = standing_from(json.at("standing_answers")),
                       .returned = returned_from(json),
                       .resolved_at = maybe_time_from(json, "resolved_at"),
                       .is_public = json.at("public"),
                       .is_spam = json.at("spam"),
                       .profile = profile_from(json.at("profile")),
                       .message_count = json.at("message_count"),
                       .preview = json.at("preview"),
                       .last_direction = word_from<Direction>(json, "last_direction"),
                       .run_agent = id_from<AgentId>(json, "run_agent_id"),
                       .run_start = json.at("run_start"),
                       .held = maybe_ids<MessageId>(json, "held"),
                       .planned = maybe_ids<MessageId>(json, "planned"),
                       .taken_back = maybe_ids<MessageId>(json, "taken_back"),
                       .participants = json.value("participants", std::vector<std::string>{}),
                       .answered_automatically = json.value("answered_automatically", false),
                       .asks_to_join = id_from<ConversationId>(json, "asks_to_join_id"),
                       .thread_ids = json.at("thread_ids"),
                       .version = json.at("ver")};
    read_routing_place(json.at("routing"), value);
    for (const Json& clock : json.at("sla")) value.clocks.push_back(json_parts::clock_from(clock));
    return value;
}

std::string to_json(const Answer& answer) {
    return dump({{"id", std::to_string(answer.id)},
                 {"conversation_id", text_of(answer.conversation)},
                 {"number", answer.number},
                 {"seq", answer.seq}});
}

Answer answer_from(std::string_view text) {
    const Json json = Json::parse(text);
    Answer answer;
    answer.id = id_from<std::uint64_t>(json, "id");
    answer.conversation = id_from<ConversationId>(json, "conversation_id");
    answer.number = json.at("number");
    answer.seq = json.at("seq");
    return answer;
}

std::string quoted(std::string_view text) {
    return dump(Json(std::string{text}));
}

namespace {

// Puts the trimmed text back for readers. Inside a JSON string a quotation mark is escaped, so the
// first `,"text":"` is the key (no nested object has one), and the last trimmed_bytes is the one
// written behind it.
void restore_trimmed_text(std::string& body) {
    constexpr std::string_view key = R"(,"text":")";
    constexpr std::string_view length = R"(,"trimmed_json_bytes":)";
    const auto tail = body.rfind(R"(,"trimmed_bytes":)");
    const auto text = body.find(key);
    const auto size_at = body.rfind(length);
    if (tail == std::string::npos || text == std::string::npos || size_at == std::string::npos ||
        size_at < tail)
        return;
    const std::size_t size = std::stoull(body.substr(size_at + length.size()));
    const std::string trimmed = body.substr(text + key.size(), size);
    body.resize(tail);
    body.append(R"(,"trimmed_text":")").append(trimmed).append("\"}");
}

}  // namespace

std::string message_json(const storage::MessageRow& row) {
    std::string out = row.body;
    restore_trimmed_text(out);
    out.pop_back();
    out.append(R"(,"seq":)").append(std::to_string(row.seq));
    out.append(R"(,"delivery":{"state":")").append(row.delivery_state);
    out.append(R"(","reason":)").append(model::quoted(row.delivery_reason));
    std::vector<RecipientDelivery> recipients;
    for (const storage::RecipientRow& one : row.recipients)
        recipients.push_back({one.address,
                              from_word<DeliveryState>(one.state).value_or(DeliveryState::unknown),
                              one.reason});
    if (!recipients.empty())
        out.append(R"(,"recipients":)").append(dump(recipient_deliveries_json(recipients)));
    out.append("}}");
    return out;
}

}  // namespace model
