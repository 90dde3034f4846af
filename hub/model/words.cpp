#include "hub/model/words.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace model {
namespace {

template <class Value>
struct Words;

// One line per enumeration: the words in the order of the values.
#define SPORTELLO_WORDS(Type, ...)                                                   \
    template <>                                                                      \
    struct Words<Type> {                                                             \
        static constexpr auto list = std::to_array<std::string_view>({__VA_ARGS__}); \
    };                                                                               \
    std::string_view lookup(Type value) {                                            \
        return Words<Type>::list.at(static_cast<std::size_t>(value));                \
    }

SPORTELLO_WORDS(Channel, "email", "chat")
SPORTELLO_WORDS(Role, "agent", "social", "supervisor", "administrator")
SPORTELLO_WORDS(Status, "open", "pending", "snoozed", "resolved")
SPORTELLO_WORDS(Priority, "low", "normal", "high", "urgent")
SPORTELLO_WORDS(Direction, "in", "out")
SPORTELLO_WORDS(Visibility, "public", "private", "note")
SPORTELLO_WORDS(MessageKind, "message", "auto_reply", "bounce", "system")
SPORTELLO_WORDS(DeliveryState, "received", "queued", "sending", "sent", "delivered", "read",
                "failed", "unknown", "taken_back")
SPORTELLO_WORDS(SenderName, "agent_and_inbox", "agent", "inbox")
SPORTELLO_WORDS(AutomaticReplyWhen, "always", "out_of_hours")
SPORTELLO_WORDS(connectors::OutcomeKind, "sent", "transient", "permanent", "unknown",
                "not_configured")
SPORTELLO_WORDS(AuthorType, "contact", "agent", "system")
SPORTELLO_WORDS(Availability, "offline", "away", "online", "busy", "not_responding")
SPORTELLO_WORDS(sla::Metric, "first_response", "next_response", "resolution", "public_answer")
SPORTELLO_WORDS(sla::ClockState, "running", "warned", "breached", "met", "met_late", "void",
                "paused", "lost")
SPORTELLO_WORDS(sla::VoidReason, "none", "resolved_unanswered", "no_answer_needed", "merged",
                "spam", "policy_removed", "waived", "author_deleted")
SPORTELLO_WORDS(sla::LegKind, "running", "paused", "resolved")
SPORTELLO_WORDS(sla::EscalationAction, "notify_agent", "notify_lead", "notify_supervisor",
                "raise_priority", "overflow", "add_tag", "webhook")
SPORTELLO_WORDS(SlaChange, "paused", "resumed", "reopened", "retargeted", "answer_undelivered")
SPORTELLO_WORDS(AssignedBy, "routing", "hand", "taking", "leaving")
SPORTELLO_WORDS(Source, "channel", "import", "agent")
SPORTELLO_WORDS(ConsentState, "given", "withdrawn")
SPORTELLO_WORDS(BuyingRole, "none", "user", "influencer", "decider", "buyer")
SPORTELLO_WORDS(FollowUpKind, "call", "visit", "offer", "complaint", "return", "task")
SPORTELLO_WORDS(FollowUpState, "open", "done", "cancelled")
SPORTELLO_WORDS(AttributeType, "text", "number", "date", "flag", "choice")
SPORTELLO_WORDS(InteractionKind, "call", "visit", "meeting", "letter", "other")
SPORTELLO_WORDS(connectors::ConnectionSecurity, "tls", "starttls", "none")
SPORTELLO_WORDS(connectors::AfterIntake, "keep", "mark_seen", "move", "remove")
SPORTELLO_WORDS(QueueMode, "push", "offer", "pull")
SPORTELLO_WORDS(OfferEnd, "accepted", "declined", "lapsed", "withdrawn")
SPORTELLO_WORDS(routing::Exclusion, "none", "not_in_team", "not_online", "no_room",
                "wrong_language", "lacks_skill", "excluded", "shift_ends", "held")
SPORTELLO_WORDS(routing::Policy, "index", "round-robin", "least-loaded", "fifo", "priority", "edf")

#undef SPORTELLO_WORDS

}  // namespace

std::string_view word(Channel value) {
    return lookup(value);
}
std::string_view word(Role value) {
    return lookup(value);
}
std::string_view word(Status value) {
    return lookup(value);
}
std::string_view word(Priority value) {
    return lookup(value);
}
std::string_view word(Direction value) {
    return lookup(value);
}
std::string_view word(Visibility value) {
    return lookup(value);
}
std::string_view word(MessageKind value) {
    return lookup(value);
}
std::string_view word(DeliveryState value) {
    return lookup(value);
}
std::string_view word(SenderName value) {
    return lookup(value);
}
std::string_view word(AutomaticReplyWhen value) {
    return lookup(value);
}
std::string_view word(connectors::OutcomeKind value) {
    return lookup(value);
}
std::string_view word(AuthorType value) {
    return lookup(value);
}
std::string_view word(connectors::ConnectionSecurity value) {
    return lookup(value);
}
std::string_view word(connectors::AfterIntake value) {
    return lookup(value);
}
std::string_view word(Availability value) {
    return lookup(value);
}
std::string_view word(sla::Metric value) {
    return lookup(value);
}
std::string_view word(sla::ClockState value) {
    return lookup(value);
}
std::string_view word(routing::Exclusion value) {
    return lookup(value);
}

std::string_view word(sla::VoidReason value) {
    return lookup(value);
}
std::string_view word(sla::LegKind value) {
    return lookup(value);
}
std::string_view word(sla::EscalationAction value) {
    return lookup(value);
}
std::string_view word(SlaChange value) {
    return lookup(value);
}
std::string_view word(AssignedBy value) {
    return lookup(value);
}
std::string_view word(Source value) {
    return lookup(value);
}
std::string_view word(ConsentState value) {
    return lookup(value);
}
std::string_view word(BuyingRole value) {
    return lookup(value);
}
std::string_view word(FollowUpKind value) {
    return lookup(value);
}
std::string_view word(FollowUpState value) {
    return lookup(value);
}
std::string_view word(AttributeType value) {
    return lookup(value);
}
std::string_view word(InteractionKind value) {
    return lookup(value);
}
std::string_view word(routing::Policy value) {
    return lookup(value);
}
std::string_view word(QueueMode value) {
    return lookup(value);
}
std::string_view word(OfferEnd value) {
    return lookup(value);
}

template <class Value>
std::optional<Value> from_word(std::string_view text) {
    const auto& list = Words<Value>::list;
    for (std::size_t i = 0; i < list.size(); ++i)
        if (list[i] == text) return static_cast<Value>(i);
    return std::nullopt;
}

template std::optional<Channel> from_word(std::string_view);
template std::optional<Role> from_word(std::string_view);
template std::optional<SenderName> from_word(std::string_view);
template std::optional<AutomaticReplyWhen> from_word(std::string_view);
template std::optional<connectors::OutcomeKind> from_word(std::string_view);
template std::optional<Status> from_word(std::string_view);
template std::optional<Priority> from_word(std::string_view);
template std::optional<Direction> from_word(std::string_view);
template std::optional<Visibility> from_word(std::string_view);
template std::optional<MessageKind> from_word(std::string_view);
template std::optional<DeliveryState> from_word(std::string_view);
template std::optional<AuthorType> from_word(std::string_view);
template std::optional<Availability> from_word(std::string_view);
template std::optional<sla::Metric> from_word(std::string_view);
template std::optional<sla::ClockState> from_word(std::string_view);
template std::optional<routing::Exclusion> from_word(std::string_view);
template std::optional<OfferEnd> from_word(std::string_view);
template std::optional<QueueMode> from_word(std::string_view);
template std::optional<connectors::ConnectionSecurity> from_word(std::string_view);
template std::optional<connectors::AfterIntake> from_word(std::string_view);
template std::optional<routing::Policy> from_word(std::string_view);
template std::optional<sla::VoidReason> from_word(std::string_view);
template std::optional<sla::LegKind> from_word(std::string_view);
template std::optional<sla::EscalationAction> from_word(std::string_view);
template std::optional<SlaChange> from_word(std::string_view);
template std::optional<AssignedBy> from_word(std::string_view);
template std::optional<Source> from_word(std::string_view);
template std::optional<ConsentState> from_word(std::string_view);
template std::optional<BuyingRole> from_word(std::string_view);
template std::optional<FollowUpKind> from_word(std::string_view);
template std::optional<FollowUpState> from_word(std::string_view);
template std::optional<AttributeType> from_word(std::string_view);
template std::optional<InteractionKind> from_word(std::string_view);

std::string text_of(Instant at) {
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{at - day};
    std::array<char, 40> out;
    const int size = std::snprintf(
        out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ",
        static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
        static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
        static_cast<int>(time.subseconds().count()));
    return {out.data(), static_cast<std::size_t>(size)};
}

std::optional<Instant> instant_of(std::string_view text) {
    if (text.size() < 20 || text.back() != 'Z' || text[4] != '-' || text[7] != '-' ||
        text[10] != 'T' || text[13] != ':' || text[16] != ':')
        return std::nullopt;
    bool good = true;
    const auto part = [&](std::size_t from, std::size_t size) {
        int value = 0;
        good = good &&
               text.substr(from, size).find_first_not_of("0123456789") == std::string_view::npos;
        const char* end = text.data() + from + size;
        const auto result = std::from_chars(text.data() + from, end, value);
        good = good && result.ec == std::errc{} && result.ptr == end;
        return value;
    };
    using namespace std::chrono;
    const year_month_day date{year{part(0, 4)}, month{static_cast<unsigned>(part(5, 2))},
                              day{static_cast<unsigned>(part(8, 2))}};
    const int minute = part(14, 2), second = part(17, 2);
    const auto time = hours{part(11, 2)} + minutes{minute} + seconds{second};
    microseconds fraction{0};
    if (text.size() > 20) {
        if (text[19] != '.' || text.size() < 22 || text.size() > 27) return std::nullopt;
        std::string digits{text.substr(20, text.size() - 21)};
        good = good && digits.find_first_not_of("0123456789") == std::string::npos;
        digits.resize(6, '0');
        int value = 0;
        const auto result = std::from_chars(digits.data(), digits.data() + 6, value);
        good = good && result.ec == std::errc{} && result.ptr == digits.data() + 6;
        fraction = microseconds{value};
    }
    if (!good || !date.ok() || minute > 59 || second > 59 || time >= hours{24}) return std::nullopt;
    return sys_days{date} + time + fraction;
}

}  // namespace model
