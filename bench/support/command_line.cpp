#include "bench/support/command_line.hpp"

#include <charconv>
#include <cstdlib>
#include <iostream>
#include <string_view>

namespace bench {

CommandLine::CommandLine(int argc, char** argv, Flags flags) : flags_(std::move(flags)) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--help") usage(argv[0], 0);
        const auto flag =
            word.starts_with("--") ? flags_.find(std::string{word.substr(2)}) : flags_.end();
        if (flag == flags_.end() || i + 1 == argc) usage(argv[0], 2);
        const std::string_view number = argv[++i];
        const auto read =
            std::from_chars(number.data(), number.data() + number.size(), flag->second.value);
        if (read.ec != std::errc{} || read.ptr != number.data() + number.size()) usage(argv[0], 2);
    }
}

void CommandLine::usage(const std::string& program, int code) const {
    std::ostream& out = code == 0 ? std::cout : std::cerr;
    out << "usage: " << program << " [--flag NUMBER ...]\n";
    for (const auto& [name, flag] : flags_)
        out << "  --" << name << "  " << flag.meaning << " (default " << flag.value << ")\n";
    std::exit(code);
}

}  // namespace bench
