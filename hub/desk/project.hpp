// project: what an event writes into the read tables. The same function serves live work and
// `sportello rebuild`.
#pragma once

#include "hub/desk/state.hpp"

namespace desk {

// The few rows that hold what no entity does: the next ids, and how the agents stand.
std::vector<storage::RowWrite> state_rows(const State& state, bool agents_changed);

// Collects the rows of one batch. Entities are written once, in their last form, when `finish` is
// called.
class Projection {
public:
    // Call after folding `event` into `state`; `row` is the encoded event.
    void add(const State& state, const model::Event& event, const storage::EventRow& row);
    // The rows in the order in which they must be applied. The projection is empty afterwards.
    std::vector<storage::RowWrite> finish(const State& state);

private:
    void add_message(const State& state, const model::Event& event, const storage::EventRow& row,
                     const model::Message& message);
    void add_thread_id(std::uint64_t inbox, model::ConversationId conversation,
                       const std::string& id, const std::string& receipt_key);
    void add_delivery(const model::Event& event);
    void add_quarantine(const model::Event& event);
    void add_customer(const State& state, const model::Event& event, const storage::EventRow& row);
    void add_contact(const model::Contact& contact);

    std::vector<storage::RowWrite> rows_;
    std::set<model::ContactId> contacts_;
    std::set<model::ConversationId> conversations_;
};

}  // namespace desk
