#include "connectors/email/gmime_values.hpp"

#include <openssl/evp.h>

#include <array>

#include "connectors/email/encoded_words.hpp"
#include "connectors/email/header_text.hpp"
#include "connectors/email/mime.hpp"

namespace connectors::email {

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

std::optional<std::string> rejoined(GMimeObject* object, const char* field) {
    GMimeHeader* header =
        g_mime_header_list_get_header(g_mime_object_get_header_list(object), field);
    const char* raw = header == nullptr ? nullptr : g_mime_header_get_raw_value(header);
    if (raw == nullptr || !has_padded_neighbours(raw)) return std::nullopt;
    return joined_words(trimmed(raw));
}

std::string file_name_of(GMimePart* part) {
    if (const auto value = rejoined(GMIME_OBJECT(part), "Content-Disposition")) {
        const Held<GMimeContentDisposition> parsed{
            g_mime_content_disposition_parse(nullptr, value->c_str())};
        const char* name = g_mime_content_disposition_get_parameter(parsed.get(), "filename");
        if (name != nullptr) return text_or_empty(name);
    }
    if (const auto value = rejoined(GMIME_OBJECT(part), "Content-Type")) {
        const Held<GMimeContentType> parsed{g_mime_content_type_parse(nullptr, value->c_str())};
        const char* name = g_mime_content_type_get_parameter(parsed.get(), "name");
        if (name != nullptr) return text_or_empty(name);
    }
    return text_or_empty(g_mime_part_get_filename(part));
}

}  // namespace connectors::email
