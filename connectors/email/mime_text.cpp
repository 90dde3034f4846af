#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <regex>

#include "connectors/email/mime.hpp"

namespace connectors::email {
namespace {

constexpr auto block_elements = std::to_array<std::string_view>(
    {"p",  "div", "br", "tr",         "li",  "ul", "ol",      "table",   "h1",     "h2",    "h3",
     "h4", "h5",  "h6", "blockquote", "pre", "hr", "section", "article", "header", "footer"});
constexpr auto hidden_elements =
    std::to_array<std::string_view>({"script", "style", "head", "title"});

struct HtmlText {
    std::string out;
    int hidden = 0;
};

template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& names, const xmlChar* name) {
    return std::ranges::find(names, reinterpret_cast<const char*>(name)) != names.end();
}

void new_line(HtmlText& text) {
    while (!text.out.empty() && text.out.back() == ' ') text.out.pop_back();
    if (text.out.size() >= 2 && text.out.ends_with("\n\n")) return;
    if (!text.out.empty()) text.out.push_back('\n');
}

void on_start(void* context, const xmlChar* name, const xmlChar**) {
    auto& text = *static_cast<HtmlText*>(context);
    if (is_one_of(hidden_elements, name)) ++text.hidden;
    if (is_one_of(block_elements, name)) new_line(text);
}

void on_end(void* context, const xmlChar* name) {
    auto& text = *static_cast<HtmlText*>(context);
    if (is_one_of(hidden_elements, name) && text.hidden > 0) --text.hidden;
    if (is_one_of(block_elements, name) &&
        std::strcmp(reinterpret_cast<const char*>(name), "br") != 0 && !text.out.ends_with('\n'))
        new_line(text);
}

void on_characters(void* context, const xmlChar* characters, int size) {
    auto& text = *static_cast<HtmlText*>(context);
    if (text.hidden > 0) return;
    for (int i = 0; i < size; ++i) {
        const char c = static_cast<char>(characters[i]);
        const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (!space)
            text.out.push_back(c);
        else if (!text.out.empty() && text.out.back() != ' ' && text.out.back() != '\n')
            text.out.push_back(' ');
    }
}

bool is_utf8_at(std::string_view text, std::size_t& i) {
    const auto at = [text](std::size_t k) { return static_cast<unsigned char>(text[k]); };
    const unsigned char lead = at(i);
    const std::size_t size = lead < 0x80                    ? 1
                             : lead >= 0xC2 && lead <= 0xDF ? 2
                             : lead >= 0xE0 && lead <= 0xEF ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
    if (size == 0 || i + size > text.size()) return false;
    for (std::size_t k = 1; k < size; ++k)
        if ((at(i + k) & 0xC0) != 0x80) return false;
    if (size == 3 && ((lead == 0xE0 && at(i + 1) < 0xA0) || (lead == 0xED && at(i + 1) > 0x9F)))
        return false;
    if (size == 4 && ((lead == 0xF0 && at(i + 1) < 0x90) || (lead == 0xF4 && at(i + 1) > 0x8F)))
        return false;
    i += size;
    return true;
}

// windows-1252, bytes 0x80 to 0x9F (WHATWG encoding index); the rest equals Latin-1.
constexpr std::array<unsigned, 32> windows_1252 = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

void append_utf8(std::string& out, unsigned code) {
    if (code < 0x80) {
        out.push_back(static_cast<char>(code));
    } else if (code < 0x800) {
        out.push_back(static_cast<char>(0xC0 | (code >> 6)));
        out.push_back(static_cast<char>(0x80 | (code & 63)));
    } else {
        out.push_back(static_cast<char>(0xE0 | (code >> 12)));
        out.push_back(static_cast<char>(0x80 | ((code >> 6) & 63)));
        out.push_back(static_cast<char>(0x80 | (code & 63)));
    }
}

std::string lower(std::string_view text) {
    std::string out{text};
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

}  // namespace

// The SAX interface builds no tree, so that deep nesting costs neither memory nor time beyond the
// input's length.
std::string text_from_html(std::string_view html) {
    htmlSAXHandler handler{};
    handler.startElement = on_start;
    handler.endElement = on_end;
    handler.characters = on_characters;
    handler.cdataBlock = nullptr;
    HtmlText text;
    htmlParserCtxtPtr parser =
        htmlCreatePushParserCtxt(&handler, &text, nullptr, 0, nullptr, XML_CHAR_ENCODING_UTF8);
    if (parser == nullptr) return {};
    htmlCtxtUseOptions(parser, HTML_PARSE_RECOVER | HTML_PARSE_IGNORE_ENC | HTML_PARSE_NONET |
                                   HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING);
    constexpr std::size_t step = 16 * 1024;
    for (std::size_t at = 0; at < html.size(); at += step) {
        const std::string_view piece = html.substr(at, step);
        htmlParseChunk(parser, piece.data(), static_cast<int>(piece.size()), 0);
    }
    htmlParseChunk(parser, nullptr, 0, 1);
    if (parser->myDoc != nullptr) xmlFreeDoc(parser->myDoc);
    htmlFreeParserCtxt(parser);
    while (!text.out.empty() && (text.out.back() == '\n' || text.out.back() == ' '))
        text.out.pop_back();
    return std::move(text.out);
}

namespace {

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

// "On … wrote:" and its kin; clients fold it over two lines.
bool introduces_quotation(std::string_view line) {
    static const std::regex pattern(
        R"(^\s*(On .{3,300} wrote:|Il .{3,300} ha scritto:|Am .{3,300} schrieb .{0,200}:|Le .{3,300} a écrit ?:|El .{3,300} escribió:)\s*$)",
        std::regex::optimize);
    // The pattern is dear and most lines are not even close: every form ends in a colon.
    const std::size_t last = line.find_last_not_of(" \t\r");
    return last != std::string_view::npos && line[last] == ':' && line.size() <= 600 &&
           std::regex_match(line.begin(), line.end(), pattern);
}

// What makes everything below it history, whatever it looks like.
bool ends_the_reply(std::string_view line) {
    static const std::regex pattern(
        R"(^\s*-{2,}\s*(Original Message|Messaggio originale|Ursprüngliche Nachricht)\s*-{2,}\s*$)",
        std::regex::optimize);
    return line == "-- " || line == "-- \r" ||
           (line.size() <= 100 && line.find("--") != std::string_view::npos &&
            std::regex_match(line.begin(), line.end(), pattern));
}

// Outlook's block: From:, Sent: and Subject: on successive lines, in English or Italian.
bool starts_header_block(const std::vector<std::string_view>& lines, std::size_t at) {
    const auto begins = [&lines](std::size_t i, std::string_view english,
                                 std::string_view italian) {
        return i < lines.size() && (lines[i].starts_with(english) || lines[i].starts_with(italian));
    };
    return begins(at, "From: ", "Da: ") &&
           (begins(at + 1, "Sent: ", "Inviato: ") || begins(at + 1, "Date: ", "Data: "));
}

bool text_follows_quotation(const std::vector<std::string_view>& lines, std::size_t from) {
    bool quoted = false;
    for (std::size_t i = from; i < lines.size(); ++i) {
        if (lines[i].starts_with('>'))
            quoted = true;
        else if (quoted && ends_the_reply(lines[i]))
            return false;
        else if (quoted && !is_blank(lines[i]))
            return true;
    }
    return false;
}

}  // namespace

// Policy: the reply is what stands above the quoted history. The history begins at a line that
// introduces it ("On … wrote:", "Il … ha scritto:", also folded over two lines), at "-----Original
// Message-----", at a From:/Sent: block, or at the run of
// '>' lines that ends the text. A signature begins at "-- ". If nothing would be left, or if text
// follows the quotation (an answer between the lines), everything is shown.
std::string trim_reply(std::string_view text) {
    const std::vector<std::string_view> lines = lines_of(text);
    std::size_t keep = lines.size();
    for (std::size_t i = 0; i < lines.size() && keep == lines.size(); ++i) {
        const bool folded =
            i + 1 < lines.size() && lines[i + 1].find(':') != std::string_view::npos &&
            lines[i].size() + lines[i + 1].size() < 600 && !is_blank(lines[i]) &&
            introduces_quotation(std::string{lines[i]} + " " + std::string{lines[i + 1]});
        if (introduces_quotation(lines[i]) || folded) {
            if (text_follows_quotation(lines, i + (folded ? 2 : 1))) return std::string{text};
            keep = i;
        } else if (ends_the_reply(lines[i]) || starts_header_block(lines, i)) {
            keep = i;
        }
    }
    while (keep > 0 && (is_blank(lines[keep - 1]) || lines[keep - 1].starts_with('>'))) --keep;
    if (keep == 0) return std::string{text};
    std::string out;
    for (std::size_t i = 0; i < keep; ++i) out.append(lines[i]).append(i + 1 < keep ? "\n" : "");
    return out;
}

std::string valid_utf8(std::string_view bytes) {
    std::size_t i = 0;
    while (i < bytes.size() && is_utf8_at(bytes, i)) {
    }
    if (i >= bytes.size()) return std::string{bytes};
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        append_utf8(out, byte >= 0x80 && byte < 0xA0 ? windows_1252[byte - 0x80] : byte);
    }
    return out;
}

std::vector<std::string> message_ids(std::string_view header) {
    std::vector<std::string> ids;
    for (std::size_t at = 0; (at = header.find('<', at)) != std::string_view::npos;) {
        const auto end = header.find('>', at);
        if (end == std::string_view::npos) break;
        std::string id{header.substr(at + 1, end - at - 1)};
        std::erase_if(id, [](unsigned char c) { return c <= ' '; });
        if (!id.empty() && id.size() <= 500) ids.push_back(valid_utf8(id));
        at = end + 1;
    }
    return ids;
}

// RFC 3834 and its predecessors in the field. Reports are bounces; anything that says it was sent
// by a machine, and anything without an envelope sender, is an automatic reply.
Automatic classify(const std::string& envelope_sender, std::string_view content_type,
                   std::string_view auto_submitted, std::string_view precedence,
                   bool has_autoreply_header) {
    const std::string type = lower(content_type);
    if (type.starts_with("multipart/report") &&
        type.find("disposition-notification") == std::string::npos)
        return Automatic::bounce;
    const std::string submitted = lower(auto_submitted);
    const bool says_auto =
        !submitted.empty() && submitted.substr(0, submitted.find_first_of(" ;\t")) != "no";
    if (says_auto || has_autoreply_header || lower(precedence) == "auto_reply" ||
        type.starts_with("multipart/report"))
        return Automatic::auto_reply;
    return envelope_sender == "<>" ? Automatic::auto_reply : Automatic::no;
}

}  // namespace connectors::email
