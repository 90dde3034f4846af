// Responses as text, so that a test compares and shows them: `tag {words} line`; a string stands in
// single quotes, NIL is nil.
#pragma once

#include "connectors/email/imap_wire.hpp"

namespace imap_reading {

using namespace connectors::email;

inline std::string shown(const std::vector<ImapValue>& values) {
    std::string text;
    for (const ImapValue& value : values) {
        if (!text.empty()) text += ' ';
        switch (value.kind) {
            case ImapValue::Kind::atom:
                text += value.text;
                break;
            case ImapValue::Kind::text:
                text += "'" + value.text + "'";
                break;
            case ImapValue::Kind::nil:
                text += "nil";
                break;
            case ImapValue::Kind::list:
                text += "(" + shown(value.items) + ")";
                break;
        }
    }
    return text;
}

inline std::string told(const ImapResponse& response) {
    return response.tag + " {" + shown(response.words) + "} " + response.line;
}

inline void drain(ImapReader& reader, std::vector<std::string>& into) {
    while (const auto response = reader.next()) into.push_back(told(*response));
}

inline std::vector<ImapResponse> read(const std::string& bytes, std::size_t piece = 1 << 20) {
    ImapReader reader({});
    std::vector<ImapResponse> responses;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        reader.feed(std::string_view{bytes}.substr(at, piece));
        while (auto response = reader.next()) responses.push_back(std::move(*response));
    }
    return responses;
}

inline std::vector<std::string> told(const std::string& bytes, std::size_t piece = 1 << 20) {
    std::vector<std::string> texts;
    for (const ImapResponse& response : read(bytes, piece)) texts.push_back(told(response));
    return texts;
}

inline std::string words_of(const ImapResponse& response) {
    return shown(response.words);
}

}  // namespace imap_reading
