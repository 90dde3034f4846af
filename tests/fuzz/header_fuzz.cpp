// Addresses and header values: what strangers wrote in them, and what is composed with them.
#include <cctype>

#include "connectors/email/automatic.hpp"
#include "connectors/email/envelope_headers.hpp"
#include "connectors/email/header_text.hpp"
#include "connectors/email/mail_compose.hpp"
#include "connectors/email/mime.hpp"
#include "connectors/email/oauth_wire.hpp"
#include "connectors/email/reply_token.hpp"
#include "connectors/email/report_text.hpp"
#include "fuzz.hpp"
#include "hub/api/mail_body.hpp"

using namespace connectors;
using namespace connectors::email;

namespace {

std::vector<std::string> divided(std::string_view text, char divider) {
    std::vector<std::string> pieces;
    while (!text.empty()) {
        const auto end = std::min(text.find(divider), text.size());
        pieces.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return pieces;
}

}  // namespace

// A request body that holds recipients alone, divided by bars: the JSON of the API is not what is
// tested here, and costs minutes to build.
struct api::JsonBody::Impl {
    std::vector<std::string> recipients;
    std::string complaint;
};
api::JsonBody::JsonBody(std::string_view text) : impl_(std::make_unique<Impl>()) {
    impl_->recipients = divided(text, '|');
}
api::JsonBody::~JsonBody() = default;
std::vector<std::string> api::JsonBody::texts(const char* field, std::size_t count_max,
                                              std::size_t bytes_max) {
    if (field != std::string_view{"to"}) return {};
    const std::vector<std::string>& all = impl_->recipients;
    const auto fits = [&](const std::string& text) { return text.size() <= bytes_max; };
    const bool good = all.size() <= count_max && std::ranges::all_of(all, fits);
    if (!good) complain(field, "too much");
    return good ? all : std::vector<std::string>{};
}
std::string api::JsonBody::text(const char*, std::size_t, bool) {
    return "x";
}
std::optional<std::string> api::JsonBody::maybe_text(const char*, std::size_t) {
    return std::nullopt;
}
std::optional<model::Instant> api::JsonBody::maybe_instant(const char*) {
    return std::nullopt;
}
void api::JsonBody::complain(std::string, std::string detail) {
    impl_->complaint = std::move(detail);
}
std::string api::JsonBody::complaint() const {
    return impl_->complaint;
}

namespace {

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

// The fields in front of a body or of a part: each known and there once, every line ended by CRLF.
void check_header(std::string_view bytes, std::vector<std::string_view> known) {
    for (;;) {
        const auto end = bytes.find("\r\n");
        promise(end != std::string_view::npos);
        if (end == 0) return;
        const std::string_view line = bytes.substr(0, end);
        bytes.remove_prefix(end + 2);
        // A line of blanks alone ends the header for some programs.
        promise(line.find_first_not_of(" \t") != std::string_view::npos && line.size() <= 998);
        promise(std::ranges::all_of(line, [](char c) {
            return c == '\t' || !has_control({&c, 1});
        }));
        if (line.front() == ' ' || line.front() == '\t') continue;
        const auto name = std::ranges::find(known, lower(line.substr(0, line.find(':'))));
        promise(name != known.end());
        known.erase(name);
    }
}

// How many parts a multipart of this kind has.
std::size_t check_parts(std::string_view bytes, const std::string& kind) {
    const std::string boundary = "\r\n--=_" + kind + "-5\r\n";
    std::size_t parts = 0;
    for (auto at = bytes.find(boundary); at != std::string_view::npos;
         at = bytes.find(boundary, at + 1), ++parts)
        check_header(
            bytes.substr(at + boundary.size()),
            {"content-type", "content-disposition", "content-transfer-encoding", "content-id"});
    return parts;
}

void check_composed(std::string_view bytes, const Outbound& outbound) {
    check_header(bytes,
                 {"from", "to", "cc", "reply-to", "subject", "date", "message-id", "in-reply-to",
                  "references", "mime-version", "content-type", "content-transfer-encoding"});
    const bool files = !outbound.attachments.empty();
    const bool formatted = !outbound.html.empty();
    // Of two attachments one is an image of the formatted text, if there is any.
    promise(check_parts(bytes, "mixed") == (files ? (formatted ? 2 : 3) : 0));
    promise(check_parts(bytes, "alternative") == (formatted ? 2 : 0));
    promise(check_parts(bytes, "related") == (files && formatted ? 2 : 0));
}

Inbound read_mail(std::string raw) {
    return parse_mail(std::make_shared<const std::string>(std::move(raw)),
                      {.sender = "a@b.test", .recipients = {"c@d.test"}}, {});
}

// The addresses that agents write, as the API takes them.
std::vector<Address> recipients_in(const std::string& text) {
    api::JsonBody body(valid_utf8(text));
    std::vector<Address> recipients = api::read_draft(body).to;
    if (!body.complaint().empty()) return {};
    for (const Address& one : recipients)
        promise(one.value == lower(one.value) && !has_control(one.value + one.name));
    return recipients;
}

// Letters, digits and dots around one @: an address as people have them, which comes back as it
// was.
bool is_usual(std::string_view address) {
    const auto usual = [](std::string_view text, std::string_view more) {
        return !text.empty() && text.find("..") == std::string_view::npos &&
               !text.starts_with('.') && !text.ends_with('.') &&
               std::ranges::all_of(text, [more](unsigned char c) {
                   return (c < 0x80 && std::isalnum(c) != 0) ||
                          more.find(static_cast<char>(c)) != std::string_view::npos;
               });
    };
    const auto at = address.find('@');
    return at != std::string_view::npos && usual(address.substr(0, at), ".+-_=") &&
           usual(address.substr(at + 1), ".-");
}

// One line of ASCII, without blanks at its ends or two together: the values that come back as they
// were.
bool is_plain(const std::string& text) {
    return !has_control(text) && !text.starts_with(' ') && !text.ends_with(' ') &&
           text.find("  ") == std::string::npos &&
           std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; });
}

void check_round_trip(const Outbound& outbound) {
    const std::string bytes = compose_mail(outbound);
    check_composed(bytes, outbound);
    const Inbound mail = read_mail(bytes);
    if (is_plain(outbound.subject)) promise(mail.subject == outbound.subject);
    promise(mail.sender.value == outbound.from.value);
    if (std::ranges::all_of(outbound.to, is_usual, &Address::value))
        promise(std::ranges::equal(mail.to, outbound.to, {}, &Address::value, &Address::value));
    promise(mail.attachments.size() == outbound.attachments.size());
}

Outbound outbound_of(const std::array<std::string, 6>& parts) {
    const auto& [name, to, subject, ids, file, type] = parts;
    Outbound outbound{.message = 5, .from = {"email", "desk@d.test", name}, .subject = subject};
    for (const std::string& one : divided(to, '|'))
        if (one.find_first_not_of(" \t\r\n") != std::string::npos)
            outbound.to.push_back({"email", one, name});
    outbound.cc = outbound.to;
    outbound.text = subject;
    outbound.external_id = "5@d.test";
    outbound.references = divided(ids, '|');
    if (!outbound.references.empty()) outbound.in_reply_to = outbound.references.back();
    outbound.reply_to = with_reply_token(outbound.from.value, 5, "k");
    if (subject.starts_with('<')) outbound.html = subject;
    if (file.empty()) return outbound;
    const auto bytes = std::make_shared<const std::string>("bytes");
    for (const bool is_inline : {false, true})
        outbound.attachments.push_back({.name = file,
                                        .type = type,
                                        .size = bytes->size(),
                                        .is_inline = is_inline,
                                        .content_id = type,
                                        .bytes = bytes});
    return outbound;
}

void check_outbound(const std::array<std::string, 6>& parts) {
    Outbound outbound = outbound_of(parts);
    check_composed(compose_mail(outbound), outbound);
    outbound.to = outbound.cc = recipients_in(parts[1]);
    check_round_trip(outbound);
    // Whoever writes gets the answer, under the very address.
    const Inbound mail = read_mail("From: " + parts[1] + "\n\n");
    outbound.to = {mail.sender};
    outbound.cc.clear();
    check_round_trip(outbound);
    // A quoted '>' ends a path for those who look at no quotes.
    const std::string& value = mail.sender.value;
    const auto path = parse_path("<" + value + ">");
    promise(!path || value.find('>') != std::string::npos ||
            (path->address == value && path->parameters.empty()));
}

void check_addresses(std::string_view text) {
    const std::string small = lower(text);
    promise(text.find(address_in(text)) != std::string_view::npos);
    for (const std::string& address : addresses_in(text))
        promise(small.find(address) != std::string::npos && address.size() > 2 &&
                address.find('@') != std::string::npos);
    const std::string utf8 = valid_utf8(text);
    for (const std::size_t most : {1U, 7U, 80U}) {
        const std::string start = cut(utf8, most);
        promise(start.size() <= most && utf8.starts_with(start) && valid_utf8(start) == start);
    }
    const Envelope envelope = envelope_in(text);
    promise(envelope.recipients.size() <= 20);
    for (const std::string& one : envelope.recipients) promise(!one.empty());
    const AutomaticSigns signs = automatic_signs(header_fields(text), envelope.sender);
    promise(!signs.automatic || !signs.answerable);
}

void check_token(const std::string& address) {
    const std::string signed_one = with_reply_token(address, 118, "k");
    promise(base_address(signed_one) == base_address(address));
    if (address.find('@') != std::string::npos && lower(address).find("+c.") == std::string::npos)
        promise(verified_conversation(signed_one, "k") == 118);
    promise(verified_conversation(signed_one, "another") == 0);
}

// Whatever is in a value, a form has three fields of letters that are free (RFC 3986, 2.3).
void check_form(const std::string& text) {
    const std::string form = refresh_form({.client_id = text, .refresh_token = text});
    promise(std::ranges::count(form, '&') == 2 && std::ranges::count(form, '=') == 3);
    promise(std::ranges::all_of(form, [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view{"-._~%&="}.find(c) != std::string_view::npos;
    }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    start_mime();
    const std::string_view input = text_of(data, size);
    check_outbound(parts_of<6>(input));
    check_addresses(input);
    check_token(std::string{input});
    check_form(std::string{input});
    return 0;
}
