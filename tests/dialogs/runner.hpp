// Readable dialogs with a real mail listener on a loopback port. A dialog file has one step a line:
//
//   # comment                  nobody reads it
//   @ NAME VALUE               a setting of the server, before the first step (see `settings`)
//   -> text                    sends the text and CRLF
//   => text\r\n                sends exactly these bytes; \r \n \t \0 \\ \xHH are understood
//   *N -> text                 the same as `->`, N times
//   <- text                    the next line of the server is this
//   <~ regex                   the next line of the server matches this
//   client N                   the next steps are of client N, which connects if it is new
//   starttls                   the client's side of the handshake
//   receipts R...              what the sink answers to the next mail: committed busy failed
//   disconnect                 the client hangs up
//   closed                     the server hangs up, without another byte
//   cut_off                    the server hangs up, whatever it says before
//   connections N              waits until the listener serves so many
//   stop                       the listener is told to stop
//   delivered N                so many mails have reached the sink
//   mail N from A to B,C       the envelope of the Nth
//   body N text                the bytes of the Nth, written as for `=>`
#pragma once

#include <filesystem>

namespace dialogs {

// Runs every step; the first one that fails is reported with its file and line.
void run_dialog(const std::filesystem::path& script);

}  // namespace dialogs
