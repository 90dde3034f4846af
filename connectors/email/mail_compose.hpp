// An outgoing mail as bytes: CRLF only, RFC 5322 and MIME, by GMime. Pure. The same Outbound gives
// the same bytes.
#pragma once

#include <string>

#include "connectors/connectors.hpp"

namespace connectors::email {

std::string compose_mail(const Outbound& outbound);

}  // namespace connectors::email
