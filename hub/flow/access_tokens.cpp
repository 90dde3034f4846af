#include "hub/flow/access_tokens.hpp"

#include <utility>

#include "connectors/email/oauth_token.hpp"
#include "hub/runtime/entropy.hpp"

namespace flow {

using connectors::email::OauthReply;

void AccessTokens::get(Done done) {
    if (!access_token_.empty() && world_.clock.now() < ends_) {
        OauthReply reply;
        reply.access_token = access_token_;
        reply.used_before = true;
        return done(std::move(reply));
    }
    waiting_.push_back(std::move(done));
    if (waiting_.size() > 1) return;
    if (newest_read_) return refresh();
    read_newest();
}

void AccessTokens::read_newest() {
    world_.store.read([self = shared_from_this()](storage::Reader& reader) {
        const auto sealed = reader.meta(self->key_);
        self->world_.loop.post([self, sealed] {
            self->newest_read_ = true;
            if (sealed)
                if (auto newest = runtime::unseal(self->world_.secret, *sealed))
                    self->grant_.refresh_token = std::move(*newest);
            self->refresh();
        });
    });
}

void AccessTokens::refresh() {
    connectors::email::refresh_token(
        world_.curl, grant_, world_.ca_file,
        [self = shared_from_this()](const OauthReply& reply) { self->take(reply); });
}

void AccessTokens::take(const OauthReply& reply) {
    if (reply.access_token.empty()) return tell(reply);
    access_token_ = reply.access_token;
    ends_ = world_.clock.now() + reply.lifetime * 4 / 5;
    if (reply.next_refresh_token.empty() || reply.next_refresh_token == grant_.refresh_token)
        return tell(reply);
    grant_.refresh_token = reply.next_refresh_token;
    storage::Batch batch;
    batch.rows.push_back(
        storage::MetaRow{key_, runtime::seal(world_.secret, reply.next_refresh_token)});
    world_.store.append(std::move(batch),
                        [self = shared_from_this(), reply](const storage::AppendResult& result) {
                            OauthReply stored = reply;
                            if (result.error != storage::AppendError::none) {
                                stored.access_token.clear();
                                stored.why = "the new refresh token could not be stored";
                            }
                            self->world_.loop.post([self, stored] { self->tell(stored); });
                        });
}

void AccessTokens::tell(const OauthReply& reply) {
    for (const Done& done : std::exchange(waiting_, {})) done(reply);
}

}  // namespace flow
