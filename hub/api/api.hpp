// api: the hub's doors for people and programs. HTTP/1.1 and websockets, sign-in and rights, the
// JSON shapes of docs/openapi.yaml, the console's socket and the widget's (docs/PROTOCOL.md), the
// static console.
//
// Invariants: nothing is answered with success before it is committed; bad input is answered with
// problem details that name the field (RFC 9457), never with 500; what a viewer may not see is
// answered as if it did not exist. Threads: a connection lives on one net loop. May depend on:
// flow, feed, model, runtime, connectors, storage.
#pragma once

#include "hub/api/gateway.hpp"
#include "hub/api/http_session.hpp"
#include "hub/api/request.hpp"
#include "hub/api/routes.hpp"
