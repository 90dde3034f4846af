// From bytes to conversations: the mails that name each other come together at the desk.
#include <set>

#include "tests/support/corpus.hpp"
#include "tests/support/desk_fixture.hpp"

namespace {

using namespace support;
using namespace model;

class MailThreads : public corpus::CorpusTest {
protected:
    Desk desk;
    nlohmann::json threads;

    void SetUp() override {
        CorpusTest::SetUp();
        if (!IsSkipped()) threads = corpus::json_of(corpus::folder() / "threading/threads.json");
    }

    Answer deliver(const std::string& name) {
        ReceiveInbound command;
        command.inbound = corpus::parsed(corpus::folder() / name);
        command.inbound.inbox = mail_inbox;
        const Answer answer = desk.tell(command);
        EXPECT_TRUE(answer.ok()) << name;
        return answer;
    }

    void expect_one_conversation(const nlohmann::json& names) {
        ASSERT_EQ(names.size(), 3U);
        std::set<ConversationId> conversations;
        for (const auto& name : names) {
            const Answer answer = deliver(name);
            EXPECT_FALSE(answer.repeated) << name;
            conversations.insert(answer.conversation);
        }
        EXPECT_EQ(conversations.size(), 1U);
    }
};

TEST_F(MailThreads, AThreadIsOneConversation) {
    expect_one_conversation(threads["conversations"][0]["deliver_in_order"]);
}

TEST_F(MailThreads, TheEvidenceBeginsWithTheMailThatIsAnswered) {
    const auto names = threads["conversations"][0]["deliver_in_order"];
    std::vector<std::string> earlier;
    for (const auto& name : names) {
        const auto mail = corpus::parsed(corpus::folder() / name.get<std::string>());
        EXPECT_EQ(mail.thread_ids, earlier) << name;
        earlier.insert(earlier.begin(), mail.external_id);
    }
    EXPECT_EQ(earlier.size(), 3U);
}

TEST_F(MailThreads, TheSameMailTwiceIsOneMessage) {
    for (const auto& repeat : threads["duplicates"]) {
        desk = Desk{};
        const Answer first = deliver(repeat["deliver"][0]);
        const Answer second = deliver(repeat["deliver"][1]);
        EXPECT_FALSE(first.repeated);
        EXPECT_TRUE(second.repeated);
        EXPECT_EQ(second.id, first.id);
        EXPECT_EQ(desk.logged("message_received"), 1U);
    }
}

TEST_F(MailThreads, AThreadIsOneConversationWhateverTheOrderOfArrival) {
    expect_one_conversation(threads["conversations"][1]["deliver_in_order"]);
}

}  // namespace
