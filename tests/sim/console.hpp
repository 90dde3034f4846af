// A fake console: a subscriber that receives shared frames, loses its connection, resumes from the store, and keeps the
// state that its user would see. Its reducer knows the operations, and nothing of the desk.
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

// The raw text of a member of a JSON object; empty when it is absent. Enough for what the feed writes.
std::string_view member(std::string_view object, std::string_view key);
// The elements of a JSON array.
std::vector<std::string_view> elements(std::string_view array);

struct ConsoleMessage {
    std::string body;  // without seq and delivery
    std::string delivery_state;
    friend bool operator==(const ConsoleMessage&, const ConsoleMessage&) = default;
};

struct ConsoleConversation {
    std::string body;
    model::Seq messages_from = 0;              // head of the page of messages that was fetched
    std::map<std::string, ConsoleMessage> messages;  // by id
};

struct ConsoleState {
    std::map<std::string, ConsoleConversation> conversations;
    std::map<std::string, std::string> teams, inboxes, agents, availabilities;
};

// What a user who signs in now is shown.
ConsoleState snapshot(storage::Reader& reader, const model::Viewer& viewer);
void fetch_messages(storage::Reader& reader, ConsoleConversation& conversation, model::ConversationId id);
std::string difference(const ConsoleState& seen, const ConsoleState& fresh);  // empty: equal

class Console {
public:
    // Runs a read now and delivers its continuation later, as a reader thread would.
    using Post = std::function<void(std::function<void()>)>;
    Console(storage::Store& store, Post post, model::AgentId agent) : store_(store), post_(std::move(post)), agent_(agent) {}

    void connect();  // a snapshot the first time and when stale, else resumes
    void disconnect();
    void on_item(const feed::ItemPtr& item, feed::FrameCache& frames);
    bool settled() const { return !connected_ || live_; }
    bool connected() const { return connected_; }
    const ConsoleState& state() const { return state_; }
    const model::Viewer& viewer() const { return viewer_; }

private:
    void caught_up(feed::CatchUp result);
    void deliver(const feed::ItemPtr& item, feed::FrameCache& frames);
    void apply(const feed::Frame& frame);
    void reduce(std::string_view operation, model::Seq seq);
    void reduce_event(std::string_view value);
    model::Viewer viewer_now() const;

    storage::Store& store_;
    Post post_;
    model::AgentId agent_;
    model::Viewer viewer_;
    std::uint64_t connection_ = 0;
    bool connected_ = false, live_ = false, stale_ = true;
    model::Seq mine_ = 0;  // the client's number
    model::Seq sent_ = 0;  // the server's
    std::vector<feed::ItemPtr> waiting_;
    ConsoleState state_;
};

}  // namespace sim
