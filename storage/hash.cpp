#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "storage/storage.hpp"

namespace storage {
namespace {

using Digest = std::array<unsigned char, 32>;

struct ContextDeleter {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Fetched once: looking the algorithm up costs more than hashing a small event.
const EVP_MD* sha256() {
    static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return algorithm;
}

EVP_MD_CTX* started_context() {
    thread_local std::unique_ptr<EVP_MD_CTX, ContextDeleter> context{EVP_MD_CTX_new()};
    if (EVP_DigestInit_ex2(context.get(), sha256(), nullptr) != 1)
        throw std::runtime_error("OpenSSL cannot start SHA-256");
    return context.get();
}

std::string finish_hex(EVP_MD_CTX* context) {
    Digest digest;
    EVP_DigestFinal_ex(context, digest.data(), nullptr);
    static constexpr char digits[] = "0123456789abcdef";
    std::string hex(digest.size() * 2, '0');
    for (std::size_t i = 0; i < digest.size(); ++i) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    return hex;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
    EVP_MD_CTX* context = started_context();
    EVP_DigestUpdate(context, bytes.data(), bytes.size());
    return finish_hex(context);
}

// Every field is preceded by its length, so that no two different entries share their bytes.
std::string chain_hash(const std::string& previous, const EventRow& event) {
    EVP_MD_CTX* context = started_context();
    const auto add = [context](std::string_view text) {
        const std::uint64_t size = text.size();
        EVP_DigestUpdate(context, &size, sizeof size);
        EVP_DigestUpdate(context, text.data(), text.size());
    };
    const auto add_number = [context](std::uint64_t number) {
        EVP_DigestUpdate(context, &number, sizeof number);
    };
    add(previous);
    add_number(event.seq);
    add_number(static_cast<std::uint64_t>(event.at.time_since_epoch().count()));
    add(event.kind);
    add_number(event.version);
    add(event.actor);
    add_number(static_cast<std::uint64_t>(event.contact));
    add_number(static_cast<std::uint64_t>(event.conversation));
    add(event.payload);
    return finish_hex(context);
}

}  // namespace storage
