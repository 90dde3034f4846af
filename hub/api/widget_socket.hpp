// The widget's websocket: a visitor's side of a chat. Protocol: docs/PROTOCOL.md, "Widget socket".
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "hub/api/gateway.hpp"

namespace api {

void open_widget_socket(Gateway& gateway, runtime::Loop& loop, boost::asio::ip::tcp::socket socket,
                        const Request& request, std::string rest);

// True when the request may come from where it says: the panel's own page, or a page of an origin
// that may embed the inbox's widget. No list: every origin may.
bool origin_allowed(const model::Inbox& inbox, const Request& request);

}  // namespace api
