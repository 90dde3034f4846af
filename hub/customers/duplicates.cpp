#include "hub/customers/duplicates.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "hub/customers/fold.hpp"
#include "hub/customers/names.hpp"

namespace customers {
namespace {

using namespace model;

std::string field_of(const Contact& record, const char* name) {
    const auto field = record.fields.find(name);
    return field == record.fields.end() ? "" : field->second.value;
}

// A handle without @ and case.
std::string handle_key(const Identity& identity) {
    std::string handle = folded(identity.value);
    if (handle.starts_with('@')) handle.erase(0, 1);
    return identity.kind + ":" + handle;
}

std::string domain_of(const std::string& address) {
    const auto at = address.rfind('@');
    return at == std::string::npos ? "" : address.substr(at + 1);
}
std::string local_part_of(const std::string& address) {
    return address.substr(0, address.rfind('@'));
}

// What is compared of a record, worked out once.
struct Traits {
    std::set<std::string> mails;    // keys
    std::set<std::string> phones;   // E.164
    std::set<std::string> handles;  // kind:handle
    std::set<std::string> domains;  // of mail, not of public providers
    std::set<OrganisationId> organisations;
    std::vector<std::string> name;                     // words
    std::vector<std::vector<std::string>> mail_names;  // words of personal mailboxes
    std::string city;
};

// Whoever writes a longer name than this is not found by the rest of it.
constexpr std::size_t words_max = 8;
constexpr std::size_t keys_max = 200;

void cut(std::vector<std::string>& words) {
    if (words.size() > words_max) words.resize(words_max);
}

bool is_word(const std::string& text) {
    return text.size() > 1 &&
           std::ranges::none_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Traits traits_of(const Contact& record) {
    Traits traits;
    for (const Identity& identity : record.identities) {
        if (identity.kind == "email") {
            const std::string key = mail_key(identity.value);
            const std::string local = local_part_of(key);
            traits.mails.insert(key);
            if (!is_public_provider(domain_of(key))) traits.domains.insert(domain_of(key));
            std::vector<std::string> words = name_words(local_part_of(folded(identity.value)));
            std::erase_if(words, [](const std::string& word) { return !is_word(word); });
            cut(words);
            const bool more = traits.mail_names.size() < words_max;
            if (more && !is_role_mailbox(local) && words.size() > 1)
                traits.mail_names.push_back(words);
        } else if (identity.kind == "phone") {
            traits.phones.insert(identity.value);
        } else if (identity.kind != "chat") {
            traits.handles.insert(handle_key(identity));
        }
    }
    for (const Membership& membership : record.memberships)
        traits.organisations.insert(membership.organisation);
    const bool address = record.name.find('@') != std::string::npos;
    traits.name = address ? std::vector<std::string>{} : name_words(record.name);
    cut(traits.name);
    traits.city = folded(field_of(record, "city"));
    return traits;
}

void add_name_keys(const std::vector<std::string>& words, const Traits& traits,
                   std::set<std::string>& keys) {
    std::vector<std::string> sounds;
    for (const std::string& word : words)
        if (word.size() > 1) sounds.push_back(sound_of(word));
    std::ranges::sort(sounds);
    for (std::size_t i = 0; i < sounds.size(); ++i) {
        for (std::size_t j = i + 1; j < sounds.size(); ++j)
            keys.insert("name " + sounds[i] + " " + sounds[j]);
        for (const std::string& domain : traits.domains)
            keys.insert("domain " + domain + " " + sounds[i]);
        for (const OrganisationId id : traits.organisations)
            keys.insert("organisation " + text_of(id) + " " + sounds[i]);
        if (!traits.city.empty()) keys.insert("city " + traits.city + " " + sounds[i]);
    }
}

template <class Value>
std::vector<Value> shared(const std::set<Value>& left, const std::set<Value>& right) {
    std::vector<Value> both;
    std::ranges::set_intersection(left, right, std::back_inserter(both));
    return both;
}

NameMatch best_match(const Traits& left, const Traits& right) {
    NameMatch best = match_names(left.name, right.name);
    const auto also = [&best](const auto& one, const auto& other) {
        const NameMatch match = match_names(one, other);
        // A mailbox is a hint, not a name: it can say "like", never "unlike".
        if (match > best && match > NameMatch::different)
            best = std::max(best, std::min(match, NameMatch::alike));
    };
    const bool unlike = best == NameMatch::different;
    if (unlike) return best;
    for (const auto& words : left.mail_names) {
        also(words, right.name);
        for (const auto& others : right.mail_names) also(words, others);
    }
    for (const auto& words : right.mail_names) also(words, left.name);
    return best;
}

bool stands_in(const std::vector<std::string>& name, const std::string& local) {
    return std::ranges::any_of(name, [&local](const std::string& word) {
        return word.size() > 2 && local.find(word) != std::string::npos;
    });
}

// Whether a mailbox is one person's own: a word of a name stands in it, or nothing says otherwise.
bool is_personal(const std::string& local, const Traits& left, const Traits& right) {
    if (is_role_mailbox(local)) return false;
    const bool nameless = left.name.empty() || right.name.empty();
    return nameless || stands_in(left.name, local) || stands_in(right.name, local);
}

// Numbers of mobile telephones, where the country's plan tells them apart (ITU-T E.164
// supplements).
bool is_mobile(const std::string& number) {
    static constexpr auto beginnings =
        std::to_array<std::string_view>({"+393", "+4915", "+4916", "+4917", "+436", "+336", "+337",
                                         "+346", "+347", "+447", "+3538", "+417"});
    return std::ranges::any_of(
        beginnings, [&number](std::string_view begin) { return number.starts_with(begin); });
}

// Adds what they share; true when it is an address that is named like both of them.
bool add_addresses(const Traits& left, const Traits& right, DuplicateScore& result) {
    bool own = false;
    for (const std::string& mail : shared(left.mails, right.mails)) {
        const std::string local = local_part_of(mail);
        const bool personal = is_personal(local, left, right);
        own = own || (stands_in(left.name, local) && stands_in(right.name, local));
        result.reasons.push_back({"same_mail", mail, personal ? 0.95 : 0.45});
    }
    for (const std::string& phone : shared(left.phones, right.phones))
        result.reasons.push_back({"same_phone", phone, is_mobile(phone) ? 0.8 : 0.5});
    for (const std::string& handle : shared(left.handles, right.handles)) {
        own = true;
        result.reasons.push_back({"same_handle", handle, 0.9});
    }
    return own;
}

bool share_a_word(const Traits& left, const Traits& right) {
    return std::ranges::any_of(left.name, [&right](const std::string& word) {
        return word.size() > 1 && std::ranges::find(right.name, word) != right.name.end();
    });
}

// A name alone is shared by many; with the same employer or town it is hardly chance.
void add_name(const Traits& left, const Traits& right, NameMatch match, DuplicateScore& result) {
    const bool employer = !shared(left.domains, right.domains).empty() ||
                          !shared(left.organisations, right.organisations).empty();
    const bool town = !left.city.empty() && left.city == right.city;
    const char* kind = match == NameMatch::same    ? "same_name"
                       : match == NameMatch::alike ? "similar_name"
                                                   : "partial_name";
    const double weight = match == NameMatch::same       ? 0.5
                          : match == NameMatch::alike    ? 0.4
                          : match == NameMatch::possible ? 0.2
                                                         : 0;
    if (weight == 0) return;
    std::string words;
    for (const std::string& word : left.name) words.append(words.empty() ? "" : " ").append(word);
    result.reasons.push_back({kind, words, weight});
    if (employer)
        result.reasons.push_back({"same_employer", "", match >= NameMatch::alike ? 0.5 : 0.4});
    if (town) result.reasons.push_back({"same_town", left.city, 0.25});
}

}  // namespace

std::vector<std::string> duplicate_keys(const Contact& record) {
    const Traits traits = traits_of(record);
    std::set<std::string> keys;
    for (const std::string& mail : traits.mails) keys.insert("mail " + mail);
    for (const std::string& phone : traits.phones) keys.insert("phone " + phone);
    for (const std::string& handle : traits.handles) keys.insert("handle " + handle);
    add_name_keys(traits.name, traits, keys);
    for (const auto& words : traits.mail_names) add_name_keys(words, traits, keys);
    std::vector<std::string> kept(keys.begin(), keys.end());
    if (kept.size() > keys_max) kept.resize(keys_max);
    return kept;
}

DuplicateScore compare_records(const Contact& left, const Contact& right) {
    const Traits one = traits_of(left);
    const Traits other = traits_of(right);
    DuplicateScore result;
    const bool own = add_addresses(one, other, result);
    const NameMatch match = best_match(one, other);
    add_name(one, other, match, result);
    double unlike = 1;
    for (const DuplicateReason& reason : result.reasons) unlike *= 1 - reason.weight;
    result.score = 1 - unlike;
    if (match == NameMatch::different) {
        // Of one family name and with an address of one's own, the other word is rather a short
        // form.
        const double contradiction = own && share_a_word(one, other) ? 0.2 : 0.6;
        result.reasons.push_back({"different_name", "", -contradiction});
        result.score *= 1 - contradiction;
    }
    result.score = std::round(result.score * 1000) / 1000;
    return result;
}

}  // namespace customers
