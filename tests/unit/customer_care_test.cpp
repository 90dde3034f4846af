// What is owed to customers beside answers: their consents, what happened elsewhere, what is still
// to be done, what they are worth, and the organisations they belong to.
#include <gmock/gmock.h>

#include "tests/support/customers_fixture.hpp"

namespace {

using namespace support;
using namespace model;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string lea = "lea@example.org";
const std::string bar = "lea@bar.example";

// --- who may be written to

class Consents : public Customers {
protected:
    ContactId id{};
    ConversationId conversation{};

    void SetUp() override {
        Customers::SetUp();
        conversation = write(lea, "Lea");
        id = holder(lea);
    }
    void say(const std::string& channel, ConsentState state) {
        ChangeContact command{anna, id};
        command.consents[channel] = {state, "order form of 3 May"};
        made(command);
    }
    desk::Decision write_first(const std::vector<std::string>& to) {
        StartConversation start;
        start.inbox = mail_inbox;
        start.subject = "Our offer";
        start.reply = reply(anna, {});
        for (const std::string& one : to) start.reply.to.push_back({.kind = "email", .value = one});
        return desk.decide(start);
    }
    void expect_not_written_to(const std::vector<std::string>& to) {
        const auto decision = write_first(to);
        EXPECT_EQ(decision.answer.refusal, Refusal::forbidden);
        EXPECT_EQ(decision.answer.field, "to");
        EXPECT_THAT(decision.answer.detail, HasSubstr(to.back()));
        EXPECT_TRUE(decision.events.empty()) << "nothing is opened";
        EXPECT_TRUE(decision.batch.rows.empty()) << "nothing leaves";
    }
};

TEST_F(Consents, a_consent_is_recorded_with_whose_word_it_is) {
    wait(1min);
    say("email", ConsentState::given);
    const Consent given{ConsentState::given, "order form of 3 May", Source::agent, anna,
                        opening + 1min};
    EXPECT_EQ(stored(id).consents.at("email"), given);
    say("phone", ConsentState::withdrawn);
    EXPECT_EQ(stored(id).consents.at("email"), given);
    EXPECT_EQ(stored(id).consents.at("phone").state, ConsentState::withdrawn);
    expect_one_account(desk);
}

TEST_F(Consents, whoever_withdrew_it_is_answered_and_not_written_to_first) {
    EXPECT_TRUE(write_first({lea}).answer.ok()) << "nobody has said anything";
    say("email", ConsentState::given);
    EXPECT_TRUE(write_first({lea}).answer.ok());
    say("email", ConsentState::withdrawn);
    desk.forget_all();
    expect_not_written_to({lea});
    EXPECT_TRUE(answer(conversation).answer.ok());
    say("email", ConsentState::given);
    EXPECT_TRUE(write_first({lea}).answer.ok());
}

TEST_F(Consents, the_word_about_another_channel_does_not_count) {
    say("phone", ConsentState::withdrawn);
    EXPECT_TRUE(write_first({lea}).answer.ok());
}

TEST_F(Consents, whoever_asked_not_to_be_contacted_is_answered_and_not_written_to_first) {
    know(id, {{"do_not_contact", "yes"}});
    say("email", ConsentState::given);
    expect_not_written_to({lea});
    restart();
    expect_not_written_to({lea});
    EXPECT_TRUE(answer(conversation).answer.ok());
    know(id, {{"do_not_contact", "no"}});
    EXPECT_TRUE(write_first({lea}).answer.ok());
}

TEST_F(Consents, what_one_record_of_a_person_said_counts_for_all_of_her_addresses) {
    const ContactId other = customer(bar);
    say("email", ConsentState::withdrawn);
    ASSERT_TRUE(merge(other, id).ok());
    expect_not_written_to({bar});
    ASSERT_TRUE(take_out(other).ok());
    EXPECT_TRUE(write_first({bar}).answer.ok());
    ASSERT_TRUE(merge(id, other).ok());
    desk.forget_all();
    expect_not_written_to({bar});
}

TEST_F(Consents, a_later_yes_of_another_record_does_not_outweigh_a_no) {
    const ContactId other = customer(bar);
    say("email", ConsentState::withdrawn);
    wait(1min);
    ChangeContact yes{anna, other};
    yes.consents["email"] = {ConsentState::given, "on the telephone"};
    made(yes);
    ASSERT_TRUE(merge(id, other).ok());
    expect_not_written_to({bar});
    expect_not_written_to({lea});
}

// The refusal says to change it on the contact's page: that must help.
TEST_F(Consents, a_yes_said_of_the_person_as_a_whole_ends_an_earlier_no_of_any_record) {
    const ContactId other = customer(bar);
    say("email", ConsentState::withdrawn);
    ASSERT_TRUE(merge(id, other).ok());
    expect_not_written_to({bar});
    wait(1min);
    ChangeContact yes{anna, other};
    yes.consents["email"] = {ConsentState::given, "on the telephone"};
    made(yes);
    const auto decision = write_first({bar});
    EXPECT_TRUE(decision.answer.ok()) << decision.answer.detail;
}

// Answered and no more: also when the mail is somebody else's first of all.
TEST_F(Consents, nobody_is_written_to_first_as_a_second_recipient) {
    know(id, {{"do_not_contact", "yes"}});
    expect_not_written_to({"ada@example.org", lea});
}

// --- what happened elsewhere

using Interactions = Customers;

TEST_F(Interactions, a_note_is_told_of_the_person) {
    const ContactId id = customer(lea, "Lea");
    const ContactId other = customer(bar);
    ASSERT_TRUE(merge(other, id).ok());
    desk.forget_all();
    const auto decision = desk.decide(NoteOnContact{anna, other, "likes pistachio"});
    EXPECT_EQ(decision.answer.id, number(id));
    ASSERT_THAT(facts<ContactNoted>(decision), SizeIs(1));
    EXPECT_EQ(facts<ContactNoted>(decision)[0].text, "likes pistachio");
    EXPECT_EQ(decision.events[0].contact, id);
    EXPECT_EQ(decision.events[0].actor.id, number(anna));
    EXPECT_EQ(desk.tell(NoteOnContact{anna, id, ""}).field, "text");
    EXPECT_EQ(desk.tell(NoteOnContact{anna, ContactId{9999}, "x"}).refusal, Refusal::not_found);
    EXPECT_EQ(desk.tell(NoteOnContact{anna, ContactId{}, "x"}).refusal, Refusal::not_found);
}

TEST_F(Interactions, an_interaction_is_told_with_when_it_happened) {
    const ContactId id = customer(lea, "Lea");
    const auto told = [this](const LogInteraction& command) {
        return facts<InteractionLogged>(desk.decide(command));
    };
    const auto now = told({anna, id, InteractionKind::call, Direction::in, "ordered", "two boxes"});
    ASSERT_THAT(now, SizeIs(1));
    EXPECT_EQ(now[0].kind, InteractionKind::call);
    EXPECT_EQ(now[0].direction, Direction::in);
    EXPECT_EQ(now[0].outcome, "ordered");
    EXPECT_EQ(now[0].text, "two boxes");
    EXPECT_EQ(now[0].happened_at, desk.now);
    LogInteraction visit{anna, id, InteractionKind::visit};
    visit.happened_at = desk.now - 48h;
    ASSERT_THAT(told(visit), SizeIs(1));
    EXPECT_EQ(told(visit)[0].happened_at, desk.now - 48h);
    visit.happened_at = desk.now;
    EXPECT_THAT(told(visit), SizeIs(1)) << "just now";
    EXPECT_EQ(desk.logged("interaction_logged"), 4U);
}

TEST_F(Interactions, what_has_not_happened_yet_is_refused_with_the_cure) {
    LogInteraction visit{anna, customer(lea, "Lea"), InteractionKind::visit};
    visit.happened_at = desk.now + 1us;
    const auto decision = desk.decide(visit);
    EXPECT_EQ(decision.answer.refusal, Refusal::invalid);
    EXPECT_EQ(decision.answer.field, "happened_at");
    EXPECT_THAT(decision.answer.detail, HasSubstr("follow-up"));
    EXPECT_TRUE(decision.events.empty());
    EXPECT_EQ(desk.tell(LogInteraction{anna, ContactId{9999}}).refusal, Refusal::not_found);
}

// --- what a customer is worth

class Value : public Customers {
protected:
    ContactId id{};

    void SetUp() override {
        Customers::SetUp();
        id = customer(lea, "Lea");
    }
    std::optional<double> worth() { return stored(id).profile.value; }
    Answer save(const ValueFormula& formula, AgentId by = elena) {
        return desk.tell(SaveValueFormula{by, formula});
    }
};

// Weights of 4, 3, 2 and 1; a revenue of 50,000 counts in full.
TEST_F(Value, a_value_is_made_of_what_is_known_and_carried_by_open_conversations) {
    EXPECT_EQ(worth(), std::nullopt) << "nothing is known";
    const ConversationId conversation = write(lea);
    know(id, {{"revenue", "25000"}});
    EXPECT_EQ(worth(), 20.0);
    EXPECT_EQ(desk.at(conversation).profile.value, 20.0);
    know(id, {{"potential", "50"}, {"loyalty", "100"}, {"influence", "10"}});
    EXPECT_EQ(worth(), 56.0);
    know(id, {{"revenue", "1000000"}});
    EXPECT_EQ(worth(), 76.0) << "no more than in full";
    know(id, {{"revenue", ""}, {"potential", ""}, {"loyalty", ""}, {"influence", ""}});
    EXPECT_EQ(worth(), std::nullopt);
    EXPECT_EQ(desk.at(conversation).profile.value, std::nullopt);
}

TEST_F(Value, another_formula_counts_when_the_customer_changes_next) {
    know(id, {{"revenue", "25000"}, {"loyalty", "80"}});
    EXPECT_EQ(worth(), 36.0);
    ValueFormula formula;
    formula.revenue = formula.potential = formula.influence = 0;
    ASSERT_TRUE(save(formula).ok());
    EXPECT_EQ(desk.state.value_formula.version, 1U);
    EXPECT_EQ(worth(), 36.0) << "nothing about the customer has changed";
    restart();
    EXPECT_EQ(desk.state.value_formula.loyalty, formula.loyalty);
    know(id, {{"city", "Pavia"}});
    EXPECT_EQ(worth(), 80.0);
    ASSERT_TRUE(save(formula).ok());
    EXPECT_EQ(desk.state.value_formula.version, 2U);
}

TEST_F(Value, what_is_no_formula_is_not_saved) {
    const ValueFormula before = desk.state.value_formula;
    for (double ValueFormula::*weight : {&ValueFormula::revenue, &ValueFormula::potential,
                                         &ValueFormula::loyalty, &ValueFormula::influence}) {
        ValueFormula wrong;
        wrong.*weight = -0.1;
        EXPECT_EQ(save(wrong).refusal, Refusal::invalid);
    }
    EXPECT_EQ(save({0, 0, 0, 0, 0, 50'000}).field, "revenue") << "one is more than 0";
    EXPECT_EQ(save({0, 1, 1, 1, 1, 0}).field, "revenue_full");
    EXPECT_EQ(save({0, 1, 1, 1, 1, -5}).field, "revenue_full");
    EXPECT_EQ(save({}, dario).refusal, Refusal::forbidden);
    EXPECT_EQ(save({}, anna).refusal, Refusal::forbidden);
    EXPECT_EQ(desk.state.value_formula, before);
    EXPECT_TRUE(save({0, 0, 0, 0, 0.5, 1}).ok());
}

TEST_F(Value, a_merged_person_is_worth_what_all_records_say_together) {
    const ContactId other = customer(bar, "", {{"revenue", "50000"}});
    know(id, {{"loyalty", "100"}});
    EXPECT_EQ(worth(), 20.0);
    ASSERT_TRUE(merge(other, id).ok());
    EXPECT_EQ(worth(), 60.0);
    ASSERT_TRUE(take_out(other).ok());
    EXPECT_EQ(worth(), 20.0);
    EXPECT_EQ(stored(other).profile.value, 40.0);
}

// --- organisations

class Organisations : public Customers {
protected:
    Organisation saved(std::uint64_t id) {
        Organisation organisation;
        desk.store.read([&](storage::Reader& reader) {
            const auto row = reader.organisation(id);
            ASSERT_TRUE(row.has_value());
            organisation = organisation_from(row->body);
        });
        return organisation;
    }
};

TEST_F(Organisations, an_organisation_is_saved_with_who_said_what) {
    wait(1min);
    Organisation hotel{{}, "Hotel Adria", {"adria.example"}};
    hotel.fields["city"].value = " Rimini ";
    hotel.fields["street"].value = "";
    const Answer answer = desk.tell(SaveOrganisation{anna, hotel});
    ASSERT_TRUE(answer.ok()) << answer.detail;
    Organisation known = saved(answer.id);
    EXPECT_EQ(known.name, "Hotel Adria");
    EXPECT_THAT(known.domains, ElementsAre("adria.example"));
    EXPECT_EQ(known.created_at, opening + 1min);
    EXPECT_THAT(known.fields, SizeIs(1)) << "what is empty is not there";
    EXPECT_EQ(known.fields.at("city"), (FieldValue{"Rimini", Source::agent, anna, opening + 1min}));

    wait(1min);
    known.name = "Grand Hotel Adria";
    EXPECT_EQ(desk.tell(SaveOrganisation{bruno, known}).id, answer.id);
    EXPECT_EQ(saved(answer.id).name, "Grand Hotel Adria");
    EXPECT_EQ(saved(answer.id).created_at, opening + 1min);
    restart();
    const Answer next = desk.tell(SaveOrganisation{anna, {{}, "Bar Rosa"}});
    EXPECT_GT(next.id, answer.id) << "ids are given out once";
}

TEST_F(Organisations, what_is_wrong_with_an_organisation_is_named) {
    const auto refused = [this](const Organisation& organisation) {
        const auto decision = desk.decide(SaveOrganisation{anna, organisation});
        EXPECT_EQ(decision.answer.refusal, Refusal::invalid);
        EXPECT_TRUE(decision.events.empty());
        return decision.answer.field;
    };
    EXPECT_EQ(refused({}), "name");
    Organisation hotel{{}, "Hotel Adria"};
    hotel.fields["country"].value = "Italy";
    EXPECT_EQ(refused(hotel), "country");
    hotel.fields = {};
    hotel.fields["shoe_size"].value = "38";
    EXPECT_EQ(refused(hotel), "shoe_size");
}

}  // namespace
