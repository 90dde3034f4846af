#include "hub/app/options.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace app {
namespace {

// What a flag says wins over the file, the file over the defaults.
struct Flags {
    std::optional<std::string> data, http, lmtp, smtp;
};

void add_common(CLI::App& command, Options& options, Flags& flags) {
    command.add_option("--config", options.config_file,
                       "configuration file (TOML); `sportello check --example` shows one");
    command.add_option("--data", flags.data, "data folder (default ./data)");
}

void add_simulate(CLI::App& parser, Options& options) {
    CLI::App* simulate =
        parser.add_subcommand("simulate", "play a floor on a virtual clock with the hub's router");
    simulate->add_option("--trace", options.traces, "what happens, JSON lines; may be repeated");
    simulate->add_option("--policy", options.policy,
                         "index (default), round-robin, least-loaded, fifo, priority or edf");
    simulate->add_option("--parameters", options.parameters_file,
                         "parameters of the index policy, JSON; docs/ROUTING.md lists them");
    simulate->add_option("--log", options.log_file, "write the assignments: time item agent");
    simulate->add_flag("--json", options.json, "metrics as JSON");
    simulate->add_flag("--stdio", options.stdio,
                       "answer a floor's questions on standard input and output");
    simulate->add_flag("--fit", options.fit, "fit the parameters to the traces; prints them");
    simulate->add_option("--rounds", options.fit_rounds, "rounds of fitting (default 3)");
}

void add_customers(CLI::App& parser, Options& options, Flags& flags) {
    CLI::App* taken =
        parser.add_subcommand("import", "take contacts of a table (CSV) into the running hub");
    add_common(*taken, options, flags);
    taken->add_option("file", options.table_file, "CSV with a line of headings")->required();
    taken->add_option("--map", options.columns,
                      "HEADING=FIELD, where a heading is not known by itself; may be repeated");
    taken->add_option("--on-duplicate", options.on_duplicate,
                      "skip (default) or update whoever is known by an address already");
    taken->add_flag("--dry-run", options.dry_run, "say what would be done, and do nothing");
    taken->add_flag("--latin1", options.latin1, "the file is ISO 8859-1, not UTF-8");
    taken->add_option("--http", flags.http, "where the running hub listens");
    CLI::App* given = parser.add_subcommand("export", "everything out, to standard output");
    add_common(*given, options, flags);
    given->add_option("what", options.exported, "contacts, conversations, messages or events")
        ->required();
    given->add_option("--format", options.format, "ndjson (default) or csv");
}

void apply(const Flags& flags, config::Config& config) {
    if (flags.data) config.data = *flags.data;
    if (flags.http) config.http = *flags.http;
    if (flags.lmtp) config.lmtp = *flags.lmtp;
    if (flags.smtp) config.smtp = *flags.smtp;
}

}  // namespace

std::optional<Options> read_options(int argc, char** argv, int& exit_code) {
    Options options;
    Flags flags;
    bool no_demo = false;
    CLI::App parser{"Sportello: one counter for all your customers"};
    parser.require_subcommand(1);
    CLI::App* serve = parser.add_subcommand("serve", "run the hub");
    add_common(*serve, options, flags);
    serve->add_option("--http", flags.http,
                      "address and port of console and API (default 127.0.0.1:8080)");
    serve->add_option("--lmtp", flags.lmtp, "address and port for LMTP (default 127.0.0.1:2424)");
    serve->add_option("--smtp", flags.smtp, "address and port for SMTP (default 127.0.0.1:2525)");
    serve->add_option("--console", options.console_folder, "folder of the built console");
    serve->add_flag("--no-demo", no_demo, "on an empty data folder: no demo workspace");
    CLI::App* check =
        parser.add_subcommand("check", "read the configuration and say what is wrong with it");
    add_common(*check, options, flags);
    check->add_flag("--example", options.example, "print every key with its default and meaning");
    CLI::App* user =
        parser.add_subcommand("user", "add an agent, or set her password; prints the password");
    add_common(*user, options, flags);
    user->add_option("email", options.user_email, "mail address she signs in with")->required();
    user->add_option("--name", options.user_name, "name (default: the address)");
    user->add_option("--role", options.user_role, "agent, social, supervisor or administrator");
    CLI::App* token = parser.add_subcommand("token", "make an API token for an agent; prints it");
    add_common(*token, options, flags);
    token->add_option("email", options.user_email, "whose token")->required();
    token->add_option("--days", options.token_days, "days until it expires (default 365)");
    add_common(*parser.add_subcommand("verify", "check the chain of hashes over the log"), options,
               flags);
    add_common(*parser.add_subcommand("rebuild", "write the read tables again from the log"),
               options, flags);
    add_simulate(parser, options);
    add_customers(parser, options, flags);
    CLI::App* declared = parser.add_subcommand(
        "apply", "put a declared workspace in force; config/demo/workspace.json shows one");
    add_common(*declared, options, flags);
    declared->add_option("file", options.declaration_file, "JSON")->required();
    declared->add_option("--http", flags.http, "where the running hub listens");
    CLI::App* deliver = parser.add_subcommand(
        "deliver",
        "hand the mail on standard input to the running hub, as a pipe of a mail server");
    add_common(*deliver, options, flags);
    deliver->add_option("--inbox", options.inbox_address, "the inbox's address")->required();
    deliver->add_option("--sender", options.envelope_sender,
                        "envelope sender; empty for bounces (default: $SENDER)");
    deliver->add_option("--lmtp", flags.lmtp, "where the running hub listens");
    try {
        parser.parse(argc, argv);
        if (!options.config_file.empty()) options.config = config::load(options.config_file);
    } catch (const CLI::ParseError& error) {
        exit_code = parser.exit(error) == 0 ? 0 : 2;
        return std::nullopt;
    } catch (const std::exception& error) {
        std::cerr << "sportello: " << error.what() << "\n";
        exit_code = 1;
        return std::nullopt;
    }
    apply(flags, options.config);
    options.demo = !no_demo;
    options.command = parser.get_subcommands().front()->get_name();
    return options;
}

}  // namespace app
