#include "hub/desk/participants.hpp"

#include <algorithm>

namespace desk {

using namespace model;

namespace {

// The inbox's address, or that with something after a plus.
bool is_ours(const model::Inbox& inbox, const std::string& address) {
    const std::string& own = inbox.address;
    const auto at = own.rfind('@');
    return address == own || (at != std::string::npos && address.ends_with(own.substr(at)) &&
                              address.starts_with(own.substr(0, at) + "+"));
}

}  // namespace

void add_participants(const State& state, Conversation& conversation, const Message& message) {
    if (conversation.channel != Channel::email || message.kind != MessageKind::message) return;
    if (message.direction == Direction::in)
        add_participant(state, conversation, message.author.address);
    if (message.reply_to) add_participant(state, conversation, message.reply_to->value);
    for (const auto* addresses : {&message.to, &message.cc})
        for (const connectors::Address& address : *addresses)
            add_participant(state, conversation, address.value);
}

bool is_ours(const State& state, const std::string& address) {
    return std::ranges::any_of(
        state.inboxes, [&address](const auto& one) { return is_ours(one.second, address); });
}

connectors::Address answer_address(const State& state, const connectors::Inbound& inbound) {
    const auto& wanted = inbound.reply_to;
    return wanted && !is_ours(state, wanted->value) ? *wanted : inbound.sender;
}

void add_participant(const State& state, Conversation& conversation, const std::string& address) {
    const bool ours = is_ours(state, address);
    auto& participants = conversation.participants;
    if (!ours && participants.size() < participants_max &&
        std::ranges::find(participants, address) == participants.end())
        participants.push_back(address);
}

}  // namespace desk
