#include "connectors/email/imap_wire.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "connectors/email/header_text.hpp"
#include "connectors/email/imap_dates.hpp"

namespace connectors::email {
namespace {

constexpr std::size_t literals_max = 1000;  // in one response

template <class Number>
std::optional<Number> number_of(std::string_view text) {
    Number value{};
    const auto end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    return parsed.ec == std::errc{} && parsed.ptr == end ? std::optional{value} : std::nullopt;
}

// "{12}", "{12+}" or "~{12}" at the end of a line.
std::optional<std::uint64_t> announced_literal(std::string_view line) {
    if (!line.ends_with('}')) return std::nullopt;
    const auto open = line.rfind('{');
    if (open == std::string_view::npos) return std::nullopt;
    std::string_view count = line.substr(open + 1, line.size() - open - 2);
    if (count.ends_with('+')) count.remove_suffix(1);
    return number_of<std::uint64_t>(count);
}

bool is_status(std::string_view word) {
    constexpr auto words = std::to_array<std::string_view>({"OK", "NO", "BAD", "BYE", "PREAUTH"});
    return std::ranges::any_of(words,
                               [word](std::string_view one) { return lower(word) == lower(one); });
}

// The words of one response. What no grammar allows becomes atoms: a server's peculiarity must not
// end the connection.
class Words {
public:
    Words(const std::vector<std::string>& lines, std::vector<std::optional<std::string>>& literals,
          std::size_t depth_max)
        : lines_(lines), literals_(literals), depth_max_(depth_max) {}

    std::vector<ImapValue> all() { return list(0, false); }

private:
    bool at_end() const { return at_ == lines_[line_].size() && line_ + 1 == lines_.size(); }

    std::vector<ImapValue> list(std::size_t depth, bool closes) {
        std::vector<ImapValue> items;
        while (!at_end()) {
            const std::string& line = lines_[line_];
            if (at_ == line.size()) {
                ++line_;
                at_ = 0;
                continue;
            }
            const char c = line[at_];
            if (c == ' ') {
                ++at_;
            } else if (c == ')') {
                ++at_;
                if (closes) return items;
            } else if (c == '(' && depth < depth_max_) {
                ++at_;
                ImapValue value{ImapValue::Kind::list, {}, {}};
                value.items = list(depth + 1, true);
                items.push_back(std::move(value));
            } else if (c == '"') {
                items.push_back({ImapValue::Kind::text, quoted(), {}});
            } else if (is_literal_here()) {
                if (literals_[line_])
                    items.push_back({ImapValue::Kind::text, std::move(*literals_[line_]), {}});
                else
                    items.push_back({ImapValue::Kind::nil, {}, {}});
                at_ = line.size();
            } else {
                items.push_back(atom());
            }
        }
        return items;
    }

    // A literal stands at the end of every line but the last.
    bool is_literal_here() const {
        if (line_ + 1 == lines_.size()) return false;
        const std::string& line = lines_[line_];
        const std::size_t from = line[at_] == '~' ? at_ + 1 : at_;
        return from < line.size() && line[from] == '{' && line.rfind('{') == from;
    }

    std::string quoted() {
        const std::string& line = lines_[line_];
        std::string out;
        for (++at_; at_ < line.size() && line[at_] != '"'; ++at_) {
            if (line[at_] == '\\' && at_ + 1 < line.size()) ++at_;
            out.push_back(line[at_]);
        }
        if (at_ < line.size()) ++at_;
        return out;
    }

    // "BODY[HEADER.FIELDS (SUBJECT)]" is one.
    ImapValue atom() {
        const std::string& line = lines_[line_];
        const std::size_t start = at_;
        std::size_t brackets = 0;
        while (at_ < line.size()) {
            const char c = line[at_];
            if (c == '[') ++brackets;
            if (c == ']' && brackets > 0) --brackets;
            if (brackets == 0 && (c == ' ' || c == '(' || c == ')')) break;
            if (brackets == 0 && at_ > start && is_literal_here()) break;
            ++at_;
        }
        if (at_ == start) ++at_;
        std::string text = line.substr(start, at_ - start);
        if (lower(text) == "nil") return {ImapValue::Kind::nil, {}, {}};
        return {ImapValue::Kind::atom, std::move(text), {}};
    }

    const std::vector<std::string>& lines_;
    std::vector<std::optional<std::string>>& literals_;
    const std::size_t depth_max_;
    std::size_t line_ = 0;
    std::size_t at_ = 0;
};

ImapResponse response_of(std::vector<std::string> lines,
                         std::vector<std::optional<std::string>> literals, std::size_t depth_max) {
    ImapResponse response;
    std::string& first = lines.front();
    const auto space = std::min(first.find(' '), first.size());
    response.tag = first.substr(0, space);
    first.erase(0, std::min(space + 1, first.size()));
    for (const std::string& line : lines) response.line += line;
    const std::string word = first.substr(0, first.find(' '));
    if (response.tag == "+" || is_status(word))
        response.words.push_back({ImapValue::Kind::atom, word, {}});
    else
        response.words = Words(lines, literals, depth_max).all();
    return response;
}

void append_utf16_base64(std::string& out, const std::string& units) {
    std::string encoded = base64_of(units);
    encoded.erase(std::min(encoded.find('='), encoded.size()));
    std::ranges::replace(encoded, '/', ',');
    out += "&" + encoded + "-";
}

// The code point at `i`, which moves behind it; the text is valid UTF-8.
std::uint32_t code_point(std::string_view text, std::size_t& i) {
    const auto byte = static_cast<unsigned char>(text[i++]);
    const int more = byte < 0x80 ? 0 : byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
    std::uint32_t code = more == 0 ? byte : byte & (0x3FU >> more);
    for (int k = 0; k < more && i < text.size(); ++k)
        code = (code << 6) | (static_cast<unsigned char>(text[i++]) & 0x3FU);
    return code;
}

}  // namespace

bool ImapResponse::is(std::string_view word) const {
    return !words.empty() && lower(words.front().text) == lower(word);
}

std::optional<std::uint64_t> ImapResponse::number() const {
    return words.empty() ? std::nullopt : number_of<std::uint64_t>(words.front().text);
}

bool ImapResponse::is_numbered(std::string_view word) const {
    return words.size() >= 2 && number() && lower(words[1].text) == lower(word);
}

void ImapReader::feed(std::string_view bytes) {
    if (at_ > 0 && at_ * 2 > buffer_.size()) {
        buffer_.erase(0, at_);
        at_ = 0;
    }
    buffer_ += bytes;
}

bool ImapReader::take_line() {
    const auto end = buffer_.find('\n', at_);
    if (end == std::string::npos) {
        if (buffer_.size() - at_ > limits_.line_bytes_max) fault_ = "a line without end";
        return false;
    }
    std::string line = buffer_.substr(at_, end - at_);
    if (line.ends_with('\r')) line.pop_back();
    at_ = end + 1;
    lines_.push_back(std::move(line));
    return true;
}

bool ImapReader::take_literal() {
    const std::size_t here = std::min(buffer_.size() - at_, *literal_left_);
    if (skipping_) {
        at_ += here;
        *literal_left_ -= here;
        if (*literal_left_ > 0) return false;
        literals_.emplace_back();
    } else {
        if (here < *literal_left_) return false;
        literals_.emplace_back(buffer_.substr(at_, here));
        at_ += here;
    }
    literal_left_.reset();
    return true;
}

std::optional<ImapResponse> ImapReader::next() {
    while (fault_.empty()) {
        if (literal_left_ && !take_literal()) return std::nullopt;
        if (!take_line()) return std::nullopt;
        if (const auto size = announced_literal(lines_.back())) {
            if (*size > limits_.skipped_bytes_max || lines_.size() > literals_max)
                fault_ = "a literal of " + std::to_string(*size) + " bytes";
            literal_left_ = static_cast<std::size_t>(*size);
            std::size_t kept = 0;
            for (const auto& literal : literals_) kept += literal ? literal->size() : 0;
            skipping_ =
                *size > limits_.literal_bytes_max - std::min(kept, limits_.literal_bytes_max);
            continue;
        }
        if (lines_.size() == 1 && lines_.front().empty()) {
            lines_.clear();
            continue;
        }
        ImapResponse response =
            response_of(std::move(lines_), std::move(literals_), limits_.depth_max);
        lines_.clear();
        literals_.clear();
        return response;
    }
    return std::nullopt;
}

std::optional<std::string> response_code(const ImapResponse& response, std::string_view name) {
    const auto open = response.line.find('[');
    if (open == std::string::npos) return std::nullopt;
    const auto close = std::min(response.line.find(']', open), response.line.size());
    const std::string_view code =
        std::string_view{response.line}.substr(open + 1, close - open - 1);
    const auto space = std::min(code.find(' '), code.size());
    if (lower(code.substr(0, space)) != lower(name)) return std::nullopt;
    return std::string{trimmed(code.substr(space))};
}

std::string imap_quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '\r' || c == '\n' || c == '\0') continue;
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    return out + "\"";
}

std::string imap_mailbox_name(std::string_view utf8) {
    std::string out, units;
    for (std::size_t i = 0; i < utf8.size();) {
        const std::uint32_t code = code_point(utf8, i);
        const bool plain = code >= 0x20 && code <= 0x7E;
        if (plain) {
            if (!units.empty()) append_utf16_base64(out, std::exchange(units, {}));
            out += code == '&' ? "&-" : std::string(1, static_cast<char>(code));
            continue;
        }
        const auto unit = [&units](std::uint32_t value) {
            units.push_back(static_cast<char>(value >> 8));
            units.push_back(static_cast<char>(value & 0xFF));
        };
        if (code < 0x10000) {
            unit(code);
        } else {
            unit(0xD800 + ((code - 0x10000) >> 10));
            unit(0xDC00 + ((code - 0x10000) & 0x3FF));
        }
    }
    if (!units.empty()) append_utf16_base64(out, units);
    return imap_quoted(out);
}

std::string base64_of(std::string_view bytes) {
    std::string out((bytes.size() + 2) / 3 * 4, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                    reinterpret_cast<const unsigned char*>(bytes.data()),
                    static_cast<int>(bytes.size()));
    return out;
}

std::string sasl_plain(std::string_view user, std::string_view password) {
    std::string message;
    message.append(1, '\0').append(user).append(1, '\0').append(password);
    return base64_of(message);
}

std::string sasl_xoauth2(std::string_view user, std::string_view token) {
    std::string message = "user=";
    message.append(user)
        .append(
            "\x01"
            "auth=Bearer ")
        .append(token)
        .append("\x01\x01");
    return base64_of(message);
}

std::string sasl_oauthbearer(std::string_view user, std::string_view token) {
    std::string message = "n,a=";
    message.append(user)
        .append(
            ",\x01"
            "auth=Bearer ")
        .append(token)
        .append("\x01\x01");
    return base64_of(message);
}

std::optional<FetchedMail> fetched_mail(const ImapResponse& response) {
    if (!response.is_numbered("FETCH") || response.words.size() < 3) return std::nullopt;
    FetchedMail mail;
    const std::vector<ImapValue>& items = response.words[2].items;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        const std::string name = lower(items[i].text);
        if (name == "uid") mail.uid = number_of<std::uint32_t>(items[i + 1].text).value_or(0);
        if (name == "rfc822.size") mail.size = number_of<std::uint64_t>(items[i + 1].text);
        if (name == "internaldate") mail.arrived = imap_instant(items[i + 1].text);
        if (name == "x-gm-thrid") mail.gmail_thread = items[i + 1].text;
        if (name.starts_with("body[") && items[i + 1].kind == ImapValue::Kind::text)
            mail.body = items[i + 1].text;
    }
    return mail.uid == 0 ? std::nullopt : std::optional{std::move(mail)};
}

std::string uid_set(const std::vector<std::uint32_t>& uids) {
    std::string out;
    for (std::size_t i = 0; i < uids.size();) {
        std::size_t last = i;
        while (last + 1 < uids.size() && uids[last + 1] == uids[last] + 1) ++last;
        out += (out.empty() ? "" : ",") + std::to_string(uids[i]);
        if (last > i) out += ":" + std::to_string(uids[last]);
        i = last + 1;
    }
    return out;
}

std::vector<std::uint32_t> searched(const ImapResponse& response) {
    std::vector<std::uint32_t> uids;
    if (!response.is("SEARCH")) return uids;
    for (const ImapValue& word : response.words)
        if (const auto uid = number_of<std::uint32_t>(word.text)) uids.push_back(*uid);
    std::ranges::sort(uids);
    return uids;
}

}  // namespace connectors::email
