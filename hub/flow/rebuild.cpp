#include "hub/flow/rebuild.hpp"

#include <future>

#include "hub/desk/desk.hpp"
#include "hub/flow/indexer.hpp"
#include "hub/model/model.hpp"

namespace flow {
namespace {

constexpr std::size_t page_events = 1000;

std::vector<storage::StoredEvent> events_after(storage::Store& store, storage::Seq after) {
    std::promise<std::vector<storage::StoredEvent>> page;
    store.read([&page, after](storage::Reader& reader) {
        storage::EventQuery query;
        query.after = after;
        query.limit = page_events;
        page.set_value(reader.events(query));
    });
    return page.get_future().get();
}

void write(storage::Store& store, std::vector<storage::RowWrite> rows) {
    std::promise<storage::AppendResult> done;
    storage::Batch batch;
    batch.rows = std::move(rows);
    store.append(std::move(batch),
                 [&done](const storage::AppendResult& result) { done.set_value(result); });
    const storage::AppendResult result = done.get_future().get();
    if (result.error != storage::AppendError::none) throw std::runtime_error(result.detail);
}

}  // namespace

std::size_t rebuild(storage::Store& store) {
    store.clear_read_tables();
    write(store, {Indexer::from_the_beginning()});
    desk::State state;
    for (;;) {
        const auto events = events_after(store, state.head);
        desk::Projection projection;
        for (const storage::StoredEvent& stored : events) {
            const model::Event event = model::decode(stored.row);
            desk::fold(state, event);
            projection.add(state, event, stored.row);
        }
        auto rows = projection.finish(state);
        if (events.size() < page_events)
            for (storage::RowWrite& row : desk::state_rows(state, true))
                rows.push_back(std::move(row));
        write(store, std::move(rows));
        if (events.size() < page_events) return state.head;
    }
}

Verified verify(storage::Store& store) {
    Verified verified;
    std::string previous;
    for (storage::Seq after = 0;;) {
        const auto events = events_after(store, after);
        for (const storage::StoredEvent& event : events) {
            if (event.row.seq != after + 1)
                verified.fault =
                    "a gap after event " + std::to_string(after) + "; restore a backup";
            else if (event.hash != storage::chain_hash(previous, event.row))
                verified.fault = "event " + std::to_string(event.row.seq) +
                                 " does not match its hash: it was changed outside the program; "
                                 "restore a backup";
            if (!verified.fault.empty()) return verified;
            previous = event.hash;
            after = event.row.seq;
            ++verified.events;
        }
        if (events.size() < page_events) return verified;
    }
}

}  // namespace flow
