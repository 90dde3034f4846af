// What all records of one person say together.
#pragma once

#include <span>

#include "hub/model/customers.hpp"

namespace customers {

struct ViewField {
    model::FieldValue field;
    model::ContactId record{};  // whose it is
};

struct View {
    std::string name;
    model::ContactProfile profile;
    std::map<std::string, ViewField> fields;
    std::map<std::string, model::Consent> consents;
    std::vector<model::Membership> memberships;
};

// Policy: of several values for one field, a person's word beats an import's, which beats what a
// channel delivered; among equals the root's own counts, else the newest. A name that is one of the
// addresses is no name. Whoever asked not to be contacted, or is blocked, in one record is so as a
// whole, and of two consents for one channel the stricter counts. `absorbed` in any order.
View view_of(const model::Contact& root, std::span<const model::Contact* const> absorbed,
             const model::ValueFormula& formula);

}  // namespace customers
