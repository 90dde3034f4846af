// Decisions about what the hub answers by itself.
#include <algorithm>
#include <array>
#include <cstdio>

#include "hub/desk/decider.hpp"

namespace desk {

using namespace model;

namespace {

constexpr auto burst = std::chrono::minutes{10};

bool is_burst(const AutomaticAnswers& answers, Instant now) {
    return answers.arrivals.size() >= arrivals_max && now - answers.arrivals.front() <= burst;
}

// "2026-11-23 09:00 (Europe/Rome)"; empty: it does not open within the calendar's sight.
std::string opening_text(const sla::Calendar& calendar, Instant now) {
    const Instant at = sla::next_opening(calendar, now);
    if (at == sla::never) return {};
    const auto local = sla::local_time(calendar.zone, at);
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::minutes>(local - day)};
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d", int{date.year()},
                  unsigned{date.month()}, unsigned{date.day()},
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()));
    return std::string{text.data()} + " (" + calendar.zone.name + ")";
}

std::string domain_of(const std::string& address) {
    const auto at = address.rfind('@');
    return at == std::string::npos ? "@localhost" : address.substr(at);
}

std::string filled_in(std::string text, const std::string& opening) {
    constexpr std::string_view place = "{next_opening}";
    for (auto at = text.find(place); at != std::string::npos;
         at = text.find(place, at + opening.size()))
        text.replace(at, place.size(), opening);
    return text;
}

}  // namespace

// Policy (RFC 3834, P7): a customer is answered by the hub itself only where the inbox says so, at
// the beginning of a conversation or out of hours, and only a mail that a machine may answer. At
// most once per conversation, and once in the inbox's period per correspondent. Whoever sends five
// mails within ten minutes gets none, whatever the headers say: two machines that answer each other
// end here. Nothing goes to a Reply-To: what is counted is the sender, and whoever makes up senders
// could have us write to somebody else without end. It answers no promise (S5).
void Decider::answer_automatically(const connectors::Inbound& inbound, ConversationId id,
                                   bool fresh) {
    const Conversation conversation = *state.conversation(id);
    const Inbox& inbox = state.inboxes.at(conversation.inbox);
    const Contact* contact = state.contact(conversation.contact);
    if (!inbox.automatic_reply || !inbound.answerable || contact == nullptr ||
        conversation.answered_automatically ||
        conversation.reply_address.value != inbound.sender.value)
        return;
    const AutomaticReply& reply = *inbox.automatic_reply;
    const sla::Policy* policy = policy_for(conversation);
    const sla::Calendar& calendar =
        calendar_for(conversation, policy == nullptr ? sla::Policy{} : *policy);
    const bool out_of_hours = !sla::is_open_at(calendar, now);
    const bool due = reply.when == AutomaticReplyWhen::always ? fresh : out_of_hours;
    const auto last = contact->automatic.last.find(inbox.id);
    const bool told = last != contact->automatic.last.end() &&
                      now - last->second < std::chrono::hours{reply.period_hours};
    if (!due || told || is_burst(contact->automatic, now)) return;
    Message message;
    message.id = MessageId{fresh_id()};
    message.conversation = id;
    message.number = conversation.message_count + 1;
    message.direction = Direction::out;
    message.kind = MessageKind::auto_reply;
    message.author = {AuthorType::system, 0, inbox.name, inbox.address};
    message.text = filled_in(reply.text, opening_text(calendar, now));
    message.subject = answer_subject(conversation);
    message.to = {conversation.reply_address};
    message.external_id =
        text_of(id) + "." + text_of(message.id) + ".automatic" + domain_of(inbox.address);
    message.sent_at = now;
    message.received_at = now;
    emit(ReplyQueued{message, std::nullopt}, conversation);
    queue_mail(conversation, message, {}, std::nullopt);
}

}  // namespace desk
