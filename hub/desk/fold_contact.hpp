// Private to fold: what facts about customers do.
#pragma once

#include "hub/desk/state.hpp"

namespace desk {

void fold_customer(State& state, const model::Event& event, const model::ContactCreated& fact);
void fold_customer(State& state, const model::Event& event, const model::ContactRenamed& fact);
void fold_customer(State& state, const model::Event& event,
                   const model::ContactProfileChanged& fact);
void fold_customer(State& state, const model::Event& event, const model::IdentityAdded& fact);
void fold_customer(State& state, const model::Event& event, const model::IdentityRemoved& fact);
void fold_customer(State& state, const model::Event& event,
                   const model::ContactFieldsChanged& fact);
void fold_customer(State& state, const model::Event& event, const model::ConsentRecorded& fact);
void fold_customer(State& state, const model::Event& event, const model::MembershipChanged& fact);
void fold_customer(State& state, const model::Event& event, const model::ContactMerged& fact);
void fold_customer(State& state, const model::Event& event, const model::ContactUnmerged& fact);
void fold_customer(State& state, const model::Event& event, const model::OrganisationSaved& fact);
void fold_customer(State& state, const model::Event& event, const model::ValueFormulaSaved& fact);
void fold_customer(State& state, const model::Event& event, const model::AttributeSaved& fact);
void fold_customer(State& state, const model::Event& event, const model::ContactNoted& fact);
void fold_customer(State& state, const model::Event& event, const model::InteractionLogged& fact);
void fold_customer(State& state, const model::Event& event, const model::FollowUpSaved& fact);
void fold_customer(State& state, const model::Event& event, const model::FollowUpDue& fact);

}  // namespace desk
