#include "sla/deadlines.hpp"

#include <algorithm>

namespace sla {
namespace {

constexpr std::size_t children = 4;

}  // namespace

void Deadlines::place(std::size_t position, const Entry& entry) {
    heap_[position] = entry;
    positions_[entry.slot] = static_cast<std::uint32_t>(position);
}

void Deadlines::rise(std::size_t position, Entry entry) {
    while (position > 0) {
        const std::size_t parent = (position - 1) / children;
        if (!entry.before(heap_[parent])) break;
        place(position, heap_[parent]);
        position = parent;
    }
    place(position, entry);
}

void Deadlines::sink(std::size_t position, Entry entry) {
    for (;;) {
        const std::size_t first = position * children + 1;
        if (first >= heap_.size()) break;
        std::size_t best = first;
        const std::size_t end = std::min(first + children, heap_.size());
        for (std::size_t child = first + 1; child < end; ++child)
            if (heap_[child].before(heap_[best])) best = child;
        if (!heap_[best].before(entry)) break;
        place(position, heap_[best]);
        position = best;
    }
    place(position, entry);
}

void Deadlines::set(std::uint64_t key, Instant at) {
    const auto [known, fresh] = slots_.try_emplace(key, 0);
    if (fresh) {
        if (free_slots_.empty()) {
            known->second = static_cast<std::uint32_t>(positions_.size());
            positions_.push_back(0);
        } else {
            known->second = free_slots_.back();
            free_slots_.pop_back();
        }
        heap_.emplace_back();
        rise(heap_.size() - 1, {at, key, known->second});
        return;
    }
    const std::size_t position = positions_[known->second];
    if (heap_[position].at == at) return;
    const Entry moved{at, key, known->second};
    if (moved.before(heap_[position]))
        rise(position, moved);
    else
        sink(position, moved);
}

void Deadlines::clear(std::uint64_t key) {
    const auto known = slots_.find(key);
    if (known == slots_.end()) return;
    const std::size_t position = positions_[known->second];
    const Entry gone = heap_[position];
    free_slots_.push_back(known->second);
    slots_.erase(known);
    const Entry last = heap_.back();
    heap_.pop_back();
    if (position == heap_.size()) return;
    if (last.before(gone))
        rise(position, last);
    else
        sink(position, last);
}

std::optional<Instant> Deadlines::next() const {
    return heap_.empty() ? std::nullopt : std::optional{heap_.front().at};
}

std::optional<std::uint64_t> Deadlines::due(Instant now) const {
    if (heap_.empty() || heap_.front().at > now) return std::nullopt;
    return heap_.front().key;
}

}  // namespace sla
