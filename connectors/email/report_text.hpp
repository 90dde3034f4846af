// What servers say in words about mail they could not deliver. Private to the reader of reports.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/email/report.hpp"

namespace connectors::email {

// Lines "Name: value" of a text, unfolded; an entry without name stands for a blank line.
HeaderFields header_fields(std::string_view text);

std::string keyword_of(std::string_view value);  // the first word
std::string status_in(std::string_view text);    // "5.1.1"; from a reply code "5.0.0"; or empty
std::string reason_in(std::string_view text);    // the line with the code, else with the words

bool is_from_a_machine(const ReportParts& parts);  // a mail system, or nobody at all
bool says_undelivered(const ReportParts& parts);
std::vector<ReportedRecipient> named_recipients(const ReportParts& parts);
std::vector<std::string> original_ids(const ReportParts& parts);  // Message-IDs without <>

}  // namespace connectors::email
