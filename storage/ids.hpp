// Ids that storage owns. They are numbers given out by the hub, unique within one store; zero is
// "none".
#pragma once

#include <chrono>
#include <cstdint>

namespace storage {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;

using Seq = std::uint64_t;  // gap-free, rising; the first event is 1

enum class ContactId : std::uint64_t {};
enum class ConversationId : std::uint64_t {};
enum class MessageId : std::uint64_t {};
enum class AttachmentId : std::uint64_t {};

}  // namespace storage
