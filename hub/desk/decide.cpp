#include "hub/desk/decide.hpp"

#include <algorithm>

#include "hub/desk/decider.hpp"

namespace desk {

using namespace model;

void Decider::emit(Fact fact, ContactId contact, ConversationId conversation) {
    if (is_some(conversation)) {
        const Conversation* before = state.conversation(conversation);
        waited_before_.try_emplace(conversation,
                                   before != nullptr && waits_in_queue(state, *before));
        touch(conversation,
              before == nullptr ? std::nullopt : std::optional{placement_of(*before)});
    }
    agents_changed_ =
        agents_changed_ || std::holds_alternative<Assigned>(fact) ||
        std::holds_alternative<AgentSaved>(fact) || std::holds_alternative<Offered>(fact) ||
        std::holds_alternative<OfferEnded>(fact) || std::holds_alternative<StatusChanged>(fact) ||
        std::holds_alternative<ConnectionChanged>(fact) ||
        std::holds_alternative<AvailabilityChanged>(fact);
    Event event{.seq = state.head + 1,
                .at = now,
                .actor = actor_,
                .contact = contact,
                .conversation = conversation,
                .fact = std::move(fact)};
    fold(state, event);
    storage::EventRow row = encode(event);
    projection_.add(state, event, row);
    decision_.batch.events.push_back(std::move(row));
    decision_.events.push_back(std::move(event));
}

void Decider::touch(ConversationId id, std::optional<Placement> before) {
    const bool known = std::ranges::any_of(
        decision_.touched, [id](const Touched& touched) { return touched.conversation == id; });
    if (!known) decision_.touched.push_back({id, before});
}

void Decider::refuse(Refusal refusal, std::string detail, std::string field) {
    decision_.answer.refusal = refusal;
    decision_.answer.detail = std::move(detail);
    decision_.answer.field = std::move(field);
}

const Agent* Decider::acting(AgentId id) {
    const auto found = state.agents.find(id);
    if (found == state.agents.end()) {
        refuse(Refusal::forbidden, "this agent does not exist; sign in again");
        return nullptr;
    }
    actor_ = {AuthorType::agent, number(id)};
    // R17: who acts responds again.
    if (state.agent_states[id].availability == Availability::not_responding) come_online(id);
    return &found->second;
}

// What an agent may not see does not exist for her: the answer is the same.
const Conversation* Decider::visible(const Agent& agent, ConversationId id) {
    const Conversation* conversation = state.conversation(id);
    if (conversation != nullptr && may_see(viewer_of(agent), placement_of(*conversation)))
        return conversation;
    refuse(Refusal::not_found, "there is no conversation " + text_of(id) + " that you may see",
           "conversation_id");
    return nullptr;
}

// Agent 0 is the program itself, at its first start.
bool Decider::administrates(AgentId id) {
    if (!is_some(id)) return true;
    const Agent* agent = acting(id);
    if (agent == nullptr) return false;
    if (agent->role == Role::administrator) return true;
    refuse(Refusal::forbidden, "only an administrator may change the configuration");
    return false;
}

Decision Decider::finish() {
    auto rows = projection_.finish(state);
    auto& batch_rows = decision_.batch.rows;
    batch_rows.insert(batch_rows.begin(), std::make_move_iterator(rows.begin()),
                      std::make_move_iterator(rows.end()));
    if (!decision_.batch.events.empty())
        for (storage::RowWrite& row : state_rows(state, agents_changed_))
            batch_rows.push_back(std::move(row));
    decision_.answer.seq = state.head;
    return std::move(decision_);
}

Decision decide(State& state, const Command& command, const Loaded& loaded, Instant now,
                bool routes) {
    Decider decider(state, now, loaded);
    state.sync_router();
    state.router().advance(now);
    std::visit(decider, command);
    if (routes) decider.route_waiting();
    return decider.finish();
}

}  // namespace desk
