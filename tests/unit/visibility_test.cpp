// The one visibility rule, held together with the scope that the stores apply.
#include "hub/model/visibility.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <random>

#include "storage/storage.hpp"
#include "tests/support/desk_fixture.hpp"

namespace {

using namespace model;

Viewer viewer(Role role, std::vector<TeamId> teams, std::vector<InboxId> inboxes = {}) {
    return {AgentId{7}, role, std::move(teams), std::move(inboxes)};
}

TEST(Visibility, supervisors_and_administrators_see_everything) {
    for (const Role role : {Role::supervisor, Role::administrator})
        EXPECT_TRUE(may_see(viewer(role, {}), {InboxId{1}, TeamId{2}, AgentId{3}}));
    for (const Role role : {Role::agent, Role::social})
        EXPECT_FALSE(may_see(viewer(role, {}), {InboxId{1}, TeamId{2}, AgentId{3}}));
}

TEST(Visibility, agents_see_their_own_their_teams_and_their_inboxes) {
    for (const Role role : {Role::agent, Role::social}) {
        const Viewer who = viewer(role, {TeamId{2}, TeamId{3}}, {InboxId{5}});
        EXPECT_TRUE(may_see(who, {InboxId{1}, TeamId{9}, AgentId{7}}));
        EXPECT_TRUE(may_see(who, {InboxId{1}, TeamId{3}, AgentId{8}}));
        EXPECT_TRUE(may_see(who, {InboxId{5}, TeamId{9}, AgentId{8}}));
        EXPECT_FALSE(may_see(who, {InboxId{1}, TeamId{9}, AgentId{8}}));
        EXPECT_FALSE(may_see(who, {InboxId{2}, TeamId{5}, AgentId{3}}));  // ids of another kind
    }
}

TEST(Visibility, none_is_never_a_match) {
    const Viewer empty{AgentId{}, Role::agent, {TeamId{}}, {InboxId{}}};
    EXPECT_FALSE(may_see(empty, {}));
    EXPECT_FALSE(scope_of(empty).everything);
}

// --- the property: may_see is what a store returns

constexpr std::uint64_t ids_max = 4;  // few ids, so that they meet often; zero is "none"

template <class Id>
std::vector<Id> random_ids(std::mt19937_64& generator) {
    std::vector<Id> ids(generator() % 3);
    for (Id& id : ids) id = Id{generator() % (ids_max + 1)};
    return ids;
}

std::vector<storage::ConversationRow> random_rows(std::mt19937_64& generator, std::size_t count) {
    std::vector<storage::ConversationRow> rows;
    for (std::size_t i = 1; i <= count; ++i) {
        storage::ConversationRow row;
        row.id = ConversationId{i};
        row.contact = ContactId{1};
        row.inbox = generator() % (ids_max + 1);
        row.team = generator() % (ids_max + 1);
        row.assignee = generator() % (ids_max + 1);
        row.status = generator() % 2 == 0 ? "open" : "resolved";
        row.updated_at = Instant{std::chrono::microseconds{generator() % 50}};
        row.body = "{}";
        rows.push_back(std::move(row));
    }
    return rows;
}

void put(storage::Store& store, const std::vector<storage::ConversationRow>& rows) {
    storage::Batch batch;
    batch.rows.assign(rows.begin(), rows.end());
    const auto done = std::make_shared<std::promise<storage::AppendError>>();
    store.append(std::move(batch),
                 [done](const storage::AppendResult& result) { done->set_value(result.error); });
    ASSERT_EQ(done->get_future().get(), storage::AppendError::none);
}

// The ids of every page, one after the other, and the count of the same question.
std::pair<std::vector<ConversationId>, std::size_t> ask(storage::Store& store,
                                                        storage::ConversationQuery query) {
    using Found = std::pair<std::vector<ConversationId>, std::size_t>;
    const auto answer = std::make_shared<std::promise<Found>>();
    store.read([answer, query](storage::Reader& reader) mutable {
        std::vector<ConversationId> ids;
        const std::size_t count = reader.count(query);
        query.limit = 7;
        for (;;) {
            const auto page = reader.conversations(query);
            for (const auto& row : page) ids.push_back(row.id);
            if (page.size() < query.limit) break;
            query.before = {page.back().updated_at, page.back().id};
        }
        answer->set_value({std::move(ids), count});
    });
    return answer->get_future().get();
}

void expect_agreement(storage::Store& store) {
    std::mt19937_64 generator{2026};
    std::vector<storage::ConversationRow> rows = random_rows(generator, 200);
    put(store, rows);
    std::ranges::sort(rows, std::greater{}, [](const auto& row) {
        return std::pair{row.updated_at, row.id};
    });
    for (int round = 0; round < 300; ++round) {
        const Viewer who{AgentId{generator() % (ids_max + 1)}, static_cast<Role>(generator() % 4),
                         random_ids<TeamId>(generator), random_ids<InboxId>(generator)};
        storage::ConversationQuery query;
        query.scope = scope_of(who);
        if (generator() % 3 == 0) query.statuses = {"open"};
        if (generator() % 3 == 0) query.assignee = generator() % (ids_max + 1);
        std::vector<ConversationId> expected;
        for (const auto& row : rows)
            if (may_see(who, placement_of(row)) &&
                (query.statuses.empty() || row.status == "open") &&
                (!query.assignee || row.assignee == *query.assignee))
                expected.push_back(row.id);
        const auto [ids, count] = ask(store, query);
        ASSERT_EQ(ids, expected) << "round " << round;
        ASSERT_EQ(count, expected.size()) << "round " << round;
    }
}

TEST(Visibility, the_store_in_memory_returns_exactly_what_may_be_seen) {
    expect_agreement(*storage::open_memory());
}

TEST(Visibility, the_store_on_disk_returns_exactly_what_may_be_seen) {
    std::string folder = (std::filesystem::temp_directory_path() / "visibility-XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    storage::SqliteOptions options;
    options.folder = folder;
    expect_agreement(*storage::open_sqlite(options));
    std::filesystem::remove_all(folder);
}

TEST(Visibility, a_viewer_and_a_placement_are_taken_whole_from_their_entities) {
    const Agent agent{.id = AgentId{7},
                      .name = {},
                      .email = {},
                      .role = Role::social,
                      .teams = {TeamId{2}},
                      .inboxes = {InboxId{5}}};
    EXPECT_EQ(viewer_of(agent), (Viewer{AgentId{7}, Role::social, {TeamId{2}}, {InboxId{5}}}));
    Conversation conversation;
    conversation.inbox = InboxId{5};
    conversation.team = TeamId{2};
    conversation.assignee = AgentId{7};
    EXPECT_EQ(placement_of(conversation), (Placement{InboxId{5}, TeamId{2}, AgentId{7}}));
}

// --- the rights as the desk upholds them

using namespace support;

class Rights : public testing::Test {
protected:
    Desk desk;
};

TEST_F(Rights, what_one_may_not_see_does_not_exist) {
    const ConversationId id = desk.receive(mail("first"));
    const std::vector<Command> commands{reply(carla, id),
                                        AddNote{carla, id, "text", ""},
                                        ChangeStatus{carla, id, Status::resolved, {}},
                                        Assign{carla, id, carla, {}, {}},
                                        ChangePriority{carla, id, Priority::urgent},
                                        ChangeTags{carla, id, {"tag"}}};
    const Answer missing = desk.tell(reply(carla, ConversationId{9999}));
    for (const Command& command : commands) {
        const auto decision = desk.decide(command);
        EXPECT_EQ(decision.answer.refusal, Refusal::not_found) << command.index();
        EXPECT_EQ(decision.answer.field, missing.field);
        EXPECT_TRUE(decision.batch.events.empty());
        EXPECT_TRUE(decision.batch.rows.empty());
    }
    EXPECT_EQ(missing.refusal, Refusal::not_found);
    desk.decide(Assign{dario, id, carla, {}, {}});
    EXPECT_TRUE(desk.tell(reply(carla, id)).ok());
}

TEST_F(Rights, an_agent_who_does_not_exist_may_do_nothing) {
    const ConversationId id = desk.receive(mail("first"));
    EXPECT_EQ(desk.tell(reply(AgentId{99}, id)).refusal, Refusal::forbidden);
    EXPECT_EQ(desk.tell(SaveTeam{AgentId{99}, {TeamId{}, "Team"}}).refusal, Refusal::forbidden);
}

TEST_F(Rights, only_an_administrator_configures) {
    const Agent newcomer = agent_named(AgentId{}, "fabio", Role::agent, {service}, 2);
    Inbox inbox;
    inbox.name = "Sales";
    inbox.address = "sales@example.com";
    inbox.team = service;
    sla::Policy policy;
    policy.name = "Policy";
    for (const AgentId by : {anna, dario, elena}) {
        const Refusal expected = by == elena ? Refusal::none : Refusal::forbidden;
        EXPECT_EQ(desk.tell(SaveTeam{by, {TeamId{}, "Team"}}).refusal, expected);
        EXPECT_EQ(desk.tell(SaveInbox{by, inbox}).refusal, expected);
        EXPECT_EQ(desk.tell(SaveAgent{by, newcomer, "hash"}).refusal, expected);
        EXPECT_EQ(desk.tell(SavePolicy{by, policy}).refusal, expected);
    }
}

// A renamed account must not leave a second key to it.
TEST_F(Rights, a_changed_address_leaves_no_old_credential) {
    Agent agent = desk.state.agents.at(anna);
    desk.decide(SaveAgent{elena, agent, "first hash"});
    agent.email = "anna.bianchi@example.com";
    desk.decide(SaveAgent{elena, agent, "second hash"});
    desk.store.read([](storage::Reader& reader) {
        EXPECT_FALSE(reader.credential("anna@example.com").has_value());
        ASSERT_TRUE(reader.credential("anna.bianchi@example.com").has_value());
        EXPECT_EQ(reader.credential("anna.bianchi@example.com")->password_hash, "second hash");
    });
}

TEST_F(Rights, only_a_supervisor_changes_the_availability_of_others) {
    EXPECT_EQ(desk.tell(SetAvailability{anna, bruno, Availability::online}).refusal,
              Refusal::forbidden);
    EXPECT_TRUE(desk.tell(SetAvailability{anna, dario, Availability::online}).ok());
    EXPECT_EQ(desk.tell(SetAvailability{AgentId{99}, dario, Availability::online}).refusal,
              Refusal::not_found);
    EXPECT_TRUE(desk.decide(SetAvailability{anna, anna, Availability::online}).events.empty());
}

}  // namespace
