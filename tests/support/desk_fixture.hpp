// A small desk for tests: two teams, three inboxes, five agents, one policy. Time is moved by hand,
// and every decision is committed to a store in memory, so that what was forgotten can be loaded
// again.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hub/desk/desk.hpp"
#include "hub/model/model.hpp"
#include "storage/memory/memory_store.hpp"

namespace support {

using namespace std::chrono_literals;

inline constexpr model::Instant opening =
    std::chrono::sys_days{std::chrono::year{2026} / 3 / 17} + std::chrono::hours{9};

inline constexpr model::TeamId service{1}, billing{2};
inline constexpr model::InboxId mail_inbox{11}, chat_inbox{12}, billing_inbox{13};
inline constexpr model::AgentId anna{21}, bruno{22}, carla{23}, dario{24}, elena{25};
inline constexpr model::AgentId nobody{};
inline constexpr auto response_budget = std::chrono::minutes{60};
inline constexpr auto response_warning = std::chrono::minutes{15};

inline model::Agent agent_named(model::AgentId id, const std::string& name, model::Role role,
                                std::vector<model::TeamId> teams, std::uint32_t capacity) {
    return {.id = id,
            .name = name,
            .email = name + "@example.com",
            .role = role,
            .teams = std::move(teams),
            .inboxes = {},
            .skills = {},
            .languages = {},
            .session_capacity = capacity,
            .asynchronous_capacity = capacity};
}

inline model::ReceiveInbound mail(const std::string& external_id, model::InboxId inbox = mail_inbox,
                                  const std::string& sender = "customer@example.org") {
    model::ReceiveInbound command;
    command.inbound.inbox = inbox;
    command.inbound.external_id = external_id;
    command.inbound.receipt_key = external_id + "#written";
    command.inbound.sender = {.kind = "email", .value = sender, .name = "", .verified = false};
    command.inbound.subject = "Where is my parcel?";
    command.inbound.text = "It should have come on Monday.";
    return command;
}

inline model::ReceiveInbound mail_in_thread(const std::string& external_id,
                                            std::vector<std::string> thread_ids,
                                            model::InboxId inbox = mail_inbox) {
    model::ReceiveInbound command = mail(external_id, inbox);
    command.inbound.thread_ids = std::move(thread_ids);
    return command;
}

inline model::ReceiveInbound chat(const std::string& visitor, const std::string& client_id) {
    model::ReceiveInbound command;
    command.inbound.inbox = chat_inbox;
    command.inbound.channel = model::Channel::chat;
    command.inbound.external_id = command.inbound.receipt_key = visitor + ":" + client_id;
    command.inbound.sender = {.kind = "visitor", .value = visitor, .name = "", .verified = true};
    command.inbound.text = "Hello?";
    command.client_id = client_id;
    return command;
}

inline model::SendReply reply(model::AgentId agent, model::ConversationId conversation,
                              const std::string& client_id = "") {
    model::SendReply command;
    command.agent = agent;
    command.conversation = conversation;
    command.text = "It arrives today.";
    command.client_id = client_id;
    return command;
}

template <class Kind>
std::vector<Kind> facts(const desk::Decision& decision) {
    std::vector<Kind> found;
    for (const model::Event& event : decision.events)
        if (const auto* fact = std::get_if<Kind>(&event.fact)) found.push_back(*fact);
    return found;
}

template <class Row>
std::vector<Row> rows(const desk::Decision& decision) {
    std::vector<Row> found;
    for (const storage::RowWrite& write : decision.batch.rows)
        if (const auto* row = std::get_if<Row>(&write)) found.push_back(*row);
    return found;
}

class Desk {
public:
    desk::State state;
    model::Instant now = opening;
    storage::MemoryStore store;

    Desk() {
        decide(model::SaveTeam{nobody, {service, "Service"}});
        decide(model::SaveTeam{nobody, {billing, "Billing"}});
        save_inbox(mail_inbox, model::Channel::email, "help@example.com", service);
        save_inbox(chat_inbox, model::Channel::chat, "site", service);
        save_inbox(billing_inbox, model::Channel::email, "billing@example.com", billing);
        save_agent(agent_named(anna, "anna", model::Role::agent, {service}, 2));
        save_agent(agent_named(bruno, "bruno", model::Role::agent, {service}, 2));
        save_agent(agent_named(carla, "carla", model::Role::agent, {billing}, 2));
        save_agent(agent_named(dario, "dario", model::Role::supervisor, {}, 2));
        save_agent(agent_named(elena, "elena", model::Role::administrator, {}, 2));
        sla::Policy policy;
        policy.id = model::PolicyId{31};
        policy.name = "Everybody";
        policy.targets = {{sla::Metric::first_response, response_budget, {75}}};
        decide(model::SavePolicy{nobody, policy});
    }

    desk::Decision decide(const model::Command& command) {
        desk::Loaded loaded;
        store.read([&](storage::Reader& reader) {
            loaded = desk::load(reader, desk::needs_of(state, command));
        });
        desk::adopt(state, loaded);
        desk::Decision decision = desk::decide(state, command, loaded, now);
        if (!decision.batch.events.empty() || !decision.batch.rows.empty())
            store.append(decision.batch, [](const storage::AppendResult& result) {
                EXPECT_EQ(result.error, storage::AppendError::none) << result.detail;
            });
        return decision;
    }

    model::Answer tell(const model::Command& command) { return decide(command).answer; }

    // The conversation that the item came into.
    model::ConversationId receive(const model::ReceiveInbound& command) {
        return tell(command).conversation;
    }

    void set(model::AgentId agent, model::Availability to) {
        decide(model::SetAvailability{agent, agent, to});
    }
    void online(model::AgentId agent) { set(agent, model::Availability::online); }
    void forget_all() { state.forget(state.head); }

    const model::Conversation& at(model::ConversationId id) const {
        return *state.conversation(id);
    }
    // Units in hand, of both families.
    std::uint32_t load(model::AgentId id) const {
        return state.router().load(id, true) + state.router().load(id, false);
    }

    std::size_t logged(const std::string& kind) {
        std::size_t found = 0;
        store.read([&](storage::Reader& reader) {
            storage::EventQuery query;
            query.kinds = {kind};
            query.limit = 1'000'000;
            found = reader.events(query).size();
        });
        return found;
    }

    void save_inbox(model::InboxId id, model::Channel channel, const std::string& address,
                    model::TeamId team, std::uint32_t weight = 1) {
        model::Inbox inbox;
        inbox.id = id;
        inbox.name = address;
        inbox.channel = channel;
        inbox.address = address;
        inbox.team = team;
        inbox.weight = weight;
        EXPECT_TRUE(tell(model::SaveInbox{nobody, inbox}).ok());
    }
    void save_agent(const model::Agent& agent) {
        EXPECT_TRUE(tell(model::SaveAgent{nobody, agent, {}}).ok());
    }
};

}  // namespace support
