// How two names compare, and what makes two records one person.
#include "hub/customers/duplicates.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "hub/customers/names.hpp"

namespace {

using namespace customers;
using namespace model;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

NameMatch match(const std::string& left, const std::string& right) {
    const NameMatch found = match_names(name_words(left), name_words(right));
    EXPECT_EQ(match_names(name_words(right), name_words(left)), found)
        << left << " / " << right << ", the other way round";
    return found;
}

void expect_match(NameMatch expected,
                  const std::vector<std::pair<std::string, std::string>>& pairs) {
    for (const auto& [left, right] : pairs)
        EXPECT_EQ(match(left, right), expected) << left << " / " << right;
}

TEST(NameWords, LeaveOutTitlesAndLegalForms) {
    for (const char* name : {"Mario Rossi", "Dott. Mario Rossi", "Dott.ssa MARIO ROSSI",
                             "Sig. Mario Rossi", "Ing. Mario Rossi", "Mr Mario Rossi"})
        EXPECT_THAT(name_words(name), ElementsAre("mario", "rossi")) << name;
    EXPECT_THAT(name_words("Bar Roma SRL"), ElementsAre("bar", "roma"));
    EXPECT_THAT(name_words("Prof. Dr. Grün"), ElementsAre("grun"));
    EXPECT_THAT(name_words("Dott."), IsEmpty());
}

TEST(NameWords, LeaveOutAbbreviationsOfSeveralParts) {
    EXPECT_THAT(name_words("Sig.ra Anna Bianchi"), ElementsAre("anna", "bianchi"));
    EXPECT_THAT(name_words("Bar Roma S.r.l."), ElementsAre("bar", "roma"));
    EXPECT_THAT(name_words("Dolci S.p.A."), ElementsAre("dolci"));
    EXPECT_THAT(name_words("D.ssa Anna Bianchi"), ElementsAre("anna", "bianchi"));
}

TEST(Names, OfTheSameWordsAreTheSame) {
    expect_match(NameMatch::same, {{"Mario Rossi", "ROSSI, Mario"},
                                   {"Nicolò Mané", "nicolo mane"},
                                   {"Hans Müller", "Hans Mueller"},
                                   {"Dr. Hans Müller", "Hans Muller"},
                                   {"Maria Rossi", "Anna Maria Rossi"},
                                   {"Rossi", "Rossi"}});
}

TEST(Names, WithATypoOrAShortFormAreAlike) {
    expect_match(NameMatch::alike, {{"Beppe Greco", "Giuseppe Greco"},
                                    {"Greco Giovanni", "Gianni Greco"},
                                    {"Tom Walker", "Thomas Walker"},
                                    {"Bob Walker", "Robert Walker"},
                                    {"Luca Ferari", "Luca Ferrari"},
                                    {"Luca Fererari", "Luca Ferrari"},
                                    {"Luca Frerari", "Luca Ferrari"},
                                    {"Luca Ferravi", "Luca Ferrari"}});
}

TEST(Names, WithAnInitialOrOneWordOfTwoArePossible) {
    expect_match(NameMatch::possible, {{"M. Rossi", "Mario Rossi"},
                                       {"Rossi M.", "Mario Rossi"},
                                       {"Rossi", "Mario Rossi"},
                                       {"Mario", "Mario Rossi"}});
}

TEST(Names, AnInitialDoesNotTakeTheWordThatAnotherOneNeeds) {
    expect_match(NameMatch::possible,
                 {{"M. Martini", "Martini Marco"}, {"R. Rossi", "Rossi Rosa"}});
}

TEST(Names, WhoseWordsHaveNoCounterpartAreDifferent) {
    expect_match(NameMatch::different, {{"Anna Bianchi", "Mario Rossi"},
                                        {"Anna Rossi", "Mario Rossi"},
                                        {"Mario Rossi", "Maria Rossi"},
                                        {"Andrea Weber", "Andreas Weber"},
                                        {"Luca Ferrari", "Luca Ferraro"},
                                        {"A. Rossi", "Mario Rossi"},
                                        {"Ugo Rossi", "Ivo Rossi"}});
}

TEST(Names, ThatSayNothingAreUnknown) {
    expect_match(NameMatch::unknown,
                 {{"", ""}, {"", "Mario Rossi"}, {"Dott.", "Mario Rossi"}, {"Rossi", "Bianchi"}});
}

TEST(NameSound, IsTheSameForWordsHeardAlike) {
    for (const auto& [left, right] :
         std::vector<std::pair<std::string, std::string>>{{"meier", "mayer"},
                                                          {"mueller", "muller"},
                                                          {"rossi", "rosi"},
                                                          {"kaufmann", "caufman"},
                                                          {"giulia", "giullia"},
                                                          {"weber", "veber"},
                                                          {"zanetti", "sanetti"},
                                                          {"jacopo", "iacopo"}})
        EXPECT_EQ(sound_of(left), sound_of(right)) << left << " " << right;
    for (const auto& [left, right] : std::vector<std::pair<std::string, std::string>>{
             {"rossi", "bianchi"}, {"anna", "enna"}, {"mario", "marco"}, {"neri", "verdi"}})
        EXPECT_NE(sound_of(left), sound_of(right)) << left << " " << right;
    EXPECT_EQ(sound_of(""), "");
}

TEST(Mailbox, OfAnOfficeOrAtAPublicProviderIsKnown) {
    for (const char* local : {"info", "acquisti", "ordini", "vendite", "office", "kontakt"})
        EXPECT_TRUE(is_role_mailbox(local)) << local;
    for (const char* local : {"", "lea", "information", "info.lea", "aa", "zz"})
        EXPECT_FALSE(is_role_mailbox(local)) << local;
    for (const char* domain : {"gmail.com", "alice.it", "ymail.com", "libero.it", "t-online.de"})
        EXPECT_TRUE(is_public_provider(domain)) << domain;
    for (const char* domain : {"", "example.org", "mail.example.org", "gmail.com.example.org"})
        EXPECT_FALSE(is_public_provider(domain)) << domain;
}

struct Told {
    std::string name;
    std::vector<Identity> identities;
    std::uint64_t organisation = 0;
    std::string city{};
};

Contact record(const Told& told) {
    Contact made;
    made.name = told.name;
    made.identities = told.identities;
    if (told.organisation != 0)
        made.memberships.push_back({.organisation = OrganisationId{told.organisation}});
    if (!told.city.empty()) made.fields["city"].value = told.city;
    return made;
}

std::vector<std::string> kinds_of(const DuplicateScore& score) {
    std::vector<std::string> kinds;
    for (const DuplicateReason& one : score.reasons) kinds.push_back(one.kind);
    return kinds;
}

DuplicateScore compare(const Told& left, const Told& right) {
    DuplicateScore score = compare_records(record(left), record(right));
    const DuplicateScore back = compare_records(record(right), record(left));
    EXPECT_EQ(back.score, score.score) << left.name << " / " << right.name;
    EXPECT_EQ(kinds_of(back), kinds_of(score)) << left.name << " / " << right.name;
    EXPECT_GE(score.score, 0);
    EXPECT_LE(score.score, 1);
    return score;
}

std::vector<std::string> shared_keys(const Told& left, const Told& right) {
    std::vector<std::string> both;
    std::ranges::set_intersection(duplicate_keys(record(left)), duplicate_keys(record(right)),
                                  std::back_inserter(both));
    return both;
}

void expect_proposed(const Told& left, const Told& right, const std::vector<std::string>& kinds) {
    const DuplicateScore score = compare(left, right);
    EXPECT_GE(score.score, duplicate_score_min);
    EXPECT_THAT(kinds_of(score), testing::UnorderedElementsAreArray(kinds));
    EXPECT_THAT(shared_keys(left, right), Not(IsEmpty())) << "or it is never looked at";
}

void expect_not_proposed(const Told& left, const Told& right,
                         const std::vector<std::string>& kinds) {
    const DuplicateScore score = compare(left, right);
    EXPECT_LT(score.score, duplicate_score_min);
    EXPECT_THAT(kinds_of(score), testing::UnorderedElementsAreArray(kinds));
}

const Identity lea = {.kind = "email", .value = "lea@dolci.example"};
const Identity info = {.kind = "email", .value = "info@dolci.example"};
const Identity phone = {.kind = "phone", .value = "+393331234567"};
const Identity telegram = {.kind = "telegram", .value = "lea_rossi"};

Identity mail(const std::string& value) {
    return {.kind = "email", .value = value};
}

TEST(Duplicate, AnAddressOfOnesOwnIsEnough) {
    expect_proposed({"", {lea}}, {"", {lea}}, {"same_mail"});
    expect_proposed({"", {mail("l.ea+x@gmail.com")}}, {"", {mail("lea@googlemail.com")}},
                    {"same_mail"});
    expect_proposed({"", {phone}}, {"", {phone}}, {"same_phone"});
    expect_proposed({"", {telegram}}, {"", {{.kind = "telegram", .value = "@Lea_Rossi"}}},
                    {"same_handle"});
}

TEST(Duplicate, WhatManyShareIsNotEnough) {
    expect_not_proposed({"", {info}}, {"", {info}}, {"same_mail"});
    expect_not_proposed({"Lea Rossi", {}}, {"Lea Rossi", {}}, {"same_name"});
    expect_not_proposed({"", {}, 3, "Lucca"}, {"", {}, 3, "Lucca"}, {});
    expect_not_proposed({"", {{.kind = "chat", .value = "v1"}}},
                        {"", {{.kind = "chat", .value = "v1"}}}, {});
    expect_not_proposed({"", {telegram}}, {"", {{.kind = "instagram", .value = "lea_rossi"}}}, {});
    expect_not_proposed({"", {phone}}, {"", {{.kind = "phone", .value = "+493331234567"}}}, {});
}

TEST(Duplicate, ANameWithAnEmployerOrATownIs) {
    expect_proposed({"Lea Rossi", {}, 3}, {"Rossi Lea", {}, 3}, {"same_name", "same_employer"});
    expect_proposed({"Lea Rossi", {mail("lea@dolci.example")}},
                    {"Lea Rossi", {mail("ordini@dolci.example")}}, {"same_name", "same_employer"});
    expect_proposed({"Lea Rossi", {}, 0, "FORLÌ"}, {"Lea Rossi", {}, 0, "Forlì"},
                    {"same_name", "same_town"});
    expect_proposed({"Beppe Greco", {}, 3}, {"Giuseppe Greco", {}, 3},
                    {"similar_name", "same_employer"});
    expect_not_proposed({"Lea Rossi", {mail("lea.82@gmail.com")}},
                        {"Lea Rossi", {mail("lr@gmail.com")}}, {"same_name"});
    expect_not_proposed({"L. Rossi", {}, 3}, {"Lea Rossi", {}, 3},
                        {"partial_name", "same_employer"});
}

TEST(Duplicate, AMailboxSaysItsOwnersName) {
    expect_proposed({"lea.rossi@dolci.example", {mail("lea.rossi@dolci.example")}},
                    {"Lea Rossi", {info}}, {"similar_name", "same_employer"});
    expect_proposed({"", {mail("rossi.lea@dolci.example")}},
                    {"", {mail("lea_rossi@dolci.example")}}, {"similar_name", "same_employer"});
    expect_not_proposed({"Ugo Neri", {mail("lea.rossi@dolci.example")}}, {"Lea Rossi", {info}},
                        {"different_name"});
}

TEST(Duplicate, AContradictingNameTakesMostAway) {
    expect_not_proposed({"Lea Rossi", {phone}}, {"Ugo Rossi", {phone}},
                        {"same_phone", "different_name"});
    expect_not_proposed({"Lea Rossi", {info}}, {"Ugo Neri", {info}},
                        {"same_mail", "different_name"});
    const double together = compare({"Lea Rossi", {phone, lea}}, {"Ugo Rossi", {phone, lea}}).score;
    EXPECT_LT(together, duplicate_score_min);
    EXPECT_GT(together, compare({"Lea Rossi", {phone}}, {"Ugo Rossi", {phone}}).score);
}

TEST(Duplicate, IndependentReasonsAddUpLikeProbabilities) {
    const Told left = {"Lea Rossi", {phone, info, telegram}, 3, "Lucca"};
    for (const Told& right :
         {left, Told{"Lea Rosi", {info}, 3, "Lucca"}, Told{"", {phone, telegram}, 3, ""}}) {
        const DuplicateScore score = compare(left, right);
        double unlike = 1;
        for (const DuplicateReason& one : score.reasons) {
            EXPECT_GT(one.weight, 0) << one.kind;
            unlike *= 1 - one.weight;
        }
        EXPECT_NEAR(score.score, 1 - unlike, 0.0006);
        EXPECT_GT(score.reasons.size(), 1U);
    }
    EXPECT_EQ(compare(left, {"Ugo Neri", {}, 4, "Pisa"}).score, 0);
}

TEST(Duplicate, EachReasonSaysWhatIsShared) {
    const DuplicateScore score = compare({"Lea Rossi", {phone, lea, telegram}, 0, "LUCCA"},
                                         {"Lea Rossi", {phone, lea, telegram}, 0, "Lucca"});
    std::vector<std::string> values;
    for (const DuplicateReason& one : score.reasons) values.push_back(one.value);
    EXPECT_THAT(values, IsSupersetOf({"+393331234567", "lea@dolci.example", "telegram:lea_rossi",
                                      "lea rossi", "lucca"}));
}

TEST(DuplicateKeys, AreSortedEachOnceAndOfNothingNone) {
    const auto keys = duplicate_keys(record(
        {"Lea Maria Rossi", {lea, phone, telegram, mail("LEA@dolci.example"), info}, 3, "Lucca"}));
    EXPECT_TRUE(std::ranges::is_sorted(keys));
    EXPECT_EQ(std::ranges::adjacent_find(keys), keys.end());
    EXPECT_THAT(keys, IsSupersetOf({"mail lea@dolci.example", "phone +393331234567",
                                    "handle telegram:lea_rossi"}));
    EXPECT_THAT(duplicate_keys({}), IsEmpty());
    EXPECT_THAT(duplicate_keys(record({"", {{.kind = "chat", .value = "v1"}}, 3, "Lucca"})),
                IsEmpty());
}

TEST(DuplicateKeys, OneWordOfANameFindsNobodyByItself) {
    EXPECT_THAT(duplicate_keys(record({"Rossi", {}})), IsEmpty());
    EXPECT_THAT(shared_keys({"Rossi", {}, 3}, {"Lea Rossi", {}, 3}), Not(IsEmpty()));
    EXPECT_THAT(shared_keys({"Rossi", {}, 3}, {"Lea Rossi", {}, 4}), IsEmpty());
    EXPECT_THAT(shared_keys({"Lea Rossi", {}}, {"Rosi, Lea", {}}), Not(IsEmpty()));
}

}  // namespace
