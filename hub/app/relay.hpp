// The way out for mail, as the configuration has it.
#pragma once

#include "config/config.hpp"
#include "connectors/email/mail_sender.hpp"
#include "hub/runtime/clock.hpp"
#include "hub/runtime/loop.hpp"
#include "storage/storage.hpp"

namespace app {

struct RelayWorld {
    storage::Store& store;
    runtime::Loop& courier;
    const runtime::Clock& clock;
    std::string secret;
};
connectors::email::Relay relay_of(const config::Config& config, const RelayWorld& world);

// What a reload takes over.
void take_relay(config::Config& config, const config::Config& fresh);

}  // namespace app
