// The product's connections over sockets that the benchmark accepted.
#pragma once

#include <unistd.h>

#include "bench/fanout/server.hpp"
#include "hub/runtime/loop.hpp"
#include "hub/runtime/websocket_connection.hpp"

namespace bench {

using Connections = std::vector<std::shared_ptr<runtime::websocket::Connection>>;

// No pings while other servers are measured: the client counts bytes and never answers.
inline const runtime::websocket::Limits& quiet_limits() {
    static const runtime::websocket::Limits limits{.ping_every = std::chrono::hours{1},
                                                   .silence_max = std::chrono::hours{2}};
    return limits;
}

inline Connections open_connections(runtime::Loop& loop, const std::vector<Descriptor>& sockets) {
    using boost::asio::ip::tcp;
    Connections connections;
    for (const Descriptor& socket : sockets)
        connections.push_back(std::make_shared<runtime::websocket::Connection>(
            tcp::socket(loop.context(), tcp::v4(), ::dup(socket.get())), quiet_limits()));
    loop.post([connections] {
        for (const auto& connection : connections) connection->start({}, "");
    });
    return connections;
}

}  // namespace bench
