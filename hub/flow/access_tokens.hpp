// The access tokens of one OAuth 2 grant: one refresh for all who wait, at four fifths of a token's
// life. A newer refresh token is in the store, sealed, before its access token is used. Every
// method on the loop.
#pragma once

#include <functional>
#include <vector>

#include "connectors/email/oauth_wire.hpp"
#include "connectors/net/curl_multi.hpp"
#include "hub/model/ids.hpp"
#include "hub/runtime/clock.hpp"
#include "hub/runtime/loop.hpp"
#include "storage/storage.hpp"

namespace flow {

class AccessTokens : public std::enable_shared_from_this<AccessTokens> {
public:
    using Done = std::function<void(connectors::email::OauthReply)>;
    struct World {
        storage::Store& store;
        runtime::Loop& loop;
        const runtime::Clock& clock;
        connectors::net::CurlMulti& curl;  // of the loop
        std::string secret;                // that the refresh token is sealed under
        std::string ca_file;
    };
    // `grant.refresh_token` as it was consented to; a newer one stands in the store under `key`.
    AccessTokens(World world, connectors::email::OauthGrant grant, std::string key)
        : world_(std::move(world)), grant_(std::move(grant)), key_(std::move(key)) {}

    void get(Done done);  // in the reply `used_before`, when it was given out already
    void forget() { access_token_.clear(); }

private:
    void read_newest();
    void refresh();
    void take(const connectors::email::OauthReply& reply);
    void tell(const connectors::email::OauthReply& reply);

    World world_;
    connectors::email::OauthGrant grant_;
    std::string key_;
    bool newest_read_ = false;
    std::string access_token_;
    model::Instant ends_{};
    std::vector<Done> waiting_;
};

}  // namespace flow
