// How agents stand, as the one text that the store keeps beside the read tables.
#pragma once

#include <map>
#include <string>

#include "hub/desk/state.hpp"

namespace desk {

std::string agent_states_json(const std::map<model::AgentId, AgentState>& states);
std::map<model::AgentId, AgentState> agent_states_from(const std::string& text);

}  // namespace desk
