// Two accounts of the same workspace: live and replayed, restored and replayed.
#include "tests/sim/world.hpp"

namespace sim {
namespace {

void compare_conversations(const desk::State& left, const desk::State& right,
                           const std::string& names) {
    for (const auto& [id, conversation] : left.conversations()) {
        const Conversation* other = right.conversation(id);
        expect(other != nullptr, names + ": only one knows conversation " + text_of(id));
        if (conversation != *other)
            throw Broken(names + ": conversation " + text_of(id) + " differs:\n  " +
                         to_json(conversation) + "\n  " + to_json(*other));
    }
    for (const auto& [id, conversation] : right.conversations()) {
        expect(conversation.status == Status::resolved || left.conversation(id) != nullptr,
               names + ": the open conversation " + text_of(id) + " is not in memory");
        if (conversation.channel == Channel::chat)
            expect(left.open_chat(conversation.contact, conversation.inbox) ==
                       right.open_chat(conversation.contact, conversation.inbox),
                   names + ": the visitor's open chat differs at conversation " + text_of(id));
    }
}

}  // namespace

void compare_states(const desk::State& left, const desk::State& right, const std::string& names) {
    expect(left.head == right.head, names + ": the heads differ");
    expect(left.next_id == right.next_id && left.next_number == right.next_number,
           names + ": the next ids differ");
    expect(left.teams == right.teams && left.inboxes == right.inboxes &&
               left.agents == right.agents && left.policies == right.policies &&
               left.calendars == right.calendars && left.rules == right.rules &&
               left.routing_settings == right.routing_settings &&
               left.value_formula == right.value_formula && left.attributes == right.attributes,
           names + ": the configuration differs");
    expect(left.policy_versions == right.policy_versions &&
               left.calendar_versions == right.calendar_versions,
           names + ": the versions of the configuration differ");
    for (const auto& [id, state] : right.agent_states) {
        const auto found = left.agent_states.find(id);
        expect(found != left.agent_states.end() && found->second == state,
               names + ": agent " + text_of(id) + " differs");
    }
    expect(left.follow_ups == right.follow_ups, names + ": the follow-ups differ");
    compare_conversations(left, right, names);
}

void compare_routers(const desk::State& left, const desk::State& right, const std::string& names) {
    expect(left.router().waiting() == right.router().waiting(),
           names + ": the number of those who wait differs");
    for (const auto& [id, agent] : right.agents)
        for (const bool live : {false, true})
            expect(left.router().load(id, live) == right.router().load(id, live),
                   names + ": the load of agent " + text_of(id) + " differs");
}

void compare_contacts(storage::Reader& reader, const desk::State& live,
                      const desk::State& replayed) {
    for (const auto& [id, conversation] : replayed.conversations()) {
        const Contact& contact = *replayed.contact(conversation.contact);
        const auto row = reader.contact(contact.id);
        expect(row && contact_from(row->body) == contact,
               "the stored contact " + text_of(contact.id) + " differs");
        const Contact* in_memory = live.contact(contact.id);
        expect(in_memory == nullptr || *in_memory == contact,
               "contact " + text_of(contact.id) + " differs in memory");
        const Contact& person = *replayed.person(conversation.contact);
        expect(conversation.status == Status::resolved || conversation.profile == person.profile,
               "conversation " + text_of(id) + " has another profile than its contact");
        expect(conversation.status == Status::resolved || conversation.contact_name == person.name,
               "conversation " + text_of(id) + " has another name than its contact");
        for (const ContactId record : person.absorbed)
            expect(replayed.contact(record) != nullptr &&
                       replayed.contact(record)->part_of == person.id,
                   "record " + text_of(record) + " does not know its person");
        if (in_memory != nullptr)
            for (const ContactId record : live.records_of(contact.id))
                expect(live.contact(record) != nullptr,
                       "a part of person " + text_of(contact.id) + " is not in memory");
    }
}

}  // namespace sim
