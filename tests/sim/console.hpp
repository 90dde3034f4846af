// A fake console: a subscriber that receives shared frames, loses its connection, resumes from the
// store, and keeps the state that its user would see. Its reducer knows the operations, and nothing
// of the desk.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "hub/feed/catch_up.hpp"
#include "hub/feed/frame.hpp"

namespace sim {

struct ConsoleMessage {
    std::string body;      // without seq and delivery
    std::string delivery;  // state and reason
    friend bool operator==(const ConsoleMessage&, const ConsoleMessage&) = default;
};

struct ConsoleConversation {
    std::string body;
    model::Seq fetched_at = 0;  // head when its messages were fetched as a page
    std::map<std::string, ConsoleMessage> messages;  // by id
};

struct ConsoleState {
    std::map<std::string, ConsoleConversation> conversations;
    std::map<std::string, std::string> teams, inboxes, agents, availabilities;  // by id
};

// What a user who signs in now is shown.
inline ConsoleState snapshot(storage::Reader& reader, const model::Viewer& viewer);
inline std::string difference(const ConsoleState& seen, const ConsoleState& fresh);  // empty: equal

class Console {
public:
    using Post = std::function<void(std::function<void()>)>;
    Console(storage::Store& store, Post post, model::AgentId agent)
        : store_(store), post_(std::move(post)), agent_(agent) {}

    void connect();  // a snapshot the first time and when stale, then resumes
    void disconnect();
    void lose_next_frame() { lose_next_ = true; }
    void on_item(const feed::ItemPtr& item, feed::FrameCache& frames);
    void on_mark(model::Seq head, model::Instant now);
    bool connected() const { return connected_; }
    const ConsoleState& state() const { return state_; }
    model::AgentId agent() const { return agent_; }

private:
    // The server's end, as feed::ConsoleSubscriber has it.
    void caught_up(feed::CatchUp result);
    void deliver(const feed::ItemPtr& item, feed::FrameCache& frames);
    // The client's end.
    void receive(const feed::Frame& frame);
    void reduce(std::string_view operation);
    void reduce_conversation(std::string_view body);
    void reduce_message(std::string_view body);
    void reduce_event(std::string_view event);
    void fetch_messages(const std::string& id);

    storage::Store& store_;
    Post post_;
    model::AgentId agent_;
    model::Viewer viewer_;
    std::uint64_t connection_ = 0;
    bool connected_ = false, live_ = false, catching_up_ = false, stale_ = true, lose_next_ = false;
    model::Seq mine_ = 0;  // the client's number
    model::Seq sent_ = 0;  // the server's
    std::vector<feed::ItemPtr> waiting_;
    ConsoleState state_;
};

}  // namespace sim
