// From the configuration to what each part wants. Each throws std::runtime_error that names the
// key.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "config/config.hpp"
#include "connectors/email/mail_sender.hpp"
#include "hub/api/gateway.hpp"

namespace app {

boost::asio::ip::tcp::endpoint endpoint_of(const std::string& text, const std::string& key);
// Nothing without a certificate.
std::shared_ptr<boost::asio::ssl::context> tls_of(const config::Config& config);
// Of the history that the store holds.
std::string epoch_of(storage::Store& store);
api::Settings settings_of(const config::Config& config);

}  // namespace app
