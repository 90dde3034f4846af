#include "connectors/email/envelope_headers.hpp"

#include <algorithm>
#include <array>

#include "connectors/email/header_text.hpp"
#include "connectors/email/report_text.hpp"

namespace connectors::email {
namespace {

constexpr std::size_t header_bytes_max = 256 * 1024;
constexpr std::size_t recipients_max = 20;
constexpr auto recipient_fields =
    std::to_array<std::string_view>({"delivered-to", "x-original-to", "envelope-to"});

}  // namespace

Envelope envelope_in(std::string_view raw) {
    const auto end = std::min({raw.find("\r\n\r\n"), raw.find("\n\n"), raw.size()});
    Envelope envelope{.sender = "unknown@invalid", .recipients = {}};
    bool sent = false;
    for (const auto& [name, value] :
         header_fields(raw.substr(0, std::min(end, header_bytes_max)))) {
        if (name == "return-path" && !std::exchange(sent, true))
            envelope.sender = trimmed(value) == "<>" ? "" : address_in(value);
        if (std::ranges::find(recipient_fields, name) == recipient_fields.end() ||
            envelope.recipients.size() == recipients_max)
            continue;
        if (std::string address = address_in(value); !address.empty())
            envelope.recipients.push_back(std::move(address));
    }
    return envelope;
}

}  // namespace connectors::email
