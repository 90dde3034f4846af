// Rebuilding the read tables from the log, and checking the log's chain. Only while nothing else
// uses the store.
#pragma once

#include <string>

#include "storage/storage.hpp"

namespace flow {

// Empties the read tables and writes them again from the events. Returns how many events were read.
// Throws std::runtime_error on an event it cannot read.
std::size_t rebuild(storage::Store& store);

struct Verified {
    std::size_t events = 0;
    std::string fault;  // empty: whole; else the place and what to do
};
Verified verify(storage::Store& store);

}  // namespace flow
