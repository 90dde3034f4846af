#include "hub/search/query.hpp"

#include <algorithm>
#include <set>

namespace search {
namespace {

// Every way in which a store may hold these words: as they are, or by the endings of a language.
storage::SearchClause clause_of(const std::vector<Word>& words, bool prefix, Analyser& analyser) {
    storage::SearchClause clause;
    storage::SearchAlternative plain;
    for (const Word& word : words) plain.tokens.push_back(word.token);
    plain.prefix = prefix;
    clause.any.push_back(plain);
    std::set<std::vector<std::string>> seen;
    for (const std::string& language : languages()) {
        storage::SearchAlternative stemmed;
        stemmed.stemmed = true;
        for (const Word& word : words)
            stemmed.tokens.push_back(analyser.stem(word.token, language));
        if (seen.insert(stemmed.tokens).second) clause.any.push_back(std::move(stemmed));
    }
    return clause;
}

class Reader {
public:
    Reader(std::string_view text, std::span<const std::string_view> names, Analyser& analyser)
        : text_(text), names_(names), analyser_(analyser) {}

    Asked read() {
        while (next_word()) {
        }
        return std::move(asked_);
    }

private:
    bool next_word() {
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
        if (at_ >= text_.size()) return false;
        const bool excluded = text_[at_] == '-' && at_ + 1 < text_.size() && text_[at_ + 1] != ' ';
        if (excluded) ++at_;
        const bool phrase = text_[at_] == '"';
        if (!phrase && take_operator(excluded)) return true;
        const std::string_view word = phrase ? quoted() : plain();
        add(word, phrase, excluded);
        return true;
    }

    std::string_view plain() {
        const auto end = std::min(text_.find(' ', at_), text_.size());
        const std::string_view word = text_.substr(at_, end - at_);
        at_ = end;
        return word;
    }
    std::string_view quoted() {
        const auto end = std::min(text_.find('"', at_ + 1), text_.size());
        const std::string_view words = text_.substr(at_ + 1, end - at_ - 1);
        at_ = std::min(end + 1, text_.size());
        return words;
    }

    // name:value or name:"several words".
    bool take_operator(bool excluded) {
        const auto colon = text_.find_first_of(": ", at_);
        if (colon == std::string_view::npos || text_[colon] != ':') return false;
        const std::string_view name = text_.substr(at_, colon - at_);
        if (std::ranges::find(names_, name) == names_.end()) return false;
        at_ = colon + 1;
        const bool phrase = at_ < text_.size() && text_[at_] == '"';
        // What is not understood is handed back with its sign, so that it can be refused.
        asked_.operators.emplace_back((excluded ? "-" : "") + std::string{name},
                                      phrase ? quoted() : plain());
        return true;
    }

    void add(std::string_view word, bool phrase, bool excluded) {
        const std::vector<Word> words = words_of(word);
        if (words.empty() || asked_.clauses.size() >= clauses_max) return;
        constexpr std::size_t beginning_min = 2;  // one letter is the beginning of everything
        const bool unfinished = !phrase && !excluded && at_ >= text_.size() && words.size() == 1 &&
                                words.front().token.size() >= beginning_min;
        storage::SearchClause clause = clause_of(words, unfinished, analyser_);
        clause.excluded = excluded;
        asked_.clauses.push_back(std::move(clause));
        if (excluded) return;
        for (const Word& one : words) asked_.words.push_back(one.token);
        asked_.plain.append(asked_.plain.empty() ? "" : " ").append(word);
    }

    std::string_view text_;
    std::span<const std::string_view> names_;
    Analyser& analyser_;
    std::size_t at_ = 0;
    Asked asked_;
};

}  // namespace

Asked read_query(std::string_view text, std::span<const std::string_view> known_operators,
                 Analyser& analyser) {
    return Reader(text, known_operators, analyser).read();
}

}  // namespace search
