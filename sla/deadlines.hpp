// Deadlines: which of many things is due first. One timer for the earliest of a million.
//
// A 4-ary heap over slots: setting, clearing and taking cost O(log n) and touch few cache lines.
// Equal instants come in the order of their keys, so that any run is the same as any other.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "sla/instant.hpp"

namespace sla {

class Deadlines {
public:
    // Arms or moves the deadline of `key`.
    void set(std::uint64_t key, Instant at);
    // Disarms it; unknown keys are fine.
    void clear(std::uint64_t key);

    std::optional<Instant> next() const;
    // The first key due at or before `now`; it stays armed.
    std::optional<std::uint64_t> due(Instant now) const;
    std::size_t size() const { return heap_.size(); }

private:
    struct Entry {
        Instant at{};
        std::uint64_t key = 0;
        std::uint32_t slot = 0;
        bool before(const Entry& other) const {
            return at != other.at ? at < other.at : key < other.key;
        }
    };

    void rise(std::size_t position, Entry entry);
    void sink(std::size_t position, Entry entry);
    void place(std::size_t position, const Entry& entry);

    std::vector<Entry> heap_;
    std::vector<std::uint32_t> positions_;  // of each slot in the heap
    std::vector<std::uint32_t> free_slots_;
    std::unordered_map<std::uint64_t, std::uint32_t> slots_;  // of each key
};

}  // namespace sla
