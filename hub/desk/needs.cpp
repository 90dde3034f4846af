#include "hub/desk/needs.hpp"

#include <limits>
#include <sstream>

#include "hub/desk/fold.hpp"

namespace desk {
namespace {

using namespace model;

struct Ask {
    const State& state;
    Needs needs;

    void conversation(ConversationId id) {
        if (is_some(id) && state.conversation(id) == nullptr) needs.conversations.push_back(id);
    }
    void operation(const std::string& author, const std::string& client_id) {
        if (!client_id.empty() && state.operation(author, client_id) == nullptr)
            needs.operation = {author, client_id};
    }
    void operator()(const ReceiveInbound& command) {
        const connectors::Inbound& inbound = command.inbound;
        if (state.receipt(inbound.inbox, inbound.receipt_key) == nullptr)
            needs.receipt = {inbound.inbox, inbound.receipt_key};
        if (!state.contact_of(inbound.sender.kind, inbound.sender.value))
            needs.identity = {inbound.sender.kind, inbound.sender.value};
        conversation(ConversationId{inbound.token_conversation});
        for (const std::string& id : inbound.thread_ids) {
            const auto known = state.thread(inbound.inbox, id);
            if (known) {
                conversation(*known);
                break;
            }
            needs.threads.emplace_back(inbound.inbox, id);
        }
    }
    void operator()(const SendReply& command) {
        conversation(command.conversation);
        operation(author_of(command.agent), command.client_id);
    }
    void operator()(const AddNote& command) {
        conversation(command.conversation);
        operation(author_of(command.agent), command.client_id);
    }
    void operator()(const ChangeStatus& command) { conversation(command.conversation); }
    void operator()(const Assign& command) { conversation(command.conversation); }
    void operator()(const ChangePriority& command) { conversation(command.conversation); }
    void operator()(const ChangeTags& command) { conversation(command.conversation); }
    void operator()(const RecordDelivery& command) { conversation(command.conversation); }
    template <class Other>
    void operator()(const Other&) {}
};

}  // namespace

std::string author_of(AgentId agent) {
    return "agent:" + text_of(agent);
}
std::string author_of(const connectors::Address& sender) {
    return sender.kind + ":" + sender.value;
}

Needs needs_of(const State& state, const Command& command) {
    Ask ask{state, {}};
    std::visit(ask, command);
    return std::move(ask.needs);
}

Loaded load(storage::Reader& reader, const Needs& needs) {
    Loaded loaded;
    std::vector<ConversationId> wanted = needs.conversations;
    if (needs.receipt)
        if (const auto row = reader.receipt(number(needs.receipt->first), needs.receipt->second)) {
            Answer repeat;
            repeat.id = number(row->message);
            repeat.conversation = row->conversation;
            repeat.seq = reader.head();
            if (const auto message = reader.message(row->message)) repeat.number = message->number;
            loaded.repeat = repeat;
        }
    if (needs.operation)
        if (const auto row = reader.operation(needs.operation->first, needs.operation->second))
            loaded.repeat = answer_from(row->result);
    if (needs.identity)
        if (const auto id = reader.contact_of(needs.identity->first, needs.identity->second))
            if (const auto row = reader.contact(*id))
                loaded.contacts.push_back(contact_from(row->body));
    for (const auto& [inbox, external_id] : needs.threads) {
        loaded.thread = reader.thread(number(inbox), external_id);
        if (loaded.thread) {
            loaded.thread_id = external_id;
            wanted.push_back(*loaded.thread);
            break;
        }
    }
    for (const ConversationId id : wanted)
        if (const auto row = reader.conversation(id))
            loaded.conversations.push_back(conversation_from(row->body));
    return loaded;
}

void adopt(State& state, const Loaded& loaded) {
    for (const Contact& contact : loaded.contacts) state.put(contact);
    for (const Conversation& conversation : loaded.conversations) state.put(conversation);
}

namespace {

void restore_config(State& state, storage::Reader& reader) {
    for (const storage::ConfigRow& row : reader.config()) {
        if (row.kind == "team") state.teams[TeamId{row.id}] = team_from(row.body);
        if (row.kind == "inbox") state.inboxes[InboxId{row.id}] = inbox_from(row.body);
        if (row.kind == "policy") state.policies[PolicyId{row.id}] = policy_from(row.body);
        if (row.kind == "agent") {
            state.agents[AgentId{row.id}] = agent_from(row.body);
            state.agent_states.try_emplace(AgentId{row.id});
        }
    }
}

// An agent's state is short to tell: replay the few events that speak of it.
void restore_agent_states(State& state, storage::Reader& reader) {
    if (const auto text = reader.meta("agent_states")) {
        // One line per agent: id availability since idle_since
        std::size_t at = 0;
        while (at < text->size()) {
            const std::size_t end = text->find('\n', at);
            unsigned long long id = 0;
            unsigned availability = 0;
            long long since = 0;
            long long idle_since = 0;
            if (std::sscanf(text->c_str() + at, "%llu %u %lld %lld", &id, &availability, &since,
                            &idle_since) == 4)
                state.agent_states[AgentId{id}] =
                    AgentState{.availability = static_cast<Availability>(availability),
                               .since = Instant{std::chrono::microseconds{since}},
                               .idle_since = Instant{std::chrono::microseconds{idle_since}}};
            at = end == std::string::npos ? text->size() : end + 1;
        }
    }
}

}  // namespace

std::map<AgentId, AgentState> agent_states(storage::Reader& reader) {
    State state;
    restore_agent_states(state, reader);
    return std::move(state.agent_states);
}

State restore(storage::Reader& reader) {
    State state;
    restore_config(state, reader);
    restore_agent_states(state, reader);
    storage::ConversationQuery open;
    open.scope.everything = true;
    open.statuses = {"open", "pending", "snoozed"};
    open.limit = std::numeric_limits<std::int64_t>::max();
    for (const storage::ConversationRow& row : reader.conversations(open))
        state.put(conversation_from(row.body));
    state.head = reader.head();
    if (const auto counters = reader.meta("counters")) {
        std::istringstream text(*counters);
        text >> state.next_id >> state.next_number;
    }
    return state;
}

State replay(storage::Reader& reader) {
    State state;
    constexpr std::size_t page = 1000;
    for (;;) {
        storage::EventQuery query;
        query.after = state.head;
        query.limit = page;
        const auto events = reader.events(query);
        for (const storage::StoredEvent& event : events) fold(state, decode(event.row));
        if (events.size() < page) return state;
    }
}

}  // namespace desk
