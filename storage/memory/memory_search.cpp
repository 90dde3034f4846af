// Search over the tables in memory, word by word.
#include <algorithm>
#include <sstream>

#include "storage/memory/memory_reader.hpp"

namespace storage {
namespace {

std::vector<std::string> split(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

bool holds(const SearchRow& row, const SearchAlternative& wanted) {
    const std::vector<std::string> words = split(wanted.stemmed ? row.stems : row.words);
    const std::size_t count = wanted.tokens.size();
    for (std::size_t at = 0; at + count <= words.size(); ++at) {
        bool all = true;
        for (std::size_t i = 0; i < count && all; ++i) {
            const bool may_go_on = wanted.prefix && i + 1 == count;
            all = may_go_on ? words[at + i].starts_with(wanted.tokens[i])
                            : words[at + i] == wanted.tokens[i];
        }
        if (all) return true;
    }
    return false;
}

bool holds(const SearchRow& row, const std::vector<SearchClause>& clauses) {
    return std::ranges::all_of(clauses, [&row](const SearchClause& clause) {
        return clause.excluded !=
               std::ranges::any_of(clause.any, [&row](const auto& one) { return holds(row, one); });
    });
}

template <class Values, class Value>
bool listed(const Values& values, const Value& value) {
    return values.empty() || std::ranges::find(values, value) != values.end();
}

}  // namespace

std::vector<SearchHit> MemoryReader::search(const SearchQuery& query) {
    const bool asks = !query.clauses.empty();
    const SearchRow nothing;  // of what is not indexed yet
    std::vector<SearchHit> hits;
    for (auto one = tables_.messages.rbegin(); one != tables_.messages.rend(); ++one) {
        const MessageRow& message = one->second;
        const auto found = tables_.conversations.find(message.conversation);
        if (hits.size() == query.limit || found == tables_.conversations.end()) continue;
        const ConversationRow& row = found->second;
        ConversationQuery seen;
        seen.scope = query.scope;
        seen.contacts = {row.contact};
        seen.team = query.team;
        seen.assignee = query.assignee;
        seen.statuses = query.statuses;
        const auto rows = conversations(seen);
        const bool visible = std::ranges::find(rows, row.id, &ConversationRow::id) != rows.end();
        const Instant at = tables_.events.at(message.seq - 1).row.at;
        const auto text = tables_.search.find(message.id);
        const bool worded =
            !asks || holds(text == tables_.search.end() ? nothing : text->second, query.clauses);
        const bool tagged =
            query.tag.empty() || row.body.find("\"" + query.tag + "\"") != std::string::npos;
        if (visible && worded && tagged && listed(query.inboxes, row.inbox) &&
            listed(query.contacts, row.contact) && (!query.from || at >= *query.from) &&
            (!query.until || at < *query.until) &&
            (!query.is_note || *query.is_note == message.is_note) &&
            (!query.before || message.id < *query.before))
            hits.push_back({message.id, message.conversation, 0});
    }
    return hits;
}

}  // namespace storage
