// What agents write, as the API takes it.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "hub/api/mail_body.hpp"

namespace {

using api::Draft;
using api::JsonBody;
using testing::ElementsAre;
using testing::StartsWith;
using Json = nlohmann::json;

struct Read {
    Draft draft;
    std::string complaint;
};

Read read(const Json& json) {
    JsonBody body(json.dump());
    Draft draft = api::read_draft(body);
    return {std::move(draft), body.fault() ? body.complaint() : ""};
}

Read to(const std::string& recipient) {
    return read({{"text", "Hello"}, {"to", {recipient}}});
}

TEST(Draft, IsReadWhole) {
    const auto [draft, complaint] = read({{"text", "Hello"},
                                          {"html", "<p>Hello</p>"},
                                          {"attachments", {"u1", "u2"}},
                                          {"to", {"Lea <Lea@Kunde.test>", "max@kunde.test"}},
                                          {"cc", {"\"Boss, the\" <boss@kunde.test>"}},
                                          {"bcc", {"<file@kunde.test>"}},
                                          {"send_at", "2026-03-18T09:00:00Z"}});
    EXPECT_EQ(complaint, "");
    EXPECT_EQ(draft.text, "Hello");
    EXPECT_EQ(draft.html, "<p>Hello</p>");
    EXPECT_THAT(draft.uploads, ElementsAre("u1", "u2"));
    ASSERT_EQ(draft.to.size(), 2U);
    EXPECT_EQ(draft.to[0].value, "lea@kunde.test");
    EXPECT_EQ(draft.to[0].name, "Lea");
    EXPECT_EQ(draft.to[0].kind, "email");
    EXPECT_EQ(draft.to[1].value, "max@kunde.test");
    EXPECT_EQ(draft.to[1].name, "");
    EXPECT_EQ(draft.cc.at(0).name, "Boss, the");
    EXPECT_EQ(draft.bcc.at(0).value, "file@kunde.test");
    using namespace std::chrono;
    EXPECT_EQ(draft.send_at, sys_days{year{2026} / 3 / 18} + hours{9});
}

TEST(Draft, HtmlAloneBringsItsTextAlong) {
    const auto [draft, complaint] = read({{"html", "<p>Hello <b>Lea</b></p><p>Bye</p>"}});
    EXPECT_EQ(complaint, "");
    EXPECT_THAT(draft.text, StartsWith("Hello Lea\n"));
    EXPECT_THAT(draft.text, testing::EndsWith("Bye"));
    EXPECT_EQ(read({{"html", "<p>x</p>"}, {"text", "mine"}}).draft.text, "mine");
}

TEST(Draft, AFileAloneIsEnoughAndNothingIsNot) {
    const auto [draft, complaint] = read({{"attachments", {"u1"}}});
    EXPECT_EQ(complaint, "");
    EXPECT_EQ(draft.text, "");
    EXPECT_THAT(read(Json::object()).complaint, StartsWith("text"));
    EXPECT_THAT(read({{"text", ""}, {"html", ""}, {"attachments", Json::array()}}).complaint,
                StartsWith("text"));
    EXPECT_THAT(read({{"to", {"lea@kunde.test"}}}).complaint, StartsWith("text"));
}

TEST(Draft, WhatIsNoAddressIsRefused) {
    const std::string nul("lea@kunde.test\0evil", 19);
    for (const std::string recipient :
         {"", "lea", "lea@", "@kunde.test", "lea@kunde", "lea@@kunde.test", "lea@kunde@x.test",
          "Lea <lea@kunde@x.test>", "lea@.kunde.test", "lea@kunde..test", "Lea <>", " "})
        EXPECT_THAT(to(recipient).complaint, StartsWith("to")) << recipient;
    EXPECT_THAT(to(nul).complaint, StartsWith("to"));
    for (const char* field : {"to", "cc", "bcc"})
        EXPECT_THAT(read({{"text", "Hello"}, {field, {"ok@x.test", "lea"}}}).complaint,
                    StartsWith(field));
}

TEST(Draft, NoControlCharacterIsTakenAnywhereInARecipient) {
    for (int c = 0; c <= 0x7f; c = c == 0x1f ? 0x7f : c + 1) {
        const std::string evil(1, static_cast<char>(c));
        for (const std::string& recipient :
             {"lea@kunde.test" + evil, evil + "lea@kunde.test", "le" + evil + "a@kunde.test",
              "lea@kun" + evil + "de.test", "L" + evil + "a <lea@kunde.test>",
              "Lea <lea@kunde.test>" + evil})
            EXPECT_THAT(to(recipient).complaint, StartsWith("to")) << c;
    }
}

// As many programs write an address that has no name.
TEST(Draft, AnAddressMayStandInTheNamesPlace) {
    for (const char* recipient :
         {"lea@kunde.test <lea@kunde.test>", "\"lea@kunde.test\" <lea@kunde.test>",
          "Lea (was lea@old.test) <lea@kunde.test>"}) {
        const auto [draft, complaint] = to(recipient);
        EXPECT_EQ(complaint, "") << recipient;
        ASSERT_EQ(draft.to.size(), 1U);
        EXPECT_EQ(draft.to[0].value, "lea@kunde.test");
    }
}

TEST(Draft, TwoRecipientsInOneAreNotHalfTaken) {
    for (const char* recipient :
         {"lea@kunde.test, max@kunde.test", "lea@kunde.test;max@kunde.test",
          "lea@kunde.test max@kunde.test", "Lea <lea@kunde.test>, Max <max@kunde.test>"})
        EXPECT_THAT(to(recipient).complaint, StartsWith("to")) << recipient;
}

TEST(Draft, BoundsAreKept) {
    EXPECT_EQ(read({{"text", std::string(256 * 1024, 'x')}}).complaint, "");
    EXPECT_THAT(read({{"text", std::string(256 * 1024 + 1, 'x')}}).complaint, StartsWith("text"));
    EXPECT_THAT(read({{"html", std::string(256 * 1024 + 1, 'x')}}).complaint, StartsWith("html"));
    EXPECT_THAT(
        read({{"text", "x"}, {"to", std::vector<std::string>(51, "lea@kunde.test")}}).complaint,
        StartsWith("to"));
    EXPECT_THAT(read({{"text", "x"}, {"attachments", std::vector<std::string>(21, "u")}}).complaint,
                StartsWith("attachments"));
    EXPECT_THAT(read({{"text", "x"}, {"send_at", "tomorrow"}}).complaint, StartsWith("send_at"));
    EXPECT_THAT(to(std::string(321, 'l') + "@kunde.test").complaint, StartsWith("to"));
}

}  // namespace
