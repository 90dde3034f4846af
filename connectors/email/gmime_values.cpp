#include "connectors/email/gmime_values.hpp"

#include <openssl/evp.h>

#include <array>

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

}  // namespace connectors::email
