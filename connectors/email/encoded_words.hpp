// Encoded words in headers (RFC 2047). Pure.
#pragma once

#include <string>
#include <string_view>

namespace connectors::email {

// In base64, each word with whole characters and at most 75 bytes.
std::string encoded_words(std::string_view text);

// Neighbours in base64 and one charset as one word. GMime (3.2) decodes such neighbours as one
// stream and stops, or repeats itself, where one of them ends in padding; and many programs split
// characters between words. What is no such word stays as it is.
std::string joined_words(std::string_view header_value);

// Whether there is anything to join.
bool has_padded_neighbours(std::string_view header_value);

}  // namespace connectors::email
