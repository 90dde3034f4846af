// What is known of a customer, who said so, and who may say it.
#include <gmock/gmock.h>

#include "tests/support/customers_fixture.hpp"

namespace {

using namespace support;
using namespace model;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::SizeIs;

const std::string lea = "lea@example.org";

class ChangedContact : public Customers {
protected:
    FieldValue value(ContactId id, const std::string& name) {
        const auto fields = stored(id).fields;
        return fields.contains(name) ? fields.at(name) : FieldValue{};
    }
    std::vector<std::string> addresses(ContactId id) {
        std::vector<std::string> all;
        for (const Identity& one : stored(id).identities) all.push_back(one.value);
        return all;
    }
    AttributeId attribute(const std::string& key, AttributeType type,
                          std::vector<std::string> choices = {}) {
        const Answer answer = desk.tell(SaveAttribute{elena, {{}, key, "", type, choices}});
        EXPECT_TRUE(answer.ok()) << answer.detail;
        return AttributeId{answer.id};
    }
    void expect_refused(const ChangeContact& command, Refusal refusal, const std::string& field) {
        const auto before = all_contacts();
        const auto decision = desk.decide(command);
        EXPECT_EQ(decision.answer.refusal, refusal);
        EXPECT_EQ(decision.answer.field, field);
        EXPECT_FALSE(decision.answer.detail.empty()) << "says what to do";
        EXPECT_TRUE(decision.events.empty());
        EXPECT_EQ(all_contacts(), before);
    }
};

// --- a new one

TEST_F(ChangedContact, a_new_contact_has_a_name_or_an_identity) {
    EXPECT_EQ(stored(named("Lea Gallo")).name, "Lea Gallo");
    const ContactId reached = made({anna, {}, {}, {mail_identity(lea)}});
    EXPECT_EQ(stored(reached).name, lea) << "an address stands in for a name";
    EXPECT_THAT(stored(reached).fields, IsEmpty());
    EXPECT_EQ(holder(lea), reached);
    const ContactId both =
        made({anna, {}, {{"given_name", "Ada"}, {"family_name", "Neri"}}, {{"phone", "+391"}}});
    EXPECT_EQ(stored(both).name, "Ada Neri");
    EXPECT_EQ(holder("+391", "phone"), both);
    expect_refused({anna}, Refusal::invalid, "name");
    expect_one_account(desk);
}

TEST_F(ChangedContact, a_new_contact_with_neither_is_refused) {
    expect_refused({anna, {}, {{"segment", "bar"}}}, Refusal::invalid, "name");
    expect_refused({anna, {}, {{"name", "  "}}}, Refusal::invalid, "name");
}

TEST_F(ChangedContact, a_new_contact_is_known_when_it_writes) {
    const ContactId id =
        made({anna, {}, {{"name", "Lea"}, {"language", "it"}}, {mail_identity(lea)}});
    const ConversationId conversation = write(lea, "Lea from the Bar");
    EXPECT_EQ(desk.at(conversation).contact, id);
    EXPECT_EQ(name_in(conversation), "Lea");
    EXPECT_EQ(desk.at(conversation).profile.language, "it");
}

TEST_F(ChangedContact, an_unknown_contact_or_agent_is_refused) {
    expect_refused({anna, ContactId{9999}, {{"name", "Lea"}}}, Refusal::not_found, "");
    expect_refused({AgentId{99}, {}, {{"name", "Lea"}}}, Refusal::forbidden, "");
}

// --- names

TEST_F(ChangedContact, a_name_learnt_later_replaces_the_address) {
    const ContactId id = customer(lea);
    EXPECT_EQ(stored(id).name, lea);
    const ConversationId conversation = write(lea, "Lea");
    EXPECT_EQ(stored(id).name, "Lea");
    EXPECT_EQ(name_in(conversation), "Lea");
    write(lea, "Somebody else");
    EXPECT_EQ(stored(id).name, "Lea") << "the first counts";
}

// Many programs write the address where a name would stand.
TEST_F(ChangedContact, an_address_in_the_place_of_a_name_is_none) {
    const ContactId first = customer(lea, lea);
    write(lea, "Lea");
    EXPECT_EQ(stored(first).name, "Lea");
    const ContactId later = customer("ada@example.org");
    write("ada@example.org", "ada@example.org");
    write("ada@example.org", "Ada");
    EXPECT_EQ(stored(later).name, "Ada");
}

TEST_F(ChangedContact, a_name_is_made_of_its_parts_where_none_is_given) {
    const ContactId id = customer(lea, "", {{"family_name", "Gallo"}});
    EXPECT_EQ(stored(id).name, "Gallo");
    know(id, {{"given_name", "Lea"}});
    EXPECT_EQ(stored(id).name, "Lea Gallo");
    know(id, {{"name", "Bar Gallo"}});
    EXPECT_EQ(stored(id).name, "Bar Gallo");
    know(id, {{"name", ""}, {"given_name", ""}, {"family_name", ""}});
    EXPECT_EQ(stored(id).name, lea);
}

// --- fields

TEST_F(ChangedContact, a_field_carries_where_it_comes_from) {
    const ContactId id = customer(lea, "Lea");
    EXPECT_EQ(value(id, "name"), (FieldValue{"Lea", Source::channel, {}, opening}));
    wait(1min);
    know(id, {{"city", " Pavia "}, {"country", "it"}}, anna);
    const FieldValue said{"Pavia", Source::agent, anna, opening + 1min};
    EXPECT_EQ(value(id, "city"), said) << "trimmed";
    EXPECT_EQ(value(id, "country").value, "IT");
    wait(1min);
    know(id, {{"city", "Pavia"}}, bruno);
    EXPECT_EQ(value(id, "city"), said) << "saying it again is no change";
    know(id, {{"city", ""}});
    EXPECT_THAT(stored(id).fields, Not(Contains(Key("city"))));
    expect_one_account(desk);
}

TEST_F(ChangedContact, a_table_fills_in_what_no_person_has_said) {
    const ContactId id = customer(lea, "Lea");
    know(id, {{"city", "Pavia"}}, anna);
    ChangeContact table{dario, id, {{"city", "Lodi"}, {"street", "Via Po 1"}, {"name", "Lea G."}}};
    table.source = Source::imported;
    made(table);
    EXPECT_EQ(field(id, "city"), "Pavia");
    EXPECT_EQ(value(id, "street"), (FieldValue{"Via Po 1", Source::imported, dario, opening}));
    EXPECT_EQ(stored(id).name, "Lea G.") << "more than a channel knows";
    table.fields = {{"city", ""}, {"street", ""}};
    made(table);
    EXPECT_EQ(field(id, "city"), "Pavia") << "nor does it take that away";
    EXPECT_EQ(field(id, "street"), "");
}

TEST_F(ChangedContact, a_table_does_not_free_whom_a_person_blocked) {
    const ContactId id = customer(lea, "Lea", {{"blocked", "yes"}, {"do_not_contact", "yes"}});
    ChangeContact table{dario, id, {{"blocked", "no"}, {"do_not_contact", "no"}}};
    table.source = Source::imported;
    made(table);
    EXPECT_TRUE(stored(id).profile.blocked);
    EXPECT_TRUE(stored(id).profile.do_not_contact);
}

TEST_F(ChangedContact, what_is_wrong_changes_nothing_at_all) {
    const ContactId id = customer(lea, "Lea");
    ChangeContact command{dario, id};
    command.fields = {{"city", "Pavia"}, {"blocked", "yes"}, {"loyalty", "101"}};
    command.add = {mail_identity("lea@bar.example")};
    command.remove = {mail_identity(lea)};
    command.consents["email"] = {ConsentState::given, "order form"};
    command.memberships = {{OrganisationId{71}}};
    expect_refused(command, Refusal::invalid, "loyalty");
    command.contact = {};
    expect_refused(command, Refusal::invalid, "loyalty");
    EXPECT_EQ(holder("lea@bar.example"), ContactId{});
    command.contact = id;
    command.fields["loyalty"] = "100";
    EXPECT_EQ(made(command), id);
}

TEST_F(ChangedContact, each_field_has_its_form) {
    const ContactId id = customer(lea, "Lea");
    for (const auto& [name, wrong] : Fields{{"language", "italian!"},
                                            {"time_zone", "Rome"},
                                            {"country", "ITA"},
                                            {"revenue", "-1"},
                                            {"potential", "101"},
                                            {"influence", "a lot"},
                                            {"do_not_contact", "perhaps"},
                                            {"owner", "anna"},
                                            {"avatar", "photo.jpg"},
                                            {"shoe_size", "38"},
                                            {"attribute.shoe_size", "38"},
                                            {"city", std::string(201, 'a')}}) {
        SCOPED_TRACE(name);
        expect_refused({dario, id, {{name, wrong}}}, Refusal::invalid, name);
    }
    expect_refused({dario, id, {{"owner", "99"}}}, Refusal::invalid, "owner_id");
}

TEST_F(ChangedContact, agents_do_not_say_whose_account_it_is_and_who_is_blocked) {
    const ContactId id = customer(lea, "Lea");
    for (const auto& [name, text] :
         Fields{{"owner", text_of(anna)}, {"blocked", "yes"}, {"do_not_contact", "yes"}}) {
        SCOPED_TRACE(name);
        const std::string field = name == "owner" ? "owner_id" : name;
        expect_refused({anna, id, {{name, text}, {"city", "Pavia"}}}, Refusal::forbidden, field);
        expect_refused({anna, {}, {{name, text}, {"name", "Ada"}}}, Refusal::forbidden, field);
        know(id, {{name, text}}, name == "owner" ? elena : dario);
        know(id, {{name, text}, {"city", "Lodi"}}, anna);
        expect_refused({anna, id, {{name, ""}}}, Refusal::forbidden, field);
    }
    EXPECT_EQ(stored(id).profile.owner, anna);
    EXPECT_TRUE(stored(id).profile.blocked);
    EXPECT_TRUE(stored(id).profile.do_not_contact);
}

// --- attributes

TEST_F(ChangedContact, an_attribute_is_there_once_an_administrator_made_it) {
    const ContactId id = customer(lea, "Lea");
    expect_refused({anna, id, {{"attribute.ovens", "3"}}}, Refusal::invalid, "attribute.ovens");
    attribute("ovens", AttributeType::number);
    attribute("opened", AttributeType::date);
    attribute("delivery", AttributeType::flag);
    attribute("flour", AttributeType::choice, {"00", "rye"});
    attribute("remark", AttributeType::text);
    restart();
    know(id, {{"attribute.ovens", "3"},
              {"attribute.opened", "2024-02-29"},
              {"attribute.delivery", "true"},
              {"attribute.flour", "rye"},
              {"attribute.remark", "rings twice"}});
    EXPECT_EQ(value(id, "attribute.ovens"), (FieldValue{"3", Source::agent, dario, opening}));
    EXPECT_EQ(field(id, "attribute.delivery"), "yes");
    for (const auto& [name, wrong] : Fields{{"attribute.ovens", "three"},
                                            {"attribute.opened", "2023-02-29"},
                                            {"attribute.delivery", "perhaps"},
                                            {"attribute.flour", "spelt"},
                                            {"attribute.remark", std::string(2001, 'a')}}) {
        SCOPED_TRACE(name);
        expect_refused({anna, id, {{name, wrong}}}, Refusal::invalid, name);
    }
    know(id, {{"attribute.flour", ""}});
    EXPECT_EQ(field(id, "attribute.flour"), "");
}

TEST_F(ChangedContact, what_is_no_attribute_is_not_saved) {
    const AttributeId ovens = attribute("ovens", AttributeType::number);
    const auto refused = [this](AgentId by, AttributeDefinition definition) {
        const Answer answer = desk.tell(SaveAttribute{by, std::move(definition)});
        EXPECT_FALSE(answer.detail.empty());
        return std::pair{answer.refusal, answer.field};
    };
    using Refused = std::pair<Refusal, std::string>;
    for (const char* key : {"", "Ovens", "two words", "a-b"})
        EXPECT_EQ(refused(elena, {{}, key}), (Refused{Refusal::invalid, "key"})) << key;
    EXPECT_EQ(refused(elena, {{}, std::string(51, 'a')}).second, "key");
    EXPECT_EQ(refused(elena, {{}, "ovens"}), (Refused{Refusal::invalid, "key"}));
    EXPECT_EQ(refused(elena, {{}, "flour", "", AttributeType::choice}),
              (Refused{Refusal::invalid, "choices"}));
    EXPECT_EQ(refused(elena, {AttributeId{9999}, "flour"}).first, Refusal::not_found);
    EXPECT_EQ(refused(dario, {{}, "flour"}).first, Refusal::forbidden);
    EXPECT_TRUE(desk.tell(SaveAttribute{elena, {ovens, "ovens", "Ovens"}}).ok());
    EXPECT_THAT(desk.state.attributes, SizeIs(1));
    EXPECT_EQ(desk.state.attributes.at(ovens).label, "Ovens");
}

// --- identities

TEST_F(ChangedContact, an_identity_of_somebody_else_is_refused_with_the_cure) {
    const ContactId id = customer(lea, "Lea");
    const ContactId other = customer("ada@example.org", "Ada");
    desk.forget_all();
    const ChangeContact command{anna, id, {{"city", "Pavia"}}, {mail_identity("ada@example.org")}};
    expect_refused(command, Refusal::invalid, "identities");
    const Answer answer = desk.tell(command);
    EXPECT_THAT(answer.detail, HasSubstr("contact " + text_of(other)));
    EXPECT_THAT(answer.detail, HasSubstr("merge"));
    expect_refused({anna, {}, {}, {mail_identity("ada@example.org")}}, Refusal::invalid,
                   "identities");
    ASSERT_TRUE(merge(other, id).ok());
    EXPECT_TRUE(desk.tell(command).ok()) << "they are one person now";
    EXPECT_EQ(holder("ada@example.org"), other) << "it stays where it was";
    EXPECT_THAT(addresses(id), ElementsAre(lea));
}

TEST_F(ChangedContact, identities_are_added_and_taken_away) {
    const ContactId id = customer(lea);
    const std::string bar = "lea@bar.example";
    wait(1min);
    made({anna, id, {}, {mail_identity(bar), {"phone", "+393331234567"}}});
    EXPECT_THAT(addresses(id), ElementsAre(lea, bar, "+393331234567"));
    const Identity added = stored(id).identities[1];
    EXPECT_EQ(added, (Identity{"email", bar, false, Source::agent, opening + 1min}));
    EXPECT_EQ(desk.at(write(bar)).contact, id);

    made({anna, id, {}, {}, {mail_identity(lea)}});
    EXPECT_THAT(addresses(id), ElementsAre(bar, "+393331234567"));
    EXPECT_EQ(stored(id).name, bar) << "another address stands in";
    restart();
    EXPECT_NE(desk.at(write(lea)).contact, id) << "somebody new";
    EXPECT_EQ(desk.at(write(bar)).contact, id);
    expect_one_account(desk);
}

TEST_F(ChangedContact, an_address_taken_away_can_be_given_to_somebody_else) {
    const ContactId id = customer(lea, "Lea");
    made({anna, id, {}, {}, {mail_identity(lea)}});
    desk.forget_all();
    const ContactId other = made({anna, {}, {{"name", "Ada"}}, {mail_identity(lea)}});
    EXPECT_EQ(holder(lea), other);
    EXPECT_EQ(desk.at(write(lea)).contact, other);
    expect_refused({anna, id, {}, {}, {mail_identity(lea)}}, Refusal::invalid,
                   "remove_identities");
    EXPECT_EQ(holder(lea), other) << "it is not the first one's to take away";
    EXPECT_EQ(stored(id).name, "Lea");
}

TEST_F(ChangedContact, an_identity_is_verified_once_and_told_once) {
    const ContactId id = customer(lea, "Lea");
    const auto decision = desk.decide(ChangeContact{anna, id, {}, {mail_identity(lea, true)}});
    EXPECT_THAT(facts<IdentityAdded>(decision), SizeIs(1));
    EXPECT_TRUE(stored(id).identities.at(0).verified);
    EXPECT_THAT(addresses(id), ElementsAre(lea));
    EXPECT_TRUE(
        desk.decide(ChangeContact{anna, id, {}, {mail_identity(lea, true)}}).events.empty());
    EXPECT_EQ(stored(id).identities.at(0).added_at, opening);
}

// --- organisations

TEST_F(ChangedContact, memberships_come_change_and_go) {
    const OrganisationId bar{desk.tell(SaveOrganisation{anna, {{}, "Bar Rosa"}}).id};
    const OrganisationId hotel{desk.tell(SaveOrganisation{anna, {{}, "Hotel"}}).id};
    const ContactId id = customer(lea, "Lea");
    made({anna, id, {}, {}, {}, {}, {{hotel, BuyingRole::user, "cook"}, {bar}}});
    const Membership in_bar{bar, BuyingRole::none, ""};
    EXPECT_THAT(stored(id).memberships,
                ElementsAre(in_bar, Membership{hotel, BuyingRole::user, "cook"}));
    made({anna, id, {}, {}, {}, {}, {{hotel, BuyingRole::buyer, "chef"}}});
    EXPECT_THAT(stored(id).memberships,
                ElementsAre(in_bar, Membership{hotel, BuyingRole::buyer, "chef"}));
    made({anna, id, {}, {}, {}, {}, {}, {hotel}});
    EXPECT_THAT(stored(id).memberships, ElementsAre(in_bar));
    expect_one_account(desk);
}

TEST_F(ChangedContact, saying_what_is_known_writes_nothing) {
    const ContactId id = customer(lea, "Lea", {{"city", "Pavia"}});
    for (const ChangeContact& command :
         {ChangeContact{anna, id}, ChangeContact{anna, id, {{"city", "Pavia"}, {"name", "Lea"}}},
          ChangeContact{anna, id, {{"street", ""}}},
          ChangeContact{anna, id, {}, {mail_identity(lea)}},
          ChangeContact{anna, id, {}, {}, {mail_identity("nobody@example.org")}}})
        EXPECT_TRUE(desk.decide(command).events.empty());
}

}  // namespace
