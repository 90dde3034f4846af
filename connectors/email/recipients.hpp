// Who of a mail's recipients is still to be tried, and what their outcomes are together. Pure.
#pragma once

#include "connectors/connectors.hpp"

namespace connectors::email {

// Every recipient once, in the order of the header, with what earlier attempts brought.
std::vector<RecipientOutcome> recipients_of(const Outbound& outbound);

// A mail whose end nobody knows is sent once more, with the same Message-ID: programs that read
// mail fold the copies. Twice is enough.
bool is_decided(const RecipientOutcome& recipient);

// The mail's outcome: to be tried again while anybody is undecided; else failed if one failed, else
// unknown if one is, else sent. The reason names the recipient where there are several.
Outcome sum_up(std::vector<RecipientOutcome> recipients);

}  // namespace connectors::email
