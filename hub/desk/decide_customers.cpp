// Decisions about people as a whole: merging their records and taking it back, organisations, what
// happened elsewhere, and what is still to be done for them.
#include <algorithm>

#include "hub/desk/decider.hpp"

namespace desk {

using namespace model;

const Contact* Decider::known_person(ContactId record) {
    const Contact* person = is_some(record) ? state.person(record) : nullptr;
    if (person == nullptr)
        refuse(Refusal::not_found, "there is no contact " + text_of(record), "contact_id");
    return person;
}

// Policy: a merge is a link, not a move. The absorbed record keeps its identities, values, consents
// and conversations; the root shows what all of them say together. So a merge can be taken back
// exactly, whatever came in between: what reached an identity of the absorbed record went to that
// record all along.
void Decider::operator()(const MergeContacts& command) {
    if (acting(command.agent) == nullptr) return;
    const Contact* root = known_person(command.contact);
    const Contact* other = root == nullptr ? nullptr : known_person(command.absorbed);
    if (other == nullptr) return;
    if (root->id == other->id)
        return refuse(Refusal::invalid, "these two are one person already", "contact_id");
    const ContactId into = root->id;
    const ContactId absorbed = other->id;
    const bool blocked = root->profile.blocked;
    const std::vector<ConversationId> theirs = state.unresolved_with_absorbed(absorbed);
    decision_.answer.id = number(into);
    emit(ContactMerged{into}, absorbed);
    settle_person(into);
    profile_changed(theirs, blocked);
}

void Decider::operator()(const UnmergeContact& command) {
    if (acting(command.agent) == nullptr) return;
    const Contact* record = is_some(command.contact) ? state.contact(command.contact) : nullptr;
    if (record == nullptr)
        return refuse(Refusal::not_found, "there is no contact " + text_of(command.contact));
    if (!is_some(record->part_of))
        return refuse(Refusal::invalid,
                      "contact " + text_of(command.contact) + " is not merged into another one");
    const ContactId id = record->id;
    const ContactId from = record->part_of;
    decision_.answer.id = number(id);
    emit(ContactUnmerged{from}, id);
    settle_person(id);
    settle_person(from);
    profile_changed(state.unresolved_with_absorbed(id), state.contact(id)->profile.blocked);
}

void Decider::operator()(const SaveOrganisation& command) {
    const Agent* agent = acting(command.agent);
    if (agent == nullptr) return;
    Organisation organisation = command.organisation;
    if (organisation.name.empty())
        return refuse(Refusal::invalid, "an organisation needs a name", "name");
    for (auto& [name, field] : organisation.fields) {
        customers::Checked checked = customers::checked_field(name, field.value, {});
        if (!checked.fault.empty()) return refuse(Refusal::invalid, checked.fault, name);
        field = {std::move(checked.value), Source::agent, agent->id, now};
    }
    std::erase_if(organisation.fields, [](const auto& one) { return one.second.value.empty(); });
    if (!is_some(organisation.id)) {
        organisation.id = OrganisationId{fresh_id()};
        organisation.created_at = now;
    }
    decision_.answer.id = number(organisation.id);
    emit(OrganisationSaved{std::move(organisation)});
}

void Decider::operator()(const SaveValueFormula& command) {
    if (!administrates(command.by)) return;
    ValueFormula formula = command.formula;
    const double weights =
        formula.revenue + formula.potential + formula.loyalty + formula.influence;
    const double least =
        std::min({formula.revenue, formula.potential, formula.loyalty, formula.influence});
    if (least < 0 || weights <= 0)
        return refuse(Refusal::invalid, "weights are 0 or more, and one is more than 0", "revenue");
    if (formula.revenue_full <= 0)
        return refuse(Refusal::invalid, "must be more than 0", "revenue_full");
    formula.version = state.value_formula.version + 1;
    emit(ValueFormulaSaved{formula});
}

void Decider::operator()(const SaveAttribute& command) {
    if (!administrates(command.by)) return;
    AttributeDefinition attribute = command.attribute;
    const bool good = !attribute.key.empty() && attribute.key.size() <= 50 &&
                      std::ranges::all_of(attribute.key, [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                      });
    if (!good)
        return refuse(Refusal::invalid, "a key is made of a-z, 0-9 and _, at most 50", "key");
    for (const auto& [id, other] : state.attributes)
        if (other.key == attribute.key && id != attribute.id)
            return refuse(Refusal::invalid, "there is an attribute of this key already", "key");
    const auto known = state.attributes.find(attribute.id);
    if (is_some(attribute.id) && known == state.attributes.end())
        return refuse(Refusal::not_found, "there is no attribute " + text_of(attribute.id));
    if (known != state.attributes.end() && known->second.key != attribute.key)
        return refuse(Refusal::invalid, "values are kept under the key: it stays", "key");
    if (attribute.type == AttributeType::choice && attribute.choices.empty())
        return refuse(Refusal::invalid, "name at least one choice", "choices");
    if (!is_some(attribute.id)) attribute.id = AttributeId{fresh_id()};
    if (attribute.label.empty()) attribute.label = attribute.key;
    decision_.answer.id = number(attribute.id);
    emit(AttributeSaved{std::move(attribute)});
}

void Decider::operator()(const NoteOnContact& command) {
    if (acting(command.agent) == nullptr) return;
    const Contact* person = known_person(command.contact);
    if (person == nullptr) return;
    if (command.text.empty()) return refuse(Refusal::invalid, "write something", "text");
    decision_.answer.id = number(person->id);
    emit(ContactNoted{command.text}, person->id);
}

void Decider::operator()(const LogInteraction& command) {
    if (acting(command.agent) == nullptr) return;
    const Contact* person = known_person(command.contact);
    if (person == nullptr) return;
    const Instant at = command.happened_at.value_or(now);
    if (at > now)
        return refuse(Refusal::invalid, "this has not happened yet: plan a follow-up instead",
                      "happened_at");
    decision_.answer.id = number(person->id);
    emit(InteractionLogged{command.kind, command.direction, command.outcome, command.text, at},
         person->id);
}

// Policy: whoever sees the customer may plan, change and close what is to be done; its owner is
// reminded once it is due, again when it was put off.
void Decider::operator()(const SaveFollowUp& command) {
    const Agent* agent = acting(command.agent);
    if (agent == nullptr) return;
    FollowUp follow_up = command.follow_up;
    const Contact* person = known_person(follow_up.contact);
    if (person == nullptr) return;
    const auto before = state.follow_ups.find(follow_up.id);
    if (is_some(follow_up.id) && before == state.follow_ups.end())
        return refuse(Refusal::not_found, "there is no open follow-up " + text_of(follow_up.id));
    if (!is_some(follow_up.owner)) follow_up.owner = agent->id;
    if (!state.agents.contains(follow_up.owner))
        return refuse(Refusal::invalid, "there is no agent " + text_of(follow_up.owner),
                      "owner_id");
    if (!is_some(follow_up.id)) {
        follow_up.id = FollowUpId{fresh_id()};
        follow_up.contact = person->id;
    } else {
        follow_up.contact = before->second.contact;
        follow_up.conversation = before->second.conversation;
    }
    // A new owner, or another time, is a new reminder.
    follow_up.reminded = before != state.follow_ups.end() && before->second.reminded &&
                         before->second.due_at == follow_up.due_at &&
                         before->second.owner == follow_up.owner;
    decision_.answer.id = number(follow_up.id);
    const ContactId contact = follow_up.contact;
    emit(FollowUpSaved{std::move(follow_up)}, contact);
}

void Decider::remind_due() {
    constexpr int reminders_per_turn_max = 100;
    for (int turn = 0; turn < reminders_per_turn_max; ++turn) {
        const auto id = state.due_follow_up(now);
        if (!id) return;
        emit(FollowUpDue{*id}, state.follow_ups.at(*id).contact);
    }
}

}  // namespace desk
