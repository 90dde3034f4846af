// HTTP/1.1: the listener and one coroutine per connection. Beast parses, nothing else of it is
// used.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "hub/api/gateway.hpp"

namespace api {

class HttpListener {
public:
    // Accepts on the first loop and hands each connection to the next one in turn. Throws
    // std::runtime_error when the address cannot be used.
    HttpListener(Gateway& gateway, std::vector<runtime::Loop*> loops,
                 const boost::asio::ip::tcp::endpoint& endpoint);
    boost::asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }
    void stop();  // on the first loop: no new connections

private:
    boost::asio::awaitable<void> accept_loop();

    Gateway& gateway_;
    std::vector<runtime::Loop*> loops_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::size_t next_ = 0;
};

}  // namespace api
