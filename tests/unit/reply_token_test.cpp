// The vectors were made by `openssl dgst -sha256 -hmac KEY -binary | base32`, not by the code under
// test.
#include "connectors/email/reply_token.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace {

using namespace connectors::email;

const std::string key = "a key of the desk";

TEST(ReplyToken, IsTheSignedNumberBehindAPlus) {
    EXPECT_EQ(with_reply_token("support@desk.test", 1, key), "support+c.1.o3c5gxgg7p@desk.test");
    EXPECT_EQ(with_reply_token("support@desk.test", 118, key),
              "support+c.118.wrcmj6ukk5@desk.test");
}

TEST(ReplyToken, ComesBackThroughAnyMailServer) {
    const std::string address = with_reply_token("support@desk.test", 118, key);
    EXPECT_EQ(verified_conversation(address, key), 118U);
    std::string shouted = address;
    for (char& c : shouted) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(verified_conversation(shouted, key), 118U);
}

TEST(ReplyToken, EveryNumberComesBack) {
    std::mt19937_64 random(7);
    for (int i = 0; i < 2000; ++i) {
        const std::uint64_t number = (random() >> (random() % 64)) | 1U;
        EXPECT_EQ(verified_conversation(with_reply_token("a.b-c@d.test", number, key), key),
                  number);
    }
    const auto last = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(verified_conversation(with_reply_token("a@d.test", last, key), key), last);
}

TEST(ReplyToken, AnotherKeyOrNumberIsNotTrusted) {
    const std::string address = with_reply_token("support@desk.test", 118, key);
    EXPECT_EQ(verified_conversation(address, "another key"), 0U);
    std::string other = address;
    other.replace(other.find("118"), 3, "119");
    EXPECT_EQ(verified_conversation(other, key), 0U);
}

TEST(ReplyToken, EveryChangedCharacterOfTheMacIsNoticed) {
    const std::string address = with_reply_token("support@desk.test", 118, key);
    const std::size_t from = address.find("118.") + 4;
    for (std::size_t at = from; address[at] != '@'; ++at) {
        std::string changed = address;
        changed[at] = changed[at] == 'a' ? 'b' : 'a';
        EXPECT_EQ(verified_conversation(changed, key), 0U) << changed;
        std::string shorter = address;
        shorter.erase(at, 1);
        EXPECT_EQ(verified_conversation(shorter, key), 0U) << shorter;
    }
}

TEST(ReplyToken, HostileAddressesAreJustAddresses) {
    const std::string mac = with_reply_token("a@d.test", 118, key).substr(8, 10);
    for (const std::string& address :
         {std::string{}, std::string{"@"}, std::string{"+c."}, std::string{"support@desk.test"},
          std::string{"support+c.@desk.test"}, std::string{"support+c.118@desk.test"},
          std::string{"support+c.118.@desk.test"}, "support+c.118." + mac,
          "support+c.-118." + mac + "@d", "support+c.1 18." + mac + "@d",
          "support+c.118." + mac + "x@d", "support+c.99999999999999999999999." + mac + "@d",
          "support@d+c.118." + mac, std::string(100000, '+') + "@d"})
        EXPECT_EQ(verified_conversation(address, key), 0U) << address.substr(0, 80);
    EXPECT_EQ(verified_conversation("x+c.118." + mac + "@d", key), 118U)
        << "the mac above is right";
}

TEST(ReplyToken, AnAddressWithoutAnAtSignStaysAsItIs) {
    EXPECT_EQ(with_reply_token("support", 1, key), "support");
}

TEST(BaseAddress, LosesTheTagAndItsCapitals) {
    EXPECT_EQ(base_address(with_reply_token("Support@Desk.test", 118, key)), "support@desk.test");
    EXPECT_EQ(base_address("Support+Sales@Desk.test"), "support@desk.test");
    EXPECT_EQ(base_address("support@desk+x.test"), "support@desk+x.test");
    EXPECT_EQ(base_address("support"), "support");
    EXPECT_EQ(base_address(""), "");
}

}  // namespace
