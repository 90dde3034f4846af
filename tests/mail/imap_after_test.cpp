// What happens to a mail in its mailbox once it is taken, and what a mailbox does whose server
// forgot its UIDs.
#include "tests/mail/imap_watch.hpp"

namespace {

using namespace imap_watch;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Every change that the hub asks for, with two mails that it takes and one of somebody else.
class ImapAfterIntake : public Watch {
protected:
    std::vector<std::string> changes(AfterIntake after, const std::string& capabilities) {
        peer.capabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN IDLE " + capabilities;
        peer.mails = {mail(1), mail(2), mail(5)};
        peer.mails[0].flags.insert("(\\Deleted)");  // by another client
        cursor = MailboxCursor{7, 1, 0};
        options.after = after;
        options.move_to = "Erledigt & gut";
        start();
        EXPECT_TRUE(until_waiting());
        EXPECT_THAT(names(), ElementsAre("2", "5"));
        std::vector<std::string> asked;
        for (const std::string& line : peer.heard)
            if (line.starts_with("UID ") && !line.starts_with("UID FETCH") &&
                !line.starts_with("UID SEARCH"))
                asked.push_back(line);
        for (const std::string& line : peer.heard)
            if (line == "EXPUNGE" || line == "CLOSE") asked.push_back(line);
        return asked;
    }
};

TEST_F(ImapAfterIntake, KeepChangesNothing) {
    EXPECT_THAT(changes(AfterIntake::keep, "UIDPLUS MOVE"), IsEmpty());
}

TEST_F(ImapAfterIntake, MarkSeenMarksJustThese) {
    EXPECT_THAT(changes(AfterIntake::mark_seen, "UIDPLUS MOVE"),
                ElementsAre("UID STORE 2,5 +FLAGS.SILENT (\\Seen)"));
}

TEST_F(ImapAfterIntake, MoveIsOneCommandWhereItIsOffered) {
    EXPECT_THAT(changes(AfterIntake::move, "UIDPLUS MOVE"),
                ElementsAre("UID MOVE 2,5 \"Erledigt &- gut\""));
}

TEST_F(ImapAfterIntake, WithoutMoveItIsACopyAndThenARemoval) {
    EXPECT_THAT(changes(AfterIntake::move, "UIDPLUS"),
                ElementsAre("UID COPY 2,5 \"Erledigt &- gut\"",
                            "UID STORE 2,5 +FLAGS.SILENT (\\Deleted)", "UID EXPUNGE 2,5"));
    EXPECT_EQ(peer.mails.size(), 1U);
}

// An EXPUNGE of everything would take along what somebody else has marked.
TEST_F(ImapAfterIntake, WithoutUidplusNothingIsExpunged) {
    EXPECT_THAT(changes(AfterIntake::remove, "MOVE"),
                ElementsAre("UID STORE 2,5 +FLAGS.SILENT (\\Deleted)"));
    EXPECT_EQ(peer.mails.size(), 3U);
}

TEST_F(ImapAfterIntake, RemoveExpungesJustThese) {
    EXPECT_THAT(changes(AfterIntake::remove, "UIDPLUS"),
                ElementsAre("UID STORE 2,5 +FLAGS.SILENT (\\Deleted)", "UID EXPUNGE 2,5"));
    ASSERT_EQ(peer.mails.size(), 1U);
    EXPECT_EQ(peer.mails[0].uid, 1U);
}

TEST_F(ImapAfterIntake, ACopyThatFailsRemovesNothingAndIsTold) {
    peer.instead = [](const std::string& command) -> std::optional<std::string> {
        if (command.starts_with("UID COPY")) return "TAG NO [TRYCREATE] No such folder\r\n";
        return std::nullopt;
    };
    EXPECT_THAT(changes(AfterIntake::move, "UIDPLUS"),
                ElementsAre("UID COPY 2,5 \"Erledigt &- gut\""));
    EXPECT_EQ(peer.mails.size(), 3U);
    EXPECT_EQ(told.back().state, MailboxState::waiting);
    EXPECT_THAT(told.back().detail, HasSubstr("No such folder"));
    peer.instead = nullptr;
    peer.arrive({mail(6)});
    ASSERT_TRUE(until([&] { return taken.size() == 3; }));
    ASSERT_TRUE(until([&] { return told.back().detail.empty(); })) << "it works again";
}

TEST_F(ImapAfterIntake, WhatIsQuarantinedStaysInTheMailbox) {
    options.limits.mail_bytes_max = 1000;
    peer.mails = {mail(1), mail(2)};
    peer.mails[0].raw += std::string(5000, 'x');
    options.after = AfterIntake::remove;
    start();
    ASSERT_TRUE(until_waiting());
    ASSERT_EQ(peer.mails.size(), 1U);
    EXPECT_EQ(peer.mails[0].uid, 1U);
    EXPECT_EQ(quarantine.size(), 1U);
}

// --- the server forgot its UIDs: same mails, other numbers

class ImapOtherUids : public Watch {
protected:
    // Connected today, with an old mail there; one came since.
    void connect() {
        peer.mails = {mail(1, today - 400), mail(2, today - 1)};
        start();
        ASSERT_TRUE(until_waiting());
        peer.arrive({mail(3, today)});
        ASSERT_TRUE(until([&] { return names().size() == (options.from_start ? 3 : 1); }));
        ASSERT_TRUE(until_waiting());
        stop();
        peer.validity = 8;
        offered.clear();
    }
    std::vector<std::string> offered_names() const {
        std::vector<std::string> list;
        for (const std::string& raw : offered)
            list.push_back(raw.substr(raw.rfind("\r\n\r\n") + 4, 1));
        return list;
    }
};

TEST_F(ImapOtherUids, WhatCameSinceItWasConnectedIsOfferedAgain) {
    options.from_start = false;
    connect();
    peer.mails.push_back(mail(4, today + 1));
    start_again();
    ASSERT_TRUE(until_waiting());
    EXPECT_THAT(offered_names(), ElementsAre("3", "4"));
    EXPECT_EQ(peer.heard_of("UID SEARCH UID 1:* SINCE 22-Nov-2026"), 1U);
    EXPECT_EQ(cursor, (MailboxCursor{8, 4, today}));
}

TEST_F(ImapOtherUids, WithTheStartWantedEverythingIsOfferedAgain) {
    connect();
    start_again();
    ASSERT_TRUE(until_waiting());
    EXPECT_THAT(offered_names(), ElementsAre("1", "2", "3"));
}

TEST_F(ImapOtherUids, OldMailStaysOldWhenNothingIsNew) {
    options.from_start = false;
    options.idle_most = 1s;
    connect();
    peer.mails.pop_back();  // what came since was removed meanwhile
    start_again();
    ASSERT_TRUE(until_waiting());
    const std::size_t looks = peer.heard_of("UID SEARCH");
    ASSERT_TRUE(until([&] { return peer.heard_of("UID SEARCH") >= looks + 2; }));
    ASSERT_TRUE(until_waiting());
    EXPECT_THAT(offered_names(), IsEmpty());
}

TEST_F(ImapOtherUids, OldMailStaysOldWhereverItsNumbersAre) {
    options.from_start = false;
    options.idle_most = 1s;
    connect();
    peer.mails = {mail(1, today), mail(2, today - 400), mail(3, today - 1)};
    start_again();
    ASSERT_TRUE(until_waiting());
    const std::size_t looks = peer.heard_of("UID SEARCH");
    ASSERT_TRUE(until([&] { return peer.heard_of("UID SEARCH") >= looks + 2; }));
    ASSERT_TRUE(until_waiting());
    EXPECT_THAT(offered_names(), ElementsAre("1"));
}

TEST_F(ImapOtherUids, OldMailStaysOldWhenTheProgramEndsBeforeItLooks) {
    options.from_start = false;
    connect();
    peer.instead = [](const std::string& command) -> std::optional<std::string> {
        if (command.starts_with("UID SEARCH")) return std::string{Peer::hang_up};
        return std::nullopt;
    };
    start_again();
    ASSERT_TRUE(until_state(MailboxState::failing));
    peer.instead = nullptr;
    start_again();
    ASSERT_TRUE(until_waiting());
    EXPECT_THAT(offered_names(), ElementsAre("3"));
}

}  // namespace
