// A complete store in memory: serves the simulator and quick tests, and judges the SQLite engine
// (one conformance suite runs on both). Nothing is durable. In `manual` mode batches wait until the
// owner commits or fails them, so a test decides what a crash keeps. Not thread-safe: one thread
// owns it.
#pragma once

#include <deque>
#include <map>

#include "storage/storage.hpp"

namespace storage {

struct MemoryTables {
    std::vector<StoredEvent> events;
    std::map<ContactId, ContactRow> contacts;
    std::map<std::pair<std::string, std::string>, IdentityRow> identities;
    std::map<ContactId, std::vector<std::string>> contact_keys;
    std::map<std::uint64_t, OrganisationRow> organisations;
    std::map<std::uint64_t, FollowUpRow> follow_ups;
    std::map<MessageId, SearchRow> search;
    std::map<ConversationId, ConversationRow> conversations;
    std::map<MessageId, MessageRow> messages;
    std::map<AttachmentId, AttachmentRow> attachments;
    std::map<std::pair<std::uint64_t, std::string>, ReceiptRow> receipts;
    std::map<std::pair<std::uint64_t, std::string>, ThreadRow> threads;
    std::map<std::pair<ConversationId, std::uint32_t>, ClockRow> clocks;
    std::map<Seq, DecisionRow> decisions;
    std::map<std::pair<std::uint64_t, Instant>, std::pair<AvailabilityRow, std::optional<Instant>>>
        availabilities;
    std::map<std::pair<std::string, std::uint64_t>, ConfigRow> config;
    std::map<std::uint64_t, OutboxRow> outbox;
    std::map<Seq, QuarantineRow> quarantine;
    std::map<std::string, SessionRow> sessions;
    std::map<std::string, CredentialRow> credentials;
    std::map<std::pair<std::string, std::string>, OperationRow> operations;
    std::map<std::string, std::string> meta;
    std::map<std::string, std::shared_ptr<const std::string>> blobs;
};

class MemoryStore final : public Store {
public:
    explicit MemoryStore(bool manual = false) : manual_(manual) {}

    void append(Batch batch, AppendCallback done) override;
    void read(std::function<void(Reader&)> use) override;
    void clear_read_tables() override;

    // Manual mode. Each returns how many batches it settled.
    std::size_t commit_waiting(std::size_t at_most);
    std::size_t fail_waiting();                // answered `unavailable`; nothing is written
    void drop_waiting() { waiting_.clear(); }  // the process died: nobody is answered
    std::size_t waiting() const { return waiting_.size(); }

private:
    AppendResult write(const Batch& batch);

    struct Waiting {
        Batch batch;
        AppendCallback done;
    };
    bool manual_;
    MemoryTables tables_;
    std::deque<Waiting> waiting_;
};

}  // namespace storage
