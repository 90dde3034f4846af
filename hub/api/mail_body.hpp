// Recipients of a mail, as agents write them.
#pragma once

#include "hub/api/json_body.hpp"

namespace api {

// A list like ["lea@example.com", "Lea <lea@example.com>"]. What is no address is a complaint.
std::vector<connectors::Address> read_recipients(JsonBody& body, const char* field);

}  // namespace api
