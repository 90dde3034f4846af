// RFC 6455 as the hub speaks it. Every client frame is built here byte by byte, so that the tests
// do not trust the code under test to make its own input.
#include "hub/runtime/websocket_wire.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace {

using namespace runtime::websocket;

constexpr std::string_view mask = "\x37\xfa\x21\x3d";  // of the examples in section 5.7
constexpr std::size_t limit = 1024;

struct FrameOptions {
    bool fin = true;
    bool masked = true;
    unsigned reserved = 0;
    int length_bytes = 0;  // 0: the shortest form
};

std::string client_frame(unsigned opcode, std::string_view payload, FrameOptions options = {}) {
    std::string frame;
    frame.push_back(static_cast<char>((options.fin ? 0x80 : 0) | options.reserved | opcode));
    const char mask_bit = options.masked ? static_cast<char>(0x80) : '\0';
    int bytes = options.length_bytes;
    if (bytes == 0) bytes = payload.size() < 126 ? 1 : payload.size() < 65536 ? 2 : 8;
    const auto field = bytes == 1   ? payload.size()
                       : bytes == 2 ? std::size_t{126}
                                    : std::size_t{127};
    frame.push_back(static_cast<char>(mask_bit | static_cast<char>(field)));
    for (int i = bytes - 1; i >= 0 && bytes > 1; --i)
        frame.push_back(static_cast<char>(static_cast<std::uint64_t>(payload.size()) >> (8 * i)));
    if (!options.masked) return frame.append(payload);
    frame.append(mask);
    for (std::size_t i = 0; i < payload.size(); ++i)
        frame.push_back(static_cast<char>(payload[i] ^ mask[i % 4]));
    return frame;
}

std::string close_payload(unsigned code, std::string_view reason = {}) {
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    return payload.append(reason);
}

std::string described(const Received& received) {
    struct Visitor {
        std::string operator()(const TextMessage& message) { return "text:" + message.text; }
        std::string operator()(const Ping& ping) { return "ping:" + ping.payload; }
        std::string operator()(const Pong&) { return "pong"; }
        std::string operator()(const Closed& closed) {
            return "closed:" + std::to_string(closed.code);
        }
        std::string operator()(const Violation& violation) {
            return "violation:" + std::to_string(violation.code);
        }
    };
    return std::visit(Visitor{}, received);
}

using Story = std::vector<std::string>;

Story heard(const std::vector<Received>& received) {
    Story story;
    for (const Received& one : received) story.push_back(described(one));
    return story;
}

Story hear(std::string_view bytes, std::size_t message_bytes_max = limit) {
    Parser parser(message_bytes_max);
    std::vector<Received> received;
    parser.feed(bytes, received);
    return heard(received);
}

Story hear_in_pieces(std::string_view bytes, std::mt19937& random, std::size_t piece_max) {
    Parser parser(limit);
    std::vector<Received> received;
    std::uniform_int_distribution<std::size_t> size(1, piece_max);
    while (!bytes.empty()) {
        const std::size_t take = std::min(size(random), bytes.size());
        parser.feed(bytes.substr(0, take), received);
        bytes.remove_prefix(take);
    }
    return heard(received);
}

constexpr FrameOptions not_final{.fin = false};

TEST(WebsocketHandshake, AcceptKeyOfTheRfcExample) {
    EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebsocketFrames, MaskedHelloOfTheRfcExample) {
    EXPECT_EQ(hear("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), Story{"text:Hello"});
}

TEST(WebsocketFrames, FragmentedHelloOfTheRfcExampleUnderAMask) {
    const std::string bytes = client_frame(1, "Hel", not_final) + client_frame(0, "lo");
    EXPECT_EQ(hear(bytes), Story{"text:Hello"});
}

TEST(WebsocketFrames, ServerFramesOfTheRfcExamples) {
    EXPECT_EQ(*make_text_frame("Hello"), "\x81\x05Hello");
    EXPECT_EQ(*make_control_frame(Opcode::ping, "Hello"), "\x89\x05Hello");
    const std::string medium(256, 'm');
    EXPECT_EQ(*make_text_frame(medium), std::string("\x81\x7E\x01\x00", 4) + medium);
    const std::string large(65536, 'l');
    const std::string header("\x81\x7F\x00\x00\x00\x00\x00\x01\x00\x00", 10);
    EXPECT_EQ(*make_text_frame(large), header + large);
}

TEST(WebsocketFrames, ServerLengthsAtTheirBorders) {
    EXPECT_EQ(make_text_frame(std::string(125, 'x'))->substr(0, 2), "\x81\x7D");
    EXPECT_EQ(make_text_frame(std::string(126, 'x'))->substr(0, 4),
              std::string("\x81\x7E\0\x7E", 4));
    EXPECT_EQ(make_text_frame(std::string(65535, 'x'))->substr(0, 4), "\x81\x7E\xFF\xFF");
}

TEST(WebsocketFrames, CloseFrameCarriesCodeAndReason) {
    EXPECT_EQ(*make_close_frame(1001, "bye"),
              "\x88\x05\x03\xE9"
              "bye");
}

TEST(WebsocketFrames, ControlFramesNeverExceedTheirLimit) {
    EXPECT_EQ(make_control_frame(Opcode::ping, std::string(200, 'p'))->size(), 127U);
    EXPECT_EQ(make_close_frame(1000, std::string(200, 'r'))->size(), 127U);
}

TEST(WebsocketFrames, ALongCloseReasonIsCutBetweenCharacters) {
    std::string reason(122, 'r');
    reason += "\xC3\xA8\xC3\xA8";
    const std::string sent = make_close_frame(1000, reason)->substr(4);
    EXPECT_TRUE(is_utf8(sent)) << "a client must fail the connection on such a reason";
}

TEST(WebsocketFrames, LengthsAtTheirBordersArrive) {
    for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 65535U, 65536U}) {
        const std::string text(size, 'x');
        EXPECT_EQ(hear(client_frame(1, text), 70000), Story{"text:" + text}) << size;
    }
}

TEST(WebsocketFrames, SeveralMessagesInOneFeedKeepTheirOrder) {
    const std::string bytes = client_frame(1, "one") + client_frame(1, "") + client_frame(1, "two");
    EXPECT_EQ(hear(bytes), (Story{"text:one", "text:", "text:two"}));
}

TEST(WebsocketControl, PingAndPongBetweenFragmentsDoNotDisturbTheMessage) {
    const std::string bytes = client_frame(1, "Hel", not_final) + client_frame(9, "still there?") +
                              client_frame(0, "lo ", not_final) + client_frame(10, "") +
                              client_frame(0, "you");
    EXPECT_EQ(hear(bytes), (Story{"ping:still there?", "pong", "text:Hello you"}));
}

TEST(WebsocketControl, APingDoesNotCountAsPartOfTheMessage) {
    const std::string bytes =
        client_frame(1, "12345678", not_final) + client_frame(9, "hello") + client_frame(0, "90");
    EXPECT_EQ(hear(bytes, 10), (Story{"ping:hello", "text:1234567890"}));
}

TEST(WebsocketControl, OversizedOrFragmentedControlFramesAreViolations) {
    EXPECT_EQ(hear(client_frame(9, std::string(126, 'p'))), Story{"violation:1002"});
    EXPECT_EQ(hear(client_frame(9, "p", not_final)), Story{"violation:1002"});
    EXPECT_EQ(hear(client_frame(8, close_payload(1000), not_final)), Story{"violation:1002"});
}

TEST(WebsocketViolations, UnmaskedReservedAndUnknown) {
    EXPECT_EQ(hear(client_frame(1, "Hello", {.masked = false})), Story{"violation:1002"});
    for (const unsigned reserved : {0x40U, 0x20U, 0x10U})
        EXPECT_EQ(hear(client_frame(1, "x", {.reserved = reserved})), Story{"violation:1002"});
    for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U})
        EXPECT_EQ(hear(client_frame(opcode, "x")), Story{"violation:1002"}) << opcode;
}

TEST(WebsocketViolations, BinaryIsRefusedByItsOwnCode) {
    EXPECT_EQ(hear(client_frame(2, "\x01\x02")), Story{"violation:1003"});
}

TEST(WebsocketViolations, FragmentsOutOfOrder) {
    EXPECT_EQ(hear(client_frame(0, "alone")), Story{"violation:1002"});
    EXPECT_EQ(hear(client_frame(1, "one", not_final) + client_frame(1, "two")),
              Story{"violation:1002"});
}

TEST(WebsocketViolations, NothingIsReadAfterTheFirst) {
    Parser parser(limit);
    std::vector<Received> received;
    parser.feed(client_frame(0, "alone") + client_frame(1, "more"), received);
    parser.feed(client_frame(1, "and more"), received);
    EXPECT_EQ(heard(received), Story{"violation:1002"});
    EXPECT_TRUE(parser.finished());
}

TEST(WebsocketLimits, AMessageOverTheLimitIsNamedBeforeItsBytesCome) {
    const std::string header = client_frame(1, std::string(limit + 1, 'x')).substr(0, 8);
    EXPECT_EQ(hear(header), Story{"violation:1009"});
    EXPECT_EQ(hear(client_frame(1, std::string(limit, 'x'))).front().size(), limit + 5);
}

TEST(WebsocketLimits, FragmentsAreCountedTogether) {
    const std::string half(limit / 2, 'x');
    const std::string fits = client_frame(1, half, not_final) + client_frame(0, half);
    EXPECT_EQ(hear(fits).size(), 1U);
    EXPECT_TRUE(hear(fits).front().starts_with("text:"));
    const std::string over =
        client_frame(1, half, not_final) + client_frame(0, half, not_final) + client_frame(0, "x");
    EXPECT_EQ(hear(over), Story{"violation:1009"});
}

TEST(WebsocketLimits, ALengthOfAllOnesDoesNotOverflow) {
    const std::string header = "\x81\xFF" + std::string(8, '\xFF') + std::string{mask};
    EXPECT_EQ(hear(header), Story{"violation:1009"});
}

TEST(WebsocketClose, EmptyMeansNoStatus) {
    EXPECT_EQ(hear(client_frame(8, "")), Story{"closed:1005"});
}

TEST(WebsocketClose, CodesThatMayAndMayNotBeReceived) {
    for (const unsigned code : {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U,
                                1012U, 1013U, 1014U, 3000U, 3999U, 4000U, 4999U})
        EXPECT_EQ(hear(client_frame(8, close_payload(code, "bye"))),
                  Story{"closed:" + std::to_string(code)});
    for (const unsigned code : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 2999U, 5000U, 65535U})
        EXPECT_EQ(hear(client_frame(8, close_payload(code))), Story{"violation:1002"}) << code;
}

TEST(WebsocketClose, ACodeOfOneByteAndABadReasonAreViolations) {
    EXPECT_EQ(hear(client_frame(8, "\x03")), Story{"violation:1002"});
    EXPECT_EQ(hear(client_frame(8, close_payload(1000, "\xC3"))), Story{"violation:1007"});
}

TEST(WebsocketClose, WhatFollowsACloseIsNotRead) {
    EXPECT_EQ(hear(client_frame(8, close_payload(1000)) + client_frame(1, "late")),
              Story{"closed:1000"});
}

TEST(WebsocketUtf8, TextMustBeUtf8) {
    EXPECT_EQ(hear(client_frame(1, "caff\xC3\xA8")), Story{"text:caff\xC3\xA8"});
    EXPECT_EQ(hear(client_frame(1, "caff\xE8")), Story{"violation:1007"});
}

TEST(WebsocketUtf8, ACharacterMayBeCutByFragments) {
    EXPECT_EQ(hear(client_frame(1, "caff\xC3", not_final) + client_frame(0, "\xA8")),
              Story{"text:caff\xC3\xA8"});
    EXPECT_EQ(hear(client_frame(1, "caff\xC3", not_final) + client_frame(0, "!")),
              Story{"violation:1007"});
}

TEST(WebsocketUtf8, TheBordersOfRfc3629) {
    for (const std::string_view good :
         {std::string_view{""}, std::string_view{"\0", 1}, std::string_view{"\x7F"},
          std::string_view{"\xC2\x80"}, std::string_view{"\xDF\xBF"},
          std::string_view{"\xE0\xA0\x80"}, std::string_view{"\xED\x9F\xBF"},
          std::string_view{"\xEE\x80\x80"}, std::string_view{"\xEF\xBF\xBF"},
          std::string_view{"\xF0\x90\x80\x80"}, std::string_view{"\xF4\x8F\xBF\xBF"}})
        EXPECT_TRUE(is_utf8(good)) << testing::PrintToString(good);
    for (const std::string_view bad :
         {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xE0\x80\x80", "\xE0\x9F\xBF",
          "\xED\xA0\x80", "\xED\xBF\xBF", "\xE2\x82", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF",
          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF", "\xE2(\xA1", "a\xF0\x9F\x98"})
        EXPECT_FALSE(is_utf8(bad)) << testing::PrintToString(std::string{bad});
}

TEST(WebsocketParser, KeepsNothingWhenNothingIsHalfReceived) {
    Parser parser(limit);
    std::vector<Received> received;
    EXPECT_TRUE(parser.idle());
    parser.feed(client_frame(1, "whole"), received);
    EXPECT_TRUE(parser.idle());
    parser.feed(client_frame(1, "half", not_final), received);
    EXPECT_FALSE(parser.idle());
    parser.feed(client_frame(0, "").substr(0, 1), received);
    EXPECT_FALSE(parser.idle());
    parser.feed(client_frame(0, "").substr(1), received);
    EXPECT_TRUE(parser.idle());
    EXPECT_EQ(heard(received), (Story{"text:whole", "text:half"}));
}

std::string random_stream(std::mt19937& random) {
    const auto roll = [&random](unsigned sides) { return random() % sides; };
    std::string bytes;
    for (unsigned count = 1 + roll(8); count > 0; --count) {
        const std::string text(roll(300), static_cast<char>('a' + roll(26)));
        switch (roll(12)) {
            case 0:
                bytes += client_frame(9, text.substr(0, 125));
                break;
            case 1:
                bytes += client_frame(10, "");
                break;
            case 2:
                bytes += client_frame(1, "caff\xC3", not_final) + client_frame(0, "\xA8");
                break;
            case 3:
                bytes +=
                    client_frame(1, text, not_final) + client_frame(9, "p") + client_frame(0, text);
                break;
            case 4:
                bytes += client_frame(roll(16), text, {.fin = roll(2) == 0});
                break;
            case 5:
                bytes.push_back(static_cast<char>(roll(256)));
                break;
            default:
                bytes += client_frame(1, text);
        }
    }
    if (roll(4) == 0) bytes += client_frame(8, close_payload(990 + roll(30), "bye"));
    return bytes;
}

TEST(WebsocketParser, AnyCuttingOfTheStreamTellsTheSameStory) {
    std::size_t longest = 0;
    for (unsigned seed = 1; seed <= 2000; ++seed) {
        std::mt19937 random(seed);
        const std::string bytes = random_stream(random);
        const Story whole = hear(bytes);
        longest = std::max(longest, whole.size());
        ASSERT_EQ(hear_in_pieces(bytes, random, 1), whole) << "seed " << seed;
        ASSERT_EQ(hear_in_pieces(bytes, random, 40), whole) << "seed " << seed;
    }
    EXPECT_GE(longest, 6U) << "the streams are too poor to prove anything";
}

}  // namespace
