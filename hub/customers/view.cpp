#include "hub/customers/view.hpp"

#include <algorithm>
#include <set>

#include "hub/customers/fold.hpp"
#include "hub/customers/value.hpp"

namespace customers {
namespace {

using namespace model;

// The addresses of all records, as they compare.
std::set<std::string> addresses_of(const Contact& root, std::span<const Contact* const> absorbed) {
    std::set<std::string> addresses;
    const auto add = [&addresses](const Contact& record) {
        for (const Identity& identity : record.identities) addresses.insert(folded(identity.value));
    };
    add(root);
    for (const Contact* record : absorbed) add(*record);
    return addresses;
}

// Whether the record's value takes the place of what another record said.
bool wins(const FieldValue& value, const ViewField& known, ContactId root) {
    if (value.source != known.field.source) return value.source > known.field.source;
    return known.record != root && value.at > known.field.at;
}

// Flags of which one is enough.
bool is_strict(const std::string& name) {
    return name == "blocked" || name == "do_not_contact";
}

void add(View& view, const Contact& record, ContactId root,
         const std::set<std::string>& addresses) {
    for (const auto& [name, field] : record.fields) {
        if (name == "name" && addresses.contains(folded(field.value))) continue;
        const auto [place, fresh] = view.fields.try_emplace(name, ViewField{field, record.id});
        if (fresh || !(is_strict(name) || wins(field, place->second, root))) continue;
        place->second = {field, record.id};
    }
    for (const auto& [channel, consent] : record.consents) {
        const auto [place, fresh] = view.consents.try_emplace(channel, consent);
        if (fresh || place->second.state == ConsentState::withdrawn) continue;
        if (consent.state == ConsentState::withdrawn || consent.at > place->second.at)
            place->second = consent;
    }
    for (const Membership& membership : record.memberships) {
        const bool known =
            std::ranges::any_of(view.memberships, [&membership](const Membership& other) {
                return other.organisation == membership.organisation;
            });
        if (!known) view.memberships.push_back(membership);
    }
}

std::string value_in(const View& view, const char* name) {
    const auto field = view.fields.find(name);
    return field == view.fields.end() ? "" : field->second.field.value;
}

std::string shown_name(const View& view, const Contact& root) {
    std::string name = value_in(view, "name");
    if (!name.empty()) return name;
    name = value_in(view, "given_name");
    const std::string family = value_in(view, "family_name");
    if (!name.empty() && !family.empty()) name += " ";
    name += family;
    if (!name.empty()) return name;
    // Of what is known alone, so that the same records are called the same.
    return root.identities.empty() ? "" : root.identities.front().value;
}

}  // namespace

View view_of(const Contact& root, std::span<const Contact* const> absorbed,
             const ValueFormula& formula) {
    View view;
    const std::set<std::string> addresses = addresses_of(root, absorbed);
    add(view, root, root.id, addresses);
    std::vector<const Contact*> others(absorbed.begin(), absorbed.end());
    std::ranges::sort(others, {}, &Contact::id);
    for (const Contact* record : others) add(view, *record, root.id, addresses);

    Fields together;
    for (const auto& [name, field] : view.fields) together[name] = field.field;
    const auto score = value_of(together, formula);
    view.name = shown_name(view, root);
    const std::string owner = value_in(view, "owner");
    view.profile = {.segment = value_in(view, "segment"),
                    .relationship = value_in(view, "relationship"),
                    .language = value_in(view, "language"),
                    .owner = AgentId{owner.empty() ? 0 : std::stoull(owner)},
                    .blocked = value_in(view, "blocked") == "yes",
                    .do_not_contact = value_in(view, "do_not_contact") == "yes",
                    .value = score ? std::optional{score->score} : std::nullopt};
    return view;
}

}  // namespace customers
