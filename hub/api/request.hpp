// Plain requests and responses, so that a handler's file needs neither Beast nor the JSON library.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/model/model.hpp"

namespace api {

// Who asks: a signed-in browser (cookie) or a program (bearer token).
struct Principal {
    model::Agent agent;
    model::Viewer viewer;
    std::string token;
    bool by_cookie = false;
    model::Instant expires_at{};
};

struct Request {
    std::string method;
    std::string path;                            // decoded, without the query
    std::map<std::string, std::string> query;    // decoded
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
    std::string remote;               // the peer's address
    std::vector<std::string> params;  // what the pattern's {…} matched
    std::optional<Principal> principal;

    std::string header(const std::string& name) const;
    std::string cookie(std::string_view name) const;
    std::optional<std::uint64_t> query_number(const std::string& name) const;
    // The n-th path parameter as an id; 0 when it is not one.
    std::uint64_t id(std::size_t n = 0) const;
};

struct Response {
    unsigned status = 200;
    std::string type = "application/json; charset=utf-8";
    std::string body;
    std::shared_ptr<const std::string> shared_body;  // instead of `body`, where it is kept anyway
    std::vector<std::pair<std::string, std::string>> headers;
};

// Percent-decoding; an invalid escape stays as it is.
std::string url_decoded(std::string_view text, bool plus_is_space);
// Splits a request target into path and query.
void read_target(std::string_view target, Request& request);

Response json_response(std::string body, unsigned status = 200);
// RFC 9457. `field` names what was wrong in the request; empty where nothing was.
Response problem(unsigned status, std::string_view title, std::string_view detail,
                 std::string_view field = {});
Response problem_of(const model::Answer& answer);
// {"items":[…],"next":…} from texts that are JSON already.
Response list_response(const std::vector<std::string>& items,
                       const std::optional<std::string>& next);

}  // namespace api
