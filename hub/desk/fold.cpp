#include "hub/desk/fold.hpp"

#include <algorithm>
#include <cstdlib>

#include "hub/desk/answers.hpp"
#include "hub/desk/fold_contact.hpp"
#include "hub/desk/participants.hpp"

namespace desk {
namespace {

using namespace model;

std::string preview_of(const std::string& text) {
    std::string line = text.substr(0, preview_bytes_max);
    // A cut inside a UTF-8 sequence is taken back to its start.
    if (line.size() < text.size())
        while (!line.empty() && (static_cast<unsigned char>(text[line.size()]) & 0xC0) == 0x80)
            line.pop_back();
    std::ranges::replace_if(
        line, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    return line;
}

struct Fold {
    State& state;
    const Event& event;

    void used(std::uint64_t id) const { state.next_id = std::max(state.next_id, id + 1); }

    void operator()(const TeamSaved& fact) const {
        used(number(fact.team.id));
        state.teams[fact.team.id] = fact.team;
        state.team_changed(fact.team.id);
    }
    void operator()(const InboxSaved& fact) const {
        used(number(fact.inbox.id));
        Inbox& inbox = state.inboxes[fact.inbox.id];
        // The weight is what loads are counted in: an inbox keeps the weight it was made with.
        const std::uint32_t weight = is_some(inbox.id) ? inbox.weight : fact.inbox.weight;
        inbox = fact.inbox;
        inbox.weight = weight;
        state.inbox_changed(inbox.id);
    }
    void operator()(const AgentSaved& fact) const {
        used(number(fact.agent.id));
        state.agents[fact.agent.id] = fact.agent;
        state.agent_states.try_emplace(fact.agent.id,
                                       AgentState{.since = event.at, .idle_since = event.at});
        state.agent_changed(fact.agent.id);
    }
    void operator()(const PolicySaved& fact) const {
        used(number(fact.policy.id));
        state.put(fact.policy);
    }
    void operator()(const CalendarSaved& fact) const {
        used(number(fact.calendar.id));
        state.put(fact.calendar);
    }
    void operator()(const PolicyRemoved& fact) const { state.policies.erase(fact.policy); }
    void operator()(const AvailabilityChanged& fact) const {
        AgentState& agent = state.agent_states[fact.agent];
        if (fact.availability == Availability::online && agent.availability != Availability::online)
            agent.idle_since = event.at;
        agent.availability = fact.availability;
        agent.label = fact.label;
        agent.takes_sessions = fact.takes_sessions;
        agent.takes_asynchronous = fact.takes_asynchronous;
        agent.shift_ends = fact.shift_ends;
        agent.since = event.at;
        if (fact.availability == Availability::offline) agent.lost_at.reset();
        if (fact.availability != Availability::not_responding) agent.lapses = 0;
        forget_wrap_ups(agent);
        if (state.agents.contains(fact.agent)) state.agent_changed(fact.agent);
    }
    void forget_wrap_ups(AgentState& agent) const {
        std::erase_if(agent.wrap_ups, [this](const auto& slot) { return slot.first <= event.at; });
    }
    void operator()(const RoutingSettingsSaved& fact) const {
        state.routing_settings = fact.settings;
        state.routing_changed();
    }
    void operator()(const RoutingRuleSaved& fact) const {
        used(number(fact.rule.id));
        state.put(fact.rule);
    }
    void operator()(const RoutingRuleRemoved& fact) const {
        state.rules.erase(fact.rule);
        state.parsed_rules.erase(fact.rule);
    }
    void operator()(const RulesApplied& fact) const {
        state.change(event.conversation, [&fact](Conversation& conversation) {
            conversation.team = fact.team;
            conversation.priority = fact.priority;
            conversation.policy = fact.policy;
            conversation.skills = fact.skills;
            conversation.tags = fact.tags;
        });
    }
    void operator()(const ConnectionChanged& fact) const {
        AgentState& agent = state.agent_states[fact.agent];
        agent.connected = fact.connected;
        agent.lost_at.reset();
        if (!fact.connected && agent.availability != Availability::offline)
            agent.lost_at = event.at;
        if (state.agents.contains(fact.agent)) state.agent_changed(fact.agent);
    }
    void operator()(const Offered& fact) const {
        state.change(event.conversation, [this, &fact](Conversation& conversation) {
            conversation.offered_to = fact.agent;
            conversation.offer_ends = fact.until;
            conversation.assigned_at = event.at;
            conversation.updated_at = event.at;
        });
        state.agent_states[fact.agent].idle_since = event.at;
        state.agent_changed(fact.agent);
    }
    void operator()(const OfferEnded& fact) const {
        state.change(event.conversation, [this, &fact](Conversation& conversation) {
            conversation.offered_to = {};
            conversation.offer_ends.reset();
            conversation.updated_at = event.at;
            std::erase_if(conversation.excluded,
                          [this](const auto& one) { return one.second <= event.at; });
            if (fact.clears_exclusions)
                conversation.excluded.clear();
            else if (fact.excluded_until)
                conversation.excluded[fact.agent] = *fact.excluded_until;
        });
        AgentState& agent = state.agent_states[fact.agent];
        if (fact.how == OfferEnd::lapsed) ++agent.lapses;
        if (fact.how == OfferEnd::accepted || fact.how == OfferEnd::declined) agent.lapses = 0;
    }
    void operator()(const ReturnPlanned& fact) const {
        state.change(event.conversation,
                     [&fact](Conversation& conversation) { conversation.returns_at = fact.at; });
    }
    void operator()(const ValueFactorChanged& fact) const {
        state.change(event.conversation, [&fact](Conversation& conversation) {
            conversation.value_factor = fact.factor;
        });
    }
    template <class Customers>
        requires requires(State& state, const Event& event, const Customers& fact) {
            fold_customer(state, event, fact);
        }
    void operator()(const Customers& fact) const {
        fold_customer(state, event, fact);
    }

    void operator()(const ConversationOpened& fact) const {
        used(number(event.conversation));
        state.next_number = std::max(state.next_number, fact.number + 1);
        const Contact* contact = state.person(event.contact);
        state.put(Conversation{.id = event.conversation,
                               .number = fact.number,
                               .contact = event.contact,
                               .contact_name = contact == nullptr ? "" : contact->name,
                               .reply_address = fact.reply_address,
                               .inbox = fact.inbox,
                               .channel = fact.channel,
                               .team = fact.team,
                               .subject = fact.subject,
                               .created_at = event.at,
                               .updated_at = event.at,
                               .profile = contact == nullptr ? ContactProfile{} : contact->profile,
                               .asks_to_join = fact.asks_to_join});
    }
    void add_message(Conversation& conversation, const Message& message) const {
        used(number(message.id));
        for (const Attachment& attachment : message.attachments) used(number(attachment.id));
        const AgentId author =
            message.author.type == AuthorType::agent ? AgentId{message.author.id} : AgentId{};
        if (is_some(author) && author == conversation.assignee) conversation.begun = true;
        if (author != conversation.run_agent) conversation.run_start = message.number;
        conversation.run_agent = author;
        conversation.message_count = message.number;
        conversation.updated_at = event.at;
        conversation.preview =
            preview_of(message.trimmed_text.empty() ? message.text : message.trimmed_text);
        if (message.visibility != Visibility::note) conversation.last_direction = message.direction;
        if (message.visibility == Visibility::note || message.external_id.empty()) return;
        state.add_thread(conversation.inbox, message.external_id, conversation.id);
        // Answers follow what their reader has: neither the hub's own words nor what has not left.
        const bool own_words = message.kind == MessageKind::auto_reply;
        if (message.direction == Direction::out && (own_words || message.planned)) return;
        conversation.thread_ids.push_back(message.external_id);
        // Keep the first and the newest, as a References header should.
        if (conversation.thread_ids.size() > thread_ids_max)
            conversation.thread_ids.erase(conversation.thread_ids.begin() + 1);
    }
    void operator()(const SenderAdmitted& fact) const {
        state.change(event.conversation, [this, &fact](Conversation& conversation) {
            add_participant(state, conversation, fact.address);
        });
    }
    void operator()(const MessageReceived& fact) const {
        state.change(event.conversation, [this, &fact](Conversation& conversation) {
            add_message(conversation, fact.message);
            add_participants(state, conversation, fact.message);
            if (fact.message.visibility == Visibility::public_) conversation.is_public = true;
            const bool unwanted = conversation.is_spam || conversation.profile.blocked;
            if (fact.message.kind == MessageKind::message && !unwanted &&
                !conversation.waiting_since)
                conversation.waiting_since = fact.message.received_at;
        });
        const InboxId inbox = state.conversation(event.conversation)->inbox;
        for (const std::string& id : fact.thread_ids)
            state.add_thread(inbox, id, event.conversation);
        Contact* sender = counts_arrival(state, inbox, fact.message)
                              ? state.contact_in_memory(ContactId{fact.message.author.id})
                              : nullptr;
        if (sender == nullptr) return;
        auto& arrivals = sender->automatic.arrivals;
        arrivals.push_back(event.at);
        if (arrivals.size() > arrivals_max) arrivals.erase(arrivals.begin());
    }
    void operator()(const ReplyQueued& fact) const {
        state.change(event.conversation, [this, &fact](Conversation& conversation) {
            add_message(conversation, fact.message);
            add_participants(state, conversation, fact.message);
            fold_reply(conversation, fact, event.at);
        });
        if (fact.message.kind != MessageKind::auto_reply) return;
        if (Contact* contact = state.contact_in_memory(event.contact))
            contact->automatic.last[state.conversation(event.conversation)->inbox] = event.at;
    }
    void operator()(const NoteAdded& fact) const {
        state.change(event.conversation, [this, &fact](Conversation& conversation) {
            add_message(conversation, fact.message);
        });
    }
    void operator()(const DeliveryChanged& fact) const {
        state.change(event.conversation, [this, &fact](Conversation& conversation) {
            fold_delivery(conversation, fact, event.at);
        });
    }
    void operator()(const StatusChanged& fact) const {
        wrap_up(fact);
        state.change(event.conversation, [this, &fact](Conversation& conversation) {
            conversation.status = fact.to;
            conversation.snoozed_until = fact.until;
            conversation.resolved_at =
                fact.to == Status::resolved ? std::optional{event.at} : std::nullopt;
            if (fact.to == Status::resolved)
                conversation.waiting_since = still_waiting(conversation);
            conversation.updated_at = event.at;
        });
    }
    // R23: a session that is resolved keeps its slot for the channel's time.
    void wrap_up(const StatusChanged& fact) const {
        const Conversation& conversation = *state.conversation(event.conversation);
        const auto inbox = state.inboxes.find(conversation.inbox);
        const auto agent = state.agents.find(conversation.assignee);
        if (fact.to != Status::resolved || !is_live(conversation.channel) ||
            inbox == state.inboxes.end() || agent == state.agents.end() ||
            inbox->second.wrap_up_seconds == 0)
            return;
        AgentState& now = state.agent_states[agent->first];
        forget_wrap_ups(now);
        now.wrap_ups.emplace_back(event.at + std::chrono::seconds{inbox->second.wrap_up_seconds},
                                  inbox->second.weight);
        state.agent_changed(agent->first);
    }
    void operator()(const PriorityChanged& fact) const {
        state.change(event.conversation, [this, &fact](Conversation& conversation) {
            conversation.priority = fact.to;
            conversation.updated_at = event.at;
        });
    }
    void operator()(const TagsChanged& fact) const {
        state.change(event.conversation, [this, &fact](Conversation& conversation) {
            conversation.tags = fact.tags;
            conversation.updated_at = event.at;
        });
    }
    void operator()(const Assigned& fact) const {
        state.change(event.conversation, [this, &fact](Conversation& conversation) {
            conversation.assignee = fact.to_agent;
            conversation.team = fact.to_team;
            conversation.updated_at = event.at;
            conversation.returns_at.reset();
            conversation.begun = false;
            if (is_some(fact.from_agent)) conversation.previous = fact.from_agent;
            // R25: pulled back by hand, it goes to somebody else first.
            if (fact.by == AssignedBy::hand && !is_some(fact.to_agent)) {
                conversation.previous = fact.kept_for;
                if (is_some(fact.from_agent) && fact.from_agent != fact.kept_for)
                    conversation.excluded[fact.from_agent] =
                        event.at +
                        std::chrono::seconds{state.routing_settings.decline_exclusion_seconds};
            }
            conversation.assigned_at =
                is_some(fact.to_agent) ? std::optional{event.at} : std::nullopt;
            for (sla::Clock& clock : conversation.clocks)
                clock = sla::hand_over(std::move(clock), state.calendar(clock.calendar), event.at,
                                       number(fact.to_agent));
        });
        if (!is_some(fact.to_agent)) return;
        state.agent_states[fact.to_agent].idle_since = event.at;
        if (state.agents.contains(fact.to_agent)) state.agent_changed(fact.to_agent);
    }
    void operator()(const RoutingDecided&) const {}
    // The clock as it stands now; of the ended ones of a metric the last is kept.
    void put_clock(const sla::Clock& clock) const {
        state.change(event.conversation, [&clock](Conversation& conversation) {
            auto& clocks = conversation.clocks;
            std::erase_if(clocks, [&clock](const sla::Clock& other) {
                return other.number == clock.number ||
                       (other.metric == clock.metric && !sla::is_open(other));
            });
            clocks.push_back(clock);
            std::ranges::sort(clocks, {}, &sla::Clock::number);
            conversation.clock_count = std::max(conversation.clock_count, clock.number);
        });
    }
    void operator()(const SlaStarted& fact) const { put_clock(fact.clock); }
    void operator()(const SlaWarned& fact) const { put_clock(fact.clock); }
    void operator()(const SlaBreached& fact) const { put_clock(fact.clock); }
    void operator()(const SlaEnded& fact) const { put_clock(fact.clock); }
    void operator()(const SlaChanged& fact) const {
        put_clock(fact.clock);
        if (fact.change != SlaChange::answer_undelivered) return;
        state.change(event.conversation, [&fact](Conversation& conversation) {
            const Instant since = conversation.waiting_since.value_or(fact.clock.started_at);
            conversation.waiting_since = std::min(since, fact.clock.started_at);
        });
    }
    void operator()(const Escalated&) const {}
    void operator()(const AnswerWaived&) const {
        state.change(event.conversation, [](Conversation& conversation) {
            conversation.waiting_since = still_waiting(conversation);
        });
    }
    void operator()(const SpamMarked& fact) const {
        state.change(event.conversation, [&fact](Conversation& conversation) {
            conversation.is_spam = fact.is_spam;
            if (fact.is_spam) conversation.waiting_since.reset();
        });
    }
    void operator()(const ItemQuarantined&) const {}
    void operator()(const QuarantineReleased&) const {}
};

}  // namespace

void fold(State& state, const model::Event& event) {
    // The domain's first invariant stays on in release: a gap would be written into every number
    // that follows.
    if (event.seq != state.head + 1) std::abort();
    state.head = event.seq;
    state.at = event.at;
    std::visit(Fold{state, event}, event.fact);
    if (model::is_some(event.conversation)) {
        state.change(event.conversation, [&event](model::Conversation& conversation) {
            conversation.version = event.seq;
        });
        state.touched(event.conversation);
    }
    if (model::is_some(event.contact)) state.touched(event.contact);
}

}  // namespace desk
