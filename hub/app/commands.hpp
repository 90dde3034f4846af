// The commands beside `serve`. Each opens the data folder alone: the hub must not be running.
#pragma once

#include "hub/app/options.hpp"
#include "storage/storage.hpp"

namespace app {

// The store of a data folder that is there.
std::unique_ptr<storage::Store> open_store(const Options& options);

int check(const Options& options);
int user(const Options& options);
int token(const Options& options);
int verify(const Options& options);
int rebuild(const Options& options);
int apply(const Options& options);
int deliver(const Options& options);
int import_contacts(const Options& options);    // asks the running hub
int export_everything(const Options& options);  // beside a running hub as well
int simulate_floor(const Options& options);

}  // namespace app
