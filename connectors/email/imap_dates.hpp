// IMAP's dates (RFC 3501, section 9). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/ids.hpp"

namespace connectors::email {

// "22-Nov-2026", as SEARCH wants it.
std::string imap_date(std::int64_t days_since_1970);

// INTERNALDATE, "22-Nov-2026 09:00:00 +0100"; nothing when it is no such time.
std::optional<Instant> imap_instant(std::string_view text);

}  // namespace connectors::email
