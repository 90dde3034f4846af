#include <glib.h>
#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "connectors/email/mime.hpp"

namespace connectors::email {
namespace {

constexpr auto block_elements = std::to_array<std::string_view>(
    {"p",  "div", "br", "tr",         "li",  "ul", "ol",      "table",   "h1",     "h2",    "h3",
     "h4", "h5",  "h6", "blockquote", "pre", "hr", "section", "article", "header", "footer"});
constexpr auto container_elements = std::to_array<std::string_view>({"blockquote", "div", "span"});
constexpr auto hidden_elements =
    std::to_array<std::string_view>({"script", "style", "head", "title"});

// Quoted parts get "> " before their lines, as in plain text, so that one rule finds them; a deeper
// nesting than this adds none, so that the text stays in proportion to the input.
constexpr std::size_t quotation_depth_max = 10;
// Containers that mail programs put their history in, by class or id.
constexpr auto history_containers = std::to_array<std::string_view>(
    {"gmail_quote", "gmail_quote_container", "yahoo_quoted", "OLK_SRC_BODY_SECTION"});

// The parser compares each end tag with all open ones, and each attribute with those before it in
// its tag. Nobody writes text that deep, or tags that long.
constexpr std::size_t nesting_max = 30'000;
constexpr std::size_t nesting_times_ends_max = 50'000'000;
constexpr std::size_t tag_bytes_max = 4096;

struct HtmlText {
    std::string out;
    htmlParserCtxtPtr parser = nullptr;
    std::size_t nesting = 0;
    std::size_t nesting_max = 0;
    int hidden = 0;
    std::size_t quotation_depth = 0;
    std::vector<std::pair<std::string, bool>> containers;  // open ones; whether one quotes
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

bool is_history(const xmlChar** attributes) {
    for (; attributes != nullptr && attributes[0] != nullptr; attributes += 2) {
        const std::string_view key = reinterpret_cast<const char*>(attributes[0]);
        if ((key != "class" && key != "id") || attributes[1] == nullptr) continue;
        const std::string value =
            " " + std::string{reinterpret_cast<const char*>(attributes[1])} + " ";
        if (std::ranges::any_of(history_containers, [&value](std::string_view container) {
                return value.find(" " + std::string{container} + " ") != std::string::npos;
            }))
            return true;
    }
    return false;
}

void on_start(void* context, const xmlChar* name, const xmlChar** attributes) {
    auto& text = *static_cast<HtmlText*>(context);
    const std::string_view element = reinterpret_cast<const char*>(name);
    if (++text.nesting > text.nesting_max && text.parser != nullptr)
        return xmlStopParser(text.parser);
    if (is_one_of(hidden_elements, name)) ++text.hidden;
    if (is_one_of(block_elements, name)) new_line(text);
    if (!is_one_of(container_elements, name)) return;
    const bool quotes = element == "blockquote" || is_history(attributes);
    text.containers.emplace_back(element, quotes);
    text.quotation_depth += quotes ? 1 : 0;
}

// The parser may leave out an end that the document left out.
void close_container(HtmlText& text, std::string_view element) {
    const auto open = std::find_if(text.containers.rbegin(), text.containers.rend(),
                                   [element](const auto& one) { return one.first == element; });
    if (open == text.containers.rend()) return;
    const auto from = open.base() - 1;
    const std::size_t before = text.quotation_depth;
    for (auto one = from; one != text.containers.end(); ++one)
        text.quotation_depth -= one->second ? 1 : 0;
    if (text.quotation_depth < before && !text.out.ends_with('\n')) new_line(text);
    text.containers.erase(from, text.containers.end());
}

void on_end(void* context, const xmlChar* name) {
    auto& text = *static_cast<HtmlText*>(context);
    if (text.nesting > 0) --text.nesting;
    if (is_one_of(container_elements, name))
        close_container(text, reinterpret_cast<const char*>(name));
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
        if (!space) {
            if (text.out.empty() || text.out.back() == '\n')
                for (std::size_t depth = 0;
                     depth < std::min(text.quotation_depth, quotation_depth_max); ++depth)
                    text.out += "> ";
            text.out.push_back(c);
        }
        if (space && !text.out.empty() && text.out.back() != ' ' && text.out.back() != '\n')
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

}  // namespace

namespace {

std::size_t nesting_for(std::string_view html) {
    std::size_t ends = 1;
    for (auto at = html.find("</"); at != std::string_view::npos; at = html.find("</", at + 2))
        ++ends;
    return std::min(nesting_max, nesting_times_ends_max / ends);
}

// Where the tag that begins at `at` is over, and the quotation mark that is open after its first
// `tag_bytes_max` bytes (0: none).
struct Tag {
    std::size_t end = 0;
    char open_mark = 0;
};
Tag tag_at(std::string_view html, std::size_t at) {
    Tag tag;
    char mark = 0;
    std::size_t i = at + 1;
    for (; i < html.size(); ++i) {
        if (i - at == tag_bytes_max) tag.open_mark = mark;
        const char c = html[i];
        if (mark == 0 && c == '>') break;
        if (mark == 0 && (c == '"' || c == '\''))
            mark = c;
        else if (c == mark)
            mark = 0;
    }
    tag.end = i;
    return tag;
}

// The same with every long tag cut.
std::string with_short_tags(std::string_view html) {
    std::string out;
    out.reserve(html.size());
    for (std::size_t at = 0; at < html.size();) {
        const auto open = std::min(html.find('<', at), html.size());
        out.append(html.substr(at, open - at));
        at = open;
        const bool tag = at + 1 < html.size() && g_ascii_isalpha(html[at + 1]);
        const Tag found = tag ? tag_at(html, at) : Tag{std::min(at + 1, html.size()), 0};
        const std::size_t size = found.end - at;
        out.append(html.substr(at, std::min(size, tag_bytes_max)));
        if (size > tag_bytes_max && found.open_mark != 0) out.push_back(found.open_mark);
        at = found.end;
    }
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
    text.parser = parser;
    text.nesting_max = nesting_for(html);
    const std::string tamed = with_short_tags(html);
    html = tamed;
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

// Policy: a line that ends in a space goes on in the next of the same quotation depth; "-- " never
// does (RFC 3676, section 4).
std::string unflow(std::string_view text, bool delete_space) {
    std::string out;
    bool first = true, flows = false;
    std::size_t depth = 0;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        if (line.ends_with('\r')) line.remove_suffix(1);
        at = end + 1;
        const std::size_t quoted = std::min(line.find_first_not_of('>'), line.size());
        std::string_view words = line.substr(quoted);
        if (words.starts_with(' ')) words.remove_prefix(1);
        if (!flows || quoted != depth || words == "-- ") {
            if (!first) out += '\n';
            out.append(quoted, '>').append(quoted > 0 ? " " : "");
        }
        flows = words.ends_with(' ') && words != "-- ";
        if (flows && delete_space) words.remove_suffix(1);
        out += words;
        depth = quoted;
        first = false;
    }
    return out;
}

}  // namespace connectors::email
