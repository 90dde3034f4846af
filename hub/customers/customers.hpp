// customers: who somebody is, as pure functions: what a value may look like, how addresses, phone
// numbers and names compare, what the records of one person say together, who may be the same
// person twice, and what a customer is worth.
//
// Words: a *record* is one contact as it was made; a *root* is a record that is part of no other;
// the *view* of a root is what all its records say together. Nothing here does I/O, knows the time
// or keeps state. Depends on: hub/model, ICU (folding of letters).
#pragma once

#include "hub/customers/duplicates.hpp"
#include "hub/customers/fields.hpp"
#include "hub/customers/fold.hpp"
#include "hub/customers/identity.hpp"
#include "hub/customers/phone.hpp"
#include "hub/customers/postal.hpp"
#include "hub/customers/value.hpp"
#include "hub/customers/view.hpp"
