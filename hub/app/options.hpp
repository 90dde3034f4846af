// The command line as values. Errors go to standard error with a cure; exit codes: 0 ok, 1 failed,
// 2 usage.
#pragma once

#include <optional>
#include <string>

#include "config/config.hpp"

namespace app {

struct Options {
    std::string command;
    config::Config config;
    std::string config_file;
    std::string console_folder;
    bool demo = true;
    bool example = false;
    std::string user_email;
    std::string user_name;
    std::string user_role = "agent";
    unsigned token_days = 365;
    std::string declaration_file;
    std::string table_file;
    std::vector<std::string> columns;  // HEADING=FIELD
    std::string on_duplicate = "skip";
    bool dry_run = false;
    bool latin1 = false;
    std::string exported;
    std::string format = "ndjson";
    std::string inbox_address;
    std::string envelope_sender;
    std::vector<std::string> traces;
    std::string policy = "index";
    std::string parameters_file;
    std::string log_file;
    bool stdio = false;
    bool json = false;
    bool fit = false;
    unsigned fit_rounds = 3;
};

// Nothing after it has printed help or an error; then `exit_code` is set.
std::optional<Options> read_options(int argc, char** argv, int& exit_code);

}  // namespace app
