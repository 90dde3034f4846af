// Small pure steps over the text of mail headers, shared by those who read them.
#pragma once

#include <string>
#include <string_view>

namespace connectors::email {

std::string lower(std::string_view text);  // ASCII letters alone
std::string_view trimmed(std::string_view text, const char* what = " \t\r\n");
// The address in "Name <address>", or the first word with an @; empty: there is none.
std::string address_in(std::string_view text);

}  // namespace connectors::email
