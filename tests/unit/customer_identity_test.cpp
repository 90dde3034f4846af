// How text, mail addresses, telephone numbers and handles are brought into one form.
#include "hub/customers/identity.hpp"

#include <gmock/gmock.h>

#include "hub/customers/fold.hpp"
#include "hub/customers/phone.hpp"

namespace {

using namespace customers;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;

struct Written {
    std::string text;
    std::string country;
    std::string number;  // empty: none
};

void expect_numbers(const std::vector<Written>& all) {
    for (const Written& one : all)
        EXPECT_EQ(e164(one.text, one.country).value_or(""), one.number)
            << "\"" << one.text << "\" in " << one.country;
}

TEST(Phone, AnItalianMobileIsOneNumberInWhateverWayItIsWritten) {
    for (const char* text :
         {"333 1234567", "333/1234567", "333-1234567", "333.123.45.67", "+39 333 1234567",
          "+393331234567", "(+39) 333 1234567", "+39.333.1234567", "+39-333-1234567",
          "+39 333/12 34 567", "0039 333 1234567", "0039-333-1234567", "00393331234567",
          " 333 123 4567 ", "\t3331234567", "333\u00A01234567", "333\u20111234567",
          "333\u20131234567"})
        EXPECT_THAT(e164(text, "IT"), Optional(std::string{"+393331234567"})) << text;
}

TEST(Phone, AnItalianFixedLineKeepsItsZero) {
    for (const char* text : {"02 1234567", "(02) 1234567", "02/1234567", "+39 02 1234567",
                             "+39 (0)2 1234567", "+39 (02) 1234567", "0039 02 1234567"})
        EXPECT_THAT(e164(text, "IT"), Optional(std::string{"+39021234567"})) << text;
    expect_numbers({{"0141 496 0115", "IT", "+3901414960115"},
                    {"0549 882345", "IT", "+390549882345"},
                    {"800 123456", "IT", "+39800123456"},
                    {"06 698 12345", "VA", "+390669812345"}});
}

TEST(Phone, AMobileOfThePrefix393IsNotTakenForTheCountrysCode) {
    expect_numbers({{"393 1234567", "IT", "+393931234567"},
                    {"391 5828684", "IT", "+393915828684"},
                    {"+39 393 1234567", "IT", "+393931234567"}});
}

TEST(Phone, AnItalianMobileWithTheCountrysCodeButWithoutPlus) {
    expect_numbers({{"39 333 1234567", "IT", "+393331234567"},
                    {"393331234567", "IT", "+393331234567"},
                    {"39 391 5828684", "IT", "+393915828684"}});
}

TEST(Phone, InGermanyAndAustriaTheTrunkZeroIsLeftOut) {
    expect_numbers({{"030 1234567", "DE", "+49301234567"},
                    {"+49 30 1234567", "DE", "+49301234567"},
                    {"+49 (0)30 1234567", "DE", "+49301234567"},
                    {"+49 (0) 171 / 3920000", "IT", "+491713920000"},
                    {"0049 (0)30/1234567", "IT", "+49301234567"},
                    {"0171-3920000", "DE", "+491713920000"},
                    {"0664 5563377", "AT", "+436645563377"},
                    {"+43 (0)732 / 554 644", "DE", "+43732554644"},
                    {"0043 1 9460421", "IT", "+4319460421"},
                    {"01 946 0421", "AT", "+4319460421"},
                    {"01/5321", "AT", "+4315321"}});
}

TEST(Phone, InFranceAndBritainToo) {
    expect_numbers({{"06 39 98 03 76", "FR", "+33639980376"},
                    {"06.39.98.03.76", "FR", "+33639980376"},
                    {"+33 (0)6 39 98 03 76", "IT", "+33639980376"},
                    {"0033 1 99 00 12 34", "IT", "+33199001234"},
                    {"07700 900969", "GB", "+447700900969"},
                    {"020 7946 0880", "GB", "+442079460880"},
                    {"+44 (0)20 7946 0880", "IT", "+442079460880"},
                    {"+44 (0) 113 / 4960534", "GB", "+441134960534"},
                    {"01481 960 194", "GG", "+441481960194"}});
}

TEST(Phone, InAmericaATrunkOneAndAPrefixForAbroad) {
    expect_numbers({{"(212) 555-0123", "US", "+12125550123"},
                    {"1-212-555-0123", "US", "+12125550123"},
                    {"212.555.0123", "US", "+12125550123"},
                    {"+1 (212) 555-0123", "IT", "+12125550123"},
                    {"001 212 555 0123", "IT", "+12125550123"},
                    {"011 39 02 1234567", "US", "+39021234567"},
                    {"011 49 30 1234567", "CA", "+49301234567"},
                    {"212 555 012", "US", ""},
                    {"2 212 555 0123", "US", ""}});
}

TEST(Phone, ATrunkOfTwoDigitsInHungaryAndAnEightInRussia) {
    expect_numbers({{"06 1 234 5678", "HU", "+3612345678"},
                    {"06-20-123-4567", "HU", "+36201234567"},
                    {"+36 20 123 4567", "IT", "+36201234567"},
                    {"+36 (06) 20 123 4567", "IT", "+36201234567"},
                    {"8 (495) 123-45-67", "RU", "+74951234567"},
                    {"+7 495 123-45-67", "IT", "+74951234567"},
                    {"812 123-45-67", "RU", "+78121234567"},
                    {"+7 812 123-45-67", "RU", "+78121234567"}});
}

TEST(Phone, TheCountryDecidesWhatTheSameDigitsAre) {
    expect_numbers({{"06 12 34 56 78", "IT", "+390612345678"},
                    {"06 12 34 56 78", "FR", "+33612345678"},
                    {"030 1234567", "IT", "+390301234567"},
                    {"030 1234567", "DE", "+49301234567"},
                    {"030 1234567", "XX", ""},
                    {"030 1234567", "", ""},
                    {"+49 30 1234567", "", "+49301234567"}});
}

TEST(Phone, TooShortOrTooLongIsNone) {
    expect_numbers({{"112", "IT", ""},
                    {"12345", "IT", ""},
                    {"+39 1", "IT", ""},
                    {"3331234567890", "IT", ""},
                    {"+39 3331234567890", "IT", ""},
                    {"+33 6 39 98 03", "FR", ""},
                    {"+33 6 39 98 03 76 76", "FR", ""},
                    {"+49 12345678901234", "DE", ""},
                    {"+49", "DE", ""},
                    {"+", "IT", ""},
                    {"00", "IT", ""},
                    {"", "IT", ""},
                    {"()-", "IT", ""},
                    {"+999 123456789", "IT", ""}});
}

TEST(Phone, LettersAndStrayPlusesMakeItNone) {
    expect_numbers({{"call me", "IT", ""},
                    {"0800 FLOWERS", "IT", ""},
                    {"333 1234567 Lea", "IT", ""},
                    {"333+1234567", "IT", ""},
                    {"++39 333 1234567", "IT", ""},
                    {"39+3331234567", "IT", ""},
                    {"lea@example.org", "IT", ""}});
}

TEST(Phone, AnExtensionIsCutOff) {
    expect_numbers({{"02 1234567 x12", "IT", "+39021234567"},
                    {"02 1234567 X 12", "IT", "+39021234567"},
                    {"02 1234567#12", "IT", "+39021234567"},
                    {"+44 20 7946 0880;ext=12", "IT", "+442079460880"},
                    {"x12", "IT", ""}});
}

TEST(Phone, AnExtensionWrittenAsExtIsCutOffToo) {
    expect_numbers({{"+44 20 7946 0880 ext. 12", "IT", "+442079460880"},
                    {"(212) 555-0123 ext 12", "US", "+12125550123"}});
}

TEST(Phone, InvisibleMarksOfACopiedNumberDoNotCount) {
    // Address books wrap numbers in directional marks; French typography parts with U+202F.
    expect_numbers({{"\u202A+39 333 1234567\u202C", "IT", "+393331234567"},
                    {"\u200E+39 333 1234567", "IT", "+393331234567"},
                    {"06\u202F39\u202F98\u202F03\u202F76", "FR", "+33639980376"}});
}

TEST(Phone, NoCallingCodeIsTheBeginningOfAnotherAndAllFit) {
    const auto codes = calling_codes();
    EXPECT_GT(codes.size(), 200U);
    for (const CallingCode& one : codes) {
        for (const CallingCode& other : codes)
            EXPECT_FALSE(&one != &other && other.code.starts_with(one.code))
                << one.code << " " << other.code;
        EXPECT_LE(one.digits_min, one.digits_max) << one.code;
        EXPECT_LE(one.code.size() + one.digits_min, 15U) << one.code;
        EXPECT_EQ(one.countries.size() % 2, 0U) << one.code;
    }
}

TEST(Phone, WhatWasReadOnceIsReadTheSameAgain) {
    for (const CallingCode& code : calling_codes())
        for (unsigned digits = code.digits_min; digits <= code.digits_max; ++digits) {
            const std::string number =
                "+" + std::string{code.code} + "2" + std::string(digits - 1, '3');
            if (number.size() > 16) continue;
            EXPECT_THAT(e164(number, "IT"), Optional(number));
            EXPECT_THAT(e164("00" + number.substr(1), "IT"), Optional(number));
        }
}

TEST(MailIdentity, IsTrimmedAndInLowerCase) {
    for (const char* text : {"lea@example.org", " Lea@Example.ORG ", "LEA@EXAMPLE.ORG\r\n"})
        EXPECT_EQ(checked_identity("email", text, "IT").value, "lea@example.org") << text;
    EXPECT_EQ(checked_identity("email", "o'neill+shop@a-b.example", "").value,
              "o'neill+shop@a-b.example");
    EXPECT_EQ(checked_identity("email", "lea@example.org", "").fault, "");
}

TEST(MailIdentity, WhatIsNoneIsAFaultWithAnExample) {
    for (const char* text :
         {"lea", "@example.org", "lea@", "@", "lea @example.org", "Lea <lea@example.org>",
          "a@x.test,b@x.test", "a@x.test;b@x.test", "lea@exam\tple.org", "lea\x7f@example.org"}) {
        const Checked checked = checked_identity("email", text, "IT");
        EXPECT_THAT(checked.fault, HasSubstr("lea@example.org")) << text;
        EXPECT_EQ(checked.value, "") << text;
    }
}

TEST(MailIdentity, TwoAtSignsAreATypo) {
    EXPECT_NE(checked_identity("email", "lea@@example.org", "IT").fault, "");
}

TEST(PhoneIdentity, IsE164OrAFaultThatSaysWhatToWrite) {
    EXPECT_EQ(checked_identity("phone", " 333 1234567 ", "IT").value, "+393331234567");
    EXPECT_EQ(checked_identity("phone", "+43 664 5563377", "IT").value, "+436645563377");
    const Checked fault = checked_identity("phone", "12", "IT");
    EXPECT_EQ(fault.value, "");
    EXPECT_THAT(fault.fault, HasSubstr("outside IT begin with +"));
}

TEST(Handle, IsKeptWithoutItsAtSignInLowerCase) {
    EXPECT_EQ(checked_identity("telegram", " @Cecco_Tag ", "IT").value, "cecco_tag");
    EXPECT_EQ(checked_identity("instagram", "susy.baba", "IT").value, "susy.baba");
    EXPECT_EQ(checked_identity("mastodon", "@Sprinkles@craic.test", "IT").value,
              "sprinkles@craic.test");
    EXPECT_EQ(checked_identity("telegram", "@cecco_tag", "IT").fault, "");
}

TEST(Handle, OfNothingIsAFault) {
    for (const char* text : {"", "  \t", "@", " @ "})
        EXPECT_THAT(checked_identity("telegram", text, "IT").fault, HasSubstr("needs a value"))
            << "\"" << text << "\"";
}

TEST(Identity, AKindIsASmallWord) {
    for (const std::string& kind :
         {std::string{}, std::string{"Email"}, std::string{"e-mail"}, std::string{"my kind"},
          std::string{"café"}, std::string(31, 'a')})
        EXPECT_THAT(checked_identity(kind, "lea@example.org", "IT").fault, HasSubstr("a kind is"))
            << kind;
    EXPECT_EQ(checked_identity("x_2", "lea", "IT").fault, "");
    EXPECT_EQ(checked_identity(std::string(30, 'a'), "lea", "IT").fault, "");
}

TEST(Identity, HasAtMost320BytesWithoutTheSpacesAround) {
    const std::string longest = std::string(308, 'a') + "@example.org";
    EXPECT_EQ(checked_identity("email", "  " + longest + "  ", "IT").value, longest);
    EXPECT_THAT(checked_identity("email", "a" + longest, "IT").fault, HasSubstr("320"));
}

TEST(MailKey, DropsWhatFollowsAPlusEverywhereAndDotsAtGmailAlone) {
    EXPECT_EQ(mail_key("Lea.Rossi+Shop@Gmail.com"), "learossi@gmail.com");
    EXPECT_EQ(mail_key("l.e.a.rossi@googlemail.com"), "learossi@gmail.com");
    EXPECT_EQ(mail_key("lea.rossi+a+b@example.org"), "lea.rossi@example.org");
    EXPECT_EQ(mail_key("LEA.ROSSI@example.org"), "lea.rossi@example.org");
    EXPECT_NE(mail_key("lea.rossi@example.org"), mail_key("learossi@example.org"));
    EXPECT_NE(mail_key("lea@gmail.com"), mail_key("lea@gmail.com.example.org"));
}

TEST(MailKey, WhatIsUnusualStaysAsItIs) {
    EXPECT_EQ(mail_key("+shop@example.org"), "+shop@example.org");
    EXPECT_EQ(mail_key("\"a@b\"@example.org"), "\"a@b\"@example.org");
    EXPECT_EQ(mail_key("Lea"), "lea");
    EXPECT_EQ(mail_key(""), "");
    EXPECT_EQ(mail_key("JÜRGEN@example.org"), "jurgen@example.org");
}

TEST(Fold, AccentsCaseAndTheGermanSharpSDoNotCount) {
    EXPECT_EQ(folded("perché"), "perche");
    EXPECT_EQ(folded("PERCHÉ"), "perche");
    EXPECT_EQ(folded("Straße"), "strasse");
    EXPECT_EQ(folded("STRASSE"), "strasse");
    EXPECT_EQ(folded("Müller"), "muller");
    EXPECT_EQ(folded("Ñandu García"), "nandu garcia");
    EXPECT_EQ(folded("İzmir"), "izmir");
    EXPECT_EQ(folded("Lucia"), "lucia");
    EXPECT_EQ(folded(""), "");
}

TEST(Fold, ACombiningAccentIsTheSameAsALetterWithOne) {
    EXPECT_EQ(folded("perche\u0301"), folded("perché"));
    EXPECT_EQ(folded("u\u0308ber"), "uber");
    EXPECT_EQ(folded("ﬁore"), "fiore") << "a ligature is its letters";
    EXPECT_EQ(folded("Ｍａrio"), "mario") << "wide letters are letters";
}

TEST(Fold, BytesThatAreNotUtf8BecomeTheReplacementCharacter) {
    EXPECT_EQ(folded("caf\xE9"), "caf\uFFFD");
    EXPECT_EQ(folded("\xFFLea"), "\uFFFDlea");
    EXPECT_EQ(folded(folded("caf\xE9")), "caf\uFFFD");
}

TEST(Fold, ShowyCapitalsOfSocialNetworksAreLettersToo) {
    EXPECT_EQ(folded("𝐌𝐚𝐫𝐢𝐨"), "mario");
    EXPECT_EQ(folded("№ 5"), "no 5");
    EXPECT_EQ(folded(folded("№")), folded("№"));
}

TEST(Fold, WordsAreLettersAndDigits) {
    EXPECT_THAT(folded_words("  Rossi, Mario (jr.)"), ElementsAre("rossi", "mario", "jr"));
    EXPECT_THAT(folded_words("O'Neill-Grün 2"), ElementsAre("o", "neill", "grun", "2"));
    EXPECT_THAT(folded_words("lea_rossi"), ElementsAre("lea", "rossi"));
    EXPECT_THAT(folded_words("Мария"), ElementsAre("мария"));
    EXPECT_THAT(folded_words(" .,-"), IsEmpty());
    EXPECT_THAT(folded_words(""), IsEmpty());
}

TEST(Fold, TypographicSignsAndPicturesAreNoLetters) {
    EXPECT_THAT(folded_words("O’Neill"), ElementsAre("o", "neill"));
    EXPECT_THAT(folded_words("Rossi – Bianchi"), ElementsAre("rossi", "bianchi"));
    EXPECT_THAT(folded_words("Tom Huber 🍨"), ElementsAre("tom", "huber"));
}

}  // namespace
