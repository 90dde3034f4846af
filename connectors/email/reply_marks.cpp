#include "connectors/email/reply_marks.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "connectors/email/header_text.hpp"

namespace connectors::email {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::size_t introduction_bytes_max = 600;
constexpr std::size_t introduction_lines_max = 6;  // blank ones counted
constexpr std::size_t block_lines_max = 12;

// "wrote" wherever it stands in the sentence.
constexpr auto verbs = std::to_array<std::string_view>(
    {" wrote",   " sent",    " ha scritto", " schrieb", " a écrit", " escribió", " escreveu",
     " skrev",   " schreef", " geschreven", " napisał", " написал", " пишет",    " kirjoitti",
     " đã viết", " yazdı",   " írta",       " napsal",  " a scris", "写道"});
// What such a sentence begins with, where it does not begin with a date or a name with an address.
constexpr auto openers =
    std::to_array<std::string_view>({"On ", "Il ", "Le ", "El ", "Em ", "Am ", "Op ", "Den ", "På ",
                                     "W dniu ", "Dnia ", "Dne ", "Vào ", "Pe ", "La "});
constexpr auto separators = std::to_array<std::string_view>(
    {"original message",        "messaggio originale",    "ursprüngliche nachricht",
     "mensaje original",        "message d'origine",      "message original",
     "mensagem original",       "oorspronkelijk bericht", "originalmeddelande",
     "ursprungligt meddelande", "oprindelig meddelelse",  "opprinnelig melding",
     "alkuperäinen viesti",     "oryginalna wiadomość",   "исходное сообщение",
     "Исходное сообщение",      "пересылаемое сообщение", "Пересылаемое сообщение",
     "original-nachricht",      "původní zpráva"});
constexpr auto forwards = std::to_array<std::string_view>(
    {"forwarded message", "messaggio inoltrato", "weitergeleitete nachricht", "mensaje reenviado",
     "message transféré", "mensagem encaminhada", "doorgestuurd bericht", "vidarebefordrat",
     "videresendt", "przekazana wiadomość"});
constexpr auto device_openers = std::to_array<std::string_view>(
    {"Sent from ", "Get Outlook for ", "Inviato da", "Envoyé de ", "Von meinem ", "Gesendet von ",
     "Enviado desde ", "Enviado do ", "Verstuurd vanaf ", "Verzonden vanaf ", "Skickat från ",
     "Sendt fra "});
constexpr auto device_words = std::to_array<std::string_view>(
    {"iphone", "ipad",       "ios",     "android", "samsung",   "galaxy", "huawei",
     "xiaomi", "blackberry", "outlook", "mail f",  "app mail",  "yahoo",  "gmail",
     "mobile", "smartphone", "telefon", "handy",   "cellulare", "móvil",  "telefoon"});

enum Label : std::uint8_t { from, date, to, subject, no_label };
struct Labelled {
    Label label;
    std::string_view word;  // lower case where it is ASCII
};
constexpr auto labels = std::to_array<Labelled>({{from, "from"},
                                                 {from, "da"},
                                                 {from, "von"},
                                                 {from, "de"},
                                                 {from, "van"},
                                                 {from, "fra"},
                                                 {from, "från"},
                                                 {from, "od"},
                                                 {from, "от"},
                                                 {from, "От"},
                                                 {from, "lähettäjä"},
                                                 {date, "date"},
                                                 {date, "sent"},
                                                 {date, "data"},
                                                 {date, "inviato"},
                                                 {date, "gesendet"},
                                                 {date, "datum"},
                                                 {date, "fecha"},
                                                 {date, "enviado"},
                                                 {date, "enviado el"},
                                                 {date, "envoyé"},
                                                 {date, "verzonden"},
                                                 {date, "sendt"},
                                                 {date, "skickat"},
                                                 {date, "dato"},
                                                 {date, "wysłano"},
                                                 {date, "Дата"},
                                                 {date, "Отправлено"},
                                                 {to, "to"},
                                                 {to, "a"},
                                                 {to, "an"},
                                                 {to, "à"},
                                                 {to, "À"},
                                                 {to, "para"},
                                                 {to, "pour"},
                                                 {to, "aan"},
                                                 {to, "til"},
                                                 {to, "till"},
                                                 {to, "do"},
                                                 {to, "Кому"},
                                                 {subject, "subject"},
                                                 {subject, "oggetto"},
                                                 {subject, "betreff"},
                                                 {subject, "objet"},
                                                 {subject, "asunto"},
                                                 {subject, "assunto"},
                                                 {subject, "onderwerp"},
                                                 {subject, "emne"},
                                                 {subject, "Ämne"},
                                                 {subject, "ämne"},
                                                 {subject, "temat"},
                                                 {subject, "Тема"}});

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Without what mail programs put around words: blanks and the asterisks of bold text.
std::string_view plain(std::string_view text, const char* what = " \t*") {
    return trimmed(text, what);
}

bool contains_one(std::string_view text, Words words) {
    return std::ranges::any_of(
        words, [text](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

bool starts_with_one(std::string_view text, Words words) {
    return std::ranges::any_of(words,
                               [text](std::string_view word) { return text.starts_with(word); });
}

// 2016-03-03 or 2013/7/20.
bool begins_with_date(std::string_view text) {
    return text.size() > 8 && std::ranges::all_of(text.substr(0, 4), is_digit) &&
           (text[4] == '-' || text[4] == '/') && is_digit(text[5]) &&
           text.substr(6, 2).find(text[4]) != std::string_view::npos;
}

bool could_begin(std::string_view line) {
    return starts_with_one(line, openers) || (!line.empty() && is_digit(line.front())) ||
           (line.find('@') != std::string_view::npos && contains_one(line, verbs));
}

// "2016-03-03 17:21 GMT+01:00 Some One <address>:" has no verb; a name follows the zone, and no
// sentence.
bool is_dated_name(std::string_view sentence) {
    if (!begins_with_date(sentence)) return false;
    const bool addressed = sentence.ends_with('>') || sentence.ends_with(">:");
    if (addressed && sentence.find('@') != std::string_view::npos) return true;
    const auto zone = sentence.find("GMT");
    if (zone == std::string_view::npos) return false;
    const std::string_view name =
        sentence.substr(std::min(sentence.find(' ', zone), sentence.size()));
    for (std::size_t i = 0; i + 1 < name.size(); ++i)
        if (name[i] == ' ' && name[i + 1] >= 'a' && name[i + 1] <= 'z') return false;
    return true;
}

bool ends_in_colon(std::string_view sentence) {
    return sentence.ends_with(':') || sentence.ends_with("：");
}

// Policy: people write "wrote" too. A colon with an address, or a verb at the end with a date,
// introduces; whatever is less needs quoted lines below to prove it.
bool is_introduction(std::string_view sentence, bool dashed, bool quoted_below) {
    if (is_dated_name(sentence)) return true;
    if (!contains_one(sentence, verbs)) return false;
    std::string_view words = plain(sentence, " \t*:");
    if (words.ends_with("：")) words.remove_suffix(std::string_view{"："}.size());
    const bool verb_ends = std::ranges::any_of(
        verbs, [words](std::string_view verb) { return words.ends_with(verb); });
    const bool dated = std::ranges::any_of(sentence, is_digit);
    const bool addressed = sentence.find('@') != std::string_view::npos;
    if (ends_in_colon(sentence))
        return (addressed && (dated || verb_ends)) ||
               (verb_ends && (dated || sentence.starts_with("On "))) || (dated && quoted_below);
    return verb_ends && (dashed || quoted_below || (addressed && dated));
}

bool quoted_next(std::span<const std::string_view> lines) {
    const auto next = std::ranges::find_if_not(lines, is_blank);
    return next != lines.end() && is_quoted(*next);
}

// "26.06.2014, 14:41, "Some One" <address>:" has neither a verb nor a known form of date; quoted
// lines below it prove what it is.
bool names_a_sender(std::span<const std::string_view> lines) {
    const std::string_view line = plain(lines.front());
    return line.ends_with(">:") && line.find('@') != std::string_view::npos &&
           line.size() <= introduction_bytes_max && std::ranges::any_of(line, is_digit) &&
           quoted_next(lines.subspan(1));
}

// The lines that an introduction takes, beginning at the first; 0: it is none.
std::size_t introduction_length(std::span<const std::string_view> lines) {
    if (names_a_sender(lines)) return 1;
    std::string sentence;
    for (std::size_t i = 0; i < std::min(lines.size(), introduction_lines_max); ++i) {
        const std::string_view line = plain(lines[i], i == 0 ? " \t*-" : " \t*");
        if (i == 0 && !could_begin(line)) return 0;
        if (i > 0 && (is_quoted(line) && !line.starts_with("> ")) && !line.starts_with(">:"))
            return 0;
        if (!line.empty()) sentence.append(i == 0 ? "" : " ").append(line);
        if (sentence.size() > introduction_bytes_max) return 0;
        const std::string_view said = plain(sentence, " \t*-");
        const bool folds =
            said.ends_with('<') || std::ranges::count(said, '<') > std::ranges::count(said, '>');
        const bool dashed = lines[0].starts_with('-') && line.ends_with('-');
        if (!folds && !line.empty() &&
            is_introduction(said, dashed, quoted_next(lines.subspan(i + 1))))
            return i + 1;
    }
    return 0;
}

// "reply On Wed, Apr 4, 2012 at 3:59 PM, bob@example.com wrote:"; the column of its end.
std::size_t shared_column(std::string_view line) {
    const auto at = line.find("On ");
    if (at == std::string_view::npos || at == 0 || line.size() > introduction_bytes_max) return 0;
    const char before = line[at - 1];
    if ((before != ' ' && before != '-') || !line.ends_with("wrote:")) return 0;
    const std::string_view reply = plain(line.substr(0, at), " \t-");
    if (reply.empty() || !std::ranges::any_of(line.substr(at), is_digit)) return 0;
    return static_cast<std::size_t>(reply.data() - line.data()) + reply.size();
}

bool stands_between_dashes(std::string_view line, Words words) {
    const std::string_view bare = plain(line);
    return bare.size() <= 120 && bare.starts_with("--") && bare.ends_with("--") &&
           contains_one(lower(bare), words);
}

// "---- John Smith wrote ----"
bool is_dashed_verb(std::string_view line) {
    const std::string_view bare = plain(line);
    return bare.size() <= 120 && bare.starts_with("--") && bare.ends_with("--") &&
           plain(bare, " -").ends_with(" wrote");
}

bool forwards_something(std::string_view line) {
    const std::string_view bare = plain(line, " \t*>");
    return bare.size() <= 120 && contains_one(lower(bare), forwards) &&
           (bare.starts_with("--") || bare.ends_with(':'));
}

Label label_of(std::string_view line) {
    const std::string_view bare = plain(line);
    const auto colon = bare.find(':');
    if (colon == std::string_view::npos || colon > 24) return no_label;
    const std::string_view word = plain(bare.substr(0, colon));
    const std::string ascii = lower(word);
    const auto known = std::ranges::find_if(
        labels, [&](const Labelled& one) { return one.word == ascii || one.word == word; });
    return known == labels.end() ? no_label : known->label;
}

// Header lines below each other, two of different kinds; From and To alone need an address: people
// write "From: Rome, To: Milan". A value may be folded.
bool starts_block(std::span<const std::string_view> lines) {
    const Label first = label_of(lines.front());
    if (first != from && first != date) return false;
    std::array<bool, no_label> seen{};
    seen[first] = true;
    bool folded = false;
    bool addressed = lines.front().find('@') != std::string_view::npos;
    for (const std::string_view line :
         lines.subspan(1, std::min(lines.size(), block_lines_max) - 1)) {
        const Label label = label_of(line);
        if (label != no_label) seen[label] = true;
        if (is_blank(line) || (label == no_label && folded)) break;
        addressed = addressed || line.find('@') != std::string_view::npos;
        folded = label == no_label;
    }
    const auto kinds = std::ranges::count(seen, true);
    const bool journey = seen[from] && seen[to];
    return kinds >= 3 || (kinds == 2 && (addressed || !journey));
}

bool toggles_fence(std::string_view line) {
    return plain(line, " \t").starts_with("```");
}

Mark mark_at(std::span<const std::string_view> lines, std::size_t at) {
    const std::string_view line = lines[at];
    const auto here = [at](MarkKind kind, std::size_t count = 1, std::size_t column = 0) {
        return Mark{kind, at, count, column};
    };
    if (forwards_something(line)) return here(MarkKind::forwarded);
    if (is_quoted(line)) return here(MarkKind::none);
    if (stands_between_dashes(line, separators) || is_dashed_verb(line) ||
        starts_block(lines.subspan(at)))
        return here(MarkKind::cut);
    if (const std::size_t column = shared_column(line); column > 0)
        return here(MarkKind::shared_line, 1, column);
    if (const std::size_t length = introduction_length(lines.subspan(at)); length > 0)
        return here(MarkKind::introduction, length);
    return here(MarkKind::none);
}

}  // namespace

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

bool is_quoted(std::string_view line) {
    // A line with a bar at both ends is of a table.
    return line.starts_with('>') || line == "|" || (line.starts_with("| ") && !line.ends_with('|'));
}

bool is_rule(std::string_view line) {
    const std::string_view bare = plain(line, " \t\r");
    return bare.size() >= 3 && bare.find_first_not_of("-_=*") == std::string_view::npos;
}

bool begins_signature(std::string_view line) {
    return line == "--" || line == "-- ";
}

bool is_device_line(std::string_view line) {
    return line.size() <= 80 && starts_with_one(line, device_openers) &&
           contains_one(lower(line), device_words);
}

Mark first_mark(std::span<const std::string_view> lines) {
    bool fenced = false;
    for (std::size_t at = 0; at < lines.size(); ++at) {
        if (toggles_fence(lines[at])) fenced = !fenced;
        if (fenced || is_blank(lines[at])) continue;
        if (const Mark mark = mark_at(lines, at); mark.kind != MarkKind::none) return mark;
    }
    return {};
}

}  // namespace connectors::email
