// What a customer wrote, without what her mail program put around it: the rules one by one. The
// expectations of others are in tests/mail.
#include "connectors/email/reply_trim.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using namespace connectors::email;

TEST(TrimReply, AnIntroductionBeginsTheHistoryInManyLanguages) {
    for (const std::string introduction :
         {"On Fri, 21 Nov 2025 at 10:00, Ada <ada@desk.test> wrote:",
          "On 21-Nov-2025, at 10:00, Ada <ada@desk.test> sent:",
          "Il giorno ven 21 nov 2025 alle ore 10:00 Ada <ada@desk.test> ha scritto:",
          "Am Fr., 21. Nov. 2025 um 10:00 Uhr schrieb Ada <ada@desk.test>:",
          "Le ven. 21 nov. 2025 à 10:00, Ada <ada@desk.test> a écrit :",
          "El vie, 21 nov 2025 a las 10:00, Ada (<ada@desk.test>) escribió:",
          "Em sex., 21 de nov. de 2025 às 10:00, Ada <ada@desk.test> escreveu:",
          "Op vr 21 nov 2025 om 10:00 schreef Ada <ada@desk.test>:",
          "Op 21-nov.-2025, om 10:00 heeft Ada <ada@desk.test> het volgende geschreven:",
          "Den fre 21 nov. 2025 kl 10:00 skrev Ada <ada@desk.test>:",
          "På 21 november 2025 på 10:00, Ada (ada@desk.test) skrev:",
          "W dniu 21.11.2025 o 10:00, Ada pisze i napisał:",
          "pt., 21 lis 2025 o 10:00 Ada <ada@desk.test> napisał:",
          "21 ноября 2025 г., 10:00, Ada <ada@desk.test> написал:",
          "21.11.2025 10:00, Ada пишет:",
          "pe 21. marrask. 2025 klo 10.00 Ada (ada@desk.test) kirjoitti:",
          "Vào 10:00 21 tháng 11, 2025, Ada <ada@desk.test> đã viết:",
          "Ada <ada@desk.test>, 21 Kas 2025 Cum, 10:00 tarihinde şunu yazdı:",
          "Ada <ada@desk.test> ezt írta (2025. nov. 21., P, 10:00):",
          "Dne pá 21. 11. 2025 10:00 Ada <ada@desk.test> napsal:",
          "Pe vin., 21 nov. 2025 la 10:00, Ada <ada@desk.test> a scris:"})
        EXPECT_EQ(trim_reply("Thank you!\n\n" + introduction + "\n\n> Hello\n> there\n"),
                  "Thank you!")
            << introduction;
}

TEST(TrimReply, AnIntroductionMayNameNoAddress) {
    for (const std::string introduction :
         {"On 21 Nov 2025, Ada wrote:", "Il 21/11/2025 10:00, Ada ha scritto:",
          "Am 21.11.2025 um 10:00 schrieb Ada:", "Le 21/11/2025 à 10:00, Ada a écrit :",
          "El 21/11/2025 a las 10:00, Ada escribió:", "Em 21/11/2025 às 10:00, Ada escreveu:",
          "Op 21-11-2025 om 10:00 schreef Ada:", "Den 21. november 2025 skrev Ada:",
          "På 21 november 2025, Ada skrev:", "W dniu 21.11.2025 o 10:00, Ada napisał:",
          "Dnia 21.11.2025 Ada napisał:", "Dne 21. 11. 2025 Ada napsal:",
          "Vào 10:00 21 tháng 11, 2025, Ada đã viết:", "Pe 21 nov. 2025, Ada a scris:",
          "La 21 nov. 2025, Ada a scris:", "-On 21 Nov 2025, Ada wrote:-"})
        EXPECT_EQ(trim_reply("Thank you!\n\n" + introduction + "\n> Hello"), "Thank you!")
            << introduction;
}

TEST(TrimReply, AnIntroductionNeedsNoQuotedLinesBelow) {
    EXPECT_EQ(
        trim_reply("Thank you!\n\nOn 21 Nov 2025, Ada <ada@desk.test> wrote:\n\nHello\nthere"),
        "Thank you!");
    EXPECT_EQ(trim_reply("Thank you!\n\nLe 21 nov. 2025, Ada <ada@desk.test> a écrit :\n\nSalut"),
              "Thank you!");
}

TEST(TrimReply, AnIntroductionMayHaveADateAndAnAddressButNoVerb) {
    EXPECT_EQ(trim_reply("Thanks.\n2025-11-21 10:00 GMT+01:00 Ada <ada@desk.test>:\n\n> Hello"),
              "Thanks.");
    EXPECT_EQ(trim_reply("Thanks.\n2025/11/21 Ada <ada@desk.test>\n\n> Hello"), "Thanks.");
    EXPECT_EQ(trim_reply("Thanks.\n21.11.2025, 10:00, \"Ada\" <ada@desk.test>:\n> Hello"),
              "Thanks.");
}

TEST(TrimReply, AnIntroductionMayBeFoldedOverSeveralLines) {
    for (const std::string introduction :
         {"On Fri, 21 Nov 2025 at 10:00, Ada Lovelace of the desk\n<ada@desk.test> wrote:",
          "On Nov 21, 2025, at 10:00, Ada Lovelace <\nada@desk.test>\nwrote:",
          "Il giorno ven 21 nov 2025 alle ore 10:00 Ada Lovelace\n<ada@desk.test> ha scritto:",
          "Am 21.11.2025 um 10:00 Uhr schrieb\nAda Lovelace <ada@desk.test>:",
          "Le ven. 21 nov. 2025 à 10:00, Ada Lovelace\n<ada@desk.test> a\nécrit :",
          "On Fri, Nov 21, 2025 at 10:00 Ada Lovelace\n\n<\nmailto:ada@desk.test\n> wrote:"})
        EXPECT_EQ(trim_reply("Thanks.\n\n" + introduction + "\n> Hello\n"), "Thanks.")
            << introduction;
}

TEST(TrimReply, AnIntroductionMayStandBehindTheReply) {
    EXPECT_EQ(trim_reply("Yes. On Fri, Nov 21, 2025 at 10:00, ada@desk.test wrote:\n> Hi"), "Yes.");
    EXPECT_EQ(trim_reply("One\ntwo--- On Fri, Nov 21, 2025, ada@desk.test wrote:\n> Hi"),
              "One\ntwo");
}

TEST(TrimReply, ASeparatorBeginsTheHistoryInManyLanguages) {
    for (const std::string separator :
         {"-----Original Message-----", "-------- Original Message --------",
          "-----Messaggio originale-----", "-----Ursprüngliche Nachricht-----",
          "-----Mensaje original-----", "-----Message d'origine-----",
          "----- Mensagem Original -----", "-----Oorspronkelijk bericht-----",
          "-----Ursprungligt meddelande-----", "-----Oprindelig meddelelse-----",
          "-----Oryginalna wiadomość-----", "---- Ada Lovelace wrote ----"})
        EXPECT_EQ(trim_reply("Yes.\n\n" + separator + "\nHello\nthere\n"), "Yes.") << separator;
}

TEST(TrimReply, ABlockOfHeaderLinesBeginsTheHistoryInManyLanguages) {
    for (const std::string block :
         {"From: Ada <ada@desk.test>\nSent: 21 November 2025 10:00\nTo: Lea\nSubject: Parcel",
          "*From:* Ada\n*Sent:* 2025-11-21\n*To:* lea@kunde.test\n*Subject:* Parcel",
          "Da: Ada <ada@desk.test>\nInviato: venerdì 21 novembre 2025\nA: Lea\nOggetto: Pacco",
          "Von: Ada <ada@desk.test>\nGesendet: 21. November 2025\nAn: Lea\nBetreff: Paket",
          "De : Ada <ada@desk.test>\nEnvoyé : 21 novembre 2025\nÀ : Lea\nObjet : Colis",
          "De: Ada <ada@desk.test>\nEnviado el: 21 de noviembre\nPara: Lea\nAsunto: Paquete",
          "Van: Ada <ada@desk.test>\nVerzonden: 21 november 2025\nAan: Lea\nOnderwerp: Pakje",
          "Fra: Ada <ada@desk.test>\nSendt: 21. november 2025\nTil: Lea\nEmne: Pakke",
          "Från: Ada <ada@desk.test>\nSkickat: den 21 november\nTill: Lea\nÄmne: Paket",
          "Od: Ada <ada@desk.test>\nWysłano: 21 listopada 2025\nDo: Lea\nTemat: Paczka",
          "От: Ada <ada@desk.test>\nОтправлено: 21 ноября 2025\nКому: Lea\nТема: Посылка",
          "Date: Fri, 21 Nov 2025 10:00:00 +0100\nFrom: ada@desk.test\nTo: lea@kunde.test",
          "________________________________\nFrom: Ada <ada@desk.test>\nSent: 21 November 2025"})
        EXPECT_EQ(trim_reply("Yes.\n\n" + block + "\n\nHello\n"), "Yes.") << block;
}

TEST(TrimReply, TwoHeaderLinesAreABlock) {
    for (const std::string block :
         {"From: Ada\nSent: today", "Da: Ada\nInviato: oggi", "Da: Ada\nData: oggi",
          "Von: Ada\nGesendet: heute", "Von: Ada\nDatum: heute", "De : Ada\nEnvoyé : hier",
          "De: Ada\nFecha: hoy", "De: Ada\nEnviado: hoje", "Van: Ada\nVerzonden: vandaag",
          "Fra: Ada\nSendt: i dag", "Fra: Ada\nDato: i dag", "Från: Ada\nSkickat: idag",
          "Od: Ada\nWysłano: dziś", "От: Ada\nДата: сегодня", "Lähettäjä: Ada\nDate: today",
          "Date: today\nSubject: Parcel", "Data: oggi\nOggetto: Pacco",
          "Datum: heute\nBetreff: Paket"})
        EXPECT_EQ(trim_reply("Yes.\n\n" + block + "\n\nHello\n"), "Yes.") << block;
}

TEST(TrimReply, AValueOfTheHeaderBlockMayBeFolded) {
    EXPECT_EQ(trim_reply("Yes.\nFrom: Ada Lovelace of the service desk\n<ada@desk.test>\n"
                         "Sent: 21 November 2025\n\nHello"),
              "Yes.");
    EXPECT_EQ(trim_reply("Yes.\nFrom: Ada\n\nSent: today"), "Yes.\nFrom: Ada\n\nSent: today")
        << "a blank line ends the block";
}

TEST(TrimReply, QuotedLinesThatEndTheTextAreHistory) {
    EXPECT_EQ(trim_reply("Yes.\n\n> really?\n>\n> sure?\n"), "Yes.");
    EXPECT_EQ(trim_reply("Yes.\n\n| really?\n|\n| sure?\n"), "Yes.");
    EXPECT_EQ(trim_reply("Yes.\n>> deep\n> less deep\n"), "Yes.");
    EXPECT_EQ(trim_reply("one\n\ntwo\n"), "one\n\ntwo");
    EXPECT_EQ(trim_reply("5 > 3 holds\n"), "5 > 3 holds");
    EXPECT_EQ(trim_reply("See\n> this\nthere"), "See\n> this\nthere") << "they do not end it";
}

TEST(TrimReply, AnswersBetweenQuotedLinesKeepThoseLines) {
    EXPECT_EQ(trim_reply("Hi,\n\nOn Fri 21 Nov, Ada wrote:\n> Which size?\nSize 42.\n"
                         "> Which colour?\nRed."),
              "Hi,\n\n> Which size?\nSize 42.\n> Which colour?\nRed.");
    EXPECT_EQ(
        trim_reply("On Fri 21 Nov, Ada wrote:\n> Which size?\nSize 42.\n> Which colour?\nRed."),
        "> Which size?\nSize 42.\n> Which colour?\nRed.");
    EXPECT_EQ(trim_reply("Hi,\n\nOn Fri 21 Nov, Ada wrote:\n> Which size?\n\nSize 42."),
              "Hi,\n\n> Which size?\n\nSize 42.")
        << "an opening above makes the answer below one between";
}

TEST(TrimReply, AnswersBelowAllQuotedLinesStandAlone) {
    EXPECT_EQ(trim_reply("On Fri 21 Nov, Ada wrote:\n> Which size?\n> Please.\n\nSize 42.\nLea"),
              "Size 42.\nLea");
    EXPECT_EQ(trim_reply("On Fri 21 Nov, Ada wrote:\n\n> see (the\n> page (http://x.test/\nlong)\n"
                         "\nSize 42."),
              "Size 42.")
        << "a bracket that was broken out of the quotation belongs to it";
}

TEST(TrimReply, FencedBlocksAreWrittenWhateverTheyHold) {
    const std::string fenced =
        "Look:\n```\n> code\nOn 1 Jan 2026, Ada wrote:\n-----Original Message-----\n```\nbad, "
        "isn't it?";
    EXPECT_EQ(trim_reply(fenced), fenced);
    EXPECT_EQ(trim_reply(fenced + "\n\nOn 1 Jan 2026, Ada wrote:\n> Hello"), fenced);
}

TEST(TrimReply, WhatIsForwardedIsMeantToBeShown) {
    for (const std::string line :
         {"---------- Forwarded message ---------", "Begin forwarded message:",
          "> Begin forwarded message:", "---------- Messaggio inoltrato ---------",
          "-------- Weitergeleitete Nachricht --------", "---------- Mensaje reenviado ---------",
          "-------- Message transféré --------", "---------- Doorgestuurd bericht ---------"}) {
        const std::string mail =
            "Look:\n\n" + line + "\nFrom: Ada <ada@desk.test>\nDate: today\n\nHello\n> there";
        EXPECT_EQ(trim_reply(mail), mail) << line;
    }
    EXPECT_EQ(trim_reply("The forwarded message is lost.\n\nOn 1 Jan, Ada wrote:\n> Hi"),
              "The forwarded message is lost.")
        << "words about forwarding forward nothing";
}

TEST(TrimReply, ASignatureBeginsAtDashesAndABlank) {
    EXPECT_EQ(trim_reply("Yes.\n-- \nLea\nKunde GmbH\n"), "Yes.");
    EXPECT_EQ(trim_reply("Yes.\n--\nnot a signature"), "Yes.\n--\nnot a signature");
    EXPECT_EQ(without_history("Yes.\n-- \nLea\n\nOn 1 Jan 2026, Ada wrote:\n> Hi"),
              "Yes.\n-- \nLea")
        << "signatures are not history";
}

TEST(TrimReply, BelowQuotedLinesASignatureNeedsNoBlank) {
    for (const std::string dashes : {"--", "-- ", "___", "----------", "====", "***"})
        EXPECT_EQ(trim_reply("Yes.\n\n> really?\n\n" + dashes + "\nLea\nKunde GmbH"), "Yes.")
            << dashes;
    EXPECT_EQ(trim_reply("Yes.\n\nOn 1 Jan 2026, Ada wrote:\n> really?\n--\nLea"), "Yes.");
}

TEST(TrimReply, ARuleAboveTheHistoryGoesWithIt) {
    EXPECT_EQ(trim_reply("Yes.\n\n____________\nOn 1 Jan 2026, Ada wrote:\n> Hi"), "Yes.");
    EXPECT_EQ(trim_reply("Yes.\n---\n\n***\n> Hi"), "Yes.");
    EXPECT_EQ(trim_reply("Yes.\n\n---"), "Yes.\n\n---") << "nothing was cut below it";
}

TEST(TrimReply, TheLineOfATelephoneIsASignature) {
    for (const std::string line :
         {"Sent from my iPhone", "Sent from Outlook for Android", "Sent from Mail for Windows",
          "Get Outlook for iOS", "Inviato da iPhone", "Inviato dal mio telefono",
          "Envoyé de mon iPhone", "Von meinem iPhone gesendet", "Gesendet von Mail für Windows",
          "Enviado desde mi iPhone", "Enviado do meu iPhone", "Verstuurd vanaf mijn iPhone",
          "Skickat från min iPhone", "Sendt fra min iPhone"}) {
        EXPECT_EQ(trim_reply("Yes.\n\n" + line), "Yes.") << line;
        EXPECT_EQ(trim_reply("Yes.\n\n" + line + "\n\nOn 1 Jan 2026, Ada wrote:\n> Hi"), "Yes.")
            << line;
        EXPECT_EQ(without_history("Yes.\n\n" + line), "Yes.\n\n" + line) << line;
    }
}

TEST(TrimReply, IfNothingWouldBeLeftEverythingIsShown) {
    for (const std::string text :
         {"", "> only\n> quoted", "-- \nLea", "Sent from my iPhone",
          "-----Original Message-----\nHi", "On 1 Jan 2026, Ada wrote:\n> Hi",
          "On 1 Jan 2026, Ada wrote:", "From: Ada\nSent: today\n\nHi"})
        EXPECT_EQ(trim_reply(text), text);
    EXPECT_EQ(trim_reply("---\n> Hi"), "---\n> Hi") << "a rule says nothing";
}

TEST(TrimReply, LineEndsOfTheNetworkAreNoHindrance) {
    EXPECT_EQ(trim_reply("One.\r\nTwo.\r\n\r\nOn 1 Jan 2026, Ada wrote:\r\n> Hi\r\n"),
              "One.\nTwo.");
    EXPECT_EQ(trim_reply("\n\r\n \t\nOne.\n \n"), "One.");
}

TEST(TrimReply, SentencesThatOnlyLookLikeAnIntroductionStay) {
    for (const std::string text :
         {"Blah\nOn blah-blah-blah", "Response\n10/19/2025 @ 9:30 am for therapy\nBla",
          "Am 3. März schrieb ich Ihnen.\nBis heute keine Antwort.",
          "Il 3 marzo è arrivato.\nIl corriere ha scritto una nota qui sotto.",
          "Visit us\n>>> >>>  http://www.shop.test <<<\nnow", "Sent: 3 parcels\nReceived: 2"})
        EXPECT_EQ(trim_reply(text), text);
}

// What follows is not so yet.

TEST(TrimReply, AColonOfFullWidthEndsAnIntroduction) {
    EXPECT_EQ(trim_reply("好的\n\nAda <ada@desk.test> 于2025年11月21日周五 10:00写道：\n\n> Hello"),
              "好的");
}

TEST(TrimReply, CapitalsBeyondAsciiAreCapitalsToo) {
    EXPECT_EQ(trim_reply("Да.\n\n-----Исходное сообщение-----\nHello"), "Да.");
}

// The rest was written by a customer and is cut today.

TEST(TrimReply, ASentenceAboutSendingIsNoIntroduction) {
    for (const std::string text :
         {"I got nothing.\n2 parcels were never sent\nplease check",
          "My order:\n10 boxes of tea\nand 2 of coffee were sent\nwithout an invoice.\nWhy?",
          "Hi,\nOn Monday I wrote to you:\nplease call back\nLea",
          "Hallo,\nAm 3. März schrieb ich Ihnen:\nwo ist das Paket?",
          "Le 3 mars, le colis a été ouvert. Mon mari vous a écrit\nmais sans réponse.\nPourquoi ?",
          "2026-03-03 10:00 GMT+01:00 was the hour of delivery, nobody came.\nWhy?"})
        EXPECT_EQ(trim_reply(text), text);
}

TEST(TrimReply, AJourneyIsNoBlockOfHeaderLines) {
    for (const std::string text : {"Two questions:\nFrom: Rome\nTo: Milan\nHow long does it take?",
                                   "Ciao\nDa: Roma\nA: Milano\nquanto costa?"})
        EXPECT_EQ(trim_reply(text), text);
}

TEST(TrimReply, ATelephoneDoesNotWriteInTheMiddle) {
    for (const std::string text :
         {"Guten Tag,\n\nVon meinem Konto wurde zweimal abgebucht.\nBitte prüfen.",
          "Ciao,\nInviato da Roma il 3 marzo, il pacco manca.\nCosa faccio?",
          "Hello,\nSent from my old address, it came back.\nWhat now?"})
        EXPECT_EQ(trim_reply(text), text);
}

TEST(TrimReply, ATableIsNoQuotation) {
    const std::string table = "My orders:\n| number | size |\n| 1 | 42 |";
    EXPECT_EQ(trim_reply(table), table);
}

TEST(TrimReply, ATelephoneMayFollowTheQuotedLines) {
    EXPECT_EQ(trim_reply("Yes.\n\n> really?\n> sure?\n\nSent from my iPhone"), "Yes.");
}

}  // namespace
