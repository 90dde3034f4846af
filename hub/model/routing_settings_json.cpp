// Settings of routing: what the log holds is read as it stands; what people write is checked first.
#include <algorithm>

#include "hub/model/codec.hpp"
#include "hub/model/json_parts.hpp"
#include "routing/parameters.hpp"

namespace model {
namespace json_parts {
namespace {

// The whole numbers among the settings, with their range.
struct Whole {
    const char* name;
    std::uint32_t RoutingSettings::*member;
    std::uint32_t least;
    std::uint32_t most;
};
constexpr std::uint32_t day_seconds = 86'400;
constexpr Whole wholes[] = {
    {"accept_seconds", &RoutingSettings::accept_seconds, 5, 3600},
    {"decline_exclusion_seconds", &RoutingSettings::decline_exclusion_seconds, 0, day_seconds},
    {"lapses_max", &RoutingSettings::lapses_max, 0, 100},
    {"grace_seconds", &RoutingSettings::grace_seconds, 0, day_seconds},
    {"connection_grace_seconds", &RoutingSettings::connection_grace_seconds, 0, day_seconds},
    {"reopen_days", &RoutingSettings::reopen_days, 0, 3650}};

struct Values {
    const char* name;
    std::map<std::string, double> RoutingSettings::*member;
};
constexpr Values values[] = {{"relationship_values", &RoutingSettings::relationship_values},
                             {"segment_values", &RoutingSettings::segment_values},
                             {"priority_values", &RoutingSettings::priority_values}};
constexpr double value_least = 0.01;
constexpr double value_most = 1000;
constexpr std::size_t values_max = 1000;

std::string range(const std::string& name, const Json& least, const Json& most,
                  const char* kind = "a number") {
    return name + " must be " + kind + " from " + least.dump() + " to " + most.dump();
}

// What is wrong with parameters that somebody wrote; empty: nothing.
std::string parameters_fault(const Json& json) {
    if (!json.is_object()) return "parameters are one JSON object";
    for (const auto& [name, value] : json.items()) {
        if (name == "asynchronous_bound") {
            const bool good = value.is_number_unsigned() && value >= 1 &&
                              value <= routing::asynchronous_bound_max;
            if (!good) return range(name, 1, routing::asynchronous_bound_max);
            continue;
        }
        const auto known = std::ranges::find(routing::knobs(), name, &routing::Knob::name);
        if (known == routing::knobs().end()) return "there is no parameter " + name;
        if (!value.is_number() || value < known->low || value > known->high)
            return range(name, known->low, known->high);
    }
    return {};
}

std::string values_fault(const std::string& name, const Json& json) {
    if (!json.is_object() || json.size() > values_max)
        return name + " must be an object of at most " + std::to_string(values_max) + " numbers";
    for (const auto& [word, value] : json.items())
        if (!value.is_number() || value < value_least || value > value_most)
            return range(name + "." + word, value_least, value_most);
    return {};
}

std::string setting_fault(const std::string& name, const Json& json) {
    if (name == "version") return {};  // given by the hub
    if (name == "parameters") return parameters_fault(json);
    if (name == "policy") {
        const bool known =
            json.is_string() && from_word<routing::Policy>(json.get_ref<const std::string&>());
        return known ? ""
                     : "policy must be index, round-robin, least-loaded, fifo, priority or edf";
    }
    for (const Whole& one : wholes) {
        if (name != one.name) continue;
        const bool good = json.is_number_unsigned() && json >= one.least && json <= one.most;
        return good ? "" : range(name, one.least, one.most, "a whole number");
    }
    for (const Values& one : values)
        if (name == one.name) return values_fault(name, json);
    return "there is no setting " + name;
}

void read_parameters(const Json& json, routing::Parameters& parameters) {
    parameters.asynchronous_bound = json.value("asynchronous_bound", parameters.asynchronous_bound);
    for (const routing::Knob& knob : routing::knobs())
        parameters.*knob.member = json.value(knob.name, parameters.*knob.member);
}

void read_settings(const Json& json, RoutingSettings& settings) {
    settings.version = json.value("version", settings.version);
    if (json.contains("policy")) settings.policy = word_from<routing::Policy>(json, "policy");
    if (json.contains("parameters")) read_parameters(json.at("parameters"), settings.parameters);
    for (const Whole& one : wholes)
        settings.*one.member = json.value(one.name, settings.*one.member);
    for (const Values& one : values)
        if (json.contains(one.name))
            settings.*one.member = json.at(one.name).get<std::map<std::string, double>>();
}

Json parsed(std::string_view text) {
    Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) throw std::runtime_error("write one JSON object");
    return json;
}

}  // namespace

Json parameters_json(const routing::Parameters& parameters) {
    Json json = {{"asynchronous_bound", parameters.asynchronous_bound}};
    for (const routing::Knob& knob : routing::knobs())
        json[std::string{knob.name}] = parameters.*knob.member;
    return json;
}

RoutingSettings routing_settings_value(const Json& json) {
    RoutingSettings settings;
    read_settings(json, settings);
    return settings;
}

}  // namespace json_parts

using namespace json_parts;

std::string to_json(const RoutingSettings& settings) {
    Json json = {{"version", settings.version},
                 {"policy", spoken(word(settings.policy))},
                 {"parameters", parameters_json(settings.parameters)}};
    for (const Whole& one : wholes) json[one.name] = settings.*one.member;
    for (const Values& one : values) json[one.name] = settings.*one.member;
    return dump(json);
}

std::string to_json(const routing::Parameters& parameters) {
    return dump(parameters_json(parameters));
}

RoutingSettings stored_routing_settings(std::string_view text) {
    return routing_settings_value(Json::parse(text));
}

RoutingSettings changed_settings(RoutingSettings settings, std::string_view text) {
    const Json json = parsed(text);
    for (const auto& [name, value] : json.items())
        if (const std::string fault = setting_fault(name, value); !fault.empty())
            throw std::runtime_error(fault);
    const std::uint32_t version = settings.version;
    read_settings(json, settings);
    settings.version = version;
    return settings;
}

routing::Parameters parameters_from(std::string_view text) {
    const Json json = parsed(text);
    if (const std::string fault = parameters_fault(json); !fault.empty())
        throw std::runtime_error(fault);
    routing::Parameters parameters;
    read_parameters(json, parameters);
    return parameters;
}

}  // namespace model
