// The envelope of a mail that was fetched, from what the last server wrote into it.
#include "connectors/email/envelope_headers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using connectors::email::envelope_in;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(EnvelopeHeaders, TellSenderAndRecipients) {
    const auto envelope = envelope_in(
        "Return-Path: <lea@kunde.test>\r\n"
        "Delivered-To: support+c.8f2k.q7m3xw2a9p@hub.test\r\n"
        "X-Original-To: shop@hub.test\r\n"
        "envelope-to: Shop <desk@hub.test>\r\n"
        "To: nobody@else.test\r\n"
        "Subject: hi\r\n\r\nbody\r\n");
    EXPECT_EQ(envelope.sender, "lea@kunde.test");
    EXPECT_THAT(envelope.recipients, ElementsAre("support+c.8f2k.q7m3xw2a9p@hub.test",
                                                 "shop@hub.test", "desk@hub.test"));
}

TEST(EnvelopeHeaders, AnEmptyReturnPathIsTheNullSender) {
    for (const char* path : {"Return-Path: <>", "return-path:<>", "RETURN-PATH:  <> "})
        EXPECT_EQ(envelope_in(std::string{path} + "\r\n\r\n").sender, "") << path;
}

TEST(EnvelopeHeaders, WithoutAReturnPathTheSenderIsUnknownAndNotNull) {
    for (const char* mail : {"Subject: hi\r\n\r\nReturn-Path: <>\r\n", "", "\r\n", "\n\n"})
        EXPECT_EQ(envelope_in(mail).sender, "unknown@invalid") << mail;
}

TEST(EnvelopeHeaders, TheNewestReturnPathCounts) {
    EXPECT_EQ(envelope_in("Return-Path: <a@b.test>\r\nX: y\r\nReturn-Path: <>\r\n\r\n").sender,
              "a@b.test");
}

TEST(EnvelopeHeaders, FoldedFieldsAndBareLineFeedsAreRead) {
    const auto envelope = envelope_in(
        "Return-Path:\n <a@b.test>\nDelivered-To:\n\tc@d.test\n\nDelivered-To: e@f.test\n");
    EXPECT_EQ(envelope.sender, "a@b.test");
    EXPECT_THAT(envelope.recipients, ElementsAre("c@d.test"));
}

TEST(EnvelopeHeaders, TheBodyIsNoEnvelope) {
    const auto envelope =
        envelope_in("Subject: x\r\n\r\nReturn-Path: <a@b.test>\r\nDelivered-To: c@d.test\r\n");
    EXPECT_EQ(envelope.sender, "unknown@invalid");
    EXPECT_THAT(envelope.recipients, IsEmpty());
}

TEST(EnvelopeHeaders, RecipientsAreBounded) {
    std::string header;
    for (int i = 0; i < 1000; ++i) header += "Delivered-To: a" + std::to_string(i) + "@b.test\r\n";
    const auto envelope = envelope_in(header + "\r\n");
    ASSERT_EQ(envelope.recipients.size(), 20U);
    EXPECT_EQ(envelope.recipients.back(), "a19@b.test");
}

TEST(EnvelopeHeaders, AnEmptyFieldIsNoRecipient) {
    EXPECT_THAT(envelope_in("Delivered-To:\r\nX-Original-To: <>\r\n\r\n").recipients, IsEmpty());
}

TEST(EnvelopeHeaders, AHeaderWithoutEndIsReadUpToItsLimit) {
    const std::string long_field = "X: " + std::string(300 * 1024, 'x') + "\r\n";
    EXPECT_THAT(
        envelope_in("Delivered-To: a@b.test\r\n" + long_field + "Delivered-To: c@d.test\r\n")
            .recipients,
        ElementsAre("a@b.test"));
}

}  // namespace
