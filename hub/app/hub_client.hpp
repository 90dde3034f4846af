// Commands that ask the running hub to do something: its API with the administrator's token.
#pragma once

#include "hub/app/options.hpp"

namespace app {

struct HubReply {
    long status = 0;
    std::string body;
};

// Throws std::runtime_error with a cure when the hub does not answer.
HubReply post_to_hub(const Options& options, const std::string& path, const std::string& json);

}  // namespace app
