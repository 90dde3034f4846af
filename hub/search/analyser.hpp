// Text into tokens and stems.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace search {

// One word of a text: its token, and where it stands (bytes).
struct Word {
    std::string token;
    std::size_t begin = 0;
    std::size_t end = 0;
};

// Letters and digits, folded; a combining mark belongs to its word. At most `words_max` of them.
std::vector<Word> words_of(std::string_view text);
inline constexpr std::size_t words_max = 50'000;

// The languages whose endings are known: "it", "en", "de", "fr", "es".
const std::vector<std::string>& languages();

// One of them, or empty: too short a text, or another language.
std::string language_of(std::string_view text);

// What the index keeps of a text: its tokens, and their stems by its language; single spaces
// between.
struct Analysed {
    std::string stems;
    std::string words;
};

class Analyser {
public:
    Analyser();
    ~Analyser();
    Analyser(const Analyser&) = delete;
    Analyser& operator=(const Analyser&) = delete;

    Analysed analyse(std::string_view text);
    // The token itself where the language is unknown.
    std::string stem(const std::string& token, std::string_view language);

private:
    struct Stemmers;
    std::unique_ptr<Stemmers> stemmers_;
};

}  // namespace search
