// The few requests a benchmark makes of the API, and the few values it reads from the answers.
#pragma once

#include <cstdint>
#include <string>

namespace bench {

struct HttpAnswer {
    int status = 0;
    std::string body;
};

// Status 0 when nobody answers.
HttpAnswer http_get(std::uint16_t port, const std::string& path, const std::string& token);
HttpAnswer http_post(std::uint16_t port, const std::string& path, const std::string& token,
                     const std::string& json);

// The first value of `name` in a JSON text, a string without escapes or a number; empty when it is
// not there. The answers it reads are our own program's: a JSON parser would be one more thing that
// a benchmark measures by accident.
std::string json_value(const std::string& json, const std::string& name);

}  // namespace bench
