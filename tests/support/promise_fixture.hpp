// A desk that promises something for every metric, and words for what customers, agents and time
// do to a promise.
#pragma once

#include <algorithm>

#include "tests/support/desk_fixture.hpp"

namespace support {

using sla::ClockState;
using sla::LegKind;
using sla::Metric;
using sla::VoidReason;

inline constexpr model::PolicyId everybody{31};
inline constexpr auto first_budget = 60min;
inline constexpr auto next_budget = 10min;
inline constexpr auto resolution_budget = 8h;
inline constexpr auto public_budget = 30min;

// Matches everything; always open; told at the breach alone.
inline sla::Policy promise_policy() {
    sla::Policy policy;
    policy.id = everybody;
    policy.name = "Everybody";
    policy.rank = 9;
    policy.targets = {{Metric::first_response, first_budget, {}},
                      {Metric::next_response, next_budget, {}},
                      {Metric::resolution, resolution_budget, {}},
                      {Metric::public_answer, public_budget, {}}};
    return policy;
}

// Monday to Friday from 9 to 18, in UTC.
inline sla::Calendar office_hours(model::CalendarId id) {
    sla::Calendar calendar;
    calendar.id = id;
    calendar.name = "Office";
    calendar.weekly.fill({{9 * 3600, 18 * 3600}});
    calendar.weekly[5] = calendar.weekly[6] = {};
    return calendar;
}

class Promises : public testing::Test {
protected:
    static constexpr model::CalendarId office{81};
    Desk desk;

    void SetUp() override { save(promise_policy()); }

    void save(const sla::Policy& policy) {
        const model::Answer answer = desk.tell(model::SavePolicy{elena, policy});
        ASSERT_TRUE(answer.ok()) << answer.detail;
    }
    void save(const sla::Calendar& calendar) {
        const model::Answer answer = desk.tell(model::SaveCalendar{elena, calendar});
        ASSERT_TRUE(answer.ok()) << answer.detail;
    }

    // --- what happens; each takes no time

    model::ConversationId begin(model::InboxId inbox = mail_inbox,
                                const std::string& sender = "customer@example.org") {
        return desk.receive(mail(fresh(), inbox, sender));
    }
    desk::Decision ask(model::ConversationId id, bool is_public = false) {
        model::ReceiveInbound command = mail(fresh(), inbox_of(id));
        command.inbound.token_conversation = model::number(id);
        command.inbound.is_public = is_public;
        return desk.decide(command);
    }
    desk::Decision answer(model::ConversationId id, model::AgentId agent = anna) {
        return desk.decide(reply(agent, id));
    }
    // The newest answer never arrives.
    desk::Decision lose_answer(model::ConversationId id) {
        return lose(id, desk.at(id).last_answer);
    }
    desk::Decision lose(model::ConversationId id, model::MessageId message) {
        return desk.decide(model::RecordDelivery{
            id, message, model::DeliveryState::failed, "550 no such user", {}, 1});
    }
    desk::Decision change(model::ConversationId id, model::Status to,
                          std::optional<model::Instant> until = {}) {
        desk::Decision decision = desk.decide(model::ChangeStatus{dario, id, to, until});
        EXPECT_TRUE(decision.answer.ok()) << decision.answer.detail;
        return decision;
    }
    desk::Decision resolve(model::ConversationId id) { return change(id, model::Status::resolved); }
    desk::Decision prioritise(model::ConversationId id, model::Priority to) {
        return desk.decide(model::ChangePriority{dario, id, to});
    }
    desk::Decision hand_to(model::ConversationId id, model::AgentId agent) {
        return desk.decide(model::Assign{dario, id, agent, {}, {}});
    }

    // --- time

    // Nobody notices.
    void wait(sla::Span span) { desk.now += span; }
    // The timer tells what is due.
    desk::Decision time_reached() { return desk.decide(model::TimeReached{}); }
    void pass(sla::Span span) {
        const model::Instant end = desk.now + span;
        for (auto next = desk.state.next_wake(); next && *next <= end;
             next = desk.state.next_wake()) {
            desk.now = std::max(desk.now, *next);
            time_reached();
        }
        desk.now = end;
    }
    // The process ends and begins again: what memory held comes from the tables.
    void restart() {
        desk.store.read([this](storage::Reader& reader) { desk.state = desk::restore(reader); });
    }

    // --- what is owed

    // The last clock of a metric, or one that was never started.
    sla::Clock clock(model::ConversationId id, Metric metric) const {
        sla::Clock last;
        for (const sla::Clock& one : desk.at(id).clocks)
            if (one.metric == metric) last = one;
        return last;
    }
    sla::Clock first(model::ConversationId id) const { return clock(id, Metric::first_response); }
    sla::Clock next(model::ConversationId id) const { return clock(id, Metric::next_response); }
    sla::Clock resolution(model::ConversationId id) const { return clock(id, Metric::resolution); }
    bool owes(model::ConversationId id, Metric metric) const {
        return std::ranges::any_of(desk.at(id).clocks, [metric](const sla::Clock& one) {
            return one.metric == metric && sla::is_open(one);
        });
    }
    sla::Span used(const sla::Clock& of) const {
        return sla::used_time(of, desk.state.calendar(of.calendar), desk.now);
    }
    // Of the facts of a decision, the one about the clock of a metric.
    template <class Kind>
    static std::vector<sla::Clock> clocks_of(const desk::Decision& decision, Metric metric) {
        std::vector<sla::Clock> found;
        for (const Kind& fact : facts<Kind>(decision))
            if (fact.clock.metric == metric) found.push_back(fact.clock);
        return found;
    }
    std::vector<model::SlaBreached> breaches() {
        std::vector<model::SlaBreached> found;
        desk.store.read([&](storage::Reader& reader) {
            for (const auto& event : reader.events({.kinds = {"sla_breached"}, .limit = 100'000}))
                found.push_back(std::get<model::SlaBreached>(model::decode(event.row).fact));
        });
        return found;
    }

    // Due by the office's hours.
    void keep_office_hours() {
        save(office_hours(office));
        sla::Policy policy = promise_policy();
        policy.calendar = office;
        save(policy);
    }
    // The legs lie one behind the other and hold the whole open time.
    void expect_whole(const sla::Clock& clock) {
        const sla::Calendar& calendar = desk.state.calendar(clock.calendar);
        ASSERT_FALSE(clock.legs.empty());
        EXPECT_EQ(clock.legs.front().from, clock.started_at);
        EXPECT_EQ(clock.legs.back().to, clock.ended_at);
        sla::Span sum{};
        for (std::size_t i = 0; i < clock.legs.size(); ++i) {
            sum += clock.legs[i].open;
            if (i > 0) {
                EXPECT_EQ(clock.legs[i].from, clock.legs[i - 1].to);
            }
        }
        EXPECT_EQ(sum, sla::open_time_between(calendar, clock.started_at,
                                              clock.ended_at.value_or(desk.now)));
    }
    static sla::Span open_of(const sla::Clock& clock, LegKind kind, std::uint64_t holder) {
        sla::Span sum{};
        for (const sla::Leg& leg : clock.legs)
            if (leg.kind == kind && leg.holder == holder) sum += leg.open;
        return sum;
    }
    void expect_one_breach(Metric metric, model::Instant due) {
        time_reached();
        const auto told = breaches();
        ASSERT_EQ(
            std::ranges::count(told, metric,
                               [](const model::SlaBreached& fact) { return fact.clock.metric; }),
            1);
        for (const model::SlaBreached& fact : told)
            if (fact.clock.metric == metric) {
                EXPECT_EQ(fact.clock.due_at, due);
                EXPECT_FALSE(fact.clock.by_change);
            }
    }

private:
    // Memory may have forgotten it.
    model::InboxId inbox_of(model::ConversationId id) {
        model::InboxId inbox{};
        desk.store.read([&](storage::Reader& reader) {
            inbox = model::conversation_from(reader.conversation(id)->body).inbox;
        });
        return inbox;
    }
    std::string fresh() { return "mail" + std::to_string(++mails_) + "@example.org"; }
    int mails_ = 0;
};

}  // namespace support
