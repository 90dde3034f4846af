// Text as it is compared: without accents, case and punctuation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace customers {

// NFKD without marks, case folded, German ß as ss; UTF-8 in and out. Bytes that are not UTF-8
// become U+FFFD.
std::string folded(std::string_view text);

// The letters and digits of folded text, in words.
std::vector<std::string> folded_words(std::string_view text);

// The words again, with single spaces: what names are sorted and found by. Of text without words
// the folded text.
std::string sort_key(std::string_view text);

// An address as two of them are compared: folded, and for providers that ignore them without dots
// and what follows a plus. (Gmail: support.google.com/mail/answer/7436150; the plus: RFC 5233.)
std::string mail_key(std::string_view address);

}  // namespace customers
