// A mail listener with a fake sink, on a loop and a thread of its own.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "connectors/email/mail_listener.hpp"

namespace dialogs {

// Nothing in a dialog takes this long; whoever waits longer waits for ever.
constexpr std::chrono::seconds patience{10};

struct Mail {
    connectors::email::Envelope envelope;
    std::string data;
};

class MailServer {
public:
    explicit MailServer(connectors::email::MailListener::Options options);
    ~MailServer();

    unsigned short port() const { return port_; }
    void stop();
    std::size_t connections();
    bool wait_for_connections(std::size_t count);
    void answer_next_with(std::vector<connectors::Receipt> receipts);
    std::vector<Mail> mails();

private:
    void deliver(connectors::email::Envelope envelope, const std::string& data,
                 const std::function<void(std::vector<connectors::Receipt>)>& done);

    // Runs the work on the loop and waits for it.
    template <class Work>
    auto on_loop(Work work) {
        std::packaged_task<decltype(work())()> task(std::move(work));
        auto result = task.get_future();
        boost::asio::post(context_, [&task] { task(); });
        return result.get();
    }

    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
        context_.get_executor()};
    std::unique_ptr<connectors::email::MailListener> listener_;
    unsigned short port_ = 0;
    std::mutex mutex_;  // of the two below: the loop writes them, the test reads them
    std::vector<Mail> mails_;
    std::deque<std::vector<connectors::Receipt>> answers_;
    std::thread thread_;
};

// A self-signed certificate for `host`, made on the spot.
std::shared_ptr<boost::asio::ssl::context> self_signed(const std::string& host);

}  // namespace dialogs
