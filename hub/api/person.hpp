// A person as the API shows one: what all records say together, and where each value comes from.
#pragma once

#include "hub/api/gateway.hpp"

namespace api {

struct Person {
    std::vector<model::Contact> records;                         // the root first
    std::map<model::OrganisationId, std::string> organisations;  // names of those it belongs to
};

// By any of the records' ids; nothing when there is none, or when this scope sees none of the
// conversations it has.
std::optional<Person> person_of(storage::Reader& reader, const storage::Scope& scope,
                                model::ContactId record);
std::string person_json(const Person& person, const model::ValueFormula& formula);

// What somebody typed as a question for people: words of the name, or the beginning of an address,
// a handle or a telephone number.
void find_by(const std::string& typed, const std::string& country, storage::ContactQuery& query);

// For lists: id, name, identities, profile, organisations.
std::string brief_person_json(const Person& person);

}  // namespace api
