#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "hub/simulate/protocol.hpp"
#include "hub/simulate/trace.hpp"

namespace simulate {
namespace {

using Json = nlohmann::json;

Spans spans_from(const Json& json) {
    Spans spans;
    for (const Json& span : json) spans.emplace_back(span.at(0), span.at(1));
    return spans;
}

void read_meta(const Json& json, Trace& trace) {
    if (json.at("version") != 1) throw std::runtime_error("only version 1 of the format is known");
    trace.scenario = json.value("scenario", "");
    trace.end_ms = json.at("end_ms");
    for (const auto& [name, spans] : json.at("calendars").items())
        trace.calendars[name] = spans_from(spans);
    for (const auto& [name, channel] : json.at("channels").items())
        trace.channels[name] = {channel.at("live"), channel.at("effort"), channel.at("ctx_ms")};
    for (const auto& [name, value] : json.at("segments").items()) trace.segments[name] = value;
    for (const auto& [name, value] : json.at("priorities").items())
        trace.priorities[static_cast<std::uint32_t>(std::stoul(name))] = value;
    trace.switch_loss = json.at("switch");
    trace.relaxed_speed = json.at("relax_speed");
    trace.grace_ms = json.value("grace_ms", Millis{0});
    const Json cost = json.value("cost", Json::object());
    trace.cost = {cost.value("late", 1.0), cost.value("late_rate", 0.5),
                  cost.value("abandon", 3.0)};
}

TraceAgent agent_from(const Json& json) {
    return {.id = json.at("id"),
            .languages = json.at("langs"),
            .skills = json.at("skills"),
            .speed = json.at("speed"),
            .live_capacity = json.at("cap_live"),
            .asynchronous_capacity = json.at("cap_async"),
            .on = spans_from(json.value("on", Json::array())),
            .drops = spans_from(json.value("drops", Json::array()))};
}

TraceConversation conversation_from(const Json& json) {
    TraceConversation conversation{.id = json.at("id"),
                                   .at = json.at("t"),
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
    const auto require = [](bool known, const std::string& what, const std::string& name) {
        if (!known) throw std::runtime_error("the meta line knows no " + what + " " + name);
    };
    require(trace.channels.contains(conversation.channel), "channel", conversation.channel);
    require(trace.segments.contains(conversation.segment), "segment", conversation.segment);
    require(trace.calendars.contains(conversation.calendar), "calendar", conversation.calendar);
    require(trace.priorities.contains(conversation.priority), "priority",
            std::to_string(conversation.priority));
    if (conversation.turns.empty()) throw std::runtime_error("a conversation has a turn at least");
}

void read_line(const Json& json, Trace& trace) {
    const std::string type = json.at("type");
    if (type == "meta") read_meta(json, trace);
    if (type == "agent") trace.agents.push_back(agent_from(json));
    if (type != "conv") return;
    trace.conversations.push_back(conversation_from(json));
    check(trace.conversations.back(), trace);
}

ItemKey key_of(const std::string& text) {
    const auto dot = text.find('.');
    if (dot == std::string::npos) throw std::runtime_error("an item is named \"conv.turn\"");
    return {std::stoll(text.substr(0, dot)), std::stoll(text.substr(dot + 1))};
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
    event.created_ms = json.at("t");
    event.due_ms = json.at("due");
    event.target_ms = json.at("target_ms");
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
        for (const Json& agent : json.at("agents"))
            question.hello->agents.push_back(agent_from(agent));
        return question;
    }
    question.at = json.at("t");
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
