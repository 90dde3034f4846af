// The demo workspace: what `./run` sets up on an empty data folder, as plain values.
#pragma once

#include <string>
#include <vector>

namespace config {

struct DemoAgent {
    std::string name;
    std::string email;
    std::string role;
    std::vector<std::string> teams;
};

struct DemoPolicy {
    std::string name;
    std::string channel;
    unsigned budget_minutes = 0;
    unsigned warn_minutes = 0;
};

struct Demo {
    std::vector<std::string> teams;
    std::vector<DemoAgent> agents;
    std::vector<DemoPolicy> policies;
    std::string mail_name;
    std::string mail_address;
    std::string chat_name;
    std::string chat_site_key;
};

const Demo& demo();

}  // namespace config
