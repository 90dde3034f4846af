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

bool waits_in_queue(const model::Conversation& conversation) {
    return conversation.status == model::Status::open && !model::is_some(conversation.assignee) &&
           conversation.waiting_since.has_value();
}

bool is_open_chat(const model::Conversation& conversation) {
    return conversation.channel == model::Channel::chat &&
           conversation.status != model::Status::resolved;
}

Place place_of(const model::Conversation& conversation) {
    model::Instant due = model::Instant::max();
    for (const sla::Clock& clock : conversation.clocks)
        if (sla::is_open(clock)) due = std::min(due, clock.due_at);
    return {due, conversation.waiting_since.value_or(conversation.created_at), conversation.id};
}

std::optional<model::Instant> wake_of(const model::Conversation& conversation) {
    std::optional<model::Instant> first;
    const auto consider = [&first](std::optional<model::Instant> at) {
        if (at && (!first || *at < *first)) first = at;
    };
    for (const sla::Clock& clock : conversation.clocks) consider(sla::next_wake(clock));
    if (conversation.status == model::Status::snoozed) consider(conversation.snoozed_until);
    return first;
}

}  // namespace

bool occupies(const model::Conversation& conversation) {
    return conversation.status == model::Status::open && model::is_some(conversation.assignee) &&
           (conversation.waiting_since || conversation.channel == model::Channel::chat);
}

std::uint32_t weight_of(const State& state, const model::Conversation& conversation) {
    const auto inbox = state.inboxes.find(conversation.inbox);
    return inbox == state.inboxes.end() ? 1 : inbox->second.weight;
}

const model::Conversation* State::conversation(model::ConversationId id) const {
    return find_pointer(conversations_, id);
}

const model::Contact* State::contact(model::ContactId id) const {
    return find_pointer(contacts_, id);
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

const std::set<Place>& State::queue(model::TeamId team) const {
    static const std::set<Place> nobody;
    const auto found = queues_.find(team);
    return found == queues_.end() ? nobody : found->second;
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
    return wakes_.empty() ? std::nullopt : std::optional{wakes_.begin()->at};
}

std::optional<model::ConversationId> State::due_wake(model::Instant now) const {
    if (wakes_.empty() || wakes_.begin()->at > now) return std::nullopt;
    return wakes_.begin()->conversation;
}

void State::index(const model::Conversation& conversation) {
    if (waits_in_queue(conversation)) queues_[conversation.team].insert(place_of(conversation));
    if (const auto at = wake_of(conversation)) wakes_.insert({*at, conversation.id});
    if (occupies(conversation))
        agent_states[conversation.assignee].load += weight_of(*this, conversation);
    if (is_open_chat(conversation))
        open_chats_.insert({conversation.contact, conversation.inbox, conversation.id});
}

void State::unindex(const model::Conversation& conversation) {
    if (waits_in_queue(conversation)) queues_[conversation.team].erase(place_of(conversation));
    if (const auto at = wake_of(conversation)) wakes_.erase({*at, conversation.id});
    if (occupies(conversation))
        agent_states[conversation.assignee].load -= weight_of(*this, conversation);
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
    contacts_.at(contact).identities.push_back(identity);
    contacts_by_identity_[key_of(identity.kind, identity.value)] = contact;
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
        conversations_.erase(found);
    }
}

}  // namespace desk
