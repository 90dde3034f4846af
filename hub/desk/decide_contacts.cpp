// Decisions about who somebody is to the company, and about those who only disturb it.
#include "hub/desk/decider.hpp"

namespace desk {

using namespace model;

// Whoever may see one of the contact's conversations may say what kind of customer this is; the
// gateway has checked that. Whose account it is and who is blocked concerns every team: that is for
// supervisors. The contact is in memory: `needs` asked for it.
void Decider::operator()(const ChangeContactProfile& command) {
    const Agent* agent = acting(command.agent);
    if (agent == nullptr) return;
    const Contact* contact = state.contact(command.contact);
    if (contact == nullptr)
        return refuse(Refusal::not_found, "there is no contact " + text_of(command.contact));
    ContactProfile profile = contact->profile;
    const ProfileChange& change = command.change;
    profile.segment = change.segment.value_or(profile.segment);
    profile.relationship = change.relationship.value_or(profile.relationship);
    profile.language = change.language.value_or(profile.language);
    profile.owner = change.owner.value_or(profile.owner);
    profile.blocked = change.blocked.value_or(profile.blocked);
    const bool for_all_teams =
        profile.owner != contact->profile.owner || profile.blocked != contact->profile.blocked;
    if (for_all_teams && !steps_in(agent->role))
        return refuse(
            Refusal::forbidden,
            "only a supervisor changes an account's owner or blocks a sender; agents mark "
            "a conversation as spam");
    if (is_some(profile.owner) && !state.agents.contains(profile.owner))
        return refuse(Refusal::invalid, "there is no agent " + text_of(profile.owner), "owner_id");
    decision_.answer.id = number(command.contact);
    change_profile(*contact, std::move(profile));
}

// P6: who is blocked is owed nothing, in any conversation.
void Decider::change_profile(const Contact& contact, ContactProfile profile) {
    if (contact.profile == profile) return;
    const ContactId id = contact.id;
    const bool blocks = profile.blocked && !contact.profile.blocked;
    emit(ContactProfileChanged{std::move(profile)}, id);
    for (const ConversationId conversation : state.unresolved_of(id)) {
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
    if (const Contact* contact = state.contact(contact_id)) {
        ContactProfile profile = contact->profile;
        profile.blocked = command.is_spam;
        change_profile(*contact, std::move(profile));
    }
}

}  // namespace desk
