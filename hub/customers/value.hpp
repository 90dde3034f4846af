// What a customer is worth, as a number that routing can use and anybody can check.
#pragma once

#include "hub/model/customers.hpp"

namespace customers {

// One summand of the score: `share` of the weights times `points` (0 .. 100).
struct ValuePart {
    const char* name = "";
    double share = 0;
    double points = 0;
};

struct ValueScore {
    double score = 0;  // 0 .. 100, one decimal
    std::vector<ValuePart> parts;
};

// Policy: value = sum of share x points over revenue, potential, loyalty and influence. The share
// is the part's weight among all weights. Revenue counts 100 from `revenue_full` a year on and
// proportionally below; the others are stored as points. What is unknown counts 0; nothing known at
// all is no score.
std::optional<ValueScore> value_of(const model::Fields& fields, const model::ValueFormula& formula);

// What the score makes of the value of a customer's work in routing: half of it at 0, as it is when
// unknown or at 50, and twice as much at 100.
double value_factor(const std::optional<double>& score);

}  // namespace customers
