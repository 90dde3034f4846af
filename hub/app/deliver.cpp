// `sportello deliver`: one mail from a pipe to the running hub, by LMTP. Its exit codes are those
// of sysexits.h, which mail servers act on: what may pass is tried again, what is wrong goes back.
#include <sysexits.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>
#include <iostream>
#include <iterator>

#include "hub/app/commands.hpp"

namespace app {
namespace {

using boost::asio::ip::tcp;

// CRLF everywhere and a second dot before a first one (RFC 5321, 4.5.2).
std::string stuffed(const std::string& mail) {
    std::string out;
    out.reserve(mail.size() + mail.size() / 40);
    bool line_begins = true;
    for (const char c : mail) {
        if (line_begins && c == '.') out.push_back('.');
        if (c == '\n' && !out.ends_with('\r')) out.push_back('\r');
        out.push_back(c);
        line_begins = c == '\n';
    }
    if (!line_begins) out += "\r\n";
    return out + ".\r\n";
}

class Lmtp {
public:
    explicit Lmtp(const config::HostPort& door) : socket_(context_) {
        tcp::resolver resolver(context_);
        boost::asio::connect(socket_, resolver.resolve(door.host, std::to_string(door.port)));
        reply();
    }
    // The code of the reply; its text stays in `last`.
    int ask(const std::string& bytes) {
        boost::asio::write(socket_, boost::asio::buffer(bytes));
        return reply();
    }
    std::string last;

private:
    int reply() {
        do {
            boost::asio::read_until(socket_, input_, "\n");
            std::istream stream(&input_);
            std::getline(stream, last);
        } while (last.size() > 3 && last[3] == '-');
        return std::atoi(last.c_str());
    }

    boost::asio::io_context context_;
    tcp::socket socket_;
    boost::asio::streambuf input_;
};

// Policy: 2yz is taken, 5yz will never be, the rest may pass.
int verdict(int code, const std::string& text) {
    if (code >= 200 && code < 400) return EX_OK;
    std::cerr << "sportello: " << text << "\n";
    if (code < 500) return EX_TEMPFAIL;
    return code == 550 ? EX_NOUSER : EX_DATAERR;
}

int hand_over(Lmtp& hub, const Options& options, const std::string& mail) {
    const char* given = std::getenv("SENDER");
    const std::string sender = !options.envelope_sender.empty() || given == nullptr
                                   ? options.envelope_sender
                                   : std::string{given};
    for (const std::string& line :
         {std::string{"LHLO localhost\r\n"}, "MAIL FROM:<" + sender + ">\r\n",
          "RCPT TO:<" + options.inbox_address + ">\r\n", std::string{"DATA\r\n"}})
        if (const int failed = verdict(hub.ask(line), hub.last); failed != EX_OK) return failed;
    return verdict(hub.ask(stuffed(mail)), hub.last);
}

}  // namespace

int deliver(const Options& options) {
    if (options.config.lmtp.empty()) {
        std::cerr << "sportello: LMTP is off; set [email] lmtp, or give its address with --lmtp\n";
        return EX_CONFIG;
    }
    const std::string mail{std::istreambuf_iterator<char>(std::cin), {}};
    try {
        Lmtp hub(config::host_port(options.config.lmtp, "--lmtp"));
        return hand_over(hub, options, mail);
    } catch (const boost::system::system_error& error) {
        std::cerr << "sportello: the hub does not answer at " << options.config.lmtp << ": "
                  << error.code().message() << "; the mail is to be tried again\n";
        return EX_TEMPFAIL;
    }
}

}  // namespace app
