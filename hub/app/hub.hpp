// The composition root: builds everything in start order, lets it run, takes it down in reverse.
#pragma once

#include "hub/app/options.hpp"

namespace app {

// Runs until SIGTERM or SIGINT. SIGHUP reads the configuration again. Throws std::runtime_error
// when it cannot start.
int serve(const Options& options);

}  // namespace app
