#include "connectors/email/reply_trim.hpp"

#include <algorithm>
#include <vector>

#include "connectors/email/reply_marks.hpp"

namespace connectors::email {
namespace {

Lines lines_of(std::string_view text) {
    Lines lines;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.push_back(line);
        at = end + 1;
    }
    return lines;
}

Lines without_blank_ends(Lines lines) {
    while (!lines.empty() && is_blank(lines.back())) lines.pop_back();
    lines.erase(lines.begin(), std::ranges::find_if_not(lines, is_blank));
    return lines;
}

std::string joined(const Lines& lines) {
    std::string out;
    for (std::size_t i = 0; i < lines.size(); ++i) out.append(i == 0 ? "" : "\n").append(lines[i]);
    return out;
}

bool says_something(std::span<const std::string_view> lines) {
    return !std::ranges::all_of(
        lines, [](std::string_view line) { return is_blank(line) || is_rule(line); });
}

// Brackets that a quoted line leaves open: the mail program broke the rest out of it.
struct OpenBrackets {
    bool round = false;
    bool angle = false;

    explicit OpenBrackets(std::string_view quoted) {
        const auto open = [quoted](char opens, char closes) {
            return std::ranges::count(quoted, opens) > std::ranges::count(quoted, closes);
        };
        round = open('(', ')');
        angle = open('<', '>');
    }
};

bool continues_quotation(const OpenBrackets& open, std::string_view line) {
    const auto start = line.find_first_not_of(" \t");
    if (start == std::string_view::npos) return false;
    line.remove_prefix(start);
    return line.starts_with("(http") || line.starts_with("<http") ||
           (open.round && line.find(')') != std::string_view::npos) ||
           (open.angle && line.find('>') != std::string_view::npos);
}

// The end of the run of quoted and blank lines that begins at `from`.
std::size_t end_of_quotation(std::span<const std::string_view> lines, std::size_t from) {
    std::size_t end = from;
    OpenBrackets open{{}};
    for (std::size_t i = from; i < lines.size(); ++i) {
        const bool quoted = is_quoted(lines[i]);
        if (!quoted && !is_blank(lines[i]) && !continues_quotation(open, lines[i])) break;
        if (quoted) open = OpenBrackets{lines[i]};
        if (!is_blank(lines[i])) end = i + 1;
    }
    return end;
}

// Below quoted lines a signature needs no blank after its dashes.
bool only_signature_follows(std::span<const std::string_view> lines, std::size_t from) {
    const auto rest = lines.subspan(from);
    const auto written = std::ranges::find_if_not(rest, is_blank);
    return written == rest.end() || begins_signature(*written) || is_rule(*written) ||
           is_device_line(*written);
}

// The quoted lines that end the text, and a signature below them.
std::size_t start_of_last_quotation(std::span<const std::string_view> lines) {
    std::size_t last = lines.size();
    while (last > 0 && !is_quoted(lines[last - 1])) --last;
    if (last == 0 || !only_signature_follows(lines, last)) return lines.size();
    std::size_t first = last;
    while (first > 0 && (is_quoted(lines[first - 1]) || is_blank(lines[first - 1]))) --first;
    return first;
}

Lines copy(std::span<const std::string_view> lines) {
    return {lines.begin(), lines.end()};
}

// Below an introduction stand quoted lines, and perhaps an answer among or below them.
Lines reply_around(std::span<const std::string_view> lines, const Mark& mark, bool opened) {
    const auto before = lines.first(mark.at);
    const auto after = lines.subspan(mark.at + mark.lines);
    const auto first = std::ranges::find_if_not(after, is_blank);
    const std::size_t end =
        end_of_quotation(after, static_cast<std::size_t>(first - after.begin()));
    if (only_signature_follows(after, end)) return opened ? copy(before) : copy(lines);
    const auto below = after.subspan(end);
    const bool between = opened || std::ranges::any_of(below, is_quoted);
    if (!between) return copy(below);
    Lines kept = copy(before);
    kept.insert(kept.end(), after.begin(), after.end());
    return kept;
}

Lines before_last_quotation(std::span<const std::string_view> lines) {
    const std::size_t quotation = start_of_last_quotation(lines);
    return says_something(lines.first(quotation)) ? copy(lines.first(quotation)) : copy(lines);
}

Lines reply_in(std::span<const std::string_view> lines) {
    for (;;) {
        const Mark mark = first_mark(lines);
        const auto before = lines.first(mark.at);
        if (mark.kind == MarkKind::none) return before_last_quotation(lines);
        if (mark.kind == MarkKind::forwarded) return copy(lines);
        if (mark.kind == MarkKind::shared_line) {
            Lines kept = copy(before);
            kept.push_back(lines[mark.at].substr(0, mark.column));
            return kept;
        }
        const bool opened = says_something(before);
        if (mark.kind == MarkKind::cut) return opened ? copy(before) : copy(lines);
        const auto after = lines.subspan(mark.at + mark.lines);
        const auto next = std::ranges::find_if_not(after, is_blank);
        if (next != after.end() && is_quoted(*next)) return reply_around(lines, mark, opened);
        if (opened) return copy(before);
        if (next == after.end()) return copy(lines);
        lines = after;  // nothing but an introduction stood above: go on below it
    }
}

Lines without_rules_below(Lines lines) {
    std::size_t end = lines.size();
    while (end > 0 && (is_blank(lines[end - 1]) || is_rule(lines[end - 1]))) --end;
    if (end == 0) return without_blank_ends(std::move(lines));
    lines.resize(end);
    return without_blank_ends(std::move(lines));
}

Lines history_cut(std::string_view text) {
    const Lines lines = lines_of(text);
    Lines kept = without_blank_ends(reply_in(lines));
    return kept.size() == without_blank_ends(lines).size() ? kept : without_rules_below(kept);
}

// A telephone's line counts at the end alone: elsewhere it is what somebody says.
Lines signature_cut(Lines lines) {
    const auto dashes = std::ranges::find(lines, "-- ");
    Lines kept = without_blank_ends({lines.begin(), dashes});
    while (kept.size() > 1 && is_device_line(kept.back()))
        kept = without_blank_ends({kept.begin(), kept.end() - 1});
    return kept.empty() ? lines : kept;
}

}  // namespace

std::string without_history(std::string_view text) {
    return joined(history_cut(text));
}

std::string trim_reply(std::string_view text) {
    return joined(signature_cut(history_cut(text)));
}

}  // namespace connectors::email
