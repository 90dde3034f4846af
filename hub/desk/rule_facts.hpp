// What rules may look at, of a message and the conversation that it opens.
#pragma once

#include "hub/desk/state.hpp"

namespace desk {

routing::RuleFacts rule_facts(const State& state, const model::Conversation& conversation,
                              const std::string& sender, const std::string& subject,
                              const std::string& text);

// The rules by rank, then id.
std::vector<const model::RoutingRule*> rules_in_order(
    const std::map<model::RuleId, model::RoutingRule>& rules);

}  // namespace desk
