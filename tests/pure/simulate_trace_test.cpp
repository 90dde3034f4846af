// Traces and the line protocol: what is read, and how a bad line is told.
#include <sstream>

#include "hub/simulate/simulate.hpp"
#include "tests/pure/small_trace.hpp"

namespace {

using namespace small;

const std::string meta =
    R"({"type":"meta","version":1,"scenario":"tiny","seed":1,"tz":"UTC","end_ms":5000,)"
    R"("calendars":{"always":[[0,9000]]},"channels":{"chat":{"live":true,"effort":0.4,"ctx_ms":7}},)"
    R"("segments":{"Buyer":2.0},"priorities":{"3":1.4},"switch":0.06,"relax_speed":0.75,)"
    R"("grace_ms":600,"cost":{"late":1.5,"late_rate":0.25,"abandon":4}})";
const std::string an_agent =
    R"({"type":"agent","id":4,"langs":["it","en"],"skills":{"support":1.08},"speed":0.9,)"
    R"("cap_live":3,"cap_async":2,"on":[[0,100],[200,300]],"drops":[[250,260]]})";
const std::string a_conversation =
    R"({"type":"conv","id":17,"t":30,"ch":"chat","lang":"it","skill":"support","seg":"Buyer",)"
    R"("prio":3,"cal":"always","frt_ms":90,"nrt_ms":180,"patience_ms":null,)"
    R"("turns":[{"gap_ms":0,"work_ms":50.5,"first_ms":20}]})";

Trace read(const std::string& text) {
    std::istringstream in(text);
    return read_trace(in);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

std::string error_of(const std::string& text) {
    try {
        read(text);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "no error";
}

TEST(Trace, every_field_is_read) {
    const Trace trace = read(meta + "\n" + an_agent + "\n" + a_conversation + "\n");
    EXPECT_EQ(trace.scenario, "tiny");
    EXPECT_EQ(trace.end_ms, 5000);
    EXPECT_EQ(trace.calendars.at("always"), (Spans{{0, 9000}}));
    EXPECT_TRUE(trace.channels.at("chat").live);
    EXPECT_EQ(trace.channels.at("chat").effort, 0.4);
    EXPECT_EQ(trace.channels.at("chat").context_ms, 7);
    EXPECT_EQ(trace.segments.at("Buyer"), 2.0);
    EXPECT_EQ(trace.priorities.at(3), 1.4);
    EXPECT_EQ(trace.switch_loss, 0.06);
    EXPECT_EQ(trace.relaxed_speed, 0.75);
    EXPECT_EQ(trace.grace_ms, 600);
    EXPECT_EQ(trace.cost.late, 1.5);
    EXPECT_EQ(trace.cost.late_rate, 0.25);
    EXPECT_EQ(trace.cost.abandon, 4);
    ASSERT_EQ(trace.agents.size(), 1U);
    EXPECT_EQ(trace.agents[0].id, 4);
    EXPECT_EQ(trace.agents[0].languages, (std::vector<std::string>{"it", "en"}));
    EXPECT_EQ(trace.agents[0].skills.at("support"), 1.08);
    EXPECT_EQ(trace.agents[0].speed, 0.9);
    EXPECT_EQ(trace.agents[0].live_capacity, 3U);
    EXPECT_EQ(trace.agents[0].asynchronous_capacity, 2U);
    EXPECT_EQ(trace.agents[0].on, (Spans{{0, 100}, {200, 300}}));
    EXPECT_EQ(trace.agents[0].drops, (Spans{{250, 260}}));
    ASSERT_EQ(trace.conversations.size(), 1U);
    EXPECT_EQ(trace.conversations[0].id, 17);
    EXPECT_EQ(trace.conversations[0].at, 30);
    EXPECT_EQ(trace.conversations[0].first_target_ms, 90);
    EXPECT_EQ(trace.conversations[0].next_target_ms, 180);
    EXPECT_EQ(trace.conversations[0].patience_ms, std::nullopt);
    ASSERT_EQ(trace.conversations[0].turns.size(), 1U);
    EXPECT_EQ(trace.conversations[0].turns[0].work_ms, 50.5);
    EXPECT_EQ(trace.conversations[0].turns[0].first_ms, 20);
}

TEST(Trace, unknown_fields_unknown_lines_and_blank_lines_are_passed_over) {
    const std::string more = replaced(an_agent, R"("id":4)", R"("id":4,"shoes":"brown")");
    const Trace trace =
        read(meta + "\n\n" + more + "\n" + R"({"type":"weather","is":"fine"})" + "\n");
    EXPECT_EQ(trace.agents.size(), 1U);
    EXPECT_EQ(trace.conversations.size(), 0U);
}

TEST(Trace, a_bad_line_is_told_by_its_number) {
    const std::string good = meta + "\n" + an_agent + "\n";
    EXPECT_THAT(error_of(good + "{\"type\":"), testing::StartsWith("line 3: "));
    EXPECT_THAT(error_of(good + "\n\n[1,2]"), testing::StartsWith("line 5: "));
    EXPECT_THAT(error_of(good + R"({"kind":"conv"})"), testing::StartsWith("line 3: "));
    for (const char* field :
         {"\"id\"", "\"t\"", "\"ch\"", "\"lang\"", "\"turns\"", "\"patience_ms\"", "\"frt_ms\""})
        EXPECT_THAT(error_of(good + replaced(a_conversation, field, "\"x\"")),
                    testing::AllOf(testing::StartsWith("line 3: "),
                                   testing::HasSubstr(std::string{field}.substr(
                                       1, std::string{field}.size() - 2))));
    EXPECT_THAT(error_of(meta + "\n" + replaced(an_agent, R"("speed":0.9)", R"("speed":"fast")")),
                testing::StartsWith("line 2: "));
    EXPECT_THAT(error_of(replaced(meta, R"("version":1)", R"("version":2)")),
                testing::AllOf(testing::StartsWith("line 1: "), testing::HasSubstr("version 1")));
    EXPECT_THAT(error_of(replaced(meta, R"("3":1.4)", R"("high":1.4)")),
                testing::StartsWith("line 1: "));
    EXPECT_THAT(error_of(""), testing::HasSubstr("no meta line"));
    EXPECT_THAT(error_of(an_agent + "\n"), testing::HasSubstr("no meta line"));
}

// What the meta line does not know cannot be played.
TEST(Trace, names_that_the_meta_line_does_not_know_are_told_by_their_line) {
    const std::string good = meta + "\n" + an_agent + "\n";
    struct Case {
        const char *field, *bad, *name;
    };
    for (const Case& one : {Case{R"("ch":"chat")", R"("ch":"pigeon")", "pigeon"},
                            Case{R"("seg":"Buyer")", R"("seg":"Visitor")", "Visitor"},
                            Case{R"("cal":"always")", R"("cal":"moon")", "moon"},
                            Case{R"("prio":3)", R"("prio":9)", "9"}})
        EXPECT_THAT(error_of(good + replaced(a_conversation, one.field, one.bad)),
                    testing::AllOf(testing::StartsWith("line 3: "), testing::HasSubstr(one.name)));
}

TEST(Trace, a_conversation_without_a_turn_is_told_by_its_line) {
    const auto turns = a_conversation.find("\"turns\"");
    EXPECT_THAT(error_of(meta + "\n" + a_conversation.substr(0, turns) + "\"turns\":[]}"),
                testing::StartsWith("line 2: "));
}

// --- open time

TEST(Trace, open_time_is_added_and_measured_inside_the_spans) {
    const Spans spans{{100, 200}, {300, 400}, {500, 1000}};
    EXPECT_EQ(add_open(spans, 0, 50), 150);
    EXPECT_EQ(add_open(spans, 0, 100), 200);  // a deadline at a close stays there
    EXPECT_EQ(add_open(spans, 0, 101), 301);
    EXPECT_EQ(add_open(spans, 150, 60), 310);
    EXPECT_EQ(add_open(spans, 200, 1), 301);
    EXPECT_EQ(add_open(spans, 250, 0), 300);
    EXPECT_GT(add_open(spans, 0, 10'000), 1'000'000'000);  // never
    EXPECT_EQ(open_between(spans, 0, 2000), 700);
    EXPECT_EQ(open_between(spans, 150, 350), 100);
    EXPECT_EQ(open_between(spans, 200, 300), 0);
    EXPECT_EQ(open_between(spans, 350, 150), 0);
}

// --- the line protocol

TEST(Protocol, questions_are_read) {
    const Question hello =
        read_question(R"({"type":"hello","meta":)" + meta + R"(,"agents":[)" + an_agent + "]}");
    ASSERT_TRUE(hello.hello);
    EXPECT_EQ(hello.hello->agents.at(0).id, 4);
    EXPECT_EQ(hello.hello->cost.abandon, 4);
    const Question question = read_question(
        R"({"type":"events","t":28812345,"events":[{"ev":"wait","item":"17.2","conv":17,"turn":2,)"
        R"("kind":"nrt","ch":"chat","lang":"it","skill":"support","seg":"Buyer","prio":1,)"
        R"("t":28812000,"due":28902345,"target_ms":90000,"prev_agent":4},)"
        R"({"ev":"agent","agent":4,"on":true},{"ev":"done","item":"3.1","agent":9},)"
        R"({"ev":"gone","item":"11.0"}]})");
    EXPECT_FALSE(question.hello);
    EXPECT_EQ(question.at, 28812345);
    ASSERT_EQ(question.events.size(), 4U);
    const auto& waits = std::get<ItemWaits>(question.events[0]);
    EXPECT_EQ(waits.item, (ItemKey{17, 2}));
    EXPECT_EQ(waits.kind, "nrt");
    EXPECT_EQ(waits.priority, 1U);
    EXPECT_EQ(waits.created_ms, 28812000);
    EXPECT_EQ(waits.due_ms, 28902345);
    EXPECT_EQ(waits.previous, 4);
    EXPECT_TRUE(std::get<AgentTurned>(question.events[1]).on);
    EXPECT_EQ(std::get<ItemDone>(question.events[2]).item, (ItemKey{3, 1}));
    EXPECT_EQ(std::get<ItemGone>(question.events[3]).item, (ItemKey{11, 0}));
}

TEST(Protocol, bad_questions_throw) {
    for (const char* line :
         {"", "{}", "[]", R"({"type":"events"})", R"({"type":"events","t":1,"events":[{}]})",
          R"({"type":"events","t":1,"events":[{"ev":"dance"}]})",
          R"({"type":"events","t":1,"events":[{"ev":"gone","item":"seventeen"}]})"})
        EXPECT_ANY_THROW(read_question(line)) << line;
    const std::string timeless = replaced(meta, R"({"always":[[0,9000]]})", "{}");
    EXPECT_ANY_THROW(read_question(R"({"type":"hello","agents":[],"meta":)" + timeless + "}"));
}

TEST(Protocol, replies_are_one_line) {
    Reply reply;
    EXPECT_EQ(write_reply(reply), R"({"assign":[]})");
    reply.assignments = {{{17, 0}, 4}, {{3, 12}, 0}};
    reply.wake = 28830000;
    EXPECT_EQ(write_reply(reply), R"({"assign":[["17.0",4],["3.12",0]],"wake":28830000})");
}

}  // namespace
