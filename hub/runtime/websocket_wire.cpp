#include "hub/runtime/websocket_wire.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <utility>

namespace runtime::websocket {
namespace {

Frame make_frame(Opcode opcode, std::string_view payload) {
    auto frame = std::make_shared<std::string>();
    frame->reserve(payload.size() + 10);
    frame->push_back(static_cast<char>(0x80 | static_cast<unsigned>(opcode)));
    if (payload.size() < 126) {
        frame->push_back(static_cast<char>(payload.size()));
    } else {
        const int bytes = payload.size() < 65536 ? 2 : 8;
        frame->push_back(static_cast<char>(bytes == 2 ? 126 : 127));
        for (int i = bytes - 1; i >= 0; --i)
            frame->push_back(
                static_cast<char>(static_cast<std::uint64_t>(payload.size()) >> (8 * i)));
    }
    frame->append(payload);
    return frame;
}

// Section 7.4: which codes may stand in a close frame.
bool may_be_received(unsigned code) {
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
           (code >= 3000 && code < 5000);
}

struct Header {
    bool fin = false;
    unsigned reserved = 0;
    unsigned opcode = 0;
    bool masked = false;
    std::uint64_t size = 0;
    std::size_t bytes = 0;  // of the header itself, mask included
};

// Nothing when more bytes are needed.
bool read_header(const std::string& in, Header& header) {
    if (in.size() < 2) return false;
    const auto at = [&in](std::size_t i) { return static_cast<unsigned char>(in[i]); };
    header.fin = (at(0) & 0x80) != 0;
    header.reserved = at(0) & 0x70U;
    header.opcode = at(0) & 0x0FU;
    header.masked = (at(1) & 0x80) != 0;
    header.size = at(1) & 0x7FU;
    header.bytes = 2;
    const std::size_t extended = header.size == 126 ? 2 : header.size == 127 ? 8 : 0;
    if (extended != 0) {
        if (in.size() < 2 + extended) return false;
        header.size = 0;
        for (std::size_t i = 0; i < extended; ++i) header.size = (header.size << 8) | at(2 + i);
        header.bytes += extended;
    }
    if (header.masked) header.bytes += 4;
    return in.size() >= header.bytes;
}

}  // namespace

Frame make_text_frame(std::string_view payload) {
    return make_frame(Opcode::text, payload);
}

Frame make_control_frame(Opcode opcode, std::string_view payload) {
    return make_frame(opcode, payload.substr(0, 125));
}

Frame make_close_frame(std::uint16_t code, std::string_view reason) {
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    std::size_t size = std::min<std::size_t>(reason.size(), 123);
    while (size > 0 && size < reason.size() &&
           (static_cast<unsigned char>(reason[size]) & 0xC0) == 0x80)
        --size;
    payload.append(reason.substr(0, size));
    return make_frame(Opcode::close, payload);
}

std::string accept_key(std::string_view client_key) {
    const std::string text = std::string{client_key} + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
    EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
    std::array<unsigned char, 32> out;
    const int size = EVP_EncodeBlock(out.data(), digest.data(), static_cast<int>(digest.size()));
    return {reinterpret_cast<const char*>(out.data()), static_cast<std::size_t>(size)};
}

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
    const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    for (std::size_t i = 0; i < text.size();) {
        const unsigned char lead = at(i);
        if (lead < 0x80) {
            ++i;
            continue;
        }
        const std::size_t size = lead >= 0xC2 && lead <= 0xDF   ? 2
                                 : lead >= 0xE0 && lead <= 0xEF ? 3
                                 : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                                : 0;
        if (size == 0 || i + size > text.size()) return false;
        const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (at(i + 1) < low || at(i + 1) > high) return false;
        for (std::size_t k = 2; k < size; ++k)
            if (at(i + k) < 0x80 || at(i + k) > 0xBF) return false;
        i += size;
    }
    return true;
}

void Parser::feed(std::string_view bytes, std::vector<Received>& out) {
    pending_.append(bytes);
    while (!finished_ && parse_one(out)) {
    }
    if (finished_ || pending_.empty()) std::string{}.swap(pending_);
}

bool Parser::parse_one(std::vector<Received>& out) {
    Header header;
    if (!read_header(pending_, header)) return false;
    const bool control = header.opcode >= 8;
    if (header.reserved != 0) return fail(1002, "reserved bits are set", out), false;
    if (!header.masked) return fail(1002, "client frames must be masked", out), false;
    if (header.opcode > 10 || (header.opcode > 2 && header.opcode < 8))
        return fail(1002, "unknown opcode", out), false;
    if (control && (header.size > 125 || !header.fin))
        return fail(1002, "a control frame is too long or in parts", out), false;
    if (!control &&
        (header.size > message_bytes_max_ || message_.size() + header.size > message_bytes_max_))
        return fail(1009, "the message is too long", out), false;
    if (pending_.size() - header.bytes < header.size) return false;

    std::string payload = pending_.substr(header.bytes, header.size);
    for (std::size_t i = 0; i < payload.size(); ++i)
        payload[i] ^= pending_[header.bytes - 4 + (i & 3)];
    pending_.erase(0, header.bytes + header.size);
    take_frame(static_cast<Opcode>(header.opcode), header.fin, std::move(payload), out);
    return true;
}

void Parser::take_frame(Opcode opcode, bool fin, std::string payload, std::vector<Received>& out) {
    if (opcode >= Opcode::close) return take_control(opcode, std::move(payload), out);
    if (opcode == Opcode::binary) return fail(1003, "only text is spoken here", out);
    if ((opcode == Opcode::continuation) != in_message_)
        return fail(1002, "a fragment is out of order", out);
    message_ += payload;
    in_message_ = !fin;
    if (!fin) return;
    if (!is_utf8(message_)) return fail(1007, "the text is not UTF-8", out);
    out.emplace_back(TextMessage{std::exchange(message_, {})});
}

void Parser::take_control(Opcode opcode, std::string payload, std::vector<Received>& out) {
    if (opcode == Opcode::ping) return void(out.emplace_back(Ping{std::move(payload)}));
    if (opcode == Opcode::pong) return void(out.emplace_back(Pong{}));
    Closed closed;
    if (payload.size() == 1) return fail(1002, "a close code has two bytes", out);
    if (payload.size() >= 2) {
        closed.code = static_cast<std::uint16_t>((static_cast<unsigned char>(payload[0]) << 8) |
                                                 static_cast<unsigned char>(payload[1]));
        if (!may_be_received(closed.code))
            return fail(1002, "this close code may not be sent", out);
        if (!is_utf8(std::string_view{payload}.substr(2)))
            return fail(1007, "the close reason is not UTF-8", out);
    }
    finished_ = true;
    out.emplace_back(closed);
}

void Parser::fail(std::uint16_t code, const char* reason, std::vector<Received>& out) {
    finished_ = true;
    out.emplace_back(Violation{code, reason});
}

}  // namespace runtime::websocket
