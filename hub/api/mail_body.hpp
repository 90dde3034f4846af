// What agents write, as it comes in: {"text", "html", "attachments", "to": ["Lea
// <lea@example.com>"], "cc", "bcc", "send_at"}.
#pragma once

#include "hub/api/json_body.hpp"

namespace api {

struct Draft {
    std::string text;
    std::string html;  // the same, formatted; empty: none
    std::vector<std::string>
        uploads;  // that HTML shows in place as <img src="cid:UPLOAD">, or files
    std::vector<connectors::Address> to;
    std::vector<connectors::Address> cc;
    std::vector<connectors::Address> bcc;
    std::optional<model::Instant> send_at;
};

// HTML alone brings its text along. Complaints go to the body.
Draft read_draft(JsonBody& body);

}  // namespace api
