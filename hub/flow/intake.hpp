// Intake: how every door reaches the desk, from any thread; and what a door may know without asking
// it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "connectors/connectors.hpp"
#include "hub/flow/desk_runner.hpp"
#include "hub/runtime/loop.hpp"
#include "hub/runtime/metrics.hpp"

namespace flow {

// An immutable copy of the configuration for the net loops; replaced whole after each committed
// change.
struct Directory {
    std::map<model::InboxId, model::Inbox> inboxes;
    std::map<model::AgentId, model::Agent> agents;
    std::map<model::TeamId, model::Team> teams;
    std::map<model::PolicyId, sla::Policy> policies;
    std::map<model::CalendarId, sla::Calendar> calendars;
    model::RoutingSettings routing;
    std::map<model::RuleId, model::RoutingRule> rules;
    model::ValueFormula value_formula;
    std::map<model::AttributeId, model::AttributeDefinition> attributes;
    std::map<model::AgentId, model::Availability> availabilities;
    std::set<model::AgentId> takes_sessions;

    bool anybody_chats(model::TeamId team) const;  // some member takes live work now
    const model::Inbox* inbox_of(model::Channel channel, const std::string& address) const;
};

Directory directory_of(const desk::State& state);

class Intake {
public:
    Intake(runtime::Loop& desk_loop, DeskRunner& runner, runtime::Metrics& metrics)
        : desk_loop_(desk_loop), runner_(runner), metrics_(metrics) {}

    // Any thread. `done` runs on `reply_to`.
    void submit(model::Command command, runtime::Loop& reply_to, Done done);
    void receive(model::ReceiveInbound command, runtime::Loop& reply_to,
                 std::function<void(connectors::Receipt, const model::Answer&)> done);

    std::shared_ptr<const Directory> directory() const;  // any thread
    void set_directory(const desk::State& state);        // desk loop

private:
    runtime::Loop& desk_loop_;
    DeskRunner& runner_;
    runtime::Metrics& metrics_;
    // A mutex around one copy: libstdc++ 12's atomic shared_ptr unlocks without ordering its reads.
    mutable std::mutex directory_mutex_;
    std::shared_ptr<const Directory> directory_ = std::make_shared<const Directory>();
};

}  // namespace flow
