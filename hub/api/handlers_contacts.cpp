// People: finding, making, changing, merging; what is known of duplicates.
#include "hub/api/contact_body.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/person.hpp"
#include "hub/customers/duplicates.hpp"
#include "hub/customers/fold.hpp"

namespace api::handlers {
namespace {

constexpr std::size_t duplicates_max = 20;
constexpr std::size_t sharing_max = 50;  // of one key; a key that more share tells nothing

// The person as it stands now, however often it was merged.
Result show_person(Gateway& gateway, runtime::Loop& loop, const Request& request,
                   model::ContactId id, unsigned status) {
    std::optional<Person> person;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        person = person_of(reader, model::scope_of(request.principal->viewer), id);
    };
    co_await read(gateway, loop, std::move(use));
    if (!person) co_return no_contact();
    const auto directory = gateway.intake.directory();
    co_return json_response(person_json(*person, directory->value_formula), status);
}

}  // namespace

// ?q= finds by the beginning of a name's words or of an address.
Result list_contacts(Gateway& gateway, runtime::Loop& loop, Request& request) {
    storage::ContactQuery query;
    query.scope = model::scope_of(request.principal->viewer);
    query.limit = page_size(request);
    if (const auto words = request.query.find("q"); words != request.query.end())
        find_by(words->second.substr(0, 200), gateway.settings.country, query);
    if (const auto cursor = request.query.find("cursor"); cursor != request.query.end()) {
        // "id.sort key"
        const auto dot = cursor->second.find('.');
        const auto id = std::strtoull(cursor->second.c_str(), nullptr, 10);
        if (dot == std::string::npos || id == 0)
            co_return problem(422, "Invalid request", "this cursor is not one of ours", "cursor");
        query.after = {cursor->second.substr(dot + 1), model::ContactId{id}};
    }
    std::vector<std::string> items;
    std::optional<std::string> next;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        const auto rows = reader.contacts(query);
        for (const storage::ContactRow& row : rows)
            if (const auto person = person_of(reader, query.scope, row.id))
                items.push_back(brief_person_json(*person));
        if (rows.size() == query.limit)
            next = model::text_of(rows.back().id) + "." + rows.back().sort_key;
    };
    co_await read(gateway, loop, std::move(use));
    co_return list_response(items, next);
}

Result get_contact(Gateway& gateway, runtime::Loop& loop, Request& request) {
    auto response =
        co_await show_person(gateway, loop, request, model::ContactId{request.id()}, 200);
    co_return response;
}

// POST makes one, PATCH changes what is named.
Result change_contact(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const bool fresh = request.method == "POST";
    const model::ContactId id{fresh ? 0 : request.id()};
    if (!fresh && !co_await sees_contacts(gateway, loop, request, id)) co_return no_contact();
    JsonBody body(request.body);
    model::ChangeContact change = read_contact_change(body, gateway.settings.country);
    if (auto fault = body.fault()) co_return std::move(*fault);
    change.agent = request.principal->agent.id;
    change.contact = id;
    std::optional<std::uint64_t> unknown;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        for (const model::Membership& membership : change.memberships)
            if (!reader.organisation(model::number(membership.organisation)))
                unknown = model::number(membership.organisation);
    };
    if (!change.memberships.empty()) co_await read(gateway, loop, std::move(use));
    if (unknown)
        co_return problem(422, "Invalid request",
                          "there is no organisation " + std::to_string(*unknown), "organisations");
    model::Command command = std::move(change);
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    auto response = co_await show_person(gateway, loop, request, model::ContactId{answer.id},
                                         fresh ? 201 : 200);
    co_return response;
}

// {"contact_id": the one that becomes part of this one}
Result merge_contacts(Gateway& gateway, runtime::Loop& loop, Request& request) {
    JsonBody body(request.body);
    const auto absorbed = body.maybe_id("contact_id");
    if (!absorbed || *absorbed == 0) body.complain("contact_id", "contact_id is required");
    if (auto fault = body.fault()) co_return std::move(*fault);
    const model::ContactId id{request.id()};
    if (!co_await sees_contacts(gateway, loop, request, id, model::ContactId{*absorbed}))
        co_return no_contact();
    model::Command command =
        model::MergeContacts{request.principal->agent.id, id, model::ContactId{*absorbed}};
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    auto response = co_await show_person(gateway, loop, request, id, 200);
    co_return response;
}

// Takes the record in the path out of the person it was merged into.
Result unmerge_contact(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const model::ContactId id{request.id()};
    if (!co_await sees_contacts(gateway, loop, request, id)) co_return no_contact();
    model::Command command = model::UnmergeContact{request.principal->agent.id, id};
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    auto response = co_await show_person(gateway, loop, request, id, 200);
    co_return response;
}

namespace {

std::string candidate_json(const Person& person, const customers::DuplicateScore& score) {
    std::string reasons;
    for (const customers::DuplicateReason& reason : score.reasons)
        reasons.append(reasons.empty() ? "" : ",")
            .append(R"({"kind":)" + model::quoted(reason.kind) + R"(,"value":)" +
                    model::quoted(reason.value) + "}");
    const std::string points = std::to_string(static_cast<int>(score.score * 100));
    return R"({"contact":)" + brief_person_json(person) + R"(,"score":)" + points +
           R"(,"reasons":[)" + reasons + "]}";
}

// The best of all pairs of their records.
customers::DuplicateScore compare_people(const Person& left, const Person& right) {
    customers::DuplicateScore best;
    for (const model::Contact& one : left.records)
        for (const model::Contact& other : right.records)
            if (auto score = customers::compare_records(one, other); score.score > best.score)
                best = std::move(score);
    return best;
}

}  // namespace

// Who may be the same person, the surest first; score in percent.
Result list_duplicates(Gateway& gateway, runtime::Loop& loop, Request& request) {
    bool found = false;
    std::vector<std::pair<double, std::string>> candidates;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        const auto scope = model::scope_of(request.principal->viewer);
        const auto person = person_of(reader, scope, model::ContactId{request.id()});
        found = person.has_value();
        if (!person) return;
        std::set<model::ContactId> roots;
        for (const model::Contact& record : person->records)
            for (const auto id : reader.contacts_with(reader.contact_keys(record.id), sharing_max))
                roots.insert(reader.records(id).front());
        roots.erase(person->records.front().id);
        for (const model::ContactId root : roots) {
            const auto other = person_of(reader, scope, root);
            if (!other) continue;
            const auto score = compare_people(*person, *other);
            if (score.score >= customers::duplicate_score_min)
                candidates.emplace_back(score.score, candidate_json(*other, score));
        }
    };
    co_await read(gateway, loop, std::move(use));
    if (!found) co_return no_contact();
    std::ranges::stable_sort(candidates, std::greater{}, &std::pair<double, std::string>::first);
    if (candidates.size() > duplicates_max) candidates.resize(duplicates_max);
    std::vector<std::string> items;
    for (auto& [score, json] : candidates) items.push_back(std::move(json));
    co_return list_response(items, std::nullopt);
}

}  // namespace api::handlers
