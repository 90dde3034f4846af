// Identities as they are kept: one form for each address, so that the same one is found again.
#pragma once

#include "hub/customers/fields.hpp"

namespace customers {

// A mail address in lower case, a telephone number as E.164 (`country`: of numbers without a
// country's code), a handle without its @. `kind` is "email", "phone" or the name of a network.
Checked checked_identity(std::string_view kind, std::string_view value, std::string_view country);

}  // namespace customers
