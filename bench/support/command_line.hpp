// The flags of a benchmark: `--name NUMBER`, each with a default. Anything else prints the usage
// and ends the program.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace bench {

class CommandLine {
public:
    struct Flag {
        std::uint64_t value = 0;
        std::string meaning;
    };
    using Flags = std::map<std::string, Flag>;

    CommandLine(int argc, char** argv, Flags flags);
    std::uint64_t operator[](const std::string& name) const { return flags_.at(name).value; }

private:
    [[noreturn]] void usage(const std::string& program, int code) const;

    Flags flags_;
};

}  // namespace bench
