#include "hub/flow/intake.hpp"

#include <algorithm>

namespace flow {

const model::Inbox* Directory::inbox_of(model::Channel channel, const std::string& address) const {
    for (const auto& [id, inbox] : inboxes)
        if (inbox.channel == channel && inbox.address == address) return &inbox;
    return nullptr;
}

bool Directory::anybody_chats(model::TeamId team) const {
    return std::ranges::any_of(agents, [this, team](const auto& one) {
        const auto& teams = one.second.teams;
        return takes_sessions.contains(one.first) && std::ranges::find(teams, team) != teams.end();
    });
}

void Intake::submit(model::Command command, runtime::Loop& reply_to, Done done) {
    auto shared = std::make_shared<model::Command>(std::move(command));
    desk_loop_.post([this, shared, &reply_to, done = std::move(done)] {
        runner_.submit(std::move(*shared), [this, &reply_to, done](const model::Answer& answer) {
            metrics_.counters().command_answered();
            reply_to.post([done, answer] { done(answer); });
        });
        metrics_.counters().desk_waiting(static_cast<double>(runner_.waiting()));
    });
}

void Intake::receive(model::ReceiveInbound command, runtime::Loop& reply_to,
                     std::function<void(connectors::Receipt, const model::Answer&)> done) {
    submit(std::move(command), reply_to,
           [this, done = std::move(done)](const model::Answer& answer) {
               if (answer.ok()) {
                   metrics_.counters().inbound_committed();
                   return done(connectors::Receipt::committed, answer);
               }
               metrics_.counters().inbound_refused();
               done(answer.refusal == model::Refusal::busy ? connectors::Receipt::busy
                                                           : connectors::Receipt::failed,
                    answer);
           });
}

std::shared_ptr<const Directory> Intake::directory() const {
    const std::lock_guard lock(directory_mutex_);
    return directory_;
}

Directory directory_of(const desk::State& state) {
    Directory directory;
    directory.inboxes = state.inboxes;
    directory.agents = state.agents;
    directory.teams = state.teams;
    directory.policies = state.policies;
    directory.calendars = state.calendars;
    directory.routing = state.routing_settings;
    directory.rules = state.rules;
    directory.value_formula = state.value_formula;
    directory.attributes = state.attributes;
    for (const auto& [id, agent] : state.agent_states) {
        directory.availabilities[id] = agent.availability;
        if (desk::accepts(agent, true)) directory.takes_sessions.insert(id);
    }
    return directory;
}

void Intake::set_directory(const desk::State& state) {
    auto directory = std::make_shared<const Directory>(directory_of(state));
    const std::lock_guard lock(directory_mutex_);
    directory_ = std::move(directory);
}

}  // namespace flow
