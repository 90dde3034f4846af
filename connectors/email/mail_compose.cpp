#include "connectors/email/mail_compose.hpp"

#include "connectors/email/encoded_words.hpp"
#include "connectors/email/gmime_values.hpp"
#include "connectors/email/mime.hpp"

namespace connectors::email {
namespace {

// Control characters in a value must never become lines of the header.
std::string on_one_line(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '_';
    return text;
}

Held<GMimePart> part_of(const char* type, const char* subtype, const std::string& bytes,
                        GMimeContentEncoding encoding) {
    Held<GMimePart> part{g_mime_part_new_with_type(type, subtype)};
    Held<GMimeStream> stream{g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size())};
    Held<GMimeDataWrapper> content{
        g_mime_data_wrapper_new_with_stream(stream.get(), GMIME_CONTENT_ENCODING_DEFAULT)};
    g_mime_part_set_content(part.get(), content.get());
    g_mime_part_set_content_encoding(part.get(), encoding);
    return part;
}

Held<GMimeObject> text_part(const char* subtype, const std::string& text) {
    Held<GMimePart> part =
        part_of("text", subtype, text + "\n", GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(part.get()), "charset", "utf-8");
    return Held<GMimeObject>{GMIME_OBJECT(part.release())};
}

// Nothing in it may be taken for an encoded word.
std::string file_name(const std::string& name) {
    std::string line = on_one_line(name);
    for (auto at = line.find("=?"); at != std::string::npos; at = line.find("=?", at))
        line[at + 1] = '_';
    return line;
}

bool is_shown_inline(const Outbound& outbound, const Attachment& attachment) {
    return attachment.is_inline && !outbound.html.empty();
}

Held<GMimeObject> attachment_part(const Attachment& attachment, bool shown_inline) {
    const std::string type = on_one_line(attachment.type);
    const auto slash = type.find('/');
    // A file that holds a mail or parts is a file all the same: its bytes are encoded.
    const bool typed = slash != std::string::npos && !type.starts_with("multipart/") &&
                       !type.starts_with("message/");
    Held<GMimePart> part = part_of(typed ? type.substr(0, slash).c_str() : "application",
                                   typed ? type.substr(slash + 1).c_str() : "octet-stream",
                                   attachment.bytes ? *attachment.bytes : std::string{},
                                   GMIME_CONTENT_ENCODING_BASE64);
    g_mime_object_set_disposition(GMIME_OBJECT(part.get()), shown_inline ? "inline" : "attachment");
    if (shown_inline)
        g_mime_object_set_content_id(GMIME_OBJECT(part.get()),
                                     on_one_line(attachment.content_id).c_str());
    g_mime_part_set_filename(part.get(), file_name(attachment.name).c_str());
    return Held<GMimeObject>{GMIME_OBJECT(part.release())};
}

// The boundary follows from the message, so that a second attempt sends the same bytes; "=_" stands
// in no quoted-printable or base64 body (RFC 2045, section 6.7). A single part stays alone.
Held<GMimeObject> multipart(const char* subtype, const Outbound& outbound,
                            std::vector<Held<GMimeObject>> parts) {
    if (parts.size() == 1) return std::move(parts.front());
    Held<GMimeMultipart> whole{g_mime_multipart_new_with_subtype(subtype)};
    const std::string boundary =
        std::string{"=_"} + subtype + "-" + std::to_string(outbound.message);
    g_mime_multipart_set_boundary(whole.get(), boundary.c_str());
    for (const auto& part : parts) g_mime_multipart_add(whole.get(), part.get());
    return Held<GMimeObject>{GMIME_OBJECT(whole.release())};
}

// The text, then the same formatted with its images; then the files (RFC 2046, 5.1.4).
Held<GMimeObject> body_of(const Outbound& outbound) {
    std::vector<Held<GMimeObject>> versions;
    versions.push_back(text_part("plain", outbound.text));
    std::vector<Held<GMimeObject>> formatted;
    if (!outbound.html.empty()) formatted.push_back(text_part("html", outbound.html));
    std::vector<Held<GMimeObject>> files;
    for (const Attachment& attachment : outbound.attachments) {
        const bool shown = is_shown_inline(outbound, attachment);
        (shown ? formatted : files).push_back(attachment_part(attachment, shown));
    }
    if (!formatted.empty())
        versions.push_back(multipart("related", outbound, std::move(formatted)));
    files.insert(files.begin(), multipart("alternative", outbound, std::move(versions)));
    return multipart("mixed", outbound, std::move(files));
}

// What keeps other machines from answering a machine (RFC 3834, section 3.1.7).
void mark_automatic(GMimeObject* object) {
    g_mime_object_set_header(object, "Auto-Submitted", "auto-replied", nullptr);
    g_mime_object_set_header(object, "X-Auto-Response-Suppress", "All", nullptr);
    g_mime_object_set_header(object, "Precedence", "bulk", nullptr);
}

std::string references_header(const std::vector<std::string>& ids) {
    std::string header;
    for (const std::string& id : ids)
        header.append(header.empty() ? "<" : " <").append(on_one_line(id)).append(">");
    return header;
}

// What spells an encoded word is encoded itself, so that its reader sees what was written.
std::string shown_as_written(const std::string& text) {
    const std::string line = on_one_line(text);
    return line.find("=?") == std::string::npos ? line : encoded_words(line);
}

void add_mailboxes(GMimeMessage* message, GMimeAddressType field,
                   const std::vector<Address>& addresses) {
    for (const Address& one : addresses)
        g_mime_message_add_mailbox(message, field,
                                   one.name.empty() ? nullptr : shown_as_written(one.name).c_str(),
                                   on_one_line(one.value).c_str());
}

void set_subject(GMimeMessage* message, const std::string& subject) {
    const std::string line = shown_as_written(subject);
    if (line.find("=?") == std::string::npos)
        g_mime_message_set_subject(message, line.c_str(), "utf-8");
    else
        g_mime_object_set_header(GMIME_OBJECT(message), "Subject", line.c_str(), nullptr);
}

}  // namespace

std::string compose_mail(const Outbound& outbound) {
    start_mime();
    Held<GMimeMessage> message{g_mime_message_new(TRUE)};
    add_mailboxes(message.get(), GMIME_ADDRESS_TYPE_FROM, {outbound.from});
    add_mailboxes(message.get(), GMIME_ADDRESS_TYPE_TO, outbound.to);
    add_mailboxes(message.get(), GMIME_ADDRESS_TYPE_CC, outbound.cc);
    if (!outbound.reply_to.empty())
        add_mailboxes(message.get(), GMIME_ADDRESS_TYPE_REPLY_TO,
                      {{.kind = "email", .value = outbound.reply_to, .name = outbound.from.name}});
    set_subject(message.get(), outbound.subject);
    const auto seconds =
        std::chrono::floor<std::chrono::seconds>(outbound.written_at).time_since_epoch().count();
    GDateTime* date = g_date_time_new_from_unix_utc(seconds);
    g_mime_message_set_date(message.get(), date);
    g_date_time_unref(date);
    g_mime_message_set_message_id(message.get(), on_one_line(outbound.external_id).c_str());
    GMimeObject* object = GMIME_OBJECT(message.get());
    if (!outbound.in_reply_to.empty())
        g_mime_object_set_header(object, "In-Reply-To",
                                 references_header({outbound.in_reply_to}).c_str(), nullptr);
    if (!outbound.references.empty())
        g_mime_object_set_header(object, "References",
                                 references_header(outbound.references).c_str(), nullptr);
    if (outbound.automatic) mark_automatic(object);
    const Held<GMimeObject> body = body_of(outbound);
    g_mime_message_set_mime_part(message.get(), body.get());
    GMimeFormatOptions* format = g_mime_format_options_new();
    g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
    char* bytes = g_mime_object_to_string(object, format);
    std::string out = bytes;
    g_free(bytes);
    g_mime_format_options_free(format);
    return out;
}

}  // namespace connectors::email
