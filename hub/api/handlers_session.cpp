#include "hub/api/auth.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_body.hpp"
#include "hub/desk/needs.hpp"
#include "hub/runtime/entropy.hpp"

namespace api::handlers {
namespace {

constexpr std::size_t open_headers_max = 10'000;  // SY-08

std::string session_json(const Gateway& gateway, const Principal& principal) {
    return R"({"agent":)" + model::to_json(principal.agent) + R"(,"csrf_token":)" +
           model::quoted(csrf_token(gateway, principal.token)) + R"(,"expires_at":")" +
           model::text_of(principal.expires_at) + R"("})";
}

// Of a hash nobody has: a name that does not exist costs the same time as a wrong password.
const std::string& nobodys_hash() {
    static const std::string hash = runtime::hash_password(runtime::random_token());
    return hash;
}

}  // namespace

Result sign_in(Gateway& gateway, runtime::Loop& loop, Request& request) {
    JsonBody body(request.body);
    std::string email = body.text("email", 320, true);
    const std::string password = body.text("password", 1024, true);
    if (auto fault = body.fault()) co_return std::move(*fault);
    std::transform(email.begin(), email.end(), email.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (!gateway.sign_ins.attempt(request.remote, email, gateway.settings.sign_in_failures_max,
                                  gateway.clock.now())) {
        auto refused = problem(429, "Too many attempts", "wait ten minutes, then try again");
        refused.headers.emplace_back("Retry-After", "600");
        co_return refused;
    }
    std::optional<storage::CredentialRow> credential;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        credential = reader.credential(email);
    };
    co_await read(gateway, loop, std::move(use));
    bool right = false;
    std::function<void()> work = [&] {
        right = runtime::password_matches(credential ? credential->password_hash : nobodys_hash(),
                                          password) &&
                credential;
    };
    co_await compute(gateway, loop, std::move(work));
    const auto directory = gateway.intake.directory();
    const auto agent = credential ? directory->agents.find(model::AgentId{credential->agent})
                                  : directory->agents.end();
    if (!right || agent == directory->agents.end())
        co_return problem(401, "Not signed in", "the mail address or the password is wrong");
    gateway.sign_ins.succeeded(request.remote, email);
    Principal principal{agent->second, model::viewer_of(agent->second), runtime::random_token(),
                        true, gateway.clock.now() + gateway.settings.session_lifetime};
    storage::RowWrite row = storage::SessionRow{storage::sha256_hex(principal.token),
                                                credential->agent, "browser", principal.expires_at};
    const auto written = co_await write(gateway, loop, std::move(row));
    if (written.error != storage::AppendError::none)
        co_return problem(503, "Not available now", "the store cannot be written; try again");
    auto response = json_response(session_json(gateway, principal));
    response.headers.emplace_back("Set-Cookie",
                                  session_cookie_header(gateway, principal.token, false));
    co_return response;
}

Result who_am_i(Gateway& gateway, runtime::Loop&, Request& request) {
    co_return json_response(session_json(gateway, *request.principal));
}

Result sign_out(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const std::string session = storage::sha256_hex(request.principal->token);
    storage::RowWrite row = storage::SessionRemoval{session};
    co_await write(gateway, loop, std::move(row));
    gateway.consoles.close_session(session);
    Response response;
    response.status = 204;
    response.headers.emplace_back("Set-Cookie", session_cookie_header(gateway, "", true));
    co_return response;
}

namespace {

// The configuration as everybody may see it: without the inboxes' secrets.
void add_configuration(storage::Reader& reader, std::string& body) {
    const auto rows = reader.config();
    const auto add = [&](const char* name, const char* kind) {
        body.append(",\"").append(name).append("\":[");
        bool first = true;
        for (const storage::ConfigRow& row : rows) {
            if (row.kind != kind) continue;
            body.append(std::exchange(first, false) ? "" : ",");
            body += row.kind == "inbox" ? model::to_json(model::inbox_from(row.body)) : row.body;
        }
        body.append("]");
    };
    add("teams", "team");
    add("inboxes", "inbox");
    add("agents", "agent");
    body += R"(,"availabilities":{)";
    bool first = true;
    for (const auto& [id, agent] : desk::agent_states(reader)) {
        body.append(std::exchange(first, false) ? "\"" : ",\"").append(model::text_of(id));
        body.append("\":\"").append(model::word(agent.availability)).append("\"");
    }
    body += "}";
}

}  // namespace

// SY-04: everything the console keeps in memory, as of one committed number: all of it from one
// view of the store.
Result snapshot(Gateway& gateway, runtime::Loop& loop, Request& request) {
    std::string body;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        storage::ConversationQuery query;
        query.scope = model::scope_of(request.principal->viewer);
        query.statuses = {"open", "pending", "snoozed"};
        query.limit = open_headers_max;
        const auto rows = reader.conversations(query);
        body = R"({"epoch":)" + model::quoted(gateway.epoch) + R"(,"seq":)" +
               std::to_string(reader.head()) + R"(,"open_total":)" +
               std::to_string(reader.count(query)) + R"(,"me":)" +
               model::to_json(request.principal->agent) + R"(,"now":")" +
               model::text_of(gateway.clock.now()) + R"(","conversations":[)";
        for (std::size_t i = 0; i < rows.size(); ++i)
            body.append(i == 0 ? "" : ",").append(rows[i].body);
        body += "]";
        add_configuration(reader, body);
    };
    co_await read(gateway, loop, std::move(use));
    co_return json_response(body + "}");
}

Result healthz(Gateway&, runtime::Loop&, Request&) {
    co_return json_response(R"({"alive":true})");
}

Result readyz(Gateway& gateway, runtime::Loop&, Request&) {
    std::vector<std::string> parts;
    bool ready = !gateway.draining;
    for (const Health& health : gateway.health()) {
        ready = ready && (health.well || !health.vital);
        parts.push_back(R"({"part":)" + model::quoted(health.part) + R"(,"well":)" +
                        (health.well ? "true" : "false") + R"(,"detail":)" +
                        model::quoted(health.detail) + "}");
    }
    std::string body = std::string{R"({"ready":)"} + (ready ? "true" : "false") + R"(,"parts":[)";
    for (std::size_t i = 0; i < parts.size(); ++i) body.append(i == 0 ? "" : ",").append(parts[i]);
    co_return json_response(body + "]}", ready ? 200 : 503);
}

Result metrics(Gateway& gateway, runtime::Loop&, Request&) {
    auto response = json_response(gateway.metrics.text());
    response.type = "text/plain; version=0.0.4; charset=utf-8";
    co_return response;
}

// An empty page with a policy of its own; the console writes the sanitised mail into it
// (docs/ARCHITECTURE.md).
Result mail_frame(Gateway&, runtime::Loop&, Request& request) {
    auto response = json_response(
        "<!doctype html><html lang=\"und\"><head><meta charset=\"utf-8\"><title>Mail</title>"
        "</head><body></body></html>");
    response.type = "text/html; charset=utf-8";
    const bool images = request.query.contains("images");
    response.headers.emplace_back("Content-Security-Policy",
                                  images ? mail_frame_images_policy : mail_frame_policy);
    response.headers.emplace_back("X-Frame-Options", "SAMEORIGIN");
    co_return response;
}

}  // namespace api::handlers
