#include "hub/api/contact_body.hpp"

#include "hub/customers/fields.hpp"
#include "hub/customers/identity.hpp"
#include "hub/runtime/zones.hpp"

namespace api {
namespace {

constexpr std::size_t list_max = 50;
constexpr double weight_max = 1e6;

// What is taken away is named as it is kept, which need not be the form of today.
std::vector<model::Identity> identities(JsonBody& body, const char* field,
                                        const std::string& country, bool known_already) {
    std::vector<model::Identity> list;
    for (JsonBody& one : body.objects(field, list_max)) {
        model::Identity identity;
        identity.kind = one.text("kind", 30, true);
        const std::string said = one.text("value", 400, true);
        auto checked = customers::checked_identity(identity.kind, said, country);
        const bool by_form = identity.kind == "email" || identity.kind == "phone";
        if (known_already && (!by_form || !checked.fault.empty())) checked = {said, ""};
        identity.value = checked.value;
        identity.verified = one.has("verified") && one.flag("verified");
        if (one.fault())
            body.complain(field, one.complaint());
        else if (!checked.fault.empty())
            body.complain(field, checked.fault);
        list.push_back(std::move(identity));
    }
    return list;
}

std::map<std::string, model::Consent> consents(JsonBody& body) {
    std::map<std::string, model::Consent> said;
    auto object = body.object("consents");
    if (!object) return said;
    for (const std::string& channel : object->keys(list_max)) {
        // In the form of an identity's kind: "email", "phone", a network's name.
        if (const auto kind = customers::checked_identity(channel, "x@x", "IT");
            kind.fault.starts_with("a kind"))
            body.complain("consents", "a channel is \"email\", \"phone\" or a network's name");
        auto one = object->object(channel.c_str());
        const auto state = one ? model::from_word<model::ConsentState>(one->text("state", 20, true))
                               : std::nullopt;
        if (state) said[channel] = {*state, one->text("evidence", 500)};
        if (!state)
            body.complain("consents", "each is {\"state\": \"given\" or \"withdrawn\"}");
        else if (one->fault())
            body.complain("consents", one->complaint());
    }
    return said;
}

std::vector<model::Membership> memberships(JsonBody& body) {
    std::vector<model::Membership> list;
    for (JsonBody& one : body.objects("organisations", list_max)) {
        model::Membership membership{model::OrganisationId{one.maybe_id("id").value_or(0)},
                                     model::BuyingRole::none, one.text("title", 200)};
        const std::string said = one.maybe_text("role", 20).value_or("none");
        const auto role = model::from_word<model::BuyingRole>(said);
        membership.role = role.value_or(model::BuyingRole::none);
        if (!model::is_some(membership.organisation) || !role || one.fault())
            body.complain("organisations",
                          "each is {\"id\", \"role\": none, user, influencer, decider or buyer, "
                          "\"title\"}");
        list.push_back(std::move(membership));
    }
    return list;
}

// By their names; "owner_id" is the owner's.
std::map<std::string, std::string> fields(JsonBody& body) {
    std::map<std::string, std::string> values;
    for (const customers::FieldRule& rule : customers::contact_fields()) {
        const std::string name{rule.name};
        if (const auto value = body.maybe_scalar(name.c_str(), 1000)) values[name] = *value;
    }
    const auto zone = values.find("time_zone");
    if (zone != values.end() && !zone->second.empty() && !runtime::load_zone(zone->second))
        body.complain("time_zone",
                      "the system knows no such time zone; write one like Europe/Rome");
    if (body.has("owner_id")) {
        const std::uint64_t owner = body.maybe_id("owner_id").value_or(0);
        values["owner"] = owner == 0 ? "" : std::to_string(owner);
    }
    auto own = body.object("attributes");
    if (!own) return values;
    for (const std::string& key : own->keys(list_max)) {
        const std::string name = "attribute." + key;
        values[name] = own->maybe_scalar(key.c_str(), 2000).value_or("");
        if (own->fault()) body.complain(name, own->complaint());
    }
    return values;
}

}  // namespace

model::ChangeContact read_contact_change(JsonBody& body, const std::string& country) {
    model::ChangeContact change;
    change.fields = fields(body);
    change.add = identities(body, "identities", country, false);
    change.remove = identities(body, "remove_identities", country, true);
    change.consents = consents(body);
    change.memberships = memberships(body);
    for (const std::uint64_t id : body.ids("leave_organisation_ids"))
        change.left.push_back(model::OrganisationId{id});
    return change;
}

model::Organisation read_organisation(JsonBody& body) {
    model::Organisation organisation;
    organisation.name = body.text("name", 200, true);
    for (const std::string& domain : body.texts("domains", list_max, 200)) {
        const auto checked = customers::checked_identity("email", "a@" + domain, {});
        if (!checked.fault.empty() || domain.find('.') == std::string::npos)
            body.complain("domains", "each is the part of a mail address behind the @");
        else
            organisation.domains.push_back(checked.value.substr(2));
    }
    for (const char* name : {"street", "postal_code", "city", "province", "country", "website"})
        if (const auto value = body.maybe_scalar(name, 200)) organisation.fields[name] = {*value};
    return organisation;
}

model::AttributeDefinition read_attribute(JsonBody& body) {
    model::AttributeDefinition attribute;
    attribute.key = body.text("key", 50, true);
    attribute.label = body.text("label", 200);
    attribute.choices = body.texts("choices", 200, 200);
    const auto type =
        model::from_word<model::AttributeType>(body.maybe_text("type", 20).value_or("text"));
    if (!type) body.complain("type", "must be text, number, date, flag or choice");
    attribute.type = type.value_or(model::AttributeType::text);
    return attribute;
}

model::ValueFormula read_value_formula(JsonBody& body, model::ValueFormula known) {
    const auto take = [&body](const char* name, double& value, double most) {
        if (const auto said = body.maybe_real(name, 0, most)) value = *said;
    };
    take("revenue", known.revenue, weight_max);
    take("potential", known.potential, weight_max);
    take("loyalty", known.loyalty, weight_max);
    take("influence", known.influence, weight_max);
    take("revenue_full", known.revenue_full, 1e12);
    return known;
}

model::FollowUp read_follow_up(JsonBody& body, const model::FollowUp& known) {
    model::FollowUp follow_up = known;
    const bool fresh = !model::is_some(known.id);
    if (const auto text = body.maybe_text("text", 2000)) follow_up.text = *text;
    if (const auto text = body.maybe_text("outcome", 2000)) follow_up.outcome = *text;
    if (const auto owner = body.maybe_id("owner_id")) follow_up.owner = model::AgentId{*owner};
    if (const auto id = body.maybe_id("conversation_id"); id && fresh)
        follow_up.conversation = model::ConversationId{*id};
    if (const auto at = body.maybe_instant("due_at")) follow_up.due_at = *at;
    if (follow_up.due_at == model::Instant{}) body.complain("due_at", "say when it is due");
    if (const auto said = body.maybe_text("kind", 20)) {
        const auto kind = model::from_word<model::FollowUpKind>(*said);
        if (!kind) body.complain("kind", "must be call, visit, offer, complaint, return or task");
        follow_up.kind = kind.value_or(follow_up.kind);
    }
    if (const auto said = body.maybe_text("state", 20)) {
        const auto state = model::from_word<model::FollowUpState>(*said);
        if (!state) body.complain("state", "must be open, done or cancelled");
        follow_up.state = state.value_or(follow_up.state);
    }
    return follow_up;
}

}  // namespace api
