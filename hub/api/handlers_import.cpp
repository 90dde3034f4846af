// Taking in many contacts at once: a page of rows, each answered for itself.
#include "hub/api/contact_body.hpp"
#include "hub/api/handlers.hpp"
#include "hub/customers/fields.hpp"

namespace api::handlers {
namespace {

constexpr std::size_t rows_max = 500;

struct Row {
    std::uint64_t line = 0;
    model::ChangeContact change;
    std::string fault;  // in words
    std::string done;   // created, updated, skipped
};

Row read_row(JsonBody& body, const Request& request, const std::string& country,
             const flow::Directory& directory) {
    Row row;
    row.line = body.maybe_number("line", ~std::uint64_t{0} >> 2).value_or(0);
    row.change = read_contact_change(body, country);
    row.change.agent = request.principal->agent.id;
    row.change.source = model::Source::imported;
    if (body.fault()) row.fault = body.complaint();
    for (const auto& [name, value] : row.change.fields) {
        const auto checked = customers::checked_field(name, value, directory.attributes);
        if (!checked.fault.empty() && row.fault.empty()) row.fault = name + ": " + checked.fault;
    }
    if (row.change.fields.empty() && row.change.add.empty() && row.fault.empty())
        row.fault = "nothing in it that is known of contacts";
    return row;
}

// Whom the row speaks of already, by its identities; a fault when these are several people.
void find_known(storage::Reader& reader, Row& row) {
    for (const model::Membership& membership : row.change.memberships)
        if (!reader.organisation(model::number(membership.organisation)))
            row.fault = "there is no organisation " + model::text_of(membership.organisation);
    std::set<model::ContactId> known;
    for (const model::Identity& identity : row.change.add)
        if (const auto id = reader.contact_of(identity.kind, identity.value))
            known.insert(reader.records(*id).front());
    if (known.size() > 1)
        row.fault = "its addresses belong to contacts " + model::text_of(*known.begin()) + " and " +
                    model::text_of(*known.rbegin()) + "; merge them first";
    else if (known.size() == 1)
        row.change.contact = *known.begin();
}

Result take_row(Gateway& gateway, runtime::Loop& loop, Row& row, bool update, bool dry_run) {
    std::function<void(storage::Reader&)> look = [&](storage::Reader& reader) {
        find_known(reader, row);
    };
    co_await read(gateway, loop, std::move(look));
    const bool known = model::is_some(row.change.contact);
    if (row.fault.empty()) row.done = !known ? "created" : update ? "updated" : "skipped";
    if (!row.fault.empty() || dry_run || (known && !update)) co_return Response{};
    model::Command command = row.change;
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (answer.ok()) co_return Response{};
    row.fault = answer.field.empty() ? answer.detail : answer.field + ": " + answer.detail;
    row.done.clear();
    co_return Response{};
}

}  // namespace

// {rows: [{line, …a contact's body…}], on_duplicate: "skip" or "update", dry_run}: each row is
// taken or refused for itself. What a person has entered is never overwritten.
Result import_contacts(Gateway& gateway, runtime::Loop& loop, Request& request) {
    JsonBody body(request.body);
    const std::string on_duplicate = body.maybe_text("on_duplicate", 10).value_or("skip");
    if (on_duplicate != "skip" && on_duplicate != "update")
        body.complain("on_duplicate", "must be skip or update");
    const bool dry_run = body.has("dry_run") && body.flag("dry_run");
    auto rows = body.objects("rows", rows_max);
    if (auto fault = body.fault()) co_return std::move(*fault);
    const auto directory = gateway.intake.directory();
    std::string items;
    for (JsonBody& one : rows) {
        Row row = read_row(one, request, gateway.settings.country, *directory);
        if (row.fault.empty())
            co_await take_row(gateway, loop, row, on_duplicate == "update", dry_run);
        items.append(items.empty() ? "" : ",")
            .append(R"({"line":)" + std::to_string(row.line) + R"(,"done":)" +
                    model::quoted(row.done) + R"(,"fault":)" + model::quoted(row.fault) + "}");
    }
    co_return json_response(R"({"items":[)" + items + R"(],"next":null})");
}

}  // namespace api::handlers
