#include <charconv>
#include <cstdio>

#include "hub/model/codec.hpp"
#include "hub/model/json_parts.hpp"

namespace model {

std::optional<std::int32_t> clock_time_of(std::string_view text) {
    const auto two = [text](std::size_t at) -> std::int32_t {
        if (at + 2 > text.size()) return -1;
        std::int32_t value = -1;
        const auto result = std::from_chars(text.data() + at, text.data() + at + 2, value);
        return result.ptr == text.data() + at + 2 ? value : -1;
    };
    const bool shaped =
        (text.size() == 5 || (text.size() == 8 && text[5] == ':')) && text[2] == ':';
    if (!shaped) return std::nullopt;
    const std::int32_t hours = two(0), minutes = two(3), seconds = text.size() == 8 ? two(6) : 0;
    if (hours < 0 || minutes < 0 || seconds < 0 || minutes > 59 || seconds > 59)
        return std::nullopt;
    const std::int32_t all = hours * 3600 + minutes * 60 + seconds;
    return all <= 86'400 ? std::optional{all} : std::nullopt;
}

std::string clock_time_text(std::int32_t seconds) {
    std::array<char, 16> out;
    const int size =
        seconds % 60 == 0
            ? std::snprintf(out.data(), out.size(), "%02d:%02d", seconds / 3600, seconds / 60 % 60)
            : std::snprintf(out.data(), out.size(), "%02d:%02d:%02d", seconds / 3600,
                            seconds / 60 % 60, seconds % 60);
    return {out.data(), static_cast<std::size_t>(size)};
}

std::optional<std::chrono::year_month_day> date_of(std::string_view text) {
    const auto at = instant_of(std::string{text} + "T00:00:00Z");
    if (!at || text.size() != 10) return std::nullopt;
    return std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(*at)};
}

std::string date_text(std::chrono::year_month_day date) {
    return text_of(Instant{std::chrono::sys_days{date}}).substr(0, 10);
}

namespace json_parts {
namespace {

constexpr std::array weekday_keys = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

std::int64_t micros(Instant at) {
    return at.time_since_epoch().count();
}
Instant from_micros(const Json& json) {
    return Instant{std::chrono::microseconds{json.get<std::int64_t>()}};
}

// Compact, for they stand in every conversation: [from, to or null, kind, holder, calendar,
// version, open], instants and open time in microseconds.
Json leg_json(const sla::Leg& leg) {
    return Json::array({micros(leg.from), leg.to ? Json(micros(*leg.to)) : Json(nullptr),
                        spoken(word(leg.kind)), leg.holder, number(leg.calendar.id),
                        leg.calendar.version, leg.open.count()});
}

sla::Leg leg_from(const Json& json) {
    const auto kind = from_word<sla::LegKind>(json.at(2).get_ref<const std::string&>());
    if (!kind) throw std::runtime_error("unknown word in legs");
    return {.from = from_micros(json.at(0)),
            .to = json.at(1).is_null() ? std::nullopt : std::optional{from_micros(json.at(1))},
            .kind = *kind,
            .holder = json.at(3),
            .calendar = {CalendarId{json.at(4).get<std::uint64_t>()}, json.at(5)},
            .open = sla::Span{json.at(6).get<std::int64_t>()}};
}

// From when on the console shows the promise as in danger: the next warning, at once after one.
Instant warn_at_of(const sla::Clock& clock) {
    if (!clock.warnings.empty() && !clock.has_warned) return clock.warnings.front().at;
    return clock.has_warned ? clock.started_at : clock.due_at;
}

Json windows_json(const sla::Windows& windows) {
    Json list = Json::array();
    for (const sla::Window& window : windows)
        list.push_back(Json::array(
            {clock_time_text(window.open_seconds), clock_time_text(window.close_seconds)}));
    return list;
}

sla::Windows windows_from(const Json& json) {
    sla::Windows windows;
    for (const Json& one : json) {
        const auto open = clock_time_of(one.at(0).get_ref<const std::string&>());
        const auto close = clock_time_of(one.at(1).get_ref<const std::string&>());
        if (!open || !close) throw std::runtime_error("not a time of day in a window");
        windows.push_back({*open, *close});
    }
    return windows;
}

}  // namespace

Json clock_json(const sla::Clock& clock) {
    Json warnings = Json::array();
    for (const sla::Warning& warning : clock.warnings)
        warnings.push_back(Json::array({warning.percent, micros(warning.at)}));
    Json legs = Json::array();
    for (const sla::Leg& leg : clock.legs) legs.push_back(leg_json(leg));
    return {
        {"number", clock.number},
        {"metric", spoken(word(clock.metric))},
        {"policy_id", text_of(clock.policy)},
        {"policy_version", clock.policy_version},
        {"calendar_id", id_json(clock.calendar.id)},
        {"calendar_version", clock.calendar.version},
        {"budget_seconds", clock.budget.count() / 1'000'000},
        {"started_at", text_of(clock.started_at)},
        {"warn_at", time_json(warn_at_of(clock) == sla::never ? std::nullopt
                                                              : std::optional{warn_at_of(clock)})},
        {"warnings", std::move(warnings)},
        {"due_at", time_json(sla::due_of(clock))},
        {"due_us", micros(clock.due_at)},
        {"state", spoken(word(clock.state))},
        {"ended_at", time_json(clock.ended_at)},
        {"answered_by", clock.answered_by},
        {"void_reason", spoken(word(clock.void_reason))},
        {"by_change", clock.by_change},
        {"undelivered", clock.undelivered},
        {"has_warned", clock.has_warned},
        {"told_percent", clock.told_percent},
        {"legs", std::move(legs)}};
}

sla::Clock clock_from(const Json& json) {
    sla::Clock clock;
    clock.number = json.at("number");
    clock.metric = word_from<sla::Metric>(json, "metric");
    clock.policy = id_from<PolicyId>(json, "policy_id");
    clock.policy_version = json.at("policy_version");
    clock.calendar = {id_from<CalendarId>(json, "calendar_id"), json.at("calendar_version")};
    clock.budget = std::chrono::seconds{json.at("budget_seconds").get<std::int64_t>()};
    clock.started_at = time_from(json, "started_at");
    for (const Json& warning : json.at("warnings"))
        clock.warnings.push_back({warning.at(0), from_micros(warning.at(1))});
    clock.due_at = from_micros(json.at("due_us"));
    clock.state = word_from<sla::ClockState>(json, "state");
    clock.ended_at = maybe_time_from(json, "ended_at");
    clock.answered_by = json.at("answered_by");
    clock.void_reason = word_from<sla::VoidReason>(json, "void_reason");
    clock.by_change = json.at("by_change");
    clock.undelivered = json.at("undelivered");
    clock.has_warned = json.at("has_warned");
    clock.told_percent = json.at("told_percent");
    for (const Json& leg : json.at("legs")) clock.legs.push_back(leg_from(leg));
    return clock;
}

Json escalation_json(const sla::Escalation& rule) {
    return {{"metric", rule.metric ? spoken(word(*rule.metric)) : Json(nullptr)},
            {"at_percent", rule.at_percent},
            {"action", spoken(word(rule.action))},
            {"team_id", id_json(TeamId{rule.team})},
            {"word", rule.word}};
}

sla::Escalation escalation_from(const Json& json) {
    sla::Escalation rule;
    if (json.contains("metric") && !json.at("metric").is_null())
        rule.metric = word_from<sla::Metric>(json, "metric");
    rule.at_percent = json.value("at_percent", 100U);
    rule.action = word_from<sla::EscalationAction>(json, "action");
    rule.team = number(id_from<TeamId>(json, "team_id"));
    rule.word = json.value("word", "");
    return rule;
}

Json policy_body(const sla::Policy& policy) {
    const sla::Conditions& conditions = policy.conditions;
    Json targets = Json::array();
    for (const sla::Target& target : policy.targets)
        targets.push_back({{"metric", spoken(word(target.metric))},
                           {"budget_seconds", target.budget.count() / 1'000'000},
                           {"warn_percents", target.warn_percents}});
    Json escalations = Json::array();
    for (const sla::Escalation& rule : policy.escalations)
        escalations.push_back(escalation_json(rule));
    return {{"id", text_of(policy.id)},
            {"version", policy.version},
            {"name", policy.name},
            {"rank", policy.rank},
            {"channels", conditions.channels},
            {"public", conditions.is_public ? Json(*conditions.is_public) : Json(nullptr)},
            {"inbox_ids", ids_json(conditions.inboxes)},
            {"team_ids", ids_json(conditions.teams)},
            {"priorities", conditions.priorities},
            {"segments", conditions.segments},
            {"relationships", conditions.relationships},
            {"languages", conditions.languages},
            {"tags", conditions.tags},
            {"calendar_id", id_json(policy.calendar)},
            {"targets", std::move(targets)},
            {"escalations", std::move(escalations)},
            {"pauses_while_pending", policy.pauses_while_pending}};
}

sla::Policy policy_value(const Json& json) {
    const auto texts = [&json](const char* key) {
        return json.value(key, std::vector<std::string>{});
    };
    sla::Policy policy;
    policy.id = id_from<PolicyId>(json, "id");
    policy.version = json.at("version");
    policy.name = json.at("name");
    policy.rank = json.value("rank", 0U);
    policy.conditions = {.channels = texts("channels"),
                         .is_public = std::nullopt,
                         .inboxes = ids_from<std::uint64_t>(json, "inbox_ids"),
                         .teams = ids_from<std::uint64_t>(json, "team_ids"),
                         .priorities = texts("priorities"),
                         .segments = texts("segments"),
                         .relationships = texts("relationships"),
                         .languages = texts("languages"),
                         .tags = texts("tags")};
    if (json.contains("public") && json.at("public").is_boolean())
        policy.conditions.is_public = json.at("public").get<bool>();
    policy.calendar = id_from<CalendarId>(json, "calendar_id");
    for (const Json& target : json.at("targets"))
        policy.targets.push_back(
            {.metric = word_from<sla::Metric>(target, "metric"),
             .budget = std::chrono::seconds{target.at("budget_seconds").get<std::int64_t>()},
             .warn_percents = target.value("warn_percents", std::vector<std::uint32_t>{})});
    for (const Json& rule : json.value("escalations", Json::array()))
        policy.escalations.push_back(escalation_from(rule));
    policy.pauses_while_pending = json.value("pauses_while_pending", true);
    return policy;
}

Json calendar_body(const sla::Calendar& calendar) {
    Json weekly = Json::object();
    for (std::size_t day = 0; day < weekday_keys.size(); ++day)
        weekly[weekday_keys.at(day)] = windows_json(calendar.weekly.at(day));
    Json exceptions = Json::object();
    for (const auto& [date, windows] : calendar.exceptions) {
        const auto name = calendar.exception_names.find(date);
        exceptions[date_text(date)] = {
            {"windows", windows_json(windows)},
            {"name", name == calendar.exception_names.end() ? "" : name->second}};
    }
    return {{"id", text_of(calendar.id)},
            {"version", calendar.version},
            {"name", calendar.name},
            {"zone", calendar.zone.name},
            {"zone_data_version", calendar.zone.data_version},
            {"weekly", std::move(weekly)},
            {"exceptions", std::move(exceptions)}};
}

sla::Calendar calendar_value(const Json& json) {
    sla::Calendar calendar;
    calendar.id = id_from<CalendarId>(json, "id");
    calendar.version = json.at("version");
    calendar.name = json.at("name");
    calendar.zone.name = json.at("zone");
    calendar.zone.data_version = json.at("zone_data_version");
    calendar.zone.offset_seconds = json.value("zone_offset", 0);
    for (const Json& change : json.value("zone_changes", Json::array()))
        calendar.zone.changes.push_back(
            {Instant{std::chrono::seconds{change.at(0).get<std::int64_t>()}}, change.at(1)});
    for (std::size_t day = 0; day < weekday_keys.size(); ++day)
        calendar.weekly.at(day) = windows_from(json.at("weekly").at(weekday_keys.at(day)));
    for (const auto& [text, exception] : json.at("exceptions").items()) {
        const auto date = date_of(text);
        if (!date) throw std::runtime_error("not a date in exceptions: " + text);
        calendar.exceptions[*date] = windows_from(exception.at("windows"));
        if (const std::string name = exception.value("name", ""); !name.empty())
            calendar.exception_names[*date] = name;
    }
    return calendar;
}

}  // namespace json_parts

using namespace json_parts;

std::string to_json(const sla::Policy& policy) {
    return dump(policy_body(policy));
}
std::string to_json(const sla::Calendar& calendar) {
    return dump(calendar_body(calendar));
}
std::string stored_json(const sla::Calendar& calendar) {
    Json json = calendar_body(calendar);
    json["zone_offset"] = calendar.zone.offset_seconds;
    Json changes = Json::array();
    for (const sla::ZoneChange& change : calendar.zone.changes)
        changes.push_back(
            Json::array({change.at.time_since_epoch().count() / 1'000'000, change.offset_seconds}));
    json["zone_changes"] = std::move(changes);
    return dump(json);
}
std::string to_json(const sla::Clock& clock) {
    return dump(clock_json(clock));
}
sla::Policy policy_from(std::string_view text) {
    return policy_value(Json::parse(text));
}
sla::Calendar calendar_from(std::string_view text) {
    return calendar_value(Json::parse(text));
}
std::uint32_t removed_version(std::string_view text) {
    return Json::parse(text).at("version");
}
sla::Clock clock_from(std::string_view text) {
    return json_parts::clock_from(Json::parse(text));
}

}  // namespace model
