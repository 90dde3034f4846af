#include "hub/search/snippet.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace search {
namespace {

// The asked words as they stand in the text, and by the endings of every language.
class Hits {
public:
    Hits(const std::vector<std::string>& asked, Analyser& analyser)
        : asked_(asked), analyser_(analyser) {
        for (const std::string& word : asked)
            for (const std::string& language : languages())
                stems_[language].insert(analyser.stem(word, language));
    }
    bool is_hit(const std::string& token) {
        if (std::ranges::any_of(asked_, [&](const auto& word) { return token.starts_with(word); }))
            return true;
        return std::ranges::any_of(stems_, [&](const auto& one) {
            return one.second.contains(analyser_.stem(token, one.first));
        });
    }

private:
    const std::vector<std::string>& asked_;
    Analyser& analyser_;
    std::map<std::string, std::set<std::string>> stems_;
};

std::string on_one_line(std::string_view text) {
    std::string out{text};
    std::ranges::replace_if(
        out, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    return out;
}

}  // namespace

std::vector<SnippetPart> snippet_of(std::string_view text, const std::vector<std::string>& asked,
                                    std::size_t bytes, Analyser& analyser) {
    const std::vector<Word> words = words_of(text);
    if (words.empty()) return {};
    Hits hits(asked, analyser);
    std::vector<bool> is_hit(words.size());
    std::size_t first = words.size();
    for (std::size_t i = 0; i < words.size(); ++i) {
        is_hit[i] = hits.is_hit(words[i].token);
        if (is_hit[i] && first == words.size()) first = i;
        // What stands far behind the first hit is not shown.
        if (first < words.size() && words[i].begin > words[first].begin + bytes) break;
    }
    std::size_t from = first == words.size() ? 0 : first;
    while (from > 0 && words[first].begin - words[from - 1].begin < bytes / 3) --from;
    std::vector<SnippetPart> parts;
    std::size_t shown = words[from].begin;
    const auto add = [&](std::size_t end, bool hit) {
        if (end <= shown) return;
        std::string part = on_one_line(text.substr(shown, end - shown));
        if (!parts.empty() && parts.back().hit == hit)
            parts.back().text += part;
        else
            parts.push_back({std::move(part), hit});
        shown = end;
    };
    for (std::size_t i = from; i < words.size(); ++i) {
        if (words[i].end > words[from].begin + bytes) break;
        add(words[i].begin, false);
        add(words[i].end, is_hit[i]);
    }
    return parts;
}

}  // namespace search
