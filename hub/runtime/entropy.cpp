#include "hub/runtime/entropy.hpp"

#include <sodium.h>

#include <array>
#include <stdexcept>

namespace runtime {
namespace {

void ready() {
    static const int code = sodium_init();
    if (code < 0) throw std::runtime_error("libsodium cannot start");
}

const unsigned char* raw(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string random_bytes(std::size_t count) {
    ready();
    std::string bytes(count, '\0');
    randombytes_buf(bytes.data(), count);
    return bytes;
}

std::string base64url(std::string_view bytes) {
    ready();
    std::string text(
        sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
    sodium_bin2base64(text.data(), text.size(), raw(bytes), bytes.size(),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text.pop_back();
    return text;
}

std::string random_token() {
    return base64url(random_bytes(32));
}

std::string random_hex(std::size_t bytes) {
    const std::string random = random_bytes(bytes);
    std::string hex(bytes * 2 + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), raw(random), bytes);
    hex.pop_back();
    return hex;
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
    ready();
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, raw(key), key.size());
    crypto_auth_hmacsha256_update(&state, raw(text), text.size());
    std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
    crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(mac.data()));
    return mac;
}

namespace {

std::string sealing_key(std::string_view key) {
    return hmac_sha256(key, "secrets at rest");
}

}  // namespace

std::string seal(std::string_view key, std::string_view secret) {
    const std::string nonce = random_bytes(crypto_secretbox_NONCEBYTES);
    std::string box(crypto_secretbox_MACBYTES + secret.size(), '\0');
    crypto_secretbox_easy(reinterpret_cast<unsigned char*>(box.data()), raw(secret), secret.size(),
                          raw(nonce), raw(sealing_key(key)));
    return base64url(nonce + box);
}

std::optional<std::string> unseal(std::string_view key, std::string_view sealed) {
    ready();
    std::string bytes(sealed.size(), '\0');
    std::size_t size = 0;
    const bool text = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()),
                                        bytes.size(), sealed.data(), sealed.size(), nullptr, &size,
                                        nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;
    constexpr std::size_t overhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    if (!text || size < overhead) return std::nullopt;
    std::string secret(size - overhead, '\0');
    const bool opened = crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(secret.data()),
                                                   raw(bytes) + crypto_secretbox_NONCEBYTES,
                                                   size - crypto_secretbox_NONCEBYTES, raw(bytes),
                                                   raw(sealing_key(key))) == 0;
    return opened ? std::optional{std::move(secret)} : std::nullopt;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
    return left.size() == right.size() &&
           sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string hash_password(const std::string& password) {
    ready();
    std::array<char, crypto_pwhash_STRBYTES> hash{};
    if (crypto_pwhash_str(hash.data(), password.data(), password.size(),
                          crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        throw std::runtime_error("not enough memory to hash a password");
    return hash.data();
}

bool password_matches(const std::string& hash, const std::string& password) {
    ready();
    return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

}  // namespace runtime
