#include "connectors/email/reply_token.hpp"

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace connectors::email {
namespace {

constexpr std::size_t mac_characters = 10;

std::string mac_of(std::uint64_t conversation, const std::string& key) {
    const std::string text = std::to_string(conversation);
    std::array<unsigned char, 32> digest;
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
    static constexpr char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
    std::string out;
    unsigned bits = 0;
    unsigned value = 0;
    for (const unsigned char byte : digest) {
        value = (value << 8) | byte;
        for (bits += 8; bits >= 5 && out.size() < mac_characters; bits -= 5)
            out.push_back(alphabet[(value >> (bits - 5)) & 31]);
    }
    return out;
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

}  // namespace

std::string with_reply_token(const std::string& address, std::uint64_t conversation,
                             const std::string& key) {
    const auto at = address.rfind('@');
    if (at == std::string::npos) return address;
    return address.substr(0, at) + "+c." + std::to_string(conversation) + "." +
           mac_of(conversation, key) + address.substr(at);
}

std::uint64_t verified_conversation(const std::string& address, const std::string& key) {
    const std::string text = lower(address);
    const auto plus = text.find("+c.");
    const auto at = text.rfind('@');
    if (plus == std::string::npos || at == std::string::npos || at < plus) return 0;
    const std::string token = text.substr(plus + 3, at - plus - 3);
    const auto dot = token.find('.');
    if (dot == std::string::npos) return 0;
    std::uint64_t conversation = 0;
    const auto parsed = std::from_chars(token.data(), token.data() + dot, conversation);
    if (parsed.ec != std::errc{} || parsed.ptr != token.data() + dot) return 0;
    const std::string expected = mac_of(conversation, key);
    const std::string given = token.substr(dot + 1);
    const bool right = given.size() == expected.size() &&
                       CRYPTO_memcmp(given.data(), expected.data(), expected.size()) == 0;
    return right ? conversation : 0;
}

std::string base_address(const std::string& address) {
    std::string text = lower(address);
    const auto plus = text.find('+');
    const auto at = text.rfind('@');
    if (plus != std::string::npos && at != std::string::npos && plus < at)
        text.erase(plus, at - plus);
    return text;
}

}  // namespace connectors::email
