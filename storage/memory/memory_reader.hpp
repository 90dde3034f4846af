// The Reader port over the tables in memory.
#pragma once

#include <sstream>

#include "storage/memory/memory_store.hpp"

namespace storage {

class MemoryReader final : public Reader {
public:
    explicit MemoryReader(const MemoryTables& tables) : tables_(tables) {}

    Seq head() override { return tables_.events.size(); }
    std::optional<std::string> meta(const std::string& key) override;
    std::vector<ConfigRow> config() override;
    std::optional<ContactRow> contact(ContactId id) override;
    std::vector<IdentityRow> identities(ContactId id) override;
    std::optional<ContactId> contact_of(const std::string& kind, const std::string& value) override;
    std::vector<ContactId> records(ContactId id) override;
    std::vector<ContactRow> contacts(const ContactQuery& query) override;
    bool sees_person(const Scope& scope, ContactId root) override;
    std::vector<std::string> contact_keys(ContactId id) override;
    std::vector<ContactId> contacts_with(const std::vector<std::string>& keys,
                                         std::size_t limit) override;
    std::optional<OrganisationRow> organisation(std::uint64_t id) override;
    std::vector<OrganisationRow> organisations(const std::string& prefix, std::uint64_t after,
                                               std::size_t limit) override;
    std::optional<std::uint64_t> organisation_of_domain(const std::string& domain) override;
    std::optional<FollowUpRow> follow_up(std::uint64_t id) override;
    std::vector<FollowUpRow> follow_ups(const FollowUpQuery& query) override;
    std::optional<ConversationRow> conversation(ConversationId id) override;
    std::vector<ConversationRow> conversations(const ConversationQuery& query) override;
    std::size_t count(const ConversationQuery& query) override;
    std::vector<MessageRow> messages(ConversationId id, std::uint32_t after_number,
                                     std::size_t limit) override;
    std::vector<MessageRow> messages_before(ConversationId id, std::uint32_t before_number,
                                            std::size_t limit) override;
    std::vector<MessageRow> messages_since(Seq after, std::size_t limit) override;
    std::optional<MessageRow> message(MessageId id) override;
    std::optional<AttachmentRow> attachment(AttachmentId id) override;
    std::optional<ReceiptRow> receipt(std::uint64_t inbox, const std::string& external_id) override;
    std::optional<ConversationId> thread(std::uint64_t inbox,
                                         const std::string& external_id) override;
    std::vector<DecisionRow> decisions(ConversationId id) override;
    std::vector<ClockRow> clocks(ConversationId id) override;
    std::vector<SearchHit> search(const SearchQuery& query) override;
    std::vector<StoredEvent> events(const EventQuery& query) override;
    std::vector<OutboxRow> outbox_due(Instant now, std::size_t limit) override;
    std::vector<OutboxRow> outbox(std::size_t limit) override;
    std::vector<QuarantineRow> quarantine(Seq after, std::size_t limit) override;
    std::optional<SessionRow> session(const std::string& token_hash) override;
    std::optional<CredentialRow> credential(const std::string& email) override;
    std::optional<OperationRow> operation(const std::string& author,
                                          const std::string& client_id) override;
    std::shared_ptr<const std::string> blob(const std::string& sha256) override;
    std::string dump_read_tables() override;

private:
    void dump_people(std::ostringstream& out);

    const MemoryTables& tables_;
};

}  // namespace storage
