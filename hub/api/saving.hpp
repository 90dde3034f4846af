// What the handlers of configuration share: listing, finding the entity of a PUT, saving.
#pragma once

#include "hub/api/handlers.hpp"

namespace api::handlers {

template <class Entities>
Response list_of(const Entities& entities) {
    std::vector<std::string> items;
    for (const auto& [id, entity] : entities) items.push_back(model::to_json(entity));
    return list_response(items, std::nullopt);
}

// The id in the path of a PUT; nothing when it names no entity. 0 for a POST.
template <class Id, class Entities>
std::optional<Id> target(const Request& request, const Entities& entities) {
    if (request.method == "POST") return Id{};
    const Id id{request.id()};
    return entities.contains(id) ? std::optional{id} : std::nullopt;
}

inline Response nothing_there() {
    return problem(404, "Not found", "there is nothing with this id");
}

// Submits, then shows what was saved as the directory has it.
template <class Entities>
Result save(Gateway& gateway, runtime::Loop& loop, const Request& request, model::Command command,
            Entities flow::Directory::*entities) {
    const auto answer = co_await submit(gateway, loop, std::move(command));
    if (!answer.ok()) co_return problem_of(answer);
    const auto directory = gateway.intake.directory();
    const auto& saved = *directory.*entities;
    const auto found = saved.find(typename Entities::key_type{answer.id});
    if (found == saved.end()) co_return nothing_there();  // removed meanwhile
    co_return json_response(model::to_json(found->second), request.method == "POST" ? 201 : 200);
}

}  // namespace api::handlers
