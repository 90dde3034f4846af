// Sending mail through the configured relay, by libcurl. Lives on the courier loop. One recipient
// per transaction, so that each has an outcome of its own; a relay that lets nobody in ends the
// attempt for all.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "connectors/connectors.hpp"
#include "connectors/email/oauth_wire.hpp"
#include "connectors/net/curl_multi.hpp"

namespace connectors::email {

struct Relay {
    std::string url;  // smtp://host:587 or smtps://host:465; empty: not configured
    std::string user;
    std::string password;
    bool require_tls = false;
    std::string ca_file;  // trusted beside the system's certificates; may be empty
    long timeout_seconds = 60;
    // OAuth 2 in the place of a password (XOAUTH2); null: none. `forget` after a refusal: the next
    // token is a new one. On the courier loop.
    std::function<void(std::function<void(OauthReply)>)> access_token = {};
    std::function<void()> forget_token = {};
};

// What a reply code means (RFC 5321 4.2.1), decided by the code and not by libcurl's result: 0 is
// no answer at all.
Outcome outcome_of(CURLcode result, long code, const std::string& detail);

class MailSender {
public:
    MailSender(boost::asio::io_context& context, Relay relay, std::string host_name);
    ~MailSender();
    // `done` runs on the courier loop. `bytes` as composed; the attachments are in it.
    void send(const Outbound& outbound, std::string bytes, std::function<void(Outcome)> done);
    void set_relay(Relay relay) { relay_ = std::move(relay); }

private:
    struct Transfer;
    void sign_in(std::shared_ptr<Transfer> transfer);
    void next_recipient(std::shared_ptr<Transfer> transfer);
    void set_up(Transfer& transfer);
    void take(std::shared_ptr<Transfer> transfer, CURLcode result);

    Relay relay_;
    std::string host_name_;
    net::CurlMulti multi_;
};

}  // namespace connectors::email
