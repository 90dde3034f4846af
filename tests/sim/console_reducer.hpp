// The console's two ends: a server's that catches up and passes items on, and a client's that
// reduces operations.
#pragma once

#include <charconv>
#include <utility>

#include "tests/sim/console.hpp"
#include "tests/sim/ledger.hpp"

namespace sim {

using namespace model;

// The end of the JSON value that begins at `at`.
inline std::size_t end_of_value(std::string_view text, std::size_t at) {
    int depth = 0;
    bool quoted = false;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (quoted) {
            if (c == '\\')
                ++at;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            if (depth-- == 0) return at;
        } else if (c == ',' && depth == 0) {
            return at;
        }
    }
    return at;
}

inline std::vector<std::string_view> elements(std::string_view list) {
    std::vector<std::string_view> found;
    for (std::size_t at = 1; at + 1 < list.size();) {
        const std::size_t end = end_of_value(list, at);
        found.push_back(list.substr(at, end - at));
        at = end + 1;
    }
    return found;
}

inline std::string_view member(std::string_view object, std::string_view key) {
    for (std::size_t at = 1; at + 1 < object.size();) {
        const std::size_t colon = object.find("\":", at);
        const std::size_t end = end_of_value(object, colon + 2);
        if (object.substr(at + 1, colon - at - 1) == key)
            return object.substr(colon + 2, end - colon - 2);
        at = end + 1;
    }
    return {};
}

inline std::string word_of(std::string_view object, std::string_view key) {
    const std::string_view raw = member(object, key);
    return raw.size() < 2 ? std::string{} : std::string{raw.substr(1, raw.size() - 2)};
}

inline std::uint64_t number_of(std::string_view object, std::string_view key) {
    const std::string_view raw = member(object, key);
    std::uint64_t value = 0;
    std::from_chars(raw.data(), raw.data() + raw.size(), value);
    return value;
}

inline std::string_view payload_of(const feed::Frame& frame) {
    const auto length = static_cast<unsigned char>((*frame)[1]) & 127U;
    return std::string_view{*frame}.substr(length == 126 ? 4 : length == 127 ? 10 : 2);
}

inline ConsoleMessage console_message(const storage::MessageRow& row) {
    const std::string json = model::message_json(row);
    return {json.substr(0, json.rfind(",\"seq\":")),
            '"' + row.delivery_state + "\" " + model::quoted(row.delivery_reason)};
}

inline ConsoleState snapshot(storage::Reader& reader, const Viewer& viewer) {
    ConsoleState state;
    for (const storage::ConfigRow& row : reader.config()) {
        const std::string id = std::to_string(row.id);
        if (row.kind == "team") state.teams[id] = to_json(team_from(row.body));
        if (row.kind == "inbox") state.inboxes[id] = to_json(inbox_from(row.body));
        if (row.kind == "agent") state.agents[id] = to_json(agent_from(row.body));
    }
    const Seq head = reader.head();
    storage::ConversationQuery query{.scope = {.everything = true}, .limit = 1'000'000};
    for (const storage::ConversationRow& row : reader.conversations(query))
        if (may_see(viewer, placement_of(row)))
            state.conversations[text_of(row.id)] = {row.body, head, {}};
    query.scope = scope_of(viewer);
    expect(reader.count(query) == state.conversations.size(),
           "the store's scope is not the visibility rule");
    for (const storage::MessageRow& row : reader.messages_since(0, 1'000'000))
        if (const auto found = state.conversations.find(text_of(row.conversation));
            found != state.conversations.end())
            found->second.messages[text_of(row.id)] = console_message(row);
    for (const storage::StoredEvent& event :
         reader.events({.kinds = {"availability_changed"}, .limit = 1'000'000}))
        state.availabilities[word_of(event.row.payload, "agent_id")] =
            word_of(event.row.payload, "availability");
    return state;
}

inline std::string difference(const ConsoleState& seen, const ConsoleState& fresh) {
    if (seen.teams != fresh.teams || seen.inboxes != fresh.inboxes || seen.agents != fresh.agents)
        return "the configuration differs";
    for (const auto& [agent, availability] : fresh.availabilities)
        if (!seen.availabilities.contains(agent) || seen.availabilities.at(agent) != availability)
            return "agent " + agent + " is " + availability + " and not shown so";
    if (seen.availabilities != fresh.availabilities) return "the availabilities differ";
    for (const auto& [id, conversation] : fresh.conversations) {
        const auto found = seen.conversations.find(id);
        if (found == seen.conversations.end()) return "conversation " + id + " is missing";
        if (found->second.body != conversation.body)
            return "conversation " + id + " differs:\n  " + found->second.body + "\n  " +
                   conversation.body;
        for (const auto& [message, value] : conversation.messages) {
            const auto known = found->second.messages.find(message);
            if (known == found->second.messages.end()) return "message " + message + " is missing";
            if (known->second != value)
                return "message " + message + " differs: " + known->second.delivery + " / " +
                       value.delivery;
        }
        if (found->second.messages.size() != conversation.messages.size())
            return "too many messages in " + id;
    }
    for (const auto& [id, conversation] : seen.conversations)
        if (!fresh.conversations.contains(id)) return "conversation " + id + " may not be seen";
    return "";
}

inline void Console::connect() {
    connected_ = catching_up_ = true;
    live_ = false;
    waiting_.clear();
    store_.read([this, connection = ++connection_](storage::Reader& reader) {
        for (const storage::ConfigRow& row : reader.config())
            if (row.kind == "agent" && row.id == number(agent_))
                viewer_ = viewer_of(agent_from(row.body));
        if (std::exchange(stale_, false)) {
            state_ = snapshot(reader, viewer_);
            mine_ = reader.head();
        }
        auto result = std::make_shared<feed::CatchUp>(feed::catch_up(reader, viewer_, mine_));
        post_([this, connection, result] {
            if (connection == connection_ && catching_up_) caught_up(std::move(*result));
        });
    });
}

inline void Console::disconnect() {
    connected_ = live_ = catching_up_ = lose_next_ = false;
    ++connection_;
}

inline void Console::caught_up(feed::CatchUp result) {
    catching_up_ = false;
    if (result.stale) {
        stale_ = true;
        return connect();
    }
    live_ = true;
    sent_ = result.since;
    if (!result.operations.empty()) {
        const feed::Frame frame = feed::delta_frame(sent_, result.head, result.operations);
        sent_ = result.head;
        receive(frame);
    }
    const std::uint64_t connection = connection_;
    for (const feed::ItemPtr& item : std::exchange(waiting_, {})) {
        feed::FrameCache frames;
        if (connection == connection_ && item->seq > result.head) deliver(item, frames);
    }
}

inline void Console::on_item(const feed::ItemPtr& item, feed::FrameCache& frames) {
    if (!connected_) return;
    for (const Agent& agent : item->agents)
        if (agent.id == agent_ && viewer_of(agent) != viewer_) {
            stale_ = true;
            return connect();
        }
    if (catching_up_)
        waiting_.push_back(item);
    else if (live_ && item->seq > sent_)
        deliver(item, frames);
}

inline void Console::deliver(const feed::ItemPtr& item, feed::FrameCache& frames) {
    const feed::Frame frame = frames.delta(*item, sent_, viewer_);
    if (!frame) return;
    sent_ = item->seq;
    receive(frame);
}

inline void Console::on_mark(Seq head, Instant now) {
    if (!live_) return;
    const Seq from = std::exchange(sent_, std::max(head, sent_));
    receive(feed::mark_frame(from, sent_, now));
}

// SY-02: the next frame begins where the last one ended; what came already is passed over; a hole
// asks again.
inline void Console::receive(const feed::Frame& frame) {
    if (std::exchange(lose_next_, false)) return;
    const std::string_view payload = payload_of(frame);
    const Seq previous = number_of(payload, "prev");
    const Seq seq = number_of(payload, "seq");
    const bool mark = word_of(payload, "t") == "m";
    if (seq <= mine_ && !(mark && previous == mine_)) return;
    if (previous != mine_) return connect();
    mine_ = seq;
    if (mark) return;
    // A message may be told before the conversation that it opened.
    const auto operations = elements(member(payload, "ops"));
    for (const std::string_view operation : operations)
        if (word_of(operation, "k") == "conversation") reduce_conversation(member(operation, "v"));
    for (const std::string_view operation : operations) reduce(operation);
}

inline void Console::reduce(std::string_view operation) {
    const std::string kind = word_of(operation, "k");
    const std::string_view value = member(operation, "v");
    if (kind == "conversation" || kind == "contact" || kind == "follow_up") return;
    if (kind == "message") return reduce_message(value);
    if (kind == "event") return reduce_event(value);
    if (kind == "message_ref") return fetch_messages(word_of(operation, "conversation_id"));
    if (kind == "gone")
        state_.conversations.erase(word_of(operation, "id"));
    else if (kind == "team")
        state_.teams[word_of(value, "id")] = value;
    else if (kind == "inbox")
        state_.inboxes[word_of(value, "id")] = value;
    else if (kind == "agent")
        state_.agents[word_of(value, "id")] = value;
    else if (kind == "availability")
        state_.availabilities[word_of(value, "agent_id")] = word_of(value, "availability");
    else
        throw Broken("the feed told an unknown operation: " + kind);
}

inline void Console::reduce_conversation(std::string_view body) {
    const std::string id = word_of(body, "id");
    const auto [place, fresh] = state_.conversations.try_emplace(id);
    if (fresh || number_of(body, "ver") >= number_of(place->second.body, "ver"))
        place->second.body = body;
    if (fresh) fetch_messages(id);
}

inline void Console::reduce_message(std::string_view body) {
    const auto conversation = state_.conversations.find(word_of(body, "conversation_id"));
    expect(conversation != state_.conversations.end(),
           "a message of a conversation that was not told");
    if (number_of(body, "seq") <= conversation->second.fetched_at) return;
    const std::string_view delivery = member(body, "delivery");
    conversation->second.messages[word_of(body, "id")] = {
        std::string{body.substr(0, body.rfind(",\"seq\":"))},
        std::string{member(delivery, "state")}.append(" ").append(member(delivery, "reason"))};
}

inline void Console::reduce_event(std::string_view event) {
    if (word_of(event, "kind") != "delivery_changed") return;
    const auto conversation = state_.conversations.find(word_of(event, "conversation_id"));
    expect(conversation != state_.conversations.end(),
           "an event of a conversation that was not told");
    if (number_of(event, "seq") <= conversation->second.fetched_at) return;
    const std::string_view payload = member(event, "payload");
    const auto message = conversation->second.messages.find(word_of(payload, "message_id"));
    expect(message != conversation->second.messages.end(),
           "a delivery of a message that was not told");
    message->second.delivery =
        std::string{member(payload, "state")}.append(" ").append(member(payload, "reason"));
}

inline void Console::fetch_messages(const std::string& id) {
    ConsoleConversation& conversation = state_.conversations.at(id);
    store_.read([&](storage::Reader& reader) {
        conversation.fetched_at = reader.head();
        for (const storage::MessageRow& row :
             reader.messages(ConversationId{std::stoull(id)}, 0, 1'000'000))
            conversation.messages[text_of(row.id)] = console_message(row);
    });
}

}  // namespace sim
