#include "connectors/chat/visitor_identity.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace connectors::chat {
namespace {

std::string hex(const unsigned char* bytes, std::size_t size) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < size; ++i) {
        out.push_back(digits[bytes[i] >> 4]);
        out.push_back(digits[bytes[i] & 15]);
    }
    return out;
}

std::optional<std::string> from_base64url(std::string text) {
    std::ranges::replace(text, '-', '+');
    std::ranges::replace(text, '_', '/');
    const std::size_t padding = (4 - text.size() % 4) % 4;
    text.append(padding, '=');
    std::string out(text.size(), '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    if (size < 0 || padding > 2) return std::nullopt;
    out.resize(static_cast<std::size_t>(size) - padding);
    return out;
}

constexpr std::chrono::hours validity_max{24};

}  // namespace

Address anonymous_visitor(const std::string& token) {
    std::array<unsigned char, 32> digest;
    EVP_Digest(token.data(), token.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
    return {.kind = "visitor", .value = hex(digest.data(), digest.size())};
}

std::string sign_identity(const std::string& identity, const std::string& key) {
    std::array<unsigned char, 32> digest;
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(identity.data()), identity.size(), digest.data(),
         &size);
    return hex(digest.data(), size);
}

std::optional<Address> signed_visitor(const std::string& identity, const std::string& signature,
                                      const std::string& key, const std::string& site_key,
                                      Instant now) {
    if (key.empty()) return std::nullopt;
    const std::string expected = sign_identity(identity, key);
    if (signature.size() != expected.size() ||
        CRYPTO_memcmp(signature.data(), expected.data(), expected.size()) != 0)
        return std::nullopt;
    const auto text = from_base64url(identity);
    const auto json = nlohmann::json::parse(text.value_or(""), nullptr, false);
    if (!json.is_object() || !json.value("sub", nlohmann::json()).is_string() ||
        !json.value("exp", nlohmann::json()).is_number_integer() ||
        json.value("aud", nlohmann::json()) != site_key)
        return std::nullopt;
    // In seconds: a number far out of range would overflow as microseconds.
    const std::int64_t expires = json.at("exp").get<std::int64_t>();
    const std::int64_t today =
        std::chrono::ceil<std::chrono::seconds>(now).time_since_epoch().count();
    const auto begun = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    const std::int64_t latest = begun + std::chrono::seconds{validity_max}.count();
    if (expires < today || expires > latest) return std::nullopt;
    const auto name = json.value("name", nlohmann::json());
    return Address{.kind = "user",
                   .value = site_key + ":" + json.at("sub").get<std::string>(),
                   .name = name.is_string() ? name.get<std::string>() : "",
                   .verified = true};
}

}  // namespace connectors::chat
