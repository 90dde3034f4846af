#include "hub/api/person.hpp"

namespace api {

std::optional<Person> person_of(storage::Reader& reader, const storage::Scope& scope,
                                model::ContactId record) {
    const std::vector<model::ContactId> ids = reader.records(record);
    if (ids.empty() || !reader.sees_person(scope, ids.front())) return std::nullopt;
    Person person;
    for (const model::ContactId id : ids) {
        person.records.push_back(model::contact_from(reader.contact(id)->body));
        for (const model::Membership& membership : person.records.back().memberships)
            if (const auto row = reader.organisation(model::number(membership.organisation)))
                person.organisations[membership.organisation] =
                    model::organisation_from(row->body).name;
    }
    return person;
}

}  // namespace api
