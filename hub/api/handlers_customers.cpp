// What people do about customers outside of conversations: notes, calls, follow-ups; and what
// describes customers: organisations, attributes, the formula of their value.
#include "hub/api/contact_body.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/saving.hpp"
#include "hub/customers/fold.hpp"

namespace api::handlers {
namespace {

Result answer_made(Gateway& gateway, runtime::Loop& loop, model::Command command) {
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    co_return json_response(
        R"({"id":")" + std::to_string(answer.id) + R"(","seq":)" + std::to_string(answer.seq) + "}",
        201);
}

Response no_follow_up() {
    return problem(404, "Not found", "there is no such follow-up that you may see");
}

}  // namespace

Result note_on_contact(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const model::ContactId id{request.id()};
    if (!co_await sees_contacts(gateway, loop, request, id)) co_return no_contact();
    JsonBody body(request.body);
    std::string text = body.text("text", 20'000, true);
    if (auto fault = body.fault()) co_return std::move(*fault);
    model::Command command = model::NoteOnContact{request.principal->agent.id, id, std::move(text)};
    auto response = co_await answer_made(gateway, loop, std::move(command));
    co_return response;
}

Result log_interaction(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const model::ContactId id{request.id()};
    if (!co_await sees_contacts(gateway, loop, request, id)) co_return no_contact();
    JsonBody body(request.body);
    model::LogInteraction logged{request.principal->agent.id, id};
    const auto kind =
        model::from_word<model::InteractionKind>(body.maybe_text("kind", 20).value_or("call"));
    if (!kind) body.complain("kind", "must be call, visit, meeting, letter or other");
    const auto direction =
        model::from_word<model::Direction>(body.maybe_text("direction", 10).value_or("out"));
    if (!direction) body.complain("direction", "must be in or out");
    logged.outcome = body.text("outcome", 500);
    logged.text = body.text("text", 20'000);
    logged.happened_at = body.maybe_instant("happened_at");
    if (auto fault = body.fault()) co_return std::move(*fault);
    logged.kind = *kind;
    logged.direction = *direction;
    model::Command command = std::move(logged);
    auto response = co_await answer_made(gateway, loop, std::move(command));
    co_return response;
}

// ?state=open&owner_id=&contact_id=, what is due first; those of people that may be seen.
Result list_follow_ups(Gateway& gateway, runtime::Loop& loop, Request& request) {
    storage::FollowUpQuery query;
    query.limit = page_size(request);
    query.owner = request.query_number("owner_id");
    const auto state = request.query.find("state");
    if (state == request.query.end())
        query.states = {"open"};
    else if (state->second != "any")
        query.states = {state->second};
    if (const auto cursor = request.query.find("cursor"); cursor != request.query.end()) {
        long long micros = 0;
        unsigned long long id = 0;
        if (std::sscanf(cursor->second.c_str(), "%lld.%llu", &micros, &id) != 2)
            co_return problem(422, "Invalid request", "this cursor is not one of ours", "cursor");
        query.after = {model::Instant{std::chrono::microseconds{micros}}, id};
    }
    std::vector<std::string> items;
    std::optional<std::string> next;
    const auto contact = request.query_number("contact_id");
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        const auto scope = model::scope_of(request.principal->viewer);
        if (contact) query.contacts = reader.records(model::ContactId{*contact});
        if (contact && query.contacts.empty()) return;
        const auto rows = reader.follow_ups(query);
        for (const storage::FollowUpRow& row : rows) {
            const auto records = reader.records(row.contact);
            if (!records.empty() && reader.sees_person(scope, records.front()))
                items.push_back(row.body);
        }
        if (rows.size() == query.limit)
            next = std::to_string(rows.back().due_at.time_since_epoch().count()) + "." +
                   std::to_string(rows.back().id);
    };
    co_await read(gateway, loop, std::move(use));
    co_return list_response(items, next);
}

// POST plans one for the contact in the path, PATCH changes or closes the one in the path.
Result save_follow_up(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const bool fresh = request.method == "POST";
    model::FollowUp known;
    known.contact = model::ContactId{fresh ? request.id() : 0};
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        if (const auto row = reader.follow_up(request.id()))
            known = model::follow_up_from(row->body);
    };
    if (!fresh) co_await read(gateway, loop, std::move(use));
    if (!fresh && !model::is_some(known.id)) co_return no_follow_up();
    if (!co_await sees_contacts(gateway, loop, request, known.contact))
        co_return fresh ? no_contact() : no_follow_up();
    JsonBody body(request.body);
    const std::optional<std::uint64_t> from = body.maybe_id("conversation_id");
    model::FollowUp wanted = read_follow_up(body, known);
    if (auto fault = body.fault()) co_return std::move(*fault);
    bool seen = true;
    std::function<void(storage::Reader&)> look = [&](storage::Reader& reader) {
        seen = visible_row(reader, request, *from).has_value();
    };
    if (from && *from != 0) co_await read(gateway, loop, std::move(look));
    if (!seen)
        co_return problem(422, "Invalid request", "there is no such conversation that you may see",
                          "conversation_id");
    model::Command command = model::SaveFollowUp{request.principal->agent.id, std::move(wanted)};
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    std::optional<storage::FollowUpRow> saved;
    std::function<void(storage::Reader&)> again = [&](storage::Reader& reader) {
        saved = reader.follow_up(answer.id);
    };
    co_await read(gateway, loop, std::move(again));
    if (!saved) co_return no_follow_up();
    co_return json_response(saved->body, fresh ? 201 : 200);
}

// ?q= finds by the beginning of a name's words.
Result list_organisations(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const auto words = request.query.find("q");
    const std::string prefix =
        words == request.query.end() ? "" : customers::folded(words->second.substr(0, 200));
    const std::size_t limit = page_size(request);
    std::vector<storage::OrganisationRow> rows;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        rows = reader.organisations(prefix, request.query_number("cursor").value_or(0), limit);
    };
    co_await read(gateway, loop, std::move(use));
    std::vector<std::string> items;
    for (const auto& row : rows) items.push_back(row.body);
    std::optional<std::string> next;
    if (rows.size() == limit) next = std::to_string(rows.back().id);
    co_return list_response(items, next);
}

Result get_organisation(Gateway& gateway, runtime::Loop& loop, Request& request) {
    std::optional<storage::OrganisationRow> row;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        row = reader.organisation(request.id());
    };
    co_await read(gateway, loop, std::move(use));
    if (!row) co_return nothing_there();
    co_return json_response(row->body);
}

Result save_organisation(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const bool fresh = request.method == "POST";
    std::optional<storage::OrganisationRow> row;
    std::uint64_t id = fresh ? 0 : request.id();
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        row = reader.organisation(id);
    };
    if (!fresh) co_await read(gateway, loop, std::move(use));
    if (!fresh && !row) co_return nothing_there();
    JsonBody body(request.body);
    model::Organisation organisation = read_organisation(body);
    if (auto fault = body.fault()) co_return std::move(*fault);
    if (row) {
        const model::Organisation known = model::organisation_from(row->body);
        organisation.id = known.id;
        organisation.created_at = known.created_at;
    }
    model::Command command =
        model::SaveOrganisation{request.principal->agent.id, std::move(organisation)};
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    id = answer.id;
    std::function<void(storage::Reader&)> again = [&](storage::Reader& reader) {
        row = reader.organisation(id);
    };
    co_await read(gateway, loop, std::move(again));
    if (!row) co_return nothing_there();
    co_return json_response(row->body, fresh ? 201 : 200);
}

Result list_attributes(Gateway& gateway, runtime::Loop&, Request&) {
    co_return list_of(gateway.intake.directory()->attributes);
}

Result save_attribute(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const auto directory = gateway.intake.directory();
    const auto id = target<model::AttributeId>(request, directory->attributes);
    if (!id) co_return nothing_there();
    JsonBody body(request.body);
    model::AttributeDefinition attribute = read_attribute(body);
    if (auto fault = body.fault()) co_return std::move(*fault);
    attribute.id = *id;
    model::Command command =
        model::SaveAttribute{request.principal->agent.id, std::move(attribute)};
    auto response =
        co_await save(gateway, loop, request, std::move(command), &flow::Directory::attributes);
    co_return response;
}

Result get_value_formula(Gateway& gateway, runtime::Loop&, Request&) {
    co_return json_response(model::to_json(gateway.intake.directory()->value_formula));
}

Result save_value_formula(Gateway& gateway, runtime::Loop& loop, Request& request) {
    JsonBody body(request.body);
    const auto formula = read_value_formula(body, gateway.intake.directory()->value_formula);
    if (auto fault = body.fault()) co_return std::move(*fault);
    model::Command command = model::SaveValueFormula{request.principal->agent.id, formula};
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    co_return json_response(model::to_json(gateway.intake.directory()->value_formula));
}

}  // namespace api::handlers
