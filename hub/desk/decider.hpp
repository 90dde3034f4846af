// Private to the desk: one decision in the making.
#pragma once

#include <functional>

#include "hub/customers/customers.hpp"
#include "hub/desk/decide.hpp"
#include "hub/desk/fold.hpp"

namespace desk {

// "Re: …", but for the first mail of a conversation.
std::string answer_subject(const model::Conversation& conversation);

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
    void operator()(const model::RemovePolicy& command);
    void operator()(const model::SaveCalendar& command);
    void operator()(const model::ApplyPolicies& command);
    void operator()(const model::ChangeContact& command);
    void operator()(const model::WaiveAnswer& command);
    void operator()(const model::MarkSpam& command);
    void operator()(const model::SaveRoutingSettings& command);
    void operator()(const model::SetConnected& command);
    void operator()(const model::SaveRoutingRule& command);
    void operator()(const model::RemoveRoutingRule& command);
    void operator()(const model::AnswerOffer& command);
    void operator()(const model::ChangeValueFactor& command);
    void operator()(const model::AdmitSender& command);
    void operator()(const model::ReleaseQuarantined& command);
    void operator()(const model::StartConversation& command);
    void operator()(const model::TakeBackReply& command);
    void operator()(const model::MergeContacts& command);
    void operator()(const model::UnmergeContact& command);
    void operator()(const model::SaveOrganisation& command);
    void operator()(const model::SaveValueFormula& command);
    void operator()(const model::SaveAttribute& command);
    void operator()(const model::NoteOnContact& command);
    void operator()(const model::LogInteraction& command);
    void operator()(const model::SaveFollowUp& command);

    Decision finish();

    friend Decision decide(State&, const model::Command&, const Loaded&, model::Instant, bool);

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
    void learn_name(model::ContactId record, const std::string& name);
    const model::Conversation* find_conversation(const connectors::Inbound& inbound,
                                                 model::ContactId contact);
    model::ConversationId open_conversation(const connectors::Inbound& inbound,
                                            model::ContactId contact);
    void release(model::Seq quarantined);
    void keep_cursor(const std::optional<connectors::Cursor>& cursor);
    bool may_join(const model::Conversation& conversation, const connectors::Address& sender,
                  model::ContactId contact) const;
    bool is_own_address(const connectors::Address& address) const;
    void take_report(const connectors::Report& report, const Reported& reported);
    void answer_automatically(const connectors::Inbound& inbound, model::ConversationId id,
                              bool fresh);
    model::Message inbound_message(const model::ReceiveInbound& command, model::ConversationId id);
    model::Instant asked_at(const connectors::Inbound& inbound,
                            const model::Conversation& conversation);
    void refresh_contact(model::ConversationId id);

    // replies
    model::Message written(const model::Agent& agent, const model::Conversation& conversation,
                           const std::string& text, const std::string& client_id, std::uint64_t id);
    bool may_wait(const model::SendReply& command, bool mail);
    bool may_be_written_to(const connectors::Address& address, const char* field);
    model::Message answer_message(const model::Agent& agent, const model::Conversation& before,
                                  const model::SendReply& command);
    // `before`: the conversation without the message; `reply_to` may be empty: added on the way.
    void queue_mail(const model::Conversation& before, const model::Message& message,
                    const std::string& reply_to, std::optional<model::Instant> held_until);
    bool repeated(const std::string& author, const std::string& client_id);
    void remember(const std::string& author, const std::string& client_id);

    // promises
    const sla::Policy* policy_for(const model::Conversation& conversation) const;
    const sla::Calendar& calendar_for(const model::Conversation& conversation,
                                      const sla::Policy& policy) const;
    const sla::Clock* clock_with(model::ConversationId id, std::uint32_t number) const;
    void customer_asked(model::ConversationId id, bool is_public, model::Instant at);
    void answered(model::ConversationId id, model::MessageId by, bool is_public);
    void start_clock(model::ConversationId id, sla::Metric metric, model::Instant at);
    void end_clocks(model::ConversationId id, const std::function<bool(const sla::Clock&)>& wanted,
                    const std::function<sla::Clock(const sla::Clock&)>& end);
    void void_clocks(model::ConversationId id, std::initializer_list<sla::Metric> metrics,
                     sla::VoidReason reason);
    bool may_revive(const model::Conversation& conversation, const sla::Clock& clock) const;
    void resolution_follows(model::ConversationId id, model::Status from, model::Status to);
    void pause_follows(model::ConversationId id);
    void answer_undelivered(model::ConversationId id);
    // S18, S19: after something that a policy's conditions look at has changed. Returns how many
    // clocks moved; with `newest`, a newer version of the same policy counts as a change (S17).
    std::uint32_t reconsider_promises(model::ConversationId id, bool newest, bool preview = false);
    bool reconsider(model::ConversationId id, const sla::Clock& clock, bool newest, bool preview);
    void change_clock(model::ConversationId id, model::SlaChange change, sla::Clock clock);
    void tell_signals(model::ConversationId id);
    void escalate(model::ConversationId id, const sla::Clock& clock, std::uint32_t percent);
    void escalate(model::ConversationId id, const sla::Clock& clock, const sla::Escalation& rule);
    void change_status(model::ConversationId id, model::Status to,
                       std::optional<model::Instant> until = std::nullopt);

    // contacts
    customers::View view_of_person(const model::Contact& root) const;
    void settle_person(model::ContactId record);
    bool check_fields(const model::ChangeContact& command, const model::Agent& agent,
                      const model::Contact* person, model::ContactFieldsChanged& changed);
    bool check_identities(const model::ChangeContact& command, const model::Contact* person);
    void change_fields(model::ContactFieldsChanged changed, model::ContactId id);
    void record_consent(const model::ChangeContact& command, const std::string& channel,
                        model::ContactId id);
    void leave_organisation(model::OrganisationId left, model::ContactId id);
    void change_identities(const model::ChangeContact& command, model::ContactId id);
    static bool already_says(const model::Contact& contact, const model::Identity& identity);
    void change_profile(const model::Contact& root, model::ContactProfile profile);
    // What these conversations look at has changed; `blocks`: their customer is blocked now.
    void profile_changed(const std::vector<model::ConversationId>& conversations, bool blocks);
    const model::Contact* known_person(model::ContactId record);  // or null, after refusing
    void remind_due();
    void void_as_spam(model::ConversationId id);

    // rules
    void apply_rules(model::ConversationId id, const connectors::Inbound& inbound);

    // routing
    // R9, R12: after every command, whatever waits and fits somebody with room is handed out; what
    // began to wait and fits nobody is told why (P8).
    void route_waiting();
    void hand_out(const routing::Assignment& made);
    void assign(model::ConversationId id, model::AgentId agent, model::TeamId team,
                model::AssignedBy by, model::AgentId kept_for = {});
    bool keeps_owner(const model::Conversation& conversation) const;
    void end_offer(model::ConversationId id, model::OfferEnd how);
    void go_away(model::AgentId agent, model::Availability to, std::string label);
    void withdraw_stale_offers();
    void leave(model::AgentId agent, bool connection_lost);
    void come_online(model::AgentId agent);
    void withdraw_offers(model::AgentId agent);
    void offer_or_return_due(model::ConversationId id);

    State& state;
    const model::Instant now;
    const Loaded& loaded_;
    model::Actor actor_;
    Decision decision_;
    Projection projection_;
    bool agents_changed_ = false;
    model::ConversationId asks_to_join_{};
    std::map<model::ConversationId, bool> waited_before_;  // of what this decision touched
};

}  // namespace desk
