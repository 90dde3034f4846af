// Decisions about promises: which clocks a message starts, what ends them, what time does to them.
#include <algorithm>

#include "hub/desk/decider.hpp"

namespace desk {

using namespace model;
using sla::Metric;

namespace {

// One turn handles this many wakes; the next begins at once. Keeps the desk loop responsive after a
// long sleep.
constexpr int wakes_per_turn_max = 256;
constexpr std::size_t applied_per_command_max = 200;

const sla::Clock* open_clock(const Conversation& conversation, Metric metric) {
    for (const sla::Clock& clock : conversation.clocks)
        if (clock.metric == metric && sla::is_open(clock)) return &clock;
    return nullptr;
}

const sla::Clock* last_clock(const Conversation& conversation, Metric metric) {
    const sla::Clock* last = nullptr;
    for (const sla::Clock& clock : conversation.clocks)
        if (clock.metric == metric) last = &clock;
    return last;
}

// S10: an answer in the instant of the deadline is in time, so the breach comes after it.
bool is_past(const sla::Signal& signal, Instant now) {
    return signal.percent == 100 ? signal.at < now : signal.at <= now;
}

sla::PolicyFacts policy_facts(const Conversation& conversation) {
    return {.channel = std::string{word(conversation.channel)},
            .is_public = conversation.is_public,
            .inbox = number(conversation.inbox),
            .team = number(conversation.team),
            .priority = std::string{word(conversation.priority)},
            .segment = conversation.profile.segment,
            .relationship = conversation.profile.relationship,
            .language = conversation.profile.language,
            .tags = conversation.tags};
}

}  // namespace

// The team's own calendar comes before that of the policy (S18).
const sla::Calendar& Decider::calendar_for(const Conversation& conversation,
                                           const sla::Policy& policy) const {
    const auto team = state.teams.find(conversation.team);
    const CalendarId own = team == state.teams.end() ? CalendarId{} : team->second.calendar;
    const auto calendar = state.calendars.find(is_some(own) ? own : policy.calendar);
    return calendar == state.calendars.end() ? state.calendar({}) : calendar->second;
}

const sla::Policy* Decider::policy_for(const Conversation& conversation) const {
    if (const auto forced = state.policies.find(conversation.policy);
        forced != state.policies.end())
        return &forced->second;
    std::vector<const sla::Policy*> policies;
    policies.reserve(state.policies.size());
    for (const auto& [id, policy] : state.policies) policies.push_back(&policy);
    return sla::choose_policy(policies, policy_facts(conversation));
}

void Decider::start_clock(ConversationId id, Metric metric, Instant at) {
    const Conversation& conversation = *state.conversation(id);
    const sla::Policy* policy = policy_for(conversation);
    const sla::Target* target = policy == nullptr ? nullptr : sla::target_of(*policy, metric);
    if (target == nullptr) return;
    sla::Clock clock = sla::start_clock(*policy, *target, calendar_for(conversation, *policy), at,
                                        number(conversation.assignee));
    clock.number = conversation.clock_count + 1;
    emit(SlaStarted{std::move(clock)}, conversation);
}

// Policy: the customer's first message starts the first response (S6) and the resolution (S9).
// Later ones start a next response when nothing is owed yet (S7, S8). A conversation that an agent
// began has no first response. A public message starts a public answer unless one is owed (P1).
void Decider::customer_asked(ConversationId id, bool is_public, Instant at) {
    const auto conversation = [this, id]() -> const Conversation& {
        return *state.conversation(id);
    };
    const bool answered_before = is_some(conversation().last_answer);
    const sla::Clock* first = last_clock(conversation(), Metric::first_response);
    if (first == nullptr && !answered_before)
        start_clock(id, Metric::first_response, at);
    else if ((first == nullptr || !sla::is_open(*first)) &&
             open_clock(conversation(), Metric::next_response) == nullptr)
        start_clock(id, Metric::next_response, at);
    if (is_public && open_clock(conversation(), Metric::public_answer) == nullptr)
        start_clock(id, Metric::public_answer, at);
    if (last_clock(conversation(), Metric::resolution) == nullptr)
        start_clock(id, Metric::resolution, at);
}

// An agent's message ends what is owed; a public answer only if it is public itself (S5, P1).
void Decider::answered(ConversationId id, MessageId by, bool is_public) {
    end_clocks(
        id,
        [is_public](const sla::Clock& clock) {
            return clock.metric == Metric::first_response ||
                   clock.metric == Metric::next_response ||
                   (clock.metric == Metric::public_answer && is_public);
        },
        [this, by](const sla::Clock& clock) {
            return sla::satisfy(clock, state.calendar(clock.calendar), now, number(by));
        });
}

void Decider::void_clocks(ConversationId id, std::initializer_list<Metric> metrics,
                          sla::VoidReason reason) {
    end_clocks(
        id,
        [metrics](const sla::Clock& clock) {
            return std::ranges::find(metrics, clock.metric) != metrics.end();
        },
        [this, reason](const sla::Clock& clock) {
            return sla::make_void(clock, state.calendar(clock.calendar), now, reason);
        });
}

// S11: what fell due before is told first; a late end must not hide it. What that sets off may move
// the other clocks, so each is looked at as it stands then.
void Decider::end_clocks(ConversationId id, const std::function<bool(const sla::Clock&)>& wanted,
                         const std::function<sla::Clock(const sla::Clock&)>& end) {
    tell_signals(id);
    const std::uint32_t count = state.conversation(id)->clock_count;
    for (std::uint32_t number = 1; number <= count; ++number) {
        const sla::Clock* clock = clock_with(id, number);
        if (clock == nullptr || !sla::is_open(*clock) || !wanted(*clock)) continue;
        emit(SlaEnded{end(*clock)}, *state.conversation(id));
    }
}

const sla::Clock* Decider::clock_with(ConversationId id, std::uint32_t number) const {
    for (const sla::Clock& clock : state.conversation(id)->clocks)
        if (clock.number == number) return &clock;
    return nullptr;
}

void Decider::change_clock(ConversationId id, SlaChange change, sla::Clock clock) {
    emit(SlaChanged{change, std::move(clock)}, *state.conversation(id));
}

// True while the clock's promise may stand: its policy is in force and the conversation no spam.
bool Decider::may_revive(const Conversation& conversation, const sla::Clock& clock) const {
    return clock.state != sla::ClockState::void_ && state.policies.contains(clock.policy) &&
           !conversation.is_spam;
}

// Resolving ends the resolution and voids what is owed, reopening goes on with it; pending pauses
// it where the policy says so; snoozing does nothing to it (S9, S13, S14).
void Decider::resolution_follows(ConversationId id, Status from, Status to) {
    tell_signals(id);  // what fell due before must not be hidden by the change (S11)
    if (to == Status::resolved) {
        void_clocks(id, {Metric::first_response, Metric::next_response},
                    sla::VoidReason::resolved_unanswered);
        end_clocks(
            id, [](const sla::Clock& clock) { return clock.metric == Metric::resolution; },
            [this](const sla::Clock& clock) {
                return sla::satisfy(clock, state.calendar(clock.calendar), now);
            });
        return;
    }
    const sla::Clock* last = last_clock(*state.conversation(id), Metric::resolution);
    if (last == nullptr) return;
    if (from == Status::resolved && !sla::is_open(*last) &&
        may_revive(*state.conversation(id), *last)) {
        const sla::Calendar& calendar = state.calendar(last->calendar);
        change_clock(id, SlaChange::reopened,
                     sla::hand_over(sla::reopen(*last, calendar, now), calendar, now,
                                    number(state.conversation(id)->assignee)));
    }
    pause_follows(id);
}

// The resolution stands still while the conversation is pending, if its policy says so (S13).
void Decider::pause_follows(ConversationId id) {
    const Conversation& conversation = *state.conversation(id);
    const sla::Clock* open = open_clock(conversation, Metric::resolution);
    if (open == nullptr) return;
    const sla::Policy* policy = state.policy(open->policy, open->policy_version);
    const bool pauses = conversation.status == Status::pending &&
                        (policy == nullptr || policy->pauses_while_pending);
    const bool paused = open->legs.back().kind == sla::LegKind::paused;
    const sla::Calendar& calendar = state.calendar(open->calendar);
    if (pauses && !paused) change_clock(id, SlaChange::paused, sla::pause(*open, calendar, now));
    if (!pauses && paused) change_clock(id, SlaChange::resumed, sla::resume(*open, calendar, now));
}

// S5: an answer never arrived and none that came after it stands, so what it ended is owed again,
// with its old due. A first response that is owed again takes the next one in (S8), and a matter
// that was closed is open.
void Decider::answer_undelivered(ConversationId id) {
    const std::vector<Standing> standing = state.conversation(id)->standing_answers;
    const std::vector<sla::Clock> clocks = state.conversation(id)->clocks;
    bool revived = false;
    for (const sla::Clock& clock : clocks) {
        const bool stands = std::ranges::any_of(
            standing, [&clock](const Standing& one) { return one.since >= clock.ended_at; });
        if (clock.answered_by == 0 || sla::is_open(clock) || stands ||
            !may_revive(*state.conversation(id), clock))
            continue;
        const sla::Calendar& calendar = state.calendar(clock.calendar);
        change_clock(id, SlaChange::answer_undelivered,
                     sla::hand_over(sla::undo_answer(clock), calendar, now,
                                    number(state.conversation(id)->assignee)));
        revived = true;
    }
    if (!revived) return;
    if (open_clock(*state.conversation(id), Metric::first_response) != nullptr)
        void_clocks(id, {Metric::next_response}, sla::VoidReason::merged);
    if (state.conversation(id)->status == Status::resolved) change_status(id, Status::open);
}

std::uint32_t Decider::reconsider_promises(ConversationId id, bool newest, bool preview) {
    if (std::ranges::none_of(state.conversation(id)->clocks, sla::is_open)) return 0;
    if (!preview) tell_signals(id);
    std::uint32_t moved = 0;
    const std::uint32_t count = state.conversation(id)->clock_count;
    for (std::uint32_t number = 1; number <= count; ++number) {
        const sla::Clock* clock = clock_with(id, number);
        if (clock == nullptr || !sla::is_open(*clock)) continue;
        if (reconsider(id, sla::Clock{*clock}, newest, preview)) ++moved;
    }
    if (moved > 0 && !preview) {
        pause_follows(id);
        tell_signals(id);
    }
    return moved;
}

// A clock whose policy is still the one to choose keeps the version that it is stamped with (S17);
// only its team's calendar can move it then.
bool Decider::reconsider(ConversationId id, const sla::Clock& clock, bool newest, bool preview) {
    const Conversation& conversation = *state.conversation(id);
    const sla::Policy* policy = policy_for(conversation);
    if (policy != nullptr && policy->id == clock.policy && !newest)
        if (const auto* stamped = state.policy(clock.policy, clock.policy_version))
            policy = stamped;
    const sla::Target* target = policy == nullptr ? nullptr : sla::target_of(*policy, clock.metric);
    const sla::Calendar& before = state.calendar(clock.calendar);
    if (target == nullptr) {
        if (!preview)
            emit(SlaEnded{sla::make_void(clock, before, now, sla::VoidReason::policy_removed)},
                 conversation);
        return true;
    }
    const sla::Calendar& calendar = calendar_for(conversation, *policy);
    const bool same_policy = policy->id == clock.policy && policy->version == clock.policy_version;
    const bool same_calendar =
        calendar.id == clock.calendar.id && (!newest || calendar.version == clock.calendar.version);
    if (same_policy && same_calendar) return false;
    if (!preview)
        change_clock(id, SlaChange::retargeted,
                     sla::retarget(clock, before, *policy, *target, calendar, now));
    return true;
}

// What a warning or a breach sets off may move the other clocks: each is read when its turn comes.
void Decider::tell_signals(ConversationId id) {
    const std::uint32_t count = state.conversation(id)->clock_count;
    for (std::uint32_t number = 1; number <= count; ++number)
        while (const sla::Clock* clock = clock_with(id, number)) {
            const auto signal = sla::next_signal(*clock);
            if (!signal || !is_past(*signal, now)) break;
            const bool breach = signal->percent == 100;
            const sla::Clock told = breach ? sla::breached(*clock) : sla::warned(*clock);
            if (breach)
                emit(SlaBreached{told}, *state.conversation(id));
            else
                emit(SlaWarned{told, signal->percent}, *state.conversation(id));
            escalate(id, told, signal->percent);
        }
}

void Decider::operator()(const TimeReached&) {
    for (int turn = 0; turn < wakes_per_turn_max; ++turn) {
        const auto id = state.due_wake(now);
        if (!id) break;
        tell_signals(*id);
        const Conversation& conversation = *state.conversation(*id);
        if (conversation.status == Status::snoozed && snooze_end(state, conversation) <= now)
            change_status(*id, Status::open);
        offer_or_return_due(*id);
    }
    remind_due();
    while (const auto agent = state.lost_agent(now)) {
        go_away(*agent, Availability::offline, "connection lost");
        leave(*agent, true);
    }
}

void Decider::operator()(const ApplyPolicies& command) {
    if (!administrates(command.by)) return;
    std::vector<ConversationId> ids;
    for (const auto& [id, conversation] : state.conversations())
        if (id > command.after && conversation.status != Status::resolved) ids.push_back(id);
    std::ranges::sort(ids);
    const bool more = ids.size() > applied_per_command_max;
    if (more) ids.resize(applied_per_command_max);
    for (const ConversationId id : ids)
        decision_.answer.number += reconsider_promises(id, true, command.preview);
    decision_.answer.id = more ? number(ids.back()) : 0;
}

// S9, P1: an agent may say that the customer waits for nothing; a first or a public answer is
// waived by a supervisor alone. The reason is kept.
void Decider::operator()(const WaiveAnswer& command) {
    const Agent* agent = acting(command.agent);
    if (agent == nullptr) return;
    const Conversation* conversation = visible(*agent, command.conversation);
    if (conversation == nullptr) return;
    if (command.reason.empty())
        return refuse(Refusal::invalid, "say why no answer is needed", "reason");
    const bool may = steps_in(agent->role);
    const bool owes_first = open_clock(*conversation, Metric::first_response) != nullptr;
    if ((command.public_too || owes_first) && !may)
        return refuse(Refusal::forbidden, "only a supervisor may waive a first or a public answer");
    decision_.answer.conversation = conversation->id;
    if (command.public_too)
        void_clocks(command.conversation, {Metric::public_answer}, sla::VoidReason::waived);
    if (owes_first)
        void_clocks(command.conversation, {Metric::first_response}, sla::VoidReason::waived);
    void_clocks(command.conversation, {Metric::next_response}, sla::VoidReason::no_answer_needed);
    emit(AnswerWaived{command.reason}, *state.conversation(command.conversation));
}

}  // namespace desk
