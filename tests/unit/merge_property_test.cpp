// Merging and taking apart again is as if nothing had happened.
//
// A seed gives one history: mails from a few addresses and messages from a few chats, with and
// without names; new customers, fields, identities, consents, organisations, notes, spam, blocking
// and statuses, in a random order and with time passing. Three times it comes to a *window*: some
// of the records there are merged, nested or not, then only messages arrive for them (for others
// anything happens), then all merged records are taken out again in a random order.
//
// The history is played three times, drawn from the same numbers:
//   plain      nothing is merged, all else happens;
//   merged     as described;
//   shaken     as merged, and after any step memory may be lost (a restart) or forget.
//
// After each window and at the end we compare
//
// - plain and merged: every record as a whole (name, profile, fields with their provenance,
//   identities, consents, memberships, part of nothing, nothing absorbed). A merge adds no ids and
//   moves no values, so not even a time may differ. Of the conversations that both have open:
//   contact, contact's name, profile. What is left out follows from other rules: clocks and
//   assignees were somebody else's promise for a while (S18 keeps what was used), an account's
//   message that arrived while its person was blocked moved nothing (P6), and what is resolved
//   keeps the name it was resolved with. Versions count events.
// - merged and shaken: every record and every conversation, byte by byte. Memory is never needed;
//   `MergeMemory` says the same of windows in which anything happens to merged people, too.
// - of the merged one, that the log, the tables and memory tell the same.
//
// A changed value formula is no part of it: a person's value is that of the formula in force when
// she last changed, and taking apart is a change.
#include <random>
#include <set>

#include "tests/support/customers_fixture.hpp"

namespace {

using namespace support;
using namespace model;

enum class How { plain, merged, shaken };
enum class Records { with_an_address, of_any_kind };
enum class Windows { of_messages, of_anything };

struct Taken {
    std::vector<Contact> contacts;
    std::vector<Conversation> conversations;
};

class Random {
public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}
    std::size_t below(std::size_t limit) { return engine_() % limit; }
    bool one_in(std::size_t count) { return below(count) == 0; }
    template <class Values>
    const auto& pick(const Values& values) {
        return *std::next(std::begin(values), static_cast<std::ptrdiff_t>(below(values.size())));
    }

private:
    std::mt19937_64 engine_;
};

// One history. What all plays share is drawn from `random_` and `plan_`, the order of taking out
// from `order_`, what happens to memory from `shakes_`: so plays differ in nothing else.
class Play {
public:
    Play(std::uint64_t seed, How how, Records records, Windows windows = Windows::of_messages)
        : how_(how),
          records_(records),
          windows_(windows),
          random_(seed),
          plan_(seed + 1000),
          order_(seed + 2000),
          shakes_(seed + 3000) {
        save_policies();
        desk_.online(anna);
    }

    std::vector<Taken> run() {
        std::vector<Taken> taken;
        for (int window = 0; window < 3; ++window) {
            for (std::size_t steps = 4 + random_.below(8); steps > 0; --steps) step();
            merge_some();
            for (std::size_t steps = random_.below(6); steps > 0; --steps) step();
            if (windows_ == Windows::of_anything) {
                expect_one_account(desk_);
                taken.push_back({stored_contacts(desk_), stored_conversations(desk_)});
            }
            take_apart();
            taken.push_back({stored_contacts(desk_), stored_conversations(desk_)});
        }
        for (std::size_t steps = random_.below(6); steps > 0; --steps) step();
        taken.push_back({stored_contacts(desk_), stored_conversations(desk_)});
        if (how_ == How::merged) expect_one_account(desk_);
        return taken;
    }
    std::size_t merges() const { return merges_; }

private:
    Answer tell(const Command& command) {
        const desk::Decision decision = desk_.decide(command);
        const Answer& answer = decision.answer;
        for (const Event& event : decision.events)
            if (std::holds_alternative<ContactCreated>(event.fact)) known_.push_back(event.contact);
        if (how_ != How::shaken) return answer;
        if (shakes_.one_in(3)) desk_.forget_all();
        if (shakes_.one_in(3))
            desk_.store.read([this](storage::Reader& r) { desk_.state = desk::restore(r); });
        return answer;
    }

    // Merging changes which promises hold, and what comes by itself.
    void save_policies() {
        sla::Policy policy = promise_policy();
        tell(SavePolicy{elena, policy});
        policy.id = PolicyId{32};
        policy.rank = 1;
        policy.conditions.relationships = {"account"};
        policy.targets = {{Metric::first_response, 20min, {50}}, {Metric::resolution, 2h, {}}};
        tell(SavePolicy{elena, policy});
    }

    // --- windows

    void merge_some() {
        for (std::size_t count = plan_.below(4); count > 0 && known_.size() > 1; --count) {
            const ContactId into = plan_.pick(known_);
            const ContactId absorbed = plan_.pick(known_);
            apart_.insert({into, absorbed});
            if (how_ == How::plain) continue;
            if (tell(MergeContacts{anna, into, absorbed}).ok()) ++merges_;
        }
    }
    void take_apart() {
        for (auto merged = absorbed(); !merged.empty(); merged = absorbed())
            EXPECT_TRUE(tell(UnmergeContact{anna, order_.pick(merged)}).ok());
        apart_.clear();
    }
    bool is_left_alone(ContactId id) const {
        return windows_ == Windows::of_messages && apart_.contains(id);
    }
    std::vector<ContactId> absorbed() {
        std::vector<ContactId> found;
        for (const ContactId id : apart_)
            if (is_some(stored(id).part_of)) found.push_back(id);
        return found;
    }
    Contact stored(ContactId id) {
        std::string body;
        desk_.store.read([&](storage::Reader& reader) { body = reader.contact(id)->body; });
        return contact_from(body);
    }

    // --- steps

    void step() {
        desk_.now += std::chrono::seconds{random_.below(40 * 60)};
        tell(TimeReached{});
        const std::size_t dice = random_.below(20);
        if (dice < 8) return receive_mail();
        if (dice < 11) return receive_chat();
        if (dice < 17) return change_somebody();
        if (dice < 18) return make_somebody();
        change_a_conversation();
    }

    std::string address() { return "a" + std::to_string(random_.below(5)) + "@example.org"; }
    std::string name(const std::string& address) {
        return random_.pick(std::vector<std::string>{"", "", "Rosa", "Rosa Bianchi", address});
    }
    void receive_mail() {
        const std::string from = address();
        ReceiveInbound command = mail("mail" + std::to_string(++received_), mail_inbox, from);
        command.inbound.sender.name = name(from);
        auto& own = conversations_of_[from];
        if (!own.empty() && random_.one_in(2))
            command.inbound.token_conversation = number(random_.pick(own));
        own.push_back(tell(command).conversation);
        conversations_.insert(own.back());
    }
    void receive_chat() {
        const std::string visitor = "visitor" + std::to_string(random_.below(2));
        ReceiveInbound command = chat(visitor, std::to_string(++received_));
        command.inbound.sender.name = name(visitor);
        conversations_.insert(tell(command).conversation);
    }
    void make_somebody() {
        ChangeContact command{dario};
        command.fields["name"] = random_.one_in(2) ? "Ada" : "";
        command.fields["segment"] = "bar";
        const Identity phone{"phone", "+39333000" + std::to_string(100 + ++received_)};
        if (records_ == Records::with_an_address || random_.one_in(2)) command.add = {phone};
        tell(command);
    }
    void change_somebody() {
        const std::size_t which = random_.below(std::max<std::size_t>(known_.size(), 1));
        ChangeContact change = some_change();
        const bool notes = random_.one_in(6);
        if (known_.empty() || is_left_alone(known_[which])) return;
        change.contact = known_[which];
        if (notes) {
            tell(NoteOnContact{anna, change.contact, "likes pistachio"});
            return;
        }
        if (records_ == Records::with_an_address && stored(change.contact).identities.size() < 2)
            change.remove.clear();
        tell(change);
    }
    ChangeContact some_change() {
        static const std::map<std::string, std::vector<std::string>> values = {
            {"name", {"", "Ada", "Ada Neri"}}, {"given_name", {"", "Ada"}},
            {"family_name", {"", "Neri"}},     {"segment", {"", "bar", "hotel"}},
            {"relationship", {"", "account"}}, {"language", {"", "it", "de"}},
            {"owner", {"", "21", "22"}},       {"blocked", {"yes", "no", "no"}},
            {"do_not_contact", {"yes", "no"}}, {"revenue", {"", "0", "25000"}},
            {"loyalty", {"", "50"}},           {"city", {"", "Pavia"}}};
        ChangeContact change{dario};
        change.source = random_.one_in(3) ? Source::imported : Source::agent;
        for (std::size_t count = random_.below(4); count > 0; --count) {
            const auto& [field, possible] = random_.pick(values);
            change.fields[field] = random_.pick(possible);
        }
        const Identity identity{"email", address(), random_.one_in(2)};
        if (random_.one_in(4)) change.add = {identity};
        if (random_.one_in(4)) change.remove = {{"email", address()}};
        const auto state = random_.one_in(2) ? ConsentState::given : ConsentState::withdrawn;
        if (random_.one_in(3)) change.consents["email"] = {state, "said so"};
        const OrganisationId organisation{71 + random_.below(2)};
        if (random_.one_in(4)) change.memberships = {{organisation, BuyingRole::buyer, "cook"}};
        if (random_.one_in(5)) change.left = {organisation};
        return change;
    }
    // Those of merged people are left alone: what is decided about them is no message.
    void change_a_conversation() {
        const std::size_t dice = random_.below(6);
        if (conversations_.empty()) return;
        const ConversationId id = random_.pick(conversations_);
        if (is_left_alone(contact_of(id))) return;
        static constexpr Status states[] = {Status::resolved, Status::open, Status::pending};
        if (dice < 3) tell(ChangeStatus{dario, id, states[dice], {}});
        if (dice == 3) tell(ChangeStatus{dario, id, Status::snoozed, desk_.now + 1h});
        if (dice > 3) tell(MarkSpam{dario, id, dice == 4});
    }
    ContactId contact_of(ConversationId id) {
        ContactId contact{};
        desk_.store.read([&](storage::Reader& r) { contact = r.conversation(id)->contact; });
        return contact;
    }

    How how_;
    Records records_;
    Windows windows_;
    Random random_, plan_, order_, shakes_;
    Desk desk_;
    std::vector<ContactId> known_;
    std::set<ContactId> apart_;  // that are merged in this window, or would be
    std::map<std::string, std::vector<ConversationId>> conversations_of_;
    std::set<ConversationId> conversations_;
    std::size_t received_ = 0;
    std::size_t merges_ = 0;
};

// Of the conversations that are open in both, a line each.
std::vector<std::string> open_lines(const Taken& taken, const Taken& other) {
    std::vector<std::string> text;
    for (std::size_t i = 0; i < std::min(taken.conversations.size(), other.conversations.size());
         ++i) {
        const Conversation& one = taken.conversations[i];
        if (one.status == Status::resolved || other.conversations[i].status == Status::resolved)
            continue;
        Contact as_if;
        as_if.id = one.contact;
        as_if.name = one.contact_name;
        as_if.profile = one.profile;
        text.push_back(text_of(one.id) + ": " + to_json(as_if));
    }
    return text;
}

struct Counted {
    std::size_t merges = 0;
    std::size_t compared = 0;
};

Counted compare(std::uint64_t seed, Records records) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Play merged_play(seed, How::merged, records);
    const std::vector<Taken> plain = Play(seed, How::plain, records).run();
    const std::vector<Taken> merged = merged_play.run();
    const std::vector<Taken> shaken = Play(seed, How::shaken, records).run();
    Counted counted{merged_play.merges(), 0};
    for (std::size_t i = 0; i < plain.size(); ++i) {
        SCOPED_TRACE("window " + std::to_string(i));
        EXPECT_EQ(lines(merged[i].contacts), lines(plain[i].contacts));
        EXPECT_EQ(merged[i].conversations.size(), plain[i].conversations.size());
        const auto open = open_lines(merged[i], plain[i]);
        EXPECT_EQ(open, open_lines(plain[i], merged[i]));
        counted.compared += open.size();
        EXPECT_EQ(lines(shaken[i].contacts), lines(merged[i].contacts));
        EXPECT_EQ(lines(shaken[i].conversations), lines(merged[i].conversations));
    }
    return counted;
}

// In parts, so that they can be played side by side.
class MergeProperty : public testing::TestWithParam<int> {
protected:
    static constexpr std::uint64_t seeds = 30;

    static void compare_seeds(Records records) {
        Counted all;
        const std::uint64_t first = 1 + static_cast<std::uint64_t>(GetParam()) * seeds;
        for (std::uint64_t seed = first; seed < first + seeds && !HasFailure(); ++seed) {
            const Counted one = compare(seed, records);
            all.merges += one.merges;
            all.compared += one.compared;
        }
        if (HasFailure()) return;
        EXPECT_GT(all.merges, seeds) << "the histories merge too little";
        EXPECT_GT(all.compared, seeds * 10) << "too little is left to compare";
    }
};

TEST_P(MergeProperty, merging_and_taking_apart_is_as_if_nothing_had_happened) {
    compare_seeds(Records::with_an_address);
}

INSTANTIATE_TEST_SUITE_P(Part, MergeProperty, testing::Range(0, 10));

// Imported customers may have a name and nothing to reach them by, or lose their last address.
class MergePropertyWithoutAddress : public MergeProperty {};

TEST_P(MergePropertyWithoutAddress, holds_all_the_same) {
    compare_seeds(Records::of_any_kind);
}

INSTANTIATE_TEST_SUITE_P(Part, MergePropertyWithoutAddress, testing::Range(0, 2));

// With anything happening to merged people as well, there is nothing to compare with but the play
// whose memory was left alone.
class MergeMemory : public testing::TestWithParam<int> {};

TEST_P(MergeMemory, is_never_needed) {
    const std::uint64_t first = 1 + static_cast<std::uint64_t>(GetParam()) * 30;
    for (std::uint64_t seed = first; seed < first + 30 && !HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const auto played = [seed](How how) {
            return Play(seed, how, Records::of_any_kind, Windows::of_anything).run();
        };
        const std::vector<Taken> merged = played(How::merged);
        const std::vector<Taken> shaken = played(How::shaken);
        for (std::size_t i = 0; i < merged.size(); ++i) {
            EXPECT_EQ(lines(shaken[i].contacts), lines(merged[i].contacts));
            EXPECT_EQ(lines(shaken[i].conversations), lines(merged[i].conversations));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Part, MergeMemory, testing::Range(0, 3));

}  // namespace
