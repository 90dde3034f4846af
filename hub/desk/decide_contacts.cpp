// Decisions about who somebody is to the company, and about those who only disturb it.
#include <algorithm>
#include <array>

#include "hub/desk/decider.hpp"

namespace desk {

using namespace model;

namespace {

// What concerns every team: whose account it is, who is blocked, who must not be written to.
constexpr auto of_all_teams =
    std::to_array<std::string_view>({"owner", "blocked", "do_not_contact"});

bool is_among(const auto& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

std::string field_of(const Fields& fields, const std::string& name) {
    const auto known = fields.find(name);
    return known == fields.end() ? "" : known->second.value;
}

}  // namespace

// The person's records as they are in memory, the root first.
customers::View Decider::view_of_person(const Contact& root) const {
    std::vector<const Contact*> absorbed;
    for (const ContactId id : root.absorbed) absorbed.push_back(state.contact(id));
    return customers::view_of(root, absorbed, state.value_formula);
}

// After one of a person's records changed: what the person is called and is may follow.
void Decider::settle_person(ContactId record) {
    const Contact& root = *state.person(record);
    const ContactId id = root.id;
    customers::View view = view_of_person(root);
    if (view.name != root.name) emit(ContactRenamed{std::move(view.name)}, id);
    change_profile(*state.contact(id), std::move(view.profile));
}

// Policy: whoever may see one of the contact's conversations may say what is known of the person;
// the gateway has checked that. Whose account it is and who is blocked concerns every team: that is
// for supervisors. A value goes to the root's record; an identity belongs to one person alone. What
// was wrong changes nothing at all. The contact is in memory: `needs` asked for it.
void Decider::operator()(const ChangeContact& command) {
    const Agent* agent = acting(command.agent);
    if (agent == nullptr) return;
    const bool fresh = !is_some(command.contact);
    const Contact* person = state.person(command.contact);
    if (!fresh && person == nullptr)
        return refuse(Refusal::not_found, "there is no contact " + text_of(command.contact));
    ContactFieldsChanged changed;
    if (!check_fields(command, *agent, fresh ? nullptr : person, changed) ||
        !check_identities(command, fresh ? nullptr : person))
        return;
    const bool named = changed.fields.contains("name") || changed.fields.contains("given_name") ||
                       changed.fields.contains("family_name") || !command.add.empty();
    if (fresh && !named)
        return refuse(Refusal::invalid, "a new contact needs a name or an identity", "name");
    const ContactId id = fresh ? ContactId{fresh_id()} : person->id;
    decision_.answer.id = number(id);
    if (fresh) {
        const std::string name = field_of(changed.fields, "name");
        emit(
            ContactCreated{!name.empty() || command.add.empty() ? name : command.add.front().value},
            id);
    }
    change_fields(std::move(changed), id);
    change_identities(command, id);
    for (const auto& [channel, consent] : command.consents) record_consent(command, channel, id);
    for (const Membership& membership : command.memberships)
        emit(MembershipChanged{membership, false}, id);
    for (const OrganisationId left : command.left) leave_organisation(left, id);
    settle_person(id);
}

// A value goes to the root; one that is taken away goes from every record that has it, or another
// record would still say it.
void Decider::change_fields(ContactFieldsChanged changed, ContactId id) {
    ContactFieldsChanged kept;
    for (const auto& [name, field] : changed.fields) {
        if (!field.value.empty()) kept.fields[name] = field;
        if (!field.value.empty()) continue;
        for (const ContactId record : state.records_of(id)) {
            const Fields& own = state.contact(record)->fields;
            const auto known = own.find(name);
            if (known == own.end() || known->second.source > field.source) continue;
            ContactFieldsChanged gone;
            gone.fields[name] = field;
            emit(std::move(gone), record);
        }
    }
    if (!kept.fields.empty()) emit(std::move(kept), id);
}

// What somebody says of a person ends what any of the records said before.
void Decider::record_consent(const ChangeContact& command, const std::string& channel,
                             ContactId id) {
    Consent said = command.consents.at(channel);
    said.source = command.source;
    said.by = command.agent;
    said.at = now;
    for (const ContactId record : state.records_of(id))
        if (record == id || state.contact(record)->consents.contains(channel))
            emit(ConsentRecorded{channel, said}, record);
}

void Decider::leave_organisation(OrganisationId left, ContactId id) {
    for (const ContactId record : state.records_of(id)) {
        const auto& memberships = state.contact(record)->memberships;
        if (std::ranges::find(memberships, left, &Membership::organisation) != memberships.end())
            emit(MembershipChanged{{left}, true}, record);
    }
}

bool Decider::check_fields(const ChangeContact& command, const Agent& agent, const Contact* person,
                           ContactFieldsChanged& changed) {
    const auto shown =
        person == nullptr ? decltype(customers::View::fields){} : view_of_person(*person).fields;
    for (const auto& [name, text] : command.fields) {
        customers::Checked checked = customers::checked_field(name, text, state.attributes);
        if (!checked.fault.empty()) {
            refuse(Refusal::invalid, checked.fault, name);
            return false;
        }
        const auto known = shown.find(name);
        if (checked.value == (known == shown.end() ? "" : known->second.field.value)) continue;
        // What a person has entered is stronger than a table.
        if (known != shown.end() && known->second.field.source > command.source) continue;
        if (is_among(of_all_teams, name) && !steps_in(agent.role)) {
            refuse(Refusal::forbidden,
                   "only a supervisor changes an account's owner, blocks a sender or forbids "
                   "contact; agents mark a conversation as spam",
                   name == "owner" ? "owner_id" : name);
            return false;
        }
        if (name == "owner" && !checked.value.empty() &&
            !state.agents.contains(AgentId{std::stoull(checked.value)})) {
            refuse(Refusal::invalid, "there is no agent " + checked.value, "owner_id");
            return false;
        }
        changed.fields[name] = {std::move(checked.value), command.source, command.agent, now};
    }
    return true;
}

bool Decider::check_identities(const ChangeContact& command, const Contact* person) {
    for (const Identity& identity : command.add) {
        const auto holder = state.contact_of(identity.kind, identity.value);
        if (!holder || (person != nullptr && state.same_person(person->id, *holder))) continue;
        refuse(Refusal::invalid,
               identity.value + " belongs to contact " + text_of(*holder) +
                   "; merge the two if they are one person",
               "identities");
        return false;
    }
    for (const Identity& identity : command.remove) {
        const auto holder = state.contact_of(identity.kind, identity.value);
        if (holder && person != nullptr && state.same_person(person->id, *holder)) continue;
        refuse(Refusal::invalid, identity.value + " is no identity of this contact",
               "remove_identities");
        return false;
    }
    return true;
}

void Decider::change_identities(const ChangeContact& command, ContactId id) {
    for (const Identity& identity : command.add) {
        Identity added = identity;
        added.source = command.source;
        const auto holder = state.contact_of(identity.kind, identity.value);
        if (holder && already_says(*state.contact(*holder), added)) continue;
        emit(IdentityAdded{std::move(added)}, holder.value_or(id));
    }
    for (const Identity& identity : command.remove) {
        const auto holder = state.contact_of(identity.kind, identity.value);
        if (holder && state.same_person(id, *holder))
            emit(IdentityRemoved{identity.kind, identity.value}, *holder);
    }
}

bool Decider::already_says(const Contact& contact, const Identity& identity) {
    return std::ranges::any_of(contact.identities, [&identity](const Identity& one) {
        return one.kind == identity.kind && one.value == identity.value &&
               (one.verified || !identity.verified);
    });
}

// P6: who is blocked is owed nothing, in any conversation.
void Decider::change_profile(const Contact& root, ContactProfile profile) {
    if (root.profile == profile) return;
    const ContactId id = root.id;
    const bool blocks = profile.blocked && !root.profile.blocked;
    emit(ContactProfileChanged{std::move(profile)}, id);
    profile_changed(state.unresolved_with_absorbed(id), blocks);
}

void Decider::profile_changed(const std::vector<ConversationId>& conversations, bool blocks) {
    for (const ConversationId conversation : conversations) {
        if (blocks)
            void_as_spam(conversation);
        else
            reconsider_promises(conversation, false);
    }
}

void Decider::void_as_spam(ConversationId id) {
    void_clocks(id,
                {sla::Metric::first_response, sla::Metric::next_response, sla::Metric::resolution,
                 sla::Metric::public_answer},
                sla::VoidReason::spam);
    if (is_some(state.conversation(id)->offered_to)) end_offer(id, OfferEnd::withdrawn);
}

// P6: spam is owed nothing and goes to nobody, and its sender is blocked from now on. Taken back,
// the sender is free again and the conversation like any that is resolved.
void Decider::operator()(const MarkSpam& command) {
    const Agent* agent = acting(command.agent);
    if (agent == nullptr) return;
    const Conversation* conversation = visible(*agent, command.conversation);
    if (conversation == nullptr) return;
    decision_.answer.conversation = conversation->id;
    if (conversation->is_spam == command.is_spam) return;
    const ConversationId id = conversation->id;
    const ContactId contact_id = conversation->contact;
    emit(SpamMarked{command.is_spam}, *conversation);
    if (command.is_spam) {
        void_as_spam(id);
        if (state.conversation(id)->status != Status::resolved) change_status(id, Status::resolved);
    }
    const Contact* person = state.person(contact_id);
    if (person == nullptr || person->profile.blocked == command.is_spam) return;
    // Who sent it is blocked, and with her the person; set free, every record that said so is.
    for (const ContactId record : state.records_of(contact_id)) {
        const bool says_so = state.contact(record)->fields.contains("blocked");
        if (command.is_spam ? record != contact_id : !says_so) continue;
        ContactFieldsChanged changed;
        changed.fields["blocked"] = {command.is_spam ? "yes" : "", Source::agent, agent->id, now};
        emit(std::move(changed), record);
    }
    settle_person(contact_id);
}

}  // namespace desk
