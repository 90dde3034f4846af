#include "hub/app/settings.hpp"

#include <future>
#include <stdexcept>

namespace app {

using boost::asio::ip::tcp;

tcp::endpoint endpoint_of(const std::string& text, const std::string& key) {
    const config::HostPort given = config::host_port(text, key);
    boost::system::error_code error;
    const auto address =
        boost::asio::ip::make_address(given.host == "localhost" ? "127.0.0.1" : given.host, error);
    if (error) throw std::runtime_error(key + " needs an IP address, not " + given.host);
    return {address, given.port};
}

std::shared_ptr<boost::asio::ssl::context> tls_of(const config::Config& config) {
    if (config.tls_certificate.empty()) return nullptr;
    auto tls = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);
    tls->set_options(boost::asio::ssl::context::no_tlsv1 | boost::asio::ssl::context::no_tlsv1_1);
    boost::system::error_code error;
    tls->use_certificate_chain_file(config.tls_certificate, error);
    if (!error) tls->use_private_key_file(config.tls_key, boost::asio::ssl::context::pem, error);
    if (error)
        throw std::runtime_error("cannot use email.tls_certificate or email.tls_key: " +
                                 error.message());
    return tls;
}

std::string epoch_of(storage::Store& store) {
    std::promise<std::string> epoch;
    store.read(
        [&epoch](storage::Reader& reader) { epoch.set_value(reader.meta("epoch").value_or("")); });
    return epoch.get_future().get();
}

api::Settings settings_of(const config::Config& config) {
    api::Settings settings;
    settings.body_bytes_max = config.body_bytes_max;
    settings.upload_bytes_max = config.upload_bytes_max;
    settings.connections_max = config.connections_max;
    settings.country = config.country;
    settings.sign_in_failures_max = static_cast<unsigned>(config.sign_in_failures_max);
    settings.session_lifetime = std::chrono::hours{config.session_hours};
    settings.secure_cookie = config.secure_cookie;
    settings.console_socket.queue_bytes_max = config.socket_queue_bytes_max;
    return settings;
}

}  // namespace app
