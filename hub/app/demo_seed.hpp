// The first start on an empty data folder: an administrator with a token, and the demo workspace.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "storage/storage.hpp"

namespace app {

struct SignIn {
    std::string role;
    std::string email;
    std::string password;
};

// Does nothing on a folder that has been set up. DATA/admin-token and DATA/sign-ins are readable by
// their owner only.
void set_up(storage::Store& store, const std::filesystem::path& data, bool with_demo);
// What `set_up` wrote; empty without a demo.
std::vector<SignIn> demo_sign_ins(const std::filesystem::path& data);

// A secret of the installation, made at the first call.
std::string installation_secret(const std::filesystem::path& data);

}  // namespace app
