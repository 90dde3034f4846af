#include "hub/feed/frame.hpp"

#include "hub/model/model.hpp"

namespace feed {

using runtime::websocket::make_text_frame;

Frame delta_frame(model::Seq previous, model::Seq seq, std::string_view operations) {
    std::string text = R"({"t":"d","prev":)";
    text.append(std::to_string(previous)).append(R"(,"seq":)").append(std::to_string(seq));
    text.append(R"(,"ops":[)").append(operations).append("]}");
    return make_text_frame(text);
}

Frame mark_frame(model::Seq previous, model::Seq seq, runtime::Instant now) {
    return make_text_frame(R"({"t":"m","prev":)" + std::to_string(previous) + R"(,"seq":)" +
                           std::to_string(seq) + R"(,"now":")" + model::text_of(now) + R"("})");
}

Frame stale_frame(model::Seq head) {
    return make_text_frame(R"({"t":"stale","seq":)" + std::to_string(head) + "}");
}

Frame signal_frame(const Signal& signal) {
    const std::string user =
        model::is_some(signal.agent) ? "\"" + model::text_of(signal.agent) + "\"" : "null";
    return make_text_frame(
        R"({"t":"p","conv":")" + model::text_of(signal.conversation) + R"(","user":)" + user +
        R"(,"name":)" + model::quoted(signal.agent_name) + R"(,"what":")" + signal.what + R"("})");
}

namespace {

bool sees_group(const model::Viewer& viewer, const Group& group) {
    if (group.for_everybody || group.for_consoles) return true;
    if (model::is_some(group.only_for)) return group.only_for == viewer.agent;
    return model::may_see(viewer, group.after);
}

}  // namespace

Frame FrameCache::delta(const Item& item, model::Seq previous, const model::Viewer& viewer) {
    std::string audience;
    audience.reserve(item.groups.size());
    bool anything = false;
    for (const Group& group : item.groups) {
        const bool sees = sees_group(viewer, group);
        const bool loses = !sees && group.before && model::may_see(viewer, *group.before);
        audience.push_back(sees ? 's' : loses ? 'g' : '-');
        anything = anything || sees || loses;
    }
    if (!anything) return nullptr;
    Frame& frame = frames_[{previous, audience}];
    if (frame) return frame;
    std::string operations;
    for (std::size_t i = 0; i < item.groups.size(); ++i) {
        if (audience[i] == '-') continue;
        if (!operations.empty()) operations.push_back(',');
        operations += audience[i] == 's' ? item.groups[i].operations : item.groups[i].gone;
    }
    frame = delta_frame(previous, item.seq, operations);
    return frame;
}

}  // namespace feed
