// Queries about people: records, organisations, follow-ups.
#include "storage/sqlite/query.hpp"
#include "storage/sqlite/reader.hpp"

namespace storage::sqlite {
namespace {

template <class Row>
ContactRow to_contact(const Row& row) {
    return {.id = row.template id<ContactId>(0),
            .root = row.template id<ContactId>(1),
            .sort_key = row.text(2),
            .body = row.text(3)};
}

constexpr const char* conversations_of_person =
    "SELECT 1 FROM contacts m JOIN conversations v ON v.contact=m.id WHERE m.root=";

// Whoever talked to nobody yet is seen by everybody.
void add_person_scope(Where& where, const Scope& scope, const std::string& root) {
    if (scope.everything) return;
    where.sql += " AND (NOT EXISTS(" + (conversations_of_person + root) + ") OR EXISTS(" +
                 conversations_of_person + root;
    add_scope(where, scope);
    where.sql += "))";
}

}  // namespace

std::optional<ContactRow> SqliteReader::contact(ContactId id) {
    Statement& row =
        db_.prepared("SELECT id,root,sort_key,body FROM contacts WHERE id=?1").bind(id);
    std::optional<ContactRow> found;
    if (row.step()) found = to_contact(row);
    row.reset();
    return found;
}

std::vector<ContactId> SqliteReader::records(ContactId id) {
    Statement& row = db_.prepared(
                            "SELECT id FROM contacts WHERE root=(SELECT root FROM contacts WHERE "
                            "id=?1) ORDER BY id<>root, id")
                         .bind(id);
    std::vector<ContactId> ids;
    while (row.step()) ids.push_back(row.id<ContactId>(0));
    row.reset();
    return ids;
}

std::vector<ContactRow> SqliteReader::contacts(const ContactQuery& query) {
    Where where;
    where.sql = "c.root=c.id";
    add_person_scope(where, query.scope, "c.id");
    std::string sql = where.sql;
    if (query.after) sql += " AND (c.sort_key,c.id)>(:key,:id)";
    std::vector<std::string> names;  // :0, :1, … in step with the words and addresses
    const auto named = [&names](const std::string&) {
        return names.emplace_back(":" + std::to_string(names.size()));
    };
    std::string by_name, by_address;
    for (const std::string& word : query.words) {
        const std::string name = named(word);
        by_name += (by_name.empty() ? "(substr(c.sort_key,1,length("
                                    : " AND (substr(c.sort_key,1,length(") +
                   name + "))=" + name + " OR instr(c.sort_key,' '||" + name + ")>0)";
    }
    for (const std::string& address : query.addresses) {
        const std::string name = named(address);
        by_address +=
            " OR c.id IN (SELECT m.root FROM identities i JOIN contacts m ON "
            "m.id=i.contact WHERE i.value>=" +
            name + " AND i.value<" + name + "||char(1114111))";
    }
    if (!names.empty())
        sql += " AND ((" + (by_name.empty() ? "0" : by_name) + ")" + by_address + ")";
    Bound row(db_,
              "SELECT c.id,c.root,c.sort_key,c.body FROM contacts c WHERE " + sql +
                  " ORDER BY c.sort_key,c.id LIMIT " + std::to_string(query.limit),
              where);
    if (query.after) {
        row.name(":key", query.after->first);
        row.name(":id", static_cast<std::int64_t>(query.after->second));
    }
    for (std::size_t i = 0; i < names.size(); ++i)
        row.name(names[i].c_str(),
                 i < query.words.size() ? query.words[i] : query.addresses[i - query.words.size()]);
    std::vector<ContactRow> rows;
    while (row.step()) rows.push_back(to_contact(row));
    return rows;
}

bool SqliteReader::sees_person(const Scope& scope, ContactId root) {
    Where where;
    add_person_scope(where, scope, std::to_string(static_cast<std::uint64_t>(root)));
    const Bound row(db_, "SELECT 1 WHERE " + where.sql, where);
    return row.step();
}

std::vector<std::string> SqliteReader::contact_keys(ContactId id) {
    Statement& row =
        db_.prepared("SELECT key FROM contact_keys WHERE contact=?1 ORDER BY key").bind(id);
    std::vector<std::string> keys;
    while (row.step()) keys.push_back(row.text(0));
    row.reset();
    return keys;
}

std::vector<ContactId> SqliteReader::contacts_with(const std::vector<std::string>& keys,
                                                   std::size_t limit) {
    std::set<ContactId> found;
    for (const std::string& key : keys) {
        Statement& row =
            db_.prepared("SELECT contact FROM contact_keys WHERE key=?1 ORDER BY contact LIMIT ?2")
                .bind(key, limit + 1);
        std::vector<ContactId> sharing;
        while (row.step()) sharing.push_back(row.id<ContactId>(0));
        row.reset();
        if (sharing.size() <= limit) found.insert(sharing.begin(), sharing.end());
    }
    return {found.begin(), found.end()};
}

namespace {

template <class Row>
OrganisationRow to_organisation(Database& db, const Row& row) {
    OrganisationRow organisation{.id = row.template id<std::uint64_t>(0),
                                 .sort_key = row.text(1),
                                 .domains = {},
                                 .body = row.text(2)};
    Statement& domain =
        db.prepared("SELECT domain FROM organisation_domains WHERE organisation=?1 ORDER BY domain")
            .bind(organisation.id);
    while (domain.step()) organisation.domains.push_back(domain.text(0));
    domain.reset();
    return organisation;
}

}  // namespace

std::optional<OrganisationRow> SqliteReader::organisation(std::uint64_t id) {
    Statement& row =
        db_.prepared("SELECT id,sort_key,body FROM organisations WHERE id=?1").bind(id);
    std::optional<OrganisationRow> found;
    if (row.step()) found = to_organisation(db_, row);
    row.reset();
    return found;
}

std::vector<OrganisationRow> SqliteReader::organisations(const std::string& prefix,
                                                         std::uint64_t after, std::size_t limit) {
    Statement& row =
        db_.prepared(
               "SELECT id,sort_key,body FROM organisations WHERE id>?2 AND "
               "(substr(sort_key,1,length(?1))=?1 OR instr(sort_key,' '||?1)>0) ORDER BY id LIMIT "
               "?3")
            .bind(prefix, after, limit);
    std::vector<OrganisationRow> rows;
    while (row.step()) rows.push_back(to_organisation(db_, row));
    row.reset();
    return rows;
}

std::optional<std::uint64_t> SqliteReader::organisation_of_domain(const std::string& domain) {
    Statement& row = db_.prepared(
                            "SELECT organisation FROM organisation_domains WHERE domain=?1 ORDER "
                            "BY organisation LIMIT 1")
                         .bind(domain);
    std::optional<std::uint64_t> found;
    if (row.step()) found = row.id<std::uint64_t>(0);
    row.reset();
    return found;
}

namespace {

template <class Row>
FollowUpRow to_follow_up(const Row& row) {
    return {.id = row.template id<std::uint64_t>(0),
            .contact = row.template id<ContactId>(1),
            .owner = row.template id<std::uint64_t>(2),
            .due_at = row.instant(3),
            .state = row.text(4),
            .body = row.text(5)};
}

}  // namespace

std::optional<FollowUpRow> SqliteReader::follow_up(std::uint64_t id) {
    Statement& row =
        db_.prepared("SELECT id,contact,owner,due_at,state,body FROM follow_ups WHERE id=?1")
            .bind(id);
    std::optional<FollowUpRow> found;
    if (row.step()) found = to_follow_up(row);
    row.reset();
    return found;
}

std::vector<FollowUpRow> SqliteReader::follow_ups(const FollowUpQuery& query) {
    Where where;
    if (query.owner) where.and_number("owner=", static_cast<std::int64_t>(*query.owner));
    where.and_ids("contact", query.contacts);
    if (query.after) {
        where.sql += " AND (due_at,id)>(?,?)";
        where.numbers.push_back(query.after->first.time_since_epoch().count());
        where.numbers.push_back(static_cast<std::int64_t>(query.after->second));
    }
    if (!query.states.empty())
        where.and_any("state", query.states,
                      [&where](const std::string& state) { where.texts.push_back(state); });
    const Bound row(db_,
                    "SELECT id,contact,owner,due_at,state,body FROM follow_ups WHERE " + where.sql +
                        " ORDER BY due_at,id LIMIT " + std::to_string(query.limit),
                    where);
    std::vector<FollowUpRow> rows;
    while (row.step()) rows.push_back(to_follow_up(row));
    return rows;
}

}  // namespace storage::sqlite
