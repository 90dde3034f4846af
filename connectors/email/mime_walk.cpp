#include "connectors/email/mime_walk.hpp"

#include <algorithm>
#include <map>

#include "connectors/email/gmime_values.hpp"
#include "connectors/email/header_text.hpp"

namespace connectors::email {
namespace {

constexpr std::size_t file_name_bytes_max = 80;

// RFC 3676: lines of a paragraph were broken by the sender's program.
std::string unflowed(std::string text, GMimeContentType* type) {
    const auto parameter = [type](const char* name) {
        return type == nullptr
                   ? std::string{}
                   : lower(text_or_empty(g_mime_content_type_get_parameter(type, name)));
    };
    if (parameter("format") != "flowed") return text;
    return unflow(text, parameter("delsp") == "yes");
}

std::string decoded_bytes(GMimePart* part) {
    GMimeDataWrapper* content = g_mime_part_get_content(part);
    if (content == nullptr) return {};
    Held<GMimeStream> memory{g_mime_stream_mem_new()};
    g_mime_data_wrapper_write_to_stream(content, memory.get());
    return bytes_of(memory.get());
}

// Labels lie: what says ASCII or nothing is UTF-8 if it can be, else windows-1252; what names
// another charset is converted from it; what cannot be converted falls back in the same way.
std::string to_utf8(std::string bytes, const char* label) {
    std::string charset = label == nullptr ? "" : label;
    charset = lower(charset);
    const bool plain = charset.empty() || charset == "utf-8" || charset == "utf8" ||
                       charset == "us-ascii" || charset == "ascii";
    if (plain) return valid_utf8(bytes);
    if (charset == "iso-8859-1" || charset == "latin1") charset = "windows-1252";
    if (charset == "gb2312") charset = "gbk";
    if (charset == "ks_c_5601-1987") charset = "cp949";
    gsize written = 0;
    char* converted =
        g_convert_with_fallback(bytes.data(), static_cast<gssize>(bytes.size()), "UTF-8",
                                charset.c_str(), "\xEF\xBF\xBD", nullptr, &written, nullptr);
    if (converted == nullptr) return valid_utf8(bytes);
    std::string out(converted, written);
    g_free(converted);
    return out;
}

// What a part is called that has no name of its own.
std::string usual_name(const std::string& media, int number) {
    static const std::map<std::string_view, std::string_view> names = {
        {"text/calendar", "invitation.ics"},
        {"text/vcard", "contact.vcf"},
        {"text/rfc822-headers", "headers.txt"},
        {"message/delivery-status", "delivery-status.txt"},
        {"message/feedback-report", "feedback-report.txt"},
        {"message/disposition-notification", "disposition-notification.txt"},
        {"application/pgp-signature", "signature.asc"},
        {"application/pgp-encrypted", "pgp-version.txt"},
        {"application/pkcs7-signature", "smime.p7s"},
        {"application/x-pkcs7-signature", "smime.p7s"},
        {"application/pkcs7-mime", "smime.p7m"},
        {"application/x-pkcs7-mime", "smime.p7m"},
        {"application/ms-tnef", "winmail.dat"}};
    if (const auto known = names.find(media); known != names.end())
        return std::string{known->second};
    const std::string base = "part-" + std::to_string(number);
    return media.starts_with("image/") ? base + "." + media.substr(6) : base;
}
}  // namespace

void Walk::defect(const char* name) {
    if (std::ranges::find(mail.defects, name) == mail.defects.end())
        mail.defects.emplace_back(name);
}

void Walk::visit(GMimeObject* object, int depth) {
    if (depth > limits.depth_max) return defect("nested_too_deep");
    if (++parts > limits.parts_max) return defect("too_many_parts");
    if (GMIME_IS_MULTIPART(object)) {
        auto* multipart = GMIME_MULTIPART(object);
        const int count = g_mime_multipart_get_count(multipart);
        for (int i = 0; i < count && parts <= limits.parts_max; ++i)
            visit(g_mime_multipart_get_part(multipart, i), depth + 1);
    } else if (GMIME_IS_MESSAGE_PART(object)) {
        attach_message(GMIME_MESSAGE_PART(object));
    } else if (GMIME_IS_PART(object)) {
        leaf(GMIME_PART(object));
    }
}

void Walk::attach_message(GMimeMessagePart* part) {
    GMimeMessage* inner = g_mime_message_part_get_message(part);
    if (inner == nullptr) return defect("empty_message_part");
    GMimeObject* object = GMIME_OBJECT(part);
    std::string name =
        text_or_empty(g_mime_object_get_content_disposition_parameter(object, "filename"));
    if (name.empty())
        name = text_or_empty(g_mime_object_get_content_type_parameter(object, "name"));
    const std::string subject = text_or_empty(g_mime_message_get_subject(inner));
    if (name.empty())
        name = (subject.empty() ? "message" : cut(subject, file_name_bytes_max)) + ".eml";
    // Through a stream, not a C string: the mail may hold NUL bytes.
    Held<GMimeStream> memory{g_mime_stream_mem_new()};
    g_mime_object_write_to_stream(GMIME_OBJECT(inner), nullptr, memory.get());
    std::string bytes = bytes_of(memory.get());
    enclose(bytes);
    add_attachment(std::move(bytes), std::move(name), "message/rfc822", false, "");
}

void Walk::enclose(const std::string& bytes) {
    if (report.original_is_part) return;
    report.original_is_part = true;
    report.original = clean_text(valid_utf8(cut(bytes, limits.header_bytes_max)));
    if (const auto blank = report.original.find("\n\n"); blank != std::string::npos)
        report.original.resize(blank);
}

void Walk::note(const std::string& media, const std::string& bytes) {
    const auto text = [&] { return clean_text(valid_utf8(cut(bytes, limits.text_bytes_max))); };
    if (media == "message/delivery-status" || media == "message/global-delivery-status")
        if (report.delivery_status.size() < limits.text_bytes_max)
            report.delivery_status += "\n\n" + text();
    if (media == "message/feedback-report" && report.feedback.size() < limits.text_bytes_max)
        report.feedback += text();
    if (media == "text/rfc822-headers" || media == "message/rfc822-headers") enclose(bytes);
}

void Walk::leaf(GMimePart* part) {
    GMimeContentType* type = g_mime_object_get_content_type(GMIME_OBJECT(part));
    std::string media =
        type == nullptr ? "text/plain" : owned(g_mime_content_type_get_mime_type(type));
    media = lower(media);
    const char* disposition = g_mime_object_get_disposition(GMIME_OBJECT(part));
    const bool attached =
        disposition != nullptr && g_ascii_strcasecmp(disposition, "attachment") == 0;
    const std::string name = file_name_of(part);
    const bool is_text = media == "text/plain" || media == "text/html";
    if (is_text && !attached && name.empty()) {
        const char* charset =
            type == nullptr ? nullptr : g_mime_content_type_get_parameter(type, "charset");
        return add_text(unflowed(to_utf8(decoded_bytes(part), charset), type),
                        media == "text/html");
    }
    std::string content_id = text_or_empty(g_mime_part_get_content_id(part));
    const bool is_inline = !attached && (disposition != nullptr || !content_id.empty());
    std::string bytes = decoded_bytes(part);
    note(media, bytes);
    add_attachment(std::move(bytes), name, media, is_inline, std::move(content_id));
}

void Walk::add_text(std::string text, bool html) {
    std::string& target = html ? mail.html : mail.text;
    text = clean_text(std::move(text));
    if (!target.empty() && !text.empty()) target += html ? "<hr>" : "\n";
    target += text;
    if (target.size() <= limits.text_bytes_max) return;
    target = cut(target, limits.text_bytes_max);
    defect(html ? "html_cut" : "text_cut");
}

void Walk::add_attachment(std::string bytes, std::string name, std::string media, bool is_inline,
                          std::string content_id) {
    Attachment attachment;
    attachment.size = bytes.size();
    attachment.sha256 = sha256_hex(bytes);
    attachment.bytes = std::make_shared<const std::string>(std::move(bytes));
    attachment.name = name.empty() ? usual_name(media, parts) : valid_utf8(name);
    attachment.type = valid_utf8(media);
    attachment.is_inline = is_inline;
    attachment.content_id = std::move(content_id);
    mail.attachments.push_back(std::move(attachment));
}

}  // namespace connectors::email
