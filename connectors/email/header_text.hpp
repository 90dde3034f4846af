// Small pure steps over the text of mail headers, shared by those who read them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace connectors::email {

std::string lower(std::string_view text);  // ASCII letters alone
std::string_view trimmed(std::string_view text, const char* what = " \t\r\n");
// The address in "Name <address>", or the first word with an @; empty: there is none.
std::string address_in(std::string_view text);
std::vector<std::string> addresses_in(
    std::string_view text);  // words with an @, at most 1000; lower case
// Whether an address can stand in an SMTP command: no control character, blank or angle bracket.
bool is_sendable(std::string_view address);
// At most `most` bytes, without half a character at the end.
std::string cut(std::string_view text, std::size_t most);

}  // namespace connectors::email
