#include "storage/memory/memory_store.hpp"

#include <algorithm>
#include <set>

#include "storage/memory/memory_reader.hpp"

namespace storage {
namespace {

struct Writer {
    MemoryTables& tables;

    void operator()(const ContactRow& row) const { tables.contacts[row.id] = row; }
    void operator()(const IdentityRow& row) const {
        tables.identities[{row.kind, row.value}] = row;
    }
    void operator()(const IdentityRemoval& row) const {
        tables.identities.erase({row.kind, row.value});
    }
    void operator()(const ContactKeysRow& row) const {
        if (row.keys.empty())
            tables.contact_keys.erase(row.contact);
        else
            tables.contact_keys[row.contact] = row.keys;
    }
    void operator()(const OrganisationRow& row) const { tables.organisations[row.id] = row; }
    void operator()(const SearchRow& row) const { tables.search[row.message] = row; }
    void operator()(const FollowUpRow& row) const { tables.follow_ups[row.id] = row; }
    void operator()(const ConversationRow& row) const { tables.conversations[row.id] = row; }
    void operator()(const MessageRow& row) const { tables.messages[row.id] = row; }
    void operator()(const DeliveryRow& row) const {
        const auto found = tables.messages.find(row.message);
        if (found == tables.messages.end()) return;
        found->second.delivery_state = row.state;
        found->second.delivery_reason = row.reason;
    }
    void operator()(const RecipientRow& row) const {
        const auto found = tables.messages.find(row.message);
        if (found == tables.messages.end()) return;
        auto& recipients = found->second.recipients;
        const auto place =
            std::ranges::lower_bound(recipients, row.address, {}, &RecipientRow::address);
        const bool known = place != recipients.end() && place->address == row.address;
        if (known && place->state == "failed" && row.state != "failed") return;
        if (known)
            *place = row;
        else
            recipients.insert(place, row);
    }
    void operator()(const AttachmentRow& row) const { tables.attachments[row.id] = row; }
    void operator()(const ReceiptRow& row) const {
        tables.receipts[{row.inbox, row.external_id}] = row;
    }
    void operator()(const ThreadRow& row) const {
        tables.threads.try_emplace({row.inbox, row.external_id}, row);
    }
    void operator()(const ClockRow& row) const {
        tables.clocks[{row.conversation, row.number}] = row;
    }
    void operator()(const DecisionRow& row) const { tables.decisions[row.seq] = row; }
    void operator()(const AvailabilityRow& row) const {
        for (auto& [key, interval] : tables.availabilities)
            if (key.first == row.agent && !interval.second && key.second < row.since)
                interval.second = row.since;
        auto& slot = tables.availabilities[{row.agent, row.since}];
        slot.first = row;
    }
    void operator()(const ConfigRow& row) const { tables.config[{row.kind, row.id}] = row; }
    void operator()(const OutboxRow& row) const { tables.outbox[row.id] = row; }
    void operator()(const OutboxRemoval& row) const { tables.outbox.erase(row.id); }
    void operator()(const OutboxRetry& row) const {
        const auto found = tables.outbox.find(row.id);
        if (found == tables.outbox.end()) return;
        found->second.due_at = row.due_at;
        found->second.attempts = row.attempts;
        found->second.reason = row.reason;
        if (!row.body.empty()) found->second.body = row.body;
    }
    void operator()(const QuarantineRow& row) const { tables.quarantine[row.seq] = row; }
    void operator()(const QuarantineRemoval& row) const { tables.quarantine.erase(row.seq); }
    void operator()(const SessionRow& row) const { tables.sessions[row.token_hash] = row; }
    void operator()(const SessionRemoval& row) const { tables.sessions.erase(row.token_hash); }
    void operator()(const CredentialRow& row) const { tables.credentials[row.email] = row; }
    void operator()(const CredentialRemoval& row) const { tables.credentials.erase(row.email); }
    void operator()(const OperationRow& row) const {
        tables.operations[{row.author, row.client_id}] = row;
    }
    void operator()(const MetaRow& row) const { tables.meta[row.key] = row.value; }
};

// What a unique key refuses, found before anything is written.
std::optional<std::string> refusal(const MemoryTables& tables, const Batch& batch) {
    Seq next = tables.events.size() + 1;
    for (const EventRow& event : batch.events)
        if (event.seq != next++)
            return "a gap: the head is " + std::to_string(tables.events.size());
    std::set<std::pair<std::uint64_t, std::string>> receipts;
    std::set<std::pair<ConversationId, std::uint32_t>> numbers;
    for (const RowWrite& write : batch.rows) {
        if (const auto* row = std::get_if<ReceiptRow>(&write))
            if (tables.receipts.contains({row->inbox, row->external_id}))
                return "receipt exists: " + row->external_id;
        if (const auto* row = std::get_if<OperationRow>(&write))
            if (tables.operations.contains({row->author, row->client_id}))
                return "operation exists: " + row->client_id;
        if (const auto* row = std::get_if<MessageRow>(&write))
            if (tables.messages.contains(row->id) ||
                !numbers.insert({row->conversation, row->number}).second ||
                std::ranges::any_of(tables.messages, [row](const auto& entry) {
                    return entry.second.conversation == row->conversation &&
                           entry.second.number == row->number;
                }))
                return "message exists";
        if (const auto* row = std::get_if<AttachmentRow>(&write))
            if (tables.attachments.contains(row->id)) return "attachment exists";
        if (const auto* row = std::get_if<DecisionRow>(&write))
            if (tables.decisions.contains(row->seq)) return "decision exists";
        if (const auto* row = std::get_if<QuarantineRow>(&write))
            if (tables.quarantine.contains(row->seq)) return "quarantine row exists";
        if (const auto* row = std::get_if<ReceiptRow>(&write))
            if (!receipts.insert({row->inbox, row->external_id}).second)
                return "receipt twice: " + row->external_id;
    }
    return std::nullopt;
}

}  // namespace

AppendResult MemoryStore::write(const Batch& batch) {
    if (const auto why = refusal(tables_, batch))
        return {AppendError::conflict, tables_.events.size(), *why};
    for (const EventRow& event : batch.events) {
        const std::string previous = tables_.events.empty() ? "" : tables_.events.back().hash;
        tables_.events.push_back({event, chain_hash(previous, event)});
    }
    for (const RowWrite& row : batch.rows) std::visit(Writer{tables_}, row);
    for (const Blob& blob : batch.blobs) tables_.blobs.try_emplace(blob.sha256, blob.bytes);
    return {AppendError::none, tables_.events.size(), {}};
}

void MemoryStore::append(Batch batch, AppendCallback done) {
    if (manual_) {
        waiting_.push_back({std::move(batch), std::move(done)});
        return;
    }
    done(write(batch));
}

std::size_t MemoryStore::commit_waiting(std::size_t at_most) {
    std::size_t settled = 0;
    for (; settled < at_most && !waiting_.empty(); ++settled) {
        Waiting waiting = std::move(waiting_.front());
        waiting_.pop_front();
        waiting.done(write(waiting.batch));
    }
    return settled;
}

std::size_t MemoryStore::fail_waiting() {
    std::deque<Waiting> failed = std::move(waiting_);
    waiting_.clear();
    for (Waiting& waiting : failed)
        waiting.done({AppendError::unavailable, tables_.events.size(), "told to fail"});
    return failed.size();
}

void MemoryStore::read(std::function<void(Reader&)> use) {
    MemoryReader reader(tables_);
    use(reader);
}

void MemoryStore::clear_read_tables() {
    MemoryTables kept;
    kept.events = std::move(tables_.events);
    kept.outbox = std::move(tables_.outbox);
    kept.sessions = std::move(tables_.sessions);
    kept.credentials = std::move(tables_.credentials);
    kept.operations = std::move(tables_.operations);
    kept.meta = std::move(tables_.meta);
    kept.blobs = std::move(tables_.blobs);
    tables_ = std::move(kept);
}

std::unique_ptr<Store> open_memory() {
    return std::make_unique<MemoryStore>();
}

}  // namespace storage
