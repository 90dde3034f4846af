// Who wrote a mail, a person or a machine, and whether a machine may answer it. By header fields
// alone; pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace connectors::email {

// Names in lower case, values unfolded; in the order of the mail.
using HeaderFields = std::vector<std::pair<std::string, std::string>>;

struct AutomaticSigns {
    bool automatic = false;  // a machine wrote it (RFC 3834, section 5, and its predecessors)
    bool answerable = true;  // an automatic answer may be sent (RFC 3834, section 2; RFC 5230, 4.6)
};

// `envelope_sender`: as given in MAIL FROM; "<>" or empty for reports and automatic answers.
AutomaticSigns automatic_signs(const HeaderFields& fields, const std::string& envelope_sender);

}  // namespace connectors::email
