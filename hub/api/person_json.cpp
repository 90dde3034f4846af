#include <nlohmann/json.hpp>

#include "hub/api/person.hpp"
#include "hub/customers/customers.hpp"
#include "hub/model/codec.hpp"

namespace api {
namespace {

using Json = nlohmann::json;
using namespace model;

Json identities_json(const Person& person) {
    Json list = Json::array();
    for (const Contact& record : person.records) {
        const Json own = Json::parse(to_json(record)).at("identities");
        for (Json identity : own) {
            identity["contact_id"] = text_of(record.id);
            list.push_back(std::move(identity));
        }
    }
    return list;
}

customers::View view_of(const Person& person, const ValueFormula& formula) {
    std::vector<const Contact*> absorbed;
    for (std::size_t i = 1; i < person.records.size(); ++i) absorbed.push_back(&person.records[i]);
    return customers::view_of(person.records.front(), absorbed, formula);
}

Json provenance(Source source, AgentId by, Instant at) {
    Json json = {{"source", std::string{word(source)}}, {"at", text_of(at)}};
    if (is_some(by)) json["by_id"] = text_of(by);
    return json;
}

Json fields_json(const customers::View& view) {
    Json json = Json::object();
    for (const auto& [name, known] : view.fields) {
        json[name] = provenance(known.field.source, known.field.by, known.field.at);
        json[name]["value"] = known.field.value;
        json[name]["contact_id"] = text_of(known.record);
    }
    return json;
}

Json consents_json(const customers::View& view) {
    Json json = Json::object();
    for (const auto& [channel, consent] : view.consents) {
        json[channel] = provenance(consent.source, consent.by, consent.at);
        json[channel]["state"] = std::string{word(consent.state)};
        json[channel]["evidence"] = consent.evidence;
    }
    return json;
}

Json organisations_json(const Person& person, const std::vector<Membership>& memberships) {
    Json list = Json::array();
    for (const Membership& membership : memberships) {
        const auto name = person.organisations.find(membership.organisation);
        list.push_back({{"id", text_of(membership.organisation)},
                        {"name", name == person.organisations.end() ? "" : name->second},
                        {"role", std::string{word(membership.role)}},
                        {"title", membership.title}});
    }
    return list;
}

Json value_json(const Fields& fields, const ValueFormula& formula) {
    const auto value = customers::value_of(fields, formula);
    if (!value) return nullptr;
    Json parts = Json::array();
    for (const customers::ValuePart& part : value->parts)
        parts.push_back({{"name", part.name}, {"share", part.share}, {"points", part.points}});
    return {
        {"score", value->score}, {"formula_version", formula.version}, {"parts", std::move(parts)}};
}

Json records_json(const Person& person) {
    Json list = Json::array();
    for (const Contact& record : person.records)
        list.push_back({{"id", text_of(record.id)},
                        {"name", record.name},
                        {"created_at", text_of(record.created_at)}});
    return list;
}

std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string person_json(const Person& person, const ValueFormula& formula) {
    const Contact& root = person.records.front();
    const customers::View view = view_of(person, formula);
    Fields fields;
    for (const auto& [name, known] : view.fields) fields[name] = known.field;
    Json findings = Json::array();
    for (const customers::AddressFinding& finding : customers::check_address(fields))
        findings.push_back({{"field", finding.field},
                            {"problem", finding.problem},
                            {"proposal", finding.proposal}});
    return dump({{"id", text_of(root.id)},
                 {"name", root.name},
                 {"identities", identities_json(person)},
                 {"profile", Json::parse(to_json(root)).at("profile")},
                 {"fields", fields_json(view)},
                 {"consents", consents_json(view)},
                 {"organisations", organisations_json(person, view.memberships)},
                 {"value", value_json(fields, formula)},
                 {"address_findings", std::move(findings)},
                 {"records", records_json(person)},
                 {"created_at", text_of(root.created_at)}});
}

std::string brief_person_json(const Person& person) {
    const Contact& root = person.records.front();
    return dump({{"id", text_of(root.id)},
                 {"name", root.name},
                 {"identities", identities_json(person)},
                 {"profile", Json::parse(to_json(root)).at("profile")},
                 {"organisations", organisations_json(person, view_of(person, {}).memberships)},
                 {"created_at", text_of(root.created_at)}});
}

}  // namespace api
