#include "hub/customers/value.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace customers {

std::optional<ValueScore> value_of(const model::Fields& fields,
                                   const model::ValueFormula& formula) {
    ValueScore score;
    const double weights =
        formula.revenue + formula.potential + formula.loyalty + formula.influence;
    bool known = false;
    const auto add = [&](const char* name, double weight, double full) {
        const auto field = fields.find(name);
        if (field != fields.end()) known = true;
        const double amount =
            field == fields.end() ? 0 : std::strtod(field->second.value.c_str(), nullptr);
        score.parts.push_back({name, weights > 0 ? weight / weights : 0,
                               std::clamp(full > 0 ? 100 * amount / full : 0, 0.0, 100.0)});
        score.score += score.parts.back().share * score.parts.back().points;
    };
    add("revenue", formula.revenue, formula.revenue_full);
    add("potential", formula.potential, 100);
    add("loyalty", formula.loyalty, 100);
    add("influence", formula.influence, 100);
    score.score = std::round(score.score * 10) / 10;
    return known ? std::optional{score} : std::nullopt;
}

double value_factor(const std::optional<double>& score) {
    if (!score) return 1;
    return *score < 50 ? 0.5 + *score / 100 : *score / 50;
}

}  // namespace customers
