// What several handlers share: pages, and what the viewer may see.
#include <algorithm>

#include "hub/api/handlers.hpp"

namespace api::handlers {

std::size_t page_size(const Request& request) {
    constexpr std::size_t page_max = 200;
    constexpr std::size_t page_default = 50;
    return std::clamp<std::size_t>(request.query_number("limit").value_or(page_default), 1,
                                   page_max);
}

std::string event_json(const storage::StoredEvent& event) {
    return R"({"seq":)" + std::to_string(event.row.seq) + R"(,"at":")" +
           model::text_of(event.row.at) + R"(","kind":")" + event.row.kind + R"(","actor":")" +
           event.row.actor + R"(","contact_id":")" + model::text_of(event.row.contact) +
           R"(","conversation_id":")" + model::text_of(event.row.conversation) + R"(","payload":)" +
           event.row.payload + "}";
}

std::optional<storage::ConversationRow> visible_row(storage::Reader& reader, const Request& request,
                                                    std::uint64_t id) {
    auto row = reader.conversation(model::ConversationId{id});
    if (row && !model::may_see(request.principal->viewer, model::placement_of(*row))) row.reset();
    return row;
}

Response no_contact() {
    return problem(404, "Not found", "there is no such contact that you may see");
}

boost::asio::awaitable<bool> sees_contacts(Gateway& gateway, runtime::Loop& loop,
                                           const Request& request, model::ContactId id,
                                           model::ContactId other) {
    bool all = true;
    std::function<void(storage::Reader&)> use = [&](storage::Reader& reader) {
        for (const model::ContactId one : {id, other}) {
            const bool asked = one == id || model::is_some(one);
            const auto records = asked ? reader.records(one) : std::vector<model::ContactId>{};
            if (asked)
                all =
                    all && !records.empty() &&
                    reader.sees_person(model::scope_of(request.principal->viewer), records.front());
        }
    };
    co_await read(gateway, loop, std::move(use));
    co_return all;
}

}  // namespace api::handlers
