// What the outside was promised, and an independent account of the log: folded again event by event
// from its encoded form, with each statement about events checked on the way.
#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

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
    // A connector is asked to deliver; `outbox` holds what is committed.
    void delivery_begun(const connectors::Outbound& outbound,
                        const std::vector<storage::OutboxRow>& outbox);
    void delivery_settled(const connectors::Outbound& outbound, connectors::OutcomeKind kind);
    // What was decided and not committed is lost: it may be tried again.
    void restarted(storage::Reader& reader);

    void read_log(storage::Reader& reader);  // folds and checks what is new
    void check_promises() const;
    const desk::State& replayed() const { return state_; }

private:
    void check(const model::Event& event);
    void check_routing(const model::Event& event, const model::RoutingDecided& fact) const;
    void check_breach(const model::Event& event, const model::SlaBreached& fact) const;
    void check_end(const model::Event& event, const model::SlaEnded& fact) const;
    void count_inbound(const model::Event& event, const model::MessageReceived& fact);
    void count_written(const model::Event& event, const model::Message& message);

    using Key = std::pair<std::string, std::string>;
    desk::State state_;
    std::string hash_;
    std::map<Key, std::uint64_t> items_;       // (inbox, receipt key) -> message
    std::map<Key, std::uint64_t> operations_;  // (author, client id) -> message
    std::map<Key, std::uint64_t> promised_items_, promised_operations_;
    std::set<model::ConversationId> automatic_only_;
    model::ConversationId handled_{};   // the conversation that the event before changed by hand
    std::set<std::uint64_t> decided_;   // messages sent or refused for good
    std::set<std::uint64_t> recorded_;  // of these, the ones whose outcome is in the log
};

}  // namespace sim
