// Search over messages and people, by what the viewer may see.
#include <algorithm>
#include <array>

#include "hub/api/handlers.hpp"
#include "hub/api/person.hpp"
#include "hub/customers/fold.hpp"
#include "hub/search/search.hpp"

namespace api::handlers {
namespace {

constexpr std::size_t query_bytes_max = 500;
constexpr std::size_t ranked_max = 400;  // of this many newest hits the best come first
constexpr std::size_t people_max = 5;
constexpr std::size_t senders_max = 50;
constexpr std::size_t snippet_bytes = 200;
constexpr std::size_t looked_at_bytes_max = 32 * 1024;  // of a message, for the place to show
constexpr auto operators = std::to_array<std::string_view>(
    {"from", "in", "channel", "team", "agent", "tag", "is", "before", "after"});

// An entity by its name, or by the beginning of one; folded.
template <class Entities>
std::optional<std::uint64_t> by_name(const Entities& entities, const std::string& name) {
    const std::string wanted = customers::folded(name);
    std::optional<std::uint64_t> begins;
    for (const auto& [id, entity] : entities) {
        const std::string known = customers::folded(entity.name);
        if (known == wanted) return model::number(id);
        if (known.starts_with(wanted) && !begins) begins = model::number(id);
    }
    return begins;
}

std::optional<model::Instant> day_of(const std::string& text) {
    return model::instant_of(text + "T00:00:00.000000Z");
}

// Fills the query from the operators; a wrong one is a fault in words.
class Filter {
public:
    Filter(storage::SearchQuery& query, const flow::Directory& directory, storage::Reader& reader,
           const std::string& country)
        : query_(query), directory_(directory), reader_(reader), country_(country) {}

    std::string fault;

    void take(const std::string& name, const std::string& value) {
        if (value.empty() || name.starts_with('-')) {
            fault = name + ": needs a value, and cannot be excluded";
            return;
        }
        if (name == "in") return take_inbox(value);
        if (name == "channel") return take_channel(value);
        if (name == "team") query_.team = wanted(by_name(directory_.teams, value), name, value);
        if (name == "agent")
            query_.assignee = wanted(by_name(directory_.agents, value), name, value);
        if (name == "tag") query_.tag = value;
        if (name == "is") return take_state(value);
        if (name == "before") query_.until = wanted(day_of(value), name, value);
        if (name == "after") query_.from = wanted(day_of(value), name, value);
        if (name == "from") take_sender(value);
    }

private:
    template <class Value>
    std::optional<Value> wanted(std::optional<Value> value, const std::string& name,
                                const std::string& said) {
        if (!value) fault = "there is nothing for " + name + ":" + said;
        return value;
    }
    void take_inbox(const std::string& value) {
        if (const auto id = wanted(by_name(directory_.inboxes, value), "in", value))
            query_.inboxes = {*id};
    }
    void take_channel(const std::string& value) {
        const auto channel = wanted(model::from_word<model::Channel>(value), "channel", value);
        if (!channel) return;
        query_.inboxes = {0};  // none
        for (const auto& [id, inbox] : directory_.inboxes)
            if (inbox.channel == *channel) query_.inboxes.push_back(model::number(id));
    }
    void take_state(const std::string& value) {
        if (value == "note")
            query_.is_note = true;
        else if (wanted(model::from_word<model::Status>(value), "is", value))
            query_.statuses.push_back(value);
    }
    // Everybody whose name or address begins so.
    void take_sender(const std::string& value) {
        storage::ContactQuery people;
        people.scope = query_.scope;
        find_by(value, country_, people);
        if (people.words.empty() && people.addresses.empty()) {
            fault = "from:" + value + " names nobody";
            return;
        }
        people.limit = senders_max;
        query_.contacts = {model::ContactId{0}};  // nobody
        for (const storage::ContactRow& row : reader_.contacts(people))
            for (const model::ContactId id : reader_.records(row.id)) query_.contacts.push_back(id);
    }

    storage::SearchQuery& query_;
    const flow::Directory& directory_;
    storage::Reader& reader_;
    const std::string& country_;
};

std::string snippet_json(const std::vector<search::SnippetPart>& parts) {
    std::string json = "[";
    for (const search::SnippetPart& part : parts)
        json.append(json.size() == 1 ? "" : ",")
            .append(R"({"text":)" + model::quoted(part.text) + R"(,"hit":)" +
                    (part.hit ? "true}" : "false}"));
    return json + "]";
}

std::string hit_json(storage::Reader& reader, const storage::SearchHit& hit,
                     const std::vector<std::string>& words, search::Analyser& analyser) {
    const auto row = reader.message(hit.message);
    const auto conversation = reader.conversation(hit.conversation);
    if (!row || !conversation) return {};
    const model::Message message = model::message_from(row->body);
    const std::string_view shown = std::string_view{message.text}.substr(0, looked_at_bytes_max);
    const auto parts = search::snippet_of(shown, words, snippet_bytes, analyser);
    return R"({"message_id":")" + model::text_of(hit.message) + R"(","number":)" +
           std::to_string(message.number) + R"(,"direction":")" +
           std::string{model::word(message.direction)} + R"(","visibility":")" +
           std::string{model::word(message.visibility)} + R"(","author":)" +
           model::quoted(message.author.name.empty() ? message.author.address
                                                     : message.author.name) +
           R"(,"at":")" + model::text_of(message.received_at) + R"(","snippet":)" +
           snippet_json(parts) + R"(,"conversation":)" + conversation->body + "}";
}

struct Found {
    std::string fault;
    std::vector<std::string> items;
    std::vector<std::string> people;
    std::optional<std::string> next;
};

// The best of the newest; the next page goes on where these end, in the same order, and beyond
// them by age.
void find_messages(storage::Reader& reader, storage::SearchQuery query, std::size_t offset,
                   std::size_t wanted, const std::vector<std::string>& words,
                   search::Analyser& analyser, Found& found) {
    query.limit = ranked_max;
    auto hits = reader.search(query);
    const bool full = hits.size() == ranked_max;
    const auto last = hits.empty() ? model::MessageId{} : hits.back().message;
    std::ranges::stable_sort(hits, {}, &storage::SearchHit::rank);
    for (std::size_t i = offset; i < hits.size() && found.items.size() < wanted; ++i)
        if (std::string json = hit_json(reader, hits[i], words, analyser); !json.empty())
            found.items.push_back(std::move(json));
    const std::string before =
        query.before ? model::text_of(*query.before) : std::to_string(~std::uint64_t{0} >> 1);
    if (offset + wanted < hits.size())
        found.next = before + "." + std::to_string(offset + wanted);
    else if (full)
        found.next = model::text_of(last) + ".0";
}

void find_people(storage::Reader& reader, const storage::Scope& scope, const std::string& words,
                 const std::string& country, Found& found) {
    storage::ContactQuery query;
    query.scope = scope;
    find_by(words, country, query);
    query.limit = people_max;
    if (query.words.empty() && query.addresses.empty()) return;
    for (const storage::ContactRow& row : reader.contacts(query))
        if (const auto person = person_of(reader, scope, row.id))
            found.people.push_back(brief_person_json(*person));
}

std::string joined(const std::vector<std::string>& items) {
    std::string json;
    for (const std::string& item : items) json.append(json.empty() ? "" : ",").append(item);
    return "[" + json + "]";
}

}  // namespace

// ?q= words, "phrases", -without, and from: in: channel: team: agent: tag: is: before: after:
Result search_everything(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const auto typed = request.query.find("q");
    const std::string text = typed == request.query.end() ? "" : typed->second;
    if (text.size() > query_bytes_max)
        co_return problem(422, "Invalid request", "is longer than 500 bytes", "q");
    unsigned long long before = 0;
    unsigned long long offset = 0;
    const auto cursor = request.query.find("cursor");
    if (cursor != request.query.end() &&
        std::sscanf(cursor->second.c_str(), "%llu.%llu", &before, &offset) != 2)
        co_return problem(422, "Invalid request", "this cursor is not one of ours", "cursor");
    const auto directory = gateway.intake.directory();
    Found found;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        thread_local search::Analyser analyser;
        const search::Asked asked = search::read_query(text, operators, analyser);
        storage::SearchQuery query;
        query.scope = model::scope_of(request.principal->viewer);
        query.clauses = asked.clauses;
        if (before != 0) query.before = model::MessageId{before};
        Filter filter(query, *directory, reader, gateway.settings.country);
        for (const auto& [name, value] : asked.operators) filter.take(name, value);
        found.fault = filter.fault;
        if (!found.fault.empty() || (asked.clauses.empty() && asked.operators.empty())) return;
        find_messages(reader, query, offset, page_size(request), asked.words, analyser, found);
        if (before == 0)
            find_people(reader, query.scope, asked.plain, gateway.settings.country, found);
    };
    co_await read(gateway, loop, std::move(use));
    if (!found.fault.empty()) co_return problem(422, "Invalid request", found.fault, "q");
    co_return json_response(R"({"items":)" + joined(found.items) + R"(,"people":)" +
                            joined(found.people) + R"(,"next":)" +
                            (found.next ? model::quoted(*found.next) : "null") + "}");
}

}  // namespace api::handlers
