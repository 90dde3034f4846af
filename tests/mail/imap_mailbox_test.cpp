// What is taken out of a mailbox: everything new, once, in its order, whatever servers leave out.
#include "tests/mail/imap_watch.hpp"

namespace {

using namespace imap_watch;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ImapIntake : public Watch {
protected:
    std::vector<std::string> heard_of(const std::string& beginning) const {
        std::vector<std::string> some;
        for (const std::string& line : peer.heard)
            if (line.starts_with(beginning)) some.push_back(line);
        return some;
    }
    std::vector<std::uint32_t> left() const {
        std::vector<std::uint32_t> uids;
        for (const Mail& one : peer.mails) uids.push_back(one.uid);
        return uids;
    }
};

TEST_F(ImapIntake, WhatIsThereAndWhatComesIsTakenOnceInItsOrder) {
    peer.mails = {mail(3), mail(4), mail(9)};
    start();
    ASSERT_TRUE(until_waiting());
    EXPECT_THAT(names(), ElementsAre("3", "4", "9"));
    EXPECT_EQ(cursor, (MailboxCursor{7, 9, 0}));
    EXPECT_EQ(told.back().mails, 3U);
    peer.arrive({mail(10), mail(12)});
    ASSERT_TRUE(until([&] { return taken.size() >= 5; }));
    ASSERT_TRUE(until_waiting());
    EXPECT_THAT(names(), ElementsAre("3", "4", "9", "10", "12"));
    EXPECT_EQ(taken.back(), mail_named("12"));
    EXPECT_EQ(peer.heard_of("UID SEARCH UID 10:*"), 1U) << "what is known is not asked for again";
}

TEST_F(ImapIntake, TheFolderIsSelectedByItsName) {
    options.folder = "Entwürfe & \"mehr\"";
    start();
    ASSERT_TRUE(until_waiting());
    EXPECT_EQ(heard_of("SELECT").front(), R"(SELECT "Entw&APw-rfe &- \"mehr\"")");
}

TEST_F(ImapIntake, OldMailStaysWhereItIsUnlessItIsWanted) {
    options.from_start = false;
    peer.mails = {mail(3), mail(4)};
    start();
    ASSERT_TRUE(until_waiting());
    EXPECT_EQ(cursor, (MailboxCursor{7, 4, today}));
    peer.arrive({mail(5)});
    ASSERT_TRUE(until([&] { return !taken.empty(); }));
    ASSERT_TRUE(until_waiting());
    EXPECT_THAT(names(), ElementsAre("5"));
}

TEST_F(ImapIntake, AfterARestartOnlyWhatIsNewIsTaken) {
    peer.mails = {mail(1), mail(2)};
    start();
    ASSERT_TRUE(until_waiting());
    stop();
    peer.mails.push_back(mail(3));
    peer.mails.back().flags.insert("(\\Seen)");  // read elsewhere meanwhile
    peer.mails.erase(peer.mails.begin());        // and removed elsewhere
    start_again();
    ASSERT_TRUE(until([&] { return taken.size() >= 3; }));
    start_again();
    ASSERT_TRUE(until_waiting());
    EXPECT_THAT(names(), ElementsAre("1", "2", "3"));
}

TEST_F(ImapIntake, WithoutIdleTheMailboxIsAskedAgain) {
    peer.capabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN";
    options.poll = 0s;
    start();
    ASSERT_TRUE(until([&] { return peer.heard_of("UID SEARCH") >= 3; }));
    EXPECT_EQ(peer.heard_of("IDLE"), 0U);
    peer.mails = {mail(1)};
    ASSERT_TRUE(until([&] { return !taken.empty(); }));
    const std::size_t asked = peer.heard_of("UID SEARCH");
    ASSERT_TRUE(until([&] { return peer.heard_of("UID SEARCH") >= asked + 3; }));
    EXPECT_THAT(names(), ElementsAre("1"));
}

TEST_F(ImapIntake, IdleIsBegunAnewBeforeConnectionsDie) {
    options.idle_most = 1s;
    start();
    ASSERT_TRUE(until([&] { return peer.heard_of("IDLE") >= 2; }));
    EXPECT_EQ(peer.heard_of("DONE"), 1U);
    peer.arrive({mail(1)});
    ASSERT_TRUE(until([&] { return !taken.empty(); }));
}

TEST_F(ImapIntake, ASignOfLifeWakesNobody) {
    start();
    ASSERT_TRUE(until_waiting());
    peer.tell_who_idles("* OK Still here\r\n* 3 EXPUNGE\r\n");
    pass(200ms);
    EXPECT_EQ(peer.heard_of("DONE"), 0U);
    peer.arrive({mail(1)});
    ASSERT_TRUE(until([&] { return !taken.empty(); }));
    EXPECT_EQ(peer.heard_of("DONE"), 1U) << "only for the mail";
}

// A server tells of news once: whoever hears of them while mails are fetched hears no more of them.
TEST_F(ImapIntake, WhatComesWhileMailsAreFetchedIsNotLeftLying) {
    peer.mails = {mail(1)};
    bool came = false;
    peer.instead = [&](const std::string& command) -> std::optional<std::string> {
        if (came || !command.starts_with("UID FETCH 1 (UID BODY")) return std::nullopt;
        came = true;
        const std::string fetched = peer.usual_answer(command);
        peer.mails.push_back(mail(2));
        return peer.exists() + fetched;
    };
    start();
    ASSERT_TRUE(until([&] { return taken.size() == 1; }));
    ASSERT_TRUE(until([&] { return taken.size() == 2; })) << "only the next IDLE would find it";
    EXPECT_THAT(names(), ElementsAre("1", "2"));
}

TEST_F(ImapIntake, WhatComesWhileMailsAreFetchedWaitsForNoPollEither) {
    peer.capabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN";
    options.poll = 1h;
    peer.mails = {mail(1)};
    peer.instead = [&](const std::string& command) -> std::optional<std::string> {
        if (!command.starts_with("UID FETCH 1 (UID BODY")) return std::nullopt;
        const std::string fetched = peer.usual_answer(command);
        peer.mails.push_back(mail(2));
        return peer.exists() + fetched;
    };
    start();
    ASSERT_TRUE(until([&] { return taken.size() == 2; }));
}

// Asking for the connection to be kept and being refused must not become a storm of questions.
TEST_F(ImapIntake, AServerThatRefusesIdleIsNotAskedWithoutPause) {
    peer.instead = [](const std::string& command) -> std::optional<std::string> {
        if (command == "IDLE") return "TAG BAD not now\r\n";
        return std::nullopt;
    };
    options.poll = 1h;
    start();
    ASSERT_TRUE(until([&] { return peer.heard_of("IDLE") > 0; }));
    const auto end = std::chrono::steady_clock::now() + 500ms;
    ASSERT_TRUE(until(
        [&] { return peer.heard_of("IDLE") >= 5 || std::chrono::steady_clock::now() > end; }));
    EXPECT_LT(peer.heard_of("IDLE"), 5U);
}

TEST_F(ImapIntake, ManyMailsComeInGroups) {
    for (std::uint32_t uid = 1; uid <= 120; ++uid) peer.mails.push_back(mail(uid));
    start();
    ASSERT_TRUE(until([&] { return taken.size() == 120; }));
    EXPECT_THAT(heard_of("UID FETCH"), ElementsAre("UID FETCH 1:120 (UID RFC822.SIZE INTERNALDATE)",
                                                   "UID FETCH 1:50 (UID BODY.PEEK[])",
                                                   "UID FETCH 51:100 (UID BODY.PEEK[])",
                                                   "UID FETCH 101:120 (UID BODY.PEEK[])"));
    ASSERT_TRUE(until_waiting());
    EXPECT_EQ(told[1].state, MailboxState::reading);
    EXPECT_EQ(names().back(), "120");
}

TEST_F(ImapIntake, WhatIsHeldInMemoryIsBounded) {
    for (std::uint32_t uid = 1; uid <= 5; ++uid) {
        peer.mails.push_back(mail(uid));
        peer.mails.back().told_size = 3 * 1024 * 1024;
    }
    start();
    ASSERT_TRUE(until([&] { return taken.size() == 5; }));
    EXPECT_EQ(peer.heard_of("UID FETCH 1 (UID BODY.PEEK[])"), 1U) << "two would be 6 MB";
}

// --- what senders and servers do to it

TEST_F(ImapIntake, AMailThatSpeaksImapIsAMail) {
    peer.mails = {mail(1), mail(2), mail(3)};
    for (int tag = 1; tag < 12; ++tag)
        peer.mails[1].raw += "h" + std::to_string(tag) + " OK FETCH completed\r\n";
    peer.mails[1].raw += ")\r\n* BYE\r\n* 9 FETCH (UID 9 BODY[] {3}\r\nabc)\r\n";
    start();
    ASSERT_TRUE(until_waiting());
    EXPECT_THAT(names(), ElementsAre("1", "2", "3"));
    EXPECT_EQ(taken[1], peer.mails[1].raw);
}

TEST_F(ImapIntake, AByeInTheMiddleOfAFetchLosesAndDoublesNothing) {
    peer.mails = {mail(1), mail(2), mail(3)};
    peer.instead = [&](const std::string& command) -> std::optional<std::string> {
        if (!command.starts_with("UID FETCH 1:3 (UID BODY")) return std::nullopt;
        std::string half = peer.usual_answer("UID FETCH 1 (UID BODY.PEEK[])");
        half.resize(half.rfind("TAG"));
        return half + "* BYE Server shutting down.\r\n" + std::string{Peer::hang_up};
    };
    start();
    ASSERT_TRUE(until_state(MailboxState::failing));
    EXPECT_THAT(told.back().detail, HasSubstr("Server shutting down."));
    EXPECT_EQ(told.back().again_in, 5s);
    peer.instead = nullptr;
    start_again();
    ASSERT_TRUE(until_waiting());
    EXPECT_THAT(names(), ElementsAre("1", "2", "3"));
}

TEST_F(ImapIntake, AConnectionLostInTheMiddleOfAMailIsBegunAgainByItself) {
    peer.mails = {mail(1), mail(2)};
    peer.instead = [&](const std::string& command) -> std::optional<std::string> {
        if (!command.starts_with("UID FETCH 1:2 (UID BODY")) return std::nullopt;
        std::string half = peer.usual_answer(command);
        half.resize(half.size() / 2);
        peer.instead = nullptr;
        return half + std::string{Peer::hang_up};
    };
    start();
    ASSERT_TRUE(until_state(MailboxState::failing));
    EXPECT_THAT(told.back().detail, HasSubstr("closed the connection"));
    ASSERT_TRUE(until_waiting()) << "after the first pause of five seconds";
    EXPECT_THAT(names(), ElementsAre("1", "2"));
    peer.tell_who_idles("* BYE Autologout\r\n");
    ASSERT_TRUE(until_state(MailboxState::failing));
    EXPECT_EQ(told.back().again_in, 5s) << "what went well is no failure in a row";
}

TEST_F(ImapIntake, AMailThatTheServerCannotGiveKeepsNoOtherBack) {
    peer.mails = {mail(1), mail(2), mail(3)};
    peer.instead = [&](const std::string& command) -> std::optional<std::string> {
        const bool body = command.find("BODY.PEEK[]") != std::string::npos;
        if (!body || command.starts_with("UID FETCH 1 ") || command.starts_with("UID FETCH 3 "))
            return std::nullopt;
        return "TAG NO [SERVERBUG] Internal error occurred.\r\n";
    };
    start();
    ASSERT_TRUE(until_waiting());
    EXPECT_THAT(names(), ElementsAre("1", "3"));
    ASSERT_EQ(quarantine.size(), 1U);
    EXPECT_THAT(quarantine[0].reason, HasSubstr("[SERVERBUG] Internal error occurred."));
    EXPECT_EQ(cursor->last_uid, 3U);
}

TEST_F(ImapIntake, AMailThatComesWithoutItsBodyIsNotForgotten) {
    peer.mails = {mail(1), mail(2), mail(3)};
    peer.instead = [&](const std::string& command) -> std::optional<std::string> {
        if (!command.starts_with("UID FETCH") || command.find("BODY") == std::string::npos)
            return std::nullopt;
        std::string text = peer.usual_answer(command);
        const std::string literal =
            "{" + std::to_string(mail(2).raw.size()) + "}\r\n" + mail(2).raw;
        if (const auto at = text.find(literal); at != std::string::npos)
            text.replace(at, literal.size(), "NIL");
        return text;
    };
    start();
    ASSERT_TRUE(until_waiting());
    EXPECT_THAT(names(), ElementsAre("1", "3"));
    EXPECT_EQ(quarantine.size(), 1U) << "the second mail is nowhere";
}

TEST_F(ImapIntake, WhatIsGoneBeforeItIsFetchedIsPassedOver) {
    peer.mails = {mail(1), mail(3)};
    peer.instead = [](const std::string& command) -> std::optional<std::string> {
        if (!command.starts_with("UID SEARCH")) return std::nullopt;
        return "* SEARCH 1 2 3\r\nTAG OK done\r\n";
    };
    start();
    ASSERT_TRUE(until_waiting());
    EXPECT_THAT(names(), ElementsAre("1", "3"));
    EXPECT_THAT(quarantine, IsEmpty());
}

TEST_F(ImapIntake, AMailThatIsTooLargeStaysAndTheNextOneComes) {
    options.limits.mail_bytes_max = 2000;
    peer.mails = {mail(1), mail(2), mail(3)};
    peer.mails[1].raw += std::string(100'000, 'x');
    start();
    ASSERT_TRUE(until_waiting());
    EXPECT_THAT(names(), ElementsAre("1", "3"));
    ASSERT_EQ(quarantine.size(), 1U);
    EXPECT_EQ(quarantine[0].raw, "Message-ID: <2@kunde.test>\r\nSubject: 2\r\n\r\n");
    EXPECT_THAT(quarantine[0].reason, HasSubstr("message_bytes_max (2000)"));
    EXPECT_THAT(heard_of("UID FETCH 1:3 (UID BODY"), IsEmpty());
    EXPECT_THAT(peer.heard, Contains("UID FETCH 2 (UID BODY.PEEK[HEADER])"));
}

// The size that a server tells is its own affair; what it sends is not.
TEST_F(ImapIntake, AMailLargerThanItsServerSaysKeepsNoOtherBack) {
    options.limits.mail_bytes_max = 2000;
    peer.mails = {mail(1), mail(2), mail(3)};
    peer.mails[1].raw += std::string(100'000, 'x');
    peer.mails[1].told_size = 100;
    for (int round = 0; round < 3 && taken.size() < 2; ++round) {
        if (round == 0)
            start();
        else
            start_again();
        ASSERT_TRUE(until([&] {
            return !told.empty() && (told.back().state == MailboxState::failing ||
                                     told.back().state == MailboxState::waiting);
        }));
    }
    EXPECT_THAT(names(), ElementsAre("1", "3")) << told.back().detail;
}

// Servers tell of flags that others change in the middle of any answer, without the size.
TEST_F(ImapIntake, AFlagThatChangesMeanwhileHidesNoSize) {
    options.limits.mail_bytes_max = 2000;
    peer.mails = {mail(1), mail(2)};
    peer.mails[0].raw += std::string(100'000, 'x');
    peer.instead = [&](const std::string& command) -> std::optional<std::string> {
        if (command.find("RFC822.SIZE") == std::string::npos) return std::nullopt;
        std::string text = peer.usual_answer(command);
        return text.insert(text.rfind("TAG"), "* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n");
    };
    start();
    ASSERT_TRUE(until([&] {
        return !taken.empty() || (!told.empty() && told.back().state == MailboxState::failing);
    }));
    EXPECT_THAT(names(), ElementsAre("2")) << told.back().detail;
    EXPECT_EQ(quarantine.size(), 1U);
}

TEST_F(ImapIntake, ABusyStoreIsOfferedTheMailAgain) {
    peer.mails = {mail(1), mail(2)};
    receipts = {Receipt::committed, Receipt::busy, Receipt::failed};  // the place, then the mail
    start();
    ASSERT_TRUE(until([&] { return taken.size() == 2; }));
    EXPECT_THAT(names(), ElementsAre("1", "2"));
    EXPECT_EQ(offered.size(), 4U);
}

TEST_F(ImapIntake, AfterItsStopNothingIsHandedOver) {
    for (std::uint32_t uid = 1; uid <= 10; ++uid) peer.mails.push_back(mail(uid));
    start();
    ASSERT_TRUE(until([&] { return offered.size() == 3; }));
    stop();
    ASSERT_TRUE(until([&] { return taken.size() == 3; }));
    peer.arrive({mail(11)});
    pass(200ms);
    EXPECT_EQ(offered.size(), 3U);
}

TEST_F(ImapIntake, ItsStopEndsTheConnection) {
    start();
    ASSERT_TRUE(until_waiting());
    stop();
    EXPECT_TRUE(until([&] { return peer.idling() == 0; }));
}

TEST_F(ImapIntake, AServerWithoutUidvalidityIsToldAsSuch) {
    peer.instead = [](const std::string& command) -> std::optional<std::string> {
        if (command.starts_with("SELECT")) return "* 1 EXISTS\r\nTAG OK done\r\n";
        return std::nullopt;
    };
    start();
    ASSERT_TRUE(until_state(MailboxState::failing));
    EXPECT_THAT(told.back().detail, HasSubstr("no UIDVALIDITY"));
}

TEST_F(ImapIntake, AFolderThatIsNotThereIsTold) {
    peer.instead = [](const std::string& command) -> std::optional<std::string> {
        if (command.starts_with("SELECT")) return "TAG NO [NONEXISTENT] No such mailbox\r\n";
        return std::nullopt;
    };
    start();
    ASSERT_TRUE(until_state(MailboxState::failing));
    EXPECT_EQ(told.back().detail, "the server refuses SELECT: NO [NONEXISTENT] No such mailbox");
    EXPECT_EQ(told.back().again_in, 5s);
    EXPECT_FALSE(cursor);
}

}  // namespace
