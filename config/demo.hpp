// The demo workspace: what `./run` sets up on an empty data folder. Its text is
// config/demo/workspace.json, built into the program.
#pragma once

#include <string_view>

namespace config {

std::string_view demo_workspace();

}  // namespace config
