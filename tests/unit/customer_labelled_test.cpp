// How many pairs that are proposed are right, and how many of the right ones are proposed, on
// records of which it is known who is who (tests/customers/README.md).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "hub/customers/duplicates.hpp"
#include "hub/customers/identity.hpp"
#include "hub/customers/names.hpp"

namespace {

using namespace customers;
using namespace model;

using Row = std::vector<std::string>;

// RFC 4180, with any line end.
std::vector<Row> read_csv(std::string_view text) {
    std::vector<Row> rows;
    Row row{""};
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
            row.back().push_back('"');
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && c == ',') {
            row.emplace_back();
        } else if (!quoted && c == '\n') {
            rows.push_back(std::exchange(row, Row{""}));
        } else if (quoted || c != '\r') {
            row.back().push_back(c);
        }
    }
    if (row != Row{""}) rows.push_back(row);
    return rows;
}

TEST(LabelledCustomers, TheReaderKnowsQuotesAndLineEnds) {
    EXPECT_EQ(read_csv("a,b\r\n1,\n"), (std::vector<Row>{{"a", "b"}, {"1", ""}}));
    EXPECT_EQ(read_csv("\"Rossi, Mario\",\"say \"\"hi\"\"\""),
              (std::vector<Row>{{"Rossi, Mario", "say \"hi\""}}));
    EXPECT_EQ(read_csv("\"two\r\nlines\",\"\"\n"), (std::vector<Row>{{"two\r\nlines", ""}}));
}

std::vector<std::string> parts_of(const std::string& text) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, ';');) parts.push_back(part);
    return parts;
}

// The set's providers at which everybody can have an address are invented ones. Each stands for one
// that the product knows.
const std::map<std::string, std::string>& real_providers() {
    static const std::map<std::string, std::string> providers = {
        {"correolibre.test", "hotmail.com"}, {"courrielle.test", "laposte.net"},
        {"example.com", "outlook.com"},      {"gmz.example", "gmx.net"},
        {"liberamail.test", "libero.it"},    {"mailhouse.example", "yahoo.com"},
        {"postafacile.example", "tin.it"},   {"webpost.test", "web.de"}};
    return providers;
}

std::string at_real_provider(std::string mail) {
    const auto at = mail.rfind('@') + 1;
    const auto known = real_providers().find(mail.substr(at));
    return known == real_providers().end() ? mail
                                           : mail.replace(at, std::string::npos, known->second);
}

struct Labelled {
    std::string person;
    Contact contact;
};

class Records {
public:
    Records() {
        std::ifstream file(SPORTELLO_SOURCE_DIR "/tests/customers/labelled.csv", std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf();
        const auto rows = read_csv(text.str());
        for (std::size_t i = 1; i < rows.size(); ++i) add(rows[i]);
    }
    const std::vector<Labelled>& all() const { return records_; }

private:
    void add(const Row& row) {
        Contact contact;
        contact.id = ContactId{std::stoull(row.at(0))};
        contact.name = row.at(2);
        contact.fields["name"].value = row.at(2);
        for (const std::string& mail : parts_of(row.at(3))) {
            const Checked checked = checked_identity("email", mail, "IT");
            add_identity(contact, "email", {at_real_provider(checked.value), checked.fault});
        }
        for (const std::string& phone : parts_of(row.at(4)))
            add_identity(contact, "phone", checked_identity("phone", phone, "IT"));
        for (const std::string& handle : parts_of(row.at(5))) {
            const auto colon = handle.find(':');
            const std::string kind = handle.substr(0, colon);
            add_identity(contact, kind, checked_identity(kind, handle.substr(colon + 1), "IT"));
        }
        if (const std::string& name = row.at(6); !name.empty()) {
            const OrganisationId next{organisations_.size() + 1};
            contact.memberships.push_back(
                {.organisation = organisations_.try_emplace(name, next).first->second});
        }
        if (!row.at(7).empty()) contact.fields["city"].value = row.at(7);
        records_.push_back({row.at(1), std::move(contact)});
    }

    // What cannot be read is left out.
    static void add_identity(Contact& contact, const std::string& kind, const Checked& checked) {
        if (checked.fault.empty())
            contact.identities.push_back({.kind = kind, .value = checked.value});
    }

    std::map<std::string, OrganisationId> organisations_;
    std::vector<Labelled> records_;
};

const std::vector<Labelled>& records() {
    static const Records read;
    return read.all();
}

using Pair = std::pair<std::size_t, std::size_t>;

// Records that share a key; a key that more share tells nothing.
std::set<Pair> candidates() {
    constexpr std::size_t sharing_max = 50;
    std::map<std::string, std::vector<std::size_t>> sharing;
    for (std::size_t i = 0; i < records().size(); ++i)
        for (const std::string& key : duplicate_keys(records()[i].contact))
            sharing[key].push_back(i);
    std::set<Pair> pairs;
    for (const auto& [key, who] : sharing) {
        if (who.size() > sharing_max) continue;
        for (std::size_t i = 0; i < who.size(); ++i)
            for (std::size_t j = i + 1; j < who.size(); ++j) pairs.emplace(who[i], who[j]);
    }
    return pairs;
}

std::set<Pair> true_pairs() {
    std::set<Pair> pairs;
    for (std::size_t i = 0; i < records().size(); ++i)
        for (std::size_t j = i + 1; j < records().size(); ++j)
            if (records()[i].person == records()[j].person) pairs.emplace(i, j);
    return pairs;
}

DuplicateScore score_of(const Pair& pair) {
    return compare_records(records()[pair.first].contact, records()[pair.second].contact);
}

std::string told(const Pair& pair) {
    std::ostringstream text;
    const DuplicateScore score = score_of(pair);
    const auto name = [](std::size_t i) {
        const Contact& contact = records()[i].contact;
        return (contact.name.empty() ? "(no name)" : contact.name) + " [" + text_of(contact.id) +
               "]";
    };
    text << "  " << score.score << "  " << name(pair.first) << " / " << name(pair.second) << ":";
    for (const DuplicateReason& reason : score.reasons) text << " " << reason.kind;
    return text.str();
}

// The errors of which the score was surest.
void print_worst(const char* title, const std::set<Pair>& pairs, double right) {
    constexpr std::size_t shown = 15;
    std::vector<Pair> worst(pairs.begin(), pairs.end());
    std::ranges::stable_sort(worst, std::greater{}, [right](const Pair& pair) {
        return std::abs(score_of(pair).score - right);
    });
    std::cout << title << " (" << worst.size() << "):\n";
    for (std::size_t i = 0; i < std::min(shown, worst.size()); ++i)
        std::cout << told(worst[i]) << "\n";
}

std::set<Pair> without(const std::set<Pair>& pairs, const std::set<Pair>& others) {
    std::set<Pair> left;
    std::ranges::set_difference(pairs, others, std::inserter(left, left.end()));
    return left;
}

TEST(LabelledCustomers, AreReadAsTheyWereMade) {
    std::set<std::string> persons;
    for (const Labelled& one : records()) persons.insert(one.person);
    EXPECT_EQ(records().size(), 700U);
    EXPECT_EQ(persons.size(), 480U);
    EXPECT_EQ(true_pairs().size(), 270U);
    EXPECT_EQ(records().at(35).contact.name, "Girard, Guillaume");
    EXPECT_EQ(records().at(35).contact.identities.size(), 3U);
    for (const auto& [invented, real] : real_providers()) {
        EXPECT_TRUE(is_public_provider(real)) << real;
        EXPECT_FALSE(is_public_provider(invented)) << invented;
    }
}

TEST(LabelledCustomers, PrecisionAndRecallOfTheProposedPairs) {
    constexpr double precision_min = 0.91;
    constexpr double recall_min = 0.55;
    std::set<Pair> proposed;
    for (const Pair& pair : candidates())
        if (score_of(pair).score >= duplicate_score_min) proposed.insert(pair);
    const std::set<Pair> right = true_pairs();
    const std::set<Pair> wrong = without(proposed, right);
    const std::set<Pair> missed = without(right, proposed);
    const double found = static_cast<double>(right.size() - missed.size());
    const double precision = found / static_cast<double>(proposed.size());
    const double recall = found / static_cast<double>(right.size());
    std::cout << "proposed " << proposed.size() << ", right " << found << ", precision "
              << precision << ", recall " << recall << "\n";
    print_worst("Proposed, but two persons", wrong, 0);
    print_worst("One person, but not proposed", missed, 1);
    EXPECT_GE(precision, precision_min);
    EXPECT_GE(recall, recall_min);
}

TEST(LabelledCustomers, ThePairsScoreIsTheSameFromBothSides) {
    for (const auto& [left, right] : candidates())
        EXPECT_EQ(score_of({left, right}).score, score_of({right, left}).score)
            << told({left, right});
}

}  // namespace
