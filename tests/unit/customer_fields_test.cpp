// What the fields of a contact may hold, what looks wrong in an address, what a customer is worth.
#include "hub/customers/fields.hpp"

#include <gmock/gmock.h>

#include <set>

#include "hub/customers/postal.hpp"
#include "hub/customers/value.hpp"

namespace {

using namespace customers;
using model::AttributeType;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Checked checked(std::string_view name, std::string_view value) {
    return checked_field(name, value, {});
}

void expect_good(std::string_view name, const std::vector<std::string>& values) {
    for (const std::string& value : values) {
        EXPECT_EQ(checked(name, value).fault, "") << name << " " << value;
        EXPECT_EQ(checked(name, value).value, value) << name;
    }
}

void expect_bad(std::string_view name, const std::vector<std::string>& values) {
    for (const std::string& value : values)
        EXPECT_NE(checked(name, value).fault, "") << name << " " << value;
}

TEST(ContactField, EachNameStandsOnce) {
    std::set<std::string_view> names;
    for (const FieldRule& rule : contact_fields()) {
        EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
        EXPECT_FALSE(rule.name.starts_with(attribute_prefix)) << rule.name;
    }
    EXPECT_TRUE(names.contains("name"));
}

TEST(ContactField, ValuesAreTrimmedAndOfNothingThereIsNone) {
    EXPECT_EQ(checked("name", " \tLea Rossi\r\n").value, "Lea Rossi");
    EXPECT_EQ(checked("potential", " 7 ").value, "7");
    for (const FieldRule& rule : contact_fields())
        for (const char* nothing : {"", " ", "\t\r\n"}) {
            EXPECT_EQ(checked(rule.name, nothing).value, "") << rule.name;
            EXPECT_EQ(checked(rule.name, nothing).fault, "") << rule.name;
        }
}

TEST(ContactField, AnUnknownNameIsAFault) {
    for (const char* name : {"colour", "", "Name", "name ", "attribute"})
        EXPECT_THAT(checked(name, "red").fault, HasSubstr("no field")) << name;
}

TEST(ContactField, MoreBytesThanItHoldsAreAFault) {
    for (const FieldRule& rule : contact_fields()) {
        const std::string number = std::to_string(rule.bytes_max);
        EXPECT_THAT(checked(rule.name, std::string(rule.bytes_max + 1, '1')).fault,
                    HasSubstr("longer than " + number))
            << rule.name;
        EXPECT_THAT(checked(rule.name, std::string(rule.bytes_max, '1')).fault,
                    testing::Not(HasSubstr("longer")))
            << rule.name;
    }
    expect_good("name", {std::string(200, 'a')});
}

TEST(ContactField, ALanguageIsWrittenAsBcp47Does) {
    expect_good("language", {"it", "de-AT", "zh-Hans-CN", "gsw", "es-419"});
    expect_bad("language", {"i", "italiano", "de_AT", "-it", "it-", "de--AT", "1t", "it IT"});
}

TEST(ContactField, ATimeZoneIsWrittenAsIanaDoes) {
    expect_good("time_zone", {"Europe/Rome", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+3"});
    expect_bad("time_zone",
               {"Rome", "CET", "/Rome", "+01:00", "Europe/R\xC3\xB4me", "Europe Rome"});
}

TEST(ContactField, ACountryIsTwoCapitals) {
    expect_good("country", {"IT", "AT"});
    EXPECT_EQ(checked("country", "it").value, "IT");
    EXPECT_EQ(checked("country", "it").fault, "");
    expect_bad("country", {"I", "I1", "ITA", "Italia", "39"});
}

TEST(ContactField, AnAmountIsANumberOfZeroOrMore) {
    expect_good("revenue", {"0", "12000", "12000.50", "1e5"});
    expect_bad("revenue", {"-1", "12.000,50", "12 000", "12000 EUR", "inf", "nan", "1e999", "x"});
}

TEST(ContactField, PointsAreANumberFromZeroToAHundred) {
    for (const char* name : {"potential", "loyalty", "influence"}) {
        expect_good(name, {"0", "100", "33.3"});
        expect_bad(name, {"-0.1", "100.1", "50%", "nan", "many"});
    }
}

TEST(ContactField, AFlagIsYesOrNothing) {
    for (const char* name : {"blocked", "do_not_contact"}) {
        for (const char* value : {"yes", "true", "1"})
            EXPECT_EQ(checked(name, value).value, "yes") << value;
        for (const char* value : {"no", "false", "0"}) {
            EXPECT_EQ(checked(name, value).value, "") << value;
            EXPECT_EQ(checked(name, value).fault, "") << value;
        }
        expect_bad(name, {"perhaps", "2", "y"});
    }
}

TEST(ContactField, AnOwnerIsTheIdOfAnAgent) {
    expect_good("owner", {"1", "7213", "123456789012345678"});
    expect_bad("owner", {"Lea", "-1", "1.5", "0x1", "1234567890123456789"});
}

TEST(ContactField, AnAvatarNamesWhatWasUploaded) {
    expect_good("avatar", {std::string(64, 'a'), std::string(32, '0') + std::string(32, 'f')});
    expect_bad("avatar", {std::string(63, 'a'), std::string(64, 'g'), std::string(64, 'A'), "me"});
}

const std::map<model::AttributeId, model::AttributeDefinition>& attributes() {
    using enum AttributeType;
    static const std::map<model::AttributeId, model::AttributeDefinition> all = [] {
        std::map<model::AttributeId, model::AttributeDefinition> made;
        std::uint64_t id = 0;
        for (const auto& [key, type] : std::vector<std::pair<std::string, AttributeType>>{
                 {"note", text}, {"seats", number}, {"opened", date}, {"halal", flag}}) {
            const model::AttributeId next{++id};
            made[next] = {.id = next, .key = key, .label = key, .type = type, .choices = {}};
        }
        made[model::AttributeId{9}] = {.id = model::AttributeId{9},
                                       .key = "size",
                                       .label = "Size",
                                       .type = choice,
                                       .choices = {"small", "large"}};
        return made;
    }();
    return all;
}

Checked attribute(const std::string& key, std::string_view value) {
    return checked_field("attribute." + key, value, attributes());
}

TEST(Attribute, OfEachTypeHoldsWhatItsTypeSays) {
    const std::vector<std::pair<std::string, std::vector<std::string>>> good = {
        {"note", {"anything, really"}},
        {"seats", {"40", "-3.5", "0"}},
        {"opened", {"2026-11-22", "2024-02-29", "2000-02-29", "1999-12-31"}},
        {"halal", {"yes"}},
        {"size", {"small", "large"}}};
    for (const auto& [key, values] : good)
        for (const std::string& value : values) {
            EXPECT_EQ(attribute(key, " " + value + " ").value, value) << key;
            EXPECT_EQ(attribute(key, value).fault, "") << key << " " << value;
        }
    EXPECT_EQ(attribute("halal", "no").value, "");
    EXPECT_EQ(attribute("halal", "no").fault, "");
}

TEST(Attribute, WhatItsTypeDoesNotHoldIsAFault) {
    const std::vector<std::pair<std::string, std::vector<std::string>>> bad = {
        {"seats", {"forty", "4,5", "4 0", "nan"}},
        {"opened",
         {"2026-02-29", "1900-02-29", "2026-13-01", "2026-00-01", "2026-04-31", "22-11-2026",
          "2026/11/22", "2026-1-1", "2026-11-22T00:00"}},
        {"halal", {"maybe"}},
        {"size", {"medium", "Small", "small, large"}}};
    for (const auto& [key, values] : bad)
        for (const std::string& value : values)
            EXPECT_NE(attribute(key, value).fault, "") << key << " " << value;
    EXPECT_THAT(attribute("size", "medium").fault, HasSubstr("small, large"));
}

TEST(Attribute, LettersAndSignsInADayAreAFault) {
    for (const char* value : {"20a6-11-22", "2026-1x-22", "2026-11-2x", "-026-11-22", "2026-1 -22"})
        EXPECT_NE(attribute("opened", value).fault, "") << value;
}

TEST(Attribute, ThatNobodyAddedIsAFault) {
    for (const char* key : {"colour", "", "Note", "note "})
        EXPECT_THAT(attribute(key, "red").fault, HasSubstr("no such attribute")) << key;
    EXPECT_NE(checked_field("attribute.note", "x", {}).fault, "");
}

TEST(Attribute, IsTakenAwayByNothingAndHasAtMost2000Bytes) {
    for (const char* key : {"note", "seats", "opened", "halal", "size"}) {
        EXPECT_EQ(attribute(key, "  ").value, "") << key;
        EXPECT_EQ(attribute(key, "  ").fault, "") << key;
    }
    EXPECT_EQ(attribute("note", std::string(2000, 'a')).fault, "");
    EXPECT_THAT(attribute("note", std::string(2001, 'a')).fault, HasSubstr("2000"));
}

model::Fields known(const std::map<std::string, std::string>& values) {
    model::Fields fields;
    for (const auto& [name, value] : values) fields[name].value = value;
    return fields;
}

TEST(CustomerValue, IsTheSumOfSharesTimesPoints) {
    const auto score = value_of(
        known({{"revenue", "25000"}, {"potential", "80"}, {"loyalty", "50"}, {"influence", "100"}}),
        {});
    ASSERT_TRUE(score);
    EXPECT_DOUBLE_EQ(score->score, 0.4 * 50 + 0.3 * 80 + 0.2 * 50 + 0.1 * 100);
    std::vector<std::string> names;
    double shares = 0;
    double sum = 0;
    for (const ValuePart& part : score->parts) {
        names.emplace_back(part.name);
        shares += part.share;
        sum += part.share * part.points;
    }
    EXPECT_THAT(names, ElementsAre("revenue", "potential", "loyalty", "influence"));
    EXPECT_DOUBLE_EQ(shares, 1);
    EXPECT_NEAR(sum, score->score, 0.05) << "anybody can check it";
}

TEST(CustomerValue, RevenueCountsAHundredFromTheFullAmountOn) {
    const model::ValueFormula formula{.version = 1,
                                      .revenue = 1,
                                      .potential = 0,
                                      .loyalty = 0,
                                      .influence = 0,
                                      .revenue_full = 2000};
    for (const auto& [revenue, score] : std::vector<std::pair<std::string, double>>{
             {"0", 0}, {"500", 25}, {"1500", 75}, {"2000", 100}, {"9e9", 100}, {"333", 16.7}})
        EXPECT_NEAR(value_of(known({{"revenue", revenue}}), formula)->score, score, 0.051)
            << revenue;
    EXPECT_DOUBLE_EQ(value_of(known({{"revenue", "333"}}), formula)->score, 16.7) << "one decimal";
}

TEST(CustomerValue, WhatIsUnknownCountsZeroAndNothingKnownIsNoScore) {
    EXPECT_FALSE(value_of({}, {}));
    EXPECT_FALSE(value_of(known({{"name", "Lea"}, {"segment", "parlour"}}), {}));
    EXPECT_DOUBLE_EQ(value_of(known({{"loyalty", "50"}}), {})->score, 10);
    EXPECT_DOUBLE_EQ(value_of(known({{"loyalty", "0"}}), {})->score, 0);
}

TEST(CustomerValue, OnlyTheSharesOfTheWeightsCount) {
    const auto fields = known({{"revenue", "10000"}, {"potential", "70"}, {"influence", "30"}});
    model::ValueFormula formula;
    const double score = value_of(fields, formula)->score;
    for (double* weight :
         {&formula.revenue, &formula.potential, &formula.loyalty, &formula.influence})
        *weight *= 2.5;
    EXPECT_DOUBLE_EQ(value_of(fields, formula)->score, score);
    formula = {.version = 1,
               .revenue = 0,
               .potential = 0,
               .loyalty = 0,
               .influence = 0,
               .revenue_full = 0};
    EXPECT_DOUBLE_EQ(value_of(fields, formula)->score, 0) << "nothing is divided by 0";
}

TEST(CustomerValue, HalvesAndDoublesTheValueOfWork) {
    for (const auto& [score, factor] :
         std::vector<std::pair<double, double>>{{0, 0.5}, {25, 0.75}, {50, 1}, {75, 1.5}, {100, 2}})
        EXPECT_DOUBLE_EQ(value_factor(score), factor) << score;
    EXPECT_DOUBLE_EQ(value_factor(std::nullopt), 1);
}

}  // namespace
