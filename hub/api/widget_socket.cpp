#include "hub/api/widget_socket.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include "connectors/chat/visitor_identity.hpp"
#include "hub/api/auth.hpp"

namespace api {

using boost::asio::awaitable;
using runtime::websocket::Connection;
using runtime::websocket::make_text_frame;
namespace chat = connectors::chat;

namespace {

constexpr std::size_t history_max = 200;                    // messages, and
constexpr std::size_t history_bytes_max = 3 * 1024 * 1024;  // bytes: fewer than may wait

struct History {
    std::optional<storage::ConversationRow> row;
    std::vector<storage::MessageRow> messages;
    bool reset = true;
};

std::size_t bytes_of(const std::vector<storage::MessageRow>& messages) {
    std::size_t bytes = 0;
    for (const storage::MessageRow& message : messages) bytes += message.body.size();
    return bytes;
}

// Policy: who resumes gets what she misses, all of it. If that is more than fits, or if she has
// another conversation on the screen, she starts afresh with the newest messages that fit.
History history_of(storage::Reader& reader, const connectors::Address& visitor,
                   model::InboxId inbox, const chat::Auth& auth) {
    History history;
    const auto contact = reader.contact_of(visitor.kind, visitor.value);
    if (!contact) return history;
    storage::ConversationQuery query;
    query.scope.everything = true;
    query.contacts = {*contact};
    query.inbox = model::number(inbox);
    query.limit = 1;
    const auto rows = reader.conversations(query);
    if (rows.empty()) return history;
    history.row = rows.front();
    if (auth.conversation == model::text_of(history.row->id)) {
        history.messages = reader.messages(history.row->id, auth.after_number, history_max + 1);
        history.reset =
            history.messages.size() > history_max || bytes_of(history.messages) > history_bytes_max;
    }
    if (!history.reset) return history;
    history.messages = reader.messages_before(history.row->id, 0x7fffffff, history_max);
    while (history.messages.size() > 1 && bytes_of(history.messages) > history_bytes_max)
        history.messages.erase(history.messages.begin());
    return history;
}

class WidgetSocket final : public feed::Subscriber,
                           public std::enable_shared_from_this<WidgetSocket> {
public:
    WidgetSocket(Gateway& gateway, runtime::Loop& loop, boost::asio::ip::tcp::socket socket,
                 Request request)
        : gateway_(gateway),
          loop_(loop),
          request_(std::move(request)),
          connection_(
              std::make_shared<Connection>(std::move(socket), gateway.settings.widget_socket)),
          auth_deadline_(loop.context()) {}

    void start(std::string rest) {
        connection_->start({[self = shared_from_this()](std::string text) { self->take(text); },
                            [self = shared_from_this()] { self->auth_deadline_.cancel(); }},
                           std::move(rest));
        auth_deadline_.expires_after(std::chrono::seconds{gateway_.settings.chat.auth_seconds_max});
        auth_deadline_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
            const auto self = weak.lock();
            if (!error && self && !self->inbox_) self->connection_->close(4001, "no auth came");
        });
    }

    void on_item(const feed::ItemPtr& item, feed::FrameCache&) override {
        if (catching_up_) return waiting_.push_back(item);
        deliver(*item);
        if (!item->agents.empty() || std::ranges::any_of(item->groups, &feed::Group::for_everybody))
            tell_presence();
    }
    void on_mark(model::Seq, runtime::Instant) override {}
    void on_signal(const feed::Signal& signal) override {
        const bool writes = signal.what == "reply" && model::is_some(signal.agent);
        if (writes && model::is_some(conversation_) && signal.conversation == conversation_)
            send(chat::typing_frame(signal.agent_name));
    }

private:
    void take(const std::string& text) {
        const chat::ClientFrame frame = chat::parse_frame(text, gateway_.settings.chat);
        if (const auto* auth = std::get_if<chat::Auth>(&frame)) return begin(*auth);
        if (!inbox_) return connection_->close(4001, "auth comes first");
        if (const auto* bad = std::get_if<chat::BadFrame>(&frame))
            return send(chat::error_frame(bad->code, bad->client_id, 0));
        if (const auto* message = std::get_if<chat::SendMessage>(&frame)) return receive(*message);
        if (std::holds_alternative<chat::Typing>(frame)) return typing();
        if (const auto* seen = std::get_if<chat::Seen>(&frame)) return read_up_to(seen->number);
    }

    void begin(const chat::Auth& auth) {
        // Once: who the visitor is must not change under what is being read for her.
        if (inbox_) return connection_->close(4001, "auth came twice");
        const auto directory = gateway_.intake.directory();
        const model::Inbox* inbox = directory->inbox_of(model::Channel::chat, auth.site_key);
        if (inbox == nullptr) return connection_->close(4001, "no such site");
        if (!origin_allowed(*inbox, request_))
            return connection_->close(4001, "this origin may not embed the widget");
        visitor_ = chat::anonymous_visitor(auth.visitor_token);
        if (!auth.identity.empty()) {
            const auto known =
                chat::signed_visitor(auth.identity, auth.signature, inbox->identity_key,
                                     auth.site_key, gateway_.clock.now());
            if (known)
                visitor_ = *known;
            else
                send(chat::error_frame("identity_invalid", "", 0));
        }
        if (visitor_.name.empty()) visitor_.name = "Visitor " + visitor_.value.substr(0, 4);
        gateway_.feed.shard_of(loop_).add(shared_from_this());
        inbox_ = *inbox;
        catching_up_ = true;
        auto history = catch_up(shared_from_this(), auth);
        boost::asio::co_spawn(loop_.context(), std::move(history), boost::asio::detached);
    }

    // Subscribed first, then read: what is published meanwhile waits, and what was read already is
    // passed over.
    static awaitable<void> catch_up(std::shared_ptr<WidgetSocket> self, chat::Auth auth) {
        History history;
        std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
            history = history_of(reader, self->visitor_, self->inbox_->id, auth);
        };
        co_await read(self->gateway_, self->loop_, std::move(use));
        self->caught_up(history);
    }

    void caught_up(const History& history) {
        if (history.row) {
            conversation_ = history.row->id;
            placement_ = model::placement_of(*history.row);
            contact_ = history.row->contact;
        }
        const std::string id = history.row ? model::text_of(history.row->id) : "";
        const std::uint32_t last = history.messages.empty() ? 0 : history.messages.back().number;
        send(chat::ready_frame(online(), id, last, history.reset));
        told_number_ = 0;
        for (const storage::MessageRow& message : history.messages) {
            if (!message.is_note) tell(model::message_json(message));
            told_number_ = message.number;
        }
        catching_up_ = false;
        for (const feed::ItemPtr& item : std::exchange(waiting_, {})) deliver(*item);
    }

    void deliver(const feed::Item& item) {
        for (const feed::Group& group : item.groups) {
            if (!model::is_some(conversation_) || group.conversation != conversation_) continue;
            placement_ = group.after;
            for (const std::string& message : group.public_messages) tell(message);
        }
    }

    // A number that was told already is not told again.
    void tell(const std::string& message_json) {
        const auto message = chat::message_for_visitor(message_json);
        if (!message || (told_number_ != 0 && message->number <= told_number_)) return;
        told_number_ = message->number;
        send(chat::message_frame(*message));
    }

    void receive(const chat::SendMessage& message) {
        const auto now = gateway_.clock.now();
        std::erase_if(recent_,
                      [now](model::Instant at) { return at + std::chrono::seconds{10} < now; });
        if (recent_.size() >= gateway_.settings.chat.frames_per_10_seconds_max)
            return send(chat::error_frame("rate_limited", message.client_id, 4000));
        recent_.push_back(now);
        model::ReceiveInbound command;
        connectors::Inbound& inbound = command.inbound;
        inbound.inbox = inbox_->id;
        inbound.channel = model::Channel::chat;
        inbound.sender = visitor_;
        inbound.external_id = "chat:" + storage::sha256_hex(visitor_.kind + "\n" + visitor_.value +
                                                            "\n" + message.client_id);
        inbound.receipt_key = inbound.external_id;
        inbound.subject = inbox_->name;
        inbound.text = inbound.trimmed_text = message.text;
        for (const std::string& id : message.uploads) {
            auto attachment = gateway_.uploads.get(id);
            if (!attachment) return send(chat::error_frame("upload_gone", message.client_id, 0));
            inbound.attachments.push_back(std::move(*attachment));
        }
        command.client_id = message.client_id;
        gateway_.intake.receive(std::move(command), loop_,
                                [self = shared_from_this(), client_id = message.client_id](
                                    connectors::Receipt receipt, const model::Answer& answer) {
                                    self->taken(client_id, receipt, answer);
                                });
    }

    // The visitor sees "sent" after the commit and not before.
    void taken(const std::string& client_id, connectors::Receipt receipt,
               const model::Answer& answer) {
        if (receipt != connectors::Receipt::committed)
            return send(chat::error_frame("rate_limited", client_id, 2000));
        if (conversation_ != answer.conversation) {
            conversation_ = answer.conversation;
            placement_ = {inbox_->id, inbox_->team, {}};
            told_number_ = answer.number - 1;
        }
        send(chat::ack_frame(client_id, model::text_of(answer.conversation),
                             std::to_string(answer.id), answer.number));
    }

    void typing() {
        if (!model::is_some(conversation_)) return;
        gateway_.feed.signal({.what = "typing",
                              .conversation = conversation_,
                              .placement = placement_,
                              .contact = contact_,
                              .agent = {},
                              .agent_name = visitor_.name});
    }

    void read_up_to(std::uint32_t number) {
        if (!model::is_some(conversation_) || number <= read_number_) return;
        const std::uint32_t from = std::exchange(read_number_, number);
        auto record = record_read(shared_from_this(), conversation_, from, number);
        boost::asio::co_spawn(loop_.context(), std::move(record), boost::asio::detached);
    }

    // Only the last of our messages that was read is recorded: the ones before it are read as well.
    static awaitable<void> record_read(std::shared_ptr<WidgetSocket> self, model::ConversationId id,
                                       std::uint32_t from, std::uint32_t to) {
        std::optional<storage::MessageRow> last;
        std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
            for (storage::MessageRow& row : reader.messages(id, from, history_max))
                if (row.number <= to && row.delivery_state == "sent" && !row.is_note)
                    last = std::move(row);
        };
        co_await read(self->gateway_, self->loop_, std::move(use));
        if (!last) co_return;
        model::Command command = model::RecordDelivery{
            .conversation = id, .message = last->id, .state = model::DeliveryState::read};
        co_await submit(self->gateway_, self->loop_, std::move(command));
    }

    bool online() const { return gateway_.intake.directory()->anybody_chats(inbox_->team); }
    void tell_presence() {
        if (inbox_) send(chat::presence_frame(online()));
    }
    void send(const std::string& json) { connection_->send(make_text_frame(json)); }

    Gateway& gateway_;
    runtime::Loop& loop_;
    Request request_;  // of the handshake
    std::shared_ptr<Connection> connection_;
    boost::asio::steady_timer auth_deadline_;
    std::optional<model::Inbox> inbox_;
    connectors::Address visitor_;
    model::ConversationId conversation_{};
    model::ContactId contact_{};
    model::Placement placement_;
    std::uint32_t told_number_ = 0;
    std::uint32_t read_number_ = 0;
    bool catching_up_ = false;
    std::vector<feed::ItemPtr> waiting_;
    std::vector<model::Instant> recent_;
};

}  // namespace

bool origin_allowed(const model::Inbox& inbox, const Request& request) {
    const auto& allowed = inbox.allowed_origins;
    return allowed.empty() || same_origin(request) ||
           std::ranges::find(allowed, request.header("origin")) != allowed.end();
}

void open_widget_socket(Gateway& gateway, runtime::Loop& loop, boost::asio::ip::tcp::socket socket,
                        const Request& request, std::string rest) {
    std::make_shared<WidgetSocket>(gateway, loop, std::move(socket), request)
        ->start(std::move(rest));
}

}  // namespace api
