// A mail to compose, and what is read back of it.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "connectors/email/mail_compose.hpp"
#include "connectors/email/mime.hpp"

namespace composed_mail {

using namespace connectors;
using namespace connectors::email;

inline Address mailbox(std::string value, std::string name = {}) {
    return {.kind = "email", .value = std::move(value), .name = std::move(name)};
}

inline Attachment file(std::string name, std::string type, std::string bytes) {
    Attachment attachment{.name = std::move(name), .type = std::move(type)};
    attachment.size = bytes.size();
    attachment.bytes = std::make_shared<const std::string>(std::move(bytes));
    return attachment;
}

inline Outbound reply() {
    Outbound outbound;
    outbound.message = 5;
    outbound.conversation = 118;
    outbound.from = mailbox("support@desk.test", "Support");
    outbound.to = {mailbox("lea@kunde.test", "Lea")};
    outbound.subject = "Re: Order 118";
    outbound.text = "Hello Lea,\nit is on its way.";
    outbound.external_id = "118.5.abc@desk.test";
    outbound.in_reply_to = "1@kunde.test";
    outbound.references = {"0@desk.test", "1@kunde.test"};
    outbound.reply_to = "support+c.118.wrcmj6ukk5@desk.test";
    outbound.written_at = Instant{std::chrono::seconds{1795300000}};
    return outbound;
}

inline Inbound read_back(const std::string& bytes) {
    start_mime();
    return parse_mail(std::make_shared<const std::string>(bytes),
                      {.sender = "support@desk.test", .recipients = {"lea@kunde.test"}}, {});
}

inline std::string text_of(const Inbound& mail) {
    std::string text = mail.text;
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

inline std::vector<std::string> lines_of(const std::string& bytes) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t end = std::min(bytes.find("\r\n", at), bytes.size());
        lines.push_back(bytes.substr(at, end - at));
        at = end + 2;
    }
    return lines;
}

// The header lines, unfolded.
inline std::vector<std::string> header_lines(const std::string& bytes) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t end = bytes.find("\r\n", at);
        const std::string line = bytes.substr(at, end - at);
        if (line.empty() || end == std::string::npos) break;
        if (line.front() == ' ' || line.front() == '\t')
            lines.back() += line;
        else
            lines.push_back(line);
        at = end + 2;
    }
    return lines;
}

inline std::size_t headers_named(const std::string& bytes, std::string_view name) {
    return std::ranges::count_if(header_lines(bytes), [name](const std::string& line) {
        return line.starts_with(std::string{name} + ":");
    });
}

}  // namespace composed_mail
