// What all records of one person say together.
#include "hub/customers/view.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <tuple>

namespace {

using namespace customers;
using namespace model;
using testing::ElementsAre;
using testing::IsEmpty;

Instant at(int second) {
    return Instant{} + std::chrono::seconds(second);
}

FieldValue said(const std::string& value, Source source = Source::agent, int second = 0) {
    return {.value = value, .source = source, .by = {}, .at = at(second)};
}

Contact record(std::uint64_t id, Fields fields = {}) {
    Contact made;
    made.id = ContactId{id};
    made.fields = std::move(fields);
    return made;
}

Identity mail(const std::string& value) {
    return {.kind = "email", .value = value};
}

Consent consent(ConsentState state, int second = 0) {
    return {.state = state, .evidence = "on the phone", .at = at(second)};
}

View view_of_all(const Contact& root, const std::vector<Contact>& absorbed = {}) {
    std::vector<const Contact*> others;
    for (const Contact& one : absorbed) others.push_back(&one);
    return view_of(root, others, {});
}

std::string field(const View& view, const std::string& name) {
    const auto known = view.fields.find(name);
    if (known == view.fields.end()) return "";
    return known->second.field.value + " of " + text_of(known->second.record);
}

TEST(CustomerView, OfOneRecordIsWhatItSays) {
    Contact root = record(7, {{"name", said("Lea Rossi")},
                              {"segment", said("parlour")},
                              {"relationship", said("buyer")},
                              {"language", said("it")},
                              {"owner", said("12")},
                              {"blocked", said("yes")},
                              {"do_not_contact", said("yes")},
                              {"loyalty", said("50")}});
    root.memberships = {{.organisation = OrganisationId{3}, .title = "chef"}};
    root.consents["email"] = consent(ConsentState::given);
    const View view = view_of_all(root);
    EXPECT_EQ(view.name, "Lea Rossi");
    EXPECT_EQ(view.profile, (ContactProfile{.segment = "parlour",
                                            .relationship = "buyer",
                                            .language = "it",
                                            .owner = AgentId{12},
                                            .blocked = true,
                                            .do_not_contact = true,
                                            .value = 10}));
    EXPECT_EQ(view.fields.size(), root.fields.size());
    EXPECT_EQ(field(view, "segment"), "parlour of 7");
    EXPECT_EQ(view.memberships, root.memberships);
    EXPECT_EQ(view.consents, root.consents);
}

TEST(CustomerView, OfNothingKnownIsEmpty) {
    const View view = view_of_all(record(7), {record(8)});
    EXPECT_EQ(view.name, "");
    EXPECT_EQ(view.profile, ContactProfile{});
    EXPECT_THAT(view.fields, IsEmpty());
    EXPECT_THAT(view.consents, IsEmpty());
    EXPECT_THAT(view.memberships, IsEmpty());
}

TEST(CustomerView, AnAgentBeatsAnImportWhichBeatsAChannel) {
    const auto from = [](std::uint64_t id, Source source, int second) {
        return record(id, {{"city", said("c" + std::to_string(id), source, second)}});
    };
    const Contact channel = from(1, Source::channel, 30);
    const Contact imported = from(2, Source::imported, 20);
    const Contact agent = from(3, Source::agent, 10);
    EXPECT_EQ(field(view_of_all(channel, {imported, agent}), "city"), "c3 of 3");
    EXPECT_EQ(field(view_of_all(agent, {channel, imported}), "city"), "c3 of 3");
    EXPECT_EQ(field(view_of_all(imported, {channel}), "city"), "c2 of 2");
    EXPECT_EQ(field(view_of_all(channel, {imported}), "city"), "c2 of 2") << "older, but trusted";
}

TEST(CustomerView, AmongEqualsTheRootsOwnCountsElseTheNewest) {
    const Contact root = record(5, {{"city", said("Lucca", Source::imported, 1)}});
    const Contact older = record(2, {{"city", said("Pisa", Source::imported, 2)}});
    const Contact newer = record(9, {{"city", said("Siena", Source::imported, 3)}});
    EXPECT_EQ(field(view_of_all(root, {older, newer}), "city"), "Lucca of 5");
    EXPECT_EQ(field(view_of_all(record(5), {older, newer}), "city"), "Siena of 9");
    EXPECT_EQ(field(view_of_all(record(5), {newer, older}), "city"), "Siena of 9");
    const Contact trusted = record(3, {{"city", said("Prato", Source::agent, 0)}});
    const Contact later = record(4, {{"city", said("Massa", Source::agent, 1)}});
    EXPECT_EQ(field(view_of_all(root, {trusted, later, newer}), "city"), "Massa of 4")
        << "the root's own was beaten; it protects no other";
}

TEST(CustomerView, FieldsOfSeveralRecordsComeTogether) {
    const View view = view_of_all(record(1, {{"city", said("Lucca")}, {"revenue", said("50000")}}),
                                  {record(2, {{"potential", said("100", Source::channel)}}),
                                   record(3, {{"street", said("Via Roma 1")}})});
    EXPECT_EQ(view.fields.size(), 4U);
    EXPECT_EQ(field(view, "street"), "Via Roma 1 of 3");
    EXPECT_EQ(view.profile.value, 70) << "worked out of all records' fields";
}

TEST(CustomerView, WhoIsBlockedInOneRecordIsSoAsAWhole) {
    for (const Source source : {Source::channel, Source::imported, Source::agent})
        for (const bool of_root : {true, false}) {
            const Contact strict = record(
                4, {{"blocked", said("yes", source)}, {"do_not_contact", said("yes", source)}});
            const Contact other = record(2, {{"name", said("Lea", Source::agent, 99)}});
            const View view = of_root ? view_of_all(strict, {other}) : view_of_all(other, {strict});
            EXPECT_TRUE(view.profile.blocked);
            EXPECT_TRUE(view.profile.do_not_contact);
            EXPECT_EQ(field(view, "blocked"), "yes of 4");
        }
    EXPECT_FALSE(view_of_all(record(1), {record(2)}).profile.blocked);
    EXPECT_FALSE(view_of_all(record(1, {{"blocked", said("yes")}})).profile.do_not_contact);
}

TEST(CustomerView, OfTwoConsentsTheStricterCountsElseTheNewer) {
    const auto with = [](std::uint64_t id, ConsentState state, int second) {
        Contact made = record(id);
        made.consents["email"] = consent(state, second);
        return made;
    };
    const auto of = [](const Contact& root, const std::vector<Contact>& absorbed) {
        return view_of_all(root, absorbed).consents.at("email");
    };
    const Contact given = with(1, ConsentState::given, 5);
    const Contact withdrawn = with(2, ConsentState::withdrawn, 1);
    const Contact again = with(3, ConsentState::given, 9);
    EXPECT_EQ(of(given, {withdrawn, again}).state, ConsentState::withdrawn);
    EXPECT_EQ(of(withdrawn, {given, again}).state, ConsentState::withdrawn);
    EXPECT_EQ(of(again, {given, withdrawn}).state, ConsentState::withdrawn);
    EXPECT_EQ(of(given, {again}), consent(ConsentState::given, 9));
    EXPECT_EQ(of(again, {given}), consent(ConsentState::given, 9));
}

TEST(CustomerView, AConsentIsForItsChannelAlone) {
    Contact one = record(1);
    one.consents["email"] = consent(ConsentState::withdrawn);
    Contact other = record(2);
    other.consents["phone"] = consent(ConsentState::given);
    const View view = view_of_all(one, {other});
    EXPECT_EQ(view.consents.size(), 2U);
    EXPECT_EQ(view.consents.at("email").state, ConsentState::withdrawn);
    EXPECT_EQ(view.consents.at("phone").state, ConsentState::given);
}

TEST(CustomerView, AnOrganisationStandsOnceAsTheRootHasIt) {
    Contact root = record(1);
    root.memberships = {{OrganisationId{3}, BuyingRole::decider, "owner"}};
    Contact other = record(2);
    other.memberships = {{OrganisationId{3}, BuyingRole::user, "chef"},
                         {OrganisationId{4}, BuyingRole::buyer, "buyer"}};
    EXPECT_THAT(view_of_all(root, {other}).memberships,
                ElementsAre(root.memberships[0], other.memberships[1]));
}

TEST(CustomerView, AnAddressIsNoName) {
    Contact root = record(1, {{"name", said("lea@example.org")}});
    root.identities = {mail("lea@example.org")};
    const Contact other = record(2, {{"name", said("Lea Rossi", Source::channel)}});
    EXPECT_EQ(view_of_all(root, {other}).name, "Lea Rossi");
    EXPECT_EQ(view_of_all(other, {root}).name, "Lea Rossi");
    EXPECT_EQ(view_of_all(root).name, "lea@example.org") << "better than none";
    EXPECT_THAT(view_of_all(root).fields, IsEmpty()) << "but it is not known as a name";
}

TEST(CustomerView, AnAddressOfAnotherRecordOrInCapitalsIsNoNameEither) {
    Contact root = record(1, {{"name", said("Lea Rossi", Source::channel)}});
    root.identities = {mail("lea@example.org")};
    EXPECT_EQ(view_of_all(root, {record(2, {{"name", said("lea@example.org")}})}).name,
              "Lea Rossi");
    Contact shouting = record(2, {{"name", said("Lea@Example.ORG")}});
    shouting.identities = {mail("lea@example.org")};
    EXPECT_EQ(view_of_all(root, {shouting}).name, "Lea Rossi");
}

TEST(CustomerView, WithoutANameItsPartsAreShownElseTheFirstAddress) {
    Contact root = record(1, {{"given_name", said("Lea")}, {"family_name", said("Rossi")}});
    root.name = "as before";
    root.identities = {mail("lea@example.org"), mail("rossi@example.org")};
    EXPECT_EQ(view_of_all(root).name, "Lea Rossi");
    root.fields.erase("family_name");
    EXPECT_EQ(view_of_all(root).name, "Lea");
    EXPECT_EQ(view_of_all(root, {record(2, {{"family_name", said("Neri")}})}).name, "Lea Neri");
    root.fields.clear();
    EXPECT_EQ(view_of_all(root, {record(2, {{"family_name", said("Neri")}})}).name, "Neri");
    EXPECT_EQ(view_of_all(root).name, "lea@example.org");
    root.identities.clear();
    EXPECT_EQ(view_of_all(root).name, "");
    root.fields["name"] = said("L. R.");
    root.fields["given_name"] = said("Lea");
    EXPECT_EQ(view_of_all(root).name, "L. R.");
}

// A person of random records; few instants and sources, so that there are many equals.
std::vector<Contact> random_records(std::mt19937& random) {
    const auto up_to = [&random](int most) {
        return std::uniform_int_distribution<int>(0, most)(random);
    };
    std::vector<Contact> records;
    for (const int id : {30, 10, 50, 20, 40}) {
        Contact made = record(static_cast<std::uint64_t>(id));
        for (const char* name : {"name", "city", "loyalty", "owner", "given_name"})
            if (up_to(3) != 0)
                made.fields[name] =
                    said(std::to_string(up_to(90)), static_cast<Source>(up_to(2)), up_to(2));
        for (const char* name : {"blocked", "do_not_contact"})
            if (up_to(5) == 0) made.fields[name] = said("yes", static_cast<Source>(up_to(2)));
        for (const char* channel : {"email", "phone"})
            if (up_to(2) == 0)
                made.consents[channel] = consent(static_cast<ConsentState>(up_to(1)), up_to(2));
        for (std::uint64_t organisation : {1, 2})
            if (up_to(2) == 0)
                made.memberships.push_back(
                    {OrganisationId{organisation}, static_cast<BuyingRole>(up_to(4)), "chef"});
        if (up_to(2) == 0) made.identities = {mail(std::to_string(up_to(90)))};
        records.push_back(std::move(made));
    }
    return records;
}

// Everything a view says, as text.
std::string told(const View& view) {
    std::string text = view.name + "|";
    for (const auto& [name, one] : view.fields) text += name + "=" + field(view, name) + ",";
    for (const auto& [channel, one] : view.consents)
        text += channel + (one.state == ConsentState::given ? "+" : "-") +
                std::to_string(one.at.time_since_epoch().count()) + ",";
    for (const Membership& one : view.memberships)
        text += text_of(one.organisation) + "." + std::to_string(static_cast<int>(one.role)) + ",";
    return text + "|" + std::to_string(view.profile.value.value_or(-1)) +
           (view.profile.blocked ? " blocked" : "") +
           (view.profile.do_not_contact ? " do not contact" : "");
}

TEST(CustomerView, TheOrderOfTheAbsorbedDoesNotMatter) {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        std::mt19937 random(seed);
        std::vector<Contact> absorbed = random_records(random);
        const Contact root = absorbed.front();
        absorbed.erase(absorbed.begin());
        std::vector<const Contact*> order;
        for (const Contact& one : absorbed) order.push_back(&one);
        std::ranges::sort(order);
        const std::string expected = told(view_of(root, order, {}));
        do {
            EXPECT_EQ(told(view_of(root, order, {})), expected) << "seed " << seed;
        } while (std::ranges::next_permutation(order).found);
    }
}

// Which record's value counts, worked out on its own: the most trusted; of these the root's, else
// the newest, else that of the record that was there first.
TEST(CustomerView, OfEveryFieldTheBestKnownCounts) {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        std::mt19937 random(seed);
        std::vector<Contact> records = random_records(random);
        for (Contact& one : records) one.identities.clear();
        const Contact root = records.front();
        const View view = view_of_all(root, {records.begin() + 1, records.end()});
        for (const char* name : {"name", "city", "loyalty", "owner", "given_name"}) {
            const auto rank = [name, &root](const Contact& one) {
                const auto known = one.fields.find(name);
                const bool none = known == one.fields.end();
                return std::tuple{none ? -1 : static_cast<int>(known->second.source),
                                  one.id == root.id, none ? at(0) : known->second.at,
                                  -static_cast<std::int64_t>(number(one.id))};
            };
            const Contact best = *std::ranges::max_element(records, {}, rank);
            const std::string expected =
                best.fields.contains(name) ? best.fields.at(name).value + " of " + text_of(best.id)
                                           : "";
            EXPECT_EQ(field(view, name), expected) << name << ", seed " << seed;
        }
    }
}

}  // namespace
