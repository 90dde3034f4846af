// How a mailbox is signed in to: what servers offer, refuse and leave out; and how soon it is tried
// again.
#include <boost/asio/ssl/context.hpp>

#include "tests/mail/imap_watch.hpp"

namespace {

using namespace imap_watch;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class ImapSignIn : public Watch {
protected:
    // The answer to the commands that begin so.
    void answer_to(const std::string& beginning, const std::string& text) {
        peer.instead = [beginning, text](const std::string& command) {
            return command.starts_with(beginning) ? std::optional{text} : std::nullopt;
        };
    }
    void expect_state(MailboxState state, const std::string& words, std::chrono::seconds again) {
        ASSERT_TRUE(until_state(state));
        EXPECT_THAT(told.back().detail, HasSubstr(words));
        EXPECT_EQ(told.back().again_in, again);
    }
};

const std::string plain = sasl_plain("shop", "secret");

TEST_F(ImapSignIn, PlainIsSentInOneLineWhereTheServerTakesThat) {
    start();
    ASSERT_TRUE(until_waiting());
    EXPECT_EQ(peer.heard_of("AUTHENTICATE PLAIN " + plain), 1U);
    EXPECT_EQ(peer.heard_of("LOGIN"), 0U);
}

TEST_F(ImapSignIn, WithoutSaslIrThePasswordWaitsForTheServersWord) {
    peer.capabilities = "IMAP4rev1 AUTH=PLAIN IDLE";
    start();
    ASSERT_TRUE(until_waiting());
    EXPECT_THAT(peer.heard, testing::Contains("AUTHENTICATE PLAIN"));
    EXPECT_THAT(peer.heard, testing::Contains(plain));
}

TEST_F(ImapSignIn, WithoutSaslALoginCarriesEveryCharacter) {
    peer.capabilities = "IMAP4rev1 IDLE";
    options.account.user = "shop\"x";
    options.account.password = "a \"b\" \\c\r\n{3}";
    start();
    ASSERT_TRUE(until_waiting());
    EXPECT_EQ(peer.heard_of(R"(LOGIN "shop\"x" "a \"b\" \\c{3}")"), 1U);
}

TEST_F(ImapSignIn, NoPasswordIsSentWhereLoginIsDisabled) {
    peer.capabilities = "IMAP4rev1 STARTTLS LOGINDISABLED";
    start();
    expect_state(MailboxState::refused, "set security to tls or starttls", 15min);
    for (const std::string& line : peer.heard) {
        EXPECT_THAT(line, Not(HasSubstr("secret")));
        EXPECT_THAT(line, Not(HasSubstr(plain)));
    }
}

TEST_F(ImapSignIn, CapabilitiesAreAskedForAgainAfterTheSignIn) {
    peer.greeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n";
    start();
    ASSERT_TRUE(until_waiting()) << "IDLE was offered only afterwards";
    EXPECT_EQ(peer.heard_of("CAPABILITY"), 1U) << "the greeting had told those before";
}

TEST_F(ImapSignIn, AWrongPasswordIsNotTriedAgainSoon) {
    answer_to("AUTHENTICATE", "TAG NO [AUTHENTICATIONFAILED] Authentication failed.\r\n");
    start();
    expect_state(MailboxState::refused, "[AUTHENTICATIONFAILED] Authentication failed.", 15min);
    EXPECT_EQ(peer.heard_of("AUTHENTICATE"), 1U);
    EXPECT_THAT(told.back().detail, Not(HasSubstr("secret")));
}

TEST_F(ImapSignIn, ARefusalWithoutACodeIsAboutTheAccount) {
    peer.capabilities = "IMAP4rev1";
    answer_to("LOGIN", "TAG NO Login failed\r\n");
    start();
    expect_state(MailboxState::refused, "Login failed", 15min);
}

TEST_F(ImapSignIn, AServerThatIsBusyIsTriedAgainSoon) {
    for (const char* why : {"[UNAVAILABLE] Temporary authentication failure.", "[INUSE] Locked",
                            "[LIMIT] Reached", "Too many simultaneous connections"}) {
        SCOPED_TRACE(why);
        answer_to("AUTHENTICATE", "TAG NO " + std::string{why} + "\r\n");
        told.clear();
        start();
        expect_state(MailboxState::failing, why, 5s);
        stop();
    }
}

TEST_F(ImapSignIn, ATokenGoesByXoauth2WhereBothAreOffered) {
    peer.capabilities = "IMAP4rev1 SASL-IR IDLE AUTH=PLAIN AUTH=OAUTHBEARER AUTH=XOAUTH2";
    access_token = "token";
    start();
    ASSERT_TRUE(until_waiting());
    EXPECT_EQ(peer.heard_of("AUTHENTICATE XOAUTH2 " + sasl_xoauth2("shop", "token")), 1U);
}

TEST_F(ImapSignIn, ATokenGoesByOauthbearerWhereThatAloneIsOffered) {
    peer.capabilities = "IMAP4rev1 IDLE AUTH=OAUTHBEARER";
    access_token = "token";
    start();
    ASSERT_TRUE(until_waiting());
    EXPECT_THAT(peer.heard, testing::Contains("AUTHENTICATE OAUTHBEARER"));
    EXPECT_THAT(peer.heard, testing::Contains(sasl_oauthbearer("shop", "token")));
}

// The server tells why in a second challenge and waits for an empty line before it says NO.
TEST_F(ImapSignIn, ARefusedTokenIsHeardToTheEnd) {
    peer.capabilities = "IMAP4rev1 SASL-IR AUTH=XOAUTH2";
    access_token = "token";
    peer.instead = [](const std::string& command) -> std::optional<std::string> {
        if (command.starts_with("AUTHENTICATE")) return "+ eyJzdGF0dXMiOiI0MDEifQ==\r\n";
        if (command.empty()) return "TAG NO [AUTHENTICATIONFAILED] Invalid credentials\r\n";
        return std::nullopt;
    };
    start();
    expect_state(MailboxState::refused, "Invalid credentials", 15min);
}

// --- before the sign-in

TEST_F(ImapSignIn, WhatIsNoImapServerIsToldWithItsWords) {
    peer.greeting = "220 mail.test ESMTP\r\n";
    start();
    expect_state(MailboxState::failing, "does not greet as IMAP does", 5s);
    EXPECT_TRUE(peer.heard.empty());
}

TEST_F(ImapSignIn, AServerThatSendsUsAwayIsTriedAgainSoon) {
    peer.greeting = "* BYE Too many connections from your address\r\n";
    start();
    expect_state(MailboxState::failing, "Too many connections from your address", 5s);
}

TEST_F(ImapSignIn, NobodyListensIsToldWithHostAndPort) {
    options.account.host = "localhost.invalid";
    start();
    expect_state(MailboxState::failing, "localhost.invalid cannot be found", 5s);
}

TEST_F(ImapSignIn, WithoutStarttlsNoPasswordIsSent) {
    options.account.security = ConnectionSecurity::starttls;
    answer_to("STARTTLS", "TAG BAD unknown command\r\n");
    start();
    expect_state(MailboxState::failing, "refuses STARTTLS", 5s);
    EXPECT_THAT(peer.heard, ElementsAre("STARTTLS"));
}

// --- servers that say nothing

// A listener whose queue is full lets nobody in and turns nobody away.
TEST_F(ImapSignIn, AHostThatNeitherAnswersNorRefusesIsGivenUp) {
    using boost::asio::ip::tcp;
    boost::asio::io_context full;
    tcp::acceptor acceptor(full);
    const tcp::endpoint anywhere{boost::asio::ip::address_v4::loopback(), 0};
    acceptor.open(anywhere.protocol());
    acceptor.bind(anywhere);
    acceptor.listen(0);
    std::vector<tcp::socket> waiting;
    for (int i = 0; i < 4; ++i) {
        tcp::socket& socket = waiting.emplace_back(full);
        socket.async_connect(acceptor.local_endpoint(), [](boost::system::error_code) {});
    }
    options.limits.connect = 1s;
    start_at(acceptor.local_endpoint().port());
    expect_state(MailboxState::failing, "does not answer", 5s);
}

TEST_F(ImapSignIn, AServerThatNeverGreetsIsCutOff) {
    peer.greeting = "";
    options.limits.connect = 1s;
    start();
    expect_state(MailboxState::failing, "did not answer in time", 5s);
}

TEST_F(ImapSignIn, AServerThatNeverAnswersIsCutOff) {
    options.limits.command = 1s;
    for (const char* silent : {"CAPABILITY", "AUTHENTICATE", "SELECT", "UID SEARCH"}) {
        SCOPED_TRACE(silent);
        answer_to(silent, "");
        told.clear();
        start();
        expect_state(MailboxState::failing, "did not answer in time", 5s);
        stop();
    }
}

TEST_F(ImapSignIn, AServerThatStopsInTheMiddleOfAMailIsCutOff) {
    peer.mails = {mail(1)};
    options.limits.command = 1s;
    answer_to("UID FETCH 1 (UID BODY", "* 1 FETCH (UID 1 BODY[] {1000}\r\nSubject: half");
    start();
    expect_state(MailboxState::failing, "did not answer in time", 5s);
    EXPECT_TRUE(taken.empty());
}

TEST_F(ImapSignIn, AHandshakeThatStallsIsCutOff) {
    tls = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
    options.account.security = ConnectionSecurity::tls;
    options.limits.connect = 1s;
    start();
    expect_state(MailboxState::failing, "no secure connection to 127.0.0.1", 5s);
}

}  // namespace
