// search: text as it is found again. One analyser serves what is stored and what is asked, so every
// store finds the same.
//
// Words: a *token* is a word without case and accents; its *stem* is the token without its endings,
// by the rules of one language. Pure but for the tables of its libraries. An analyser belongs to
// one thread. Depends on: hub/customers (folding), libstemmer, CLD2; hub/model and storage for
// shapes.
#pragma once

#include "hub/search/analyser.hpp"
#include "hub/search/query.hpp"
#include "hub/search/snippet.hpp"
