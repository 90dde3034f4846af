// What is printed once the doors are open.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "hub/flow/intake.hpp"

namespace app {

// `mail`: the doors for mail; SMTP first, where there is one.
std::string welcome(const config::Config& config, const flow::Directory& directory,
                    const boost::asio::ip::tcp::endpoint& http,
                    const std::vector<boost::asio::ip::tcp::endpoint>& mail);

}  // namespace app
