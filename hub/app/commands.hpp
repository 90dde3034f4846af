// The commands beside `serve`. Each opens the data folder alone: the hub must not be running.
#pragma once

#include "hub/app/options.hpp"

namespace app {

int check(const Options& options);
int user(const Options& options);
int token(const Options& options);
int verify(const Options& options);
int rebuild(const Options& options);

}  // namespace app
