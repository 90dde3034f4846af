// How long a mailbox waits after failures, and how its place is written down.
#include <gtest/gtest.h>

#include "connectors/email/imap_mailbox.hpp"

namespace {

using namespace connectors::email;
using namespace std::chrono_literals;

struct Pause {
    ImapTrouble kind;
    unsigned failures;
    std::chrono::seconds pause;
};

TEST(MailboxPause, DoublesUpToItsMost) {
    using enum ImapTrouble;
    for (const Pause& one : std::vector<Pause>{{broken, 0, 5s},
                                               {broken, 1, 5s},
                                               {broken, 2, 10s},
                                               {broken, 3, 20s},
                                               {broken, 6, 160s},
                                               {broken, 7, 5min},
                                               {broken, 8, 5min},
                                               {broken, 4294967295U, 5min},
                                               {answered, 1, 5s},
                                               {answered, 100, 5min},
                                               {refused, 1, 15min},
                                               {refused, 2, 30min},
                                               {refused, 3, 1h},
                                               {refused, 5, 4h},
                                               {refused, 6, 6h},
                                               {refused, 4294967295U, 6h}})
        EXPECT_EQ(mailbox_pause(one.kind, one.failures, 0), one.pause)
            << static_cast<int>(one.kind) << " after " << one.failures;
}

TEST(MailboxPause, AtMostAQuarterMoreSoThatManyDoNotComeAtOnce) {
    EXPECT_EQ(mailbox_pause(ImapTrouble::broken, 5, 1), 100s);
    EXPECT_EQ(mailbox_pause(ImapTrouble::broken, 5, 0.5), 90s);
    EXPECT_EQ(mailbox_pause(ImapTrouble::refused, 9, 1), 7h + 30min);
}

TEST(MailboxCursor, IsReadAsItWasWritten) {
    for (const MailboxCursor& cursor :
         {MailboxCursor{}, MailboxCursor{7, 12, 0}, MailboxCursor{1, 0, 20'779},
          MailboxCursor{4294967295U, 4294967295U, 4'000'000}})
        EXPECT_EQ(cursor_from(text_of(cursor)), cursor) << text_of(cursor);
}

TEST(MailboxCursor, ATextThatIsNoneIsNone) {
    for (const char* text :
         {"", " ", "7", "7 12", "x", "7 x 0", "99999999999 1 0", "1 99999999999 0"})
        EXPECT_EQ(cursor_from(text), std::nullopt) << text;
}

}  // namespace
