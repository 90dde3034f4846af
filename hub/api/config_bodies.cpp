#include "hub/api/config_bodies.hpp"

#include "hub/runtime/zones.hpp"

namespace api {
namespace {

constexpr std::size_t list_max = 100;
constexpr std::size_t word_bytes_max = 100;
constexpr std::uint64_t budget_seconds_max = 366ULL * 86'400;
constexpr std::size_t exceptions_max = 2000;
constexpr std::size_t signature_bytes_max = 4000;
constexpr std::size_t automatic_reply_bytes_max = 8000;
constexpr std::uint64_t undo_seconds_max = 300;
constexpr std::uint64_t period_hours_max = 30 * 24;
constexpr std::array weekdays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

std::vector<std::string> words(JsonBody& body, const char* field) {
    return body.texts(field, list_max, word_bytes_max);
}

sla::Conditions read_conditions(JsonBody& body) {
    sla::Conditions conditions;
    conditions.channels = words(body, "channels");
    if (body.has("public") && !body.is_null("public")) conditions.is_public = body.flag("public");
    conditions.inboxes = body.ids("inbox_ids");
    conditions.teams = body.ids("team_ids");
    conditions.priorities = words(body, "priorities");
    conditions.segments = words(body, "segments");
    conditions.relationships = words(body, "relationships");
    conditions.languages = words(body, "languages");
    conditions.tags = words(body, "tags");
    return conditions;
}

sla::Target read_target(JsonBody& body, JsonBody& one) {
    sla::Target target;
    const auto metric = model::from_word<sla::Metric>(one.text("metric", 40, true));
    if (!metric)
        body.complain("targets",
                      "metric must be first_response, next_response, resolution or public_answer");
    const auto budget = one.maybe_number("budget_seconds", budget_seconds_max);
    target.metric = metric.value_or(target.metric);
    target.budget = std::chrono::seconds{budget.value_or(0)};
    for (const std::uint64_t percent : one.numbers("warn_percents", 10, 99))
        target.warn_percents.push_back(static_cast<std::uint32_t>(percent));
    if (one.fault() || !budget)
        body.complain("targets", "each needs a metric and budget_seconds, a whole number");
    return target;
}

sla::Escalation read_escalation(JsonBody& body, JsonBody& one) {
    sla::Escalation rule;
    if (const auto text = one.maybe_text("metric", 40)) {
        rule.metric = model::from_word<sla::Metric>(*text);
        if (!rule.metric) body.complain("escalations", "there is no metric " + *text);
    }
    rule.at_percent = static_cast<std::uint32_t>(one.maybe_number("at_percent", 100).value_or(100));
    const auto action = model::from_word<sla::EscalationAction>(one.text("action", 40, true));
    if (!action)
        body.complain("escalations",
                      "action must be notify_agent, notify_lead, notify_supervisor, "
                      "raise_priority, overflow or add_tag");
    rule.action = action.value_or(rule.action);
    rule.team = one.maybe_id("team_id").value_or(0);
    rule.word = one.text("word", 200);
    if (one.fault()) body.complain("escalations", "each needs an action, and what belongs to it");
    return rule;
}

// [["09:00","13:00"],["14:00","18:00"]]
sla::Windows read_windows(JsonBody& body, const std::string& place,
                          const std::vector<std::vector<std::string>>& pairs) {
    sla::Windows windows;
    for (const auto& pair : pairs) {
        const auto open = pair.size() == 2 ? model::clock_time_of(pair[0]) : std::nullopt;
        const auto close = pair.size() == 2 ? model::clock_time_of(pair[1]) : std::nullopt;
        if (!open || !close) {
            body.complain(place, R"(windows are pairs of times like ["09:00","18:00"])");
            continue;
        }
        windows.push_back({*open, *close});
    }
    return windows;
}

void read_exceptions(JsonBody& body, sla::Calendar& calendar) {
    auto exceptions = body.object("exceptions");
    if (!exceptions) return;
    calendar.exceptions.clear();
    calendar.exception_names.clear();
    for (const std::string& key : exceptions->keys(exceptions_max)) {
        const auto date = model::date_of(key);
        auto one = exceptions->object(key.c_str());
        if (!date || !one) {
            body.complain("exceptions." + key,
                          R"(give a date like "2026-12-25": {"windows": [], "name": "Natale"})");
            continue;
        }
        calendar.exceptions[*date] =
            read_windows(body, "exceptions." + key, one->text_lists("windows", 10));
        if (const auto name = one->text("name", 200); !name.empty())
            calendar.exception_names[*date] = name;
    }
    if (exceptions->fault()) body.complain("exceptions", "too many dates, or not an object");
}

void read_automatic_reply(JsonBody& settings, JsonBody& body, model::Inbox& inbox) {
    model::AutomaticReply reply;
    reply.text = body.text("text", automatic_reply_bytes_max, true);
    const auto when =
        model::from_word<model::AutomaticReplyWhen>(body.maybe_text("when", 20).value_or("always"));
    if (!when) settings.complain("automatic_reply", "when must be always or out_of_hours");
    reply.when = when.value_or(reply.when);
    const auto hours = body.maybe_number("period_hours", period_hours_max);
    reply.period_hours = static_cast<std::uint32_t>(hours.value_or(reply.period_hours));
    if (body.fault() || reply.period_hours == 0)
        settings.complain("automatic_reply",
                          "give a text, and period_hours from 1 to 720 if not 24");
    inbox.automatic_reply = std::move(reply);
}

}  // namespace

void read_mail_settings(JsonBody& settings, model::Inbox& inbox) {
    if (auto text = settings.maybe_text("signature", signature_bytes_max))
        inbox.signature = std::move(*text);
    if (const auto seconds = settings.maybe_number("undo_seconds", undo_seconds_max))
        inbox.undo_seconds = static_cast<std::uint32_t>(*seconds);
    if (const auto text = settings.maybe_text("sender_name", 20)) {
        const auto name = model::from_word<model::SenderName>(*text);
        if (!name) settings.complain("sender_name", "must be agent_and_inbox, agent or inbox");
        inbox.sender_name = name.value_or(inbox.sender_name);
    }
    if (settings.is_null("automatic_reply"))
        inbox.automatic_reply.reset();
    else if (auto body = settings.object("automatic_reply"))
        read_automatic_reply(settings, *body, inbox);
}

void read_policy(JsonBody& body, sla::Policy& policy) {
    policy.name = body.text("name", 200, true);
    policy.rank = static_cast<std::uint32_t>(body.maybe_number("rank", rank_max).value_or(0));
    policy.conditions = read_conditions(body);
    policy.calendar = model::CalendarId{body.maybe_id("calendar_id").value_or(0)};
    policy.targets.clear();
    for (JsonBody& one : body.objects("targets", 10))
        policy.targets.push_back(read_target(body, one));
    if (policy.targets.empty()) body.complain("targets", "a policy needs at least one target");
    policy.escalations.clear();
    for (JsonBody& one : body.objects("escalations", list_max))
        policy.escalations.push_back(read_escalation(body, one));
    if (body.has("pauses_while_pending"))
        policy.pauses_while_pending = body.flag("pauses_while_pending");
}

void read_calendar(JsonBody& body, sla::Calendar& calendar) {
    calendar.name = body.text("name", 200, true);
    const std::string zone = body.text("zone", 60, true);
    if (auto loaded = runtime::load_zone(zone))
        calendar.zone = std::move(*loaded);
    else
        body.complain("zone", "there is no time zone \"" + zone + "\"; write one like Europe/Rome");
    if (auto weekly = body.object("weekly")) {
        for (std::size_t day = 0; day < weekdays.size(); ++day)
            calendar.weekly.at(day) = read_windows(body, std::string{"weekly."} + weekdays.at(day),
                                                   weekly->text_lists(weekdays.at(day), 10));
        if (weekly->fault()) body.complain("weekly", "days are mon to sun, each a list of windows");
    }
    read_exceptions(body, calendar);
    if (const auto set = body.maybe_text("holidays", 10); set && *set == "it") {
        const auto years = body.numbers("holiday_years", 20, 2100);
        for (const std::uint64_t year : years)
            calendar = sla::with_holidays(
                std::move(calendar), sla::holidays_in(sla::italian_holidays(),
                                                      std::chrono::year{static_cast<int>(year)}));
    } else if (set) {
        body.complain("holidays", "the shipped set is \"it\"; enter other days as exceptions");
    }
}

model::SetAvailability read_availability(JsonBody& body) {
    model::SetAvailability set;
    const auto to = model::from_word<model::Availability>(body.text("availability", 20, true));
    if (!to) body.complain("availability", "must be online, away, busy or offline");
    set.to = to.value_or(set.to);
    set.label = body.text("label", 60);
    if (body.has("takes_sessions")) set.takes_sessions = body.flag("takes_sessions");
    if (body.has("takes_asynchronous")) set.takes_asynchronous = body.flag("takes_asynchronous");
    set.shift_ends = body.maybe_instant("shift_ends");
    return set;
}

void read_abilities(JsonBody& body, model::Agent& agent) {
    constexpr std::uint64_t capacity_max = 1000;
    if (body.has("languages")) agent.languages = body.texts("languages", list_max, 20);
    if (const auto units = body.maybe_number("session_capacity", capacity_max))
        agent.session_capacity = static_cast<std::uint32_t>(*units);
    if (const auto units = body.maybe_number("asynchronous_capacity", capacity_max))
        agent.asynchronous_capacity = static_cast<std::uint32_t>(*units);
    if (!body.has("skills")) return;
    agent.skills.clear();
    for (JsonBody& one : body.objects("skills", list_max)) {
        const std::string skill = one.text("skill", word_bytes_max, true);
        const auto level = one.maybe_number("level", 5).value_or(3);
        if (one.fault() || level < 1)
            body.complain("skills", R"(write {"skill": "billing", "level": 1 to 5})");
        const auto held = static_cast<std::uint32_t>(level);
        agent.skills.push_back({skill, held, routing::factor_of(held)});
    }
}

std::vector<routing::SkillNeed> read_skill_needs(JsonBody& body, const char* field) {
    std::vector<routing::SkillNeed> needs;
    for (JsonBody& one : body.objects(field, list_max)) {
        const std::string skill = one.text("skill", word_bytes_max, true);
        const auto level = one.maybe_number("level", 5).value_or(1);
        needs.push_back({skill, static_cast<std::uint32_t>(level), one.flag("hard")});
        if (one.fault() || level < 1)
            body.complain(field, R"(write {"skill": "billing", "level": 1 to 5, "hard": false})");
    }
    return needs;
}

}  // namespace api
