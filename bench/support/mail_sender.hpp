// LMTP sessions that a caller's poll loop drives: each carries one mail at a time, envelope
// pipelined (RFC 2920), and tells when it was answered.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/support/local_socket.hpp"
#include "bench/support/mail_source.hpp"

namespace bench {

class MailSession {
public:
    MailSession(std::uint16_t port, std::string recipient);

    int descriptor() const { return socket_.get(); }
    bool idle() const { return state_ == State::idle; }
    void offer(Mail mail);  // only while idle
    // Reads what came. True when the mail of this session was answered: `acknowledged` says how.
    bool take_answers();
    bool acknowledged() const { return last_reply_ == 250; }
    const Mail& mail() const { return mail_; }

private:
    enum class State { idle, envelope, data };
    int read_reply();  // the code of the next whole reply, 0 when there is none yet
    void wait_reply(int expected);

    Descriptor socket_;
    std::string recipient_;
    std::string input_;
    Mail mail_;
    State state_ = State::idle;
    int replies_missing_ = 0;
    int last_reply_ = 0;
};

// Offers `next()` to whichever session is idle until it returns nothing, and tells of each answer.
// `turn_wait_ms` bounds a turn, for callers whose mails become due by time; `extra` is one more
// descriptor to watch, with its handler.
struct MailPump {
    std::vector<MailSession> sessions;
    std::function<std::optional<Mail>()> next;  // nothing: none is due now
    std::function<bool()> finished;             // no more will come
    std::function<void(const MailSession&)> answered;
    int extra = -1;
    std::function<void()> on_extra;
    int turn_wait_ms = 100;

    void connect(std::uint16_t port, const std::string& recipient, std::size_t connections);
    void run();
};

}  // namespace bench
