// The door for randomness, and the keyed hash that tokens are made with. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace runtime {

std::string random_bytes(std::size_t count);
std::string random_token();  // 256 bits, URL-safe base64 without padding
std::string random_hex(std::size_t bytes);
std::string base64url(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view text);  // 32 raw bytes
// A secret at rest, under a key derived from `key`; made differently each time.
std::string seal(std::string_view key, std::string_view secret);
// Nothing when it was sealed under another key, or changed.
std::optional<std::string> unseal(std::string_view key, std::string_view sealed);
bool equal_in_constant_time(std::string_view left, std::string_view right);

// argon2id with libsodium's interactive limits (64 MiB): about 0.1 s of a core. Call on a worker
// thread.
std::string hash_password(const std::string& password);
bool password_matches(const std::string& hash, const std::string& password);

}  // namespace runtime
