#include "hub/app/relay.hpp"

#include "hub/flow/access_tokens.hpp"

namespace app {
namespace {

struct RelayTokens {
    explicit RelayTokens(runtime::Loop& courier) : curl(courier.context().get_executor()) {}
    connectors::net::CurlMulti curl;
    std::shared_ptr<flow::AccessTokens> tokens;
};

}  // namespace

connectors::email::Relay relay_of(const config::Config& config, const RelayWorld& world) {
    connectors::email::Relay relay{.url = config.relay,
                                   .user = config.relay_user,
                                   .password = config.relay_password,
                                   .require_tls = config.relay_require_tls,
                                   .ca_file = config.ca_file};
    if (config.relay_token_url.empty()) return relay;
    auto held = std::make_shared<RelayTokens>(world.courier);
    // A new consent begins anew.
    const std::string key =
        "oauth:relay:" + storage::sha256_hex(config.relay_refresh_token).substr(0, 16);
    held->tokens = std::make_shared<flow::AccessTokens>(
        flow::AccessTokens::World{.store = world.store,
                                  .loop = world.courier,
                                  .clock = world.clock,
                                  .curl = held->curl,
                                  .secret = world.secret,
                                  .ca_file = config.ca_file},
        connectors::email::OauthGrant{.token_url = config.relay_token_url,
                                      .client_id = config.relay_client_id,
                                      .client_secret = config.relay_client_secret,
                                      .refresh_token = config.relay_refresh_token,
                                      .scope = config.relay_scope},
        key);
    // Alive until it has answered, and until the answer's own stack is gone.
    relay.access_token = [held, &loop = world.courier](auto done) {
        held->tokens->get([held, &loop, done = std::move(done)](const auto& reply) {
            done(reply);
            loop.post([held] {});
        });
    };
    relay.forget_token = [held] { held->tokens->forget(); };
    return relay;
}

void take_relay(config::Config& config, const config::Config& fresh) {
    config.relay = fresh.relay;
    config.relay_user = fresh.relay_user;
    config.relay_password = fresh.relay_password;
    config.relay_token_url = fresh.relay_token_url;
    config.relay_client_id = fresh.relay_client_id;
    config.relay_client_secret = fresh.relay_client_secret;
    config.relay_refresh_token = fresh.relay_refresh_token;
    config.relay_scope = fresh.relay_scope;
    config.relay_require_tls = fresh.relay_require_tls;
}

}  // namespace app
