// A desk of promises whose customers have names and several addresses, and words for what is known
// of them.
#pragma once

#include "tests/support/promise_fixture.hpp"

namespace support {

// The records as the store has them, by id.
inline std::vector<model::Contact> stored_contacts(Desk& desk) {
    std::vector<model::Contact> all;
    desk.store.read([&](storage::Reader& reader) {
        for (std::uint64_t id = 1; id < desk.state.next_id; ++id)
            if (const auto row = reader.contact(model::ContactId{id}))
                all.push_back(model::contact_from(row->body));
    });
    return all;
}

inline std::vector<model::Conversation> stored_conversations(Desk& desk) {
    std::vector<model::Conversation> all;
    desk.store.read([&](storage::Reader& reader) {
        for (std::uint64_t id = 1; id < desk.state.next_id; ++id)
            if (const auto row = reader.conversation(model::ConversationId{id}))
                all.push_back(model::conversation_from(row->body));
    });
    return all;
}

// Everything about customers, a line each, so that a difference can be read.
template <class Entity>
std::vector<std::string> lines(const std::vector<Entity>& all) {
    std::vector<std::string> text;
    for (const Entity& one : all) text.push_back(model::to_json(one));
    return text;
}

// Store, memory and log tell the same of every record, and of every conversation that is not at
// rest.
inline void expect_one_account(Desk& desk) {
    desk::State replayed;
    desk.store.read([&](storage::Reader& reader) { replayed = desk::replay(reader); });
    for (const model::Contact& stored : stored_contacts(desk)) {
        const model::Contact* live = desk.state.contact(stored.id);
        EXPECT_EQ(model::to_json(stored), model::to_json(*replayed.contact(stored.id)));
        if (live != nullptr) EXPECT_EQ(model::to_json(stored), model::to_json(*live));
    }
    for (const model::Conversation& stored : stored_conversations(desk)) {
        if (stored.status == model::Status::resolved) continue;
        EXPECT_EQ(model::to_json(stored), model::to_json(*replayed.conversation(stored.id)));
        EXPECT_EQ(model::to_json(stored), model::to_json(desk.at(stored.id)));
        const model::Contact& person = *replayed.person(stored.contact);
        EXPECT_EQ(stored.contact_name, person.name);
        EXPECT_EQ(stored.profile, person.profile);
    }
}

class Customers : public Promises {
protected:
    using Fields = std::map<std::string, std::string>;

    static model::Identity mail_identity(const std::string& address, bool verified = false) {
        return {.kind = "email", .value = address, .verified = verified};
    }

    // --- what customers and agents do

    // A mail that begins a conversation, or goes on with the one of an earlier mail.
    model::ConversationId write(const std::string& address, const std::string& name = "",
                                const std::string& answers_to = "") {
        model::ReceiveInbound command = mail(next_id(), mail_inbox, address);
        command.inbound.sender.name = name;
        if (!answers_to.empty()) command.inbound.thread_ids = {answers_to};
        return desk.receive(command);
    }
    const std::string& last_mail() const { return last_id_; }
    model::ContactId customer(const std::string& address, const std::string& name = "",
                              const Fields& fields = {}) {
        write(address, name);
        const model::ContactId id = holder(address);
        if (!fields.empty()) know(id, fields);
        return id;
    }
    void know(model::ContactId id, const Fields& fields, model::AgentId agent = dario) {
        const model::Answer answer = desk.tell(model::ChangeContact{agent, id, fields});
        ASSERT_TRUE(answer.ok()) << answer.detail;
    }
    model::ContactId made(model::ChangeContact command) {
        const model::Answer answer = desk.tell(command);
        EXPECT_TRUE(answer.ok()) << answer.detail;
        return model::ContactId{answer.id};
    }
    model::ContactId named(const std::string& name) { return made({anna, {}, {{"name", name}}}); }
    model::Answer merge(model::ContactId absorbed, model::ContactId into) {
        return desk.tell(model::MergeContacts{anna, into, absorbed});
    }
    model::Answer take_out(model::ContactId record) {
        return desk.tell(model::UnmergeContact{anna, record});
    }

    // --- what is known, whether memory has it or not

    model::ContactId holder(const std::string& address, const std::string& kind = "email") {
        std::optional<model::ContactId> id;
        desk.store.read([&](storage::Reader& reader) { id = reader.contact_of(kind, address); });
        return id.value_or(model::ContactId{});
    }
    model::Contact stored(model::ContactId id) {
        std::optional<storage::ContactRow> row;
        desk.store.read([&](storage::Reader& reader) { row = reader.contact(id); });
        EXPECT_TRUE(row.has_value()) << "no contact " << model::text_of(id);
        return row ? model::contact_from(row->body) : model::Contact{};
    }
    std::string field(model::ContactId id, const std::string& name) {
        const model::Fields fields = stored(id).fields;
        const auto found = fields.find(name);
        return found == fields.end() ? "" : found->second.value;
    }
    std::string name_in(model::ConversationId id) { return desk.at(id).contact_name; }
    std::vector<std::string> all_contacts() { return lines(stored_contacts(desk)); }

private:
    const std::string& next_id() {
        last_id_ = "written" + std::to_string(++written_) + "@example.org";
        return last_id_;
    }
    std::string last_id_;
    int written_ = 0;
};

// Rosa writes from home, without a name; at work she is known.
class TwoRecords : public Customers {
protected:
    const std::string home = "rosa@home.example";
    const std::string work = "rosa@work.example";
    const std::string shop = "rosa@shop.example";
    model::ContactId at_home{}, at_work{};
    model::ConversationId from_home{}, from_work{};
    std::string home_mail;

    void SetUp() override {
        Customers::SetUp();
        from_home = write(home);
        home_mail = last_mail();
        from_work = write(work, "Rosa Bianchi");
        at_home = holder(home);
        at_work = holder(work);
        know(at_work, {{"segment", "bakery"}, {"relationship", "account"}, {"language", "it"}});
    }
    const model::ContactProfile& profile(model::ConversationId id) { return desk.at(id).profile; }
    bool merged(model::ContactId absorbed, model::ContactId into) {
        const model::Answer answer = merge(absorbed, into);
        EXPECT_EQ(answer.detail, "");
        return answer.ok();
    }
    bool taken_out(model::ContactId record) {
        const model::Answer answer = take_out(record);
        EXPECT_EQ(answer.detail, "");
        return answer.ok();
    }
};

}  // namespace support
