#include "hub/desk/state.hpp"

#include <algorithm>
#include <cassert>

namespace desk {
namespace {

std::string key_of(const std::string& left, const std::string& right) {
    return std::to_string(left.size()) + ":" + left + right;
}

std::string key_of(model::InboxId inbox, const std::string& external_id) {
    return model::text_of(inbox) + ":" + external_id;
}

template <class Map>
auto find_pointer(const Map& map, const typename Map::key_type& key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
}

bool is_open_chat(const model::Conversation& conversation) {
    return conversation.channel == model::Channel::chat &&
           conversation.status != model::Status::resolved;
}

// When something happens to a conversation by itself: a warning, a breach, the end of its snooze.
std::optional<model::Instant> wake_of(const State& state, const model::Conversation& conversation) {
    std::optional<model::Instant> first;
    const auto consider = [&first](model::Instant at) {
        if (!first || at < *first) first = at;
    };
    for (const sla::Clock& clock : conversation.clocks)
        if (const auto signal = sla::next_signal(clock)) {
            // A breach is what follows the deadline, not the deadline itself (S10).
            const bool breach = signal->percent == 100;
            consider(signal->at + std::chrono::microseconds{breach ? 1 : 0});
        }
    if (conversation.status == model::Status::snoozed) consider(snooze_end(state, conversation));
    if (conversation.offer_ends) consider(*conversation.offer_ends);
    if (conversation.returns_at) consider(*conversation.returns_at);
    return first;
}

}  // namespace

// Adds an id to the set of a key, or takes it out and the set with it when it was the last.
template <class Key>
static void note(std::map<Key, std::set<model::ConversationId>>& sets, Key key,
                 model::ConversationId id, bool in) {
    if (in) {
        sets[key].insert(id);
        return;
    }
    const auto known = sets.find(key);
    if (known == sets.end()) return;
    known->second.erase(id);
    if (known->second.empty()) sets.erase(known);
}

static model::AgentId holder_of(const model::Conversation& conversation) {
    if (model::is_some(conversation.offered_to)) return conversation.offered_to;
    return occupies(conversation) ? conversation.assignee : model::AgentId{};
}

bool occupies(const model::Conversation& conversation) {
    return conversation.status == model::Status::open && model::is_some(conversation.assignee) &&
           (conversation.waiting_since || conversation.channel == model::Channel::chat);
}

model::Instant snooze_end(const State& state, const model::Conversation& conversation) {
    constexpr int share_percent = 75;
    model::Instant end = conversation.snoozed_until.value_or(model::Instant::max());
    for (const sla::Clock& clock : conversation.clocks) {
        if (!sla::is_open(clock) || clock.state == sla::ClockState::paused) continue;
        const sla::Calendar& calendar = state.calendar(clock.calendar);
        const sla::Leg& leg = clock.legs.back();
        const sla::Span left =
            clock.budget * share_percent / 100 - sla::used_time(clock, calendar, leg.from);
        end = std::min(end, sla::add_open_time(calendar, leg.from, left));
    }
    return end;
}

const model::Conversation* State::conversation(model::ConversationId id) const {
    return find_pointer(conversations_, id);
}

const model::Contact* State::contact(model::ContactId id) const {
    return find_pointer(contacts_, id);
}

const model::Contact* State::person(model::ContactId record) const {
    const model::Contact* known = contact(record);
    return known == nullptr ? nullptr : contact(model::root_of(*known));
}

std::vector<model::ContactId> State::records_of(model::ContactId record) const {
    const model::Contact* root = person(record);
    if (root == nullptr) return {record};
    std::vector<model::ContactId> records{root->id};
    records.insert(records.end(), root->absorbed.begin(), root->absorbed.end());
    return records;
}

bool State::same_person(model::ContactId left, model::ContactId right) const {
    const auto records = records_of(left);
    return std::ranges::find(records, right) != records.end();
}

std::optional<model::ContactId> State::contact_of(const std::string& kind,
                                                  const std::string& value) const {
    const auto* id = find_pointer(contacts_by_identity_, key_of(kind, value));
    return id == nullptr ? std::nullopt : std::optional{*id};
}

std::optional<model::ConversationId> State::thread(model::InboxId inbox,
                                                   const std::string& external_id) const {
    const auto* id = find_pointer(threads_, key_of(inbox, external_id));
    return id == nullptr ? std::nullopt : std::optional{*id};
}

const model::Answer* State::receipt(model::InboxId inbox, const std::string& external_id) const {
    return find_pointer(receipts_, key_of(inbox, external_id));
}

const model::Answer* State::operation(const std::string& author,
                                      const std::string& client_id) const {
    return find_pointer(operations_, key_of(author, client_id));
}

std::optional<model::ConversationId> State::open_chat(model::ContactId contact,
                                                      model::InboxId inbox) const {
    // The newest, should several be open.
    auto after =
        open_chats_.upper_bound({contact, inbox, model::ConversationId{~std::uint64_t{0}}});
    if (after == open_chats_.begin()) return std::nullopt;
    const auto& [known_contact, known_inbox, id] = *--after;
    return known_contact == contact && known_inbox == inbox ? std::optional{id} : std::nullopt;
}

std::optional<model::Instant> State::next_wake() const {
    std::optional<model::Instant> first = wakes_.next();
    for (const auto& other : {router_.next_wake(), lost_agents_.next(), follow_up_wakes_.next()})
        if (other && (!first || *other < *first)) first = other;
    return first;
}

const sla::Calendar& State::calendar(const sla::CalendarRef& ref) const {
    static const sla::Calendar always;
    const auto found = calendar_versions.find({ref.id, ref.version});
    return found == calendar_versions.end() ? always : found->second;
}

const sla::Policy* State::policy(model::PolicyId id, std::uint32_t version) const {
    const auto found = policy_versions.find({id, version});
    return found == policy_versions.end() ? nullptr : &found->second;
}

std::vector<model::ConversationId> State::unresolved_of(model::ContactId contact) const {
    const auto known = unresolved_.find(contact);
    if (known == unresolved_.end()) return {};
    return {known->second.begin(), known->second.end()};
}

std::vector<model::ConversationId> State::unresolved_with_absorbed(model::ContactId record) const {
    std::vector<model::ConversationId> all = unresolved_of(record);
    for (const model::ContactId absorbed : contact(record)->absorbed)
        for (const model::ConversationId id : unresolved_of(absorbed)) all.push_back(id);
    std::ranges::sort(all);
    return all;
}

std::vector<model::ConversationId> State::held_by(model::AgentId agent) const {
    const auto known = held_.find(agent);
    if (known == held_.end()) return {};
    return {known->second.begin(), known->second.end()};
}

// Versions may come in any order when the state is restored: the newest is in force.
void State::put(const sla::Calendar& calendar) {
    calendar_versions[{calendar.id, calendar.version}] = calendar;
    sla::Calendar& current = calendars[calendar.id];
    if (current.version <= calendar.version) current = calendar;
}

void State::put(const sla::Policy& policy) {
    policy_versions[{policy.id, policy.version}] = policy;
    sla::Policy& current = policies[policy.id];
    if (current.version <= policy.version) current = policy;
}

// Only open ones are kept, and told of once.
void State::put(const model::FollowUp& follow_up) {
    const bool open = follow_up.state == model::FollowUpState::open;
    if (open)
        follow_ups[follow_up.id] = follow_up;
    else
        follow_ups.erase(follow_up.id);
    if (open && !follow_up.reminded)
        follow_up_wakes_.set(model::number(follow_up.id), follow_up.due_at);
    else
        follow_up_wakes_.clear(model::number(follow_up.id));
}

std::optional<model::FollowUpId> State::due_follow_up(model::Instant now) const {
    const auto key = follow_up_wakes_.due(now);
    return key ? std::optional{model::FollowUpId{*key}} : std::nullopt;
}

std::optional<model::ConversationId> State::due_wake(model::Instant now) const {
    const auto key = wakes_.due(now);
    return key ? std::optional{model::ConversationId{*key}} : std::nullopt;
}

void State::index(const model::Conversation& conversation) {
    if (conversation.status != model::Status::resolved)
        note(unresolved_, conversation.contact, conversation.id, true);
    if (const auto holder = holder_of(conversation); model::is_some(holder))
        note(held_, holder, conversation.id, true);
    unsynced_.insert(conversation.id);
    if (const auto at = wake_of(*this, conversation))
        wakes_.set(model::number(conversation.id), *at);
    else
        wakes_.clear(model::number(conversation.id));
    if (is_open_chat(conversation))
        open_chats_.insert({conversation.contact, conversation.inbox, conversation.id});
}

void State::unindex(const model::Conversation& conversation) {
    note(unresolved_, conversation.contact, conversation.id, false);
    note(held_, holder_of(conversation), conversation.id, false);
    if (is_open_chat(conversation))
        open_chats_.erase({conversation.contact, conversation.inbox, conversation.id});
}

model::Conversation& State::put(model::Conversation conversation) {
    const model::ConversationId id = conversation.id;
    const auto [place, fresh] = conversations_.emplace(id, std::move(conversation));
    if (fresh) {
        index(place->second);
        touched(id);
    }
    return place->second;
}

model::Contact& State::put(model::Contact contact) {
    const model::ContactId id = contact.id;
    const auto [place, fresh] = contacts_.emplace(id, std::move(contact));
    if (fresh) {
        for (const model::Identity& identity : place->second.identities)
            contacts_by_identity_.emplace(key_of(identity.kind, identity.value), id);
        touched(id);
    }
    return place->second;
}

void State::add_identity(model::ContactId contact, const model::Identity& identity) {
    auto& identities = contacts_.at(contact).identities;
    const auto known = std::ranges::find_if(identities, [&identity](const auto& one) {
        return one.kind == identity.kind && one.value == identity.value;
    });
    if (known != identities.end())
        known->verified = identity.verified;
    else
        identities.push_back(identity);
    contacts_by_identity_[key_of(identity.kind, identity.value)] = contact;
}

void State::remove_identity(model::ContactId contact, const std::string& kind,
                            const std::string& value) {
    std::erase_if(contacts_.at(contact).identities,
                  [&](const auto& one) { return one.kind == kind && one.value == value; });
    contacts_by_identity_.erase(key_of(kind, value));
}

void State::touched(model::ContactId id) {
    for (const model::ContactId record : records_of(id)) recent_contacts_.push_back({head, record});
}

void State::add_thread(model::InboxId inbox, const std::string& external_id,
                       model::ConversationId id) {
    std::string key = key_of(inbox, external_id);
    if (threads_.emplace(key, id).second) recent_threads_.push_back({head, std::move(key)});
}

void State::remember_receipt(model::InboxId inbox, const std::string& external_id,
                             model::Answer answer) {
    std::string key = key_of(inbox, external_id);
    if (receipts_.emplace(key, std::move(answer)).second)
        recent_receipts_.push_back({head, std::move(key)});
}

void State::remember_operation(const std::string& author, const std::string& client_id,
                               model::Answer answer) {
    std::string key = key_of(author, client_id);
    if (operations_.emplace(key, std::move(answer)).second)
        recent_operations_.push_back({head, std::move(key)});
}

void State::forget(model::Seq safe) {
    const auto drop_keys = [safe](auto& recent, auto& map) {
        for (; !recent.empty() && recent.front().seq <= safe; recent.pop_front())
            map.erase(recent.front().key);
    };
    drop_keys(recent_threads_, threads_);
    drop_keys(recent_receipts_, receipts_);
    drop_keys(recent_operations_, operations_);

    std::set<model::ContactId> later;
    for (const auto& recent : recent_contacts_)
        if (recent.seq > safe) later.insert(recent.id);
    for (; !recent_contacts_.empty() && recent_contacts_.front().seq <= safe;
         recent_contacts_.pop_front()) {
        const auto found = contacts_.find(recent_contacts_.front().id);
        if (found == contacts_.end() || later.contains(found->first)) continue;
        for (const model::Identity& identity : found->second.identities)
            contacts_by_identity_.erase(key_of(identity.kind, identity.value));
        contacts_.erase(found);
    }
    for (; !recent_conversations_.empty() && recent_conversations_.front().seq <= safe;
         recent_conversations_.pop_front()) {
        const auto found = conversations_.find(recent_conversations_.front().id);
        if (found == conversations_.end() || found->second.version > safe) continue;
        if (found->second.status != model::Status::resolved) continue;
        unindex(found->second);
        wakes_.clear(model::number(found->first));
        unsynced_.erase(found->first);
        router_.remove(model::number(found->first));
        conversations_.erase(found);
    }
}

}  // namespace desk
