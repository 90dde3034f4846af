// The timeline of a person: everything that happened, across channels and records, by the number
// in the log, which is total and never changes.
#include <array>

#include "hub/api/handlers.hpp"

namespace api::handlers {
namespace {

constexpr std::size_t read_min = 50;
constexpr int reads_per_page_max = 40;  // a filter that finds little gives a short page

// What people filter by, and the kinds of entries behind each word.
struct KindGroup {
    std::string_view name;
    std::string_view kinds;
};
constexpr auto groups = std::to_array<KindGroup>({
    {"message", "message_received,reply_queued"},
    {"note", "note_added,contact_noted"},
    {"call", "interaction_logged"},
    {"follow_up", "follow_up_saved,follow_up_due"},
    {"status", "conversation_opened,status_changed,priority_changed,tags_changed,spam_marked"},
    {"assignment", "assigned,offered,offer_ended,routing_decided"},
    {"sla", "sla_started,sla_warned,sla_breached,sla_ended,sla_changed,escalated,answer_waived"},
    {"delivery", "delivery_changed"},
    {"profile",
     "contact_created,contact_renamed,contact_profile_changed,contact_fields_changed,"
     "identity_added,identity_removed,consent_recorded,membership_changed"},
    {"merge", "contact_merged,contact_unmerged"},
});

void split(std::string_view list, std::vector<std::string>& into) {
    while (!list.empty()) {
        const std::string_view one = list.substr(0, list.find(','));
        list.remove_prefix(std::min(one.size() + 1, list.size()));
        if (!one.empty()) into.emplace_back(one);
    }
}

// "?kinds=message,assigned": groups and kinds of entries mixed.
std::vector<std::string> kinds_of(const Request& request) {
    std::vector<std::string> wanted;
    const auto found = request.query.find("kinds");
    if (found == request.query.end()) return {};
    std::vector<std::string> names;
    split(std::string_view{found->second}.substr(0, 1000), names);
    for (const std::string& name : names) {
        const auto group = std::ranges::find(groups, name, &KindGroup::name);
        if (group == groups.end())
            wanted.push_back(name);
        else
            split(group->kinds, wanted);
    }
    return wanted;
}

// The last entry at or before `at`, by halving: instants rise with the numbers.
model::Seq entry_at(storage::Reader& reader, model::Instant at) {
    model::Seq low = 0;
    model::Seq high = reader.head();
    while (low < high) {
        const model::Seq middle = low + (high - low + 1) / 2;
        storage::EventQuery one;
        one.after = middle - 1;
        one.limit = 1;
        const auto events = reader.events(one);
        if (!events.empty() && events.front().row.at <= at)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

struct Page {
    std::vector<std::string> items;
    std::optional<std::string> next;
};

// Looks through the entries of all records until the page is full; those of conversations that may
// not be seen, or are of another channel, are left out.
class Collector {
public:
    Collector(storage::Reader& reader, const Request& request, const flow::Directory& directory)
        : reader_(reader), request_(request), directory_(directory) {
        if (const auto channel = request.query.find("channel"); channel != request.query.end())
            channel_ = model::from_word<model::Channel>(channel->second);
    }

    Page collect(storage::EventQuery query, std::size_t wanted) {
        Page page;
        for (int turn = 0; turn < reads_per_page_max; ++turn) {
            query.limit = std::max(wanted, read_min);
            const auto events = reader_.events(query);
            for (const storage::StoredEvent& event : events) {
                const model::Seq seq = event.row.seq;
                if (query.newest_first)
                    query.before = seq;
                else
                    query.after = seq;
                if (!shown(event.row.conversation)) continue;
                page.items.push_back(event_json(event));
                if (page.items.size() == wanted) {
                    page.next = std::to_string(seq);
                    return page;
                }
            }
            if (events.size() < query.limit) return page;
        }
        page.next = std::to_string(query.newest_first ? *query.before : query.after);
        return page;
    }

private:
    bool shown(model::ConversationId id) {
        if (!model::is_some(id)) return !channel_;
        const auto known = shown_.find(id);
        if (known != shown_.end()) return known->second;
        const auto row = visible_row(reader_, request_, model::number(id));
        bool is_shown = row.has_value();
        if (row && channel_) {
            const auto inbox = directory_.inboxes.find(model::InboxId{row->inbox});
            is_shown = inbox != directory_.inboxes.end() && inbox->second.channel == *channel_;
        }
        return shown_[id] = is_shown;
    }

    storage::Reader& reader_;
    const Request& request_;
    const flow::Directory& directory_;
    std::optional<model::Channel> channel_;
    std::map<model::ConversationId, bool> shown_;
};

}  // namespace

// Newest first, or ?order=oldest. ?at= begins at that instant, ?cursor= after the page before.
Result list_timeline(Gateway& gateway, runtime::Loop& loop, Request& request) {
    const auto order = request.query.find("order");
    const auto channel = request.query.find("channel");
    const auto at = request.query.find("at");
    const auto instant = at == request.query.end() ? std::nullopt : model::instant_of(at->second);
    if (at != request.query.end() && !instant)
        co_return problem(422, "Invalid request",
                          "must be an instant like 2026-11-22T08:00:00.000000Z", "at");
    if (channel != request.query.end() && !model::from_word<model::Channel>(channel->second))
        co_return problem(422, "Invalid request", "there is no such channel", "channel");
    bool found = false;
    Page page;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        storage::EventQuery query;
        query.contacts = reader.records(model::ContactId{request.id()});
        found =
            !query.contacts.empty() &&
            reader.sees_person(model::scope_of(request.principal->viewer), query.contacts.front());
        if (!found) return;
        query.newest_first = order == request.query.end() || order->second != "oldest";
        query.kinds = kinds_of(request);
        const auto cursor = request.query_number("cursor");
        // Looking on from an instant, what happened at that very instant comes first.
        const auto since = instant && !query.newest_first ? *instant - std::chrono::microseconds{1}
                                                          : instant.value_or(model::Instant{});
        const auto begin = instant && !cursor ? std::optional{entry_at(reader, since)} : cursor;
        if (query.newest_first && begin) query.before = *begin + (cursor ? 0 : 1);
        if (!query.newest_first) query.after = begin.value_or(0);
        const auto directory = gateway.intake.directory();
        page = Collector(reader, request, *directory).collect(query, page_size(request));
    };
    co_await read(gateway, loop, std::move(use));
    if (!found) co_return no_contact();
    co_return list_response(page.items, page.next);
}

}  // namespace api::handlers
