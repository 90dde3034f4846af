#include "connectors/chat/chat_wire.hpp"
#include "connectors/chat/visitor_identity.hpp"
#include "fuzz.hpp"

using namespace connectors;
using namespace connectors::chat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = text_of(data, size);
    const ChatLimits limits{.text_bytes_max = 64, .attachments_max = 2};
    const ClientFrame frame = parse_frame(input, limits);
    if (const auto* message = std::get_if<SendMessage>(&frame)) {
        promise(message->text.size() <= limits.text_bytes_max);
        promise(message->uploads.size() <= limits.attachments_max);
        promise(!message->client_id.empty() &&
                (!message->text.empty() || !message->uploads.empty()));
    }
    if (const auto* auth = std::get_if<Auth>(&frame)) promise(!auth->visitor_token.empty());
    if (const auto message = message_for_visitor(input)) promise(!message_frame(*message).empty());
    const Instant now{std::chrono::seconds{1795300000}};
    const std::string identity{input};
    (void)signed_visitor(identity, sign_identity(identity, "k"), "k", "s", now);
    promise(!signed_visitor(identity, "", "k", "s", now));
    return 0;
}
