// What MemoryReader answers about people: records, organisations, follow-ups.
#include <algorithm>
#include <set>

#include "storage/memory/memory_reader.hpp"

namespace storage {
namespace {

// At its start or at the start of one of its words.
bool begins(const std::string& sort_key, const std::string& prefix) {
    return sort_key.starts_with(prefix) || sort_key.find(" " + prefix) != std::string::npos;
}

template <class Values, class Value>
bool listed(const Values& values, const Value& value) {
    return values.empty() || std::ranges::find(values, value) != values.end();
}

}  // namespace

std::vector<ContactId> MemoryReader::records(ContactId id) {
    const auto known = tables_.contacts.find(id);
    if (known == tables_.contacts.end()) return {};
    const ContactId root = known->second.root;
    std::vector<ContactId> ids;
    if (tables_.contacts.contains(root) && tables_.contacts.at(root).root == root)
        ids.push_back(root);
    for (const auto& [other, row] : tables_.contacts)
        if (row.root == root && other != root) ids.push_back(other);
    return ids;
}

bool MemoryReader::sees_person(const Scope& scope, ContactId root) {
    if (scope.everything) return true;
    ConversationQuery any;
    any.scope.everything = true;
    for (const auto& [id, row] : tables_.contacts)
        if (row.root == root) any.contacts.push_back(id);
    if (any.contacts.empty() || count(any) == 0) return true;
    any.scope = scope;
    return count(any) != 0;
}

std::vector<ContactRow> MemoryReader::contacts(const ContactQuery& query) {
    std::set<ContactId> by_identity;
    for (const auto& [key, row] : tables_.identities)
        for (const std::string& address : query.addresses)
            if (const auto of = tables_.contacts.find(row.contact);
                row.value.starts_with(address) && of != tables_.contacts.end())
                by_identity.insert(of->second.root);
    const bool everybody = query.words.empty() && query.addresses.empty();
    std::vector<ContactRow> rows;
    for (const auto& [id, row] : tables_.contacts) {
        const bool by_name =
            !query.words.empty() && std::ranges::all_of(query.words, [&row](const auto& word) {
                return begins(row.sort_key, word);
            });
        const bool named = everybody || by_name || by_identity.contains(id);
        const bool later = !query.after || std::pair{row.sort_key, id} > *query.after;
        if (row.root == id && named && later && sees_person(query.scope, id)) rows.push_back(row);
    }
    std::ranges::sort(rows, {}, [](const ContactRow& row) {
        return std::pair{row.sort_key, row.id};
    });
    if (rows.size() > query.limit) rows.resize(query.limit);
    return rows;
}

std::vector<std::string> MemoryReader::contact_keys(ContactId id) {
    const auto known = tables_.contact_keys.find(id);
    if (known == tables_.contact_keys.end()) return {};
    const std::set<std::string> sorted(known->second.begin(), known->second.end());
    return {sorted.begin(), sorted.end()};
}

std::vector<ContactId> MemoryReader::contacts_with(const std::vector<std::string>& keys,
                                                   std::size_t limit) {
    std::set<ContactId> found;
    for (const std::string& key : keys) {
        std::vector<ContactId> sharing;
        for (const auto& [id, known] : tables_.contact_keys)
            if (std::ranges::find(known, key) != known.end()) sharing.push_back(id);
        if (sharing.size() <= limit) found.insert(sharing.begin(), sharing.end());
    }
    return {found.begin(), found.end()};
}

std::optional<OrganisationRow> MemoryReader::organisation(std::uint64_t id) {
    const auto known = tables_.organisations.find(id);
    return known == tables_.organisations.end() ? std::nullopt : std::optional{known->second};
}

std::vector<OrganisationRow> MemoryReader::organisations(const std::string& prefix,
                                                         std::uint64_t after, std::size_t limit) {
    std::vector<OrganisationRow> rows;
    for (const auto& [id, row] : tables_.organisations)
        if (id > after && begins(row.sort_key, prefix) && rows.size() < limit) rows.push_back(row);
    return rows;
}

std::optional<std::uint64_t> MemoryReader::organisation_of_domain(const std::string& domain) {
    for (const auto& [id, row] : tables_.organisations)
        if (std::ranges::find(row.domains, domain) != row.domains.end()) return id;
    return std::nullopt;
}

std::optional<FollowUpRow> MemoryReader::follow_up(std::uint64_t id) {
    const auto known = tables_.follow_ups.find(id);
    return known == tables_.follow_ups.end() ? std::nullopt : std::optional{known->second};
}

std::vector<FollowUpRow> MemoryReader::follow_ups(const FollowUpQuery& query) {
    std::vector<FollowUpRow> rows;
    for (const auto& [id, row] : tables_.follow_ups)
        if (listed(query.states, row.state) && listed(query.contacts, row.contact) &&
            (!query.owner || *query.owner == row.owner) &&
            (!query.after || std::pair{row.due_at, id} > *query.after))
            rows.push_back(row);
    std::ranges::sort(rows, {}, [](const FollowUpRow& row) {
        return std::pair{row.due_at, row.id};
    });
    if (rows.size() > query.limit) rows.resize(query.limit);
    return rows;
}

}  // namespace storage
