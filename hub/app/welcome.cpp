#include "hub/app/welcome.hpp"

#include "hub/app/demo_seed.hpp"

namespace app {
namespace {

std::string text_of(const boost::asio::ip::tcp::endpoint& endpoint) {
    return endpoint.address().to_string() + ":" + std::to_string(endpoint.port());
}

}  // namespace

std::string welcome(const config::Config& config, const flow::Directory& directory,
                    const boost::asio::ip::tcp::endpoint& http,
                    const std::vector<boost::asio::ip::tcp::endpoint>& mail) {
    const std::string address = "http://" + text_of(http);
    std::string text = "\nSportello is running.\n  Console     " +
                       (config.public_url.empty() ? address : config.public_url) + "/\n";
    for (const SignIn& one : demo_sign_ins(config.data))
        text += "  Sign in as  " + one.role + ": " + one.email + "  " + one.password + "\n";
    text += "  Demo shop   " + address + "/demo/\n";
    for (const auto& door : mail) {
        const bool smtp = door == mail.front() && !config.smtp.empty();
        text += std::string{"  Mail        "} + (smtp ? "SMTP " : "LMTP ") + text_of(door) + "\n";
    }
    for (const auto& [id, inbox] : directory.inboxes)
        if (inbox.channel == model::Channel::email) text += "  Takes mail  " + inbox.address + "\n";
    if (config.relay.empty())
        text += "  Sending mail is not configured: replies wait in the outbox ([email] relay).\n";
    return text;
}

}  // namespace app
