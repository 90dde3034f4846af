// What looks wrong in a postal address, and what is proposed instead.
#include <gmock/gmock.h>

#include <set>

#include "hub/customers/postal.hpp"

namespace {

using namespace customers;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Parts {
    std::string street;
    std::string postal_code;
    std::string city;
    std::string province;
    std::string country = "IT";
};

std::vector<AddressFinding> findings_of(const Parts& parts) {
    model::Fields fields;
    for (const auto& [name, value] :
         std::vector<std::pair<std::string, std::string>>{{"street", parts.street},
                                                          {"postal_code", parts.postal_code},
                                                          {"city", parts.city},
                                                          {"province", parts.province},
                                                          {"country", parts.country}})
        if (!value.empty()) fields[name].value = value;
    return check_address(fields);
}

// "field -> proposal", each finding.
std::vector<std::string> proposals_for(const Parts& parts) {
    std::vector<std::string> all;
    for (const AddressFinding& one : findings_of(parts)) {
        EXPECT_NE(one.problem, "");
        all.push_back(one.field + " -> " + one.proposal);
    }
    return all;
}

using Proposals = std::vector<std::string>;

Parts street(const std::string& text) {
    return {.street = text, .postal_code = "", .city = "", .province = ""};
}
Parts place(const std::string& code, const std::string& province) {
    return {.street = "", .postal_code = code, .city = "", .province = province};
}

TEST(Address, RightOnesGiveNothing) {
    for (const Parts& parts :
         std::vector<Parts>{{"Via Roma 1", "20121", "Milano", "MI"},
                            {"Viale Regina Margherita 12/b", "00198", "Roma", "RM"},
                            {"Piazza Castello, 4", "10121", "Torino", "TO"},
                            {"Corso Umberto I 7", "80138", "Napoli", "NA"},
                            {"Località Pian d'Assino snc", "06019", "Umbertide", "PG"},
                            {"Via S. Caterina 3", "39100", "Bolzano", "BZ"},
                            {"San Marco 1234", "30124", "Venezia", "VE"},
                            {"Strada statale 18, km 40", "84010", "Salerno", "SA"},
                            {"Via dell'Università 5", "47121", "Forlì", "FC"},
                            {"Largo Carlo Felice 2", "09124", "Cagliari", "CA"},
                            {"Via Dante 9", "08045", "Lanusei", "OG"},
                            {"Via Fiume 4", "09016", "Iglesias", "SU"},
                            {"Via Fiume 4", "09016", "Iglesias", "CI"},
                            {"Via Roma 1", "22061", "Campione d'Italia", "CO"},
                            {"P", "20121", "Milano", "MI"},
                            {"Via Roma 1", "20121", "Milano", "MI", ""}})
        EXPECT_THAT(proposals_for(parts), IsEmpty()) << parts.street << ", " << parts.city;
}

TEST(Address, PartsThatAreMissingAreNotMissed) {
    EXPECT_THAT(check_address({}), IsEmpty());
    EXPECT_THAT(findings_of(street("Via Roma 1")), IsEmpty());
    EXPECT_THAT(findings_of(place("20121", "")), IsEmpty());
    EXPECT_THAT(findings_of(place("", "MI")), IsEmpty());
}

TEST(Address, OfOtherCountriesNothingIsKnown) {
    for (const char* country : {"AT", "DE", "CH", "VA", "SM"})
        EXPECT_THAT(findings_of({"V. ROMA", "6020", "INNSBRUCK", "Tirol", country}), IsEmpty())
            << country;
    EXPECT_THAT(findings_of({"V. ROMA", "6020", "INNSBRUCK", "Tirol", "IT"}), SizeIs(4));
    EXPECT_THAT(findings_of({"V. ROMA", "6020", "INNSBRUCK", "Tirol", ""}), SizeIs(4));
}

TEST(Address, TheCodeOfTheVaticanIsGood) {
    for (const char* country : {"IT", "VA", ""})
        EXPECT_THAT(
            findings_of({"Via di Porta Angelica", "00120", "Città del Vaticano", "RM", country}),
            IsEmpty())
            << country;
}

TEST(Address, APostalCodeHasFiveDigits) {
    for (const auto& [code, proposal] :
         std::vector<std::pair<std::string, std::string>>{{"I-20121", "20121"},
                                                          {"IT 20121", "20121"},
                                                          {"20 121", "20121"},
                                                          {"185", "00185"},
                                                          {"8045", "08045"},
                                                          {"201211", ""},
                                                          {"Milano", ""},
                                                          {"2012l", "02012"},
                                                          {"20121-", "20121"},
                                                          {"20121, 20122", ""}}) {
        EXPECT_EQ(proposals_for(place(code, "")), Proposals{"postal_code -> " + proposal}) << code;
        EXPECT_THAT(findings_of(place(code, "")).front().problem, HasSubstr("five digits"));
    }
}

TEST(Address, ASpreadsheetTakesTheZeroAwayFromACode) {
    EXPECT_EQ(proposals_for({"Via Nazionale 10", "184", "Roma", "RM"}),
              Proposals{"postal_code -> 00184"});
    EXPECT_EQ(proposals_for({"Via Dante 9", "8100", "Nuoro", "NU"}),
              Proposals{"postal_code -> 08100"});
    EXPECT_EQ(proposals_for({"Via Mazzini 9", "6121", "Perugia", "PG"}),
              Proposals{"postal_code -> 06121"});
}

TEST(Address, ACodeThatNoProvinceHas) {
    for (const char* code : {"99999", "00000", "29999", "00009"}) {
        EXPECT_EQ(proposals_for(place(code, "MI")), Proposals{"postal_code -> "}) << code;
        EXPECT_THAT(findings_of(place(code, "MI")).front().problem, HasSubstr("no province"));
    }
}

TEST(Address, ACodeOfAnotherProvinceProposesThatOne) {
    EXPECT_EQ(proposals_for(place("10121", "MI")), Proposals{"province -> TO"});
    EXPECT_EQ(proposals_for(place("20900", "MI")), Proposals{"province -> MB"});
    EXPECT_EQ(proposals_for(place("10121", "Milano")), Proposals{"province -> TO"});
    EXPECT_THAT(findings_of(place("10121", "MI")).front().problem, HasSubstr("Torino"));
}

TEST(Address, AProvinceIsWrittenAsItsTwoLetters) {
    for (const auto& [name, code] :
         std::vector<std::pair<std::string, std::string>>{{"Milano", "MI"},
                                                          {"milano", "MI"},
                                                          {"mi", "MI"},
                                                          {"Forlì-Cesena", "FC"},
                                                          {"FORLI-CESENA", "FC"},
                                                          {"L'Aquila", "AQ"},
                                                          {"la spezia", "SP"}}) {
        EXPECT_EQ(proposals_for(place("", name)), Proposals{"province -> " + code}) << name;
        EXPECT_THAT(findings_of(place("", name)).front().problem, HasSubstr("two letters"));
    }
}

TEST(Address, AProvinceThatIsNoneProposesThatOfTheCode) {
    EXPECT_EQ(proposals_for(place("20121", "XX")), Proposals{"province -> MI"});
    EXPECT_EQ(proposals_for(place("20121", "(MI)")), Proposals{"province -> MI"});
    EXPECT_EQ(proposals_for(place("", "Lombardia")), Proposals{"province -> "});
}

TEST(Address, TheKindOfAStreetIsWrittenInFull) {
    for (const auto& [brief, whole] : std::vector<std::pair<std::string, std::string>>{
             {"V. Roma 1", "Via Roma 1"},
             {"V.Roma 1", "Via Roma 1"},
             {"v. roma 1", "Via roma 1"},
             {"V. G. Verdi 3", "Via G. Verdi 3"},
             {"V.le Monza 5", "Viale Monza 5"},
             {"Vle Monza 5", "Viale Monza 5"},
             {"P.zza Duomo", "Piazza Duomo"},
             {"P.za Duomo", "Piazza Duomo"},
             {"P.le Loreto 1", "Piazzale Loreto 1"},
             {"C.so Buenos Aires 33", "Corso Buenos Aires 33"},
             {"C/so Buenos Aires 33", "Corso Buenos Aires 33"},
             {"L.go Augusto 3", "Largo Augusto 3"},
             {"Loc. Pian di Mezzo", "Località Pian di Mezzo"},
             {"Fraz. Corti 8", "Frazione Corti 8"},
             {"C.da Fontana 8", "Contrada Fontana 8"},
             {"Str. Provinciale 4", "Strada Provinciale 4"}}) {
        EXPECT_EQ(proposals_for(street(brief)), Proposals{"street -> " + whole});
        EXPECT_THAT(proposals_for(street(whole)), IsEmpty()) << "and then it is good";
    }
}

TEST(Address, WordsThatOnlyLookLikeAnAbbreviationAreLeftAlone) {
    for (const char* text : {"S. Marco 1234", "Via", "V.", "Vico Lungo 3", "Rio Terà 5", "Calle 3",
                             "Borgo S. Croce 2", "Via P. Nenni 4", "Contrà Riale 9"})
        EXPECT_THAT(proposals_for(street(text)), IsEmpty()) << text;
}

TEST(Address, AKindAbbreviatedInCapitalsIsStillThatKind) {
    for (const auto& [text, begin] : std::vector<std::pair<std::string, std::string>>{
             {"V.LE MONZA 5", "street -> Viale M"},
             {"P.ZZA DUOMO 1", "street -> Piazza D"},
             {"P.LE LORETO 1", "street -> Piazzale L"},
             {"C.SO MATTEOTTI 1", "street -> Corso M"},
             {"Z.I. Nord 5", "street -> Zona Industriale N"}}) {
        const auto proposals = proposals_for(street(text));
        ASSERT_THAT(proposals, SizeIs(1)) << text;
        EXPECT_THAT(proposals.front(), testing::StartsWith(begin)) << text;
    }
}

TEST(Address, NamesAreNotInCapitalsThroughout) {
    EXPECT_EQ(proposals_for({"VIA GARIBALDI 3", "20121", "MILANO", "MI"}),
              (Proposals{"street -> Via Garibaldi 3", "city -> Milano"}));
    EXPECT_EQ(proposals_for({"", "67100", "L'AQUILA", "AQ"}), Proposals{"city -> L'Aquila"});
    EXPECT_EQ(proposals_for({"", "", "REGGIO NELL'EMILIA", ""}),
              Proposals{"city -> Reggio Nell'Emilia"});
    EXPECT_EQ(proposals_for({"", "", "BASSANO-DEL-GRAPPA", ""}),
              Proposals{"city -> Bassano-Del-Grappa"});
    EXPECT_THAT(proposals_for({"Via IV Novembre 3", "", "Milano", ""}), IsEmpty());
}

TEST(Address, EveryFindingIsToldAtOnce) {
    EXPECT_EQ(proposals_for({"V. Roma 1", "1012", "TORINO", "Torino"}),
              (Proposals{"street -> Via Roma 1", "city -> Torino", "postal_code -> 01012",
                         "province -> TO"}));
}

TEST(Provinces, EachStandsOnceWithRangesOfFiveDigitsThatRise) {
    std::set<std::string_view> codes;
    std::set<std::string_view> names;
    for (const Province& province : italian_provinces()) {
        EXPECT_TRUE(codes.insert(province.code).second) << province.code;
        EXPECT_TRUE(names.insert(province.name).second) << province.name;
        EXPECT_EQ(province.code.size(), 2U) << province.name;
        std::string last;
        for (std::size_t at = 0; at < province.codes.size(); at += 6) {
            const std::string code{province.codes.substr(at, 5)};
            EXPECT_EQ(code.find_first_not_of("0123456789"), std::string::npos) << province.codes;
            EXPECT_EQ(code.size(), 5U) << province.codes;
            EXPECT_LT(last, code) << province.codes;
            last = code;
            const std::string_view mark = province.codes.substr(at + 5).substr(0, 1);
            EXPECT_TRUE(mark.empty() || mark == "," || mark == "-") << province.codes;
        }
    }
    EXPECT_GE(codes.size(), 107U) << "Italy has not fewer";
}

TEST(Provinces, EachIsFoundByItsOwnFirstAndLastCode) {
    for (const Province& province : italian_provinces())
        for (const std::string_view code :
             {province.codes.substr(0, 5), province.codes.substr(province.codes.size() - 5)})
            EXPECT_THAT(proposals_for(place(std::string{code}, std::string{province.code})),
                        IsEmpty())
                << province.name << " " << code;
}

}  // namespace
