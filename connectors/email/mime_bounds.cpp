#include "connectors/email/mime_bounds.hpp"

#include <algorithm>
#include <array>

#include "connectors/email/header_text.hpp"

namespace connectors::email {
namespace {

constexpr std::size_t boundary_line_bytes_max = 80;  // "--", 70 characters, "--", blanks
constexpr std::size_t field_name_bytes_max = 80;
constexpr auto address_fields = std::to_array<std::string_view>(
    {"to", "cc", "bcc", "from", "sender", "reply-to", "resent-to", "resent-cc", "resent-bcc",
     "resent-from", "resent-sender", "resent-reply-to", "disposition-notification-to"});

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// Where the value of a line that looks like a header field begins; 0: it does not.
std::size_t value_of_field(std::string_view line) {
    std::size_t at = 0;
    while (at < line.size() && at < field_name_bytes_max && line[at] > ' ' && line[at] != ':' &&
           line[at] != 0x7f)
        ++at;
    if (at == 0) return 0;
    std::size_t colon = at;
    while (colon < line.size() && is_blank(line[colon])) ++colon;
    return colon < line.size() && line[colon] == ':' ? colon + 1 : 0;
}

bool is_address_field(std::string_view line, std::size_t value) {
    const std::string name = lower(trimmed(line.substr(0, value - 1)));
    return std::ranges::find(address_fields, name) != address_fields.end();
}

class Bounding {
public:
    Bounding(std::string_view raw, const MimeBounds& bounds, BoundedMail& mail)
        : raw_(raw), bounds_(bounds), mail_(mail) {}

    void run() {
        std::size_t at = 0;
        while (at < raw_.size()) {
            const auto end = std::min(raw_.find('\n', at), raw_.size() - 1) + 1;
            if (!take(at, raw_.substr(at, end - at))) break;
            at = end;
        }
        const std::string_view whole = mail_.changed.empty() ? raw_ : mail_.changed;
        mail_.bytes = whole.substr(0, at);
    }

private:
    // False: the mail ends before this line.
    bool take(std::size_t at, std::string_view line) {
        const bool goes_on = is_blank(line.front());
        if (!goes_on) in_addresses_ = false;
        if (!goes_on && line.starts_with("--") && line.size() <= boundary_line_bytes_max)
            if (++boundary_lines_ > bounds_.boundary_lines_max) return defect("too_many_parts");
        std::size_t from = 0;
        if (!goes_on) {
            from = value_of_field(line);
            if (from > 0 && ++header_lines_ > bounds_.header_lines_max)
                return defect("too_many_header_lines");
            in_addresses_ = from > 0 && is_address_field(line, from);
            groups_ = 0;
            address_bytes_ = 0;
        }
        if (in_addresses_) bound_addresses(at, line, from);
        return true;
    }

    void bound_addresses(std::size_t at, std::string_view line, std::size_t from) {
        for (std::size_t i = from; i < line.size(); ++i) {
            const bool group = line[i] == ':' && ++groups_ > bounds_.groups_max;
            const bool too_long =
                ++address_bytes_ > bounds_.address_bytes_max && line[i] != '\n' && line[i] != '\r';
            if (!group && !too_long) continue;
            if (mail_.changed.empty()) mail_.changed = raw_;
            mail_.changed[at + i] = too_long ? ' ' : '_';
            defect("addresses_cut");
        }
    }

    bool defect(const char* name) {
        if (std::ranges::find(mail_.defects, name) == mail_.defects.end())
            mail_.defects.emplace_back(name);
        return false;
    }

    std::string_view raw_;
    const MimeBounds& bounds_;
    BoundedMail& mail_;
    std::size_t boundary_lines_ = 0;
    std::size_t header_lines_ = 0;
    bool in_addresses_ = false;
    std::size_t groups_ = 0;
    std::size_t address_bytes_ = 0;
};

}  // namespace

void bound_mail(std::string_view raw, const MimeBounds& bounds, BoundedMail& mail) {
    Bounding(raw, bounds, mail).run();
}

}  // namespace connectors::email
