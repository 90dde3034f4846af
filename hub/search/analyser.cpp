#include "hub/search/analyser.hpp"

#include <cld2/public/compact_lang_det.h>
#include <libstemmer.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <map>

#include "hub/customers/fold.hpp"

namespace search {
namespace {

constexpr std::size_t language_bytes_max = 4096;  // more says nothing more about the language

bool belongs_to_word(UChar32 c) {
    return c >= 0 && (u_isalnum(c) || u_charType(c) == U_NON_SPACING_MARK);
}

// CLD2's stop at the Italian and English that customers write; what it is unsure of stays unknown.
struct KnownLanguage {
    CLD2::Language language;
    const char* code;
    const char* algorithm;  // libstemmer's name
};
constexpr auto known = std::to_array<KnownLanguage>({{CLD2::ITALIAN, "it", "italian"},
                                                     {CLD2::ENGLISH, "en", "english"},
                                                     {CLD2::GERMAN, "de", "german"},
                                                     {CLD2::FRENCH, "fr", "french"},
                                                     {CLD2::SPANISH, "es", "spanish"}});

struct DeleteStemmer {
    void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

}  // namespace

struct Analyser::Stemmers {
    std::map<std::string, std::unique_ptr<sb_stemmer, DeleteStemmer>, std::less<>> by_language;
};

Analyser::Analyser() : stemmers_(std::make_unique<Stemmers>()) {
    for (const KnownLanguage& one : known)
        stemmers_->by_language[one.code].reset(sb_stemmer_new(one.algorithm, "UTF_8"));
}
Analyser::~Analyser() = default;

const std::vector<std::string>& languages() {
    static const std::vector<std::string> codes = [] {
        std::vector<std::string> list;
        for (const KnownLanguage& one : known) list.emplace_back(one.code);
        return list;
    }();
    return codes;
}

std::vector<Word> words_of(std::string_view text) {
    std::vector<Word> words;
    const auto* bytes = text.data();
    const auto size = static_cast<std::int32_t>(std::min<std::size_t>(text.size(), INT32_MAX));
    std::int32_t begin = -1;
    const auto finish = [&](std::int32_t end) {
        if (begin < 0) return;
        const std::string_view part =
            text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
        std::string token = customers::folded(part);
        if (!token.empty())
            words.push_back(
                {std::move(token), static_cast<std::size_t>(begin), static_cast<std::size_t>(end)});
        begin = -1;
    };
    for (std::int32_t i = 0; i < size && words.size() < words_max;) {
        const std::int32_t at = i;
        UChar32 c = 0;
        U8_NEXT(bytes, i, size, c);
        if (!belongs_to_word(c))
            finish(at);
        else if (begin < 0)
            begin = at;
    }
    if (words.size() < words_max) finish(size);
    return words;
}

std::string language_of(std::string_view text) {
    bool reliable = false;
    const std::string_view part = text.substr(0, language_bytes_max);
    const CLD2::Language language =
        CLD2::DetectLanguage(part.data(), static_cast<int>(part.size()), true, &reliable);
    const auto found = std::ranges::find(known, language, &KnownLanguage::language);
    return reliable && found != known.end() ? found->code : "";
}

std::string Analyser::stem(const std::string& token, std::string_view language) {
    const auto stemmer = stemmers_->by_language.find(language);
    if (stemmer == stemmers_->by_language.end() || !stemmer->second) return token;
    const auto* stem =
        sb_stemmer_stem(stemmer->second.get(), reinterpret_cast<const sb_symbol*>(token.data()),
                        static_cast<int>(token.size()));
    if (stem == nullptr) return token;
    return {reinterpret_cast<const char*>(stem),
            static_cast<std::size_t>(sb_stemmer_length(stemmer->second.get()))};
}

Analysed Analyser::analyse(std::string_view text) {
    Analysed analysed;
    const std::string language = language_of(text);
    for (const Word& word : words_of(text)) {
        const auto add = [](std::string& list, const std::string& one) {
            if (!list.empty()) list.push_back(' ');
            list += one;
        };
        add(analysed.words, word.token);
        add(analysed.stems, stem(word.token, language));
    }
    return analysed;
}

}  // namespace search
