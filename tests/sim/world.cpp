#include "tests/sim/world.hpp"

#include <sstream>

#include "tests/sim/console_reducer.hpp"
#include "tests/sim/ledger_checks.hpp"

namespace sim {
namespace {

constexpr int moves_until_rest_max = 100'000;

std::string describe(const Command& command) {
    static constexpr const char* names[] = {
        "inbound",     "reply",        "note",     "status",       "assign",    "priority",
        "tags",        "availability", "team",     "inbox",        "agent",     "policy",
        "delivery",    "quarantine",   "time",     "remove",       "calendar",  "apply",
        "profile",     "waive",        "spam",     "routing",      "connected", "offer",
        "factor",      "rule",         "unrule",   "admit",        "release",   "start",
        "take back",   "merge",        "unmerge",  "organisation", "formula",   "note on contact",
        "interaction", "follow-up",    "attribute"};
    static_assert(std::size(names) == std::variant_size_v<Command>);
    std::ostringstream out;
    out << names[command.index()];
    if (const auto* inbound = std::get_if<ReceiveInbound>(&command)) {
        out << " " << inbound->inbound.receipt_key << " from " << inbound->inbound.sender.value;
        for (const std::string& id : inbound->inbound.thread_ids) out << " <" << id << ">";
    }
    if (const auto* reply = std::get_if<SendReply>(&command))
        out << " " << reply->client_id << " by " << number(reply->agent) << " in "
            << number(reply->conversation);
    if (const auto* change = std::get_if<ChangeStatus>(&command))
        out << " " << word(change->to) << " by " << number(change->agent) << " in "
            << number(change->conversation);
    if (const auto* assign = std::get_if<Assign>(&command))
        out << " " << number(assign->conversation) << " by " << number(assign->agent)
            << " to agent " << (assign->to_agent ? text_of(*assign->to_agent) : "-") << " team "
            << (assign->to_team ? text_of(*assign->to_team) : "-");
    if (const auto* change = std::get_if<SetAvailability>(&command))
        out << " " << number(change->agent) << " " << word(change->to);
    if (const auto* change = std::get_if<ChangeContact>(&command))
        out << " " << number(change->contact);
    if (const auto* merge = std::get_if<MergeContacts>(&command))
        out << " " << number(merge->absorbed) << " into " << number(merge->contact);
    if (const auto* unmerge = std::get_if<UnmergeContact>(&command))
        out << " " << number(unmerge->contact);
    if (const auto* waive = std::get_if<WaiveAnswer>(&command))
        out << " " << number(waive->conversation) << " by " << number(waive->agent);
    if (const auto* spam = std::get_if<MarkSpam>(&command))
        out << " " << number(spam->conversation) << " by " << number(spam->agent);
    if (const auto* change = std::get_if<SavePolicy>(&command))
        out << " " << number(change->policy.id);
    if (const auto* change = std::get_if<SaveCalendar>(&command))
        out << " " << number(change->calendar.id);
    return out.str();
}

}  // namespace

World::World(std::uint64_t seed, std::ostream* trace)
    : trace_(trace), cast_(seed), random_(seed * 7919 + 1) {}

void World::note(const std::string& what) {
    if (trace_ != nullptr)
        *trace_ << text_of(clock_.now()).substr(11, 8) << " head " << runner_->state().head << "  "
                << what << "\n";
}

void World::boot() {
    tasks_.clear();
    reads_.clear();
    flights_.clear();
    desk_timer_.reset();
    outbox_timer_.reset();
    flow::DeskRunner::World desk{store_,
                                 clock_,
                                 [this](std::function<void()> task) { post(std::move(task)); },
                                 [this](std::optional<Instant> at) { desk_timer_ = at; },
                                 [this](const feed::ItemPtr& item) {
                                     feed::FrameCache frames;
                                     for (const auto& console : consoles_)
                                         console->on_item(item, frames);
                                 },
                                 [] {},
                                 [this] { outbox_->look(); },
                                 [](const desk::State&) {},
                                 [this](const std::string& why) {
                                     note("trouble: " + why);
                                     expect(why == "told to fail",
                                            "the store refused what the desk decided: " + why);
                                 }};
    runner_ = std::make_unique<flow::DeskRunner>(std::move(desk), flow::DeskRunner::Options{});
    flow::Outbox::World outbox{
        store_,
        clock_,
        *runner_,
        [this](std::function<void()> task) { post(std::move(task)); },
        [this](connectors::Outbound outbound, std::function<void(connectors::Outcome)> done) {
            deliver(std::move(outbound), std::move(done));
        },
        [] { return true; },
        [this](Instant at) { outbox_timer_ = at; },
        [this] { return static_cast<double>(random_.below(1000)) / 1000; }};
    outbox_ = std::make_unique<flow::Outbox>(std::move(outbox), flow::RetryPolicy{});
    runner_->start([this] { outbox_->look_at_all(); });
}

void World::crash() {
    note("crash, losing " + std::to_string(store_.inner.waiting()) + " batches");
    store_.inner.drop_waiting();
    for (const auto& console : consoles_) console->disconnect();
    store_.read([this](storage::Reader& reader) { ledger_.restarted(reader); });
    boot();
}

void World::fail() {
    note("the store fails " + std::to_string(store_.inner.waiting()) + " batches");
    store_.inner.fail_waiting();
    store_.read([this](storage::Reader& reader) { ledger_.restarted(reader); });
}

void World::post(std::function<void()> task) {
    if (reading_)
        reads_.push_back(std::move(task));
    else
        tasks_.push_back(std::move(task));
}

void World::deliver(connectors::Outbound outbound, std::function<void(connectors::Outcome)> done) {
    note("delivery of " + std::to_string(outbound.message));
    store_.read([&](storage::Reader& reader) {
        ledger_.delivery_begun(outbound, reader.outbox(1'000'000));
    });
    for (const Flight& flight : flights_)
        expect(flight.outbound.conversation != outbound.conversation,
               "two deliveries of one conversation at a time");
    flights_.push_back({std::move(outbound), std::move(done)});
}

void World::answer_delivery() {
    using enum connectors::OutcomeKind;
    const std::size_t index = random_.below(flights_.size());
    const Flight flight = std::move(flights_[index]);
    flights_.erase(flights_.begin() + static_cast<std::ptrdiff_t>(index));
    const connectors::OutcomeKind kind = random_.one_in(6)   ? transient
                                         : random_.one_in(8) ? permanent
                                         : random_.one_in(8) ? unknown
                                                             : sent;
    note("outcome " + std::to_string(static_cast<int>(kind)) + " of " +
         std::to_string(flight.outbound.message));
    ledger_.delivery_settled(flight.outbound, kind);
    flight.done({kind, kind == sent ? "" : "the relay said so"});
}

void World::commit() {
    store_.inner.commit_waiting(1 + random_.below(3));
}

bool World::move() {
    std::vector<std::function<void()>> ways;
    if (!tasks_.empty())
        ways.emplace_back([this] {
            const auto task = std::move(tasks_.front());
            tasks_.pop_front();
            task();
        });
    if (!reads_.empty())
        ways.emplace_back([this] {
            const std::size_t index = random_.below(reads_.size());
            const auto task = std::move(reads_[index]);
            reads_.erase(reads_.begin() + static_cast<std::ptrdiff_t>(index));
            task();
        });
    if (store_.inner.waiting() > 0) ways.emplace_back([this] { commit(); });
    if (!flights_.empty()) ways.emplace_back([this] { answer_delivery(); });
    if (due(desk_timer_))
        ways.emplace_back([this] {
            desk_timer_.reset();
            runner_->tick();
        });
    if (due(outbox_timer_))
        ways.emplace_back([this] {
            outbox_timer_.reset();
            outbox_->look();
        });
    if (ways.empty()) return false;
    random_.pick(ways)();
    return true;
}

void World::settle() {
    for (int marked = 0; marked < 3; ++marked) {
        int moves = 0;
        while (move()) expect(++moves < moves_until_rest_max, "the world never comes to rest");
        // A mark shows a console what it has lost.
        for (const auto& console : consoles_) console->on_mark(runner_->committed(), clock_.now());
    }
    expect(runner_->idle(), "nothing waits, yet the desk is not idle");
}

void World::submit(const Command& command) {
    if (trace_ != nullptr) note(describe(command));
    runner_->submit(command, [this, command](const Answer& answer) { answered(command, answer); });
}

void World::answered(const Command& command, const Answer& answer) {
    if (trace_ != nullptr)
        note("  answer to " + describe(command) + ": " +
             (answer.ok() ? text_of(answer.conversation) + "/" + std::to_string(answer.id)
                          : answer.detail));
    cast_.heard(answer);
    if (answer.ok() && std::holds_alternative<SaveFollowUp>(command))
        cast_.planned(FollowUpId{answer.id});
    if (answer.ok()) ledger_.acknowledged(command, answer);
}

void World::set_up() {
    boot();
    settle();
    cast_.set_up([this](const Command& command) {
        std::uint64_t id = 0;
        runner_->submit(command, [&](const Answer& answer) {
            expect(answer.ok(), "the workspace cannot be set up: " + answer.detail);
            id = answer.id;
        });
        settle();
        return id;
    });
    for (const std::size_t index : {1U, 2U, 4U, 5U})
        consoles_.push_back(std::make_unique<Console>(
            store_, [this](std::function<void()> task) { post(std::move(task)); },
            cast_.agents()[index]));
}

void World::disturb() {
    switch (random_.below(8)) {
        case 0:
            return crash();
        case 1:
            return fail();
        case 2:
        case 3:
            return random_.pick(consoles_)->disconnect();
        case 4: {
            const auto& console = random_.pick(consoles_);
            if (console->connected()) console->lose_next_frame();
            return;
        }
        default:
            return random_.pick(consoles_)->connect();
    }
}

void World::step() {
    if (random_.one_in(4))
        clock_.advance(std::chrono::seconds{static_cast<std::int64_t>(random_.below(400))});
    if (random_.one_in(40))
        clock_.advance(std::chrono::hours{1 + static_cast<int>(random_.below(8))});
    // S9: what was resolved before that begins anew.
    if (random_.one_in(300)) clock_.advance(std::chrono::days{15});
    clock_.advance(std::chrono::microseconds{static_cast<std::int64_t>(random_.below(5))});
    submit(cast_.random_command(clock_.now()));
    for (std::uint64_t moves = random_.below(10); moves > 0; --moves) move();
    if (random_.one_in(12)) disturb();
    if (random_.one_in(40)) check_everything();
}

void World::play() {
    set_up();
    for (std::uint64_t steps = 100 + random_.below(51); steps > 0; --steps) step();
    for (const auto& console : consoles_)
        if (!console->connected()) console->connect();
    check_everything();
}

// R12: at rest, nothing waits while somebody of its team takes such work and has room for it. What
// is kept for one agent (R15), or excludes one (R17), is left to the tests of routing.
void World::check_work_conserving() const {
    const desk::State& state = runner_->state();
    for (const auto& [id, conversation] : state.conversations()) {
        if (!desk::waits_in_queue(state, conversation)) continue;
        const routing::Item item = state.item_of(conversation);
        if (item.held_until > clock_.now() || !item.excluded.empty()) continue;
        for (const auto& [agent_id, agent] : state.agents) {
            const bool fits =
                desk::accepts(state.agent_states.at(agent_id),
                              desk::is_live(conversation.channel)) &&
                std::ranges::find(agent.teams, conversation.team) != agent.teams.end() &&
                state.router().has_room(agent_id, item, clock_.now());
            if (fits)
                throw Broken("conversation " + text_of(id) + " waits although agent " +
                             text_of(agent_id) + " has room");
        }
    }
}

void World::check_everything() {
    settle();
    // After a failure the desk waits for a moment before it lets time do anything.
    clock_.advance(flow::DeskRunner::Options{}.store_retry_delay);
    settle();
    note("quiet");
    store_.read([this](storage::Reader& reader) {
        ledger_.read_log(reader);
        ledger_.check_promises();
        ledger_.advance(clock_.now());
        const desk::State& replayed = ledger_.replayed();
        compare_states(runner_->state(), replayed, "live and replayed");
        desk::State restored = desk::restore(reader);
        Ledger::advance(restored, clock_.now());
        compare_states(restored, replayed, "restored and replayed");
        compare_routers(restored, replayed, "restored and replayed");
        compare_contacts(reader, runner_->state(), replayed);
    });
    check_work_conserving();
    check_deadlines();
    check_consoles();
}

void World::check_deadlines() const {
    const Instant now = clock_.now();
    for (const auto& [id, conversation] : ledger_.replayed().conversations()) {
        for (const sla::Clock& clock : conversation.clocks) {
            const auto signal = sla::next_signal(clock);
            // The breach follows the deadline, an instant later (S10).
            const bool told_later = signal && signal->percent == 100 && signal->at == now;
            expect(!signal || signal->at > now || told_later,
                   "a deadline of conversation " + text_of(id) + " has passed in silence");
        }
        expect(conversation.status != Status::snoozed ||
                   desk::snooze_end(ledger_.replayed(), conversation) > now,
               "conversation " + text_of(id) + " oversleeps");
    }
}

// SY-19: what each console shows is what a fresh one would be shown.
void World::check_consoles() {
    store_.read([this](storage::Reader& reader) {
        for (const auto& console : consoles_) {
            if (!console->connected()) continue;
            const Agent& agent = runner_->state().agents.at(console->agent());
            const std::string why =
                difference(console->state(), snapshot(reader, viewer_of(agent)));
            expect(why.empty(), "the console of agent " + text_of(agent.id) + ": " + why);
        }
    });
}

}  // namespace sim
