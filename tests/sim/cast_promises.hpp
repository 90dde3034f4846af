// What the cast promises, and how it changes its mind about it: calendars, policies, profiles,
// waivers, spam.
#pragma once

#include <algorithm>

#include "tests/sim/cast.hpp"

namespace sim {

// One or two openings of a day, some of them through the night.
inline sla::Windows Cast::windows() {
    const auto hour = [this](std::uint64_t from, std::uint64_t hours) {
        return static_cast<std::int32_t>((from + random_.below(hours)) * 3600);
    };
    if (random_.one_in(5)) return {{0, 86'400}};
    if (random_.one_in(5)) return {{hour(18, 5), hour(2, 6)}};
    sla::Windows day{{hour(6, 4), hour(11, 3)}};
    if (random_.one_in(2)) day.push_back({hour(14, 3), hour(17, 8)});
    return day;
}

inline sla::Calendar Cast::calendar(Instant now) {
    sla::Calendar made;
    made.name = "Calendar " + text();
    made.zone = {.name = "Sim/Town", .data_version = "sim", .offset_seconds = 3600};
    const auto base = std::chrono::floor<std::chrono::seconds>(now);
    made.zone.changes = {{base + random_.seconds_below(20 * 3600), 7200},
                         {base + std::chrono::hours{30}, 3600}};
    for (sla::Windows& day : made.weekly) day = windows();
    const auto today = std::chrono::floor<std::chrono::days>(now);
    for (int day = -1; day < 3; ++day)
        if (random_.one_in(4))
            made.exceptions[std::chrono::year_month_day{today + std::chrono::days{day}}] =
                random_.one_in(2) ? sla::Windows{} : windows();
    return made;
}

inline sla::Target Cast::target(sla::Metric metric) {
    static constexpr std::int64_t minutes[] = {1, 5, 20, 60, 240, 1440};
    sla::Target made{.metric = metric,
                     .budget = std::chrono::minutes{minutes[random_.below(6)]},
                     .warn_percents = {}};
    for (const std::uint32_t percent : {25U, 50U, 75U, 90U})
        if (random_.one_in(3)) made.warn_percents.push_back(percent);
    return made;
}

// Everything but webhooks, which are refused.
inline sla::Escalation Cast::escalation(const sla::Target& target) {
    sla::Escalation made;
    if (random_.one_in(2)) made.metric = target.metric;
    if (!target.warn_percents.empty() && random_.one_in(2))
        made.at_percent = random_.pick(target.warn_percents);
    made.action = static_cast<sla::EscalationAction>(random_.below(6));
    if (made.action == sla::EscalationAction::overflow) made.team = number(random_.pick(teams_));
    if (made.action == sla::EscalationAction::add_tag)
        made.word = "late" + std::to_string(random_.below(2));
    return made;
}

// The last one made matches everything; the others look at one thing each.
inline sla::Policy Cast::policy(std::size_t index) {
    using enum sla::Metric;
    sla::Policy made;
    if (index < policies_.size()) made.id = policies_[index];
    const bool for_all = is_some(made.id) ? made.id == policies_.back() : index == 4;
    made.name = "Policy " + text();
    made.rank = for_all ? 9 : static_cast<std::uint32_t>(random_.below(3));
    const std::uint64_t condition = for_all ? 4 : is_some(made.id) ? random_.below(4) : index;
    if (condition == 0) made.conditions.channels = {"chat"};
    if (condition == 1) made.conditions.priorities = {"high", "urgent"};
    if (condition == 2) made.conditions.segments = {"hotel"};
    if (condition == 3) made.conditions.tags = {"tag1", "late1"};
    if (!random_.one_in(3)) made.calendar = random_.pick(calendars_);
    for (const sla::Metric metric : {first_response, next_response, resolution, public_answer})
        if (for_all || !random_.one_in(4)) made.targets.push_back(target(metric));
    for (std::uint64_t count = made.targets.empty() ? 0 : random_.below(4); count > 0; --count)
        made.escalations.push_back(escalation(random_.pick(made.targets)));
    made.pauses_while_pending = !random_.one_in(4);
    return made;
}

inline Team Cast::team(std::size_t index) {
    Team made{.id = teams_[index], .name = "Team " + text()};
    if (random_.one_in(2)) made.lead = somebody();
    if (random_.one_in(2)) made.calendar = random_.pick(calendars_);
    return made;
}

inline void Cast::set_up_promises(const Ask& ask) {
    const Instant around{std::chrono::seconds{1'790'000'000}};
    for (int count = 0; count < 3; ++count)
        calendars_.push_back(CalendarId{ask(SaveCalendar{{}, calendar(around)})});
    ask(SaveTeam{{}, team(1)});
    for (std::size_t index = 0; index < 5; ++index)
        policies_.push_back(PolicyId{ask(SavePolicy{{}, policy(index)})});
}

inline Command Cast::profile() {
    ChangeContact made{somebody(), some_contact()};
    made.fields["segment"] = random_.one_in(2) ? "hotel" : "bakery / large";
    made.fields["language"] = random_.one_in(2) ? "it" : "de";
    if (random_.one_in(3)) made.fields["owner"] = text_of(somebody());
    if (random_.one_in(3)) made.fields["name"] = random_.one_in(2) ? "Lea" : "";
    if (random_.one_in(4)) made.fields["loyalty"] = std::to_string(random_.below(101));
    made.fields["blocked"] = random_.one_in(5) ? "yes" : "";
    if (random_.one_in(4)) made.add.push_back(some_identity());
    if (random_.one_in(8)) made.remove.push_back(some_identity());
    if (random_.one_in(5))
        made.consents["email"] = {random_.one_in(3) ? ConsentState::withdrawn : ConsentState::given,
                                  "said so"};
    return made;
}

inline ContactId Cast::some_contact() {
    if (contacts_.empty()) return ContactId{9999};
    // The first ones are customers for sure: nobody was known then.
    const auto back = random_.below(std::min<std::uint64_t>(contacts_.size(), 10));
    return *std::next(contacts_.begin(), static_cast<std::ptrdiff_t>(back));
}

// Of those who write, so that one that was taken away may come back by a mail.
inline Identity Cast::some_identity() {
    return {"email", "customer" + std::to_string(random_.below(8)) + "@y.it", random_.one_in(2)};
}

inline Command Cast::about_customer(Instant now) {
    switch (random_.below(7)) {
        case 0:
        case 1:
            return MergeContacts{somebody(), some_contact(), some_contact()};
        case 2:
            return UnmergeContact{somebody(), some_contact()};
        case 3:
            return NoteOnContact{somebody(), some_contact(), "calls back"};
        case 4:
            return LogInteraction{somebody(), some_contact()};
        case 5: {
            ValueFormula formula;
            formula.loyalty = static_cast<double>(random_.below(5));
            return SaveValueFormula{agents_[0], formula};
        }
        default:
            break;
    }
    FollowUp follow_up;
    follow_up.contact = some_contact();
    follow_up.due_at = now + random_.seconds_below(40'000);
    if (!follow_ups_.empty() && random_.one_in(2)) {
        follow_up.id = follow_ups_[random_.below(follow_ups_.size())];
        if (random_.one_in(2)) follow_up.state = FollowUpState::done;
    }
    return SaveFollowUp{somebody(), follow_up};
}

inline Command Cast::promise_change(Instant now) {
    const AgentId administrator = agents_[0];
    switch (random_.below(12)) {
        case 0:
        case 1:
        case 2:
            return profile();
        case 3:
        case 4:
            return WaiveAnswer{somebody(), some_conversation(), random_.one_in(5) ? "" : text(),
                               random_.one_in(3)};
        case 5:
            if (random_.one_in(2)) return AdmitSender{somebody(), some_conversation()};
            return MarkSpam{somebody(), some_conversation(), !random_.one_in(3)};
        case 6:
        case 7: {
            sla::Calendar changed = calendar(now);
            changed.id = random_.pick(calendars_);
            return SaveCalendar{administrator, std::move(changed)};
        }
        case 8:
        case 9:
            return SavePolicy{administrator, policy(random_.below(policies_.size()))};
        case 10:
            // A removed one is not saved again; the one that matches everything stays.
            if (policies_.size() > 1 && random_.one_in(2)) {
                const auto place = policies_.begin() +
                                   static_cast<std::ptrdiff_t>(random_.below(policies_.size() - 1));
                const PolicyId removed = *place;
                policies_.erase(place);
                return RemovePolicy{administrator, removed};
            }
            [[fallthrough]];
        default:
            return ApplyPolicies{administrator, {}, random_.one_in(2)};
    }
}

}  // namespace sim
