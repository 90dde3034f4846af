#include "connectors/email/smtp_wire.hpp"

#include "fuzz.hpp"

using namespace connectors;
using namespace connectors::email;

namespace {

// Small limits, so that the fuzzer reaches them.
constexpr MailLimits limits{
    .message_bytes_max = 200, .recipients_max = 3, .line_bytes_max = 120, .errors_max = 5};

std::string conversation(std::string_view input, std::size_t piece, MailProtocol protocol) {
    SmtpServer server(
        {.protocol = protocol,
         .host_name = "d",
         .tls_available = false,
         .limits = limits,
         .is_ours = [](const std::string& address) { return address.ends_with("@d"); }});
    std::string story;
    for (std::size_t at = 0; at < input.size(); at += piece) {
        server.feed(input.substr(at, piece));
        while (auto action = server.next()) {
            if (const auto* reply = std::get_if<SmtpServer::Reply>(&*action)) {
                promise(reply->text.ends_with("\r\n"));
                story += reply->text;
            } else if (auto* mail = std::get_if<SmtpServer::Deliver>(&*action)) {
                const std::size_t recipients = mail->envelope.recipients.size();
                promise(recipients >= 1 && recipients <= limits.recipients_max);
                promise(mail->data->size() <= limits.message_bytes_max);
                story += "(" + mail->envelope.sender + "|" + *mail->data + ")";
                story += server.answer(std::vector<Receipt>(recipients, Receipt::committed));
            }
        }
    }
    return story;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input = text_of(data, size);
    const std::size_t piece = piece_of(input);
    const auto protocol = piece % 2 == 0 ? MailProtocol::lmtp : MailProtocol::smtp;
    const std::size_t whole = input.empty() ? 1 : input.size();
    promise(conversation(input, piece, protocol) == conversation(input, whole, protocol));
    return 0;
}
