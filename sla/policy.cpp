#include "sla/policy.hpp"

#include <algorithm>
#include <tuple>

namespace sla {
namespace {

template <class Value>
bool allows(const std::vector<Value>& listed, const Value& value) {
    return listed.empty() || std::ranges::find(listed, value) != listed.end();
}

bool matches(const Policy& policy, const PolicyFacts& facts) {
    return allows(policy.conditions.channels, facts.channel) &&
           allows(policy.conditions.inboxes, facts.inbox);
}

}  // namespace

const Policy* choose_policy(std::span<const Policy> policies, const PolicyFacts& facts) {
    const Policy* best = nullptr;
    for (const Policy& policy : policies) {
        if (!matches(policy, facts)) continue;
        const bool earlier =
            best == nullptr || std::tie(policy.rank, policy.id) < std::tie(best->rank, best->id);
        if (earlier) best = &policy;
    }
    return best;
}

}  // namespace sla
