// The widget's websocket: a visitor's side of a chat. Protocol: docs/PROTOCOL.md, "Widget socket".
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "hub/api/gateway.hpp"

namespace api {

void open_widget_socket(Gateway& gateway, runtime::Loop& loop, boost::asio::ip::tcp::socket socket,
                        const Request& request, std::string rest);

// True when pages of this origin may embed the inbox's widget. No list: every origin may.
bool origin_allowed(const model::Inbox& inbox, const std::string& origin);

}  // namespace api
