// What the MIME parser may see of a mail. It goes one call deeper for each group in an address
// field, and builds an object for every part, header line and address before anybody can count
// them: one mail could end the process or take all its memory. One pass, linear in the input.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace connectors::email {

struct MimeBounds {
    std::size_t groups_max = 100;  // colons in one address field; later ones become "_"
    std::size_t address_bytes_max = 256 * 1024;  // of one address field; the rest becomes blank
    std::size_t boundary_lines_max = 20'000;  // lines that may be boundaries; the mail ends there
    std::size_t header_lines_max = 200'000;  // lines that may be header fields; the mail ends there
};

// `bytes` or a part of it, or `changed` where a field had to be changed; `defects` says so.
struct BoundedMail {
    std::string_view bytes;
    std::string changed;
    std::vector<std::string> defects;
};
void bound_mail(std::string_view raw, const MimeBounds& bounds, BoundedMail& mail);

}  // namespace connectors::email
