// Outlook's Thread-Index: mails of one thread come together, and a stranger who knows it asks.
#include <gmock/gmock.h>

#include "connectors/email/mime.hpp"
#include "tests/support/desk_fixture.hpp"

namespace {

using namespace support;
using namespace model;
using connectors::email::outlook_thread;
using testing::Contains;
using testing::StartsWith;

const std::string thread = "AdzPVSRbOQvBb8Y4Q9yVdZ0uZl7C4w==";
const std::string first_answer = "AdzPVSRbOQvBb8Y4Q9yVdZ0uZl7C4wABAgME";
const std::string second_answer = "AdzPVSRbOQvBb8Y4Q9yVdZ0uZl7C4wABAgMEBQYHCAk=";
const std::string other_thread = "AdzPVSRbOQvBb8Y4Q9yVdZ0uZl7C5A==";

TEST(OutlookThread, ItsFirst22BytesAreTheThread) {
    EXPECT_THAT(outlook_thread(thread), StartsWith("thread-index:"));
    EXPECT_EQ(outlook_thread(first_answer), outlook_thread(thread));
    EXPECT_EQ(outlook_thread(second_answer), outlook_thread(thread));
    EXPECT_NE(outlook_thread(other_thread), outlook_thread(thread));
}

TEST(OutlookThread, AFoldedOneIsTheSame) {
    const std::string folded = thread.substr(0, 12) + "\r\n " + thread.substr(12);
    EXPECT_EQ(outlook_thread(folded), outlook_thread(thread));
}

TEST(OutlookThread, WhatIsShorterOrNoBase64IsNone) {
    for (const char* index : {"", "=", "AdzPVSRb", "AdzPVSRbOQvBb8Y4Q9yVdZ0uZl7C",
                              "?!*?!*?!*?!*?!*?!*?!*?!*?!*?!*?!*?!*", "\xC3\xA8\xC3\xA8"})
        EXPECT_EQ(outlook_thread(index), "") << index;
}

TEST(OutlookThread, ProseIsNone) {
    EXPECT_EQ(outlook_thread("this is no base64 at all, and yet it has letters enough"), "");
}

TEST(OutlookThread, IsReadFromTheHeaderAsTheLastEvidence) {
    connectors::email::start_mime();
    const std::string raw =
        "From: lea@kunde.test\r\nSubject: x\r\nThread-Index: " + first_answer +
        "\r\nIn-Reply-To: <1@desk.test>\r\nReferences: <0@desk.test>\r\n\r\nText\r\n";
    const auto mail = connectors::email::parse_mail(std::make_shared<const std::string>(raw),
                                                    {.sender = "", .recipients = {}}, {});
    EXPECT_EQ(mail.thread_ids,
              (std::vector<std::string>{"1@desk.test", "0@desk.test", outlook_thread(thread)}));
}

class OutlookThreads : public testing::Test {
protected:
    Desk desk;
    int mails = 0;

    ReceiveInbound outlook_mail(const std::string& index,
                                const std::string& sender = "customer@example.org") {
        ReceiveInbound command = mail("m" + std::to_string(++mails), mail_inbox, sender);
        command.inbound.thread_ids = {outlook_thread(index)};
        return command;
    }
};

TEST_F(OutlookThreads, AParticipantGoesOnInTheConversation) {
    const ConversationId id = desk.receive(outlook_mail(thread));
    EXPECT_EQ(desk.receive(outlook_mail(first_answer)), id);
    desk.forget_all();
    EXPECT_EQ(desk.receive(outlook_mail(second_answer)), id) << "as the store knows it";
    EXPECT_NE(desk.receive(outlook_mail(other_thread)), id);
}

TEST_F(OutlookThreads, WhoWasWrittenToIsAParticipant) {
    const ConversationId id = desk.receive(outlook_mail(thread));
    SendReply answer = reply(anna, id);
    answer.to = {{.kind = "email", .value = "boss@kunde.test", .name = "", .verified = false}};
    ASSERT_TRUE(desk.tell(answer).ok());
    EXPECT_EQ(desk.receive(outlook_mail(first_answer, "boss@kunde.test")), id);
}

TEST_F(OutlookThreads, AStrangerAsksToJoin) {
    const ConversationId id = desk.receive(outlook_mail(thread));
    const ConversationId asking = desk.receive(outlook_mail(first_answer, "eve@elsewhere.test"));
    ASSERT_NE(asking, id);
    EXPECT_EQ(desk.at(asking).asks_to_join, id);
    EXPECT_EQ(desk.receive(outlook_mail(second_answer)), id) << "the thread stays where it was";
    desk.forget_all();
    EXPECT_EQ(desk.receive(outlook_mail(second_answer)), id);
    ASSERT_TRUE(desk.tell(AdmitSender{anna, asking}).ok());
    EXPECT_EQ(desk.receive(outlook_mail(second_answer, "eve@elsewhere.test")), id);
}

}  // namespace
