// The three ways of sending one frame to every socket that the benchmark compares. Each owns the
// server's side of its sockets; all send the same number of bytes for the same frames.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/support/local_socket.hpp"

namespace bench {

constexpr std::size_t payload_bytes = 200;
constexpr std::size_t frame_bytes =
    payload_bytes + 4;  // RFC 6455, 5.2: sizes from 126 on take two more bytes

class Server {
public:
    virtual ~Server() = default;
    // Begins to send `frames` frames to every socket; may return before they have left.
    virtual void publish(std::size_t frames) = 0;
};

// The system calls alone: pre-framed bytes, one call per socket.
std::unique_ptr<Server> make_floor_server(std::vector<Descriptor> sockets);
// The product's connections, given frames that were built once.
std::unique_ptr<Server> make_own_server(std::vector<Descriptor> sockets);
// The same behind the product's feed: items, one shard, a console's subscriber per connection.
std::unique_ptr<Server> make_feed_server(std::vector<Descriptor> sockets);

}  // namespace bench
