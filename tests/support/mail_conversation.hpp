// A conversation with the receiving machine: feeds bytes, answers each delivery with the receipts
// it was told to give, and keeps all that was said and delivered.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/email/smtp_wire.hpp"

namespace mail_conversation {

using namespace connectors;
using namespace connectors::email;

struct Mail {
    Envelope envelope;
    std::string data;
    bool operator==(const Mail& other) const {
        return envelope.sender == other.envelope.sender && data == other.data &&
               envelope.recipients == other.envelope.recipients;
    }
};

struct Conversation {
    explicit Conversation(MailLimits limits = {}, MailProtocol protocol = MailProtocol::smtp,
                          bool tls = false)
        : server({.protocol = protocol,
                  .host_name = "desk.test",
                  .tls_available = tls,
                  .limits = limits,
                  .is_ours = [](const std::string& address) {
                      return address.ends_with("@desk.test");
                  }}) {}

    // What the server said to these bytes.
    std::string say(std::string_view bytes) {
        server.feed(bytes);
        const std::size_t before = said.size();
        while (auto action = server.next()) take(std::move(*action));
        return said.substr(before);
    }

    std::string say_in_pieces(std::string_view bytes, const std::function<std::size_t()>& size) {
        const std::size_t before = said.size();
        while (!bytes.empty()) {
            const std::size_t take = std::min(size(), bytes.size());
            say(bytes.substr(0, take));
            bytes.remove_prefix(take);
        }
        return said.substr(before);
    }

    void take(SmtpServer::Action action) {
        if (auto* reply = std::get_if<SmtpServer::Reply>(&action)) {
            said += reply->text;
        } else if (std::holds_alternative<SmtpServer::StartTls>(action)) {
            said += "(tls)\r\n";
            server.tls_started();
        } else if (auto* deliver = std::get_if<SmtpServer::Deliver>(&action)) {
            std::vector<Receipt> receipts = receipts_next;
            receipts.resize(deliver->envelope.recipients.size(), Receipt::committed);
            mails.push_back({std::move(deliver->envelope), *deliver->data});
            said += server.answer(receipts);
        }
    }

    SmtpServer server;
    std::string said;
    std::vector<Mail> mails;
    std::vector<Receipt> receipts_next;
};

// The reply codes alone, of final lines.
inline std::string codes(std::string_view said) {
    std::string out;
    while (!said.empty()) {
        const auto end = said.find("\r\n");
        if (end == std::string_view::npos) return out + "(no line end)";
        if (said.size() > 3 && said[3] != '-')
            out.append(out.empty() ? "" : " ").append(said.substr(0, 3));
        said.remove_prefix(end + 2);
    }
    return out;
}

}  // namespace mail_conversation
