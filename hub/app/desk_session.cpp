#include "hub/app/desk_session.hpp"

#include <future>
#include <stdexcept>

namespace app {

DeskSession::DeskSession(storage::Store& store) : store_(store) {
    std::promise<desk::State> restored;
    store_.read(
        [&restored](storage::Reader& reader) { restored.set_value(desk::restore(reader)); });
    state_ = restored.get_future().get();
}

model::Answer DeskSession::run(const model::Command& command) {
    const desk::Needs needs = desk::needs_of(state_, command);
    std::promise<desk::Loaded> found;
    store_.read([&](storage::Reader& reader) { found.set_value(desk::load(reader, needs)); });
    const desk::Loaded loaded = found.get_future().get();
    desk::adopt(state_, loaded);
    desk::Decision decision = desk::decide(state_, command, loaded, clock_.now(), false);
    if (!decision.batch.events.empty() || !decision.batch.rows.empty())
        commit(std::move(decision.batch));
    return decision.answer;
}

void DeskSession::write(storage::RowWrite row) {
    storage::Batch batch;
    batch.rows.push_back(std::move(row));
    commit(std::move(batch));
}

void DeskSession::commit(storage::Batch batch) {
    std::promise<storage::AppendResult> done;
    store_.append(std::move(batch),
                  [&done](const storage::AppendResult& result) { done.set_value(result); });
    const storage::AppendResult result = done.get_future().get();
    if (result.error != storage::AppendError::none)
        throw std::runtime_error("the store refused: " + result.detail);
}

std::optional<std::string> DeskSession::meta(const std::string& key) const {
    std::promise<std::optional<std::string>> value;
    store_.read([&](storage::Reader& reader) { value.set_value(reader.meta(key)); });
    return value.get_future().get();
}

}  // namespace app
