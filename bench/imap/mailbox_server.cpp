#include "bench/imap/mailbox_server.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <sstream>

namespace bench {
namespace {

std::vector<std::string> words_of(const std::string& line) {
    std::istringstream in(line);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    words.resize(std::max<std::size_t>(words.size(), 5));
    return words;
}

// The UIDs of "1:3,7,9:*" that there are.
std::vector<std::uint32_t> uids_of(const std::string& set, std::uint32_t newest) {
    std::vector<std::uint32_t> uids;
    std::istringstream in(set);
    for (std::string part; std::getline(in, part, ',');) {
        const auto colon = part.find(':');
        const std::uint64_t first = std::stoull(part.substr(0, colon));
        const std::string end = colon == std::string::npos ? part : part.substr(colon + 1);
        const std::uint64_t last = end == "*" ? newest : std::stoull(end);
        for (std::uint64_t uid = first; uid <= last && uid <= newest; ++uid)
            uids.push_back(static_cast<std::uint32_t>(uid));
    }
    return uids;
}

}  // namespace

MailboxServer::MailboxServer(const MailSource& source, std::size_t mailboxes, std::uint32_t mails)
    : source_(source), mailboxes_(mailboxes), listener_(listen_locally(port_)) {
    for (Mailbox& mailbox : mailboxes_) mailbox.mails = mails;
}

void MailboxServer::turn(int wait_ms) {
    std::vector<pollfd> watched{{listener_.get(), POLLIN, 0}};
    for (const auto& connection : connections_)
        watched.push_back({connection->socket.get(), POLLIN, 0});
    if (::poll(watched.data(), watched.size(), wait_ms) <= 0) return;
    for (std::size_t i = 1; i < watched.size(); ++i)
        if (watched[i].revents != 0) serve(*connections_[i - 1]);
    std::erase_if(connections_, [](const auto& connection) { return !connection->open; });
    if (watched[0].revents == 0) return;
    connections_.push_back(std::make_unique<Connection>(
        Connection{Descriptor(::accept(listener_.get(), nullptr, nullptr))}));
    say(*connections_.back(), "* OK ready\r\n");
}

void MailboxServer::say(Connection& connection, const std::string& text) {
    send_all(connection.socket.get(), text);
    bytes_sent_ += text.size();
}

void MailboxServer::serve(Connection& connection) {
    connection.open = receive_some(connection.socket.get(), connection.input);
    for (auto end = connection.input.find("\r\n"); end != std::string::npos;
         end = connection.input.find("\r\n")) {
        const std::string line = connection.input.substr(0, end);
        connection.input.erase(0, end + 2);
        say(connection, answer(connection, line));
    }
}

std::string MailboxServer::answer(Connection& connection, const std::string& line) {
    Mailbox& mailbox = mailboxes_.at(connection.mailbox);
    const auto words = words_of(line);
    const std::string& tag = words[0];
    std::string untagged;
    if (line == "DONE") {
        mailbox.waited_for = false;
        return std::exchange(connection.idle_tag, {}) + " OK done\r\n";
    }
    if (words[1] == "IDLE") {
        connection.idle_tag = tag;
        mailbox.waited_for = true;
        return "+ waiting\r\n";
    }
    if (words[1] == "CAPABILITY") untagged = "* CAPABILITY IMAP4rev1 IDLE\r\n";
    if (words[1] == "LOGIN") connection.mailbox = std::stoul(words[2].substr(4));  // "box7"
    if (words[1] == "SELECT")
        untagged = "* " + std::to_string(mailbox.mails) +
                   " EXISTS\r\n* OK [UIDVALIDITY 1] valid\r\n* OK [UIDNEXT " +
                   std::to_string(mailbox.mails + 1) + "] next\r\n";
    if (words[2] == "SEARCH") untagged = search(mailbox, words[4]);
    if (words[2] == "FETCH")
        untagged = fetch(connection.mailbox, words[3], line.find("BODY.PEEK[]") != line.npos);
    return untagged + tag + " OK done\r\n";
}

std::string MailboxServer::search(const Mailbox& mailbox, const std::string& set) const {
    std::string found = "* SEARCH";
    for (const std::uint32_t uid : uids_of(set, mailbox.mails)) found += " " + std::to_string(uid);
    return found + "\r\n";
}

std::string MailboxServer::fetch(std::size_t number, const std::string& set, bool whole) {
    Mailbox& mailbox = mailboxes_[number];
    std::string text;
    for (const std::uint32_t uid : uids_of(set, mailbox.mails)) {
        std::string mail = source_.make(number * 1'000'000 + uid).bytes;
        mail.resize(mail.size() - std::string_view{".\r\n"}.size());  // as LMTP ends it
        const std::string size = std::to_string(mail.size());
        const std::string id = std::to_string(uid);
        text += "* " + id + " FETCH (UID " + id;
        text += whole ? " BODY[] {" + size + "}\r\n" + mail : " RFC822.SIZE " + size;
        text += ")\r\n";
        if (whole) mailbox.fetched = std::max(mailbox.fetched, uid);
    }
    return text;
}

void MailboxServer::deliver_to_each() {
    for (Mailbox& mailbox : mailboxes_) ++mailbox.mails;
    for (const auto& connection : connections_)
        if (!connection->idle_tag.empty())
            say(*connection,
                "* " + std::to_string(mailboxes_[connection->mailbox].mails) + " EXISTS\r\n");
}

std::size_t MailboxServer::caught_up() const {
    return static_cast<std::size_t>(std::ranges::count_if(mailboxes_, [](const Mailbox& mailbox) {
        return mailbox.waited_for && mailbox.fetched == mailbox.mails;
    }));
}

}  // namespace bench
