// Outgoing connections, plain or TLS with verification. Each gives up after its limit.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>

#include "connectors/net/stream.hpp"

namespace connectors::net {

struct Connected {
    std::unique_ptr<Stream> stream;  // null: it failed
    std::string why;                 // in words, when it failed
};

// Resolves and connects, trying each address.
boost::asio::awaitable<Connected> connect_plain(std::string host, std::uint16_t port,
                                                std::chrono::seconds limit);

// The system's trusted certificates, and those of `ca_file` where it is not empty. Throws
// std::runtime_error when the file cannot be used.
std::shared_ptr<boost::asio::ssl::context> tls_client_context(const std::string& ca_file);

// Takes over a plain stream. The certificate must be valid and be that of `host` (RFC 6125).
boost::asio::awaitable<Connected> start_tls(std::unique_ptr<Stream> plain,
                                            std::shared_ptr<boost::asio::ssl::context> context,
                                            std::string host, std::chrono::seconds limit);

}  // namespace connectors::net
