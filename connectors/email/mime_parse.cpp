#include <gmime/gmime.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "connectors/email/mime.hpp"

namespace connectors::email {
namespace {

template <class Type>
struct Unref {
    void operator()(Type* object) const { g_object_unref(object); }
};
template <class Type>
using Held = std::unique_ptr<Type, Unref<Type>>;

constexpr std::size_t thread_ids_max = 40;
constexpr std::size_t file_name_bytes_max = 80;

std::string owned(char* text) {
    std::string out = text == nullptr ? "" : text;
    g_free(text);
    return out;
}

std::string text_or_empty(const char* text) {
    return text == nullptr ? std::string{} : valid_utf8(text);
}

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, 32> digest;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
    static constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    for (const unsigned char byte : digest) {
        hex.push_back(digits[byte >> 4]);
        hex.push_back(digits[byte & 15]);
    }
    return hex;
}

void lower_in_place(std::string& text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
}

// Line ends become \n; NUL bytes, which no text has a use for, go.
std::string clean_text(std::string text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\0') continue;
        if (text[i] != '\r')
            out.push_back(text[i]);
        else if (i + 1 == text.size() || text[i + 1] != '\n')
            out.push_back('\n');
    }
    return out;
}

std::string bytes_of(GMimeStream* memory) {
    const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory));
    return bytes == nullptr || bytes->data == nullptr
               ? std::string{}
               : std::string(reinterpret_cast<const char*>(bytes->data), bytes->len);
}

// At most `most` bytes, without half a character at the end.
std::string cut(const std::string& text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
    return text.substr(0, most);
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
    lower_in_place(charset);
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

struct Walk {
    Inbound& mail;
    const MimeLimits& limits;
    int parts = 0;

    void defect(const char* name) {
        if (std::ranges::find(mail.defects, name) == mail.defects.end())
            mail.defects.emplace_back(name);
    }

    void visit(GMimeObject* object, int depth) {
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

    void attach_message(GMimeMessagePart* part) {
        GMimeMessage* inner = g_mime_message_part_get_message(part);
        if (inner == nullptr) return defect("empty_message_part");
        const std::string subject = text_or_empty(g_mime_message_get_subject(inner));
        // Through a stream, not a C string: the mail may hold NUL bytes.
        Held<GMimeStream> memory{g_mime_stream_mem_new()};
        g_mime_object_write_to_stream(GMIME_OBJECT(inner), nullptr, memory.get());
        add_attachment(bytes_of(memory.get()),
                       (subject.empty() ? "message" : cut(subject, file_name_bytes_max)) + ".eml",
                       "message/rfc822", false, "");
    }

    void leaf(GMimePart* part) {
        GMimeContentType* type = g_mime_object_get_content_type(GMIME_OBJECT(part));
        std::string media =
            type == nullptr ? "text/plain" : owned(g_mime_content_type_get_mime_type(type));
        lower_in_place(media);
        const char* disposition = g_mime_object_get_disposition(GMIME_OBJECT(part));
        const bool attached =
            disposition != nullptr && g_ascii_strcasecmp(disposition, "attachment") == 0;
        const std::string name = text_or_empty(g_mime_part_get_filename(part));
        const bool is_text = media == "text/plain" || media == "text/html";
        if (is_text && !attached && name.empty()) {
            const char* charset =
                type == nullptr ? nullptr : g_mime_content_type_get_parameter(type, "charset");
            return add_text(to_utf8(decoded_bytes(part), charset), media == "text/html");
        }
        std::string content_id = text_or_empty(g_mime_part_get_content_id(part));
        const bool is_inline = !attached && (disposition != nullptr || !content_id.empty());
        add_attachment(decoded_bytes(part), name, media, is_inline, std::move(content_id));
    }

    void add_text(std::string text, bool html) {
        std::string& target = html ? mail.html : mail.text;
        text = clean_text(std::move(text));
        if (!target.empty() && !text.empty()) target += html ? "<hr>" : "\n";
        target += text;
        if (target.size() <= limits.text_bytes_max) return;
        target = cut(target, limits.text_bytes_max);
        defect(html ? "html_cut" : "text_cut");
    }

    void add_attachment(std::string bytes, std::string name, std::string media, bool is_inline,
                        std::string content_id) {
        Attachment attachment;
        attachment.size = bytes.size();
        attachment.sha256 = sha256_hex(bytes);
        attachment.bytes = std::make_shared<const std::string>(std::move(bytes));
        attachment.name = name.empty() ? "part-" + std::to_string(parts) : valid_utf8(name);
        attachment.type = valid_utf8(media);
        attachment.is_inline = is_inline;
        attachment.content_id = std::move(content_id);
        mail.attachments.push_back(std::move(attachment));
    }
};

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
        lower_in_place(value);
        if (value.empty()) continue;
        out.push_back({.kind = "email",
                       .value = std::move(value),
                       .name = text_or_empty(internet_address_get_name(address))});
    }
}

std::string header(GMimeMessage* message, const char* name) {
    return text_or_empty(g_mime_object_get_header(GMIME_OBJECT(message), name));
}

void read_headers(GMimeMessage* message, const Envelope& envelope, Inbound& mail) {
    mail.subject = clean_text(text_or_empty(g_mime_message_get_subject(message)));
    std::ranges::replace(mail.subject, '\n', ' ');
    std::vector<Address> from;
    add_addresses(g_mime_message_get_from(message), from);
    if (from.empty()) add_addresses(g_mime_message_get_sender(message), from);
    if (!from.empty()) mail.sender = from.front();
    add_addresses(g_mime_message_get_to(message), mail.to);
    add_addresses(g_mime_message_get_cc(message), mail.cc);
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
    if (GDateTime* date = g_mime_message_get_date(message))
        mail.provider_time = Instant{std::chrono::seconds{g_date_time_to_unix(date)}};
    const bool autoreply = !header(message, "X-Autoreply").empty() ||
                           !header(message, "X-Autorespond").empty() ||
                           !header(message, "X-Auto-Reply-From").empty();
    mail.automatic =
        classify(envelope.sender.empty() ? "<>" : envelope.sender, header(message, "Content-Type"),
                 header(message, "Auto-Submitted"), header(message, "Precedence"), autoreply);
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

void fill_gaps(const Envelope& envelope, Inbound& mail) {
    if (mail.sender.value.empty()) {
        mail.defects.emplace_back("no_from");
        std::string sender =
            envelope.sender.empty() ? "unknown@invalid" : valid_utf8(envelope.sender);
        lower_in_place(sender);
        mail.sender = {.kind = "email", .value = std::move(sender), .name = {}};
    }
    if (mail.external_id.empty()) mail.defects.emplace_back("no_message_id");
    if (mail.text.empty() && !mail.html.empty()) mail.text = text_from_html(mail.html);
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
    Held<GMimeStream> stream{g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size())};
    Held<GMimeParser> parser{g_mime_parser_new_with_stream(stream.get())};
    Held<GMimeMessage> message{g_mime_parser_construct_message(parser.get(), nullptr)};
    std::string date;
    if (message) {
        read_headers(message.get(), envelope, mail);
        date = header(message.get(), "Date");
        Walk walk{mail, limits};
        if (GMimeObject* root = g_mime_message_get_mime_part(message.get()))
            walk.visit(root, 0);
        else
            walk.defect("no_body");
    } else {
        mail.defects.emplace_back("unparseable");
        mail.text = clean_text(valid_utf8(bytes.substr(0, limits.text_bytes_max)));
    }
    fill_gaps(envelope, mail);
    mail.receipt_key = receipt_key_of(mail, date);
    return mail;
}

}  // namespace connectors::email
