// Mails made to break the parser: what it may see of them is bounded, what came stays whole.
#include "connectors/email/mime_bounds.hpp"

#include <gmock/gmock.h>

#include "connectors/email/header_text.hpp"
#include "connectors/email/mime.hpp"

namespace {

using namespace connectors::email;
using testing::Contains;
using testing::IsEmpty;

std::string repeated(std::string_view what, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += what;
    return out;
}

struct Seen {
    std::string bytes;
    bool is_copied = false;
    std::vector<std::string> defects;
};
Seen bounded(const std::string& raw, const MimeBounds& bounds = {}) {
    BoundedMail mail;
    bound_mail(raw, bounds, mail);
    return {std::string{mail.bytes}, mail.bytes.data() != raw.data(), mail.defects};
}

connectors::Inbound read(const std::string& raw) {
    start_mime();
    return parse_mail(std::make_shared<const std::string>(raw),
                      {.sender = "lea@kunde.test", .recipients = {"support@desk.test"}}, {});
}

constexpr std::size_t deep = 100'000;  // some 50,000 ended the process

TEST(MimeBounds, WhatPeopleWriteIsNotTouched) {
    const std::string raw =
        "To: undisclosed-recipients:;\r\nSubject: a:b:c\r\n\r\n--\r\nText: with a colon\r\n";
    const Seen mail = bounded(raw);
    EXPECT_EQ(mail.bytes, raw);
    EXPECT_FALSE(mail.is_copied);
    EXPECT_THAT(mail.defects, IsEmpty());
}

TEST(MimeBounds, GroupsWithinGroupsDoNotEndTheProcess) {
    const auto mail = read("To: " + repeated("a:", deep) + "\r\nSubject: Hello\r\n\r\nText\r\n");
    EXPECT_THAT(mail.defects, Contains("addresses_cut"));
    EXPECT_EQ(mail.subject, "Hello");
}

TEST(MimeBounds, NorDoTheyOnFoldedLinesOrWithinAnEnclosedMail) {
    const std::string field = "fRom : x:\r\n" + repeated(" a:\r\n\ta:\r\n", deep / 2);
    EXPECT_THAT(read(field + "\r\nText\r\n").defects, Contains("addresses_cut"));
    const std::string enclosed =
        "Subject: Hello\r\nContent-Type: message/rfc822\r\n\r\nSubject: a\r\n" + field +
        "\r\nText\r\n";
    const auto mail = read(enclosed);
    EXPECT_THAT(mail.defects, Contains("addresses_cut"));
    EXPECT_EQ(mail.raw->size(), enclosed.size()) << "what came stays whole";
}

TEST(MimeBounds, ALongAddressFieldIsBlankFromItsBoundOn) {
    const Seen mail = bounded("Cc: ab,cd,ef\r\nSubject: x\r\n\r\n", {.address_bytes_max = 4});
    EXPECT_EQ(mail.bytes, "Cc: ab,     \r\nSubject: x\r\n\r\n");
}

TEST(MimeBounds, AMailOfManyPartsEndsBeforeTheyTakeAllMemory) {
    const Seen mail = bounded("--a\n--a\n--a\nend\n", {.boundary_lines_max = 2});
    EXPECT_EQ(mail.bytes, "--a\n--a\n");
    EXPECT_THAT(mail.defects, Contains("too_many_parts"));
    EXPECT_EQ(bounded("a:b\nc:d\ne:f\n", {.header_lines_max = 2}).bytes, "a:b\nc:d\n");
    EXPECT_THAT(
        read("Content-Type: multipart/mixed; boundary=a\n\n" + repeated("--a\n\n", deep)).defects,
        Contains("too_many_parts"));
}

TEST(MimeBounds, NothingIsLostOfAMailWithoutLines) {
    EXPECT_EQ(bounded("").bytes, "");
    EXPECT_EQ(bounded("To: a").bytes, "To: a");
    EXPECT_EQ(bounded("\n").bytes, "\n");
}

TEST(HostileWords, AreReadOnceEach) {
    const std::string ats = repeated("@", 256 * 1024);
    EXPECT_EQ(address_in(ats), "");
    EXPECT_THAT(addresses_in(ats), IsEmpty());
    EXPECT_EQ(addresses_in(repeated("a@", 256 * 1024) + "b").size(), 1U);
    EXPECT_EQ(addresses_in(repeated("a@b ", 10'000)).size(), 1000U);
    EXPECT_EQ(address_in("a@@b <lea@kunde.test>"), "lea@kunde.test");
}

TEST(HostileHtml, WhatStandsFarBackInATagIsNotSeen) {
    const std::string many = repeated(" a=b", 16 * 1024);
    EXPECT_EQ(text_from_html("<div class=gmail_quote>shown</div>"), "> shown");
    EXPECT_EQ(text_from_html("<div" + many + " class=gmail_quote>shown</div>"), "shown");
    EXPECT_EQ(text_from_html("<p title='" + repeated("x>", 64 * 1024) + "'>shown</p>"), "shown");
}

TEST(HostileHtml, TheMoreEndsTheLessDepth) {
    const std::string deep = repeated("<i>", 20'000) + "deep";
    EXPECT_EQ(text_from_html(deep), "deep");
    EXPECT_EQ(text_from_html(deep + repeated("</b>", 40'000)), "");
    EXPECT_EQ(text_from_html(repeated("<b>shown</b>", 1) + repeated("</b>", 40'000)), "shown");
}

// It would write commands of its own to the relay when somebody answers it.
TEST(HostileAddress, ALineEndInAnAddressIsNoAddress) {
    const auto mail =
        read("From: \"a\\\r\n rcpt to:<evil@x.test>\\\r\n b\"@c.test\r\n\r\nText\r\n");
    EXPECT_TRUE(is_sendable(mail.sender.value)) << mail.sender.value;
    for (const char* address : {"", "a\r\nb@c.test", "a b@c.test", "a>b@c.test", "a\x7f@c.test"})
        EXPECT_FALSE(is_sendable(address)) << address;
    EXPECT_TRUE(is_sendable("l\u00e9a+x@kunde.test"));
}

}  // namespace
