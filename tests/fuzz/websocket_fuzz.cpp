#include <vector>

#include "fuzz.hpp"
#include "hub/runtime/websocket_wire.hpp"

using namespace runtime::websocket;

namespace {

constexpr std::size_t message_bytes_max = 4096;

std::string story_of(const std::vector<Received>& received) {
    std::string story;
    for (const Received& one : received) {
        story += std::to_string(one.index());
        if (const auto* message = std::get_if<TextMessage>(&one)) {
            promise(message->text.size() <= message_bytes_max && is_utf8(message->text));
            story += message->text;
        }
        if (const auto* ping = std::get_if<Ping>(&one)) {
            promise(ping->payload.size() <= 125);
            story += ping->payload;
        }
        if (const auto* closed = std::get_if<Closed>(&one)) story += std::to_string(closed->code);
        if (const auto* bad = std::get_if<Violation>(&one)) story += std::to_string(bad->code);
    }
    return story;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input = text_of(data, size);
    const std::size_t piece = piece_of(input);
    std::vector<Received> at_once;
    Parser whole(message_bytes_max);
    whole.feed(input, at_once);
    std::vector<Received> in_pieces;
    Parser parser(message_bytes_max);
    for (std::size_t at = 0; at < input.size(); at += piece)
        parser.feed(input.substr(at, piece), in_pieces);
    promise(story_of(at_once) == story_of(in_pieces));
    promise(whole.finished() == parser.finished());
    return 0;
}
