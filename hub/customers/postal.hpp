// Postal addresses: what looks wrong in one, with a proposal. Nothing is changed by itself.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hub/model/customers.hpp"

namespace customers {

struct Province {
    std::string_view code;   // "MI"
    std::string_view name;   // "Milano"
    std::string_view codes;  // postal codes: "20001-20162" or several, with commas
};
std::span<const Province> italian_provinces();

struct AddressFinding {
    std::string field;     // street, postal_code, city, province
    std::string problem;   // in words
    std::string proposal;  // what it should be; empty: unknown
};

// Policy, for addresses in Italy (country IT or none): a postal code has five digits and belongs to
// the province; a province is written as its two letters; a street begins with its kind in full
// ("Via", not "V."); names are not written in capitals throughout. Of other countries nothing is
// known. Parts that are missing are not missed.
std::vector<AddressFinding> check_address(const model::Fields& fields);

}  // namespace customers
