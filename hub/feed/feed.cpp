#include "hub/feed/feed.hpp"

#include <algorithm>

#include "hub/feed/catch_up.hpp"

namespace feed {

template <class Call>
void Shard::each(Call call) {
    std::erase_if(subscribers_, [](const auto& weak) { return weak.expired(); });
    // By index: a call may add a subscriber.
    for (std::size_t i = 0; i < subscribers_.size(); ++i)
        if (const auto subscriber = subscribers_[i].lock()) call(*subscriber);
}

void Shard::add(const std::shared_ptr<Subscriber>& subscriber) {
    subscribers_.push_back(subscriber);
    has_subscribers_ = true;
}

void Shard::take(const std::vector<ItemPtr>& items) {
    for (const ItemPtr& item : items) {
        head_ = item->seq;
        FrameCache frames;
        each([&](Subscriber& subscriber) { subscriber.on_item(item, frames); });
    }
}

void Shard::mark(runtime::Instant now) {
    each([this, now](Subscriber& subscriber) { subscriber.on_mark(head_, now); });
}

void Shard::signal(const Signal& signal) {
    each([&signal](Subscriber& subscriber) { subscriber.on_signal(signal); });
}

Feed::Feed(std::vector<runtime::Loop*> loops) {
    for (runtime::Loop* loop : loops) shards_.push_back(std::make_unique<Shard>(*loop));
}

Shard& Feed::shard_of(const runtime::Loop& loop) {
    for (const auto& shard : shards_)
        if (&shard->loop() == &loop) return *shard;
    std::abort();
}

void Feed::flush() {
    if (batch_.empty()) return;
    const auto items = std::make_shared<const std::vector<ItemPtr>>(std::exchange(batch_, {}));
    for (const auto& shard : shards_)
        if (shard->has_subscribers())
            shard->loop().post([shard = shard.get(), items] { shard->take(*items); });
}

void Feed::mark(runtime::Instant now) {
    for (const auto& shard : shards_)
        shard->loop().post([shard = shard.get(), now] { shard->mark(now); });
}

void Feed::signal(const Signal& signal) {
    for (const auto& shard : shards_)
        shard->loop().post([shard = shard.get(), signal] { shard->signal(signal); });
}

void ConsoleSubscriber::resume(model::Seq since) {
    live_ = false;
    catching_up_ = true;
    ++generation_;
    waiting_.clear();
    // Items published from now on wait; the store is read after that, so it holds everything
    // published before.
    store_.read([weak = weak_from_this(), &loop = shard_.loop(), viewer = viewer_, since,
                 generation = generation_](storage::Reader& reader) {
        auto result = std::make_shared<CatchUp>(catch_up(reader, viewer, since));
        loop.post([weak, result, generation] {
            if (const auto self = weak.lock()) self->caught_up(std::move(*result), generation);
        });
    });
}

void ConsoleSubscriber::caught_up(CatchUp result, std::uint64_t generation) {
    if (!catching_up_ || generation != generation_) return;
    catching_up_ = false;
    if (result.stale) {
        send_(stale_frame(result.head));
        waiting_.clear();
        return;
    }
    live_ = true;
    sent_ = result.since;
    if (!result.operations.empty()) {
        send_(delta_frame(sent_, result.head, result.operations));
        sent_ = result.head;
    }
    const model::Seq told = result.head;
    for (const ItemPtr& item : std::exchange(waiting_, {})) {
        FrameCache frames;
        if (item->seq > told) deliver(item, frames);
    }
}

void ConsoleSubscriber::on_item(const ItemPtr& item, FrameCache& frames) {
    for (const model::Agent& agent : item->agents) {
        if (agent.id != viewer_.agent || model::viewer_of(agent) == viewer_) continue;
        // What may be seen has changed: the next snapshot is built for the new rights.
        viewer_ = model::viewer_of(agent);
        catching_up_ = live_ = false;
        send_(stale_frame(item->seq));
        return;
    }
    if (catching_up_)
        waiting_.push_back(item);
    else if (live_ && item->seq > sent_)
        deliver(item, frames);
}

void ConsoleSubscriber::deliver(const ItemPtr& item, FrameCache& frames) {
    Frame frame = frames.delta(*item, sent_, viewer_);
    if (!frame) return;
    send_(std::move(frame));
    sent_ = item->seq;
}

void ConsoleSubscriber::on_mark(model::Seq head, runtime::Instant now) {
    if (!live_) return;
    const model::Seq to = std::max(head, sent_);
    send_(mark_frame(sent_, to, now));
    sent_ = to;
}

void ConsoleSubscriber::on_signal(const Signal& signal) {
    if (live_ && signal.agent != viewer_.agent && model::may_see(viewer_, signal.placement))
        send_(signal_frame(signal));
}

}  // namespace feed
