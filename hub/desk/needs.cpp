#include "hub/desk/needs.hpp"

#include <algorithm>
#include <limits>
#include <sstream>

#include "hub/desk/agent_states_json.hpp"
#include "hub/desk/fold.hpp"

namespace desk {
namespace {

using namespace model;

struct Ask {
    const State& state;
    Needs needs;

    void conversation(ConversationId id) {
        const Conversation* known = state.conversation(id);
        if (is_some(id) && known == nullptr) needs.conversations.push_back(id);
        // It may come back, and then takes what its contact has become.
        if (known != nullptr && known->status == Status::resolved &&
            state.contact(known->contact) == nullptr)
            needs.contacts.push_back(known->contact);
    }
    void contact(ContactId id) {
        if (is_some(id) && state.contact(id) == nullptr) needs.contacts.push_back(id);
    }
    void identity(const std::string& kind, const std::string& value) {
        if (!state.contact_of(kind, value)) needs.identities.emplace_back(kind, value);
    }
    void operation(const std::string& author, const std::string& client_id) {
        if (!client_id.empty() && state.operation(author, client_id) == nullptr)
            needs.operation = {author, client_id};
    }
    void operator()(const ReceiveInbound& command) {
        const connectors::Inbound& inbound = command.inbound;
        if (state.receipt(inbound.inbox, inbound.receipt_key) == nullptr)
            needs.receipt = {inbound.inbox, inbound.receipt_key};
        identity(inbound.sender.kind, inbound.sender.value);
        conversation(ConversationId{inbound.token_conversation});
        if (inbound.report) ask_for_reported(inbound);
        for (const std::string& id : thread_evidence(inbound)) {
            const auto known = state.thread(inbound.inbox, id);
            if (!known) {
                needs.threads.emplace_back(inbound.inbox, id);
                continue;
            }
            conversation(*known);
            // One that is long resolved may be too old to go on with: then the next evidence
            // counts.
            const Conversation* found = state.conversation(*known);
            if (found != nullptr && found->status != Status::resolved) break;
        }
    }
    // Without what it carries: only its evidence is looked at.
    void ask_for_reported(const connectors::Inbound& inbound) {
        needs.report.emplace();
        needs.report->inbox = inbound.inbox;
        needs.report->report = inbound.report;
        needs.report->token_conversation = inbound.token_conversation;
    }
    void operator()(const SendReply& command) {
        conversation(command.conversation);
        operation(author_of(command.agent), command.client_id);
    }
    void operator()(const StartConversation& command) {
        operation(author_of(command.reply.agent), command.reply.client_id);
        for (const auto* list : {&command.reply.to, &command.reply.cc, &command.reply.bcc})
            for (const connectors::Address& one : *list) identity(one.kind, one.value);
    }
    void operator()(const TakeBackReply& command) { conversation(command.conversation); }
    void operator()(const AddNote& command) {
        conversation(command.conversation);
        operation(author_of(command.agent), command.client_id);
    }
    void operator()(const ChangeContact& command) {
        contact(command.contact);
        for (const auto* list : {&command.add, &command.remove})
            for (const Identity& one : *list) identity(one.kind, one.value);
    }
    void operator()(const MergeContacts& command) {
        contact(command.contact);
        contact(command.absorbed);
    }
    void operator()(const UnmergeContact& command) { contact(command.contact); }
    void operator()(const NoteOnContact& command) { contact(command.contact); }
    void operator()(const LogInteraction& command) { contact(command.contact); }
    void operator()(const SaveFollowUp& command) { contact(command.follow_up.contact); }
    void operator()(const WaiveAnswer& command) { conversation(command.conversation); }
    void operator()(const AnswerOffer& command) { conversation(command.conversation); }
    void operator()(const ChangeValueFactor& command) { conversation(command.conversation); }
    void operator()(const AdmitSender& command) {
        conversation(command.conversation);
        if (const Conversation* asking = state.conversation(command.conversation))
            conversation(asking->asks_to_join);
    }
    void operator()(const MarkSpam& command) {
        conversation(command.conversation);
        const Conversation* known = state.conversation(command.conversation);
        if (known == nullptr || state.contact(known->contact) == nullptr)
            needs.contact_of = command.conversation;
    }
    void operator()(const ChangeStatus& command) { conversation(command.conversation); }
    void operator()(const Assign& command) { conversation(command.conversation); }
    void operator()(const ChangePriority& command) { conversation(command.conversation); }
    void operator()(const ChangeTags& command) { conversation(command.conversation); }
    void operator()(const RecordDelivery& command) { conversation(command.conversation); }
    template <class Other>
    void operator()(const Other&) {}
};

constexpr std::size_t reported_messages_max = 200;  // looked through, newest first

std::vector<Message> newest_messages(storage::Reader& reader, ConversationId id) {
    std::vector<Message> messages;
    for (const storage::MessageRow& row : reader.messages_before(
             id, std::numeric_limits<std::uint32_t>::max(), reported_messages_max)) {
        messages.push_back(message_from(row.body));
        messages.back().delivery.reason = row.delivery_reason;
        messages.back().delivery.state =
            from_word<DeliveryState>(row.delivery_state).value_or(DeliveryState::unknown);
    }
    std::ranges::sort(messages, std::ranges::greater{}, &Message::number);
    return messages;
}

Reported reported(const Message& message) {
    return {message.conversation, message.id, message.delivery.state, message.delivery.reason};
}

bool went_to(const Message& message, const connectors::Report& report) {
    return message.direction == Direction::out &&
           std::ranges::any_of(report.recipients, [&message](const auto& recipient) {
               const auto same = [&recipient](const connectors::Address& to) {
                   return to.value == recipient.address;
               };
               return std::ranges::any_of(message.to, same) ||
                      std::ranges::any_of(message.cc, same);
           });
}

// Policy: the message whose id the report encloses; else, in the conversation that the address it
// came to proves, the newest message to a recipient whom it names.
std::optional<Reported> reported_message(storage::Reader& reader,
                                         const connectors::Inbound& inbound) {
    for (const std::string& external_id : inbound.report->external_ids)
        if (const auto thread = reader.thread(number(inbound.inbox), external_id))
            for (const Message& message : newest_messages(reader, *thread))
                if (message.direction == Direction::out && message.external_id == external_id)
                    return reported(message);
    if (inbound.token_conversation == 0) return std::nullopt;
    const ConversationId proved{inbound.token_conversation};
    for (const Message& message : newest_messages(reader, proved))
        if (went_to(message, *inbound.report)) return reported(message);
    return std::nullopt;
}

}  // namespace

std::vector<std::string> thread_evidence(const connectors::Inbound& inbound) {
    std::vector<std::string> ids = inbound.thread_ids;
    if (inbound.channel == Channel::email && !inbound.external_id.empty())
        ids.push_back(inbound.external_id);
    return ids;
}

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

namespace {

// Every record of the person: they are in memory together or not at all.
void load_person(storage::Reader& reader, ContactId id, std::vector<Contact>& into) {
    const auto known = [&into](ContactId wanted) {
        return std::ranges::find(into, wanted, &Contact::id) != into.end();
    };
    const auto row = known(id) ? std::nullopt : reader.contact(id);
    if (!row) return;
    into.push_back(contact_from(row->body));
    const std::vector<ContactId> absorbed = into.back().absorbed;
    const ContactId root = into.back().part_of;
    if (is_some(root)) load_person(reader, root, into);
    for (const ContactId other : absorbed) load_person(reader, other, into);
}

}  // namespace

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
    std::vector<ContactId> contacts = needs.contacts;
    for (const auto& [kind, value] : needs.identities)
        if (const auto id = reader.contact_of(kind, value)) contacts.push_back(*id);
    for (const auto& [inbox, external_id] : needs.threads) {
        const auto found = reader.thread(number(inbox), external_id);
        if (!found) continue;
        loaded.threads[external_id] = *found;
        wanted.push_back(*found);
        const auto row = reader.conversation(*found);
        if (row && row->status != word(Status::resolved)) break;
    }
    if (needs.report) {
        loaded.reported = reported_message(reader, *needs.report);
        if (loaded.reported) wanted.push_back(loaded.reported->conversation);
    }
    for (const ConversationId id : wanted) {
        const auto row = reader.conversation(id);
        if (!row) continue;
        loaded.conversations.push_back(conversation_from(row->body));
        // It may come back, and then takes what its contact has become.
        if (row->status == word(Status::resolved)) contacts.push_back(row->contact);
    }
    if (needs.contact_of)
        if (const auto row = reader.conversation(*needs.contact_of))
            contacts.push_back(row->contact);
    for (const ContactId id : contacts) load_person(reader, id, loaded.contacts);
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
        if (row.kind == "rule") state.put(rule_from(row.body));
        if (row.kind == "routing") state.routing_settings = stored_routing_settings(row.body);
        if (row.kind.starts_with("policy_v")) state.put(policy_from(row.body));
        if (row.kind.starts_with("calendar_v")) state.put(calendar_from(row.body));
        if (row.kind == "value_formula") state.value_formula = value_formula_from(row.body);
        if (row.kind == "attribute")
            state.attributes[AttributeId{row.id}] = attribute_from(row.body);
        if (row.kind == "agent") {
            state.agents[AgentId{row.id}] = agent_from(row.body);
            state.agent_states.try_emplace(AgentId{row.id});
        }
    }
    for (const storage::ConfigRow& row : reader.config()) {
        if (row.kind == "policy_removed") {
            const auto current = state.policies.find(PolicyId{row.id});
            if (current != state.policies.end() &&
                current->second.version <= removed_version(row.body))
                state.policies.erase(current);
        }
        if (row.kind != "rule_removed") continue;
        state.rules.erase(RuleId{row.id});
        state.parsed_rules.erase(RuleId{row.id});
    }
}

}  // namespace

std::map<AgentId, AgentState> agent_states(storage::Reader& reader) {
    const auto text = reader.meta("agent_states");
    return text ? agent_states_from(*text) : std::map<AgentId, AgentState>{};
}

State restore(storage::Reader& reader) {
    State state;
    restore_config(state, reader);
    for (auto& [id, agent] : agent_states(reader)) state.agent_states[id] = agent;
    for (const auto& [id, team] : state.teams) state.team_changed(id);
    for (const auto& [id, agent] : state.agents) state.agent_changed(id);
    state.routing_changed();
    storage::ConversationQuery open;
    open.scope.everything = true;
    open.statuses = {"open", "pending", "snoozed"};
    open.limit = std::numeric_limits<std::int64_t>::max();
    for (const storage::ConversationRow& row : reader.conversations(open))
        state.put(conversation_from(row.body));
    storage::FollowUpQuery to_do;
    to_do.states = {"open"};
    to_do.limit = std::numeric_limits<std::int64_t>::max();
    for (const storage::FollowUpRow& row : reader.follow_ups(to_do))
        state.put(follow_up_from(row.body));
    state.head = reader.head();
    if (const auto counters = reader.meta("counters")) {
        std::istringstream text(*counters);
        text >> state.next_id >> state.next_number;
    }
    storage::EventQuery newest;
    newest.newest_first = true;
    newest.limit = 1;
    for (const storage::StoredEvent& event : reader.events(newest)) state.at = event.row.at;
    state.sync_router();
    state.router().settled();
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
