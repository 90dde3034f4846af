// The indexer: follows the log and makes messages findable, a moment after they were taken.
#pragma once

#include "hub/runtime/loop.hpp"
#include "storage/storage.hpp"

namespace flow {

// Its place is a row beside the index, written with it: after a crash it goes on where it was. It
// has a thread of its own, since analysing computes.
class Indexer {
public:
    explicit Indexer(storage::Store& store) : store_(store) {}

    void look();  // any thread: there may be something new
    void stop() { loop_.stop(); }

    // The row to write before everything is indexed afresh.
    static storage::MetaRow from_the_beginning();

private:
    void step();
    void index(const std::vector<storage::MessageRow>& rows);

    storage::Store& store_;
    bool busy_ = false;   // on the loop alone, as the next
    bool again_ = false;  // somebody looked meanwhile
    runtime::Loop loop_{"indexer"};
};

}  // namespace flow
