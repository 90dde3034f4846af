// The receiving side of SMTP and LMTP as a pure machine.
#include "connectors/email/smtp_wire.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/mail_conversation.hpp"

namespace {

using namespace mail_conversation;

const std::string envelope_for_ada =
    "EHLO client.test\r\nMAIL FROM:<lea@kunde.test>\r\nRCPT TO:<ada@desk.test>\r\nDATA\r\n";

Conversation in_data(MailLimits limits = {}) {
    Conversation conversation(limits);
    EXPECT_EQ(codes(conversation.say(envelope_for_ada)), "250 250 250 354");
    return conversation;
}

std::string delivered_body(std::string_view sent) {
    Conversation conversation = in_data();
    conversation.say(sent);
    return conversation.mails.size() == 1 ? conversation.mails.front().data : "(not delivered)";
}

TEST(SmtpGreeting, NamesHostAndProtocol) {
    EXPECT_EQ(Conversation().server.greeting(), "220 desk.test ESMTP Sportello\r\n");
    EXPECT_EQ(Conversation({}, MailProtocol::lmtp).server.greeting(),
              "220 desk.test LMTP Sportello\r\n");
}

TEST(SmtpHello, AdvertisesExactlyWhatItDoes) {
    Conversation conversation({.message_bytes_max = 1234});
    EXPECT_EQ(conversation.say("ehlo client.test\r\n"),
              "250-desk.test\r\n250-PIPELINING\r\n250-SIZE 1234\r\n250-8BITMIME\r\n"
              "250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES\r\n");
    EXPECT_EQ(conversation.say("HELO client.test\r\n"), "250 desk.test\r\n");
}

TEST(SmtpHello, EachProtocolHasItsOwnWord) {
    EXPECT_EQ(codes(Conversation().say("LHLO client.test\r\n")), "500");
    Conversation lmtp({}, MailProtocol::lmtp);
    EXPECT_EQ(codes(lmtp.say("EHLO client.test\r\nHELO client.test\r\n")), "500 500");
    EXPECT_EQ(codes(lmtp.say("LHLO client.test\r\n")), "250");
    EXPECT_EQ(codes(Conversation().say("EHLO\r\n")), "501");
}

TEST(SmtpHello, ASecondHelloForgetsTheTransaction) {
    Conversation conversation;
    const std::string half = envelope_for_ada.substr(0, envelope_for_ada.find("DATA"));
    EXPECT_EQ(codes(conversation.say(half + "EHLO again.test\r\nDATA\r\n")), "250 250 250 250 503");
}

TEST(SmtpTransaction, AWholeMailArrivesWithItsEnvelope) {
    Conversation conversation = in_data();
    EXPECT_EQ(codes(conversation.say("Subject: hi\r\n\r\nHello\r\n.\r\n")), "250");
    ASSERT_EQ(conversation.mails.size(), 1U);
    EXPECT_EQ(conversation.mails[0],
              (Mail{{"lea@kunde.test", {"ada@desk.test"}}, "Subject: hi\r\n\r\nHello\r\n"}));
}

TEST(SmtpTransaction, OrderOfCommandsIsKept) {
    EXPECT_EQ(codes(Conversation().say("MAIL FROM:<a@b.test>\r\n")), "503");
    EXPECT_EQ(codes(Conversation().say("EHLO c\r\nRCPT TO:<ada@desk.test>\r\n")), "250 503");
    EXPECT_EQ(codes(Conversation().say("EHLO c\r\nDATA\r\n")), "250 503");
    EXPECT_EQ(codes(Conversation().say("EHLO c\r\nMAIL FROM:<a@b.test>\r\nDATA\r\n")),
              "250 250 503");
    EXPECT_EQ(codes(Conversation().say("EHLO c\r\nMAIL FROM:<a@b>\r\nMAIL FROM:<c@d>\r\n")),
              "250 250 503");
}

TEST(SmtpTransaction, ResetForgetsSenderAndRecipients) {
    Conversation conversation;
    conversation.say("EHLO c\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<ada@desk.test>\r\n");
    EXPECT_EQ(codes(conversation.say("RSET\r\nRCPT TO:<ada@desk.test>\r\n")), "250 503");
}

TEST(SmtpTransaction, NothingOfOneMailIsLeftInTheNext) {
    Conversation conversation;
    conversation.say(envelope_for_ada + "first\r\n.\r\n");
    conversation.say(
        "MAIL FROM:<max@kunde.test>\r\nRCPT TO:<bob@desk.test>\r\nDATA\r\nsecond\r\n.\r\n");
    ASSERT_EQ(conversation.mails.size(), 2U);
    EXPECT_EQ(conversation.mails[1], (Mail{{"max@kunde.test", {"bob@desk.test"}}, "second\r\n"}));
}

TEST(SmtpTransaction, TheNullSenderIsTaken) {
    Conversation conversation;
    conversation.say(
        "EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<ada@desk.test>\r\nDATA\r\nbounce\r\n.\r\n");
    ASSERT_EQ(conversation.mails.size(), 1U);
    EXPECT_EQ(conversation.mails[0].envelope.sender, "");
    EXPECT_EQ(codes(Conversation().say("EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<>\r\n")), "250 250 501");
}

TEST(SmtpTransaction, NeverRelays) {
    Conversation conversation;
    conversation.say("EHLO c\r\nMAIL FROM:<a@b.test>\r\n");
    EXPECT_EQ(codes(conversation.say("RCPT TO:<victim@elsewhere.test>\r\nDATA\r\n")), "550 503");
    EXPECT_TRUE(conversation.mails.empty());
}

TEST(SmtpParameters, SizeBodyAndUtf8) {
    const MailLimits limits{.message_bytes_max = 1000};
    const auto reply = [&limits](const std::string& parameters) {
        Conversation conversation(limits);
        conversation.say("EHLO c\r\n");
        return codes(conversation.say("MAIL FROM:<a@b.test>" + parameters + "\r\n"));
    };
    EXPECT_EQ(reply(" SIZE=1000"), "250");
    EXPECT_EQ(reply(" size=1000 body=8bitmime smtputf8"), "250");
    EXPECT_EQ(reply(" BODY=7BIT"), "250");
    EXPECT_EQ(reply(" SIZE=1001"), "552");
    for (const char* unknown :
         {" SIZE=", " SIZE=ten", " SIZE=-1", " BODY=BINARYMIME", " RET=FULL", " X"})
        EXPECT_EQ(reply(unknown), "555") << unknown;
}

TEST(SmtpParameters, EightBitAndUtf8PassUnchanged) {
    Conversation conversation;
    conversation.say(
        "EHLO c\r\nMAIL FROM:<l\xC3\xA9"
        "a@kunde.test> SMTPUTF8 BODY=8BITMIME\r\n");
    conversation.say(
        "RCPT TO:<\xC3\xA0"
        "da@desk.test>\r\nDATA\r\n\xC3\xA8 \xE8 \x80\r\n.\r\n");
    ASSERT_EQ(conversation.mails.size(), 1U);
    EXPECT_EQ(conversation.mails[0], (Mail{{"l\xC3\xA9"
                                            "a@kunde.test",
                                            {"\xC3\xA0"
                                             "da@desk.test"}},
                                           "\xC3\xA8 \xE8 \x80\r\n"}));
}

TEST(SmtpPath, ReadsAddressesAndRefusesTheRest) {
    const auto path = [](std::string_view text) {
        const auto parsed = parse_path(text);
        return parsed ? parsed->address + "|" + parsed->parameters : "none";
    };
    EXPECT_EQ(path("<a@b.test>"), "a@b.test|");
    EXPECT_EQ(path("  <a@b.test>  SIZE=1 X "), "a@b.test|SIZE=1 X");
    EXPECT_EQ(path("<>"), "|");
    EXPECT_EQ(path("<@relay.test,@other.test:a@b.test>"), "a@b.test|");
    for (const std::string_view bad :
         {std::string_view{""}, std::string_view{"a@b.test"}, std::string_view{"<a@b.test"},
          std::string_view{"<a b@c.test>"}, std::string_view{"<a\0@c.test>", 11},
          std::string_view{"<a\rb@c.test>"}, std::string_view{"<a\x7F@c.test>"}})
        EXPECT_EQ(path(bad), "none") << testing::PrintToString(std::string{bad});
    EXPECT_EQ(path("<" + std::string(321, 'a') + ">"), "none");
    EXPECT_NE(path("<" + std::string(320, 'a') + ">"), "none");
}

TEST(SmtpData, DotStuffingIsUndoneOnEveryLine) {
    EXPECT_EQ(delivered_body("..one\r\n...\r\nplain\r\n..two\r\n..\r\n.\r\n"),
              ".one\r\n..\r\nplain\r\n.two\r\n.\r\n");
    EXPECT_EQ(delivered_body("a\r\n..b\r\n..c\r\n..d\r\n.\r\n"), "a\r\n.b\r\n.c\r\n.d\r\n");
    EXPECT_EQ(delivered_body("a.b\r\nc..d\r\n.\r\n"), "a.b\r\nc..d\r\n");
}

TEST(SmtpData, AnEmptyMessageIsAMessage) {
    EXPECT_EQ(delivered_body(".\r\n"), "");
}

TEST(SmtpData, OnlyCrlfDotCrlfEndsIt) {
    for (const std::string_view false_end : {"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r",
                                             "\r.\r\n", "\n.\r", "\r\n. \r\n", "\r\n..\r\n"}) {
        Conversation conversation = in_data();
        const std::string smuggled = "one" + std::string{false_end} + "MAIL FROM:<evil@x.test>\r\n";
        EXPECT_EQ(conversation.say(smuggled), "") << testing::PrintToString(false_end);
        EXPECT_TRUE(conversation.mails.empty());
        EXPECT_EQ(codes(conversation.say("\r\n.\r\n")), "250");
        ASSERT_EQ(conversation.mails.size(), 1U);
        EXPECT_NE(conversation.mails[0].data.find("evil@x.test"), std::string::npos);
    }
}

TEST(SmtpData, ABareLineFeedBeforeADotIsNotStuffing) {
    EXPECT_EQ(delivered_body("one\n..two\r\n.\r\n"), "one\n..two\r\n");
}

TEST(SmtpLimits, AMessageAtTheLimitIsTakenAndOneByteMoreIsNot) {
    const std::string body = std::string(98, 'x') + "\r\n";
    for (const std::size_t piece : {1U, 2U, 3U, 1000U}) {
        Conversation fits = in_data({.message_bytes_max = 100});
        EXPECT_EQ(codes(fits.say_in_pieces(body + ".\r\n", [piece] { return piece; })), "250")
            << piece;
        Conversation over = in_data({.message_bytes_max = 99});
        EXPECT_EQ(codes(over.say_in_pieces(body + ".\r\n", [piece] { return piece; })), "552")
            << piece;
        EXPECT_TRUE(over.mails.empty());
    }
}

TEST(SmtpLimits, AfterAnOversizedMessageTheConversationGoesOn) {
    Conversation conversation = in_data({.message_bytes_max = 100});
    for (int line = 0; line < 200; ++line) EXPECT_EQ(conversation.say("This is a line.\r\n"), "");
    EXPECT_EQ(codes(conversation.say(".\r\n")), "552");
    EXPECT_EQ(codes(conversation.say("MAIL FROM:<a@b.test>\r\nRCPT TO:<ada@desk.test>\r\n")),
              "250 250");
    EXPECT_EQ(codes(conversation.say("DATA\r\nsmall\r\n.\r\n")), "354 250");
    EXPECT_EQ(conversation.mails.size(), 1U);
}

TEST(SmtpLimits, AnOversizedMessageNeverBecomesCommands) {
    const std::string text = "The end.\r\nMAIL FROM:<evil@x.test>\r\nQUIT\r\n";
    for (std::size_t piece = 1; piece <= 12; ++piece) {
        Conversation conversation = in_data({.message_bytes_max = 20});
        std::string body;
        for (int i = 0; i < 10; ++i) body += text;
        EXPECT_EQ(conversation.say_in_pieces(body, [piece] { return piece; }), "") << piece;
        EXPECT_EQ(codes(conversation.say(".\r\n")), "552") << piece;
    }
}

TEST(SmtpLimits, TooManyRecipients) {
    Conversation conversation({.recipients_max = 2});
    conversation.say("EHLO c\r\nMAIL FROM:<a@b.test>\r\n");
    EXPECT_EQ(codes(conversation.say("RCPT TO:<1@desk.test>\r\nRCPT TO:<2@desk.test>\r\n"
                                     "RCPT TO:<3@desk.test>\r\nDATA\r\nhi\r\n.\r\n")),
              "250 250 452 354 250");
    ASSERT_EQ(conversation.mails.size(), 1U);
    EXPECT_EQ(conversation.mails[0].envelope.recipients,
              (std::vector<std::string>{"1@desk.test", "2@desk.test"}));
}

TEST(SmtpLimits, ALongLineIsRefusedOnceAndTheNextOneIsHeard) {
    for (const std::size_t piece : {7U, 5000U}) {
        Conversation conversation({.line_bytes_max = 512});
        const std::string line = "NOOP " + std::string(3000, 'x') + "\r\nNOOP\r\n";
        EXPECT_EQ(codes(conversation.say_in_pieces(line, [piece] { return piece; })), "500 250")
            << piece;
    }
}

TEST(SmtpLimits, ALineAtTheLimitIsHeardHoweverItIsCut) {
    const std::string line = "NOOP " + std::string(95, 'x') + "\r\n";
    for (const std::size_t piece : {1U, 1000U}) {
        Conversation conversation({.line_bytes_max = 100});
        EXPECT_EQ(codes(conversation.say_in_pieces(line, [piece] { return piece; })), "250")
            << piece;
    }
}

TEST(SmtpErrors, UnknownVerbsAreCountedAndEndIn421) {
    Conversation conversation({.errors_max = 3});
    EXPECT_EQ(codes(conversation.say("HELP\r\nEXPN x\r\n\r\n")), "500 500 500");
    EXPECT_EQ(codes(conversation.say("BDAT 1\r\nNOOP\r\nEHLO c\r\n")), "421");
    EXPECT_EQ(conversation.say("NOOP\r\n"), "") << "nothing is answered after 421";
}

TEST(SmtpErrors, GuessingRecipientsEndsIn421) {
    Conversation conversation({.errors_max = 3});
    conversation.say("EHLO c\r\nMAIL FROM:<a@b.test>\r\n");
    std::string said;
    for (int i = 0; i < 10; ++i) said += conversation.say("RCPT TO:<guess@elsewhere.test>\r\n");
    EXPECT_EQ(codes(said), "550 550 550 421");
}

TEST(SmtpErrors, AWebClientIsHungUpOnAtItsFirstWord) {
    for (const char* verb : {"GET", "POST", "CONNECT", "get"}) {
        Conversation conversation;
        const std::string request = std::string{verb} + " / HTTP/1.1\r\nHost: desk.test\r\n\r\n";
        EXPECT_EQ(codes(conversation.say(request + envelope_for_ada + "spam\r\n.\r\n")), "421")
            << verb;
        EXPECT_TRUE(conversation.mails.empty());
    }
}

TEST(SmtpErrors, QuitEndsTheConversation) {
    Conversation conversation;
    EXPECT_EQ(conversation.say("QUIT\r\nNOOP\r\n"), "221 2.0.0 Goodbye\r\n");
}

TEST(SmtpReceipts, WhatIsNotCommittedIsNotAcknowledged) {
    Conversation conversation = in_data();
    conversation.receipts_next = {Receipt::busy};
    EXPECT_EQ(conversation.say("hi\r\n.\r\n").substr(0, 9), "451 4.3.2");
    conversation.receipts_next = {Receipt::failed};
    EXPECT_EQ(
        conversation.say(envelope_for_ada + "hi\r\n.\r\n").find("451 4.3.0") != std::string::npos,
        true);
    conversation.receipts_next = {Receipt::committed};
    EXPECT_EQ(codes(conversation.say(envelope_for_ada + "hi\r\n.\r\n")), "250 250 250 354 250");
}

TEST(SmtpReceipts, OneFailedRecipientFailsTheMailInSmtp) {
    Conversation conversation;
    conversation.receipts_next = {Receipt::committed, Receipt::failed};
    conversation.say(
        "EHLO c\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<1@desk.test>\r\nRCPT TO:<2@desk.test>\r\n");
    EXPECT_EQ(codes(conversation.say("DATA\r\nhi\r\n.\r\n")), "354 451");
}

TEST(SmtpReceipts, NoReceiptIsNoCommit) {
    Conversation conversation = in_data();
    conversation.server.feed("hi\r\n.\r\n");
    ASSERT_TRUE(conversation.server.next().has_value());
    EXPECT_EQ(codes(conversation.server.answer({})), "451");
}

TEST(SmtpReceipts, NothingIsHeardBeforeTheAnswer) {
    Conversation conversation = in_data();
    conversation.server.feed("hi\r\n.\r\nQUIT\r\n");
    auto action = conversation.server.next();
    ASSERT_TRUE(action && std::holds_alternative<SmtpServer::Deliver>(*action));
    EXPECT_FALSE(conversation.server.next().has_value());
    EXPECT_EQ(codes(conversation.server.answer({Receipt::committed})), "250");
    EXPECT_EQ(codes(conversation.say("")), "221");
}

TEST(LmtpReceipts, EveryAcceptedRecipientHasItsOwnReplyInOrder) {
    Conversation conversation({}, MailProtocol::lmtp);
    conversation.say("LHLO c\r\nMAIL FROM:<a@b.test>\r\n");
    EXPECT_EQ(codes(conversation.say("RCPT TO:<1@desk.test>\r\nRCPT TO:<no@elsewhere.test>\r\n"
                                     "RCPT TO:<2@desk.test>\r\nRCPT TO:<3@desk.test>\r\n")),
              "250 550 250 250");
    conversation.receipts_next = {Receipt::committed, Receipt::failed, Receipt::busy};
    EXPECT_EQ(codes(conversation.say("DATA\r\nhi\r\n.\r\n")), "354 250 451 451");
}

TEST(LmtpReceipts, AnOversizedMailIsRefusedForEach) {
    Conversation conversation({.message_bytes_max = 10}, MailProtocol::lmtp);
    conversation.say(
        "LHLO c\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<1@desk.test>\r\nRCPT TO:<2@desk.test>\r\n");
    EXPECT_EQ(codes(conversation.say("DATA\r\n" + std::string(30, 'x') + "\r\n.\r\n")),
              "354 552 552");
    EXPECT_TRUE(conversation.mails.empty());
}

TEST(SmtpTls, IsOfferedOnlyWhereThereIsACertificateAndOnlyOnce) {
    EXPECT_EQ(codes(Conversation().say("EHLO c\r\nSTARTTLS\r\n")), "250 502");
    Conversation conversation({}, MailProtocol::smtp, true);
    EXPECT_NE(conversation.say("EHLO c\r\n").find("250-STARTTLS\r\n"), std::string::npos);
    EXPECT_EQ(conversation.say("STARTTLS\r\n"), "(tls)\r\n");
    EXPECT_EQ(conversation.say("EHLO c\r\n").find("STARTTLS"), std::string::npos);
    EXPECT_EQ(codes(conversation.say("STARTTLS\r\n")), "502");
}

TEST(SmtpTls, WhatWasSaidInTheClearIsForgotten) {
    Conversation conversation({}, MailProtocol::smtp, true);
    conversation.say("EHLO c\r\nMAIL FROM:<a@b.test>\r\n");
    EXPECT_EQ(conversation.say("STARTTLS\r\nRSET\r\nMAIL FROM:<evil@x.test>\r\n"), "(tls)\r\n");
    EXPECT_EQ(codes(conversation.say("RCPT TO:<ada@desk.test>\r\n")), "503");
    EXPECT_EQ(codes(conversation.say("MAIL FROM:<a@b.test>\r\n")), "503") << "hello is asked again";
}

std::string random_session(std::mt19937& random) {
    static const std::vector<std::string> lines = {"EHLO c.test",
                                                   "LHLO c.test",
                                                   "MAIL FROM:<a@b.test>",
                                                   "MAIL FROM:<> SIZE=20",
                                                   "RCPT TO:<ada@desk.test>",
                                                   "RCPT TO:<x@elsewhere.test>",
                                                   "DATA",
                                                   "..",
                                                   ".",
                                                   "",
                                                   "plain text.",
                                                   "..stuffed",
                                                   "RSET",
                                                   "NOOP",
                                                   "garbage",
                                                   std::string(200, 'l'),
                                                   "x\n.\ny"};
    std::string session = envelope_for_ada;
    for (unsigned count = random() % 60; count > 0; --count) {
        session += lines[random() % lines.size()] + "\r\n";
        if (random() % 12 == 0) session += ".\r\n" + envelope_for_ada;
    }
    return session + "\r\n.\r\n";
}

TEST(SmtpPipelining, AnyCuttingOfTheStreamGivesTheSameConversation) {
    const MailLimits limits{.message_bytes_max = 300, .line_bytes_max = 100, .errors_max = 1000};
    std::size_t delivered = 0;
    std::size_t oversized = 0;
    for (unsigned seed = 1; seed <= 1500; ++seed) {
        std::mt19937 random(seed);
        const std::string session = random_session(random);
        Conversation whole(limits);
        whole.say(session);
        delivered += whole.mails.size();
        oversized += whole.said.find("552 5.3.4") != std::string::npos ? 1 : 0;
        for (const std::size_t piece_max : {1U, 9U, 120U}) {
            Conversation pieces(limits);
            pieces.say_in_pieces(session, [&] { return 1 + random() % piece_max; });
            ASSERT_EQ(pieces.said, whole.said) << "seed " << seed << ", pieces to " << piece_max;
            ASSERT_EQ(pieces.mails, whole.mails) << "seed " << seed << ", pieces to " << piece_max;
        }
    }
    EXPECT_GT(delivered, 1000U) << "the sessions are too poor to prove anything";
    EXPECT_GT(oversized, 50U) << "the sessions are too poor to prove anything";
}

}  // namespace
