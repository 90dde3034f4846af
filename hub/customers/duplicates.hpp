// Who may be the same person twice.
#pragma once

#include <string>
#include <vector>

#include "hub/model/customers.hpp"

namespace customers {

// What a record is found by as a possible duplicate of another one: its addresses as they compare,
// and its name by sound together with something that few share. Sorted, each once.
std::vector<std::string> duplicate_keys(const model::Contact& record);

struct DuplicateReason {
    std::string kind;   // same_mail, same_phone, same_handle, same_name, similar_name, …
    std::string value;  // what they share
    double weight = 0;  // towards being the same, 0 .. 1; below 0: against it
};

struct DuplicateScore {
    double score = 0;  // 0 .. 1: how sure it is that they are one person
    std::vector<DuplicateReason> reasons;
};

// Policy: independent reasons add up like probabilities, score = 1 - product of (1 - weight). A
// name that contradicts takes most of it away again: couples share a telephone, colleagues a
// mailbox. A candidate is shown from `duplicate_score_min` on; nothing is ever merged by itself.
DuplicateScore compare_records(const model::Contact& left, const model::Contact& right);
inline constexpr double duplicate_score_min = 0.6;

}  // namespace customers
