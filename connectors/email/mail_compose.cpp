#include "connectors/email/mail_compose.hpp"

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

Held<GMimePart> text_part(const std::string& text) {
    Held<GMimePart> part =
        part_of("text", "plain", text + "\n", GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(part.get()), "charset", "utf-8");
    return part;
}

Held<GMimePart> attachment_part(const Attachment& attachment) {
    const auto slash = attachment.type.find('/');
    const bool typed = slash != std::string::npos;
    Held<GMimePart> part = part_of(
        typed ? attachment.type.substr(0, slash).c_str() : "application",
        typed ? attachment.type.substr(slash + 1).c_str() : "octet-stream",
        attachment.bytes ? *attachment.bytes : std::string{}, GMIME_CONTENT_ENCODING_BASE64);
    g_mime_object_set_disposition(GMIME_OBJECT(part.get()), "attachment");
    g_mime_part_set_filename(part.get(), on_one_line(attachment.name).c_str());
    return part;
}

std::string references_header(const std::vector<std::string>& ids) {
    std::string header;
    for (const std::string& id : ids)
        header.append(header.empty() ? "<" : " <").append(id).append(">");
    return header;
}

}  // namespace

std::string compose_mail(const Outbound& outbound) {
    start_mime();
    Held<GMimeMessage> message{g_mime_message_new(TRUE)};
    g_mime_message_add_mailbox(message.get(), GMIME_ADDRESS_TYPE_FROM, outbound.from.name.c_str(),
                               outbound.from.value.c_str());
    for (const Address& to : outbound.to)
        g_mime_message_add_mailbox(message.get(), GMIME_ADDRESS_TYPE_TO,
                                   to.name.empty() ? nullptr : to.name.c_str(), to.value.c_str());
    for (const Address& cc : outbound.cc)
        g_mime_message_add_mailbox(message.get(), GMIME_ADDRESS_TYPE_CC,
                                   cc.name.empty() ? nullptr : cc.name.c_str(), cc.value.c_str());
    if (!outbound.reply_to.empty())
        g_mime_message_add_mailbox(message.get(), GMIME_ADDRESS_TYPE_REPLY_TO,
                                   outbound.from.name.c_str(), outbound.reply_to.c_str());
    g_mime_message_set_subject(message.get(), outbound.subject.c_str(), "utf-8");
    const auto seconds =
        std::chrono::floor<std::chrono::seconds>(outbound.written_at).time_since_epoch().count();
    GDateTime* date = g_date_time_new_from_unix_utc(seconds);
    g_mime_message_set_date(message.get(), date);
    g_date_time_unref(date);
    g_mime_message_set_message_id(message.get(), outbound.external_id.c_str());
    GMimeObject* object = GMIME_OBJECT(message.get());
    if (!outbound.in_reply_to.empty())
        g_mime_object_set_header(object, "In-Reply-To", ("<" + outbound.in_reply_to + ">").c_str(),
                                 nullptr);
    if (!outbound.references.empty())
        g_mime_object_set_header(object, "References",
                                 references_header(outbound.references).c_str(), nullptr);
    Held<GMimePart> text = text_part(outbound.text);
    if (outbound.attachments.empty()) {
        g_mime_message_set_mime_part(message.get(), GMIME_OBJECT(text.get()));
    } else {
        Held<GMimeMultipart> mixed{g_mime_multipart_new_with_subtype("mixed")};
        // The boundary follows from the message, so that a second attempt sends the same bytes;
        // "=_" stands in no quoted-printable or base64 body (RFC 2045, section 6.7).
        g_mime_multipart_set_boundary(mixed.get(),
                                      ("=_part-" + std::to_string(outbound.message)).c_str());
        g_mime_multipart_add(mixed.get(), GMIME_OBJECT(text.get()));
        for (const Attachment& attachment : outbound.attachments) {
            Held<GMimePart> part = attachment_part(attachment);
            g_mime_multipart_add(mixed.get(), GMIME_OBJECT(part.get()));
        }
        g_mime_message_set_mime_part(message.get(), GMIME_OBJECT(mixed.get()));
    }
    GMimeFormatOptions* format = g_mime_format_options_new();
    g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
    char* bytes = g_mime_object_to_string(object, format);
    std::string out = bytes;
    g_free(bytes);
    g_mime_format_options_free(format);
    return out;
}

}  // namespace connectors::email
