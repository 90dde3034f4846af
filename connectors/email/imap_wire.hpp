// The client's side of IMAP's grammar (RFC 3501, 9051): bytes to responses, values to command text.
// Pure. Literals are read by their count alone, whatever they hold: no sender of a mail can end or
// forge a response.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/ids.hpp"

namespace connectors::email {

struct ImapValue {
    enum class Kind : std::uint8_t { atom, text, list, nil };
    Kind kind = Kind::atom;
    std::string text;
    std::vector<ImapValue> items;
};

struct ImapResponse {
    std::string tag;               // "*", "+", or that of the command it ends
    std::vector<ImapValue> words;  // what follows; of a status or "+" only its first word
    std::string line;              // what follows, as text, without literals

    bool is(std::string_view word) const;           // the first word, case aside
    std::optional<std::uint64_t> number() const;    // "* 12 EXISTS": 12
    bool is_numbered(std::string_view word) const;  // "* 12 EXISTS": EXISTS
};

class ImapReader {
public:
    struct Limits {
        std::size_t line_bytes_max = 8ULL * 1024 * 1024;  // a search answers in one line
        // A longer literal is passed over and stands as NIL: one mail must not end the connection.
        std::size_t literal_bytes_max = 64ULL * 1024 * 1024;
        std::size_t skipped_bytes_max = 4ULL * 1024 * 1024 * 1024;
        std::size_t depth_max = 30;
    };
    explicit ImapReader(Limits limits) : limits_(limits) {}

    void feed(std::string_view bytes);
    // The next whole response.
    std::optional<ImapResponse> next();
    // Why the peer cannot be understood; nothing is read after that.
    const std::string& fault() const { return fault_; }

private:
    bool take_line();
    bool take_literal();

    Limits limits_;
    std::string buffer_;
    std::size_t at_ = 0;
    std::vector<std::string> lines_;  // of the response under way; a literal between each two
    std::vector<std::optional<std::string>> literals_;  // that were read; none: passed over
    std::optional<std::size_t> literal_left_;
    bool skipping_ = false;
    std::string fault_;
};

// "[UIDVALIDITY 3857529045]" in a status: the value after the name; empty where it has none.
std::optional<std::string> response_code(const ImapResponse& response, std::string_view name);

std::string imap_quoted(std::string_view text);        // a string; CR, LF and NUL are left out
std::string imap_mailbox_name(std::string_view utf8);  // modified UTF-7 (RFC 3501, 5.1.3), quoted
std::string base64_of(std::string_view bytes);

// SASL initial responses (RFC 4616; Google's and Microsoft's XOAUTH2; RFC 7628).
std::string sasl_plain(std::string_view user, std::string_view password);
std::string sasl_xoauth2(std::string_view user, std::string_view token);
std::string sasl_oauthbearer(std::string_view user, std::string_view token);

// What a FETCH answered about one mail; a body that came as NIL is none.
struct FetchedMail {
    std::uint32_t uid = 0;
    std::optional<std::uint64_t> size;
    std::optional<std::string> body;
    std::optional<Instant> arrived;  // INTERNALDATE
    std::string gmail_thread;        // X-GM-THRID, where it was asked for
};
std::optional<FetchedMail> fetched_mail(const ImapResponse& response);

// "1,5,7:9" of ascending numbers.
std::string uid_set(const std::vector<std::uint32_t>& uids);
// The numbers of a SEARCH response.
std::vector<std::uint32_t> searched(const ImapResponse& response);

}  // namespace connectors::email
