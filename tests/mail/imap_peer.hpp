// An IMAP server with one mailbox in memory, for dialogues: what it says can be bent command by
// command. It answers as RFC 3501 wants, no better. Lives on the loop of the test, so that nothing
// needs a lock and nothing depends on speed.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace imap_peer {

struct Mail {
    std::uint32_t uid = 0;
    std::string raw;
    std::int64_t day = 20'000;  // of its arrival, since 1970
    std::set<std::string> flags = {};
    std::optional<std::uint64_t> told_size = {};  // instead of the true one
};

class Peer {
public:
    explicit Peer(boost::asio::io_context& context);

    unsigned short port() const { return acceptor_.local_endpoint().port(); }

    std::string greeting = "* OK ready\r\n";
    std::string capabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN IDLE UIDPLUS MOVE";
    std::uint32_t validity = 7;
    std::vector<Mail> mails;

    // The answer to a command instead of the usual one; "TAG" in it stands for the command's tag.
    // Empty: silence. Ends with `hang_up`: the connection is closed after it.
    std::function<std::optional<std::string>(const std::string& command)> instead;
    static constexpr std::string_view hang_up = "(hang up)";

    // What was said to it, without tags.
    std::vector<std::string> heard;
    std::size_t heard_of(std::string_view beginning) const;
    std::size_t idling() const;  // connections in IDLE

    // Mails come in; who idles is told.
    void arrive(std::vector<Mail> some);
    void tell_who_idles(const std::string& text);
    std::string usual_answer(const std::string& command);
    std::string exists() const { return "* " + std::to_string(mails.size()) + " EXISTS\r\n"; }

private:
    struct Connection {
        explicit Connection(boost::asio::ip::tcp::socket opened) : socket(std::move(opened)) {}
        boost::asio::ip::tcp::socket socket;
        std::string waiting_tag;  // of an IDLE or an AUTHENTICATE under way
        bool idles = false;
    };
    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> serve(std::shared_ptr<Connection> connection);
    std::string answer(Connection& connection, const std::string& line);
    std::string select() const;
    std::string search(const std::string& command) const;
    std::string fetch(const std::string& command) const;
    void change(const std::string& command);

    boost::asio::ip::tcp::acceptor acceptor_;
    std::vector<std::shared_ptr<Connection>> connections_;
};

}  // namespace imap_peer
