// What is believed about the usual channels before a floor has a history of its own.
#pragma once

#include <string_view>

#include "routing/facts.hpp"

namespace routing {

ChannelFacts usual_channel(std::string_view name);

}  // namespace routing
