#include "hub/api/gateway.hpp"

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/email/reply_token.hpp"
#include "hub/runtime/entropy.hpp"

namespace api {

using boost::asio::awaitable;
using boost::asio::use_awaitable_t;

namespace {

// Suspends the coroutine until `start`'s argument has been called; calling it is allowed on any
// thread.
awaitable<void> until_called(runtime::Loop& loop,
                             std::function<void(std::function<void()>)> start) {
    auto initiation = [&loop, &start](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        start([&loop, shared] { loop.post([shared] { std::move (*shared)(); }); });
    };
    co_await boost::asio::async_initiate<const use_awaitable_t<>, void()>(
        initiation, boost::asio::use_awaitable);
}

}  // namespace

awaitable<void> read(Gateway& gateway, runtime::Loop& loop,
                     std::function<void(storage::Reader&)> use) {
    std::exception_ptr failure;
    std::function<void(std::function<void()>)> start = [&](std::function<void()> done) {
        gateway.store.read([&use, &failure, done = std::move(done)](storage::Reader& reader) {
            // What goes wrong on the store's thread is told where it was asked.
            try {
                use(reader);
            } catch (const std::exception&) {
                failure = std::current_exception();
            }
            done();
        });
    };
    co_await until_called(loop, std::move(start));
    if (failure) std::rethrow_exception(failure);
}

awaitable<model::Answer> submit(Gateway& gateway, runtime::Loop& loop, model::Command command) {
    model::Answer answer;
    std::function<void(std::function<void()>)> start = [&](std::function<void()> done) {
        gateway.intake.submit(std::move(command), loop,
                              [&answer, done = std::move(done)](const model::Answer& given) {
                                  answer = given;
                                  done();
                              });
    };
    co_await until_called(loop, std::move(start));
    co_return answer;
}

awaitable<model::Answer> reprocess(Gateway& gateway, runtime::Loop& loop, model::InboxId inbox,
                                   model::Seq quarantined, std::shared_ptr<const std::string> raw) {
    model::Answer answer;
    std::function<void(std::function<void()>)> start = [&](std::function<void()> done) {
        gateway.road.reprocess(inbox, quarantined, raw, loop,
                               [&answer, done = std::move(done)](const model::Answer& given) {
                                   answer = given;
                                   done();
                               });
    };
    co_await until_called(loop, std::move(start));
    co_return answer;
}

awaitable<void> compute(Gateway& gateway, runtime::Loop& loop, std::function<void()> work) {
    std::exception_ptr thrown;
    std::function<void(std::function<void()>)> start = [&](std::function<void()> done) {
        gateway.worker.post([&work, &thrown, done = std::move(done)] {
            try {
                work();
            } catch (const std::exception&) {
                thrown = std::current_exception();
            }
            done();
        });
    };
    co_await until_called(loop, std::move(start));
    if (thrown) std::rethrow_exception(thrown);
}

awaitable<storage::AppendResult> write(Gateway& gateway, runtime::Loop& loop,
                                       storage::RowWrite row) {
    storage::AppendResult result;
    storage::Batch batch;
    batch.rows.push_back(std::move(row));
    std::function<void(std::function<void()>)> start = [&](std::function<void()> done) {
        gateway.store.append(std::move(batch),
                             [&result, done = std::move(done)](const storage::AppendResult& given) {
                                 result = given;
                                 done();
                             });
    };
    co_await until_called(loop, std::move(start));
    co_return result;
}

namespace {

// The HTML names the upload as <img src="cid:UPLOAD">; Content-IDs have a domain (RFC 2392).
void show_in_place(std::string& html, connectors::Attachment& attachment, const std::string& upload,
                   const std::string& host_name) {
    const std::string before = "cid:" + upload;
    const std::string after = before + "@" + host_name;
    for (auto at = html.find(before); at != std::string::npos;
         at = html.find(before, at + after.size())) {
        html.replace(at, before.size(), after);
        attachment.is_inline = true;
        attachment.content_id = upload + "@" + host_name;
    }
}

}  // namespace

std::optional<model::SendReply> compose_reply(Gateway& gateway, const Principal& principal,
                                              const storage::ConversationRow& row, Draft draft,
                                              const std::string& client_id) {
    model::SendReply reply;
    reply.agent = principal.agent.id;
    reply.conversation = row.id;
    reply.text = std::move(draft.text);
    reply.html = std::move(draft.html);
    reply.client_id = client_id;
    reply.to = std::move(draft.to);
    reply.cc = std::move(draft.cc);
    reply.bcc = std::move(draft.bcc);
    reply.send_at = draft.send_at;
    for (const std::string& id : draft.uploads) {
        auto attachment = gateway.uploads.get(id);
        if (!attachment) return std::nullopt;
        show_in_place(reply.html, *attachment, id, gateway.host_name);
        reply.attachments.push_back(std::move(*attachment));
    }
    reply.external_id = new_message_id(gateway, row.id);
    const auto directory = gateway.intake.directory();
    const auto inbox = directory->inboxes.find(model::InboxId{row.inbox});
    if (inbox != directory->inboxes.end())
        reply.reply_to = reply_address(gateway, inbox->second, row.id);
    return reply;
}

std::string new_message_id(const Gateway& gateway, model::ConversationId conversation) {
    return model::text_of(conversation) + "." + runtime::random_hex(12) + "@" + gateway.host_name;
}

std::string reply_address(const Gateway& gateway, const model::Inbox& inbox,
                          model::ConversationId conversation) {
    if (inbox.channel != model::Channel::email) return {};
    return connectors::email::with_reply_token(inbox.address, model::number(conversation),
                                               gateway.secret);
}

std::string Uploads::put(connectors::Attachment attachment, std::size_t waiting_max) {
    const std::lock_guard lock(mutex_);
    std::string id = runtime::random_token();
    waiting_.emplace(id, std::move(attachment));
    order_.push_back(id);
    if (order_.size() > waiting_max) {
        waiting_.erase(order_.front());
        order_.erase(order_.begin());
    }
    return id;
}

std::optional<connectors::Attachment> Uploads::get(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(id);
    return found == waiting_.end() ? std::nullopt : std::optional{found->second};
}

bool OperationsUnderWay::begin(const std::string& operation) {
    const std::lock_guard lock(mutex_);
    return operations_.insert(operation).second;
}

void OperationsUnderWay::end(const std::string& operation) {
    const std::lock_guard lock(mutex_);
    operations_.erase(operation);
}

namespace {

constexpr std::chrono::minutes attempts_remembered{10};

}  // namespace

bool SignInGuard::attempt(const std::string& remote, const std::string& name, unsigned failures_max,
                          model::Instant now) {
    const std::lock_guard lock(mutex_);
    if (attempts_.size() >= keys_max)
        std::erase_if(attempts_, [now](const auto& one) {
            return one.second.back() + attempts_remembered < now;
        });
    const std::pair<std::string, unsigned> counted[] = {{remote + " " + name, failures_max},
                                                        {remote, failures_max * names_per_address}};
    for (const auto& [key, most] : counted) {
        const auto known = attempts_.find(key);
        if (known == attempts_.end()) {
            if (attempts_.size() >= keys_max) return false;
            continue;
        }
        std::erase_if(known->second,
                      [now](model::Instant at) { return at + attempts_remembered < now; });
        if (known->second.size() >= most) return false;
    }
    for (const auto& [key, most] : counted) attempts_[key].push_back(now);
    return true;
}

void SignInGuard::succeeded(const std::string& remote, const std::string& name) {
    const std::lock_guard lock(mutex_);
    attempts_.erase(remote + " " + name);
    if (const auto known = attempts_.find(remote); known != attempts_.end()) {
        known->second.pop_back();
        if (known->second.empty()) attempts_.erase(known);
    }
}

}  // namespace api
