// What a customer wrote, without what her mail program put around it. Pure text in, text out;
// linear in the input.
//
// Policy, in this order:
//   1. Fenced blocks (```) are what was written, whatever they hold; so is what somebody forwards.
//   2. History begins at a line that introduces it ("On … wrote:", in some twenty languages, folded
//      over several lines), at a separator ("-----Original Message-----"), at a block of header
//      lines (From:, Sent:, Subject:), or at the run of quoted lines ('>' or '|') that ends the
//      text.
//   3. Answers between the quoted lines need those lines to be understood: then only the
//      introduction goes. Answers below all of them stand alone.
//   4. A signature begins at "-- ", below quoted lines also at "--" or a rule, or is the line of a
//      telephone ("Sent from my …").
//   5. If nothing would be left, everything is shown. The original is never changed.
#pragma once

#include <string>
#include <string_view>

namespace connectors::email {

std::string without_history(std::string_view text);  // rules 1 to 3 and 5
std::string trim_reply(std::string_view text);       // all of them

}  // namespace connectors::email
