// The console's websocket: hello and resume, operations with client ids, presence. Protocol:
// docs/PROTOCOL.md.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "hub/api/gateway.hpp"

namespace api {

struct ConsoleTicket {
    Principal principal;
};

// Checks origin and session before the handshake is answered. The refusal, or nothing and a ticket.
boost::asio::awaitable<std::optional<Response>> admit_console(Gateway& gateway, runtime::Loop& loop,
                                                              const Request& request,
                                                              ConsoleTicket& ticket);
void open_console_socket(Gateway& gateway, runtime::Loop& loop, boost::asio::ip::tcp::socket socket,
                         ConsoleTicket ticket, std::string rest);

}  // namespace api
