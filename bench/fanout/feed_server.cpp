#include <future>

#include "bench/fanout/connections.hpp"
#include "hub/feed/feed.hpp"
#include "storage/memory/memory_store.hpp"

namespace bench {
namespace {

class FeedServer final : public Server {
public:
    explicit FeedServer(const std::vector<Descriptor>& sockets)
        : feed_({&loop_}), connections_(open_connections(loop_, sockets)) {
        std::promise<void> ready;
        loop_.post([this, &ready] {
            for (const auto& connection : connections_) subscribe(connection);
            ready.set_value();
        });
        ready.get_future().wait();
    }

    ~FeedServer() override { loop_.stop(); }

    void publish(std::size_t frames) override {
        for (std::size_t i = 0; i < frames; ++i) feed_.publish(next_item());
        feed_.flush();
    }

private:
    void subscribe(const std::shared_ptr<runtime::websocket::Connection>& connection) {
        model::Viewer viewer;
        viewer.role = model::Role::supervisor;
        subscribers_.push_back(std::make_shared<feed::ConsoleSubscriber>(
            feed_.shard_of(loop_), *store_, viewer,
            [weak = std::weak_ptr(connection)](feed::Frame frame) {
                if (const auto open = weak.lock()) open->send(std::move(frame));
            }));
        feed_.shard_of(loop_).add(subscribers_.back());
        subscribers_.back()->resume(0);
    }

    // One operation, as long as makes the frame as long as the other servers' frames.
    feed::ItemPtr next_item() {
        auto item = std::make_shared<feed::Item>();
        item->seq = ++seq_;
        const std::size_t around =
            feed::delta_frame(seq_ - 1, seq_, std::string(payload_bytes, 'x'))->size() -
            frame_bytes;
        feed::Group group;
        group.conversation = model::ConversationId{1};
        group.operations = std::string(payload_bytes - around, 'x');
        item->groups.push_back(std::move(group));
        return item;
    }

    std::unique_ptr<storage::Store> store_ = storage::open_memory();
    runtime::Loop loop_{"feed"};
    feed::Feed feed_;
    Connections connections_;
    std::vector<std::shared_ptr<feed::ConsoleSubscriber>> subscribers_;
    model::Seq seq_ = 0;
};

}  // namespace

std::unique_ptr<Server> make_feed_server(std::vector<Descriptor> sockets) {
    return std::make_unique<FeedServer>(sockets);
}

}  // namespace bench
