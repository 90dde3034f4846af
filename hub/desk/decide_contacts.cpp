// Decisions about who somebody is to the company, and about those who only disturb it.
#include "hub/desk/decider.hpp"

namespace desk {

using namespace model;

// Whoever may see one of the contact's conversations may say what kind of customer this is; the
// gateway has checked that. The contact is in memory: `needs` asked for it.
void Decider::operator()(const ChangeContactProfile& command) {
    if (acting(command.agent) == nullptr) return;
    const Contact* contact = state.contact(command.contact);
    if (contact == nullptr)
        return refuse(Refusal::not_found, "there is no contact " + text_of(command.contact));
    if (is_some(command.profile.owner) && !state.agents.contains(command.profile.owner))
        return refuse(Refusal::invalid, "there is no agent " + text_of(command.profile.owner),
                      "owner_id");
    decision_.answer.id = number(command.contact);
    if (contact->profile == command.profile) return;
    emit(ContactProfileChanged{command.profile}, command.contact);
    for (const ConversationId id : state.unresolved_of(command.contact))
        reconsider_promises(id, false);
}

// P6: spam is owed nothing and goes to nobody; its sender is blocked from now on.
void Decider::operator()(const MarkSpam& command) {
    const Agent* agent = acting(command.agent);
    if (agent == nullptr) return;
    const Conversation* conversation = visible(*agent, command.conversation);
    if (conversation == nullptr) return;
    decision_.answer.conversation = conversation->id;
    if (conversation->is_spam) return;
    const Conversation before = *conversation;
    emit(SpamMarked{true}, before);
    void_clocks(before.id,
                {sla::Metric::first_response, sla::Metric::next_response, sla::Metric::resolution,
                 sla::Metric::public_answer},
                sla::VoidReason::spam);
    if (before.status != Status::resolved) change_status(before.id, Status::resolved);
    if (const Contact* contact = state.contact(before.contact);
        contact != nullptr && !contact->profile.blocked) {
        ContactProfile blocked = contact->profile;
        blocked.blocked = true;
        emit(ContactProfileChanged{std::move(blocked)}, before.contact);
    }
}

}  // namespace desk
