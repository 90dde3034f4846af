// The place of a text where the words that were asked for stand.
#pragma once

#include "hub/search/analyser.hpp"

namespace search {

struct SnippetPart {
    std::string text;
    bool hit = false;
};

// About `bytes` around the first hit, cut between words; the beginning of the text where there is
// none. A hit is a word that begins with, or has the stem of, one that was asked for.
std::vector<SnippetPart> snippet_of(std::string_view text, const std::vector<std::string>& asked,
                                    std::size_t bytes, Analyser& analyser);

}  // namespace search
