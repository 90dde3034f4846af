// Frames: numbered deltas, marks and signals as websocket frames, built once and shared.
#pragma once

#include <map>
#include <string>

#include "hub/feed/item.hpp"
#include "hub/runtime/clock.hpp"
#include "hub/runtime/websocket_wire.hpp"

namespace feed {

using runtime::websocket::Frame;

Frame delta_frame(model::Seq previous, model::Seq seq, std::string_view operations);
Frame mark_frame(model::Seq previous, model::Seq seq, runtime::Instant now);
Frame stale_frame(model::Seq head);
Frame signal_frame(const Signal& signal);

// Equal (previous, audience) pairs of one item share one frame. The audience is a bit per group:
// seen, gone or neither.
class FrameCache {
public:
    Frame delta(const Item& item, model::Seq previous, const model::Viewer& viewer);

private:
    std::map<std::pair<model::Seq, std::string>, Frame> frames_;
};

}  // namespace feed
