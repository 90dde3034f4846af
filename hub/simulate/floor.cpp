#include "hub/simulate/floor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>
#include <stdexcept>

#include "hub/simulate/floor_parts.hpp"

namespace simulate {
namespace {

constexpr double epsilon = 1e-6;
constexpr double infinite = std::numeric_limits<double>::infinity();

class Floor {
public:
    Floor(const Trace& trace, const Ask& ask);
    Played run();

private:
    void push(Happening next);
    void handle(const Happening& now);
    void arrive(const Happening& now);
    void enqueue(Item& item);
    void give_back(Worker& worker, Item& item, Millis at);
    void record(const Item& item, std::optional<Millis> met, bool lost = false);
    void advance(Worker& worker, Millis at);
    void finish_due(Worker& worker, Millis at);
    void settle(Worker& worker, Millis at);
    void assign(Item& item, Worker& worker, Millis at);
    void leave(Item& item, Millis at);
    void turn_off(Worker& worker, Leaving how, Millis at);
    void ask_router(Millis at, bool woken);

    const Trace& trace_;
    const Ask& ask_;
    std::priority_queue<Happening, std::vector<Happening>, std::greater<>> queue_;
    std::uint64_t order_ = 0;
    std::map<std::int64_t, Worker> workers_;
    std::map<ItemKey, Item> items_;
    std::vector<ItemKey> created_;
    std::vector<FloorEvent> events_;
    Played played_;
};

Spans without(const Spans& spans, const Spans& drops) {
    Spans left = spans;
    for (const auto& [from, to] : drops) {
        Spans next;
        for (const auto& [start, end] : left) {
            if (std::min(end, from) > start) next.emplace_back(start, std::min(end, from));
            if (end > std::max(start, to)) next.emplace_back(std::max(start, to), end);
        }
        left = std::move(next);
    }
    return left;
}

Floor::Floor(const Trace& trace, const Ask& ask) : trace_(trace), ask_(ask) {
    for (const TraceAgent& agent : trace.agents) {
        Worker& worker = workers_[agent.id];
        worker.agent = &agent;
        worker.spans = without(agent.on, agent.drops);
        for (const auto& [start, end] : worker.spans) {
            worker.on_ms += end - start;
            const bool dropped = std::ranges::any_of(
                agent.drops, [end = end](const auto& drop) { return drop.first == end; });
            push({.at = start, .kind = Kind::on, .worker = &worker});
            push({.at = end,
                  .kind = Kind::off,
                  .worker = &worker,
                  .leaving = dropped ? Leaving::dropped : Leaving::planned});
        }
    }
    for (const TraceConversation& conversation : trace.conversations)
        if (conversation.at < trace.end_ms)
            push({.at = conversation.at, .kind = Kind::arrive, .conversation = &conversation});
}

void Floor::push(Happening next) {
    next.order = ++order_;
    queue_.push(next);
}

void Floor::arrive(const Happening& now) {
    const TraceConversation& conversation = *now.conversation;
    const ItemKey key{conversation.id, static_cast<std::int64_t>(now.turn)};
    Item& item = items_[key];
    created_.push_back(key);
    item.key = key;
    item.conversation = &conversation;
    item.channel = &trace_.channels.at(conversation.channel);
    item.calendar = &trace_.calendars.at(conversation.calendar);
    item.value =
        trace_.segments.at(conversation.segment) * trace_.priorities.at(conversation.priority);
    item.created = now.at;
    item.kind = now.turn == 0 ? "frt" : "nrt";
    item.target = now.turn == 0 ? conversation.first_target_ms : conversation.next_target_ms;
    item.due = add_open(*item.calendar, now.at, item.target);
    item.first = conversation.turns[now.turn].first_ms;
    item.rest = conversation.turns[now.turn].work_ms;
    item.rest_first = item.first;
    item.previous = now.previous;
    item.touched = now.turn > 0;
    if (now.turn == 0 && conversation.patience_ms)
        push({.at = add_open(*item.calendar, now.at, *conversation.patience_ms),
              .kind = Kind::leave,
              .item = &item});
    enqueue(item);
}

void Floor::enqueue(Item& item) {
    item.state = ItemState::waiting;
    item.holder = nullptr;
    events_.emplace_back(ItemWaits{.item = item.key,
                                   .kind = item.kind,
                                   .channel = item.conversation->channel,
                                   .language = item.conversation->language,
                                   .skill = item.conversation->skill,
                                   .segment = item.conversation->segment,
                                   .priority = item.conversation->priority,
                                   .created_ms = item.created,
                                   .due_ms = item.due,
                                   .target_ms = item.target,
                                   .previous = item.previous});
}

// Taken from an agent who left: an unanswered clock keeps running, an answered session must be
// resumed.
void Floor::give_back(Worker& worker, Item& item, Millis at) {
    std::erase(worker.pool(item), &item);
    item.previous = worker.agent->id;
    if (item.first_at) {
        record(item, item.first_at);
        item.kind = "resume";
        item.created = at;
        item.target = item.conversation->next_target_ms;
        item.first_at.reset();
        item.due = add_open(*item.calendar, at, item.target);
        item.rest_first = std::min(item.rest, item.first);
    }
    enqueue(item);
}

void Floor::record(const Item& item, std::optional<Millis> met, bool lost) {
    played_.outcomes.push_back({item.conversation->channel, item.conversation->segment,
                                item.conversation->priority, item.kind, item.created, item.due, met,
                                item.target, item.value, lost, item.calendar});
}

void Floor::advance(Worker& worker, Millis at) {
    const auto elapsed = static_cast<double>(at - worker.last);
    worker.last = at;
    if (elapsed <= 0 || (worker.sessions.empty() && worker.asynchronous.empty())) return;
    const double attention = std::min(1.0, worker.attention);
    worker.used += elapsed * (attention + (worker.asynchronous.empty() ? 0.0 : 1.0 - attention));
    const auto work_on = [elapsed](Item& item) {
        item.rest -= item.speed * elapsed;
        item.rest_first -= item.speed * elapsed;
        item.touched = true;
    };
    for (Item* item : worker.sessions) work_on(*item);
    if (!worker.asynchronous.empty() && worker.asynchronous.front()->speed > 0)
        work_on(*worker.asynchronous.front());
}

void Floor::finish_due(Worker& worker, Millis at) {
    std::vector<Item*> in_work = worker.sessions;
    if (!worker.asynchronous.empty()) in_work.push_back(worker.asynchronous.front());
    for (Item* item : in_work) {
        if (!item->first_at && item->rest_first <= epsilon) item->first_at = at;
        if (item->rest > epsilon) continue;
        std::erase(worker.pool(*item), item);
        record(*item, item->first_at);
        item->state = ItemState::done;
        events_.emplace_back(ItemDone{item->key, worker.agent->id});
        const auto next = static_cast<std::size_t>(item->key.turn) + 1;
        if (next >= item->conversation->turns.size()) continue;
        const Millis next_at = at + item->conversation->turns[next].gap_ms;
        if (next_at < trace_.end_ms)
            push({.at = next_at,
                  .kind = Kind::arrive,
                  .conversation = item->conversation,
                  .turn = next,
                  .previous = worker.agent->id});
    }
}

// After any change: first replies and completions due now, then new speeds and the next progress.
void Floor::settle(Worker& worker, Millis at) {
    finish_due(worker, at);
    worker.attention = 0;
    for (const Item* item : worker.sessions) worker.attention += item->channel->effort;
    const std::size_t count = worker.sessions.size() + (worker.asynchronous.empty() ? 0 : 1);
    const double loss =
        count == 0 ? 1.0 : 1.0 / (1.0 + trace_.switch_loss * (static_cast<double>(count) - 1));
    double next = infinite;
    const auto until_next = [](const Item& item) {
        return (item.first_at ? item.rest : item.rest_first) / item.speed;
    };
    for (Item* item : worker.sessions) {
        item->speed =
            item->base_speed * loss * (worker.attention <= 1.0 ? 1.0 : 1.0 / worker.attention);
        next = std::min(next, until_next(*item));
    }
    for (std::size_t i = 0; i < worker.asynchronous.size(); ++i) {
        Item& item = *worker.asynchronous[i];
        item.speed = i == 0 ? item.base_speed * loss * std::max(0.0, 1.0 - worker.attention) : 0.0;
        if (item.speed > 1e-9) next = std::min(next, until_next(item));
    }
    ++worker.version;
    if (next < infinite)
        push({.at = at + std::max<Millis>(0, static_cast<Millis>(std::ceil(next - epsilon))),
              .kind = Kind::progress,
              .worker = &worker,
              .version = worker.version});
}

void Floor::assign(Item& item, Worker& worker, Millis at) {
    const auto& languages = worker.agent->languages;
    const auto& pool = worker.pool(item);
    const std::size_t capacity =
        item.channel->live ? worker.agent->live_capacity : worker.agent->asynchronous_capacity;
    if (!worker.on || item.state != ItemState::waiting || pool.size() >= capacity ||
        std::ranges::find(languages, item.conversation->language) == languages.end())
        throw std::runtime_error("an assignment that the floor forbids: " + text_of(item.key) +
                                 " to " + std::to_string(worker.agent->id) + " at " +
                                 std::to_string(at));
    advance(worker, at);
    item.state = ItemState::in_hand;
    item.holder = &worker;
    item.given_to = worker.agent->id;
    item.base_speed = worker.rate(item, trace_.relaxed_speed);
    if (item.touched && item.previous != worker.agent->id) {
        item.rest += static_cast<double>(item.channel->context_ms);
        item.rest_first += static_cast<double>(item.channel->context_ms);
    }
    worker.pool(item).push_back(&item);
    played_.assignments.emplace_back(at, item.key, worker.agent->id);
    settle(worker, at);
}

void Floor::leave(Item& item, Millis at) {
    if (item.first_at || item.kind != "frt" ||
        (item.state != ItemState::waiting && item.state != ItemState::in_hand))
        return;
    if (item.state == ItemState::in_hand) {
        Worker& worker = *item.holder;
        advance(worker, at);
        std::erase(worker.pool(item), &item);
        settle(worker, at);
    }
    item.state = ItemState::gone;
    record(item, std::nullopt, true);
    events_.emplace_back(ItemGone{item.key});
}

void Floor::turn_off(Worker& worker, Leaving how, Millis at) {
    if (how == Leaving::grace_over && worker.on) return;  // came back meanwhile
    advance(worker, at);
    if (how != Leaving::grace_over) {
        worker.on = false;
        events_.emplace_back(AgentTurned{worker.agent->id, false});
    }
    std::vector<Item*> back;
    if (how == Leaving::planned) {
        for (std::size_t i = 0; i < worker.asynchronous.size(); ++i)
            if (i > 0 || !worker.asynchronous[i]->touched) back.push_back(worker.asynchronous[i]);
    } else {
        back = worker.sessions;
        back.insert(back.end(), worker.asynchronous.begin(), worker.asynchronous.end());
    }
    for (Item* item : back) give_back(worker, *item, at);
    if (how == Leaving::planned && !(worker.sessions.empty() && worker.asynchronous.empty()))
        push({.at = at + trace_.grace_ms,
              .kind = Kind::off,
              .worker = &worker,
              .leaving = Leaving::grace_over});
    settle(worker, at);
}

void Floor::handle(const Happening& now) {
    switch (now.kind) {
        case Kind::on:
            now.worker->on = true;
            events_.emplace_back(AgentTurned{now.worker->agent->id, true});
            return;
        case Kind::off:
            return turn_off(*now.worker, now.leaving, now.at);
        case Kind::progress:
            if (now.worker->version != now.version) return;
            advance(*now.worker, now.at);
            return settle(*now.worker, now.at);
        case Kind::arrive:
            return arrive(now);
        case Kind::leave:
            return leave(*now.item, now.at);
        case Kind::wake:
            return;
    }
}

void Floor::ask_router(Millis at, bool woken) {
    if (events_.empty() && !woken) return;
    // What an assignment finishes at once is told with the next question.
    const std::vector<FloorEvent> told = std::exchange(events_, {});
    const Reply reply = ask_(at, told);
    for (const auto& [key, agent] : reply.assignments)
        assign(items_.at(key), workers_.at(agent), at);
    if (reply.wake) push({.at = std::max(*reply.wake, at + 1), .kind = Kind::wake});
}

Played Floor::run() {
    while (!queue_.empty() && queue_.top().at < trace_.end_ms) {
        const Millis at = queue_.top().at;
        bool woken = false;
        while (!queue_.empty() && queue_.top().at == at) {
            const Happening now = queue_.top();
            queue_.pop();
            woken = woken || now.kind == Kind::wake;
            handle(now);
        }
        ask_router(at, woken);
    }
    for (const ItemKey& key : created_) {
        const Item& item = items_.at(key);
        if (item.state == ItemState::waiting || item.state == ItemState::in_hand)
            record(item, item.first_at);
        if (item.kind == "nrt" && item.holder != nullptr) {
            ++played_.later_items;
            if (item.given_to == item.previous) ++played_.same_agent;
        }
    }
    for (const auto& [id, worker] : workers_)
        played_.agents.push_back({id, worker.used, worker.on_ms});
    return std::move(played_);
}

}  // namespace

Played play(const Trace& trace, const Ask& ask) {
    return Floor(trace, ask).run();
}

}  // namespace simulate
