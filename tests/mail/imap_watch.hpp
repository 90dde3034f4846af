// A mailbox that is watched against a scripted server, with a sink that remembers.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <deque>

#include "connectors/email/imap_mailbox.hpp"
#include "tests/mail/imap_peer.hpp"

namespace imap_watch {

using namespace connectors;
using namespace connectors::email;
using imap_peer::Mail;
using imap_peer::Peer;
using namespace std::chrono_literals;

// Nothing in a dialogue takes this long; whoever waits longer waits for ever.
constexpr std::chrono::seconds patience{20};
constexpr std::int64_t today = 20'779;

inline std::string mail_named(const std::string& name) {
    return "Message-ID: <" + name + "@kunde.test>\r\nSubject: " + name + "\r\n\r\n" + name + "\r\n";
}
inline Mail mail(std::uint32_t uid, std::int64_t day = today) {
    return {.uid = uid, .raw = mail_named(std::to_string(uid)), .day = day};
}

struct Quarantined {
    std::string raw;
    std::string reason;
};

class Watch : public testing::Test {
protected:
    Watch() {
        options.account = {.host = "127.0.0.1",
                           .security = ConnectionSecurity::none,
                           .user = "shop",
                           .password = "secret"};
        options.from_start = true;
        options.limits.command = patience;
    }
    ~Watch() override {
        if (mailbox_) mailbox_->stop();
    }

    void start() { start_at(peer.port()); }
    void start_at(unsigned short port) {
        options.account.port = port;
        mailbox_ =
            std::make_shared<ImapMailbox>(context_.get_executor(), tls, options, sink(), cursor);
        mailbox_->start();
    }
    // As after a restart of the program: only what was committed is known.
    void start_again() {
        mailbox_->stop();
        told.clear();
        start();
    }
    void stop() { mailbox_->stop(); }

    testing::AssertionResult until(const std::function<bool()>& condition) {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (!condition()) {
            context_.restart();
            context_.run_one_for(100ms);
            if (std::chrono::steady_clock::now() > end)
                return testing::AssertionFailure() << "it did not come so; last: " << last();
        }
        return testing::AssertionSuccess();
    }
    // Serves for a while; for what must not happen: waiting longer would only find it surer.
    void pass(std::chrono::milliseconds time) {
        const auto end = std::chrono::steady_clock::now() + time;
        EXPECT_TRUE(until([end] { return std::chrono::steady_clock::now() > end; }));
    }
    testing::AssertionResult until_state(MailboxState state) {
        return until([&] { return !told.empty() && told.back().state == state; });
    }
    // Everything new was taken and the server is waited for.
    testing::AssertionResult until_waiting() {
        return until(
            [&] { return peer.idling() > 0 && told.back().state == MailboxState::waiting; });
    }
    std::string last() const {
        return told.empty()
                   ? "nothing was told"
                   : std::to_string(static_cast<int>(told.back().state)) + " " +
                         told.back().detail + ", heard " + testing::PrintToString(peer.heard);
    }

    std::vector<std::string> names() const {  // of the mails that were taken, in their order
        std::vector<std::string> list;
        for (const std::string& raw : taken) {
            const auto at = raw.find("<") + 1;
            list.push_back(raw.substr(at, raw.find('@') - at));
        }
        return list;
    }

private:
    using Done = std::function<void(Receipt)>;
    void answer(const std::string& place, const Done& done, const std::function<void()>& keep) {
        Receipt receipt = Receipt::committed;
        if (!receipts.empty()) {
            receipt = receipts.front();
            receipts.pop_front();
        }
        boost::asio::post(context_, [this, place, done, keep, receipt] {
            if (receipt == Receipt::committed) {
                keep();
                cursor = cursor_from(place);
            }
            done(receipt);
        });
    }
    MailboxSink sink() {
        MailboxSink sink;
        sink.deliver = [this](const MailboxMail& mail, const std::string& place, const Done& done) {
            threads.push_back(mail.thread);
            gaps.push_back(mail.after_gap);
            offered.push_back(mail.raw);
            answer(place, done, [this, raw = mail.raw] { taken.push_back(raw); });
        };
        sink.quarantine = [this](std::string raw, std::string reason, const std::string& place,
                                 const Done& done) {
            answer(place, done, [this, raw, reason] { quarantine.push_back({raw, reason}); });
        };
        sink.keep_cursor = [this](const std::string& place, const Done& done) {
            answer(place, done, [] {});
        };
        if (!access_token.empty())
            sink.access_token = [this](const std::function<void(OauthReply)>& done) {
                OauthReply reply;
                reply.access_token = access_token;
                boost::asio::post(context_, [done, reply] { done(reply); });
            };
        sink.tell = [this](const MailboxHealth& health) { told.push_back(health); };
        sink.today = [] { return today; };
        sink.jitter = [] { return 0.0; };
        return sink;
    }

    boost::asio::io_context context_;
    std::shared_ptr<ImapMailbox> mailbox_;

protected:
    Peer peer{context_};
    std::shared_ptr<boost::asio::ssl::context> tls;
    MailboxOptions options;
    std::optional<MailboxCursor> cursor;  // as it was committed last
    std::deque<Receipt> receipts;         // of what is offered next; then everything is committed
    std::string access_token;
    std::vector<std::string> offered;
    std::vector<std::string> threads;  // of the offered ones, as the server has them
    std::vector<bool> gaps;            // whether they may have come while nobody watched
    std::vector<std::string> taken;
    std::vector<Quarantined> quarantine;
    std::vector<MailboxHealth> told;
};

}  // namespace imap_watch
