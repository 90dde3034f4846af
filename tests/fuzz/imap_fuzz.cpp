#include <algorithm>
#include <string>

#include "connectors/email/envelope_headers.hpp"
#include "connectors/email/imap_mailbox.hpp"
#include "connectors/email/imap_wire.hpp"
#include "connectors/email/oauth_wire.hpp"
#include "fuzz.hpp"

using namespace connectors::email;

namespace {

std::size_t depth_of(const std::vector<ImapValue>& values) {
    std::size_t depth = 0;
    for (const ImapValue& value : values) {
        promise(value.kind == ImapValue::Kind::list || value.items.empty());
        if (value.kind == ImapValue::Kind::list) depth = std::max(depth, 1 + depth_of(value.items));
    }
    return depth;
}

std::string text_of(const std::vector<ImapValue>& values) {
    std::string text;
    for (const ImapValue& value : values)
        text += std::to_string(static_cast<int>(value.kind)) + value.text + "<" +
                text_of(value.items) + ">";
    return text;
}

// What a mailbox asks of every response.
std::string story_of(const ImapResponse& response, const ImapReader::Limits& limits) {
    promise(depth_of(response.words) <= limits.depth_max);
    std::string story = response.tag + "|" + response.line + "|" + text_of(response.words);
    if (const auto mail = fetched_mail(response)) {
        promise(mail->uid != 0 && response.is_numbered("fetch"));
        promise(!mail->body ||
                mail->body->size() <= std::max(limits.literal_bytes_max, limits.line_bytes_max));
        story += std::to_string(mail->uid) + mail->body.value_or("-");
    }
    const auto uids = searched(response);
    promise(std::ranges::is_sorted(uids));
    for (const char* name : {"UIDVALIDITY", "UIDNEXT", "CAPABILITY", "UNAVAILABLE"})
        story += response_code(response, name).value_or("-");
    return story + uid_set(uids);
}

std::string conversation(std::string_view input, std::size_t piece,
                         const ImapReader::Limits& limits) {
    ImapReader reader(limits);
    std::string story;
    for (std::size_t at = 0; at < input.size(); at += piece) {
        reader.feed(input.substr(at, piece));
        while (const auto response = reader.next()) story += story_of(*response, limits) + "\n";
        if (!reader.fault().empty()) return story + reader.fault();
    }
    return story;
}

// What is written in quotes is read again as it was, without the bytes that no string can hold.
void check_quoted(std::string_view input) {
    ImapReader reader({});
    const std::string quoted = imap_quoted(input);
    reader.feed("* X " + quoted + " Y\r\n");
    const auto response = reader.next();
    promise(response && response->words.size() == 3 && !reader.next());
    std::string held{input};
    std::erase_if(held, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
    promise(response->words[1].text == held && response->words[2].text == "Y");
    for (const char c : imap_mailbox_name(input)) promise(c >= 0x20 && c <= 0x7E);
}

void check_other_readers(std::string_view input) {
    if (const auto cursor = cursor_from(input)) promise(cursor_from(text_of(*cursor)) == cursor);
    promise(envelope_in(input).recipients.size() <= 20);
    for (const long status : {200L, 400L, 503L}) {
        const OauthReply reply = oauth_reply(status, input);
        promise(reply.access_token.empty() == !reply.why.empty());
        promise(reply.access_token.empty() || !reply.refused);
        promise(reply.lifetime.count() >= 0 && reply.lifetime.count() <= 366L * 86'400);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input = ::text_of(data, size);
    check_quoted(input);
    check_other_readers(input);
    const std::size_t piece = piece_of(input);
    const std::size_t whole = input.empty() ? 1 : input.size();
    // Small limits, so that the fuzzer reaches them. A line is measured by what of it is there, so
    // that its limit alone depends on the cuts.
    const ImapReader::Limits small{
        .literal_bytes_max = 20, .skipped_bytes_max = 60, .depth_max = 3};
    for (const ImapReader::Limits& limits : {ImapReader::Limits{}, small})
        promise(conversation(input, piece, limits) == conversation(input, whole, limits));
    ImapReader::Limits narrow = small;
    narrow.line_bytes_max = 60;
    (void)conversation(input, piece, narrow);
    return 0;
}
