// Catching up from the store: what a subscriber missed, folded into one frame.
//
// Operations carry whole entities, so the frames missed need not be told one by one: the newest
// form of each conversation touched since, the messages and activities since, and "gone" for what
// is no longer seen. What was already known is told again only in its newest form.
#pragma once

#include "hub/feed/frame.hpp"
#include "storage/storage.hpp"

namespace feed {

struct CatchUp {
    bool stale = false;  // too long ago, or of another history: take a snapshot
    model::Seq since = 0;
    model::Seq head = 0;     // everything up to here is told by `operations`
    std::string operations;  // may be empty
};

inline constexpr std::size_t catch_up_events_max = 5000;  // SY-06
// Well below what may wait for one socket: beyond it a snapshot is the shorter way.
inline constexpr std::size_t catch_up_bytes_max = 1024 * 1024;

// Runs on a reader thread.
CatchUp catch_up(storage::Reader& reader, const model::Viewer& viewer, model::Seq since);

}  // namespace feed
