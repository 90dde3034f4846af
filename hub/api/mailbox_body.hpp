// The mailbox of an inbox, as administrators write it.
#pragma once

#include "hub/api/json_body.hpp"
#include "hub/model/entities.hpp"

namespace api {

// What the field "mailbox" of `body` makes of `mailbox`: left out, it stays; null removes it. A
// password, secret or token that is left out stays too; what is given is sealed under `key`.
void read_mailbox(JsonBody& body, const std::string& key, std::optional<model::Mailbox>& mailbox);

}  // namespace api
