// Mails of one size with real bodies: the corpus's texts, cut and padded; every Message-ID is
// unique.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bench {

struct Mail {
    std::string sender;
    std::string subject;  // unique: a reader of the feed recognises the mail by it
    std::string bytes;    // with the final dot, as LMTP's DATA carries it
};

class MailSource {
public:
    // Nothing, after saying so, when the corpus does not stand beside the checkout.
    static std::optional<MailSource> open();
    Mail make(std::uint64_t number) const;

private:
    std::vector<std::string> bodies_;
};

}  // namespace bench
