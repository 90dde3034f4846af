#include "tests/mail/imap_peer.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <sstream>

#include "connectors/email/imap_dates.hpp"
#include "connectors/email/imap_wire.hpp"

namespace imap_peer {

using boost::asio::awaitable;
using boost::asio::ip::tcp;
constexpr auto as_error = boost::asio::as_tuple(boost::asio::use_awaitable);

namespace {

std::vector<std::string> words_of(const std::string& line) {
    std::istringstream in(line);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

// "1,5,7:9", or "8:*": that means the newest mail too, even where its UID is below (RFC 3501).
bool holds(const std::string& set, std::uint32_t uid, std::uint32_t newest) {
    std::istringstream in(set);
    for (std::string part; std::getline(in, part, ',');) {
        const auto colon = part.find(':');
        const auto number = [newest](const std::string& text) {
            return text == "*" ? newest : static_cast<std::uint32_t>(std::stoul(text));
        };
        const auto first = number(part.substr(0, colon));
        const auto last = colon == std::string::npos ? first : number(part.substr(colon + 1));
        if (uid >= std::min(first, last) && uid <= std::max(first, last)) return true;
    }
    return false;
}

std::int64_t day_of(const std::string& date) {
    for (std::int64_t day = 0; day < 40'000; ++day)
        if (connectors::email::imap_date(day) == date) return day;
    throw std::runtime_error("no date: " + date);
}

std::string with_tag(std::string text, const std::string& tag) {
    for (auto at = text.find("TAG"); at != std::string::npos; at = text.find("TAG", at))
        text.replace(at, 3, tag);
    return text;
}

}  // namespace

Peer::Peer(boost::asio::io_context& context)
    : acceptor_(context, {boost::asio::ip::address_v4::loopback(), 0}) {
    boost::asio::co_spawn(context, accept(), boost::asio::detached);
}

awaitable<void> Peer::accept() {
    for (;;) {
        auto [error, socket] = co_await acceptor_.async_accept(as_error);
        if (error) co_return;
        auto connection = std::make_shared<Connection>(std::move(socket));
        connections_.push_back(connection);
        boost::asio::co_spawn(acceptor_.get_executor(), serve(connection), boost::asio::detached);
    }
}

awaitable<void> Peer::serve(std::shared_ptr<Connection> connection) {
    co_await boost::asio::async_write(connection->socket, boost::asio::buffer(greeting), as_error);
    std::string input;
    for (;;) {
        const auto [error, size] = co_await boost::asio::async_read_until(
            connection->socket, boost::asio::dynamic_buffer(input), "\r\n", as_error);
        if (error) break;
        const std::string line = input.substr(0, size - 2);
        input.erase(0, size);
        std::string text = answer(*connection, line);
        const bool last = text.ends_with(hang_up);
        if (last) text.resize(text.size() - hang_up.size());
        co_await boost::asio::async_write(connection->socket, boost::asio::buffer(text), as_error);
        if (last) break;
    }
    connection->idles = false;
    boost::system::error_code ignored;
    connection->socket.close(ignored);
}

std::string Peer::answer(Connection& connection, const std::string& line) {
    if (!connection.waiting_tag.empty()) {
        heard.push_back(line);
        const std::string tag = std::exchange(connection.waiting_tag, {});
        connection.idles = false;
        const auto special = instead ? instead(line) : std::nullopt;
        return with_tag(special.value_or("TAG OK done\r\n"), tag);
    }
    const auto space = line.find(' ');
    const std::string tag = line.substr(0, space);
    const std::string command = space == std::string::npos ? "" : line.substr(space + 1);
    heard.push_back(command);
    const auto special = instead ? instead(command) : std::nullopt;
    std::string text = special.value_or("");
    if (!special) text = usual_answer(command);
    if (text.starts_with("+")) {
        connection.waiting_tag = tag;
        connection.idles = command == "IDLE";
    }
    return with_tag(std::move(text), tag);
}

std::string Peer::usual_answer(const std::string& command) {
    const auto words = words_of(command);
    const std::string& verb = words.at(0);
    std::string untagged;
    if (verb == "CAPABILITY") untagged = "* CAPABILITY " + capabilities + "\r\n";
    if (verb == "SELECT") untagged = select();
    if (verb == "IDLE" || (verb == "AUTHENTICATE" && words.size() == 2)) return "+ \r\n";
    if (verb == "UID" && words.at(1) == "SEARCH") untagged = search(command);
    if (verb == "UID" && words.at(1) == "FETCH") untagged = fetch(command);
    if (verb == "UID") change(command);
    return untagged + "TAG OK done\r\n";
}

std::string Peer::select() const {
    const std::uint32_t next = mails.empty() ? 1 : mails.back().uid + 1;
    return exists() + "* OK [UIDVALIDITY " + std::to_string(validity) + "] valid\r\n" +
           "* OK [UIDNEXT " + std::to_string(next) + "] next\r\n";
}

std::string Peer::search(const std::string& command) const {
    const auto words = words_of(command);  // UID SEARCH UID set [SINCE date]
    const std::int64_t since = words.size() > 5 ? day_of(words.at(5)) : 0;
    std::string found = "* SEARCH";
    for (const Mail& mail : mails)
        if (mail.day >= since && holds(words.at(3), mail.uid, mails.back().uid))
            found += " " + std::to_string(mail.uid);
    return found + "\r\n";
}

std::string Peer::fetch(const std::string& command) const {
    const auto words = words_of(command);
    const bool header = command.find("BODY.PEEK[HEADER]") != std::string::npos;
    const bool body = header || command.find("BODY.PEEK[]") != std::string::npos;
    std::string text;
    for (std::size_t i = 0; i < mails.size(); ++i) {
        const Mail& mail = mails[i];
        if (!holds(words.at(2), mail.uid, mails.back().uid)) continue;
        text += "* " + std::to_string(i + 1) + " FETCH (UID " + std::to_string(mail.uid);
        if (command.find("INTERNALDATE") != std::string::npos)
            text += " INTERNALDATE \"22-Nov-2026 09:00:00 +0100\"";
        if (command.find("X-GM-THRID") != std::string::npos)
            text += " X-GM-THRID " + std::to_string(1700 + mail.uid % 2);
        if (command.find("RFC822.SIZE") != std::string::npos)
            text += " RFC822.SIZE " + std::to_string(mail.told_size.value_or(mail.raw.size()));
        const std::string part =
            header ? mail.raw.substr(0, mail.raw.find("\r\n\r\n") + 4) : mail.raw;
        if (body)
            text += std::string{header ? " BODY[HEADER]" : " BODY[]"} + " {" +
                    std::to_string(part.size()) + "}\r\n" + part;
        text += ")\r\n";
    }
    return text;
}

// UID STORE set +FLAGS.SILENT (\Flag), UID MOVE set folder, UID EXPUNGE set
void Peer::change(const std::string& command) {
    const auto words = words_of(command);
    const std::uint32_t newest = mails.empty() ? 0 : mails.back().uid;
    const auto named = [&](const Mail& mail) { return holds(words.at(2), mail.uid, newest); };
    if (words.at(1) == "STORE")
        for (Mail& mail : mails)
            if (named(mail)) mail.flags.insert(words.at(4));
    if (words.at(1) == "MOVE") std::erase_if(mails, named);
    if (words.at(1) == "EXPUNGE")
        std::erase_if(mails, [&](const Mail& mail) {
            return named(mail) && mail.flags.contains("(\\Deleted)");
        });
}

std::size_t Peer::heard_of(std::string_view beginning) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        heard, [beginning](const std::string& one) { return one.starts_with(beginning); }));
}

std::size_t Peer::idling() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        connections_, [](const auto& connection) { return connection->idles; }));
}

void Peer::arrive(std::vector<Mail> some) {
    for (Mail& mail : some) mails.push_back(std::move(mail));
    tell_who_idles(exists());
}

void Peer::tell_who_idles(const std::string& text) {
    for (const auto& connection : connections_)
        if (connection->idles)
            boost::asio::co_spawn(
                acceptor_.get_executor(),
                [connection, text]() -> awaitable<void> {
                    co_await boost::asio::async_write(connection->socket, boost::asio::buffer(text),
                                                      as_error);
                },
                boost::asio::detached);
}

}  // namespace imap_peer
