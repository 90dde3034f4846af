#include "hub/api/routes.hpp"

#include <array>

#include "hub/api/auth.hpp"
#include "hub/api/handlers.hpp"
#include "hub/runtime/log.hpp"

namespace api {

using boost::asio::awaitable;

namespace {

constexpr auto table = std::to_array<Route>({
    {"GET", "/healthz", Needs::nobody, handlers::healthz},
    {"GET", "/readyz", Needs::nobody, handlers::readyz},
    {"GET", "/metrics", Needs::nobody, handlers::metrics},
    {"GET", "/mail-frame", Needs::nobody, handlers::mail_frame},
    {"POST", "/api/v1/session", Needs::nobody, handlers::sign_in},
    {"GET", "/api/v1/session", Needs::agent, handlers::who_am_i},
    {"DELETE", "/api/v1/session", Needs::agent, handlers::sign_out},
    {"GET", "/api/v1/snapshot", Needs::agent, handlers::snapshot},
    {"GET", "/api/v1/conversations", Needs::agent, handlers::list_conversations},
    {"POST", "/api/v1/conversations", Needs::agent, handlers::start_conversation},
    {"POST", "/api/v1/messages/{}/take-back", Needs::agent, handlers::take_back_reply},
    {"GET", "/api/v1/conversations/count", Needs::agent, handlers::count_conversations},
    {"GET", "/api/v1/conversations/{}", Needs::agent, handlers::get_conversation},
    {"PATCH", "/api/v1/conversations/{}", Needs::agent, handlers::change_conversation},
    {"GET", "/api/v1/conversations/{}/messages", Needs::agent, handlers::list_messages},
    {"POST", "/api/v1/conversations/{}/messages", Needs::agent, handlers::add_message},
    {"GET", "/api/v1/conversations/{}/events", Needs::agent, handlers::list_conversation_events},
    {"GET", "/api/v1/conversations/{}/decisions", Needs::agent, handlers::list_decisions},
    {"POST", "/api/v1/conversations/{}/admit", Needs::agent, handlers::admit_sender},
    {"POST", "/api/v1/conversations/{}/waive", Needs::agent, handlers::waive_answer},
    {"POST", "/api/v1/conversations/{}/offer", Needs::agent, handlers::answer_offer},
    {"POST", "/api/v1/conversations/{}/spam", Needs::agent, handlers::mark_spam},
    {"GET", "/api/v1/contacts", Needs::agent, handlers::list_contacts},
    {"POST", "/api/v1/contacts", Needs::agent, handlers::change_contact},
    {"POST", "/api/v1/contacts/import", Needs::administrator, handlers::import_contacts},
    {"GET", "/api/v1/contacts/{}", Needs::agent, handlers::get_contact},
    {"PATCH", "/api/v1/contacts/{}", Needs::agent, handlers::change_contact},
    {"GET", "/api/v1/contacts/{}/timeline", Needs::agent, handlers::list_timeline},
    {"GET", "/api/v1/contacts/{}/duplicates", Needs::agent, handlers::list_duplicates},
    {"POST", "/api/v1/contacts/{}/merge", Needs::agent, handlers::merge_contacts},
    {"POST", "/api/v1/contacts/{}/unmerge", Needs::agent, handlers::unmerge_contact},
    {"POST", "/api/v1/contacts/{}/notes", Needs::agent, handlers::note_on_contact},
    {"POST", "/api/v1/contacts/{}/interactions", Needs::agent, handlers::log_interaction},
    {"POST", "/api/v1/contacts/{}/follow-ups", Needs::agent, handlers::save_follow_up},
    {"GET", "/api/v1/search", Needs::agent, handlers::search_everything},
    {"GET", "/api/v1/follow-ups", Needs::agent, handlers::list_follow_ups},
    {"PATCH", "/api/v1/follow-ups/{}", Needs::agent, handlers::save_follow_up},
    {"GET", "/api/v1/organisations", Needs::agent, handlers::list_organisations},
    {"POST", "/api/v1/organisations", Needs::agent, handlers::save_organisation},
    {"GET", "/api/v1/organisations/{}", Needs::agent, handlers::get_organisation},
    {"PUT", "/api/v1/organisations/{}", Needs::agent, handlers::save_organisation},
    {"GET", "/api/v1/attributes", Needs::agent, handlers::list_attributes},
    {"POST", "/api/v1/attributes", Needs::administrator, handlers::save_attribute},
    {"PUT", "/api/v1/attributes/{}", Needs::administrator, handlers::save_attribute},
    {"GET", "/api/v1/value-formula", Needs::agent, handlers::get_value_formula},
    {"PUT", "/api/v1/value-formula", Needs::administrator, handlers::save_value_formula},
    {"GET", "/api/v1/attachments/{}", Needs::agent, handlers::get_attachment},
    {"GET", "/api/v1/messages/{}/raw", Needs::agent, handlers::get_raw_message},
    {"POST", "/api/v1/uploads", Needs::agent, handlers::upload},
    {"GET", "/api/v1/inboxes", Needs::agent, handlers::list_inboxes},
    {"POST", "/api/v1/inboxes", Needs::administrator, handlers::save_inbox},
    {"GET", "/api/v1/mailboxes", Needs::supervisor, handlers::list_mailboxes},
    {"PUT", "/api/v1/inboxes/{}", Needs::administrator, handlers::save_inbox},
    {"GET", "/api/v1/teams", Needs::agent, handlers::list_teams},
    {"POST", "/api/v1/teams", Needs::administrator, handlers::save_team},
    {"PUT", "/api/v1/teams/{}", Needs::administrator, handlers::save_team},
    {"GET", "/api/v1/agents", Needs::agent, handlers::list_agents},
    {"POST", "/api/v1/agents", Needs::administrator, handlers::save_agent},
    {"PUT", "/api/v1/agents/{}", Needs::administrator, handlers::save_agent},
    {"PUT", "/api/v1/agents/{}/availability", Needs::agent, handlers::set_availability},
    {"GET", "/api/v1/sla-policies", Needs::agent, handlers::list_policies},
    {"POST", "/api/v1/sla-policies", Needs::administrator, handlers::save_policy},
    {"PUT", "/api/v1/sla-policies/{}", Needs::administrator, handlers::save_policy},
    {"DELETE", "/api/v1/sla-policies/{}", Needs::administrator, handlers::remove_policy},
    {"POST", "/api/v1/sla-policies/match", Needs::supervisor, handlers::match_policies},
    {"POST", "/api/v1/sla-policies/apply", Needs::administrator, handlers::apply_policies},
    {"GET", "/api/v1/calendars", Needs::agent, handlers::list_calendars},
    {"POST", "/api/v1/calendars", Needs::administrator, handlers::save_calendar},
    {"PUT", "/api/v1/calendars/{}", Needs::administrator, handlers::save_calendar},
    {"GET", "/api/v1/holidays/{}", Needs::agent, handlers::propose_holidays},
    {"POST", "/api/v1/holidays/icalendar", Needs::administrator, handlers::propose_from_icalendar},
    {"GET", "/api/v1/routing", Needs::agent, handlers::get_routing},
    {"PUT", "/api/v1/routing", Needs::administrator, handlers::save_routing},
    {"GET", "/api/v1/routing-rules", Needs::agent, handlers::list_rules},
    {"POST", "/api/v1/routing-rules", Needs::administrator, handlers::save_rule},
    {"PUT", "/api/v1/routing-rules/{}", Needs::administrator, handlers::save_rule},
    {"DELETE", "/api/v1/routing-rules/{}", Needs::administrator, handlers::remove_rule},
    {"POST", "/api/v1/routing-rules/dry-run", Needs::supervisor, handlers::dry_run_rule},
    {"GET", "/api/v1/skills", Needs::agent, handlers::list_skills},
    {"POST", "/api/v1/apply", Needs::administrator, handlers::apply_declaration},
    {"GET", "/api/v1/outbox", Needs::supervisor, handlers::list_outbox},
    {"GET", "/api/v1/quarantine", Needs::supervisor, handlers::list_quarantine},
    {"GET", "/api/v1/quarantine/{}/raw", Needs::supervisor, handlers::get_quarantined},
    {"POST", "/api/v1/quarantine/{}/reprocess", Needs::supervisor, handlers::reprocess_quarantined},
    {"DELETE", "/api/v1/quarantine/{}", Needs::supervisor, handlers::release_quarantined},
    {"GET", "/api/v1/audit", Needs::supervisor, handlers::list_audit},
    {"POST", "/api/v1/tokens", Needs::administrator, handlers::make_token},
    {"GET", "/widget/v1/{}/config", Needs::nobody, handlers::widget_config},
    {"POST", "/widget/v1/{}/sessions", Needs::nobody, handlers::widget_session},
    {"POST", "/widget/v1/{}/uploads", Needs::nobody, handlers::widget_upload},
    {"POST", "/widget/v1/{}/offline", Needs::nobody, handlers::widget_offline_form},
    {"GET", "/widget/v1/{}/attachments/{}", Needs::nobody, handlers::widget_attachment},
});

bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& params) {
    params.clear();
    while (!pattern.empty() && !path.empty()) {
        if (pattern.starts_with("{}")) {
            const auto end = std::min(path.find('/'), path.size());
            if (end == 0) return false;
            params.emplace_back(path.substr(0, end));
            pattern.remove_prefix(2);
            path.remove_prefix(end);
        } else if (pattern.front() == path.front()) {
            pattern.remove_prefix(1);
            path.remove_prefix(1);
        } else {
            return false;
        }
    }
    return pattern.empty() && path.empty();
}

bool may(const std::optional<Principal>& principal, Needs needs) {
    if (needs == Needs::nobody) return true;
    if (!principal) return false;
    const model::Role role = principal->agent.role;
    if (needs == Needs::agent) return true;
    if (role == model::Role::administrator) return true;
    return needs == Needs::supervisor && role == model::Role::supervisor;
}

// Who may put the widget's panel into a frame: the site's own pages (`allowed_origins`), everybody
// where none are named. A panel of no site, nobody.
std::string frame_ancestors(const Gateway& gateway, const Request& request) {
    if (request.path != "/widget/panel.html") return {};
    const auto site = request.query.find("site");
    const auto directory = gateway.intake.directory();
    const model::Inbox* inbox = site == request.query.end()
                                    ? nullptr
                                    : directory->inbox_of(model::Channel::chat, site->second);
    if (inbox == nullptr) return "; frame-ancestors 'none'";
    if (inbox->allowed_origins.empty()) return {};
    std::string origins = "; frame-ancestors 'self'";
    for (const std::string& origin : inbox->allowed_origins)
        if (origin.find_first_of("; ,\r\n") == std::string::npos) origins += " " + origin;
    return origins;
}

// The page for a path that no operation has: a file of the console, or its one page for everything
// below /app/.
Response page(Gateway& gateway, Request& request) {
    if (request.path == "/" || request.path == "/app") {
        Response redirect;
        redirect.status = 302;
        redirect.headers.emplace_back("Location", "/app/");
        return redirect;
    }
    const bool has_extension = request.path.rfind('.') != std::string::npos &&
                               request.path.rfind('.') > request.path.rfind('/');
    if (request.path.starts_with("/app/") && !has_extension) request.path = "/app/index.html";
    if (request.path.ends_with("/")) request.path += "index.html";
    if (auto file = gateway.files.find(request)) {
        if (request.path.starts_with("/app/")) {
            file->headers.emplace_back("Content-Security-Policy", console_policy);
            file->headers.emplace_back("X-Frame-Options", "DENY");
            file->headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
        }
        if (request.path.starts_with("/widget/"))
            file->headers.emplace_back("Content-Security-Policy",
                                       widget_policy + frame_ancestors(gateway, request));
        if (request.path.starts_with("/demo/"))
            file->headers.emplace_back("Content-Security-Policy", demo_policy);
        return std::move(*file);
    }
    if (gateway.files.empty() && request.path == "/app/index.html")
        return problem(404, "The console is not built",
                       "run ./run, or npm ci && npm run build in console/");
    return problem(404, "Not found", "there is nothing at " + request.path);
}

// A repeat of a POST with the same Idempotency-Key gets the first answer (kept beside the agent's
// client ids).
awaitable<Response> once(Gateway& gateway, runtime::Loop& loop, Request& request, Handler handler) {
    const std::string key = request.header("idempotency-key");
    if (key.size() > 200)
        co_return problem(422, "Invalid request", "Idempotency-Key is longer than 200 bytes",
                          "Idempotency-Key");
    // A token is shown once and never kept, not even as a first answer.
    // A message's key is its client id: the desk itself gives a repeat the first answer.
    const bool keeps = request.method == "POST" && request.path != "/api/v1/tokens" &&
                       !request.path.ends_with("/messages");
    if (!keeps || key.empty() || !request.principal) {
        auto plain = co_await handler(gateway, loop, request);
        co_return plain;
    }
    const std::string author = "http:" + model::text_of(request.principal->agent.id);
    const std::string operation = request.path + " " + key;
    const std::string under_way = author + " " + operation;
    if (!gateway.operations.begin(under_way)) {
        auto wait = problem(409, "Under way",
                            "the same request is being carried out; ask again for its answer",
                            "Idempotency-Key");
        wait.headers.emplace_back("Retry-After", "1");
        co_return wait;
    }
    const UnderWay ends{gateway.operations, under_way};
    std::optional<storage::OperationRow> known;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        known = reader.operation(author, operation);
    };
    co_await read(gateway, loop, std::move(use));
    if (known) {
        auto repeat = json_response(known->result.substr(4),
                                    static_cast<unsigned>(std::stoul(known->result.substr(0, 3))));
        repeat.headers.emplace_back("Idempotent-Replay", "true");
        co_return repeat;
    }
    auto response = co_await handler(gateway, loop, request);
    if (response.status / 100 == 2) {
        storage::RowWrite row =
            storage::OperationRow{author, operation, gateway.clock.now(),
                                  std::to_string(response.status) + " " + response.body};
        co_await write(gateway, loop, std::move(row));
    }
    co_return response;
}

}  // namespace

std::span<const Route> routes() {
    return table;
}

awaitable<Response> dispatch(Gateway& gateway, runtime::Loop& loop, Request& request) {
    bool path_known = false;
    const std::string method = request.method == "HEAD" ? "GET" : request.method;
    for (const Route& route : table) {
        std::vector<std::string> params;
        if (!matches(route.pattern, request.path, params)) continue;
        path_known = true;
        if (method != route.method) continue;
        request.params = std::move(params);
        const bool takes_files = request.path.ends_with("/uploads");
        if (!takes_files && request.body.size() > gateway.settings.body_bytes_max)
            co_return problem(413, "Too large", "the body is larger than limits.body_bytes_max");
        if (route.needs != Needs::nobody)
            request.principal = co_await authenticate(gateway, loop, request);
        if (route.needs != Needs::nobody && !request.principal)
            co_return problem(401, "Sign in first",
                              "send the session cookie or Authorization: Bearer TOKEN");
        if (!may(request.principal, route.needs))
            co_return problem(403, "Not allowed",
                              "your role may not do this; ask an administrator");
        if (!passes_csrf(gateway, request))
            co_return problem(403, "Not allowed", "the X-CSRF-Token header is missing or wrong",
                              "X-CSRF-Token");
        auto response = co_await once(gateway, loop, request, route.handler);
        co_return response;
    }
    if (path_known)
        co_return problem(405, "Method not allowed", "this path does not take " + request.method);
    if (method != "GET") co_return problem(404, "Not found", "there is nothing at " + request.path);
    co_return page(gateway, request);
}

}  // namespace api
