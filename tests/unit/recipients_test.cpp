// Who of a mail's recipients is still to be tried, and what their outcomes are together.
#include "connectors/email/recipients.hpp"

#include <gmock/gmock.h>

#include "hub/flow/outbox.hpp"

namespace {

using namespace connectors;
using namespace connectors::email;
using model::DeliveryState;
using testing::ElementsAre;
using testing::IsEmpty;

Address to(const std::string& value) {
    return {.kind = "email", .value = value, .name = "", .verified = false};
}

RecipientOutcome outcome(const std::string& address, OutcomeKind kind,
                         const std::string& reason = "") {
    return {.address = address, .kind = kind, .reason = reason, .unknown = 0};
}

RecipientOutcome unknown(const std::string& address, std::uint32_t times) {
    return {.address = address, .kind = OutcomeKind::unknown, .reason = "lost", .unknown = times};
}

const auto sent_a = outcome("a@x.test", OutcomeKind::sent);
const auto later_b = outcome("b@x.test", OutcomeKind::transient, "421 later");
const auto never_c = outcome("c@x.test", OutcomeKind::permanent, "550 no such user");

TEST(Recipients, EveryoneStandsOnceInTheOrderOfTheHeader) {
    Outbound outbound;
    outbound.to = {to("b@x.test"), to("a@x.test")};
    outbound.cc = {to("c@x.test"), to("b@x.test")};
    outbound.bcc = {to("a@x.test"), to("d@x.test")};
    std::vector<std::string> addresses;
    for (const RecipientOutcome& one : recipients_of(outbound)) {
        addresses.push_back(one.address);
        EXPECT_EQ(one, outcome(one.address, OutcomeKind::transient));
        EXPECT_FALSE(is_decided(one));
    }
    EXPECT_THAT(addresses, ElementsAre("b@x.test", "a@x.test", "c@x.test", "d@x.test"));
    EXPECT_THAT(recipients_of({}), IsEmpty());
}

TEST(Recipients, KeepWhatEarlierAttemptsBrought) {
    Outbound outbound;
    outbound.to = {to("a@x.test"), to("b@x.test")};
    outbound.cc = {to("c@x.test")};
    outbound.so_far = {unknown("b@x.test", 1), outcome("gone@x.test", OutcomeKind::sent), sent_a};
    EXPECT_THAT(recipients_of(outbound), ElementsAre(sent_a, unknown("b@x.test", 1),
                                                     outcome("c@x.test", OutcomeKind::transient)));
}

TEST(Recipients, AreDecidedOnceNothingIsLeftToTry) {
    EXPECT_TRUE(is_decided(sent_a));
    EXPECT_TRUE(is_decided(never_c));
    EXPECT_FALSE(is_decided(later_b));
    EXPECT_FALSE(is_decided(outcome("a@x.test", OutcomeKind::not_configured)));
    EXPECT_FALSE(is_decided(unknown("a@x.test", 1))) << "once more, with the same Message-ID";
    EXPECT_TRUE(is_decided(unknown("a@x.test", 2)));
    RecipientOutcome later = later_b;
    later.unknown = 2;
    EXPECT_FALSE(is_decided(later)) << "the last attempt is known not to have arrived";
}

TEST(SumUp, WhoIsUndecidedComesBeforeAllOthers) {
    for (const auto& recipients : {std::vector{sent_a, never_c, later_b}, {later_b, sent_a}}) {
        const Outcome all = sum_up(recipients);
        EXPECT_EQ(all.kind, OutcomeKind::transient);
        EXPECT_EQ(all.reason, "b@x.test: 421 later");
        EXPECT_EQ(all.recipients, recipients);
    }
    EXPECT_EQ(sum_up({sent_a, unknown("b@x.test", 1)}).kind, OutcomeKind::transient);
}

TEST(SumUp, FailedComesBeforeUnknownAndUnknownBeforeSent) {
    const Outcome failed = sum_up({sent_a, unknown("b@x.test", 2), never_c});
    EXPECT_EQ(failed.kind, OutcomeKind::permanent);
    EXPECT_EQ(failed.reason, "c@x.test: 550 no such user");
    const Outcome lost = sum_up({sent_a, unknown("b@x.test", 2)});
    EXPECT_EQ(lost.kind, OutcomeKind::unknown);
    EXPECT_EQ(lost.reason, "b@x.test: lost");
    EXPECT_EQ(lost.recipients.size(), 2U);
    const Outcome sent = sum_up({sent_a, outcome("b@x.test", OutcomeKind::sent)});
    EXPECT_EQ(sent.kind, OutcomeKind::sent);
    EXPECT_EQ(sent.reason, "");
    EXPECT_EQ(sent.recipients.size(), 2U);
}

TEST(SumUp, OfOneTheReasonStandsAloneAndOfNobodyTheMailHasFailed) {
    EXPECT_EQ(sum_up({never_c}).reason, "550 no such user");
    EXPECT_EQ(sum_up({later_b}).reason, "421 later");
    EXPECT_EQ(sum_up({}).kind, OutcomeKind::permanent);
    EXPECT_EQ(sum_up({sent_a, outcome("b@x.test", OutcomeKind::permanent)}).reason, "")
        << "no words, no address before them";
}

TEST(RecipientDeliveries, AreToldWhereThereAreSeveral) {
    EXPECT_THAT(flow::recipients_of(sum_up({never_c})), IsEmpty());
    EXPECT_THAT(flow::recipients_of({OutcomeKind::sent, {}}), IsEmpty());
    const auto told =
        flow::recipients_of(sum_up({sent_a, later_b, never_c, unknown("d@x.test", 1)}));
    EXPECT_EQ(told, (std::vector<model::RecipientDelivery>{
                        {"a@x.test", DeliveryState::sent, ""},
                        {"b@x.test", DeliveryState::queued, "421 later"},
                        {"c@x.test", DeliveryState::failed, "550 no such user"},
                        {"d@x.test", DeliveryState::unknown, "lost"}}));
}

TEST(Settled, WhatIsDecidedIsNotTriedAgain) {
    for (const auto& [kind, state] : std::vector<std::pair<OutcomeKind, DeliveryState>>{
             {OutcomeKind::sent, DeliveryState::sent},
             {OutcomeKind::permanent, DeliveryState::failed},
             {OutcomeKind::unknown, DeliveryState::unknown}})
        for (const bool may_go_on : {true, false}) {
            const flow::Settled what = flow::settled({kind, "words"}, may_go_on);
            EXPECT_EQ(what.state, state);
            EXPECT_EQ(what.reason, "words");
            EXPECT_FALSE(what.again);
        }
}

TEST(Settled, WhatIsNotSentYetIsTriedAgainUntilItMayNot) {
    for (const OutcomeKind kind : {OutcomeKind::transient, OutcomeKind::not_configured}) {
        const flow::Settled again = flow::settled({kind, "421 later"}, true);
        EXPECT_EQ(again.state, DeliveryState::queued);
        EXPECT_EQ(again.reason, "421 later");
        EXPECT_TRUE(again.again);
    }
    const flow::Settled over = flow::settled({OutcomeKind::transient, "421 later"}, false);
    EXPECT_EQ(over.state, DeliveryState::failed);
    EXPECT_THAT(over.reason, testing::HasSubstr("421 later"));
    EXPECT_FALSE(over.again);
}

TEST(Settled, OneWhoNeverGetsItMakesTheMessageFailedAtOnce) {
    const flow::Settled what = flow::settled(sum_up({sent_a, later_b, never_c}), true);
    EXPECT_EQ(what.state, DeliveryState::failed);
    EXPECT_TRUE(what.again) << "the undecided are tried again";
    EXPECT_THAT(what.reason, testing::StartsWith("c@x.test: 550 no such user"));
    EXPECT_FALSE(flow::settled(sum_up({sent_a, later_b, never_c}), false).again);
}

}  // namespace
