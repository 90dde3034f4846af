// What the outside was promised, and an independent account of the log: folded again event by event
// from its encoded form, with each statement about events checked on the way.
#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
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
    void check_clocks() const;  // at rest: what holds of every promise, see ledger_clocks.hpp
    const desk::State& replayed() const { return state_; }
    void advance(model::Instant now) { advance(state_, now); }
    static void advance(desk::State& state, model::Instant now) {
        state.sync_router();
        state.router().advance(now);
    }

private:
    void check(const model::Event& event);
    void check_routing(const model::Event& event, const model::RoutingDecided& fact) const;
    void check_start(const model::Event& event, const sla::Clock& clock) const;
    void check_warning(const model::Event& event, const model::SlaWarned& fact);
    void check_breach(const model::Event& event, const sla::Clock& clock);
    void check_change(const model::Event& event, const model::SlaChanged& fact) const;
    void check_end(const model::Event& event, const sla::Clock& clock) const;
    void check_escalation(const model::Event& event, const model::Escalated& fact);
    const sla::Clock& clock_before(const model::Event& event, const sla::Clock& clock) const;
    void check_legs(const model::Conversation& conversation, const sla::Clock& clock) const;
    void check_due(const model::Conversation& conversation, const sla::Clock& clock) const;
    void check_obligations(const model::Conversation& conversation) const;
    void count_inbound(const model::Event& event, const model::MessageReceived& fact);
    void count_written(const model::Event& event, const model::Message& message);

    using Key = std::pair<std::string, std::string>;
    desk::State state_;
    std::string hash_;
    std::map<Key, std::uint64_t> items_;       // (inbox, receipt key) -> message
    std::map<Key, std::uint64_t> operations_;  // (author, client id) -> message
    std::map<Key, std::uint64_t> promised_items_, promised_operations_;
    std::set<model::ConversationId> automatic_only_;
    model::ConversationId handled_{};  // the conversation that the event before changed by hand
    // The signals of each clock that were told: (conversation, clock, percent).
    std::set<std::tuple<model::ConversationId, std::uint32_t, std::uint32_t>> told_;
    std::map<std::string, std::size_t> escalated_;  // by conversation, clock and rule
    std::set<std::uint64_t> decided_;               // messages sent or refused for good
    std::set<std::uint64_t> recorded_;  // of these, the ones whose outcome is in the log
};

}  // namespace sim
