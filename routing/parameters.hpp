// The parameters of the index policy as a list: name, range and meaning of each, for files, the API
// and fitting.
#pragma once

#include <span>
#include <string_view>

#include "routing/index.hpp"

namespace routing {

struct Knob {
    std::string_view name;
    double Parameters::*member;
    double low = 0;
    double high = 1;
    std::string_view meaning;
};

std::span<const Knob> knobs();

// The most asynchronous units that may be bound to an agent at once.
inline constexpr std::uint32_t asynchronous_bound_max = 100;

}  // namespace routing
