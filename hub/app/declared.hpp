// Putting a declared workspace in force on a desk of one's own.
#pragma once

#include <functional>
#include <string>

#include "hub/app/desk_session.hpp"

namespace app {

// Throws std::runtime_error with the place of what is wrong; what came before it stays done.
void apply_declaration(DeskSession& desk, const std::string& text,
                       const std::function<void(const std::string& title)>& done);

}  // namespace app
