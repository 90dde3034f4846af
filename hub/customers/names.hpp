// How two names of people compare.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace customers {

// The words that name somebody: folded, without titles ("Dott.", "Sig.ra", "Dr.") and legal forms.
std::vector<std::string> name_words(std::string_view name);

// A word's sound, roughly: doubled letters once, vowels after the first letter dropped, letters
// that are heard alike written alike. Words of one sound are looked at together, no more.
std::string sound_of(std::string_view word);

enum class NameMatch : std::uint8_t {
    unknown,    // one of them says nothing, or they share no word
    different,  // a word of each has no counterpart
    possible,   // an initial, or one word of two
    alike,      // a typo, or a short form: "Beppe" for "Giuseppe"
    same        // the same words, in any order
};
NameMatch match_names(const std::vector<std::string>& left, const std::vector<std::string>& right);

// A mailbox of an office rather than of a person: info@, orders@ …
bool is_role_mailbox(std::string_view local_part);
// A provider at which anybody has an address: sharing it means nothing.
bool is_public_provider(std::string_view domain);

}  // namespace customers
