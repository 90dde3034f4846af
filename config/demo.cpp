#include "config/demo.hpp"

namespace config {

const Demo& demo() {
    static const Demo instance{
        .teams = {"Support", "Billing"},
        .agents = {{"Giulia Ferri", "giulia@demo.localhost", "agent", {"Support"}},
                   {"Luca Moretti", "luca@demo.localhost", "agent", {"Billing"}},
                   {"Sara Conti", "sara@demo.localhost", "supervisor", {}}},
        .policies = {{"Chat: answered in 2 minutes", "chat", 2, 1},
                     {"Mail: answered in 4 hours", "email", 240, 60}},
        .mail_name = "Support",
        .mail_address = "support@demo.localhost",
        .chat_name = "Demo shop",
        .chat_site_key = "demo-shop",
    };
    return instance;
}

}  // namespace config
