#include "bench/fanout/connections.hpp"

namespace bench {
namespace {

using runtime::websocket::make_text_frame;

class OwnServer final : public Server {
public:
    explicit OwnServer(const std::vector<Descriptor>& sockets)
        : connections_(open_connections(loop_, sockets)) {}

    ~OwnServer() override { loop_.stop(); }

    // As the feed does it: one post per loop, each frame built once and handed to every connection;
    // what a turn of the loop has gathered leaves with its end.
    void publish(std::size_t frames) override {
        loop_.post([this, frames] {
            for (std::size_t i = 0; i < frames; ++i) {
                const auto frame = make_text_frame(payload_);
                for (const auto& connection : connections_) connection->send(frame);
            }
        });
    }

private:
    const std::string payload_ = std::string(payload_bytes, 'x');
    runtime::Loop loop_{"own"};
    Connections connections_;
};

}  // namespace

std::unique_ptr<Server> make_own_server(std::vector<Descriptor> sockets) {
    return std::make_unique<OwnServer>(sockets);
}

}  // namespace bench
