#include "hub/runtime/entropy.hpp"

#include <gtest/gtest.h>

#include <set>

namespace {

std::string hex(std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        text.push_back(digits[static_cast<unsigned char>(byte) >> 4]);
        text.push_back(digits[static_cast<unsigned char>(byte) & 15]);
    }
    return text;
}

TEST(Entropy, hmac_sha256_gives_the_vectors_of_RFC_4231) {
    using runtime::hmac_sha256;
    EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(hex(hmac_sha256(std::string(20, '\xaa'), std::string(50, '\xdd'))),
              "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    // A key longer than the block is hashed first (test case 6).
    EXPECT_EQ(hex(hmac_sha256(std::string(131, '\xaa'),
                              "Test Using Larger Than Block-Size Key - Hash Key First")),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Entropy, base64url_has_no_padding_and_no_character_that_a_url_escapes) {
    // RFC 4648 section 10, without padding.
    EXPECT_EQ(runtime::base64url(""), "");
    EXPECT_EQ(runtime::base64url("f"), "Zg");
    EXPECT_EQ(runtime::base64url("fo"), "Zm8");
    EXPECT_EQ(runtime::base64url("foo"), "Zm9v");
    EXPECT_EQ(runtime::base64url("foobar"), "Zm9vYmFy");
    EXPECT_EQ(runtime::base64url("\xfb\xff\xbf"), "-_-_");
}

TEST(Entropy, random_values_have_the_length_asked_for_and_do_not_repeat) {
    EXPECT_EQ(runtime::random_bytes(0).size(), 0U);
    EXPECT_EQ(runtime::random_bytes(33).size(), 33U);
    EXPECT_EQ(runtime::random_hex(8).size(), 16U);
    EXPECT_EQ(runtime::random_hex(8).find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(runtime::random_token().size(), 43U);  // 32 bytes
    std::set<std::string> tokens;
    for (int round = 0; round < 1000; ++round) tokens.insert(runtime::random_token());
    EXPECT_EQ(tokens.size(), 1000U);
}

TEST(Entropy, comparison_in_constant_time_still_compares) {
    EXPECT_TRUE(runtime::equal_in_constant_time("secret", "secret"));
    EXPECT_TRUE(runtime::equal_in_constant_time("", ""));
    EXPECT_FALSE(runtime::equal_in_constant_time("secret", "secreT"));
    EXPECT_FALSE(runtime::equal_in_constant_time("secret", "secret "));
}

TEST(Entropy, a_sealed_secret_opens_under_its_key_alone) {
    for (const std::string& secret :
         {std::string{}, std::string{"s"}, std::string{"p\0q", 3}, std::string(5000, 'x')}) {
        const std::string sealed = runtime::seal("key", secret);
        EXPECT_EQ(runtime::unseal("key", sealed), secret);
        EXPECT_EQ(runtime::unseal("kez", sealed), std::nullopt);
        EXPECT_EQ(runtime::unseal("", sealed), std::nullopt);
    }
}

TEST(Entropy, what_is_sealed_says_nothing_and_differs_each_time) {
    std::set<std::string> sealed;
    for (int round = 0; round < 100; ++round) sealed.insert(runtime::seal("key", "secret"));
    EXPECT_EQ(sealed.size(), 100U);
    for (const std::string& one : sealed) EXPECT_EQ(one.find("secret"), std::string::npos);
}

TEST(Entropy, a_changed_or_cut_seal_does_not_open) {
    const std::string sealed = runtime::seal("key", "correct horse");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        std::string changed = sealed;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(runtime::unseal("key", changed), std::nullopt) << "byte " << i;
        EXPECT_EQ(runtime::unseal("key", sealed.substr(0, i)), std::nullopt) << "cut at " << i;
    }
    for (const char* text : {"", "A", "correct horse", "!!!!", "===="})
        EXPECT_EQ(runtime::unseal("key", text), std::nullopt) << text;
    EXPECT_EQ(runtime::unseal("key", sealed + "A"), std::nullopt);
    EXPECT_EQ(runtime::unseal("key", sealed + "\n"), std::nullopt);
}

TEST(Entropy, a_password_hash_is_salted_and_matches_its_password_alone) {
    const std::string hash = runtime::hash_password("correct horse");
    EXPECT_TRUE(hash.starts_with("$argon2id$")) << hash;
    EXPECT_NE(hash, runtime::hash_password("correct horse"));
    EXPECT_TRUE(runtime::password_matches(hash, "correct horse"));
    EXPECT_FALSE(runtime::password_matches(hash, "correct horsf"));
    EXPECT_FALSE(runtime::password_matches(hash, ""));
    EXPECT_FALSE(runtime::password_matches("", "correct horse"));
    EXPECT_FALSE(runtime::password_matches("damaged", "correct horse"));
}

}  // namespace
