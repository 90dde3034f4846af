// Mail as a value: parsing by GMime, text out of HTML by libxml2's SAX parser. Pure: bytes in, an
// Inbound out. Never throws on bad mail: what cannot be read is marked as a defect and kept as raw
// bytes.
//
// Threads: GMime is used by one parser thread; call `start_mime` once before.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "connectors/connectors.hpp"
#include "connectors/email/smtp_wire.hpp"

namespace connectors::email {

struct MimeLimits {
    std::size_t header_bytes_max =
        256 * 1024;      // beyond: defect "header_too_long", the header is cut there
    int depth_max = 30;  // of nested parts; deeper ones become a defect
    int parts_max = 500;
    std::size_t text_bytes_max = 256 * 1024;  // of text and of HTML each; the raw mail stays whole
};

void start_mime();

// `inbox`, `receipt_key` and the rest are filled in; the recipient decides inbox and reply token at
// the caller.
Inbound parse_mail(std::shared_ptr<const std::string> raw, const Envelope& envelope,
                   const MimeLimits& limits);

// --- the pieces, each tested alone
std::string text_from_html(std::string_view html);
std::string valid_utf8(std::string_view bytes);  // else read as windows-1252
std::vector<std::string> message_ids(
    std::string_view header);  // the ids in <>, without them, in order
// What Outlook's Thread-Index says of the thread, as one more thread id; empty: nothing.
std::string outlook_thread(const std::string& thread_index);
// Undoes format=flowed (RFC 3676); `delete_space` is its parameter delsp=yes.
std::string unflow(std::string_view text, bool delete_space);

}  // namespace connectors::email
