#include "hub/api/console_socket.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>

#include "hub/api/auth.hpp"
#include "hub/api/config_bodies.hpp"
#include "hub/api/json_body.hpp"

namespace api {

using boost::asio::awaitable;
using runtime::websocket::Connection;
using runtime::websocket::make_text_frame;

namespace {

constexpr std::size_t operations_waiting_max = 200;  // per socket; beyond: nack "limit"
constexpr std::size_t text_bytes_max = 48 * 1024;

constexpr auto tell_again_after = std::chrono::seconds{1};  // when the desk could not take it

OpenConsoles::Tell telling(Gateway& gateway, runtime::Loop& loop);

void tell_later(Gateway& gateway, runtime::Loop& loop, model::AgentId agent) {
    auto timer = std::make_shared<boost::asio::steady_timer>(loop.context(), tell_again_after);
    timer->async_wait([&gateway, &loop, agent, timer](boost::system::error_code error) {
        if (!error) gateway.consoles.tell_again(agent, telling(gateway, loop));
    });
}

// R20: routing gives an agent without a console a while to come back. What the desk could not take
// is told again, as it is then.
OpenConsoles::Tell telling(Gateway& gateway, runtime::Loop& loop) {
    return [&gateway, &loop](model::AgentId agent, bool connected) {
        gateway.intake.submit(model::SetConnected{agent, connected}, loop,
                              [&gateway, &loop, agent](const model::Answer& answer) {
                                  if (answer.refusal == model::Refusal::busy ||
                                      answer.refusal == model::Refusal::unavailable)
                                      tell_later(gateway, loop, agent);
                              });
    };
}

class ConsoleSocket : public std::enable_shared_from_this<ConsoleSocket> {
public:
    ConsoleSocket(Gateway& gateway, runtime::Loop& loop, boost::asio::ip::tcp::socket socket,
                  ConsoleTicket ticket)
        : gateway_(gateway),
          loop_(loop),
          principal_(std::move(ticket.principal)),
          connection_(
              std::make_shared<Connection>(std::move(socket), gateway.settings.console_socket)),
          subscriber_(std::make_shared<feed::ConsoleSubscriber>(
              gateway.feed.shard_of(loop), gateway.store, principal_.viewer,
              [weak = std::weak_ptr(connection_)](feed::Frame frame) {
                  if (const auto open = weak.lock()) open->send(std::move(frame));
              })) {}

    void start(std::string rest) {
        const auto left =
            std::max(std::chrono::microseconds{0}, principal_.expires_at - gateway_.clock.now());
        session_ends_.expires_after(left);
        session_ends_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
            const auto self = weak.lock();
            if (!error && self) self->connection_->close(4401, "sign in again");
        });
        connection_->on_overflow = [this] { gateway_.metrics.counters().socket_overflow(); };
        gateway_.feed.shard_of(loop_).add(subscriber_);
        handle_ = gateway_.consoles.next_handle();
        const auto close = [weak = weak_from_this(), &loop = loop_] {
            loop.post([weak] {
                if (const auto self = weak.lock()) self->connection_->close(4401, "sign in again");
            });
        };
        gateway_.consoles.add(handle_, principal_.agent.id, storage::sha256_hex(principal_.token),
                              close, telling(gateway_, loop_));
        connection_->start({[self = shared_from_this()](std::string text) { self->take(text); },
                            // The handlers own this object; closing lets it go.
                            [self = shared_from_this()] {
                                self->closed_ = true;
                                self->session_ends_.cancel();
                                self->gateway_.consoles.remove(
                                    self->handle_, telling(self->gateway_, self->loop_));
                            }},
                           std::move(rest));
    }

private:
    void take(const std::string& text) {
        if (gateway_.clock.now() >= principal_.expires_at)
            return connection_->close(4401, "sign in again");
        JsonBody frame(text);
        const std::string type = frame.text("t", 20, true);
        if (frame.fault()) return connection_->close(4400, "a frame is one JSON object with t");
        if (type == "hello") return hello(frame);
        if (type == "op") return operation(frame);
        if (type == "p") return presence(frame);
        // SY-18: what a newer console says and we do not know is passed over.
    }

    void hello(JsonBody& frame) {
        const std::string epoch = frame.text("epoch", 100);
        const auto since = frame.maybe_number("since", ~std::uint64_t{0} >> 1).value_or(0);
        connection_->send(make_text_frame(R"({"t":"hi","epoch":)" + model::quoted(gateway_.epoch) +
                                          R"(,"now":")" + model::text_of(gateway_.clock.now()) +
                                          R"("})"));
        // The rights may have changed between the handshake and now.
        const auto directory = gateway_.intake.directory();
        const auto me = directory->agents.find(principal_.agent.id);
        if (me == directory->agents.end()) return connection_->close(4401, "sign in again");
        subscriber_->set_viewer(model::viewer_of(me->second));
        // Another history: nothing of what the client knows counts.
        subscriber_->resume(epoch == gateway_.epoch ? since : ~model::Seq{0} >> 1);
    }

    void presence(JsonBody& frame) {
        const auto conversation = frame.maybe_id("conv");
        const std::string what = frame.text("what", 10);
        if (!conversation ||
            (what != "view" && what != "reply" && what != "note" && what != "none"))
            return;
        auto signal = tell_presence(shared_from_this(), model::ConversationId{*conversation}, what);
        boost::asio::co_spawn(loop_.context(), std::move(signal), boost::asio::detached);
    }

    static awaitable<void> tell_presence(std::shared_ptr<ConsoleSocket> self,
                                         model::ConversationId id, std::string what) {
        std::optional<storage::ConversationRow> row;
        std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
            row = reader.conversation(id);
        };
        co_await read(self->gateway_, self->loop_, std::move(use));
        if (!row || !model::may_see(self->viewer(), model::placement_of(*row))) co_return;
        self->gateway_.feed.signal({.what = what,
                                    .conversation = id,
                                    .placement = model::placement_of(*row),
                                    .contact = row->contact,
                                    .agent = self->principal_.agent.id,
                                    .agent_name = self->principal_.agent.name});
    }

    const model::Viewer& viewer() const { return subscriber_->viewer(); }

    void operation(JsonBody& frame) {
        const std::string client_id = frame.text("cid", 100, true);
        const std::string kind = frame.text("kind", 40, true);
        if (const auto fault = frame.fault())
            return nack(client_id, "invalid", "an op needs cid and kind");
        if (waiting_.size() >= operations_waiting_max)
            return nack(client_id, "limit", "too many operations wait");
        waiting_.push_back({client_id, kind, std::move(frame)});
        if (waiting_.size() == 1) {
            auto work = work_off(shared_from_this());
            boost::asio::co_spawn(loop_.context(), std::move(work), boost::asio::detached);
        }
    }

    struct Waiting {
        std::string client_id;
        std::string kind;
        JsonBody frame;
    };

    // One operation after the other, so that a console's operations are decided in the order it
    // sent them.
    static awaitable<void> work_off(std::shared_ptr<ConsoleSocket> self) {
        while (!self->waiting_.empty() && !self->closed_) {
            Waiting& waiting = self->waiting_.front();
            std::string why;
            auto command = co_await self->command_of(waiting, why);
            if (!command) {
                self->nack(waiting.client_id, "invalid", why);
            } else {
                const auto answer =
                    co_await submit(self->gateway_, self->loop_, std::move(*command));
                self->answer(waiting.client_id, answer);
            }
            self->waiting_.pop_front();
        }
    }

    // Nothing, and why, when the operation is not one.
    awaitable<std::optional<model::Command>> command_of(Waiting& waiting, std::string& why) {
        const model::AgentId me = principal_.agent.id;
        const model::ConversationId id{waiting.frame.maybe_id("conv").value_or(0)};
        auto body = waiting.frame.object("body");
        if (!body) body.emplace(std::string_view{});
        std::optional<model::Command> command;
        if (waiting.kind == "reply")
            command = co_await reply(waiting, *body, id);
        else if (waiting.kind == "note")
            command =
                model::AddNote{me, id, body->text("text", text_bytes_max, true), waiting.client_id};
        else if (waiting.kind == "status")
            command = status(*body, id);
        else if (waiting.kind == "assign")
            command = assign(waiting.frame, *body, id);
        else if (waiting.kind == "tags")
            command = model::ChangeTags{me, id, body->texts("tags", 50, 100)};
        else if (waiting.kind == "priority")
            command = priority(*body, id);
        else if (waiting.kind == "offer")
            command = model::AnswerOffer{me, id, body->flag("accept")};
        else if (waiting.kind == "waive")
            command = model::WaiveAnswer{me, id, body->text("reason", 500, true),
                                         body->flag("public_too")};
        else if (waiting.kind == "availability")
            command = availability(*body);
        else
            why = "this server does not know the operation " + waiting.kind;
        const auto fault = body->fault() ? body->fault() : waiting.frame.fault();
        if (fault) {
            why = body->fault() ? body->complaint() : waiting.frame.complaint();
            command.reset();
        }
        co_return command;
    }

    awaitable<std::optional<model::Command>> reply(Waiting& waiting, JsonBody& body,
                                                   model::ConversationId id) {
        Draft draft = read_draft(body);
        const auto seen = waiting.frame.maybe_number("seen", 0x7fffffff);
        std::optional<storage::ConversationRow> row;
        std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
            row = reader.conversation(id);
        };
        co_await read(gateway_, loop_, std::move(use));
        // Without a row the desk answers not_found; rights are the desk's to check.
        storage::ConversationRow target;
        target.id = id;
        if (row) target = std::move(*row);
        auto command =
            compose_reply(gateway_, principal_, target, std::move(draft), waiting.client_id);
        if (!command) {
            body.complain("attachments", "an attachment is not there any more: add it again");
            co_return std::nullopt;
        }
        if (seen && !body.flag("anyway")) command->seen = static_cast<std::uint32_t>(*seen);
        co_return std::move(*command);
    }

    std::optional<model::Command> status(JsonBody& body, model::ConversationId id) {
        const auto to = model::from_word<model::Status>(body.text("status", 20, true));
        if (!to)
            return body.complain("status", "must be open, pending, snoozed or resolved"),
                   std::nullopt;
        return model::ChangeStatus{principal_.agent.id, id, *to, body.maybe_instant("until")};
    }

    std::optional<model::Command> assign(JsonBody& frame, JsonBody& body,
                                         model::ConversationId id) {
        model::Assign assign{.agent = principal_.agent.id, .conversation = id};
        if (const auto agent = body.maybe_id("assignee_id"))
            assign.to_agent = model::AgentId{*agent};
        if (const auto team = body.maybe_id("team_id")) assign.to_team = model::TeamId{*team};
        assign.waits_for_room = body.flag("waits_for_room");
        assign.base = frame.maybe_number("base", ~std::uint64_t{0} >> 1);
        return assign;
    }

    std::optional<model::Command> priority(JsonBody& body, model::ConversationId id) {
        const auto to = model::from_word<model::Priority>(body.text("priority", 20, true));
        if (!to)
            return body.complain("priority", "must be low, normal, high or urgent"), std::nullopt;
        return model::ChangePriority{principal_.agent.id, id, *to};
    }

    std::optional<model::Command> availability(JsonBody& body) {
        model::SetAvailability set = read_availability(body);
        const auto agent = body.maybe_id("agent_id");
        set.agent = agent ? model::AgentId{*agent} : principal_.agent.id;
        set.by = principal_.agent.id;
        return set;
    }

    void answer(const std::string& client_id, const model::Answer& answer) {
        if (!answer.ok()) {
            static constexpr std::array codes = {"",      "gone",    "forbidden",
                                                 "newer", "invalid", "taken",
                                                 "gone",  "busy",    "unavailable"};
            return nack(client_id, codes.at(static_cast<std::size_t>(answer.refusal)),
                        answer.detail);
        }
        connection_->send(make_text_frame(R"({"t":"ack","cid":)" + model::quoted(client_id) +
                                          R"(,"seq":)" + std::to_string(answer.seq) + R"(,"id":")" +
                                          std::to_string(answer.id) + R"(","number":)" +
                                          std::to_string(answer.number) + "}"));
    }

    void nack(const std::string& client_id, const std::string& code, const std::string& text) {
        connection_->send(make_text_frame(R"({"t":"nack","cid":)" + model::quoted(client_id) +
                                          R"(,"code":")" + code + R"(","text":)" +
                                          model::quoted(text) + "}"));
    }

    std::uint64_t handle_ = 0;
    Gateway& gateway_;
    runtime::Loop& loop_;
    Principal principal_;
    std::shared_ptr<Connection> connection_;
    std::shared_ptr<feed::ConsoleSubscriber> subscriber_;
    boost::asio::steady_timer session_ends_{loop_.context()};
    std::deque<Waiting> waiting_;
    bool closed_ = false;
};

}  // namespace

awaitable<std::optional<Response>> admit_console(Gateway& gateway, runtime::Loop& loop,
                                                 const Request& request, ConsoleTicket& ticket) {
    auto principal = co_await authenticate(gateway, loop, request);
    if (!principal)
        co_return problem(401, "Sign in first",
                          "the socket needs the session cookie or a bearer token");
    if (principal->by_cookie && !same_origin(request))
        co_return problem(403, "Not allowed", "this socket opens for pages of this server only",
                          "Origin");
    ticket.principal = std::move(*principal);
    co_return std::nullopt;
}

void open_console_socket(Gateway& gateway, runtime::Loop& loop, boost::asio::ip::tcp::socket socket,
                         ConsoleTicket ticket, std::string rest) {
    std::make_shared<ConsoleSocket>(gateway, loop, std::move(socket), std::move(ticket))
        ->start(std::move(rest));
}

}  // namespace api
