// Who wrote a mail, a person or a machine, and whether a machine may answer it.
#include "tests/support/corpus.hpp"

namespace {

using namespace connectors;
using corpus::Score;
using nlohmann::json;

class AutoReplySets : public corpus::CorpusTest {
protected:
    const std::filesystem::path root = corpus::folder() / "auto-replies";
};

Inbound with_headers(const json& headers) {
    std::string bytes = "From: Lea <lea@kunde.test>\r\nMessage-ID: <1@kunde.test>\r\n";
    for (const auto& one : headers) bytes += one.get<std::string>() + "\r\n";
    return corpus::read_bytes(bytes + "\r\nbody\r\n", "lea@kunde.test");
}

Score header_cases(const std::filesystem::path& root) {
    Score score;
    const json cases = corpus::json_of(root / "header-vectors.json")["cases"];
    for (const auto& one : cases) {
        const Inbound mail = with_headers(one["headers"]);
        const std::string place = one["headers"].dump();
        if (one.contains("automatic")) {
            const bool automatic = one["automatic"];
            score.note((mail.automatic != Automatic::no) == automatic, place + " automatic");
            // What a person wrote and asked nothing about may be answered; what a machine wrote may
            // not.
            score.note(mail.answerable != automatic, place + " answerable");
        }
        if (one.contains("no_reply")) score.note(!mail.answerable, place + " no reply");
    }
    return score;
}

Score vacation_replies(const std::filesystem::path& root) {
    Score score;
    const json all = corpus::json_of(root / "sisimai" / "expected.json");
    for (const auto& [name, wanted] : all.items()) {
        const Inbound mail = corpus::parsed(root / "sisimai" / name);
        score.note(mail.automatic == Automatic::auto_reply && !mail.report, name);
        score.note(!mail.answerable, name + " is answered");
    }
    return score;
}

Score marked_bounce(const std::filesystem::path& root) {
    Score score;
    const json wanted =
        corpus::json_of(root / "expected.json")["bounce-marked-auto-replied/rb-issue-368-bug.eml"];
    const Inbound mail =
        corpus::parsed(root / "bounce-marked-auto-replied" / "rb-issue-368-bug.eml");
    score.note(mail.automatic == Automatic::bounce, "a bounce is preferred");
    score.note(!mail.answerable, "a bounce is answered");
    score.note(mail.report && mail.report->recipients.size() == 1 &&
                   mail.report->recipients.front().address ==
                       wanted["failed_recipient"].get<std::string>(),
               "the failed recipient");
    score.note(mail.report &&
                   mail.report->external_ids ==
                       std::vector<std::string>{"68e0b7e3615cd_1dc7010592ed@7cf4d87f87-9r5w2.mail"},
               "the id of the original");
    return score;
}

TEST_F(AutoReplySets, MachinesAndPeopleAreToldApart) {
    Score all = header_cases(root);
    all += vacation_replies(root);
    all += marked_bounce(root);
    corpus::expect_rate(0.98, "auto-replies", all, 40);
}

TEST_F(AutoReplySets, AMailIsNotAutomaticBecauseItEnclosesAnAutomaticOne) {
    const Inbound mail = corpus::parsed(corpus::folder() / "mime/stalwart-thirdparty/015.eml");
    EXPECT_EQ(mail.automatic, Automatic::no);
    EXPECT_TRUE(mail.answerable);
    ASSERT_FALSE(mail.attachments.empty());
}

}  // namespace
