#include "hub/desk/fold.hpp"

#include <algorithm>
#include <cstdlib>

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
    }
    void operator()(const InboxSaved& fact) const {
        used(number(fact.inbox.id));
        Inbox& inbox = state.inboxes[fact.inbox.id];
        // The weight is what loads are counted in: an inbox keeps the weight it was made with.
        const std::uint32_t weight = is_some(inbox.id) ? inbox.weight : fact.inbox.weight;
        inbox = fact.inbox;
        inbox.weight = weight;
    }
    void operator()(const AgentSaved& fact) const {
        used(number(fact.agent.id));
        state.agents[fact.agent.id] = fact.agent;
        state.agent_states.try_emplace(fact.agent.id,
                                       AgentState{.since = event.at, .idle_since = event.at});
    }
    void operator()(const PolicySaved& fact) const {
        used(number(fact.policy.id));
        state.policies[fact.policy.id] = fact.policy;
    }
    void operator()(const AvailabilityChanged& fact) const {
        AgentState& agent = state.agent_states[fact.agent];
        if (fact.availability == Availability::online && agent.availability != Availability::online)
            agent.idle_since = event.at;
        agent.availability = fact.availability;
        agent.since = event.at;
    }
    void operator()(const ContactCreated& fact) const {
        used(number(event.contact));
        state.put(Contact{
            .id = event.contact, .name = fact.name, .identities = {}, .created_at = event.at});
    }
    void operator()(const ContactRenamed& fact) const {
        state.contact_at(event.contact).name = fact.name;
    }
    void operator()(const IdentityAdded& fact) const {
        state.add_identity(event.contact, fact.identity);
    }

    void operator()(const ConversationOpened& fact) const {
        used(number(event.conversation));
        state.next_number = std::max(state.next_number, fact.number + 1);
        const Contact* contact = state.contact(event.contact);
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
                               .updated_at = event.at});
    }
    void add_message(Conversation& conversation, const Message& message) const {
        used(number(message.id));
        for (const Attachment& attachment : message.attachments) used(number(attachment.id));
        const AgentId author =
            message.author.type == AuthorType::agent ? AgentId{message.author.id} : AgentId{};
        if (author != conversation.run_agent) conversation.run_start = message.number;
        conversation.run_agent = author;
        conversation.message_count = message.number;
        conversation.updated_at = event.at;
        conversation.preview =
            preview_of(message.trimmed_text.empty() ? message.text : message.trimmed_text);
        if (message.visibility != Visibility::note) conversation.last_direction = message.direction;
        if (message.visibility == Visibility::note || message.external_id.empty()) return;
        conversation.thread_ids.push_back(message.external_id);
        // Keep the first and the newest, as a References header should.
        if (conversation.thread_ids.size() > thread_ids_max)
            conversation.thread_ids.erase(conversation.thread_ids.begin() + 1);
        state.add_thread(conversation.inbox, message.external_id, conversation.id);
    }
    void operator()(const MessageReceived& fact) const {
        state.change(event.conversation, [this, &fact](Conversation& conversation) {
            add_message(conversation, fact.message);
            if (fact.message.kind == MessageKind::message && !conversation.waiting_since)
                conversation.waiting_since = event.at;
        });
        const InboxId inbox = state.conversation(event.conversation)->inbox;
        for (const std::string& id : fact.thread_ids)
            state.add_thread(inbox, id, event.conversation);
    }
    void operator()(const ReplyQueued& fact) const {
        state.change(event.conversation, [this, &fact](Conversation& conversation) {
            add_message(conversation, fact.message);
            conversation.waiting_since.reset();
        });
    }
    void operator()(const NoteAdded& fact) const {
        state.change(event.conversation, [this, &fact](Conversation& conversation) {
            add_message(conversation, fact.message);
        });
    }
    void operator()(const DeliveryChanged&) const {}
    void operator()(const StatusChanged& fact) const {
        state.change(event.conversation, [this, &fact](Conversation& conversation) {
            conversation.status = fact.to;
            conversation.snoozed_until = fact.until;
            conversation.updated_at = event.at;
        });
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
        });
        if (is_some(fact.to_agent)) state.agent_states[fact.to_agent].idle_since = event.at;
    }
    void operator()(const RoutingDecided&) const {}
    template <class Change>
    void change_clock(sla::Metric metric, Change change) const {
        state.change(event.conversation, [metric, &change](Conversation& conversation) {
            for (sla::Clock& clock : conversation.clocks)
                if (clock.metric == metric && sla::is_open(clock)) change(clock);
        });
    }
    void operator()(const SlaStarted& fact) const {
        state.change(event.conversation, [&fact](Conversation& conversation) {
            conversation.clocks.push_back(fact.clock);
        });
    }
    void operator()(const SlaWarned& fact) const {
        change_clock(fact.metric, [](sla::Clock& clock) { clock.state = sla::ClockState::warned; });
    }
    void operator()(const SlaBreached& fact) const {
        change_clock(fact.metric,
                     [](sla::Clock& clock) { clock.state = sla::ClockState::breached; });
    }
    void operator()(const SlaEnded& fact) const {
        change_clock(fact.metric, [&fact](sla::Clock& clock) {
            clock.state = fact.state;
            clock.ended_at = fact.at;
        });
    }
    void operator()(const ItemQuarantined&) const {}
};

}  // namespace

void fold(State& state, const model::Event& event) {
    // The domain's first invariant stays on in release: a gap would be written into every number
    // that follows.
    if (event.seq != state.head + 1) std::abort();
    state.head = event.seq;
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
