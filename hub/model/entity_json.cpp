#include "hub/model/codec.hpp"
#include "hub/model/json_parts.hpp"

namespace model {
namespace json_parts {

Json address_json(const connectors::Address& address) {
    return {{"kind", address.kind},
            {"value", address.value},
            {"name", address.name},
            {"verified", address.verified}};
}

connectors::Address address_from(const Json& json) {
    return {.kind = json.value("kind", ""),
            .value = json.value("value", ""),
            .name = json.value("name", ""),
            .verified = json.value("verified", false)};
}

Json addresses_json(const std::vector<connectors::Address>& addresses) {
    Json list = Json::array();
    for (const auto& address : addresses) list.push_back(address_json(address));
    return list;
}

std::vector<connectors::Address> addresses_from(const Json& json, const char* key) {
    std::vector<connectors::Address> addresses;
    for (const Json& address : json.value(key, Json::array()))
        addresses.push_back(address_from(address));
    return addresses;
}

namespace {

Json attachment_json(const Attachment& attachment) {
    return {{"id", text_of(attachment.id)},   {"name", attachment.name},
            {"type", attachment.type},        {"size", attachment.size},
            {"inline", attachment.is_inline}, {"content_id", attachment.content_id},
            {"sha256", attachment.sha256}};
}

Attachment attachment_from(const Json& json) {
    return {.id = id_from<AttachmentId>(json, "id"),
            .name = json.at("name"),
            .type = json.at("type"),
            .size = json.at("size"),
            .is_inline = json.at("inline"),
            .content_id = json.value("content_id", ""),
            .sha256 = json.value("sha256", "")};
}

}  // namespace

namespace {

// The usual trimmed text is the beginning of the text: then only its length is stored.
std::string trimmed_from(const Json& json) {
    const auto bytes = json.find("trimmed_bytes");
    if (bytes == json.end()) return json.at("trimmed_text");
    return json.at("text").get_ref<const std::string&>().substr(0, bytes->get<std::size_t>());
}

}  // namespace

// Without the text, which is appended (see to_json).
Json message_body(const Message& message) {
    Json attachments = Json::array();
    for (const Attachment& attachment : message.attachments)
        attachments.push_back(attachment_json(attachment));
    return {{"id", text_of(message.id)},
            {"conversation_id", text_of(message.conversation)},
            {"number", message.number},
            {"direction", spoken(word(message.direction))},
            {"visibility", spoken(word(message.visibility))},
            {"kind", spoken(word(message.kind))},
            {"author",
             {{"type", spoken(word(message.author.type))},
              {"id", std::to_string(message.author.id)},
              {"name", message.author.name},
              {"address", message.author.address}}},
            {"subject", message.subject},
            {"html", message.html},
            {"attachments", std::move(attachments)},
            {"to", addresses_json(message.to)},
            {"cc", addresses_json(message.cc)},
            {"external_id", message.external_id},
            {"client_id", message.client_id},
            {"defects", message.defects},
            {"raw_sha256", message.raw_sha256},
            {"sent_at", text_of(message.sent_at)},
            {"received_at", text_of(message.received_at)}};
}

Message message_value(const Json& json) {
    const Json& author = json.at("author");
    Message message{.id = id_from<MessageId>(json, "id"),
                    .conversation = id_from<ConversationId>(json, "conversation_id"),
                    .number = json.at("number"),
                    .direction = word_from<Direction>(json, "direction"),
                    .visibility = word_from<Visibility>(json, "visibility"),
                    .kind = word_from<MessageKind>(json, "kind"),
                    .author = {.type = word_from<AuthorType>(author, "type"),
                               .id = std::stoull(author.at("id").get_ref<const std::string&>()),
                               .name = author.at("name"),
                               .address = author.at("address")},
                    .subject = json.at("subject"),
                    .text = json.at("text"),
                    .html = json.at("html"),
                    .trimmed_text = trimmed_from(json),
                    .attachments = {},
                    .to = addresses_from(json, "to"),
                    .cc = addresses_from(json, "cc"),
                    .bcc = json.contains("bcc") ? addresses_from(json, "bcc")
                                                : std::vector<connectors::Address>{},
                    .reply_to = json.contains("reply_to")
                                    ? std::optional{address_from(json.at("reply_to"))}
                                    : std::nullopt,
                    .external_id = json.at("external_id"),
                    .client_id = json.value("client_id", ""),
                    .defects = json.value("defects", std::vector<std::string>{}),
                    .raw_sha256 = json.value("raw_sha256", ""),
                    .delivery = {},
                    .leaves_at = maybe_time_from(json, "leaves_at"),
                    .planned = json.value("planned", false),
                    .sent_at = time_from(json, "sent_at"),
                    .received_at = time_from(json, "received_at")};
    for (const Json& attachment : json.at("attachments"))
        message.attachments.push_back(attachment_from(attachment));
    return message;
}

Json team_body(const Team& team) {
    return {{"id", text_of(team.id)},
            {"name", team.name},
            {"lead_id", id_json(team.lead)},
            {"mode", spoken(word(team.mode))},
            {"overflow_ids", ids_json(team.overflow)},
            {"calendar_id", id_json(team.calendar)}};
}

Team team_value(const Json& json) {
    return {.id = id_from<TeamId>(json, "id"),
            .name = json.at("name"),
            .lead = id_from<AgentId>(json, "lead_id"),
            .mode = word_from<QueueMode>(json, "mode"),
            .overflow = ids_from<TeamId>(json, "overflow_ids"),
            .calendar = id_from<CalendarId>(json, "calendar_id")};
}

Json inbox_body(const Inbox& inbox, bool with_secrets) {
    Json settings = {{"offline_inbox_id", id_json(inbox.offline_inbox)},
                     {"allowed_origins", inbox.allowed_origins}};
    if (with_secrets) settings["identity_key"] = inbox.identity_key;
    if (!inbox.signature.empty()) settings["signature"] = inbox.signature;
    if (inbox.undo_seconds != 0) settings["undo_seconds"] = inbox.undo_seconds;
    if (inbox.sender_name != SenderName::agent_and_inbox)
        settings["sender_name"] = spoken(word(inbox.sender_name));
    if (inbox.automatic_reply)
        settings["automatic_reply"] = automatic_reply_json(*inbox.automatic_reply);
    if (inbox.mailbox) settings["mailbox"] = mailbox_json(*inbox.mailbox, with_secrets);
    return {{"id", text_of(inbox.id)},
            {"name", inbox.name},
            {"channel", spoken(word(inbox.channel))},
            {"address", inbox.address},
            {"team_id", id_json(inbox.team)},
            {"weight", inbox.weight},
            {"wrap_up_seconds", inbox.wrap_up_seconds},
            {"skills", skill_needs_json(inbox.skills)},
            {"settings", std::move(settings)},
            {"health", "ok"}};
}

Inbox inbox_value(const Json& json) {
    const Json settings = json.value("settings", Json::object());
    return {.id = id_from<InboxId>(json, "id"),
            .name = json.at("name"),
            .channel = word_from<Channel>(json, "channel"),
            .address = json.at("address"),
            .team = id_from<TeamId>(json, "team_id"),
            .weight = json.value("weight", 1U),
            .wrap_up_seconds = json.value("wrap_up_seconds", 0U),
            .skills = skill_needs_from(json, "skills"),
            .offline_inbox = id_from<InboxId>(settings, "offline_inbox_id"),
            .allowed_origins = settings.value("allowed_origins", std::vector<std::string>{}),
            .identity_key = settings.value("identity_key", ""),
            .mailbox = mailbox_from(settings),
            .signature = settings.value("signature", ""),
            .undo_seconds = settings.value("undo_seconds", 0U),
            .sender_name = settings.contains("sender_name")
                               ? word_from<SenderName>(settings, "sender_name")
                               : SenderName::agent_and_inbox,
            .automatic_reply = automatic_reply_from(settings)};
}

Json agent_body(const Agent& agent) {
    Json skills = Json::array();
    for (const routing::SkillHeld& skill : agent.skills)
        skills.push_back({{"skill", skill.skill}, {"level", skill.level}});
    return {{"id", text_of(agent.id)},
            {"name", agent.name},
            {"email", agent.email},
            {"role", spoken(word(agent.role))},
            {"team_ids", ids_json(agent.teams)},
            {"inbox_ids", ids_json(agent.inboxes)},
            {"skills", std::move(skills)},
            {"languages", agent.languages},
            {"session_capacity", agent.session_capacity},
            {"asynchronous_capacity", agent.asynchronous_capacity}};
}

Agent agent_value(const Json& json) {
    Agent agent{.id = id_from<AgentId>(json, "id"),
                .name = json.at("name"),
                .email = json.at("email"),
                .role = word_from<Role>(json, "role"),
                .teams = ids_from<TeamId>(json, "team_ids"),
                .inboxes = ids_from<InboxId>(json, "inbox_ids"),
                .skills = {},
                .languages = json.value("languages", std::vector<std::string>{}),
                .session_capacity = json.value("session_capacity", 3U),
                .asynchronous_capacity = json.value("asynchronous_capacity", 3U)};
    for (const Json& skill : json.value("skills", Json::array()))
        agent.skills.push_back({skill.at("skill"), skill.at("level"),
                                routing::factor_of(skill.at("level").get<std::uint32_t>())});
    return agent;
}

}  // namespace json_parts

using namespace json_parts;

std::string to_json(const Team& team) {
    return dump(team_body(team));
}
std::string to_json(const Inbox& inbox) {
    return dump(inbox_body(inbox, false));
}
std::string stored_json(const Inbox& inbox) {
    return dump(inbox_body(inbox, true));
}
std::string to_json(const Agent& agent) {
    return dump(agent_body(agent));
}
namespace {

// How many bytes the UTF-8 sequence at `at` has; 0 when it is not one (RFC 3629).
std::size_t utf8_size(const std::string& text, std::size_t at) {
    const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(at);
    const std::size_t size = lead >= 0xC2 && lead <= 0xDF   ? 2
                             : lead >= 0xE0 && lead <= 0xEF ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
    if (size == 0 || at + size > text.size()) return 0;
    const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (byte(at + 1) < low || byte(at + 1) > high) return 0;
    for (std::size_t i = 2; i < size; ++i)
        if (byte(at + i) < 0x80 || byte(at + i) > 0xBF) return 0;
    return size;
}

// The inside of a JSON string. A long text is copied once; what is rare goes through the library.
std::string escaped(const std::string& text) {
    const auto by_library = [&text] {
        const std::string whole = dump(Json(text));
        return whole.substr(1, whole.size() - 2);
    };
    std::string out;
    out.reserve(text.size() + text.size() / 16);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x80) {
            const std::size_t size = utf8_size(text, i);
            if (size == 0) return by_library();
            out.append(text, i, size);
            i += size - 1;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(text[i]);
        } else if (c < ' ' || c == 0x7f) {
            return by_library();
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

}  // namespace

// The text stands once, at the end: `"text":"…","trimmed_bytes":N,"trimmed_json_bytes":M}`. The
// trimmed text is its first N bytes, and the first M bytes of its JSON form; `message_json` puts it
// in for readers.
std::string to_json(const Message& message) {
    const bool prefix = message.text.starts_with(message.trimmed_text);
    Json body = message_body(message);
    if (!prefix) body["trimmed_text"] = message.trimmed_text;
    if (message.reply_to) body["reply_to"] = address_json(*message.reply_to);
    if (message.leaves_at) body["leaves_at"] = text_of(*message.leaves_at);
    if (message.planned) body["planned"] = true;
    if (!message.bcc.empty()) body["bcc"] = addresses_json(message.bcc);
    std::string out = dump(body);
    out.pop_back();
    const std::string text = escaped(message.text);
    out.append(R"(,"text":")").append(text).append("\"");
    if (prefix) {
        const bool whole = message.trimmed_text.size() == message.text.size();
        out.append(R"(,"trimmed_bytes":)").append(std::to_string(message.trimmed_text.size()));
        out.append(R"(,"trimmed_json_bytes":)")
            .append(std::to_string(whole ? text.size() : escaped(message.trimmed_text).size()));
    }
    return out + "}";
}

Team team_from(std::string_view text) {
    return team_value(Json::parse(text));
}
Inbox inbox_from(std::string_view text) {
    return inbox_value(Json::parse(text));
}
Agent agent_from(std::string_view text) {
    return agent_value(Json::parse(text));
}
Message message_from(std::string_view text) {
    return message_value(Json::parse(text));
}

}  // namespace model
