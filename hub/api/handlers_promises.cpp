// Handlers of what is promised: policies, calendars, holidays, waivers.
#include "hub/api/config_bodies.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/saving.hpp"

namespace api::handlers {
namespace {

std::string holidays_json(const std::vector<sla::Holiday>& holidays) {
    std::string out;
    for (const sla::Holiday& holiday : holidays)
        out += std::string{out.empty() ? "" : ","} + R"({"date":")" +
               model::date_text(holiday.date) + R"(","name":)" + model::quoted(holiday.name) + "}";
    return "[" + out + "]";
}

// The years ?from= and ?to= of a question about holidays; this one without.
std::pair<std::chrono::year, std::chrono::year> years_asked(const Gateway& gateway,
                                                            const Request& request) {
    const auto today = std::chrono::floor<std::chrono::days>(gateway.clock.now());
    const auto now = static_cast<int>(std::chrono::year_month_day{today}.year());
    const auto year = [&](const char* name) {
        const auto asked = request.query_number(name);
        return std::chrono::year{
            static_cast<int>(std::clamp<std::uint64_t>(asked.value_or(now), 2000, 2100))};
    };
    const auto from = year("from");
    return {from, std::max(from, year("to"))};
}

}  // namespace

Result list_policies(Gateway& gateway, runtime::Loop&, Request&) {
    co_return list_of(gateway.intake.directory()->policies);
}

Result save_policy(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const auto directory = gateway.intake.directory();
    const auto id = target<model::PolicyId>(request, directory->policies);
    if (!id) co_return nothing_there();
    JsonBody body(request.body);
    sla::Policy policy;
    policy.id = *id;
    read_policy(body, policy);
    if (auto fault = body.fault()) co_return std::move(*fault);
    model::Command command = model::SavePolicy{request.principal->agent.id, std::move(policy)};
    auto response =
        co_await save(gateway, loop, request, std::move(command), &flow::Directory::policies);
    co_return response;
}

Result remove_policy(Gateway& gateway, runtime::Loop& loop, Request& request) {
    model::Command command =
        model::RemovePolicy{request.principal->agent.id, model::PolicyId{request.id()}};
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    co_return Response{.status = 204};
}

// Which policy a conversation with these facts would get, and why the others would not do.
Result match_policies(Gateway& gateway, runtime::Loop&, Request& request) {
    JsonBody body(request.body);
    sla::PolicyFacts facts;
    facts.channel = body.text("channel", 40, true);
    facts.is_public = body.flag("public");
    facts.inbox = body.maybe_id("inbox_id").value_or(0);
    facts.team = body.maybe_id("team_id").value_or(0);
    facts.priority = body.maybe_text("priority", 20).value_or("normal");
    facts.segment = body.text("segment", 100);
    facts.relationship = body.text("relationship", 100);
    facts.language = body.text("language", 20);
    facts.tags = body.texts("tags", 100, 100);
    if (auto fault = body.fault()) co_return std::move(*fault);
    const auto directory = gateway.intake.directory();
    std::vector<sla::Policy> policies;
    for (const auto& [id, policy] : directory->policies) policies.push_back(policy);
    std::ranges::sort(policies, {}, [](const sla::Policy& one) {
        return std::tuple{one.rank, one.id};
    });
    const sla::Policy* chosen = sla::choose_policy(policies, facts);
    std::string items;
    for (const sla::Policy& policy : policies) {
        const std::string failed = sla::failed_condition(policy, facts);
        items += std::string{items.empty() ? "" : ","} + R"({"policy_id":")" +
                 model::text_of(policy.id) + R"(","name":)" + model::quoted(policy.name) +
                 R"(,"failed_condition":)" + (failed.empty() ? "null" : model::quoted(failed)) +
                 "}";
    }
    co_return json_response(
        R"({"policy_id":)" +
        (chosen == nullptr ? "null" : model::quoted(model::text_of(chosen->id))) +
        R"(,"considered":[)" + items + "]}");
}

// S17: puts the newest policies on what is open already, in bounded steps; {"preview": true}
// counts.
Result apply_policies(Gateway& gateway, runtime::Loop& loop, Request& request) {
    JsonBody body(request.body);
    const bool preview = body.flag("preview");
    if (auto fault = body.fault()) co_return std::move(*fault);
    std::uint64_t changed = 0;
    model::ConversationId after{};
    do {
        model::Command command = model::ApplyPolicies{request.principal->agent.id, after, preview};
        const auto answer = co_await submit(gateway, loop, std::move(command));
        if (!answer.ok()) co_return problem_of(answer);
        changed += answer.number;
        after = model::ConversationId{answer.id};
    } while (model::is_some(after));
    co_return json_response(R"({"clocks_changed":)" + std::to_string(changed) + R"(,"preview":)" +
                            (preview ? "true" : "false") + "}");
}

Result list_calendars(Gateway& gateway, runtime::Loop&, Request&) {
    co_return list_of(gateway.intake.directory()->calendars);
}

Result save_calendar(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const auto directory = gateway.intake.directory();
    const auto id = target<model::CalendarId>(request, directory->calendars);
    if (!id) co_return nothing_there();
    JsonBody body(request.body);
    sla::Calendar calendar;
    if (model::is_some(*id)) calendar = directory->calendars.at(*id);
    calendar.id = *id;
    std::function<void()> work = [&] { read_calendar(body, calendar); };
    co_await compute(gateway, loop, std::move(work));
    if (auto fault = body.fault()) co_return std::move(*fault);
    model::Command command = model::SaveCalendar{request.principal->agent.id, std::move(calendar)};
    auto response =
        co_await save(gateway, loop, request, std::move(command), &flow::Directory::calendars);
    co_return response;
}

// A shipped set as dates to review (P11, S16).
Result propose_holidays(Gateway& gateway, runtime::Loop&, Request& request) {
    if (request.params.empty() || request.params[0] != sla::italian_holidays().name)
        co_return problem(404, "Not found", "the shipped set is \"it\"");
    const auto [from, to] = years_asked(gateway, request);
    std::vector<sla::Holiday> dates;
    for (auto year = from; year <= to; ++year)
        for (const sla::Holiday& date : sla::holidays_in(sla::italian_holidays(), year))
            dates.push_back(date);
    co_return json_response(R"({"items":)" + holidays_json(dates) + R"(,"next":null})");
}

// An iCalendar file as dates to review (S16): nothing is saved.
Result propose_from_icalendar(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const auto [from, to] = years_asked(gateway, request);
    sla::HolidayProposals proposals;
    std::function<void()> work = [&, from = from, to = to] {
        proposals = sla::read_icalendar(request.body, from, to);
    };
    co_await compute(gateway, loop, std::move(work));
    std::string passed_over;
    for (const std::string& one : proposals.passed_over)
        passed_over += std::string{passed_over.empty() ? "" : ","} + model::quoted(one);
    co_return json_response(R"({"items":)" + holidays_json(proposals.holidays) +
                            R"(,"passed_over":[)" + passed_over + R"(],"next":null})");
}

Result waive_answer(Gateway& gateway, runtime::Loop& loop, Request& request) {
    JsonBody body(request.body);
    const std::string reason = body.text("reason", 500, true);
    const bool public_too = body.flag("public_too");
    if (auto fault = body.fault()) co_return std::move(*fault);
    model::Command command = model::WaiveAnswer{
        request.principal->agent.id, model::ConversationId{request.id()}, reason, public_too};
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    co_return Response{.status = 204};
}

Result mark_spam(Gateway& gateway, runtime::Loop& loop, Request& request) {
    JsonBody body(request.body);
    const bool is_spam = !body.has("is_spam") || body.flag("is_spam");
    if (auto fault = body.fault()) co_return std::move(*fault);
    model::Command command =
        model::MarkSpam{request.principal->agent.id, model::ConversationId{request.id()}, is_spam};
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    co_return Response{.status = 204};
}

}  // namespace api::handlers
