#include "bench/support/mail_sender.hpp"

#include <poll.h>

#include <algorithm>

namespace bench {

MailSession::MailSession(std::uint16_t port, std::string recipient)
    : socket_(connect_locally(port)), recipient_(std::move(recipient)) {
    wait_reply(220);
    send_all(socket_.get(), "LHLO bench.example.com\r\n");
    wait_reply(250);
}

int MailSession::read_reply() {
    for (;;) {
        const auto end = input_.find("\r\n");
        if (end == std::string::npos || end < 3) return 0;
        const bool last = input_[3] != '-';
        const int code = std::stoi(input_.substr(0, 3));
        if (last && code >= 400)
            throw std::runtime_error("the hub answered: " + input_.substr(0, end));
        input_.erase(0, end + 2);
        if (last) return code;
    }
}

void MailSession::wait_reply(int expected) {
    int code = 0;
    while ((code = read_reply()) == 0)
        if (!receive_some(socket_.get(), input_)) throw std::runtime_error("the hub hung up");
    if (code != expected) throw std::runtime_error("the hub answered " + std::to_string(code));
}

void MailSession::offer(Mail mail) {
    mail_ = std::move(mail);
    state_ = State::envelope;
    replies_missing_ = 3;
    send_all(socket_.get(),
             "MAIL FROM:<" + mail_.sender + ">\r\nRCPT TO:<" + recipient_ + ">\r\nDATA\r\n");
}

bool MailSession::take_answers() {
    if (!receive_some(socket_.get(), input_)) throw std::runtime_error("the hub hung up");
    for (int code = 0; (code = read_reply()) != 0;) {
        last_reply_ = code;
        if (state_ == State::envelope && --replies_missing_ == 0) {
            state_ = State::data;
            send_all(socket_.get(), mail_.bytes);
        } else if (state_ == State::data) {
            state_ = State::idle;
            return true;
        }
    }
    return false;
}

void MailPump::connect(std::uint16_t port, const std::string& recipient, std::size_t connections) {
    for (std::size_t i = 0; i < connections; ++i) sessions.emplace_back(port, recipient);
}

void MailPump::run() {
    std::vector<pollfd> watched;
    watched.reserve(sessions.size() + 1);
    for (const MailSession& session : sessions)
        watched.push_back({session.descriptor(), POLLIN, 0});
    if (extra >= 0) watched.push_back({extra, POLLIN, 0});
    for (;;) {
        for (MailSession& session : sessions) {
            if (!session.idle()) continue;
            std::optional<Mail> mail = next();
            if (!mail) break;
            session.offer(std::move(*mail));
        }
        const bool idle = std::ranges::all_of(sessions, &MailSession::idle);
        if (idle && finished()) return;
        ::poll(watched.data(), watched.size(), turn_wait_ms);
        if (extra >= 0 && watched.back().revents != 0) on_extra();
        for (std::size_t i = 0; i < sessions.size(); ++i)
            if (watched[i].revents != 0 && sessions[i].take_answers()) answered(sessions[i]);
    }
}

}  // namespace bench
