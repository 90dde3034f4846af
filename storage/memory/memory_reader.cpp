#include "storage/memory/memory_reader.hpp"

#include <algorithm>
#include <set>
#include <sstream>

namespace storage {
namespace {

template <class Map>
auto find_in(const Map& map, const typename Map::key_type& key)
    -> std::optional<typename Map::mapped_type> {
    const auto found = map.find(key);
    if (found == map.end()) return std::nullopt;
    return found->second;
}

template <class Value>
bool listed(const std::vector<Value>& values, const Value& value) {
    return values.empty() || std::ranges::find(values, value) != values.end();
}

bool in_scope(const Scope& scope, const ConversationRow& row) {
    return scope.everything || row.assignee == scope.agent ||
           std::ranges::find(scope.teams, row.team) != scope.teams.end() ||
           std::ranges::find(scope.inboxes, row.inbox) != scope.inboxes.end();
}

bool matches(const ConversationQuery& query, const ConversationRow& row) {
    return in_scope(query.scope, row) && listed(query.statuses, row.status) &&
           (!query.inbox || *query.inbox == row.inbox) &&
           (!query.assignee || *query.assignee == row.assignee) &&
           (!query.team || *query.team == row.team) && listed(query.contacts, row.contact);
}

bool matches(const EventQuery& query, const EventRow& row) {
    return row.seq > query.after && (!query.before || row.seq < *query.before) &&
           listed(query.contacts, row.contact) &&
           (!query.conversation || *query.conversation == row.conversation) &&
           listed(query.kinds, row.kind);
}

template <class Rows>
void keep(Rows& rows, std::size_t limit) {
    if (rows.size() > limit) rows.resize(limit);
}

}  // namespace

std::optional<std::string> MemoryReader::meta(const std::string& key) {
    return find_in(tables_.meta, key);
}

std::vector<ConfigRow> MemoryReader::config() {
    std::vector<ConfigRow> rows;
    rows.reserve(tables_.config.size());
    for (const auto& [key, row] : tables_.config) rows.push_back(row);
    return rows;
}

std::optional<ContactRow> MemoryReader::contact(ContactId id) {
    return find_in(tables_.contacts, id);
}

std::vector<IdentityRow> MemoryReader::identities(ContactId id) {
    std::vector<IdentityRow> rows;
    for (const auto& [key, row] : tables_.identities)
        if (row.contact == id) rows.push_back(row);
    return rows;
}

std::optional<ContactId> MemoryReader::contact_of(const std::string& kind,
                                                  const std::string& value) {
    const auto row = find_in(tables_.identities, {kind, value});
    return row ? std::optional{row->contact} : std::nullopt;
}

std::optional<ConversationRow> MemoryReader::conversation(ConversationId id) {
    return find_in(tables_.conversations, id);
}

std::vector<ConversationRow> MemoryReader::conversations(const ConversationQuery& query) {
    std::vector<ConversationRow> rows;
    for (const auto& [id, row] : tables_.conversations)
        if (matches(query, row) &&
            (!query.before || std::pair{row.updated_at, row.id} < *query.before))
            rows.push_back(row);
    std::ranges::sort(rows, std::greater{}, [](const ConversationRow& row) {
        return std::pair{row.updated_at, row.id};
    });
    keep(rows, query.limit);
    return rows;
}

std::size_t MemoryReader::count(const ConversationQuery& query) {
    return static_cast<std::size_t>(std::ranges::count_if(
        tables_.conversations,
        [&query](const auto& entry) { return matches(query, entry.second); }));
}

std::vector<MessageRow> MemoryReader::messages(ConversationId id, std::uint32_t after_number,
                                               std::size_t limit) {
    std::vector<MessageRow> rows;
    for (const auto& [key, row] : tables_.messages)
        if (row.conversation == id && row.number > after_number) rows.push_back(row);
    std::ranges::sort(rows, {}, &MessageRow::number);
    keep(rows, limit);
    return rows;
}

std::vector<MessageRow> MemoryReader::messages_before(ConversationId id,
                                                      std::uint32_t before_number,
                                                      std::size_t limit) {
    std::vector<MessageRow> rows = messages(id, 0, tables_.messages.size());
    std::erase_if(rows,
                  [before_number](const MessageRow& row) { return row.number >= before_number; });
    if (rows.size() > limit)
        rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(limit));
    return rows;
}

std::vector<MessageRow> MemoryReader::messages_since(Seq after, std::size_t limit) {
    std::vector<MessageRow> rows;
    for (const auto& [key, row] : tables_.messages)
        if (row.seq > after) rows.push_back(row);
    std::ranges::sort(rows, {}, &MessageRow::seq);
    keep(rows, limit);
    return rows;
}

std::optional<MessageRow> MemoryReader::message(MessageId id) {
    return find_in(tables_.messages, id);
}

std::optional<AttachmentRow> MemoryReader::attachment(AttachmentId id) {
    return find_in(tables_.attachments, id);
}

std::optional<ReceiptRow> MemoryReader::receipt(std::uint64_t inbox,
                                                const std::string& external_id) {
    return find_in(tables_.receipts, {inbox, external_id});
}

std::optional<ConversationId> MemoryReader::thread(std::uint64_t inbox,
                                                   const std::string& external_id) {
    if (const auto row = receipt(inbox, external_id)) return row->conversation;
    const auto row = find_in(tables_.threads, {inbox, external_id});
    return row ? std::optional{row->conversation} : std::nullopt;
}

std::vector<DecisionRow> MemoryReader::decisions(ConversationId id) {
    std::vector<DecisionRow> rows;
    for (const auto& [seq, row] : tables_.decisions)
        if (row.conversation == id) rows.push_back(row);
    return rows;
}

std::vector<ClockRow> MemoryReader::clocks(ConversationId id) {
    std::vector<ClockRow> rows;
    for (const auto& [key, row] : tables_.clocks)
        if (row.conversation == id) rows.push_back(row);
    return rows;
}

std::vector<StoredEvent> MemoryReader::events(const EventQuery& query) {
    std::vector<StoredEvent> events;
    for (const StoredEvent& event : tables_.events)
        if (matches(query, event.row)) events.push_back(event);
    if (query.newest_first) std::ranges::reverse(events);
    keep(events, query.limit);
    return events;
}

std::vector<OutboxRow> MemoryReader::outbox_due(Instant now, std::size_t limit) {
    std::vector<OutboxRow> rows;
    std::set<ConversationId> older;
    for (const auto& [id, row] : tables_.outbox)
        if (!(row.state == "held" && row.attempts == 0 && row.due_at > now) &&
            older.insert(row.conversation).second && row.due_at <= now)
            rows.push_back(row);
    std::ranges::sort(rows, {}, [](const OutboxRow& row) { return std::pair{row.due_at, row.id}; });
    keep(rows, limit);
    return rows;
}

std::vector<OutboxRow> MemoryReader::outbox(std::size_t limit) {
    std::vector<OutboxRow> rows;
    rows.reserve(tables_.outbox.size());
    for (const auto& [id, row] : tables_.outbox) rows.push_back(row);
    keep(rows, limit);
    return rows;
}

std::vector<QuarantineRow> MemoryReader::quarantine(Seq after, std::size_t limit) {
    std::vector<QuarantineRow> rows;
    for (const auto& [seq, row] : tables_.quarantine)
        if (seq > after) rows.push_back(row);
    keep(rows, limit);
    return rows;
}

std::optional<SessionRow> MemoryReader::session(const std::string& token_hash) {
    return find_in(tables_.sessions, token_hash);
}

std::optional<CredentialRow> MemoryReader::credential(const std::string& email) {
    return find_in(tables_.credentials, email);
}

std::optional<OperationRow> MemoryReader::operation(const std::string& author,
                                                    const std::string& client_id) {
    return find_in(tables_.operations, {author, client_id});
}

std::shared_ptr<const std::string> MemoryReader::blob(const std::string& sha256) {
    return find_in(tables_.blobs, sha256).value_or(nullptr);
}

namespace {

template <class... Columns>
void put_line(std::ostringstream& out, const Columns&... columns) {
    ((out << columns << "|"), ...);
    out << "\n";
}

std::int64_t micros(Instant at) {
    return at.time_since_epoch().count();
}
template <class Id>
std::uint64_t number(Id id) {
    return static_cast<std::uint64_t>(id);
}
std::string maybe(const std::optional<Instant>& at) {
    return at ? std::to_string(micros(*at)) : "";
}

}  // namespace

// The same text as the SQLite engine's, line by line.
void MemoryReader::dump_people(std::ostringstream& out) {
    out << "# contact_keys\n";
    for (const auto& [id, keys] : tables_.contact_keys)
        for (const std::string& key : contact_keys(id)) put_line(out, number(id), key);
    out << "# organisations\n";
    for (const auto& [id, row] : tables_.organisations) put_line(out, id, row.sort_key, row.body);
    out << "# organisation_domains\n";
    for (const auto& [id, row] : tables_.organisations)
        for (const std::string& domain : std::set(row.domains.begin(), row.domains.end()))
            put_line(out, id, domain);
    out << "# follow_ups\n";
    for (const auto& [id, row] : tables_.follow_ups)
        put_line(out, id, number(row.contact), row.owner, micros(row.due_at), row.state, row.body);
}

std::string MemoryReader::dump_read_tables() {
    std::ostringstream out;
    out << "# contacts\n";
    for (const auto& [id, row] : tables_.contacts)
        put_line(out, number(id), number(row.root), row.sort_key, row.body);
    dump_people(out);
    out << "# identities\n";
    for (const auto& [key, row] : tables_.identities)
        put_line(out, row.kind, row.value, number(row.contact));
    out << "# conversations\n";
    for (const auto& [id, row] : tables_.conversations)
        put_line(out, number(id), number(row.contact), row.inbox, row.team, row.assignee,
                 row.status, micros(row.updated_at), row.version, row.body);
    out << "# messages\n";
    for (const auto& [id, row] : tables_.messages)
        put_line(out, number(id), number(row.conversation), number(row.contact), row.number,
                 row.seq, row.is_note ? 1 : 0, row.body, row.delivery_state, row.delivery_reason);
    out << "# recipients\n";
    for (const auto& [id, message] : tables_.messages)
        for (const RecipientRow& row : message.recipients)
            put_line(out, number(row.message), row.address, row.state, row.reason);
    out << "# attachments\n";
    for (const auto& [id, row] : tables_.attachments)
        put_line(out, number(id), number(row.conversation), number(row.message), row.name, row.type,
                 row.size, row.blob, row.is_inline ? 1 : 0);
    out << "# receipts\n";
    for (const auto& [key, row] : tables_.receipts)
        put_line(out, row.inbox, row.external_id, number(row.conversation), number(row.message));
    out << "# threads\n";
    for (const auto& [key, row] : tables_.threads)
        put_line(out, row.inbox, row.external_id, number(row.conversation));
    out << "# clocks\n";
    for (const auto& [key, row] : tables_.clocks)
        put_line(out, number(row.conversation), row.number, row.metric, row.policy,
                 row.policy_version, row.budget.count(), micros(row.started_at), micros(row.due_at),
                 row.state, maybe(row.ended_at), row.void_reason, row.by_change ? 1 : 0);
    out << "# decisions\n";
    for (const auto& [seq, row] : tables_.decisions)
        put_line(out, seq, number(row.conversation), micros(row.at), row.body);
    out << "# availabilities\n";
    for (const auto& [key, interval] : tables_.availabilities)
        put_line(out, key.first, micros(key.second), maybe(interval.second),
                 interval.first.availability);
    out << "# config\n";
    for (const auto& [key, row] : tables_.config) put_line(out, row.kind, row.id, row.body);
    out << "# quarantine\n";
    for (const auto& [seq, row] : tables_.quarantine)
        put_line(out, seq, micros(row.at), row.inbox, row.reason, row.blob);
    return out.str();
}

}  // namespace storage
