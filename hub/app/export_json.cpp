// `sportello export`: everything out, as JSON lines or as a table, while the hub may be running.
#include <functional>
#include <future>
#include <iostream>
#include <nlohmann/json.hpp>

#include "hub/app/commands.hpp"
#include "hub/customers/csv.hpp"
#include "hub/model/model.hpp"

namespace app {
namespace {

using Json = nlohmann::json;

constexpr std::size_t page_rows = 500;

void in_one_view(storage::Store& store, const std::function<void(storage::Reader&)>& use) {
    std::promise<void> done;
    store.read([&](storage::Reader& reader) {
        use(reader);
        done.set_value();
    });
    done.get_future().get();
}

using Line = std::function<void(const std::string& json)>;

void contacts(storage::Reader& reader, const Line& line) {
    storage::ContactQuery query;
    query.scope.everything = true;
    query.limit = page_rows;
    for (;;) {
        const auto rows = reader.contacts(query);
        for (const auto& row : rows)
            for (const auto id : reader.records(row.id)) line(reader.contact(id)->body);
        if (rows.size() < query.limit) return;
        query.after = {rows.back().sort_key, rows.back().id};
    }
}

void conversations(storage::Reader& reader, const Line& line) {
    storage::ConversationQuery query;
    query.scope.everything = true;
    query.limit = page_rows;
    for (;;) {
        const auto rows = reader.conversations(query);
        for (const auto& row : rows) line(row.body);
        if (rows.size() < query.limit) return;
        query.before = {rows.back().updated_at, rows.back().id};
    }
}

void messages(storage::Reader& reader, const Line& line) {
    for (storage::Seq after = 0;;) {
        const auto rows = reader.messages_since(after, page_rows);
        for (const auto& row : rows) line(model::message_json(row));
        if (rows.size() < page_rows) return;
        after = rows.back().seq;
    }
}

void events(storage::Reader& reader, const Line& line) {
    storage::EventQuery query;
    query.limit = page_rows;
    for (;;) {
        const auto rows = reader.events(query);
        for (const auto& one : rows)
            line(R"({"seq":)" + std::to_string(one.row.seq) + R"(,"at":")" +
                 model::text_of(one.row.at) + R"(","kind":")" + one.row.kind + R"(","actor":")" +
                 one.row.actor + R"(","contact_id":")" + model::text_of(one.row.contact) +
                 R"(","conversation_id":")" + model::text_of(one.row.conversation) +
                 R"(","payload":)" + one.row.payload + R"(,"hash":")" + one.hash + "\"}");
        if (rows.size() < query.limit) return;
        query.after = rows.back().row.seq;
    }
}

struct Kind {
    std::function<void(storage::Reader&, const Line&)> read;
    std::vector<std::string> columns;  // of the table: paths into the JSON, with dots
};

const std::map<std::string, Kind>& kinds() {
    static const std::map<std::string, Kind> all = {
        {"contacts",
         {contacts,
          {"id", "name", "identities", "profile.segment", "profile.relationship",
           "profile.language", "fields.street.value", "fields.postal_code.value",
           "fields.city.value", "fields.province.value", "fields.country.value", "part_of_id",
           "created_at"}}},
        {"conversations",
         {conversations,
          {"id", "number", "contact.id", "contact.name", "channel", "status", "priority", "subject",
           "team_id", "assignee_id", "tags", "message_count", "created_at", "updated_at",
           "resolved_at"}}},
        {"messages",
         {messages,
          {"id", "conversation_id", "number", "direction", "visibility", "kind", "author.name",
           "author.address", "subject", "text", "delivery.state", "sent_at", "received_at"}}},
        {"events", {events, {"seq", "at", "kind", "actor", "contact_id", "conversation_id"}}}};
    return all;
}

std::string text_in(const Json& json) {
    if (json.is_null()) return {};
    if (json.is_string()) return json.get<std::string>();
    if (!json.is_array()) return json.dump();
    std::string text;  // of identities their values, of tags themselves
    for (const Json& one : json)
        text.append(text.empty() ? "" : "; ")
            .append(one.is_object() && one.contains("value") ? text_in(one.at("value"))
                                                             : text_in(one));
    return text;
}

std::string text_at(const Json& json, const std::string& path) {
    const Json* at = &json;
    for (std::size_t begin = 0; begin <= path.size();) {
        const auto end = std::min(path.find('.', begin), path.size());
        const auto member = at->find(path.substr(begin, end - begin));
        if (member == at->end()) return {};
        at = &*member;
        begin = end + 1;
    }
    return text_in(*at);
}

void print_table_line(const Kind& kind, const std::string& text) {
    const Json json = Json::parse(text);
    std::string line;
    for (const std::string& column : kind.columns)
        line.append(line.empty() ? "" : ",").append(customers::csv_cell(text_at(json, column)));
    std::cout << line << "\r\n";
}

}  // namespace

int export_everything(const Options& options) {
    const auto kind = kinds().find(options.exported);
    if (kind == kinds().end())
        throw std::runtime_error("export contacts, conversations, messages or events");
    const bool table = options.format == "csv";
    if (!table && options.format != "ndjson")
        throw std::runtime_error("--format must be ndjson or csv");
    const auto store = open_store(options);
    if (table) {
        std::string heading;
        for (const std::string& column : kind->second.columns)
            heading.append(heading.empty() ? "" : ",").append(column);
        std::cout << heading << "\r\n";
    }
    in_one_view(*store, [&](storage::Reader& reader) {
        kind->second.read(reader, [&](const std::string& json) {
            if (table)
                print_table_line(kind->second, json);
            else
                std::cout << json << "\n";
        });
    });
    if (!std::cout.flush()) throw std::runtime_error("the output cannot be written");
    return 0;
}

}  // namespace app
