#include "connectors/email/report_text.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "connectors/email/header_text.hpp"
#include "connectors/email/mime.hpp"

namespace connectors::email {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::size_t named_max = 20;
constexpr std::size_t ids_max = 10;
constexpr std::size_t reason_bytes_max = 500;

constexpr auto mail_systems =
    std::to_array<std::string_view>({"mailer-daemon", "mailer daemon", "postmaster", "post_master",
                                     "mail.delivery.system", "mdaemon", "mail deliver"});
constexpr auto subjects = std::to_array<std::string_view>({"undeliver",
                                                           "delivery status notification",
                                                           "delivery failure",
                                                           "failure notice",
                                                           "returned mail",
                                                           "mail delivery failed",
                                                           "delivery has failed",
                                                           "mail system error",
                                                           "could not be delivered",
                                                           "delivery failed",
                                                           "failed delivery",
                                                           "failure delivery",
                                                           "delivery problem",
                                                           "mail failure",
                                                           "mail failed",
                                                           "delayed mail",
                                                           "message delayed",
                                                           "error sending your mail",
                                                           "not delivered",
                                                           "nondeliverable",
                                                           "warning: message",
                                                           "mancato recapito",
                                                           "impossibile recapitare",
                                                           "unzustellbar",
                                                           "non remis",
                                                           "no se puede entregar",
                                                           "ваше сообщение"});
constexpr auto phrases = std::to_array<std::string_view>({"not be delivered",
                                                          "n't be delivered",
                                                          "not delivered",
                                                          "n't delivered",
                                                          "unable to deliver",
                                                          "delivery to the following",
                                                          "delivery failed",
                                                          "delivery failure",
                                                          "failed permanently",
                                                          "user unknown",
                                                          "unknown user",
                                                          "no such user",
                                                          "mailbox unavailable",
                                                          "does not exist",
                                                          "permanent error",
                                                          "permanent fatal errors",
                                                          "undeliverable",
                                                          "n't be found",
                                                          "has been delayed",
                                                          "returned to sender",
                                                          "did not reach",
                                                          "not reach the following",
                                                          "following addresses failed",
                                                          "n't deliver",
                                                          "not deliver",
                                                          "recipient rejected",
                                                          "address rejected",
                                                          "delivery error",
                                                          "retry timeout",
                                                          "mailbox full",
                                                          "mailbox is full",
                                                          "over quota",
                                                          "unknown address",
                                                          "unknown recipient"});
constexpr auto delays = std::to_array<std::string_view>(
    {"has been delayed", "still being retried", "will be retried", "will continue to be",
     "no action is required", "not yet been delivered", "still trying", "delayed 24 hours"});
// Where the words end and the enclosed mail begins.
constexpr auto enclosures = std::to_array<std::string_view>(
    {"this is a copy of", "below this line is a copy", "original message", "message header follow",
     "unsent message follows", "message follows", "returned message", "copy of your message",
     "bounced e-mail", "bounced mail", "the header of the original", "included below",
     "original mail"});

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool contains_one(std::string_view text, Words words) {
    return std::ranges::any_of(
        words, [text](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

std::string field(const HeaderFields& fields, std::string_view name) {
    const auto found = std::ranges::find(fields, name, &HeaderFields::value_type::first);
    return found == fields.end() ? std::string{} : found->second;
}

// Fields that a mail begins with, and words about one do not.
bool names_header_field(std::string_view line) {
    constexpr auto names = std::to_array<std::string_view>(
        {"from:", "subject:", "date:", "message-id:", "mime-version:", "received:", "return-path:",
         "content-type:", "dkim-signature:"});
    return line.size() > 4 && std::ranges::any_of(names, [line](std::string_view name) {
               return line.size() >= name.size() && lower(line.substr(0, name.size())) == name;
           });
}

bool announces_enclosure(std::string_view line) {
    if (line.size() >= 120) return false;
    const std::string small = lower(trimmed(line));
    return contains_one(small, enclosures) &&
           (small.find("--") != std::string::npos || small.ends_with(':') ||
            (small.ends_with('.') &&
             (small.starts_with("this is a copy") || small.starts_with("below this line"))));
}

// The words before the enclosed mail: up to a line that announces it, or where headers begin.
std::string_view said(std::string_view text) {
    const std::vector<std::string_view> lines = lines_of(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto at = static_cast<std::size_t>(lines[i].data() - text.data());
        const bool headers = names_header_field(lines[i]) && i + 1 < lines.size() &&
                             (names_header_field(lines[i + 1]) ||
                              (i + 2 < lines.size() && names_header_field(lines[i + 2])));
        if (announces_enclosure(lines[i]) || headers) return text.substr(0, at);
    }
    return text;
}

// d.d.d after no digit or dot, before neither.
std::string enhanced_status(std::string_view text) {
    for (std::size_t i = 0; i + 4 < text.size(); ++i) {
        if ((text[i] != '2' && text[i] != '4' && text[i] != '5') || text[i + 1] != '.') continue;
        if (i > 0 && (is_digit(text[i - 1]) || text[i - 1] == '.' || text[i - 1] == '-')) continue;
        std::size_t end = i + 2;
        const auto number = [&text, &end] {
            const std::size_t from = end;
            while (end < text.size() && is_digit(text[end]) && end - from < 3) ++end;
            return end > from;
        };
        if (!number() || end >= text.size() || text[end] != '.') continue;
        ++end;
        if (!number() || (end < text.size() && (is_digit(text[end]) || text[end] == '.') &&
                          end + 1 < text.size() && is_digit(text[end + 1])))
            continue;
        return std::string{text.substr(i, end - i)};
    }
    return {};
}

// A reply code of SMTP, 4yz or 5yz with y up to 5 (RFC 5321, 4.2.1), standing alone.
char reply_class(std::string_view text) {
    for (std::size_t i = 0; i + 2 < text.size(); ++i) {
        if ((text[i] != '4' && text[i] != '5') || text[i + 1] > '5' || !is_digit(text[i + 1]) ||
            !is_digit(text[i + 2]))
            continue;
        const bool alone =
            (i == 0 ||
             std::string_view{" \t\n<([:'\"#=|"}.find(text[i - 1]) != std::string_view::npos) &&
            (i + 3 == text.size() ||
             std::string_view{" \t\n-'\")]"}.find(text[i + 3]) != std::string_view::npos);
        if (alone) return text[i];
    }
    return '\0';
}

bool names_mail_system(const std::string& field_value) {
    const std::string value = lower(field_value);
    const std::string address = address_in(value);
    const auto name = value.substr(0, std::min(value.find('<'), value.size()));
    return contains_one(address.substr(0, address.find('@')), mail_systems) ||
           name.find("mail deliver") != std::string::npos ||
           name.find("mailer-daemon") != std::string::npos ||
           name.find("mailer daemon") != std::string::npos;
}

bool from_mail_system(const ReportParts& parts) {
    const std::string from = field(parts.fields, "from");
    return trimmed(from).empty() || trimmed(from) == "<>" || names_mail_system(from) ||
           names_mail_system(field(parts.fields, "sender"));
}

bool from_nobody(const ReportParts& parts) {
    return parts.envelope_sender == "<>" || trimmed(field(parts.fields, "return-path")) == "<>";
}

void add(std::vector<std::string>& addresses, std::string address) {
    if (!address.empty() && address.find('@') != std::string::npos &&
        addresses.size() < named_max && std::ranges::find(addresses, address) == addresses.end())
        addresses.push_back(std::move(address));
}

// Addresses in the words, but for the report's own sender and addressee.
std::vector<std::string> named_addresses(const ReportParts& parts, std::string_view words) {
    std::vector<std::string> named;
    for (const std::string_view line : lines_of(words))
        if (lower(line.substr(0, 40)).find("-id:") == std::string::npos)
            for (std::string& address : addresses_in(line)) add(named, std::move(address));
    const std::string to = lower(address_in(field(parts.fields, "to")));
    const std::string from = lower(address_in(field(parts.fields, "from")));
    std::erase_if(named, [&](const std::string& one) { return one == to || one == from; });
    return named;
}

// What is said from one recipient's name to the next is about that one.
void add_own_words(std::vector<ReportedRecipient>& recipients, std::string_view words) {
    const std::string small = lower(words);
    for (std::size_t i = 0; i < recipients.size() && recipients.size() > 1; ++i) {
        const std::size_t from = small.find(recipients[i].address);
        if (from == std::string::npos) continue;
        std::size_t to = words.size();
        for (const ReportedRecipient& other : recipients)
            if (const auto at = small.find(other.address, from + 1);
                &other != &recipients[i] && at != std::string::npos)
                to = std::min(to, at);
        const std::string_view own = words.substr(from, to - from);
        if (const std::string status = status_in(own); !status.empty()) {
            recipients[i].status = status;
            recipients[i].reason = reason_in(own);
        }
    }
}

}  // namespace

HeaderFields header_fields(std::string_view text) {
    HeaderFields fields;
    for (std::string_view line : lines_of(text)) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (trimmed(line).empty()) {
            fields.emplace_back();
        } else if ((line.front() == ' ' || line.front() == '\t') && !fields.empty() &&
                   !fields.back().first.empty()) {
            fields.back().second.append(" ").append(trimmed(line));
        } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
            fields.emplace_back(lower(trimmed(line.substr(0, colon))),
                                std::string{trimmed(line.substr(colon + 1))});
        }
    }
    return fields;
}

std::string keyword_of(std::string_view value) {
    const std::string_view word = trimmed(value);
    return std::string{word.substr(0, word.find_first_of(" \t;("))};
}

std::string status_in(std::string_view text) {
    if (std::string status = enhanced_status(text); !status.empty()) return status;
    const char kind = reply_class(text);
    return kind == '\0' ? std::string{} : std::string{kind} + ".0.0";
}

std::string reason_in(std::string_view text) {
    std::string_view words;
    for (const std::string_view line : lines_of(said(text))) {
        if (!status_in(line).empty()) return cut(trimmed(line), reason_bytes_max);
        if (words.empty() && contains_one(lower(line), phrases)) words = line;
    }
    return cut(trimmed(words), reason_bytes_max);
}

bool is_from_a_machine(const ReportParts& parts) {
    return from_mail_system(parts) || from_nobody(parts);
}

bool says_undelivered(const ReportParts& parts) {
    const bool system = from_mail_system(parts);
    const bool nobody = from_nobody(parts);
    if (!system && !nobody) return false;
    const bool titled = contains_one(lower(field(parts.fields, "subject")), subjects);
    const bool worded = contains_one(lower(parts.text), phrases);
    // A postmaster may be a person with an opinion; then the words alone say too little.
    const bool person =
        !nobody && lower(address_in(field(parts.fields, "from"))).starts_with("postmaster@");
    return (system && (titled || (worded && !person))) ||
           (nobody && (parts.original_is_part || (titled && worded)));
}

std::vector<ReportedRecipient> named_recipients(const ReportParts& parts) {
    const std::string_view words = said(parts.text);
    ReportedRecipient common;
    common.status = status_in(words);
    common.reason = reason_in(parts.text);
    const bool delayed = contains_one(lower(words), delays) ||
                         lower(field(parts.fields, "subject")).find("delay") != std::string::npos;
    common.action = delayed ? ReportAction::delayed : ReportAction::failed;
    std::vector<std::string> addresses = named_addresses(parts, words);
    const HeaderFields enclosed =
        header_fields(parts.original.empty() ? std::string_view{parts.text}.substr(words.size())
                                             : std::string_view{parts.original});
    // Whom the enclosed mail was written to is the surest of those named.
    const std::vector<std::string> written_to = addresses_in(field(enclosed, "to"));
    std::vector<std::string> both;
    for (const std::string& address : addresses)
        if (std::ranges::find(written_to, address) != written_to.end()) both.push_back(address);
    if (!both.empty()) addresses = std::move(both);
    if (addresses.empty()) addresses = {written_to.empty() ? "" : written_to.front()};
    std::vector<ReportedRecipient> recipients;
    for (std::string& address : addresses) {
        recipients.push_back(common);
        recipients.back().address = std::move(address);
    }
    add_own_words(recipients, words);
    return recipients;
}

std::vector<std::string> original_ids(const ReportParts& parts) {
    std::vector<std::string> ids;
    const auto take = [&ids](std::string_view text) {
        for (const auto& [name, value] : header_fields(text))
            if (name == "message-id" || name == "original-message-id" ||
                name == "x-original-message-id")
                for (std::string& id : message_ids(value))
                    if (ids.size() < ids_max && std::ranges::find(ids, id) == ids.end())
                        ids.push_back(std::move(id));
    };
    take(parts.original);
    take(parts.delivery_status);
    take(parts.text);
    return ids;
}

}  // namespace connectors::email
