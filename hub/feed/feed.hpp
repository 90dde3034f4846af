// feed: committed events to subscribers, in order, complete, resumable. Protocol: docs/PROTOCOL.md.
//
// Words: an *item* is what one decision told, as operations with the placements that decide who
// sees them; a *shard* holds the subscribers of one net loop; a *subscriber* receives items; a
// *mark* moves its number when nothing happens. Invariants: a subscriber sees every item it may
// see, once, in the order of seq; state(seq n) + the frames after n = state(m) for every
// subscriber, after any disconnect; nothing is told before it is committed; a slow subscriber slows
// nobody. Threads: `publish` on the desk loop; a shard and its subscribers on their net loop.
// May depend on: model, desk's decisions, storage for catching up, runtime.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "hub/feed/frame.hpp"
#include "hub/feed/item.hpp"
#include "hub/runtime/clock.hpp"
#include "hub/runtime/loop.hpp"
#include "storage/storage.hpp"

namespace feed {

class Subscriber {
public:
    virtual ~Subscriber() = default;
    // `frames` shares equal frames among the subscribers of this shard and item.
    virtual void on_item(const ItemPtr& item, FrameCache& frames) = 0;
    virtual void on_mark(model::Seq head, runtime::Instant now) = 0;
    virtual void on_signal(
        const Signal& signal) = 0;  // typing and presence: unnumbered, not stored
};

class Shard {
public:
    explicit Shard(runtime::Loop& loop) : loop_(loop) {}
    runtime::Loop& loop() { return loop_; }

    // On the shard's loop. The shard holds subscribers weakly: whoever goes away is forgotten.
    void add(const std::shared_ptr<Subscriber>& subscriber);
    void take(const std::vector<ItemPtr>& items);
    void mark(runtime::Instant now);
    void signal(const Signal& signal);
    std::size_t size() const { return subscribers_.size(); }
    bool has_subscribers() const {
        return has_subscribers_;
    }  // any thread; true for ever after the first

private:
    template <class Call>
    void each(Call call);

    runtime::Loop& loop_;
    std::vector<std::weak_ptr<Subscriber>> subscribers_;
    std::atomic<bool> has_subscribers_ = false;
    model::Seq head_ = 0;
};

class Feed {
public:
    explicit Feed(std::vector<runtime::Loop*> loops);
    std::vector<std::unique_ptr<Shard>>& shards() { return shards_; }
    Shard& shard_of(const runtime::Loop& loop);

    // Desk loop. Items of one turn travel together: `flush` sends one post per loop.
    void publish(ItemPtr item) { batch_.push_back(std::move(item)); }
    void flush();
    // Any thread.
    void mark(runtime::Instant now);
    void signal(const Signal& signal);

private:
    std::vector<std::unique_ptr<Shard>> shards_;
    std::vector<ItemPtr> batch_;
};

// One console's place in the stream. Items that arrive while it catches up from the store wait, and
// those it has seen already are passed over, so that nothing is missing and nothing comes twice.
class ConsoleSubscriber final : public Subscriber,
                                public std::enable_shared_from_this<ConsoleSubscriber> {
public:
    using Send = std::function<void(Frame)>;
    ConsoleSubscriber(Shard& shard, storage::Store& store, model::Viewer viewer, Send send)
        : shard_(shard), store_(store), viewer_(std::move(viewer)), send_(std::move(send)) {}

    // Begins, or begins again, after `since`.
    void resume(model::Seq since);
    void set_viewer(model::Viewer viewer) { viewer_ = std::move(viewer); }
    void on_item(const ItemPtr& item, FrameCache& frames) override;
    void on_mark(model::Seq head, runtime::Instant now) override;
    void on_signal(const Signal& signal) override;
    const model::Viewer& viewer() const { return viewer_; }

private:
    void caught_up(struct CatchUp result, std::uint64_t generation);
    void deliver(const ItemPtr& item, FrameCache& frames);

    Shard& shard_;
    storage::Store& store_;
    model::Viewer viewer_;
    Send send_;
    bool catching_up_ = false;
    bool live_ = false;
    std::uint64_t generation_ = 0;  // of resuming: what an earlier one read is thrown away
    model::Seq sent_ = 0;           // seq of the last frame on this stream: the next one's `prev`
    std::vector<ItemPtr> waiting_;
};

}  // namespace feed
