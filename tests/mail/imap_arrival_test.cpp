// What a server tells about a mail beside its text: since when it is there, and in which thread.
#include "tests/mail/imap_watch.hpp"

namespace {

using namespace imap_watch;
using testing::ElementsAre;

class ImapArrival : public Watch {};

TEST_F(ImapArrival, WhatCameBeforeTheConnectionMayHaveComeInAGap) {
    options.from_start = true;
    peer.mails = {mail(1)};
    start();
    ASSERT_TRUE(until_waiting());
    peer.tell_who_idles("* BYE Autologout\r\n");
    peer.mails.push_back(mail(2));
    ASSERT_TRUE(until([&] { return taken.size() == 2; }));
    ASSERT_TRUE(until([&] { return peer.idling() == 1; }));
    peer.arrive({mail(3)});
    ASSERT_TRUE(until([&] { return taken.size() == 3; }));
    EXPECT_THAT(gaps, ElementsAre(false, true, false)) << "what is there at the first is old";
}

TEST_F(ImapArrival, GmailIsAskedForItsThreadsAndNobodyElse) {
    peer.mails = {mail(1), mail(2), mail(3)};
    start();
    ASSERT_TRUE(until([&] { return taken.size() == 3; }));
    EXPECT_THAT(threads, ElementsAre("", "", ""));
    stop();
    peer.capabilities += " X-GM-EXT-1";
    cursor.reset();
    options.from_start = true;
    start();
    ASSERT_TRUE(until([&] { return taken.size() == 6; }));
    EXPECT_THAT(std::vector(threads.begin() + 3, threads.end()),
                ElementsAre("gmail-thread:1701", "gmail-thread:1700", "gmail-thread:1701"));
}

}  // namespace
