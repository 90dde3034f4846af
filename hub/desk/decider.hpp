// Private to the desk: one decision in the making.
#pragma once

#include "hub/desk/decide.hpp"
#include "hub/desk/fold.hpp"

namespace desk {

class Decider {
public:
    Decider(State& state, model::Instant now, const Loaded& loaded)
        : state(state), now(now), loaded_(loaded) {}

    void operator()(const model::ReceiveInbound& command);
    void operator()(const model::SendReply& command);
    void operator()(const model::AddNote& command);
    void operator()(const model::ChangeStatus& command);
    void operator()(const model::Assign& command);
    void operator()(const model::ChangePriority& command);
    void operator()(const model::ChangeTags& command);
    void operator()(const model::SetAvailability& command);
    void operator()(const model::SaveTeam& command);
    void operator()(const model::SaveInbox& command);
    void operator()(const model::SaveAgent& command);
    void operator()(const model::SavePolicy& command);
    void operator()(const model::RecordDelivery& command);
    void operator()(const model::Quarantine& command);
    void operator()(const model::TimeReached& command);

    Decision finish();

private:
    // Appends a fact, folds it and projects it.
    void emit(model::Fact fact, model::ContactId contact = {},
              model::ConversationId conversation = {});
    void emit(model::Fact fact, const model::Conversation& conversation) {
        emit(std::move(fact), conversation.contact, conversation.id);
    }
    void refuse(model::Refusal refusal, std::string detail, std::string field = {});
    std::uint64_t fresh_id() { return state.next_id++; }
    void touch(model::ConversationId id, std::optional<model::Placement> before);

    // The acting agent and the conversation, or nullptr after refusing.
    const model::Agent* acting(model::AgentId id);
    const model::Conversation* visible(const model::Agent& agent, model::ConversationId id);
    bool administrates(model::AgentId id);

    // inbound
    model::ContactId find_or_create_contact(const connectors::Address& sender);
    const model::Conversation* find_conversation(const connectors::Inbound& inbound,
                                                 model::ContactId contact);
    model::ConversationId open_conversation(const connectors::Inbound& inbound,
                                            model::ContactId contact);
    model::Message inbound_message(const model::ReceiveInbound& command, model::ConversationId id);
    void reopen(model::ConversationId id);

    // replies
    model::Message written(const model::Agent& agent, const model::Conversation& conversation,
                           const std::string& text, const std::string& client_id, std::uint64_t id);
    void queue_mail(const model::Conversation& before, const model::Message& message,
                    const model::SendReply& command);
    bool repeated(const std::string& author, const std::string& client_id);
    void remember(const std::string& author, const std::string& client_id);
    void end_clocks(model::ConversationId id, sla::Metric metric,
                    std::optional<sla::ClockState> state);

    // routing
    void start_clocks(model::ConversationId id);
    void route(model::ConversationId id);
    void route_freed(const model::Placement& before);
    void route_waiting(const std::vector<model::TeamId>& teams);
    void assign(model::ConversationId id, model::AgentId agent, model::TeamId team,
                model::AssignedBy by);
    routing::Item item_of(const model::Conversation& conversation) const;
    std::vector<routing::Candidate> candidates() const;
    std::uint32_t most_room(model::TeamId team) const;

    State& state;
    const model::Instant now;
    const Loaded& loaded_;
    model::Actor actor_;
    Decision decision_;
    Projection projection_;
    bool agents_changed_ = false;
};

}  // namespace desk
