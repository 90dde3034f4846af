// A desk of one's own for a short command: decides and commits one command after the other, without
// loops.
#pragma once

#include "hub/desk/desk.hpp"
#include "hub/runtime/clock.hpp"
#include "storage/storage.hpp"

namespace app {

class DeskSession {
public:
    explicit DeskSession(storage::Store& store);
    const desk::State& state() const { return state_; }
    model::Instant now() const { return clock_.now(); }
    // Throws std::runtime_error when the store refuses.
    model::Answer run(const model::Command& command);
    void write(storage::RowWrite row);
    std::optional<std::string> meta(const std::string& key) const;

private:
    void commit(storage::Batch batch);

    storage::Store& store_;
    runtime::SystemClock clock_;
    desk::State state_;
};

}  // namespace app
