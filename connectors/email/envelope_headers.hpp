// The envelope of a mail that came from a mailbox: what the last server wrote down of it.
#pragma once

#include <string_view>

#include "connectors/email/smtp_wire.hpp"

namespace connectors::email {

// Sender from Return-Path ("" for <>; "unknown@invalid" where there is none), recipients from
// Delivered-To, X-Original-To and Envelope-To. Looks at the header alone.
Envelope envelope_in(std::string_view raw);

}  // namespace connectors::email
