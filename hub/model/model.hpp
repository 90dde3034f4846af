// model: the hub's words. Values only: no I/O, no clock, no threads.
//
// *Events* say what happened, *commands* what somebody wants, the *codec* turns both worlds into
// stored text, and the *visibility* rule says who may see a conversation. May depend on: the
// leaves' ids and values.
#pragma once

#include "hub/model/codec.hpp"
#include "hub/model/command.hpp"
#include "hub/model/entities.hpp"
#include "hub/model/event.hpp"
#include "hub/model/ids.hpp"
#include "hub/model/visibility.hpp"
#include "hub/model/words.hpp"
