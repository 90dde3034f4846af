#include "tests/dialogs/runner.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "tests/dialogs/mail_client.hpp"
#include "tests/dialogs/mail_server.hpp"

namespace dialogs {
namespace {

using namespace connectors;
using namespace connectors::email;

std::string unescaped(const std::string& text) {
    static const std::map<char, char> simple = {
        {'r', '\r'}, {'n', '\n'}, {'t', '\t'}, {'0', '\0'}, {'\\', '\\'}};
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out.push_back(text[i]);
        } else if (text[++i] == 'x') {
            out.push_back(static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16)));
            i += 2;
        } else {
            out.push_back(simple.at(text[i]));
        }
    }
    return out;
}

struct Step {
    std::string word;
    std::string rest;
};

Step step_of(const std::string& line) {
    const auto space = line.find(' ');
    if (space == std::string::npos) return {line, {}};
    return {line.substr(0, space), line.substr(space + 1)};
}

void apply_setting(const std::string& text, MailListener::Options& options) {
    const auto [name, value] = step_of(text);
    const std::map<std::string, std::function<void(unsigned long)>> settings = {
        {"message_bytes_max", [&](unsigned long n) { options.limits.message_bytes_max = n; }},
        {"recipients_max", [&](unsigned long n) { options.limits.recipients_max = n; }},
        {"line_bytes_max", [&](unsigned long n) { options.limits.line_bytes_max = n; }},
        {"errors_max", [&](unsigned long n) { options.limits.errors_max = n; }},
        {"command_seconds_max", [&](unsigned long n) { options.limits.command_seconds_max = n; }},
        {"data_seconds_max", [&](unsigned long n) { options.limits.data_seconds_max = n; }},
        {"connections_max", [&](unsigned long n) { options.limits.connections_max = n; }}};
    if (name == "protocol") {
        options.protocol = value == "lmtp" ? MailProtocol::lmtp : MailProtocol::smtp;
    } else if (name == "tls") {
        options.tls = self_signed("desk.test");
    } else {
        settings.at(name)(std::stoul(value));
    }
}

class Dialog {
public:
    explicit Dialog(MailListener::Options options) : server_(std::move(options)) {}

    // What went wrong, or nothing.
    std::string take(const std::string& line) {
        const auto [word, rest] = step_of(line);
        if (word.starts_with('*')) return repeat(std::stoul(word.substr(1)), step_of(rest).rest);
        if (word == "->") return said(client().send(rest + "\r\n"));
        if (word == "=>") return said(client().send(unescaped(rest)));
        if (word == "<-") return differs(client().line(), rest);
        if (word == "<~") return matches(client().line(), rest);
        if (word == "client") return (current_ = std::stoi(rest), said(client().connected()));
        if (word == "starttls") return said(client().start_tls());
        if (word == "disconnect") return (client().disconnect(), "");
        if (word == "closed") return differs(client().rest(), "(closed)");
        if (word == "cut_off")
            return client().rest().ends_with("(closed)") ? "" : "but it holds on";
        if (word == "stop") return (server_.stop(), "");
        if (word == "receipts") return receipts(rest);
        if (word == "connections") return connections(std::stoul(rest));
        if (word == "delivered") return differs(std::to_string(server_.mails().size()), rest);
        if (word == "mail" || word == "body") return mail(word, step_of(rest));
        return "no such step";
    }

private:
    MailClient& client() {
        auto& client = clients_[current_];
        if (!client) client = std::make_unique<MailClient>(server_.port());
        return *client;
    }

    static std::string said(bool ok) { return ok ? "" : "the connection is broken"; }
    static std::string differs(const std::string& actual, const std::string& expected) {
        return actual == expected ? "" : "but it is: " + actual;
    }
    static std::string matches(const std::string& actual, const std::string& pattern) {
        return std::regex_match(actual, std::regex(pattern)) ? "" : "but it is: " + actual;
    }

    std::string repeat(std::size_t count, const std::string& text) {
        std::string bytes;
        for (std::size_t i = 0; i < count; ++i) bytes += text + "\r\n";
        return said(client().send(bytes));
    }

    std::string receipts(const std::string& text) {
        static const std::map<std::string, Receipt> known = {{"committed", Receipt::committed},
                                                             {"busy", Receipt::busy},
                                                             {"failed", Receipt::failed}};
        std::vector<Receipt> answers;
        std::istringstream words(text);
        for (std::string word; words >> word;) answers.push_back(known.at(word));
        server_.answer_next_with(std::move(answers));
        return "";
    }

    std::string connections(std::size_t count) {
        if (server_.wait_for_connections(count)) return "";
        return "but there are " + std::to_string(server_.connections());
    }

    std::string mail(const std::string& word, const Step& step) {
        const auto mails = server_.mails();
        const std::size_t number = std::stoul(step.word);
        if (number == 0 || number > mails.size()) return "there is no such mail";
        const Mail& one = mails[number - 1];
        if (word == "body")
            return one.data == unescaped(step.rest)
                       ? ""
                       : "but it is: " + testing::PrintToString(one.data);
        std::string to;
        for (const std::string& recipient : one.envelope.recipients)
            to.append(to.empty() ? "" : ",").append(recipient);
        return differs("from " + one.envelope.sender + " to " + to, step.rest);
    }

    MailServer server_;
    std::map<int, std::unique_ptr<MailClient>> clients_;
    int current_ = 1;
};

std::vector<std::string> lines_of(const std::filesystem::path& script) {
    std::ifstream file(script);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

}  // namespace

void run_dialog(const std::filesystem::path& script) {
    const auto lines = lines_of(script);
    ASSERT_FALSE(lines.empty()) << script << " is empty or missing";
    MailListener::Options options;
    options.endpoint = {boost::asio::ip::address_v4::loopback(), 0};
    options.host_name = "desk.test";
    for (const std::string& line : lines)
        if (line.starts_with("@ ")) apply_setting(line.substr(2), options);
    Dialog dialog(std::move(options));
    int steps = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string& line = lines[i];
        if (line.empty() || line.starts_with('#') || line.starts_with("@ ")) continue;
        const std::string problem = dialog.take(line);
        ++steps;
        ASSERT_EQ(problem, "") << script.filename().string() << ":" << i + 1 << ": " << line;
    }
    ASSERT_GT(steps, 0) << script << " has no step";
}

}  // namespace dialogs
