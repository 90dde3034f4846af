#include <malloc.h>

#include <curl/curl.h>

#include <exception>
#include <iostream>
#include <map>

#include "hub/app/app.hpp"

int main(int argc, char** argv) {
    // One arena for each busy thread (desk, parser, writer, the net loops), so that none waits for
    // another's lock; not the library's eight per core, which keep memory for nothing.
    mallopt(M_ARENA_MAX, 6);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int exit_code = 0;
    const auto options = app::read_options(argc, argv, exit_code);
    if (!options) return exit_code;
    using Command = int (*)(const app::Options&);
    static const std::map<std::string, Command> commands = {{"serve", app::serve},
                                                            {"check", app::check},
                                                            {"user", app::user},
                                                            {"token", app::token},
                                                            {"verify", app::verify},
                                                            {"rebuild", app::rebuild},
                                                            {"apply", app::apply},
                                                            {"deliver", app::deliver},
                                                            {"simulate", app::simulate_floor},
                                                            {"import", app::import_contacts},
                                                            {"export", app::export_everything}};
    try {
        return commands.at(options->command)(*options);
    } catch (const std::exception& error) {
        std::cerr << "sportello: " << error.what() << "\n";
        return 1;
    }
}
