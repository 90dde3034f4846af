#include <algorithm>

#include "connectors/email/gmime_values.hpp"
#include "connectors/email/header_text.hpp"
#include "connectors/email/mime.hpp"
#include "connectors/email/mime_bounds.hpp"
#include "connectors/email/mime_walk.hpp"
#include "connectors/email/reply_trim.hpp"

namespace connectors::email {
namespace {

constexpr std::size_t thread_ids_max = 40;
constexpr int header_fields_max = 1000;

// A folded value: what stood between its lines is one blank.
std::string on_one_line(std::string text) {
    text = clean_text(std::move(text));
    std::ranges::replace(text, '\n', ' ');
    return text;
}

void add_addresses(InternetAddressList* list, std::vector<Address>& out, int depth = 0) {
    const int count = list == nullptr || depth > 4 ? 0 : internet_address_list_length(list);
    for (int i = 0; i < count && out.size() < 200; ++i) {
        InternetAddress* address = internet_address_list_get_address(list, i);
        if (INTERNET_ADDRESS_IS_GROUP(address)) {
            add_addresses(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)), out,
                          depth + 1);
            continue;
        }
        if (!INTERNET_ADDRESS_IS_MAILBOX(address)) continue;
        std::string value =
            text_or_empty(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address)));
        value = lower(value);
        if (value.empty() || !is_sendable(value)) continue;
        out.push_back({.kind = "email",
                       .value = std::move(value),
                       .name = on_one_line(text_or_empty(internet_address_get_name(address)))});
    }
}

// `parsed` as GMime has it, unless its names have words that GMime cannot decode.
void read_addresses(GMimeMessage* message, const char* field, InternetAddressList* parsed,
                    std::vector<Address>& out) {
    const auto value = rejoined(GMIME_OBJECT(message), field);
    if (!value) return add_addresses(parsed, out);
    const Held<InternetAddressList> list{internet_address_list_parse(nullptr, value->c_str())};
    add_addresses(list ? list.get() : parsed, out);
}

std::string header(GMimeMessage* message, const char* name) {
    return text_or_empty(g_mime_object_get_header(GMIME_OBJECT(message), name));
}

void read_headers(GMimeMessage* message, Inbound& mail) {
    const auto subject = rejoined(GMIME_OBJECT(message), "Subject");
    mail.subject = on_one_line(
        subject ? valid_utf8(owned(g_mime_utils_header_decode_text(nullptr, subject->c_str())))
                : text_or_empty(g_mime_message_get_subject(message)));
    std::vector<Address> from;
    read_addresses(message, "From", g_mime_message_get_from(message), from);
    if (from.empty()) read_addresses(message, "Sender", g_mime_message_get_sender(message), from);
    if (!from.empty()) mail.sender = from.front();
    std::vector<Address> reply_to;
    read_addresses(message, "Reply-To", g_mime_message_get_reply_to(message), reply_to);
    if (!reply_to.empty() && reply_to.front().value != mail.sender.value)
        mail.reply_to = reply_to.front();
    read_addresses(message, "To", g_mime_message_get_to(message), mail.to);
    read_addresses(message, "Cc", g_mime_message_get_cc(message), mail.cc);
    // The first Message-ID where there are two.
    const auto ids = message_ids(header(message, "Message-ID"));
    std::string bare = header(message, "Message-ID");
    std::erase_if(bare,
                  [](unsigned char c) { return c <= ' ' || c == 127 || c == '<' || c == '>'; });
    if (!ids.empty())
        mail.external_id = ids.front();
    else if (!bare.empty() && bare.size() <= 500)
        mail.external_id = bare;
    // In-Reply-To, then References from the last to the first.
    mail.thread_ids = message_ids(header(message, "In-Reply-To"));
    if (mail.thread_ids.size() > thread_ids_max) mail.thread_ids.resize(thread_ids_max);
    auto references = message_ids(header(message, "References"));
    std::ranges::reverse(references);
    for (std::string& id : references)
        if (mail.thread_ids.size() < thread_ids_max &&
            std::ranges::find(mail.thread_ids, id) == mail.thread_ids.end())
            mail.thread_ids.push_back(std::move(id));
    if (const std::string thread = outlook_thread(header(message, "Thread-Index")); !thread.empty())
        mail.thread_ids.push_back(thread);
    if (GDateTime* date = g_mime_message_get_date(message))
        mail.provider_time = Instant{std::chrono::seconds{g_date_time_to_unix(date)}};
}

}  // namespace

// The first 22 bytes stay the same in a thread, each answer adds five (MS-OXOMSG, 2.2.1.3).
std::string outlook_thread(const std::string& thread_index) {
    constexpr std::size_t thread_bytes = 22;
    const bool base64 = std::ranges::all_of(thread_index, [](char c) {
        return g_ascii_isalnum(c) || g_ascii_isspace(c) || c == '+' || c == '/' || c == '=';
    });
    if (!base64) return {};
    gsize size = 0;
    guchar* bytes = g_base64_decode(thread_index.c_str(), &size);
    std::string id;
    if (size >= thread_bytes) {
        gchar* text = g_base64_encode(bytes, thread_bytes);
        id = std::string{"thread-index:"} + text;
        g_free(text);
    }
    g_free(bytes);
    return id;
}

namespace {

HeaderFields fields_of(GMimeMessage* message) {
    HeaderFields fields;
    GMimeHeaderList* list = g_mime_object_get_header_list(GMIME_OBJECT(message));
    for (int i = 0; i < std::min(g_mime_header_list_get_count(list), header_fields_max); ++i) {
        GMimeHeader* one = g_mime_header_list_get_header_at(list, i);
        fields.emplace_back(lower(text_or_empty(g_mime_header_get_name(one))),
                            text_or_empty(g_mime_header_get_value(one)));
    }
    return fields;
}

// Policy: a report about a mail of ours is a bounce, whatever else its header says; what else a
// machine wrote is an automatic reply.
void tell_who_wrote(GMimeMessage* message, const Envelope& envelope, std::string_view bytes,
                    ReportParts& parts, Inbound& mail) {
    parts.fields = fields_of(message);
    parts.envelope_sender = envelope.sender.empty() ? "<>" : envelope.sender;
    GMimeObject* root = g_mime_message_get_mime_part(message);
    GMimeContentType* type = root == nullptr ? nullptr : g_mime_object_get_content_type(root);
    const bool report = type != nullptr && g_mime_content_type_is_type(type, "multipart", "report");
    if (report) {
        parts.report_type =
            lower(text_or_empty(g_mime_content_type_get_parameter(type, "report-type")));
    }
    parts.text = mail.text;
    // A report without boundaries has no parts; its words are all that is left.
    if (parts.text.empty()) parts.text = clean_text(valid_utf8(bytes));
    const AutomaticSigns signs = automatic_signs(parts.fields, parts.envelope_sender);
    mail.report = read_report(parts);
    mail.automatic = mail.report                 ? Automatic::bounce
                     : signs.automatic || report ? Automatic::auto_reply
                                                 : Automatic::no;
    if (mail.report) {
        std::vector<std::string> ids = mail.report->external_ids;
        ids.insert(ids.end(), mail.thread_ids.begin(), mail.thread_ids.end());
        mail.thread_ids = std::move(ids);
    }
    mail.answerable = signs.answerable && mail.automatic == Automatic::no;
}

// The same mail may come twice with other trace headers; different mails do come with one
// Message-ID.
std::string receipt_key_of(const Inbound& mail, std::string_view date) {
    std::string attachments;
    for (const Attachment& attachment : mail.attachments) attachments += "\n" + attachment.sha256;
    const std::string written = std::string{date} + "\n" + mail.sender.value + "\n" + mail.subject +
                                "\n" + mail.text + "\n" + mail.html + attachments;
    return (mail.external_id.empty() ? "none" : mail.external_id) + "|" +
           sha256_hex(written).substr(0, 16);
}

// Mail without plain text is searched and trimmed by that of its HTML.
void read_html(const MimeLimits& limits, Inbound& mail) {
    if (!mail.text.empty() || mail.html.empty()) return;
    const std::string text = text_from_html(mail.html);
    mail.text = cut(text, limits.text_bytes_max);
    if (mail.text.size() < text.size()) mail.defects.emplace_back("text_cut");
}

void fill_gaps(const Envelope& envelope, Inbound& mail) {
    if (mail.sender.value.empty()) {
        mail.defects.emplace_back("no_from");
        std::string sender =
            envelope.sender.empty() ? "unknown@invalid" : valid_utf8(envelope.sender);
        sender = lower(sender);
        mail.sender = {.kind = "email", .value = std::move(sender), .name = {}};
    }
    if (mail.external_id.empty()) mail.defects.emplace_back("no_message_id");
    mail.trimmed_text = trim_reply(mail.text);
}

}  // namespace

void start_mime() {
    static const bool once = [] {
        g_mime_init();
        // Headers with raw 8-bit bytes: UTF-8 if they can be, else windows-1252.
        const char* charsets[] = {"utf-8", "windows-1252", nullptr};
        g_mime_parser_options_set_fallback_charsets(g_mime_parser_options_get_default(), charsets);
        return true;
    }();
    (void)once;
}

Inbound parse_mail(std::shared_ptr<const std::string> raw, const Envelope& envelope,
                   const MimeLimits& limits) {
    Inbound mail;
    mail.channel = Channel::email;
    mail.raw_sha256 = sha256_hex(*raw);
    mail.raw = raw;
    const auto blank = std::min(raw->find("\r\n\r\n"), raw->find("\n\n"));
    std::string_view bytes = *raw;
    if (std::min(blank, raw->size()) > limits.header_bytes_max) {
        mail.defects.emplace_back("header_too_long");
        bytes = bytes.substr(0, limits.header_bytes_max);
    }
    BoundedMail bounded;
    bound_mail(bytes, {}, bounded);
    mail.defects.insert(mail.defects.end(), bounded.defects.begin(), bounded.defects.end());
    bytes = bounded.bytes;
    Held<GMimeStream> stream{g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size())};
    Held<GMimeParser> parser{g_mime_parser_new_with_stream(stream.get())};
    Held<GMimeMessage> message{g_mime_parser_construct_message(parser.get(), nullptr)};
    std::string date;
    if (message) {
        read_headers(message.get(), mail);
        date = header(message.get(), "Date");
        Walk walk{mail, limits, {}};
        if (GMimeObject* root = g_mime_message_get_mime_part(message.get()))
            walk.visit(root, 0);
        else
            walk.defect("no_body");
        read_html(limits, mail);
        const auto body = std::min(blank, bytes.size());
        tell_who_wrote(message.get(), envelope, cut(bytes.substr(body), limits.text_bytes_max),
                       walk.report, mail);
    } else {
        mail.defects.emplace_back("unparseable");
        mail.text = clean_text(valid_utf8(cut(bytes, limits.text_bytes_max)));
    }
    fill_gaps(envelope, mail);
    mail.receipt_key = receipt_key_of(mail, date);
    return mail;
}

}  // namespace connectors::email
