// Which consoles are open: to close those of a session that ended, and to know when an agent's last
// one goes. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "hub/model/ids.hpp"

namespace api {

class OpenConsoles {
public:
    using Close = std::function<void()>;  // any thread

    // `tell(agent, connected)` is called when an agent's first console opens and her last one goes:
    // under the lock, so that the desk hears it in the order in which it happened.
    using Tell = std::function<void(model::AgentId, bool connected)>;

    void add(std::uint64_t handle, model::AgentId agent, std::string session, Close close,
             const Tell& tell) {
        const std::lock_guard lock(mutex_);
        consoles_[handle] = {agent, std::move(session), std::move(close)};
        if (++counts_[agent] == 1) tell(agent, true);
    }
    void remove(std::uint64_t handle, const Tell& tell) {
        const std::lock_guard lock(mutex_);
        const auto known = consoles_.find(handle);
        if (known == consoles_.end()) return;
        const model::AgentId agent = known->second.agent;
        consoles_.erase(known);
        if (--counts_[agent] > 0) return;
        counts_.erase(agent);
        tell(agent, false);
    }
    // Tells again how it is now: the desk could not take it before.
    void tell_again(model::AgentId agent, const Tell& tell) {
        const std::lock_guard lock(mutex_);
        tell(agent, counts_.contains(agent));
    }
    void close_session(const std::string& session) {
        close_if([&session](const Console& console) { return console.session == session; });
    }
    void close_agent(model::AgentId agent) {
        close_if([agent](const Console& console) { return console.agent == agent; });
    }
    std::uint64_t next_handle() {
        const std::lock_guard lock(mutex_);
        return ++handles_;
    }

private:
    struct Console {
        model::AgentId agent{};
        std::string session;  // hash of its token
        Close close;
    };
    template <class Wanted>
    void close_if(Wanted wanted) {
        std::vector<Close> closes;
        {
            const std::lock_guard lock(mutex_);
            for (const auto& [handle, console] : consoles_)
                if (wanted(console)) closes.push_back(console.close);
        }
        for (const Close& close : closes) close();
    }

    std::mutex mutex_;
    std::uint64_t handles_ = 0;
    std::map<std::uint64_t, Console> consoles_;
    std::map<model::AgentId, std::size_t> counts_;
};

}  // namespace api
