// Ids and words that connectors own.
#pragma once

#include <chrono>
#include <cstdint>

namespace connectors {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;

enum class InboxId : std::uint64_t {};

enum class Channel : std::uint8_t { email, chat };

}  // namespace connectors
