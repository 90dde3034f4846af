// Mailboxes as an IMAP server shows them, as little of it as the hub needs and as cheap as it can
// be: mails are made when they are fetched. Driven by the caller's turns, so that it needs no
// thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/support/local_socket.hpp"
#include "bench/support/mail_source.hpp"

namespace bench {

class MailboxServer {
public:
    // Each of `mailboxes` holds `mails` at first; their users are "box0", "box1", …
    MailboxServer(const MailSource& source, std::size_t mailboxes, std::uint32_t mails);

    std::uint16_t port() const { return port_; }
    // Serves what is asked, for at most that long.
    void turn(int wait_ms);
    // One more mail in every mailbox; who idles is told.
    void deliver_to_each();
    // Mailboxes whose reader has fetched everything and waits for more. The hub waits only when
    // what it fetched is committed.
    std::size_t caught_up() const;
    std::uint64_t bytes_sent() const { return bytes_sent_; }

private:
    struct Connection {
        Descriptor socket;
        std::string input = {};
        std::size_t mailbox = 0;
        std::string idle_tag = {};
        bool open = true;
    };
    struct Mailbox {
        std::uint32_t mails = 0;
        std::uint32_t fetched = 0;  // the highest UID
        bool waited_for = false;
    };
    void serve(Connection& connection);
    std::string answer(Connection& connection, const std::string& line);
    std::string search(const Mailbox& mailbox, const std::string& set) const;
    std::string fetch(std::size_t number, const std::string& set, bool whole);
    void say(Connection& connection, const std::string& text);

    const MailSource& source_;
    std::vector<Mailbox> mailboxes_;
    std::uint16_t port_ = 0;
    Descriptor listener_;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::uint64_t bytes_sent_ = 0;
};

}  // namespace bench
