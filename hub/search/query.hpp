// What somebody typed, as a question to the store.
#pragma once

#include "hub/search/analyser.hpp"
#include "storage/storage.hpp"

namespace search {

// Words are all wanted, in any order; "several words" in quotes one after the other; -word must not
// be there; the last word may be unfinished. `name:value` with a known name is handed back in
// `operators`, as typed.
struct Asked {
    std::vector<storage::SearchClause> clauses;
    std::vector<std::pair<std::string, std::string>> operators;
    std::vector<std::string> words;  // tokens, for highlighting
    std::string plain;               // without operators, for names
};

inline constexpr std::size_t clauses_max = 20;

Asked read_query(std::string_view text, std::span<const std::string_view> known_operators,
                 Analyser& analyser);

}  // namespace search
