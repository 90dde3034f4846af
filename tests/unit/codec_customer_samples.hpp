// Samples of what is known about customers; the others: codec_samples.hpp.
#pragma once

#include "hub/model/model.hpp"

namespace codec_samples {

using namespace model;
using namespace std::chrono_literals;

inline constexpr Instant morning =
    std::chrono::sys_days{std::chrono::year{2026} / 3 / 17} + 9h + 30min + 123456us;

inline ContactProfile sample_profile() {
    return {.segment = "pastry shop",
            .relationship = "account",
            .language = "de-AT",
            .owner = AgentId{21},
            .blocked = true,
            .do_not_contact = true,
            .value = 61.5};
}

inline Fields sample_fields() {
    return {{"city", {"Forlì", Source::imported, AgentId{}, morning}},
            {"loyalty", {"70", Source::agent, AgentId{21}, morning + 1s}}};
}

inline Consent sample_consent() {
    return {ConsentState::withdrawn, "by telephone", Source::agent, AgentId{21}, morning};
}

inline std::vector<Fact> sample_customer_facts() {
    return {ContactFieldsChanged{sample_fields()},
            IdentityRemoved{"phone", "+393331234567"},
            ConsentRecorded{"email", sample_consent()},
            MembershipChanged{{OrganisationId{91}, BuyingRole::decider, "owner"}, true},
            ContactMerged{ContactId{62}},
            ContactUnmerged{ContactId{62}},
            OrganisationSaved{{.id = OrganisationId{91},
                               .name = "Gelateria Blu",
                               .domains = {"blu.example"},
                               .fields = sample_fields(),
                               .created_at = morning}},
            ValueFormulaSaved{{3, 5, 2.5, 1.5, 0.5, 80'000}},
            ContactNoted{"closed on Mondays"},
            InteractionLogged{InteractionKind::visit, Direction::in, "ordered", "two machines",
                              morning - 1h},
            FollowUpSaved{{.id = FollowUpId{95},
                           .contact = ContactId{61},
                           .conversation = ConversationId{51},
                           .kind = FollowUpKind::return_,
                           .text = "collect the machine",
                           .due_at = morning + 24h,
                           .owner = AgentId{21},
                           .state = FollowUpState::done,
                           .outcome = "collected",
                           .reminded = true}},
            FollowUpDue{FollowUpId{95}},
            AttributeSaved{
                {AttributeId{96}, "size", "Size", AttributeType::choice, {"small", "large"}}}};
}

inline Contact sample_contact() {
    return {.id = ContactId{61},
            .name = "Giulia",
            .identities = {{"email", "giulia@example.org", true, Source::agent, morning}},
            .created_at = morning,
            .profile = sample_profile(),
            .automatic = {.last = {{InboxId{11}, morning + 1h}, {InboxId{12}, morning + 2h}},
                          .arrivals = {morning, morning + 1us}},
            .fields = sample_fields(),
            .consents = {{"email", sample_consent()}},
            .memberships = {{OrganisationId{91}, BuyingRole::influencer, "buyer"}},
            .part_of = ContactId{60},
            .absorbed = {ContactId{62}, ContactId{63}}};
}

}  // namespace codec_samples
