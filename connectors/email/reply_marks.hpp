// Where mail programs leave a mark in a text: the words for it in the languages they speak. Pure;
// private to the trimming of replies.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace connectors::email {

using Lines = std::vector<std::string_view>;

enum class MarkKind : std::uint8_t {
    none,
    introduction,  // "On … wrote:", of `lines` lines
    shared_line,   // an introduction behind text, at `column` of its line
    cut,           // a separator or a block of header lines: all below it is history
    forwarded,     // what follows is what the customer wants to show
};

struct Mark {
    MarkKind kind = MarkKind::none;
    std::size_t at = 0;
    std::size_t lines = 1;
    std::size_t column = 0;
};

// The first mark outside fenced blocks.
Mark first_mark(std::span<const std::string_view> lines);

bool is_blank(std::string_view line);
bool is_quoted(std::string_view line);         // begins with '>' or '|'
bool is_rule(std::string_view line);           // three or more of - _ = *, and nothing else
bool begins_signature(std::string_view line);  // "--" or "-- "
bool is_device_line(std::string_view line);    // "Sent from my iPhone"

}  // namespace connectors::email
