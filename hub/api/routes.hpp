// The route table: method, path, who may, handler. One line per operation; a test compares it with
// docs/openapi.yaml.
#pragma once

#include <span>

#include "hub/api/gateway.hpp"

namespace api {

enum class Needs : std::uint8_t { nobody, agent, supervisor, administrator };

using Handler = boost::asio::awaitable<Response> (*)(Gateway&, runtime::Loop&, Request&);

struct Route {
    const char* method;
    const char* pattern;  // "{}" matches one path segment
    Needs needs;
    Handler handler;
};

std::span<const Route> routes();

// Finds the route, checks rights, CSRF and Idempotency-Key, and runs the handler. Always answers.
boost::asio::awaitable<Response> dispatch(Gateway& gateway, runtime::Loop& loop, Request& request);

}  // namespace api
