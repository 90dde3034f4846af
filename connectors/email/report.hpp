// Reports about mail we sent: delivery status notifications (RFC 3464), abuse reports (RFC 5965),
// and the free text of servers that know neither. Pure; never throws.
#pragma once

#include <optional>
#include <string>

#include "connectors/connectors.hpp"
#include "connectors/email/automatic.hpp"

namespace connectors::email {

// The parts of a mail that may tell of another one. Texts are UTF-8 with \n line ends.
struct ReportParts {
    HeaderFields fields;            // of the mail itself
    std::string envelope_sender;    // "<>": none
    std::string report_type;        // of multipart/report, lower case
    std::string delivery_status;    // every message/delivery-status part, joined by a blank line
    std::string feedback;           // message/feedback-report
    std::string text;               // what it says in words
    std::string original;           // headers, or more, of the mail it is about, where enclosed
    bool original_is_part = false;  // as a part of its own
};

// Nothing when the mail is not a report about another mail. Without a machine-readable part it is
// one only if a mail system wrote it, or nobody did, and it says that something was not delivered.
std::optional<Report> read_report(const ReportParts& parts);

}  // namespace connectors::email
