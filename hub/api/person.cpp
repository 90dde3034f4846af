#include "hub/api/person.hpp"

#include "hub/customers/fold.hpp"
#include "hub/customers/phone.hpp"

namespace api {

void find_by(const std::string& typed, const std::string& country, storage::ContactQuery& query) {
    std::string address = customers::folded(typed);
    std::erase_if(address, [](char c) { return c == ' '; });
    if (address.starts_with('@')) address.erase(0, 1);
    if (address.find('@') == std::string::npos) query.words = customers::folded_words(typed);
    if (!address.empty()) query.addresses.push_back(address);
    if (const auto number = customers::e164_beginning(typed, country))
        query.addresses.push_back(*number);
}

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
