// What the outbox holds, how its recipients stand, and what keeps automatic answers apart.
#include "hub/model/codec.hpp"
#include "hub/model/json_parts.hpp"

namespace model {

using namespace json_parts;

namespace {

Json attachment_json(const connectors::Attachment& attachment) {
    Json json = {{"name", attachment.name},
                 {"type", attachment.type},
                 {"sha256", attachment.sha256},
                 {"size", attachment.size}};
    if (attachment.is_inline) json["content_id"] = attachment.content_id;
    return json;
}

connectors::Attachment attachment_from(const Json& json) {
    connectors::Attachment attachment;
    attachment.name = json.at("name");
    attachment.type = json.at("type");
    attachment.sha256 = json.at("sha256");
    attachment.size = json.at("size");
    attachment.content_id = json.value("content_id", "");
    attachment.is_inline = !attachment.content_id.empty();
    return attachment;
}

Json outcome_json(const connectors::RecipientOutcome& outcome) {
    return {{"address", outcome.address},
            {"kind", spoken(word(outcome.kind))},
            {"reason", outcome.reason},
            {"unknown", outcome.unknown}};
}

}  // namespace

std::string to_json(const connectors::Outbound& outbound) {
    Json attachments = Json::array();
    for (const auto& attachment : outbound.attachments)
        attachments.push_back(attachment_json(attachment));
    Json json = {
        {"message", outbound.message},           {"conversation", outbound.conversation},
        {"inbox_id", text_of(outbound.inbox)},   {"channel", spoken(word(outbound.channel))},
        {"from", address_json(outbound.from)},   {"to", addresses_json(outbound.to)},
        {"cc", addresses_json(outbound.cc)},     {"bcc", addresses_json(outbound.bcc)},
        {"subject", outbound.subject},           {"text", outbound.text},
        {"attachments", std::move(attachments)}, {"external_id", outbound.external_id},
        {"in_reply_to", outbound.in_reply_to},   {"references", outbound.references},
        {"reply_to", outbound.reply_to},         {"written_at", text_of(outbound.written_at)}};
    if (!outbound.html.empty()) json["html"] = outbound.html;
    if (outbound.automatic) json["automatic"] = true;
    for (const auto& outcome : outbound.so_far) json["so_far"].push_back(outcome_json(outcome));
    return dump(json);
}

connectors::Outbound outbound_from(std::string_view text) {
    const Json json = Json::parse(text);
    connectors::Outbound outbound{.message = json.at("message"),
                                  .conversation = json.at("conversation"),
                                  .inbox = id_from<InboxId>(json, "inbox_id"),
                                  .channel = word_from<Channel>(json, "channel"),
                                  .from = address_from(json.at("from")),
                                  .to = addresses_from(json, "to"),
                                  .cc = addresses_from(json, "cc"),
                                  .bcc = json.contains("bcc") ? addresses_from(json, "bcc")
                                                              : std::vector<connectors::Address>{},
                                  .subject = json.at("subject"),
                                  .text = json.at("text"),
                                  .html = json.value("html", ""),
                                  .attachments = {},
                                  .external_id = json.at("external_id"),
                                  .in_reply_to = json.at("in_reply_to"),
                                  .references = json.at("references"),
                                  .reply_to = json.at("reply_to"),
                                  .automatic = json.value("automatic", false),
                                  .so_far = {},
                                  .written_at = time_from(json, "written_at")};
    for (const Json& one : json.at("attachments"))
        outbound.attachments.push_back(attachment_from(one));
    for (const Json& one : json.value("so_far", Json::array()))
        outbound.so_far.push_back({one.at("address"),
                                   word_from<connectors::OutcomeKind>(one, "kind"),
                                   one.at("reason"), one.at("unknown")});
    return outbound;
}

namespace json_parts {

Json recipient_deliveries_json(const std::vector<RecipientDelivery>& recipients) {
    Json json = Json::array();
    for (const RecipientDelivery& one : recipients)
        json.push_back(
            {{"address", one.address}, {"state", spoken(word(one.state))}, {"reason", one.reason}});
    return json;
}

std::vector<RecipientDelivery> recipient_deliveries_from(const Json& json) {
    std::vector<RecipientDelivery> recipients;
    for (const Json& one : json.value("recipients", Json::array()))
        recipients.push_back(
            {one.at("address"), word_from<DeliveryState>(one, "state"), one.at("reason")});
    return recipients;
}

Json automatic_answers_json(const AutomaticAnswers& answers) {
    Json last = Json::object();
    for (const auto& [inbox, at] : answers.last) last[text_of(inbox)] = text_of(at);
    Json arrivals = Json::array();
    for (const Instant at : answers.arrivals) arrivals.push_back(text_of(at));
    return {{"last", std::move(last)}, {"arrivals", std::move(arrivals)}};
}

AutomaticAnswers automatic_answers_from(const Json& contact) {
    AutomaticAnswers answers;
    const auto json = contact.find("automatic_answers");
    if (json == contact.end()) return answers;
    for (const auto& [inbox, at] : json->at("last").items())
        if (const auto instant = instant_of(at.get_ref<const std::string&>()))
            answers.last[InboxId{std::stoull(inbox)}] = *instant;
    for (const Json& at : json->at("arrivals"))
        if (const auto instant = instant_of(at.get_ref<const std::string&>()))
            answers.arrivals.push_back(*instant);
    return answers;
}

Json automatic_reply_json(const AutomaticReply& reply) {
    return {{"text", reply.text},
            {"when", spoken(word(reply.when))},
            {"period_hours", reply.period_hours}};
}

std::optional<AutomaticReply> automatic_reply_from(const Json& settings) {
    const auto json = settings.find("automatic_reply");
    if (json == settings.end()) return std::nullopt;
    return AutomaticReply{json->at("text"), word_from<AutomaticReplyWhen>(*json, "when"),
                          json->at("period_hours")};
}

}  // namespace json_parts
}  // namespace model
