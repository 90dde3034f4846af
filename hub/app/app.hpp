// app: the one place that knows everybody. Options, the composition root, the commands beside
// `serve`, and main.
#pragma once

#include "hub/app/commands.hpp"
#include "hub/app/hub.hpp"
#include "hub/app/options.hpp"
