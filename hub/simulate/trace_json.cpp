#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "hub/simulate/protocol.hpp"
#include "hub/simulate/trace.hpp"

namespace simulate {
namespace {

using Json = nlohmann::json;

void require(bool holds, const std::string& what) {
    if (!holds) throw std::runtime_error(what);
}

Millis instant_from(const Json& json) {
    const Millis at = json;
    require(at >= -instant_max_ms && at <= instant_max_ms, "an instant is too far away");
    return at;
}

Spans spans_from(const Json& json) {
    Spans spans;
    for (const Json& span : json) {
        spans.emplace_back(instant_from(span.at(0)), instant_from(span.at(1)));
        require(spans.back().first <= spans.back().second, "a span ends before it begins");
        require(spans.size() < 2 || spans[spans.size() - 2].second <= spans.back().first,
                "spans stand in order and apart");
    }
    return spans;
}

double within(const Json& json, const char* name, double low, double high) {
    const double value = json.at(name);
    require(value >= low && value <= high, std::string{name} + " is out of range");
    return value;
}

void read_meta(const Json& json, Trace& trace) {
    if (json.at("version") != 1) throw std::runtime_error("only version 1 of the format is known");
    trace.scenario = json.value("scenario", "");
    trace.end_ms = instant_from(json.at("end_ms"));
    for (const auto& [name, spans] : json.at("calendars").items())
        trace.calendars[name] = spans_from(spans);
    for (const auto& [name, channel] : json.at("channels").items())
        trace.channels[name] = {channel.at("live"), within(channel, "effort", 0.001, 1),
                                static_cast<Millis>(within(channel, "ctx_ms", 0, 1e9))};
    for (const auto& [name, value] : json.at("segments").items()) trace.segments[name] = value;
    for (const auto& [name, value] : json.at("priorities").items())
        trace.priorities[static_cast<std::uint32_t>(std::stoul(name))] = value;
    trace.switch_loss = within(json, "switch", 0, 10);
    trace.relaxed_speed = within(json, "relax_speed", 0.01, 1);
    trace.grace_ms = json.value("grace_ms", Millis{0});
    const Json cost = json.value("cost", Json::object());
    trace.cost = {cost.value("late", 1.0), cost.value("late_rate", 0.5),
                  cost.value("abandon", 3.0)};
}

constexpr double speed_min = 0.01, speed_max = 100, capacity_max = 1000;

TraceAgent agent_from(const Json& json) {
    TraceAgent agent{
        .id = json.at("id"),
        .languages = json.at("langs"),
        .skills = json.at("skills"),
        .speed = within(json, "speed", speed_min, speed_max),
        .live_capacity = static_cast<std::uint32_t>(within(json, "cap_live", 0, capacity_max)),
        .asynchronous_capacity =
            static_cast<std::uint32_t>(within(json, "cap_async", 0, capacity_max)),
        .on = spans_from(json.value("on", Json::array())),
        .drops = spans_from(json.value("drops", Json::array()))};
    require(agent.id >= 0, "an agent's id is 0 or more");
    for (const auto& [skill, speed] : agent.skills)
        require(speed >= speed_min && speed <= speed_max, "the speed of " + skill);
    return agent;
}

void add_agent(Trace& trace, TraceAgent agent) {
    require(std::ranges::find(trace.agents, agent.id, &TraceAgent::id) == trace.agents.end(),
            "agent " + std::to_string(agent.id) + " stands twice");
    trace.agents.push_back(std::move(agent));
}

TraceConversation conversation_from(const Json& json) {
    TraceConversation conversation{.id = json.at("id"),
                                   .at = instant_from(json.at("t")),
                                   .channel = json.at("ch"),
                                   .language = json.at("lang"),
                                   .skill = json.at("skill"),
                                   .segment = json.at("seg"),
                                   .priority = json.at("prio"),
                                   .calendar = json.at("cal"),
                                   .first_target_ms = json.at("frt_ms"),
                                   .next_target_ms = json.at("nrt_ms"),
                                   .patience_ms = std::nullopt,
                                   .turns = {}};
    if (!json.at("patience_ms").is_null()) conversation.patience_ms = json.at("patience_ms");
    for (const Json& turn : json.at("turns"))
        conversation.turns.push_back({turn.at("gap_ms"), turn.at("work_ms"), turn.at("first_ms")});
    return conversation;
}

// The floor looks these up; it could not play what the meta line does not know.
void check(const TraceConversation& conversation, const Trace& trace) {
    const auto known = [](bool known, const std::string& what, const std::string& name) {
        require(known, "the meta line knows no " + what + " " + name);
    };
    known(trace.channels.contains(conversation.channel), "channel", conversation.channel);
    known(trace.segments.contains(conversation.segment), "segment", conversation.segment);
    known(trace.calendars.contains(conversation.calendar), "calendar", conversation.calendar);
    known(trace.priorities.contains(conversation.priority), "priority",
          std::to_string(conversation.priority));
    require(conversation.id >= 0 && conversation.id < conversations_max,
            "a conversation's id is out of range");
    require(!conversation.turns.empty() && conversation.turns.size() < turns_max,
            "a conversation has 1 to 65535 turns");
    require(conversation.first_target_ms > 0 && conversation.next_target_ms > 0,
            "a target is longer than nothing");
}

void read_line(const Json& json, Trace& trace) {
    const std::string type = json.at("type");
    if (type == "meta")
        read_meta(json, trace);
    else if (type == "agent")
        add_agent(trace, agent_from(json));
    if (type != "conv") return;
    trace.conversations.push_back(conversation_from(json));
    check(trace.conversations.back(), trace);
}

ItemKey key_of(const std::string& text) {
    const auto dot = text.find('.');
    ItemKey key;
    const char* end = text.data() + text.size();
    const char* middle = text.data() + std::min(dot, text.size());
    const auto first = std::from_chars(text.data(), middle, key.conversation);
    const auto second = std::from_chars(middle + (middle == end ? 0 : 1), end, key.turn);
    require(first.ec == std::errc{} && first.ptr == middle && second.ec == std::errc{} &&
                second.ptr == end && key.conversation >= 0 &&
                key.conversation < conversations_max && key.turn >= 0 && key.turn < turns_max,
            "an item is named \"conv.turn\", not \"" + text + "\"");
    return key;
}

FloorEvent event_from(const Json& json) {
    const std::string kind = json.at("ev");
    if (kind == "agent") return AgentTurned{json.at("agent"), json.at("on")};
    if (kind == "done") return ItemDone{key_of(json.at("item")), json.at("agent")};
    if (kind == "gone") return ItemGone{key_of(json.at("item"))};
    if (kind != "wait") throw std::runtime_error("unknown event " + kind);
    ItemWaits event;
    event.item = key_of(json.at("item"));
    event.kind = json.at("kind");
    event.channel = json.at("ch");
    event.language = json.at("lang");
    event.skill = json.at("skill");
    event.segment = json.at("seg");
    event.priority = json.at("prio");
    event.created_ms = instant_from(json.at("t"));
    event.due_ms = std::min(json.at("due").get<Millis>(), never_ms);
    event.target_ms = instant_from(json.at("target_ms"));
    require(event.target_ms > 0, "a target is longer than nothing");
    if (!json.at("prev_agent").is_null())
        event.previous = json.at("prev_agent").get<std::int64_t>();
    return event;
}

}  // namespace

Trace read_trace(std::istream& in) {
    Trace trace;
    std::string line;
    for (std::size_t number = 1; std::getline(in, line); ++number) try {
            if (!line.empty()) read_line(Json::parse(line), trace);
        } catch (const std::exception& error) {
            throw std::runtime_error("line " + std::to_string(number) + ": " + error.what());
        }
    if (trace.calendars.empty()) throw std::runtime_error("the trace has no meta line");
    return trace;
}

std::string text_of(const ItemKey& key) {
    return std::to_string(key.conversation) + "." + std::to_string(key.turn);
}

Question read_question(const std::string& line) {
    const Json json = Json::parse(line);
    Question question;
    if (json.at("type") == "hello") {
        question.hello.emplace();
        read_meta(json.at("meta"), *question.hello);
        if (question.hello->calendars.empty()) throw std::runtime_error("no calendar is named");
        for (const Json& agent : json.at("agents")) add_agent(*question.hello, agent_from(agent));
        return question;
    }
    question.at = instant_from(json.at("t"));
    for (const Json& event : json.at("events")) question.events.push_back(event_from(event));
    return question;
}

std::string write_reply(const Reply& reply) {
    Json assign = Json::array();
    for (const auto& [item, agent] : reply.assignments)
        assign.push_back(Json::array({text_of(item), agent}));
    Json json = {{"assign", std::move(assign)}};
    if (reply.wake) json["wake"] = *reply.wake;
    return json.dump();
}

}  // namespace simulate
