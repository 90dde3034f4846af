// The feed: what one decision tells, who is told, and how a subscriber catches up.
#include "hub/feed/feed.hpp"

#include <future>
#include <nlohmann/json.hpp>
#include <random>

#include "hub/feed/catch_up.hpp"
#include "tests/support/desk_fixture.hpp"

namespace {

using namespace support;
using namespace model;
using Json = nlohmann::json;

// The JSON inside a server's text frame (RFC 6455 section 5.2).
Json read_frame(const feed::Frame& frame) {
    const std::string& bytes = *frame;
    const auto length = static_cast<unsigned char>(bytes.at(1));
    return Json::parse(bytes.substr(length < 126 ? 2 : length == 126 ? 4 : 10));
}

std::vector<std::string> kinds_of(const Json& operations) {
    std::vector<std::string> kinds;
    for (const Json& operation : operations) kinds.push_back(operation.at("k"));
    return kinds;
}

bool has_kind(const Json& operations, const std::string& kind) {
    return std::ranges::count(kinds_of(operations), kind) > 0;
}

// What a console holds: the newest form of every conversation that it may see.
struct Console {
    Viewer viewer;
    Seq seq = 0;
    std::map<std::string, Json> conversations;

    void apply(const Json& operations) {
        for (const Json& operation : operations) {
            if (operation.at("k") == "conversation")
                conversations[operation.at("v").at("id")] = operation.at("v");
            if (operation.at("k") == "gone") conversations.erase(operation.at("id"));
        }
    }
    void take(const feed::Item& item, feed::FrameCache& frames) {
        const feed::Frame frame = frames.delta(item, seq, viewer);
        if (!frame) return;
        const Json json = read_frame(frame);
        EXPECT_EQ(json.at("prev"), seq);
        EXPECT_EQ(json.at("seq"), item.seq);
        seq = item.seq;
        apply(json.at("ops"));
    }
};

class FeedTest : public testing::Test {
protected:
    Desk desk;

    Viewer viewer(AgentId agent) { return viewer_of(desk.state.agents.at(agent)); }
    feed::ItemPtr item_of(const Command& command) {
        const desk::Decision decision = desk.decide(command);
        return feed::render(desk.state, decision);
    }
    Json told(const feed::Item& item, AgentId agent) {
        feed::FrameCache frames;
        const feed::Frame frame = frames.delta(item, 0, viewer(agent));
        return frame ? read_frame(frame).at("ops") : Json::array();
    }
    feed::CatchUp missed(AgentId agent, Seq since) {
        feed::CatchUp result;
        desk.store.read([&](storage::Reader& reader) {
            result = feed::catch_up(reader, viewer(agent), since);
        });
        return result;
    }
    Json missed_operations(AgentId agent, Seq since) {
        return Json::parse("[" + missed(agent, since).operations + "]");
    }
    std::map<std::string, Json> stored(const Viewer& who) {
        std::map<std::string, Json> found;
        desk.store.read([&](storage::Reader& reader) {
            storage::ConversationQuery query;
            query.scope = scope_of(who);
            query.limit = 100'000;
            for (const auto& row : reader.conversations(query))
                found[text_of(row.id)] = Json::parse(row.body);
        });
        return found;
    }
    ReceiveInbound inbound_with_attachment() {
        ReceiveInbound command = mail("first");
        command.inbound.attachments.push_back(
            {.name = "a.png", .type = "image/png", .sha256 = "ab"});
        return command;
    }
};

TEST_F(FeedTest, a_decision_is_told_to_those_who_may_see_it_and_to_nobody_else) {
    const auto item = item_of(mail("first"));
    EXPECT_EQ(item->seq, desk.state.head);
    for (const AgentId agent : {anna, bruno, dario, elena}) {
        EXPECT_TRUE(has_kind(told(*item, agent), "conversation"));
        EXPECT_TRUE(has_kind(told(*item, agent), "message"));
    }
    EXPECT_TRUE(told(*item, carla).empty());
}

TEST_F(FeedTest, who_loses_sight_is_told_only_that_it_is_gone) {
    const ConversationId id = desk.receive(mail("first"));
    const auto item = item_of(Assign{dario, id, {}, billing, {}});
    EXPECT_EQ(told(*item, anna), Json::parse("[" + feed::gone_operation(id) + "]"));
    EXPECT_TRUE(has_kind(told(*item, carla), "conversation"));
    EXPECT_FALSE(has_kind(told(*item, dario), "gone"));
}

TEST_F(FeedTest, equal_frames_are_shared_and_different_audiences_are_not) {
    const auto item = item_of(mail("first"));
    feed::FrameCache frames;
    EXPECT_EQ(frames.delta(*item, 3, viewer(anna)), frames.delta(*item, 3, viewer(bruno)));
    EXPECT_NE(frames.delta(*item, 3, viewer(anna)), frames.delta(*item, 4, viewer(anna)));
    EXPECT_EQ(frames.delta(*item, 3, viewer(carla)), nullptr);
}

TEST_F(FeedTest, configuration_is_told_to_everybody_without_secrets) {
    const Seq before = desk.state.head;
    Inbox inbox = desk.state.inboxes.at(chat_inbox);
    inbox.identity_key = "top secret";
    const auto item = item_of(SaveInbox{elena, inbox});
    for (const AgentId agent : {anna, carla, elena}) {
        EXPECT_EQ(kinds_of(told(*item, agent)), std::vector<std::string>{"inbox"});
        EXPECT_EQ(told(*item, agent).dump().find("top secret"), std::string::npos);
        EXPECT_TRUE(has_kind(missed_operations(agent, before), "inbox"));
        EXPECT_EQ(missed(agent, before).operations.find("top secret"), std::string::npos);
    }
    const auto saved = item_of(SaveAgent{elena, desk.state.agents.at(anna), "password hash"});
    EXPECT_EQ(told(*saved, elena).dump().find("password hash"), std::string::npos);
    EXPECT_EQ(saved->agents.at(0).id, anna);
    EXPECT_EQ(missed(elena, before).operations.find("password hash"), std::string::npos);
}

// The console must hold what the store holds: an inbox keeps the weight it was made with.
TEST_F(FeedTest, an_inbox_is_told_as_it_is_stored) {
    const Seq before = desk.state.head;
    Inbox inbox = desk.state.inboxes.at(mail_inbox);
    inbox.weight = 7;
    const auto item = item_of(SaveInbox{elena, inbox});
    const Json expected = Json::parse(to_json(desk.state.inboxes.at(mail_inbox)));
    EXPECT_EQ(told(*item, anna).at(0).at("v"), expected);
    EXPECT_EQ(missed_operations(anna, before).at(0).at("v"), expected);
}

TEST_F(FeedTest, a_customer_reads_messages_and_never_notes) {
    const auto public_messages = [this](const Command& command) {
        std::vector<std::string> all;
        const feed::ItemPtr item = item_of(command);
        for (const feed::Group& group : item->groups)
            all.insert(all.end(), group.public_messages.begin(), group.public_messages.end());
        return all;
    };
    ASSERT_EQ(public_messages(chat("visitor", "one")).size(), 1U);
    const ConversationId id = desk.receive(chat("visitor", "two"));
    EXPECT_TRUE(public_messages(AddNote{anna, id, "Careful with her.", ""}).empty());
    const auto replies = public_messages(reply(anna, id));
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(Json::parse(replies[0]).at("text"), "It arrives today.");
    EXPECT_EQ(Json::parse(replies[0]).at("delivery").at("state"), "sent");
}

TEST_F(FeedTest, a_long_message_is_told_by_its_number) {
    ReceiveInbound command = mail("first");
    command.inbound.text = std::string(20'000, 'x');
    const Json operations = told(*item_of(command), anna);
    EXPECT_TRUE(has_kind(operations, "message_ref"));
    EXPECT_FALSE(has_kind(operations, "message"));
    EXPECT_LT(operations.dump().size(), 15'000U);
}

TEST_F(FeedTest, activities_stand_in_the_conversation_and_availability_goes_to_all) {
    const ConversationId id = desk.receive(mail("first"));
    EXPECT_TRUE(
        has_kind(told(*item_of(ChangePriority{anna, id, Priority::urgent}), anna), "event"));
    const auto item = item_of(SetAvailability{carla, carla, Availability::away});
    EXPECT_EQ(kinds_of(told(*item, anna)), std::vector<std::string>{"availability"});
}

TEST_F(FeedTest, catching_up_tells_the_newest_form_the_messages_and_what_is_gone) {
    const ConversationId kept = desk.receive(inbound_with_attachment());
    const ConversationId lost = desk.receive(mail("lost"));
    const Seq since = desk.state.head;
    desk.decide(mail_in_thread("second", {"first"}));
    desk.decide(ChangeTags{anna, kept, {"late"}});
    desk.decide(Assign{dario, lost, {}, billing, {}});
    const feed::CatchUp result = missed(anna, since);
    EXPECT_FALSE(result.stale);
    EXPECT_EQ(result.since, since);
    EXPECT_EQ(result.head, desk.state.head);
    const Json operations = missed_operations(anna, since);
    EXPECT_EQ(std::ranges::count(kinds_of(operations), "conversation"), 1);
    EXPECT_EQ(std::ranges::count(kinds_of(operations), "message"), 1);
    EXPECT_EQ(std::ranges::count(kinds_of(operations), "gone"), 1);
    EXPECT_EQ(operations.at(0).at("v").at("tags"), Json::parse(R"(["late"])"));
    EXPECT_TRUE(missed_operations(carla, since).at(0).at("v").at("id") == text_of(lost));
    EXPECT_TRUE(missed(anna, desk.state.head).operations.empty());
}

TEST_F(FeedTest, catching_up_says_nothing_of_what_was_never_seen) {
    const Seq since = desk.state.head;
    desk.receive(mail("first"));
    EXPECT_TRUE(missed(carla, since).operations.empty());
}

TEST_F(FeedTest, a_number_of_another_history_or_of_long_ago_is_stale) {
    EXPECT_TRUE(missed(anna, desk.state.head + 1).stale);
    const Seq since = desk.state.head;
    const ConversationId id = desk.receive(mail("first"));
    while (desk.state.head - since <= feed::catch_up_events_max)
        desk.decide(ChangePriority{
            anna, id, desk.at(id).priority == Priority::low ? Priority::high : Priority::low});
    EXPECT_TRUE(missed(anna, since).stale);
    EXPECT_TRUE(missed(anna, since).operations.empty());
    EXPECT_FALSE(missed(anna, desk.state.head - feed::catch_up_events_max).stale);
}

// Promise 4: state(n) and the events after n make state(m), live and after a disconnection, for
// every viewer.
TEST_F(FeedTest, what_was_held_and_what_was_missed_make_what_is_stored) {
    std::mt19937_64 generator{4};
    const std::vector<AgentId> agents{anna, bruno, carla, dario};
    std::vector<Console> live, away;
    for (const AgentId agent : agents) {
        live.push_back({viewer(agent), desk.state.head, {}});
        away.push_back(live.back());
    }
    for (int step = 0; step < 800; ++step) {
        desk.now += 1min;
        std::vector<ConversationId> all;
        for (const auto& [id, conversation] : desk.state.conversations()) all.push_back(id);
        std::ranges::sort(all);
        const ConversationId any = all.empty() ? ConversationId{} : all[generator() % all.size()];
        const AgentId agent = agents[generator() % agents.size()];
        const TeamId team = generator() % 2 == 0 ? service : billing;
        const auto command = [&]() -> Command {
            switch (generator() % 6) {
                case 0:
                    return mail(std::to_string(step),
                                generator() % 2 == 0 ? mail_inbox : billing_inbox);
                case 1:
                    return Assign{dario, any, agent, {}, {}};
                case 2:
                    return Assign{dario, any, {}, team, {}};
                case 3:
                    return reply(agent, any);
                case 4:
                    return ChangeStatus{agent, any, Status::resolved, {}};
                default:
                    return SetAvailability{agent, agent,
                                           static_cast<Availability>(generator() % 3)};
            }
        }();
        const auto item = item_of(command);
        feed::FrameCache frames;
        for (Console& console : live) console.take(*item, frames);
        const std::size_t back = generator() % (agents.size() * 4);
        if (back >= agents.size()) continue;
        Console& console = away[back];
        const feed::CatchUp result = missed(agents[back], console.seq);
        ASSERT_FALSE(result.stale);
        console.apply(Json::parse("[" + result.operations + "]"));
        console.seq = result.head;
        ASSERT_EQ(console.conversations, stored(console.viewer)) << "away, step " << step;
        ASSERT_EQ(live[back].conversations, console.conversations) << "live, step " << step;
    }
}

// --- a console's place in the stream, on its loop

class Subscription : public FeedTest {
protected:
    runtime::Loop loop{"net"};
    feed::Shard shard{loop};
    std::vector<Json> frames;
    std::shared_ptr<feed::ConsoleSubscriber> subscriber;

    void on_loop(const std::function<void()>& work) {
        const auto done = std::make_shared<std::promise<void>>();
        loop.post([work, done] {
            work();
            done->set_value();
        });
        done->get_future().get();
    }
    // A loop takes what its own turn posts only after that turn: the first empty turn may run
    // before it.
    void settle_down() {
        on_loop([] {});
        on_loop([] {});
    }
    void resume(Seq since) {
        on_loop([&] { subscriber->resume(since); });
        settle_down();
    }
    void subscribe(AgentId agent) {
        subscriber = std::make_shared<feed::ConsoleSubscriber>(
            shard, desk.store, viewer(agent),
            [this](const feed::Frame& frame) { frames.push_back(read_frame(frame)); });
        on_loop([this] { shard.add(subscriber); });
    }
    void TearDown() override { loop.stop(); }
};

TEST_F(Subscription, items_told_while_it_catches_up_come_once_and_in_order) {
    subscribe(anna);
    const Seq since = desk.state.head;
    desk.receive(mail("stored before"));
    const Seq head = desk.state.head;
    feed::ItemPtr late, later;
    on_loop([&] {
        subscriber->resume(since);  // the store is read here, the answer comes in a later turn
        late = item_of(mail("told meanwhile"));
        shard.take({late});
    });
    settle_down();
    later = item_of(mail("told after"));
    on_loop([&] { shard.take({late, later}); });  // a repeat is passed over
    ASSERT_EQ(frames.size(), 3U);
    const std::vector<Seq> ends{since, head, late->seq, later->seq};
    for (std::size_t i = 0; i < frames.size(); ++i) {
        EXPECT_EQ(frames[i].at("prev"), ends[i]);
        EXPECT_EQ(frames[i].at("seq"), ends[i + 1]);
    }
}

TEST_F(Subscription, a_mark_moves_the_number_when_nothing_may_be_seen) {
    subscribe(carla);
    resume(desk.state.head);
    const Seq before = desk.state.head;
    const auto hidden = item_of(mail("first"));
    on_loop([&] {
        shard.take({hidden});
        shard.mark(opening);
    });
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].at("t"), "m");
    EXPECT_EQ(frames[0].at("prev"), before);
    EXPECT_EQ(frames[0].at("seq"), hidden->seq);
    EXPECT_EQ(frames[0].at("now"), text_of(opening));
}

TEST_F(Subscription, changed_rights_make_it_stale_until_it_begins_again) {
    subscribe(carla);
    resume(desk.state.head);
    Agent agent = desk.state.agents.at(carla);
    agent.teams = {service};
    const auto saved = item_of(SaveAgent{elena, agent, {}});
    const auto message = item_of(mail("first"));
    on_loop([&] { shard.take({saved, message}); });
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].at("t"), "stale");
    resume(saved->seq);
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_TRUE(has_kind(frames[1].at("ops"), "conversation"));
}

TEST_F(Subscription, a_signal_reaches_those_who_see_the_conversation_but_not_its_author) {
    subscribe(anna);
    resume(desk.state.head);
    feed::Signal signal{.what = "typing",
                        .conversation = ConversationId{51},
                        .placement = {mail_inbox, service, nobody},
                        .agent_name = "Bruno \"B\""};
    const auto send = [&](AgentId agent, TeamId team) {
        signal.agent = agent;
        signal.placement.team = team;
        on_loop([&] { shard.signal(signal); });
    };
    send(anna, service);
    send(bruno, billing);
    EXPECT_TRUE(frames.empty());
    send(bruno, service);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].at("name"), "Bruno \"B\"");
    EXPECT_EQ(frames[0].at("user"), text_of(bruno));
}

TEST_F(Subscription, who_goes_away_is_forgotten) {
    subscribe(anna);
    subscriber.reset();
    on_loop([&] { shard.mark(opening); });
    EXPECT_EQ(shard.size(), 0U);
}

}  // namespace
