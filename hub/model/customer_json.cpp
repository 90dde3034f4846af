// Contacts, organisations and what is known about them; the facts of kinds 41 and up.
#include <algorithm>

#include "hub/model/codec.hpp"
#include "hub/model/event.hpp"
#include "hub/model/json_parts.hpp"

namespace model {
namespace json_parts {

Json profile_json(const ContactProfile& profile) {
    Json json = {{"segment", profile.segment},
                 {"relationship", profile.relationship},
                 {"language", profile.language},
                 {"owner_id", id_json(profile.owner)},
                 {"blocked", profile.blocked}};
    if (profile.do_not_contact) json["do_not_contact"] = true;
    if (profile.value) json["value"] = *profile.value;
    return json;
}

ContactProfile profile_from(const Json& json) {
    return {.segment = json.at("segment"),
            .relationship = json.at("relationship"),
            .language = json.at("language"),
            .owner = id_from<AgentId>(json, "owner_id"),
            .blocked = json.at("blocked"),
            .do_not_contact = json.value("do_not_contact", false),
            .value = json.contains("value") ? std::optional{json.at("value").get<double>()}
                                            : std::nullopt};
}

namespace {

Json provenance_json(Source source, AgentId by, Instant at) {
    Json json = {{"source", spoken(word(source))}, {"at", text_of(at)}};
    if (is_some(by)) json["by_id"] = text_of(by);
    return json;
}

Source source_from(const Json& json) {
    return json.contains("source") ? word_from<Source>(json, "source") : Source::channel;
}

Json fields_json(const Fields& fields) {
    Json json = Json::object();
    for (const auto& [name, field] : fields) {
        json[name] = provenance_json(field.source, field.by, field.at);
        json[name]["value"] = field.value;
    }
    return json;
}

Fields fields_from(const Json& owner) {
    Fields fields;
    const Json json = owner.value("fields", Json::object());
    for (const auto& [name, field] : json.items())
        fields[name] = {field.at("value"), source_from(field), id_from<AgentId>(field, "by_id"),
                        time_from(field, "at")};
    return fields;
}

Json consent_json(const Consent& consent) {
    Json json = provenance_json(consent.source, consent.by, consent.at);
    json["state"] = spoken(word(consent.state));
    json["evidence"] = consent.evidence;
    return json;
}

Consent consent_from(const Json& json) {
    return {word_from<ConsentState>(json, "state"), json.at("evidence"), source_from(json),
            id_from<AgentId>(json, "by_id"), time_from(json, "at")};
}

Json membership_json(const Membership& membership) {
    return {{"organisation_id", text_of(membership.organisation)},
            {"role", spoken(word(membership.role))},
            {"title", membership.title}};
}

Membership membership_from(const Json& json) {
    return {id_from<OrganisationId>(json, "organisation_id"), word_from<BuyingRole>(json, "role"),
            json.at("title")};
}

Json organisation_json(const Organisation& organisation) {
    return {{"id", text_of(organisation.id)},
            {"name", organisation.name},
            {"domains", organisation.domains},
            {"fields", fields_json(organisation.fields)},
            {"created_at", text_of(organisation.created_at)}};
}

Organisation organisation_value(const Json& json) {
    return {.id = id_from<OrganisationId>(json, "id"),
            .name = json.at("name"),
            .domains = json.at("domains"),
            .fields = fields_from(json),
            .created_at = time_from(json, "created_at")};
}

Json follow_up_json(const FollowUp& follow_up) {
    return {{"id", text_of(follow_up.id)},
            {"contact_id", text_of(follow_up.contact)},
            {"conversation_id", id_json(follow_up.conversation)},
            {"kind", spoken(word(follow_up.kind))},
            {"text", follow_up.text},
            {"due_at", text_of(follow_up.due_at)},
            {"owner_id", id_json(follow_up.owner)},
            {"state", spoken(word(follow_up.state))},
            {"outcome", follow_up.outcome},
            {"reminded", follow_up.reminded}};
}

FollowUp follow_up_value(const Json& json) {
    return {.id = id_from<FollowUpId>(json, "id"),
            .contact = id_from<ContactId>(json, "contact_id"),
            .conversation = id_from<ConversationId>(json, "conversation_id"),
            .kind = word_from<FollowUpKind>(json, "kind"),
            .text = json.at("text"),
            .due_at = time_from(json, "due_at"),
            .owner = id_from<AgentId>(json, "owner_id"),
            .state = word_from<FollowUpState>(json, "state"),
            .outcome = json.at("outcome"),
            .reminded = json.at("reminded")};
}

Json formula_json(const ValueFormula& formula) {
    return {{"version", formula.version},     {"revenue", formula.revenue},
            {"potential", formula.potential}, {"loyalty", formula.loyalty},
            {"influence", formula.influence}, {"revenue_full", formula.revenue_full}};
}

}  // namespace

Json identity_json(const Identity& identity) {
    return {{"kind", identity.kind},
            {"value", identity.value},
            {"verified", identity.verified},
            {"source", spoken(word(identity.source))},
            {"added_at", text_of(identity.added_at)}};
}

// Identities of before this form have no provenance: they came with a message.
Identity identity_from(const Json& json) {
    return {json.at("kind"), json.at("value"), json.at("verified"), source_from(json),
            maybe_time_from(json, "added_at").value_or(Instant{})};
}

Fact customer_fact(std::size_t kind, const Json& json) {
    switch (kind) {
        case 41:
            (void)json.at("fields");
            return ContactFieldsChanged{fields_from(json)};
        case 42:
            return IdentityRemoved{json.at("kind"), json.at("value")};
        case 43:
            return ConsentRecorded{json.at("channel"), consent_from(json)};
        case 44:
            return MembershipChanged{membership_from(json), json.at("left")};
        case 45:
            return ContactMerged{required_id<ContactId>(json, "into_id")};
        case 46:
            return ContactUnmerged{required_id<ContactId>(json, "from_id")};
        case 47:
            return OrganisationSaved{organisation_value(json)};
        case 48:
            return ValueFormulaSaved{value_formula_from(json.dump())};
        case 49:
            return ContactNoted{json.at("text")};
        case 50:
            return InteractionLogged{word_from<InteractionKind>(json, "kind"),
                                     word_from<Direction>(json, "direction"), json.at("outcome"),
                                     json.at("text"), time_from(json, "happened_at")};
        case 51:
            return FollowUpSaved{follow_up_value(json)};
        case 52:
            return FollowUpDue{required_id<FollowUpId>(json, "follow_up_id")};
        default:
            return AttributeSaved{attribute_from(json.dump())};
    }
}

std::string payload_of(const ContactCreated& fact) {
    return dump({{"name", fact.name}});
}
std::string payload_of(const ContactRenamed& fact) {
    return dump({{"name", fact.name}});
}
std::string payload_of(const IdentityAdded& fact) {
    Json json = {{"kind", fact.identity.kind},
                 {"value", fact.identity.value},
                 {"verified", fact.identity.verified}};
    if (fact.identity.source != Source::channel)
        json["source"] = spoken(word(fact.identity.source));
    return dump(json);
}
std::string payload_of(const ContactProfileChanged& fact) {
    return dump(profile_json(fact.profile));
}
std::string payload_of(const ContactFieldsChanged& fact) {
    return dump({{"fields", fields_json(fact.fields)}});
}
std::string payload_of(const IdentityRemoved& fact) {
    return dump({{"kind", fact.kind}, {"value", fact.value}});
}
std::string payload_of(const ConsentRecorded& fact) {
    Json json = consent_json(fact.consent);
    json["channel"] = fact.channel;
    return dump(json);
}
std::string payload_of(const MembershipChanged& fact) {
    Json json = membership_json(fact.membership);
    json["left"] = fact.left;
    return dump(json);
}
std::string payload_of(const ContactMerged& fact) {
    return dump({{"into_id", text_of(fact.into)}});
}
std::string payload_of(const ContactUnmerged& fact) {
    return dump({{"from_id", text_of(fact.from)}});
}
std::string payload_of(const OrganisationSaved& fact) {
    return to_json(fact.organisation);
}
std::string payload_of(const ValueFormulaSaved& fact) {
    return to_json(fact.formula);
}
std::string payload_of(const ContactNoted& fact) {
    return dump({{"text", fact.text}});
}
std::string payload_of(const InteractionLogged& fact) {
    return dump({{"kind", spoken(word(fact.kind))},
                 {"direction", spoken(word(fact.direction))},
                 {"outcome", fact.outcome},
                 {"text", fact.text},
                 {"happened_at", text_of(fact.happened_at)}});
}
std::string payload_of(const FollowUpSaved& fact) {
    return to_json(fact.follow_up);
}
std::string payload_of(const FollowUpDue& fact) {
    return dump({{"follow_up_id", text_of(fact.follow_up)}});
}
std::string payload_of(const AttributeSaved& fact) {
    return to_json(fact.attribute);
}

}  // namespace json_parts

using namespace json_parts;

namespace {

// Rows of before fields: what a contact was called and was are its own words.
void derive_fields(Contact& contact) {
    const auto learn = [&contact](const char* name, const std::string& value, Source source) {
        if (!value.empty()) contact.fields[name] = {value, source, AgentId{}, contact.created_at};
    };
    const ContactProfile& profile = contact.profile;
    const bool is_address = std::ranges::any_of(
        contact.identities,
        [&contact](const Identity& identity) { return identity.value == contact.name; });
    if (!is_address) learn("name", contact.name, Source::channel);
    learn("segment", profile.segment, Source::agent);
    learn("relationship", profile.relationship, Source::agent);
    learn("language", profile.language, Source::agent);
    learn("owner", is_some(profile.owner) ? text_of(profile.owner) : "", Source::agent);
    learn("blocked", profile.blocked ? "yes" : "", Source::agent);
}

}  // namespace

std::string to_json(const Contact& contact) {
    Json identities = Json::array();
    for (const Identity& identity : contact.identities)
        identities.push_back(identity_json(identity));
    Json json = {{"id", text_of(contact.id)},
                 {"name", contact.name},
                 {"identities", std::move(identities)},
                 {"profile", profile_json(contact.profile)},
                 {"created_at", text_of(contact.created_at)}};
    if (contact.automatic != AutomaticAnswers{})
        json["automatic_answers"] = automatic_answers_json(contact.automatic);
    json["fields"] = fields_json(contact.fields);
    if (!contact.consents.empty()) {
        json["consents"] = Json::object();
        for (const auto& [channel, consent] : contact.consents)
            json["consents"][channel] = consent_json(consent);
    }
    for (const Membership& membership : contact.memberships)
        json["memberships"].push_back(membership_json(membership));
    if (is_some(contact.part_of)) json["part_of_id"] = text_of(contact.part_of);
    if (!contact.absorbed.empty()) json["absorbed_ids"] = ids_json(contact.absorbed);
    return dump(json);
}

Contact contact_from(std::string_view text) {
    const Json json = Json::parse(text);
    Contact contact{.id = id_from<ContactId>(json, "id"),
                    .name = json.at("name"),
                    .identities = {},
                    .created_at = time_from(json, "created_at"),
                    .profile = profile_from(json.at("profile")),
                    .automatic = automatic_answers_from(json),
                    .fields = fields_from(json),
                    .consents = {},
                    .memberships = {},
                    .part_of = id_from<ContactId>(json, "part_of_id"),
                    .absorbed = ids_from<ContactId>(json, "absorbed_ids")};
    for (const Json& identity : json.at("identities"))
        contact.identities.push_back(identity_from(identity));
    if (!json.contains("fields")) derive_fields(contact);
    const Json consents = json.value("consents", Json::object());
    for (const auto& [channel, consent] : consents.items())
        contact.consents[channel] = consent_from(consent);
    for (const Json& membership : json.value("memberships", Json::array()))
        contact.memberships.push_back(membership_from(membership));
    return contact;
}

std::string to_json(const Organisation& organisation) {
    return dump(organisation_json(organisation));
}
Organisation organisation_from(std::string_view text) {
    return organisation_value(Json::parse(text));
}
std::string to_json(const FollowUp& follow_up) {
    return dump(follow_up_json(follow_up));
}
FollowUp follow_up_from(std::string_view text) {
    return follow_up_value(Json::parse(text));
}
std::string to_json(const AttributeDefinition& attribute) {
    return dump({{"id", text_of(attribute.id)},
                 {"key", attribute.key},
                 {"label", attribute.label},
                 {"type", spoken(word(attribute.type))},
                 {"choices", attribute.choices}});
}
AttributeDefinition attribute_from(std::string_view text) {
    const Json json = Json::parse(text);
    return {id_from<AttributeId>(json, "id"), json.at("key"), json.at("label"),
            word_from<AttributeType>(json, "type"), json.at("choices")};
}
std::string to_json(const ValueFormula& formula) {
    return dump(formula_json(formula));
}
ValueFormula value_formula_from(std::string_view text) {
    const Json json = Json::parse(text);
    return {json.at("version"), json.at("revenue"),   json.at("potential"),
            json.at("loyalty"), json.at("influence"), json.at("revenue_full")};
}

}  // namespace model
