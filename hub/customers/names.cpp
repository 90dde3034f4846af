#include "hub/customers/names.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "hub/customers/fold.hpp"

namespace customers {
namespace {

template <std::size_t size>
bool is_among(const std::array<std::string_view, size>& sorted, std::string_view word) {
    return std::ranges::binary_search(sorted, word);
}

// Sorted, as folded words.
constexpr auto no_names = std::to_array<std::string_view>(
    {"arch",  "avv",   "cav",  "co",  "dipl",  "dott",   "dottore", "dottssa",
     "dr",    "drssa", "dssa", "egr", "frau",  "gent",   "gentma",  "geom",
     "gmbh",  "herr",  "ing",  "ltd", "mag",   "mme",    "mr",      "mrs",
     "ms",    "prof",  "rag",  "sas", "sig",   "signor", "signora", "signore",
     "sigra", "sigri", "snc",  "spa", "spett", "sra",    "srl",     "ssa"});

constexpr auto role_mailboxes = std::to_array<std::string_view>(
    {"accounts",     "acquisti",   "admin",       "amministrazione", "backstube",   "bestellung",
     "buero",        "cassa",      "commerciale", "contabilita",     "contact",     "contatti",
     "cucina",       "direzione",  "einkauf",     "eventi",          "facturation", "fatture",
     "hello",        "info",       "kontakt",     "kueche",          "laboratorio", "magazzino",
     "mail",         "marketing",  "negozio",     "office",          "orders",      "ordini",
     "prenotazioni", "produzione", "reservas",    "sales",           "segreteria",  "service",
     "shop",         "studio",     "support",     "ufficio",         "vendite"});

constexpr auto shop_words = std::to_array<std::string_view>(
    {"albergo",     "backerei",   "bakery",   "bar",        "boulangerie", "cafe",
     "caffe",       "catering",   "company",  "confiserie", "eiscafe",     "eisdiele",
     "gelateria",   "gelati",     "glacier",  "heladeria",  "hotel",       "konditorei",
     "laboratorio", "locanda",    "osteria",  "panificio",  "parlour",     "pasteleria",
     "pasticceria", "patisserie", "pizzeria", "ristorante", "trattoria"});

constexpr auto public_providers = std::to_array<std::string_view>(
    {"alice.it",   "aol.com",    "aruba.it",    "fastwebnet.it",  "free.fr",     "gmail.com",
     "gmx.at",     "gmx.de",     "gmx.net",     "googlemail.com", "hotmail.com", "hotmail.it",
     "icloud.com", "inwind.it",  "laposte.net", "legalmail.it",   "libero.it",   "live.com",
     "live.it",    "mail.com",   "me.com",      "msn.com",        "orange.fr",   "outlook.com",
     "outlook.it", "pec.it",     "proton.me",   "protonmail.com", "t-online.de", "tim.it",
     "tin.it",     "tiscali.it", "virgilio.it", "wanadoo.fr",     "web.de",      "yahoo.com",
     "yahoo.de",   "yahoo.fr",   "yahoo.it",    "ymail.com"});

// Short forms that are not simply the beginning of the long one.
struct ShortForm {
    std::string_view brief;
    std::string_view whole;
};
constexpr auto short_forms = std::to_array<ShortForm>(
    {{"ale", "alessandro"},   {"ale", "alessandra"},    {"alex", "alessandro"},
     {"alex", "alexander"},   {"andy", "andreas"},      {"beppe", "giuseppe"},
     {"bepi", "giuseppe"},    {"peppe", "giuseppe"},    {"peppino", "giuseppe"},
     {"pino", "giuseppe"},    {"bea", "beatrice"},      {"bernie", "bernhard"},
     {"bert", "robert"},      {"betta", "elisabetta"},  {"lisa", "elisabetta"},
     {"beth", "elizabeth"},   {"liz", "elizabeth"},     {"bill", "william"},
     {"will", "william"},     {"bob", "robert"},        {"rob", "robert"},
     {"charlie", "charles"},  {"chiaretta", "chiara"},  {"ciccio", "francesco"},
     {"franco", "francesco"}, {"cesco", "francesco"},   {"dani", "daniele"},
     {"dani", "daniela"},     {"dick", "richard"},      {"rick", "richard"},
     {"edo", "edoardo"},      {"fede", "federico"},     {"fede", "federica"},
     {"gabri", "gabriele"},   {"gabri", "gabriella"},   {"gianni", "giovanni"},
     {"nanni", "giovanni"},   {"vanni", "giovanni"},    {"gigi", "luigi"},
     {"gino", "luigi"},       {"gio", "giovanni"},      {"gio", "giovanna"},
     {"hans", "johannes"},    {"hannes", "johannes"},   {"jack", "john"},
     {"jim", "james"},        {"joe", "joseph"},        {"sepp", "josef"},
     {"kathi", "katharina"},  {"kate", "katharine"},    {"kate", "catherine"},
     {"lele", "raffaele"},    {"lele", "gabriele"},     {"lella", "raffaella"},
     {"lolo", "lorenzo"},     {"renzo", "lorenzo"},     {"mike", "michael"},
     {"michi", "michael"},    {"mimmo", "domenico"},    {"nico", "nicola"},
     {"nico", "niccolo"},     {"nino", "antonio"},      {"tonino", "antonio"},
     {"toni", "antonio"},     {"tony", "anthony"},      {"toni", "anton"},
     {"patty", "patrizia"},   {"peggy", "margaret"},    {"maggie", "margaret"},
     {"pippo", "filippo"},    {"ricky", "riccardo"},    {"ricki", "riccardo"},
     {"rosi", "rosa"},        {"sandro", "alessandro"}, {"sandra", "alessandra"},
     {"steffi", "stefanie"},  {"steve", "stephen"},     {"susi", "susanna"},
     {"susi", "susanne"},     {"ted", "edward"},        {"tina", "cristina"},
     {"tina", "martina"},     {"titti", "tiziana"},     {"tom", "thomas"},
     {"tommi", "tommaso"},    {"ugo", "hugo"},          {"uli", "ulrich"},
     {"uschi", "ursula"},     {"vale", "valentina"},    {"vale", "valeria"},
     {"vale", "valerio"},     {"wolfi", "wolfgang"}});

bool is_short_form(const std::string& brief, const std::string& whole) {
    return std::ranges::any_of(short_forms, [&](const ShortForm& one) {
        return one.brief == brief && one.whole == whole;
    });
}

// Whether one letter was added, lost, changed or swapped with its neighbour.
bool is_typo(const std::string& left, const std::string& right) {
    constexpr std::size_t letters_min = 4;
    if (std::min(left.size(), right.size()) < letters_min) return false;
    const std::string& longer = left.size() >= right.size() ? left : right;
    const std::string& other = left.size() >= right.size() ? right : left;
    if (longer.size() - other.size() > 1) return false;
    std::size_t same = 0;
    while (same < other.size() && longer[same] == other[same]) ++same;
    const auto rest_equal = [&](std::size_t of_longer, std::size_t of_other) {
        return longer.substr(std::min(of_longer, longer.size())) ==
               other.substr(std::min(of_other, other.size()));
    };
    if (longer.size() != other.size()) return rest_equal(same + 1, same);
    const bool swapped = same + 1 < other.size() && longer[same] == other[same + 1] &&
                         longer[same + 1] == other[same] && rest_equal(same + 2, same + 2);
    return swapped || rest_equal(same + 1, same + 1);
}

// ä written as ae, and the like, counts as the letter alone.
std::string without_umlaut(std::string word) {
    for (const std::string_view pair : {"ae", "oe", "ue"})
        for (auto at = word.find(pair); at != std::string::npos; at = word.find(pair, at + 1))
            word.erase(at + 1, 1);
    return word;
}

// The gender is told by the last letter of many names: there one letter is no typo.
bool differ_in_ending(const std::string& left, const std::string& right) {
    return left.size() == right.size() && !left.empty() && left.back() != right.back() &&
           left.compare(0, left.size() - 1, right, 0, right.size() - 1) == 0;
}
bool adds_ending(const std::string& left, const std::string& right) {
    const std::string& longer = left.size() > right.size() ? left : right;
    const std::string& other = left.size() > right.size() ? right : left;
    return longer.size() == other.size() + 1 && longer.starts_with(other);
}

NameMatch match_words(const std::string& left, const std::string& right) {
    if (left == right && left.size() > 1) return NameMatch::same;
    if (left.size() == 1 || right.size() == 1)
        return left.front() == right.front() ? NameMatch::possible : NameMatch::different;
    if (without_umlaut(left) == without_umlaut(right)) return NameMatch::same;
    if (is_short_form(left, right) || is_short_form(right, left)) return NameMatch::alike;
    const bool typo =
        is_typo(left, right) && !differ_in_ending(left, right) && !adds_ending(left, right);
    return typo ? NameMatch::alike : NameMatch::different;
}

}  // namespace

std::vector<std::string> name_words(std::string_view name) {
    std::vector<std::string> words;
    for (std::size_t begin = 0; begin < name.size();) {
        const auto end = std::min(name.find(' ', begin), name.size());
        const std::string_view part = name.substr(begin, end - begin);
        begin = end + 1;
        std::string joined;  // "Sig.ra", "S.r.l."
        for (const char c : folded(part))
            if (c != '.') joined.push_back(c);
        if (is_among(no_names, joined)) continue;
        for (std::string& word : folded_words(part))
            if (!is_among(no_names, word)) words.push_back(std::move(word));
    }
    return words;
}

std::string sound_of(std::string_view word) {
    std::string sound;
    for (const char c : without_umlaut(std::string{word})) {
        const bool vowel = std::string_view{"aeiouyh"}.find(c) != std::string_view::npos;
        const char heard = c == 'k' || c == 'q'   ? 'c'
                           : c == 'z'             ? 's'
                           : c == 'v' || c == 'w' ? 'v'
                           : c == 'j'             ? 'i'
                                                  : c;
        if (sound.empty() || (!vowel && sound.back() != heard)) sound.push_back(heard);
    }
    return sound;
}

namespace {

bool holds_any(const std::vector<std::string>& words, std::initializer_list<std::string_view> any) {
    return std::ranges::any_of(any, [&words](std::string_view one) {
        return std::ranges::find(words, one) != words.end();
    });
}

bool is_junior(const std::vector<std::string>& words) {
    return holds_any(words, {"jr", "junior", "jun"});
}
bool is_senior(const std::vector<std::string>& words) {
    return holds_any(words, {"sr", "senior", "sen"});
}

// A company's own name tells nothing about a person.
bool is_shop(const std::vector<std::string>& words) {
    return std::ranges::any_of(words,
                               [](const std::string& word) { return is_among(shop_words, word); });
}

std::string in_one(const std::vector<std::string>& words) {
    std::string whole;
    for (const std::string& word : words) whole += word;
    return whole;
}

// How each word of the shorter name finds its counterpart: the surest pairs first, so that the
// order of the words does not matter. Those that find none are different.
std::vector<NameMatch> pairs_of(const std::vector<std::string>& fewer,
                                const std::vector<std::string>& more) {
    std::vector<NameMatch> found(fewer.size(), NameMatch::different);
    std::vector<bool> taken(more.size());
    for (const NameMatch wanted : {NameMatch::same, NameMatch::alike, NameMatch::possible})
        for (std::size_t i = 0; i < fewer.size(); ++i)
            for (std::size_t j = 0; j < more.size() && found[i] == NameMatch::different; ++j) {
                if (taken[j] || match_words(fewer[i], more[j]) != wanted) continue;
                found[i] = wanted;
                taken[j] = true;
            }
    return found;
}

}  // namespace

NameMatch match_names(const std::vector<std::string>& left, const std::vector<std::string>& right) {
    const auto& fewer = left.size() <= right.size() ? left : right;
    const auto& more = left.size() <= right.size() ? right : left;
    if (fewer.empty() || is_shop(left) || is_shop(right)) return NameMatch::unknown;
    if (is_junior(left) != is_junior(right) || is_senior(left) != is_senior(right))
        return NameMatch::different;
    if (in_one(left) == in_one(right)) return NameMatch::same;  // "Lo Presti", "Lopresti"
    const std::vector<NameMatch> pairs = pairs_of(fewer, more);
    const NameMatch worst = *std::ranges::min_element(pairs);
    const bool met =
        std::ranges::any_of(pairs, [](NameMatch match) { return match != NameMatch::different; });
    const bool one_word = fewer.size() == 1 || more.size() == 1;
    if (!met) return one_word ? NameMatch::unknown : NameMatch::different;
    if (worst == NameMatch::different) return worst;
    // Two words or more of each say who it is; one alone may be anybody of the family.
    if (fewer.size() == 1 && more.size() > 1) return std::min(worst, NameMatch::possible);
    return worst;
}

bool is_role_mailbox(std::string_view local_part) {
    return is_among(role_mailboxes, local_part);
}

bool is_public_provider(std::string_view domain) {
    return is_among(public_providers, domain);
}

}  // namespace customers
