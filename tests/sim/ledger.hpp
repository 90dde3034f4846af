// What the outside was promised, and an independent account of the log: folded again event by event from its encoded
// form, with each statement about events checked on the way.
#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <string>

#include "hub/desk/desk.hpp"
#include "storage/storage.hpp"

namespace sim {

struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline void expect(bool holds, const std::string& what) {
    if (!holds) throw Broken(what);
}

class Ledger {
public:
    void acknowledged(const model::Command& command, const model::Answer& answer);
    void delivery_begun(const connectors::Outbound& outbound);
    void delivery_settled(const connectors::Outbound& outbound, connectors::OutcomeKind kind);
    void restarted() { excused_ = true; }  // what was under way may be tried again

    void read_log(storage::Reader& reader);  // folds and checks what is new
    void check_promises() const;
    const desk::State& replayed() const { return state_; }

private:
    void check_routing(const model::Event& event, const model::RoutingDecided& fact) const;
    void check_breach(const model::Event& event, const model::SlaBreached& fact) const;
    void count_messages(const model::Event& event);

    using Key = std::pair<std::string, std::string>;
    desk::State state_;
    std::string hash_;
    std::map<Key, std::uint64_t> items_;       // (inbox, receipt key) -> message
    std::map<Key, std::uint64_t> operations_;  // (author, client id) -> message
    std::map<Key, std::uint64_t> promised_items_, promised_operations_;
    std::set<model::ConversationId> automatic_only_;
    std::set<std::uint64_t> sent_;             // messages that a connector took
    std::map<std::uint64_t, std::uint64_t> last_sent_;  // conversation -> newest message sent
    bool excused_ = false;
};

}  // namespace sim
