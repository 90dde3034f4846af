#include "hub/desk/fold_contact.hpp"

#include <algorithm>

namespace desk {

using namespace model;

namespace {

bool stands_alone(const Contact& contact) {
    return !is_some(contact.part_of) && contact.absorbed.empty();
}

void learn(Contact& contact, const char* name, const std::string& value, const Event& event) {
    const auto known = contact.fields.find(name);
    if ((known == contact.fields.end() ? "" : known->second.value) == value) return;
    const bool by_agent = event.actor.type == AuthorType::agent;
    if (value.empty())
        contact.fields.erase(name);
    else
        contact.fields[name] = {value, by_agent ? Source::agent : Source::channel,
                                by_agent ? AgentId{event.actor.id} : AgentId{}, event.at};
}

// Ids are given out rising: whoever folds an old one does not go back.
void used(State& state, std::uint64_t id) {
    state.next_id = std::max(state.next_id, id + 1);
}

// A name that a person is shown with. What logs of before fields say this way is the record's own
// word.
void fold_name(State& state, const Event& event, const std::string& name) {
    Contact& contact = state.contact_at(event.contact);
    contact.name = name;
    const bool is_address = std::ranges::any_of(
        contact.identities, [&name](const Identity& one) { return one.value == name; });
    const bool composed =
        contact.fields.contains("given_name") || contact.fields.contains("family_name");
    if (stands_alone(contact) && !is_address && !composed) learn(contact, "name", name, event);
}

// Conversations carry what their person is called and is.
void change_conversations(State& state, const Event& event,
                          const std::vector<ConversationId>& ids) {
    for (const ConversationId id : ids)
        state.change(id, [&state, &event](Conversation& conversation) {
            const Contact& person = *state.person(conversation.contact);
            conversation.contact_name = person.name;
            conversation.profile = person.profile;
            conversation.version = event.seq;
        });
}

}  // namespace

void fold_customer(State& state, const Event& event, const ContactCreated& fact) {
    used(state, number(event.contact));
    state.put(
        Contact{.id = event.contact, .name = fact.name, .identities = {}, .created_at = event.at});
    fold_name(state, event, fact.name);
}

void fold_customer(State& state, const Event& event, const ContactRenamed& fact) {
    fold_name(state, event, fact.name);
    change_conversations(state, event, state.unresolved_with_absorbed(event.contact));
}

void fold_customer(State& state, const Event& event, const ContactProfileChanged& fact) {
    const ContactProfile& profile = fact.profile;
    Contact& contact = state.contact_at(event.contact);
    contact.profile = profile;
    change_conversations(state, event, state.unresolved_with_absorbed(event.contact));
    if (!stands_alone(contact)) return;
    learn(contact, "segment", profile.segment, event);
    learn(contact, "relationship", profile.relationship, event);
    learn(contact, "language", profile.language, event);
    learn(contact, "owner", is_some(profile.owner) ? text_of(profile.owner) : "", event);
    learn(contact, "blocked", profile.blocked ? "yes" : "", event);
    learn(contact, "do_not_contact", profile.do_not_contact ? "yes" : "", event);
}

void fold_customer(State& state, const Event& event, const IdentityAdded& fact) {
    Identity identity = fact.identity;
    identity.added_at = event.at;
    state.add_identity(event.contact, identity);
    // An address that stood in for a name is none.
    Contact& contact = state.contact_at(event.contact);
    const auto name = contact.fields.find("name");
    if (name != contact.fields.end() && name->second.value == identity.value)
        contact.fields.erase(name);
}

void fold_customer(State& state, const Event& event, const IdentityRemoved& fact) {
    state.remove_identity(event.contact, fact.kind, fact.value);
}

void fold_customer(State& state, const Event& event, const ContactFieldsChanged& fact) {
    Contact& contact = state.contact_at(event.contact);
    for (const auto& [name, field] : fact.fields)
        if (field.value.empty())
            contact.fields.erase(name);
        else
            contact.fields[name] = field;
}

void fold_customer(State& state, const Event& event, const ConsentRecorded& fact) {
    state.contact_at(event.contact).consents[fact.channel] = fact.consent;
}

void fold_customer(State& state, const Event& event, const MembershipChanged& fact) {
    Contact& contact = state.contact_at(event.contact);
    const auto known = std::ranges::find(contact.memberships, fact.membership.organisation,
                                         &Membership::organisation);
    if (known != contact.memberships.end()) contact.memberships.erase(known);
    if (!fact.left) contact.memberships.push_back(fact.membership);
    std::ranges::sort(contact.memberships, {}, &Membership::organisation);
}

// The record, with all that it has absorbed itself, becomes part of the root.
void fold_customer(State& state, const Event& event, const ContactMerged& fact) {
    Contact& absorbed = state.contact_at(event.contact);
    Contact& into = state.contact_at(fact.into);
    absorbed.part_of = into.id;
    into.absorbed.push_back(absorbed.id);
    for (const ContactId other : absorbed.absorbed) {
        state.contact_at(other).part_of = into.id;
        into.absorbed.push_back(other);
    }
    std::ranges::sort(into.absorbed);
    change_conversations(state, event, state.unresolved_with_absorbed(event.contact));
}

void fold_customer(State& state, const Event& event, const ContactUnmerged& fact) {
    const ContactId record = event.contact;
    const std::vector<ContactId> people = state.records_of(fact.from);
    Contact& leaving = state.contact_at(record);
    const auto goes = [&leaving, record](ContactId id) {
        return id == record || std::ranges::find(leaving.absorbed, id) != leaving.absorbed.end();
    };
    for (const ContactId id : people) {
        Contact& other = state.contact_at(id);
        if (std::ranges::find(other.absorbed, record) != other.absorbed.end())
            std::erase_if(other.absorbed, goes);
    }
    leaving.part_of = {};
    for (const ContactId id : leaving.absorbed) state.contact_at(id).part_of = record;
    state.touched(fact.from);
    change_conversations(state, event, state.unresolved_with_absorbed(record));
}

void fold_customer(State& state, const Event&, const OrganisationSaved& fact) {
    used(state, number(fact.organisation.id));
}
void fold_customer(State& state, const Event&, const ValueFormulaSaved& fact) {
    state.value_formula = fact.formula;
}
void fold_customer(State& state, const Event&, const AttributeSaved& fact) {
    used(state, number(fact.attribute.id));
    state.attributes[fact.attribute.id] = fact.attribute;
}
void fold_customer(State&, const Event&, const ContactNoted&) {}
void fold_customer(State&, const Event&, const InteractionLogged&) {}
void fold_customer(State& state, const Event&, const FollowUpSaved& fact) {
    used(state, number(fact.follow_up.id));
    state.put(fact.follow_up);
}
void fold_customer(State& state, const Event&, const FollowUpDue& fact) {
    FollowUp follow_up = state.follow_ups.at(fact.follow_up);
    follow_up.reminded = true;
    state.put(follow_up);
}

}  // namespace desk
