// Who plays: the configuration of a simulated workspace, and random commands over small sets of
// names, so that repeats, threads and collisions happen often. The same seed and answers give the
// same commands.
#pragma once

#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "hub/model/model.hpp"
#include "storage/storage.hpp"

namespace sim {

using namespace model;

class Random {
public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}
    std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
    bool one_in(std::uint64_t count) { return below(count) == 0; }
    std::chrono::seconds seconds_below(std::int64_t limit) {
        return std::chrono::seconds{
            static_cast<std::int64_t>(below(static_cast<std::uint64_t>(limit)))};
    }
    template <class Values>
    const typename Values::value_type& pick(const Values& values) {
        return values[below(values.size())];
    }

private:
    std::mt19937_64 engine_;
};

class Cast {
public:
    explicit Cast(std::uint64_t seed) : random_(seed) {}

    // Submits the first commands in order; `ask` returns the answer's id.
    using Ask = std::function<std::uint64_t(Command)>;
    void set_up(const Ask& ask);
    Command random_command(Instant now);
    void heard(const Answer& answer) {
        if (!answer.ok() || !is_some(answer.conversation)) return;
        conversations_.insert(answer.conversation);
        // A new customer's contact is made right before the conversation.
        contacts_.insert(ContactId{number(answer.conversation) - 1});
    }
    void planned(FollowUpId id) { follow_ups_.push_back(id); }
    Random& random() { return random_; }
    const std::vector<AgentId>& agents() const { return agents_; }

private:
    Command mail();
    Command chat();
    Command reply();
    Command note();
    Command status(Instant now);
    Command assign();
    Command availability();
    Command edit_agent();
    Command edit_other();
    Command small_change();
    Agent agent(std::size_t index);
    ConversationId some_conversation();
    AgentId somebody() { return random_.pick(agents_); }
    std::string text() {
        return std::string(1 + random_.below(40), 'a') + std::to_string(random_.below(1000));
    }

    // What is promised: see cast_promises.hpp.
    void set_up_promises(const Ask& ask);
    sla::Windows windows();
    sla::Calendar calendar(Instant now);
    sla::Policy policy(std::size_t index);
    sla::Target target(sla::Metric metric);
    sla::Escalation escalation(const sla::Target& target);
    Team team(std::size_t index);
    Command promise_change(Instant now);
    Command profile();
    ContactId some_contact();
    Identity some_identity();
    Command about_customer(Instant now);

    Random random_;
    std::vector<TeamId> teams_;
    std::vector<InboxId> mail_inboxes_;
    std::vector<InboxId> chat_inboxes_;
    std::vector<AgentId>
        agents_;  // the first is the administrator, the second a supervisor without a team
    std::vector<CalendarId> calendars_;
    std::vector<PolicyId> policies_;
    std::set<ConversationId> conversations_;
    std::set<ContactId> contacts_;  // mostly; some of the ids are something else's
    std::vector<FollowUpId> follow_ups_;
    std::vector<std::string> message_ids_;  // of mails and replies, whatever became of them
    std::vector<Command> inbound_;          // offered before, to be offered again
    std::vector<Command> operations_;       // sent before, to be sent again
    std::uint64_t counter_ = 0;
};

inline void Cast::set_up(const Ask& ask) {
    for (const char* name : {"Support", "Sales"})
        teams_.push_back(TeamId{ask(SaveTeam{{}, {{}, name}})});
    const auto inbox = [&](const char* address, Channel channel, TeamId team,
                           std::uint32_t weight) {
        Inbox made;
        made.name = made.address = address;
        made.channel = channel;
        made.team = team;
        made.weight = weight;
        return InboxId{ask(SaveInbox{{}, made})};
    };
    mail_inboxes_ = {inbox("help@x.it", Channel::email, teams_[0], 1),
                     inbox("sales@x.it", Channel::email, teams_[1], 2)};
    chat_inboxes_ = {inbox("site", Channel::chat, teams_[0], 3)};
    for (std::size_t index = 0; index < 6; ++index)
        agents_.push_back(AgentId{ask(SaveAgent{{}, agent(index), index == 0 ? "hash" : ""})});
    set_up_promises(ask);
    for (std::size_t index = 2; index < 5; ++index)
        ask(SetAvailability{agents_[index], agents_[index], Availability::online});
}

inline Agent Cast::agent(std::size_t index) {
    Agent made;
    if (index < agents_.size()) made.id = agents_[index];
    made.name = "Agent " + std::to_string(index);
    made.email = "agent" + std::to_string(index) + "@x.it";
    made.role = index == 0 ? Role::administrator : index == 1 ? Role::supervisor : Role::agent;
    made.session_capacity = static_cast<std::uint32_t>(1 + random_.below(6));
    made.asynchronous_capacity = static_cast<std::uint32_t>(1 + random_.below(6));
    for (const TeamId team : teams_)
        if (index > 1 && random_.below(3) != 0) made.teams.push_back(team);
    if (index > 3 && random_.one_in(2)) made.inboxes.push_back(random_.pick(mail_inboxes_));
    return made;
}

inline Command Cast::random_command(Instant now) {
    const std::uint64_t dice = random_.below(100);
    if (dice < 6 && !inbound_.empty()) return random_.pick(inbound_);
    if (dice < 10 && !operations_.empty()) return random_.pick(operations_);
    if (dice < 31) return mail();
    if (dice < 43) return chat();
    if (dice < 60) return reply();
    if (dice < 63) return note();
    if (dice < 67) return about_customer(now);
    if (dice < 75) return status(now);
    if (dice < 81) return assign();
    if (dice < 87) return availability();
    if (dice < 89) return edit_agent();
    if (dice < 92) return small_change();
    return dice < 98 ? promise_change(now) : edit_other();
}

inline ConversationId Cast::some_conversation() {
    if (conversations_.empty() || random_.one_in(50)) return ConversationId{9999};
    // Mostly a recent one, so that several commands meet.
    const std::uint64_t last = conversations_.size();
    const std::uint64_t back =
        random_.one_in(3) ? random_.below(last) : random_.below(std::min<std::uint64_t>(last, 5));
    return *std::next(conversations_.rbegin(), static_cast<std::ptrdiff_t>(back));
}

inline Command Cast::mail() {
    ReceiveInbound command;
    connectors::Inbound& mail = command.inbound;
    mail.inbox = random_.pick(mail_inboxes_);
    const std::string sender = "customer" + std::to_string(random_.below(6)) + "@y.it";
    mail.sender = {.kind = "email",
                   .value = sender,
                   .name = random_.one_in(2) ? "Known " + sender : "",
                   .verified = false};
    const bool shared = !message_ids_.empty() && random_.one_in(12);
    mail.external_id =
        shared ? random_.pick(message_ids_) : "mail" + std::to_string(++counter_) + "@y.it";
    mail.receipt_key = mail.external_id + ":" + std::to_string(++counter_);
    if (random_.one_in(4))
        mail.thread_ids.push_back("foreign" + std::to_string(random_.below(5)) + "@y.it");
    if (!message_ids_.empty() && random_.one_in(2))
        for (std::uint64_t i = 1 + random_.below(2); i > 0; --i)
            mail.thread_ids.push_back(random_.pick(message_ids_));
    if (random_.one_in(10)) mail.token_conversation = number(some_conversation());
    if (random_.one_in(8))
        mail.automatic =
            random_.one_in(2) ? connectors::Automatic::bounce : connectors::Automatic::auto_reply;
    // No mail is public; what a public channel brings looks the same to the desk.
    mail.is_public = random_.one_in(12);
    mail.subject = random_.one_in(3) ? "Re: order" : "order";
    mail.text = mail.trimmed_text = text() + (random_.one_in(40) ? std::string(20'000, 'm') : "");
    if (random_.one_in(10)) {
        const std::string bytes = "file" + std::to_string(random_.below(4));
        mail.attachments.push_back({.name = "a.txt",
                                    .type = "text/plain",
                                    .sha256 = storage::sha256_hex(bytes),
                                    .size = bytes.size(),
                                    .bytes = std::make_shared<const std::string>(bytes)});
    }
    message_ids_.push_back(mail.external_id);
    inbound_.push_back(command);
    return command;
}

inline Command Cast::chat() {
    ReceiveInbound command;
    connectors::Inbound& chat = command.inbound;
    chat.inbox = random_.pick(chat_inboxes_);
    chat.channel = Channel::chat;
    chat.sender = {.kind = "visitor",
                   .value = "visitor" + std::to_string(random_.below(4)),
                   .name = "",
                   .verified = false};
    command.client_id = "widget" + std::to_string(++counter_);
    chat.external_id = chat.receipt_key = chat.sender.value + "/" + command.client_id;
    chat.text = chat.trimmed_text = text();
    inbound_.push_back(command);
    return command;
}

inline Command Cast::reply() {
    SendReply command;
    command.agent = somebody();
    command.conversation = some_conversation();
    command.text = text();
    command.client_id = "op" + std::to_string(++counter_);
    if (random_.one_in(3)) command.seen = static_cast<std::uint32_t>(random_.below(6));
    command.external_id = "reply" + std::to_string(counter_) + "@x.it";
    message_ids_.push_back(command.external_id);
    operations_.push_back(command);
    return command;
}

inline Command Cast::note() {
    const AddNote command{somebody(), some_conversation(), text(),
                          "op" + std::to_string(++counter_)};
    operations_.push_back(command);
    return command;
}

inline Command Cast::status(Instant now) {
    ChangeStatus command{somebody(), some_conversation(), Status::resolved, {}};
    const std::uint64_t dice = random_.below(10);
    if (dice < 2) command.to = Status::open;
    if (dice == 2 || dice == 3) command.to = Status::pending;
    if (dice == 4 || dice == 5) {
        command.to = Status::snoozed;
        command.until = now + random_.seconds_below(random_.one_in(2) ? 3000 : 40'000);
    }
    return command;
}

inline Command Cast::assign() {
    Assign command;
    command.agent = somebody();
    command.conversation = some_conversation();
    if (random_.one_in(2)) command.to_agent = random_.one_in(3) ? AgentId{} : somebody();
    if (!command.to_agent || random_.one_in(3)) command.to_team = random_.pick(teams_);
    if (random_.one_in(5)) command.base = random_.below(400);
    return command;
}

inline Command Cast::availability() {
    const AgentId agent = somebody();
    const Availability to = random_.one_in(4)   ? Availability::offline
                            : random_.one_in(4) ? Availability::away
                                                : Availability::online;
    return SetAvailability{agent, random_.one_in(4) ? agents_[1] : agent, to};
}

inline Command Cast::edit_agent() {
    return SaveAgent{agents_[0], agent(2 + random_.below(agents_.size() - 2)), ""};
}

inline Command Cast::edit_other() {
    if (random_.one_in(2)) return SaveTeam{agents_[0], team(random_.below(teams_.size()))};
    Quarantine command;
    command.inbox = random_.pick(mail_inboxes_);
    command.reason = "no header";
    command.raw = std::make_shared<const std::string>("raw" + std::to_string(random_.below(3)));
    command.sha256 = storage::sha256_hex(*command.raw);
    return command;
}

inline Command Cast::small_change() {
    if (random_.one_in(2))
        return ChangePriority{somebody(), some_conversation(),
                              static_cast<Priority>(random_.below(4))};
    return ChangeTags{
        somebody(), some_conversation(), {"tag" + std::to_string(random_.below(3)), "vip"}};
}

}  // namespace sim

#include "tests/sim/cast_promises.hpp"
