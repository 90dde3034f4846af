// A workspace declared in one JSON text: calendars, teams, agents, inboxes, policies, routing and
// its rules. Entities are told apart by name (agents by mail address); what is there is changed,
// what is not is made, nothing is removed. They name each other by name.
//
// The steps are carried out in order, each against the directory as the earlier ones left it, so
// that a console's handler and a command line can drive it alike.
#pragma once

#include <variant>

#include "hub/api/json_body.hpp"
#include "hub/flow/intake.hpp"

namespace api {

class Declaration {
public:
    explicit Declaration(std::string_view text);
    ~Declaration();

    // Not such a JSON text: why.
    std::optional<std::string> fault() const;
    std::size_t size() const { return steps_.size(); }
    // "sla_policies: Mail of partners"
    std::string title(std::size_t step) const;
    // The command of a step, or what is wrong with it.
    std::variant<model::Command, std::string> command(std::size_t step, model::AgentId by,
                                                      const flow::Directory& now);

private:
    enum class Kind : std::uint8_t {
        calendar,
        team,
        agent,
        team_links,
        inbox,
        policy,
        routing,
        rule
    };
    struct Step {
        Kind kind{};
        std::string text;  // JSON of the entity
        std::string name;
    };
    void add(JsonBody& body, const char* field, Kind kind);

    std::vector<Step> steps_;
    std::optional<std::string> fault_;
};

}  // namespace api
