#include "connectors/email/recipients.hpp"

#include <algorithm>

namespace connectors::email {
namespace {

constexpr std::uint32_t unknown_max = 2;

}  // namespace

std::vector<RecipientOutcome> recipients_of(const Outbound& outbound) {
    std::vector<RecipientOutcome> recipients;
    for (const auto* list : {&outbound.to, &outbound.cc, &outbound.bcc})
        for (const Address& address : *list) {
            if (std::ranges::find(recipients, address.value, &RecipientOutcome::address) !=
                recipients.end())
                continue;
            const auto known =
                std::ranges::find(outbound.so_far, address.value, &RecipientOutcome::address);
            recipients.push_back(known != outbound.so_far.end()
                                     ? *known
                                     : RecipientOutcome{.address = address.value, .reason = {}});
        }
    return recipients;
}

bool is_decided(const RecipientOutcome& recipient) {
    switch (recipient.kind) {
        case OutcomeKind::sent:
        case OutcomeKind::permanent:
            return true;
        case OutcomeKind::unknown:
            return recipient.unknown >= unknown_max;
        case OutcomeKind::transient:
        case OutcomeKind::not_configured:
            return false;
    }
    return false;
}

Outcome sum_up(std::vector<RecipientOutcome> recipients) {
    if (recipients.empty()) return {OutcomeKind::permanent, "the mail has no recipient", {}};
    const auto outcome_by = [&recipients](OutcomeKind kind, const RecipientOutcome& one) {
        const bool several = recipients.size() > 1 && !one.reason.empty();
        return Outcome{kind, several ? one.address + ": " + one.reason : one.reason, recipients};
    };
    for (const RecipientOutcome& one : recipients)
        if (!is_decided(one)) return outcome_by(OutcomeKind::transient, one);
    for (const OutcomeKind kind : {OutcomeKind::permanent, OutcomeKind::unknown})
        for (const RecipientOutcome& one : recipients)
            if (one.kind == kind) return outcome_by(kind, one);
    return {OutcomeKind::sent, {}, std::move(recipients)};
}

}  // namespace connectors::email
